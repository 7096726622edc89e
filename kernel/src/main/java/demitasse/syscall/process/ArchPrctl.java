package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.machine.AddressSpace;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;

/** arch_prctl(2). */
final class ArchPrctl {
    private static final int ARCH_SET_GS = 0x1001;
    private static final int ARCH_SET_FS = 0x1002;
    private static final int ARCH_GET_FS = 0x1003;
    private static final int ARCH_GET_GS = 0x1004;

    private ArchPrctl() {
    }

    @Syscall(value = "arch_prctl", rejects = {"ARCH_GET_CPUID", "ARCH_SET_CPUID", "ARCH_MAP_VDSO_64",
        "ARCH_SHSTK_ENABLE", "ARCH_REQ_XCOMP_PERM"})
    static long archPrctl(Call call, int code, long address) {
        return switch (code) {
            case ARCH_SET_FS -> setBase(call, UserContext.FS_BASE, address);
            case ARCH_SET_GS -> setBase(call, UserContext.GS_BASE, address);
            case ARCH_GET_FS -> UserWord.storeLong(call, address, base(call, UserContext.FS_BASE));
            case ARCH_GET_GS -> UserWord.storeLong(call, address, base(call, UserContext.GS_BASE));
            default -> -EINVAL;
        };
    }

    private static long setBase(Call call, int register, long base) {
        // A base that is not canonical would fault in the kernel.
        if (Long.compareUnsigned(base, AddressSpace.USER_END) >= 0) {
            return -EPERM;
        }
        UserContext context = call.task().context();
        Platform platform = call.instance().platform();
        platform.saveVector(context);
        platform.forgetVector(context);
        context.setRegister(register, base);
        return 0;
    }

    /** The program may have changed it by wrfsbase, so the CPU is asked. */
    private static long base(Call call, int register) {
        call.instance().platform().saveVector(call.task().context());
        return call.task().context().register(register);
    }
}
