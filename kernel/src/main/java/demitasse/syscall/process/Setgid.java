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
    static long setgid(Call call, int number) {
        Credentials who = call.credentials();
        int gid = who.gidOf(number);
        if (gid == SAME) {
            return -EINVAL;
        }
        if (who.holds(Credentials.CAP_SETGID)) {
            change(call, gid, gid, gid);
        } else if (gid == who.gid || gid == who.sgid) {
            change(call, SAME, gid, SAME);
        } else {
            return -EPERM;
        }
        return 0;
    }

    @Syscall("setregid")
    static long setregid(Call call, int real, int effective) {
        Credentials who = call.credentials();
        if (!who.knowsGid(real) || !who.knowsGid(effective)) {
            return -EINVAL;
        }
        int rgid = who.gidOf(real);
        int egid = who.gidOf(effective);
        boolean permitted = who.holds(Credentials.CAP_SETGID)
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
    static long setresgid(Call call, int real, int effective, int saved) {
        Credentials who = call.credentials();
        if (!who.knowsGid(real) || !who.knowsGid(effective) || !who.knowsGid(saved)) {
            return -EINVAL;
        }
        int rgid = who.gidOf(real);
        int egid = who.gidOf(effective);
        int sgid = who.gidOf(saved);
        if (!who.holds(Credentials.CAP_SETGID) && !(isOwn(who, rgid) && isOwn(who, egid) && isOwn(who, sgid))) {
            return -EPERM;
        }
        change(call, rgid, egid, sgid);
        return 0;
    }

    @Syscall("setfsgid")
    static long setfsgid(Call call, int number) {
        Credentials who = call.credentials();
        int gid = who.gidOf(number);
        int old = who.shownGid(who.fsgid);
        boolean permitted = who.holds(Credentials.CAP_SETGID) || isOwn(who, gid) || gid == who.fsgid;
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
