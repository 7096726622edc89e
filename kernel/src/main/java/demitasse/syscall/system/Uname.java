package demitasse.syscall.system;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.namespace.Namespace;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.HostNames;
import demitasse.syscall.abi.UserWord;

/** uname(2), sethostname(2), setdomainname(2). */
final class Uname {
    private static final int UNAME26 = 0x2_0000;
    private static final int PERSONALITY = 0xff;
    private static final int PER_LINUX32 = 8;

    private Uname() {
    }

    @Syscall("uname")
    static long uname(Call call, long buffer) {
        HostNames names = call.namespaces().names();
        int personality = call.process().settings().personality();
        if (personality != 0) {
            names = names.pretending(call.scratch(HostNames.BYTES), (personality & UNAME26) != 0,
                    (personality & PERSONALITY) == PER_LINUX32);
        }
        return call.process().memory().copyOut(names.address(), buffer, HostNames.BYTES);
    }

    @Syscall("sethostname")
    static long sethostname(Call call, long name, long length) {
        return set(call, HostNames.NODE, name, length);
    }

    @Syscall("setdomainname")
    static long setdomainname(Call call, long name, long length) {
        return set(call, HostNames.DOMAIN, name, length);
    }

    private static long set(Call call, int field, long name, long length) {
        if (!call.credentials().may(Credentials.CAP_SYS_ADMIN, call.namespaces().of(Namespace.UTS).owner())) {
            return -EPERM;
        }
        if (length < 0 || length > HostNames.NAME_BYTES) {
            return -EINVAL;
        }
        long copy = UserWord.load(call, name, (int) length);
        if (UserWord.isErrno(copy) && length > 0) {
            return copy;
        }
        call.namespaces().names().set(field, copy, (int) length);
        return 0;
    }
}
