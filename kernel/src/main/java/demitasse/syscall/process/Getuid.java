package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.syscall.abi.UserWord;

/** getuid(2), getgid(2), getresuid(2). */
final class Getuid {
    private Getuid() {
    }

    @Syscall("getuid")
    static long getuid(Call call) {
        return unsigned(call.credentials().shownUid(call.credentials().uid));
    }

    @Syscall("geteuid")
    static long geteuid(Call call) {
        return unsigned(call.credentials().shownUid(call.credentials().euid));
    }

    @Syscall("getgid")
    static long getgid(Call call) {
        return unsigned(call.credentials().shownGid(call.credentials().gid));
    }

    @Syscall("getegid")
    static long getegid(Call call) {
        return unsigned(call.credentials().shownGid(call.credentials().egid));
    }

    @Syscall("getresuid")
    static long getresuid(Call call, long ruid, long euid, long suid) {
        Credentials who = call.credentials();
        return store(call, ruid, who.shownUid(who.uid), euid, who.shownUid(who.euid), suid,
                who.shownUid(who.suid));
    }

    @Syscall("getresgid")
    static long getresgid(Call call, long rgid, long egid, long sgid) {
        Credentials who = call.credentials();
        return store(call, rgid, who.shownGid(who.gid), egid, who.shownGid(who.egid), sgid,
                who.shownGid(who.sgid));
    }

    private static long store(Call call, long address1, int id1, long address2, int id2, long address3, int id3) {
        boolean failed = UserWord.storeInt(call, address1, id1) < 0 || UserWord.storeInt(call, address2, id2) < 0
                || UserWord.storeInt(call, address3, id3) < 0;
        return failed ? -EFAULT : 0;
    }

    /** Identities are unsigned: 4294967294 is "nobody" for some, not an errno. */
    private static long unsigned(int id) {
        return id & 0xffff_ffffL;
    }
}
