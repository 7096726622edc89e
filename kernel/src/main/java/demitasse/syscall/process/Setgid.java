package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** setgid(2), setregid(2), setresgid(2), setfsgid(2). */
final class Setgid {
    private static final int SAME = -1;

    private Setgid() {
    }

    @Syscall("setgid")
    static long setgid(Call call, int gid) {
        Credentials who = call.credentials();
        if (gid == SAME) {
            return -EINVAL;
        }
        if (who.may(Credentials.CAP_SETGID)) {
            change(call, gid, gid, gid);
        } else if (gid == who.gid || gid == who.sgid) {
            change(call, SAME, gid, SAME);
        } else {
            return -EPERM;
        }
        return 0;
    }

    @Syscall("setregid")
    static long setregid(Call call, int rgid, int egid) {
        Credentials who = call.credentials();
        boolean permitted = who.may(Credentials.CAP_SETGID)
                || (rgid == SAME || rgid == who.gid || rgid == who.egid) && isOwn(who, egid);
        if (!permitted) {
            return -EPERM;
        }
        // The saved identity follows when the real one is set, or the effective one to another than the real one.
        boolean saves = rgid != SAME || egid != SAME && egid != who.gid;
        int newEgid = egid == SAME ? who.egid : egid;
        change(call, rgid, egid, saves ? newEgid : SAME);
        return 0;
    }

    @Syscall("setresgid")
    static long setresgid(Call call, int rgid, int egid, int sgid) {
        Credentials who = call.credentials();
        if (!who.may(Credentials.CAP_SETGID) && !(isOwn(who, rgid) && isOwn(who, egid) && isOwn(who, sgid))) {
            return -EPERM;
        }
        change(call, rgid, egid, sgid);
        return 0;
    }

    @Syscall("setfsgid")
    static long setfsgid(Call call, int gid) {
        Credentials who = call.credentials();
        int old = who.fsgid;
        boolean permitted = who.may(Credentials.CAP_SETGID) || isOwn(who, gid) || gid == who.fsgid;
        if (gid != SAME && permitted) {
            Credentials changed = who.copy();
            changed.fsgid = gid;
            call.task().changeCredentials(changed);
        }
        return old & 0xffff_ffffL;
    }

    private static void change(Call call, int rgid, int egid, int sgid) {
        Credentials changed = call.credentials().copy();
        changed.setGroups(rgid, egid, sgid);
        call.task().changeCredentials(changed);
    }

    private static boolean isOwn(Credentials who, int gid) {
        return gid == SAME || gid == who.gid || gid == who.egid || gid == who.sgid;
    }
}
