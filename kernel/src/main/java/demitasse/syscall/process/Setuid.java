package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** setuid(2), setreuid(2), setresuid(2), setfsuid(2). */
final class Setuid {
    private static final int SAME = -1;

    private Setuid() {
    }

    @Syscall("setuid")
    static long setuid(Call call, int number) {
        Credentials who = call.credentials();
        int uid = who.uidOf(number);
        if (uid == SAME) {
            return -EINVAL;
        }
        if (who.holds(Credentials.CAP_SETUID)) {
            change(call, uid, uid, uid);
        } else if (uid == who.uid || uid == who.suid) {
            change(call, SAME, uid, SAME);
        } else {
            return -EPERM;
        }
        return 0;
    }

    @Syscall("setreuid")
    static long setreuid(Call call, int real, int effective) {
        Credentials who = call.credentials();
        if (!who.knowsUid(real) || !who.knowsUid(effective)) {
            return -EINVAL;
        }
        int ruid = who.uidOf(real);
        int euid = who.uidOf(effective);
        boolean permitted = who.holds(Credentials.CAP_SETUID)
                || (ruid == SAME || ruid == who.uid || ruid == who.euid) && isOwn(who, euid);
        if (!permitted) {
            return -EPERM;
        }
        // The saved identity follows when the real one is set, or the effective one to another than the real one.
        boolean saves = ruid != SAME || euid != SAME && euid != who.uid;
        int newEuid = euid == SAME ? who.euid : euid;
        change(call, ruid, euid, saves ? newEuid : SAME);
        return 0;
    }

    @Syscall("setresuid")
    static long setresuid(Call call, int real, int effective, int saved) {
        Credentials who = call.credentials();
        if (!who.knowsUid(real) || !who.knowsUid(effective) || !who.knowsUid(saved)) {
            return -EINVAL;
        }
        int ruid = who.uidOf(real);
        int euid = who.uidOf(effective);
        int suid = who.uidOf(saved);
        if (!who.holds(Credentials.CAP_SETUID) && !(isOwn(who, ruid) && isOwn(who, euid) && isOwn(who, suid))) {
            return -EPERM;
        }
        change(call, ruid, euid, suid);
        return 0;
    }

    @Syscall("setfsuid")
    static long setfsuid(Call call, int number) {
        Credentials who = call.credentials();
        int uid = who.uidOf(number);
        int old = who.shownUid(who.fsuid);
        boolean permitted = who.holds(Credentials.CAP_SETUID) || isOwn(who, uid) || uid == who.fsuid;
        if (uid != SAME && permitted) {
            Credentials changed = who.copy();
            changed.setFileUser(uid);
            call.task().changeCredentials(changed);
        }
        return old & 0xffff_ffffL;
    }

    private static void change(Call call, int ruid, int euid, int suid) {
        Credentials changed = call.credentials().copy();
        changed.setUsers(ruid, euid, suid);
        call.task().changeCredentials(changed);
    }

    private static boolean isOwn(Credentials who, int uid) {
        return uid == SAME || uid == who.uid || uid == who.euid || uid == who.suid;
    }
}
