package demitasse.syscall.system;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;

/**
 * lsm_list_modules(2), lsm_get_self_attr(2), lsm_set_self_attr(2), as on a Linux whose only security module is
 * capabilities(7), which has no attributes: Documentation/userspace-api/lsm.rst.
 */
final class Lsm {
    private static final int LSM_ID_CAPABILITY = 100;
    private static final int LSM_FLAG_SINGLE = 1;
    /** struct lsm_ctx: id, flags, 16 the length of all, 24 the length of what follows. */
    private static final int CONTEXT_BYTES = 32;
    private static final int CONTEXT_LENGTH = 16;
    private static final int CONTEXT_VALUE_LENGTH = 24;
    private static final int PAGE_BYTES = 4096;

    private Lsm() {
    }

    @Syscall("lsm_list_modules")
    static long lsmListModules(Call call, long ids, long size, int flags) {
        if (flags != 0) {
            return -EINVAL;
        }
        long given = UserWord.load(call, size, Integer.BYTES);
        if (UserWord.isErrno(given)) {
            return given;
        }
        long room = Memory.getInt(given) & 0xffff_ffffL;
        if (UserWord.storeInt(call, size, Long.BYTES) < 0) {
            return -EFAULT;
        }
        if (room < Long.BYTES) {
            return -E2BIG;
        }
        return UserWord.storeLong(call, ids, LSM_ID_CAPABILITY) < 0 ? -EFAULT : 1;
    }

    @Syscall("lsm_get_self_attr")
    static long lsmGetSelfAttr(Call call, int attribute, long context, long size, int flags) {
        if (attribute == 0 || size == 0 || flags != 0 && (flags != LSM_FLAG_SINGLE || context == 0)) {
            return -EINVAL;
        }
        long word = UserWord.load(call, size, Integer.BYTES);
        if (UserWord.isErrno(word)) {
            return word;
        }
        if (flags == LSM_FLAG_SINGLE) {
            long wanted = UserWord.load(call, context, CONTEXT_BYTES);
            if (UserWord.isErrno(wanted)) {
                return wanted;
            }
            if (Memory.getLong(wanted) == 0) {
                return -EINVAL;
            }
        }
        return UserWord.storeInt(call, size, 0) < 0 ? -EFAULT : -EOPNOTSUPP;
    }

    @Syscall("lsm_set_self_attr")
    static long lsmSetSelfAttr(Call call, int attribute, long context, int sizeBytes, int flags) {
        if (flags != 0 || sizeBytes >= 0 && sizeBytes < CONTEXT_BYTES) {
            return -EINVAL;
        }
        if (sizeBytes < 0 || sizeBytes > PAGE_BYTES) {
            return -E2BIG;
        }
        long copy = UserWord.load(call, context, sizeBytes);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        long value = Memory.getLong(copy + CONTEXT_VALUE_LENGTH);
        boolean fits = value >= 0 && value <= PAGE_BYTES
                && Memory.getLong(copy + CONTEXT_LENGTH) <= sizeBytes
                && value + CONTEXT_BYTES <= Memory.getLong(copy + CONTEXT_LENGTH);
        return fits ? -EOPNOTSUPP : -EINVAL;
    }
}
