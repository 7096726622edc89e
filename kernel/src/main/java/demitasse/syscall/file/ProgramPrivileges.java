package demitasse.syscall.file;

import demitasse.base.annotation.ColdPath;
import demitasse.posix.task.Call;
import demitasse.posix.task.Capabilities;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.FileCapabilities;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.Stat;

/** What a program may do by its file is lost when the file gets another owner or content, chown(2) and write(2). */
final class ProgramPrivileges {
    private static final int GROUP_EXECUTE = 010;

    private ProgramPrivileges() {
    }

    /**
     * Takes the set-user-ID and set-group-ID bits and the capabilities away.
     *
     * @param isPut whether CAP_FSETID keeps the bits: for a file that is written, not one that is given away
     * @return 0 or -errno
     */
    @ColdPath("files with such bits or with extended attributes")
    static int drop(Call call, Inode inode, Stat stat, boolean isPut) {
        if ((stat.mode & Stat.S_IFMT) == Stat.S_IFDIR) {
            return 0;
        }
        Credentials who = call.credentials();
        int lost = bitsLost(who, stat);
        boolean keeps = isPut && who.holds(Capabilities.CAP_FSETID);
        int error = lost == 0 || keeps ? 0 : inode.setMode(stat.mode & 07777 & ~lost);
        Name name = error < 0 ? null : inode.attributeName(0);
        for (int i = 1; name != null && !name.is(FileCapabilities.ATTRIBUTE); i++) {
            name = inode.attributeName(i);
        }
        if (name == null) {
            return error;
        }
        return inode.removeAttribute(Name.ofConstant(FileCapabilities.ATTRIBUTE,
                call.scratch(FileCapabilities.ATTRIBUTE.length())));
    }

    /** Of the set-user-ID and set-group-ID bits, those that go when a file gets another owner. */
    static int bitsLost(Credentials who, Stat stat) {
        if ((stat.mode & Stat.S_IFMT) == Stat.S_IFDIR) {
            return 0;
        }
        // Without the right to execute it the bit means no group, but whoever is outside may not leave it all the same.
        boolean losesGroup = (stat.mode & GROUP_EXECUTE) != 0 || !who.mayRunAs(stat.gid);
        return stat.mode & (Stat.S_ISUID | (losesGroup ? Stat.S_ISGID : 0));
    }

    /** Whether a file has, or may have, any. */
    static boolean mayHave(Inode inode, Stat stat) {
        return (stat.mode & Stat.S_IFMT) == Stat.S_IFREG
                && ((stat.mode & (Stat.S_ISUID | Stat.S_ISGID)) != 0 || inode.attributeName(0) != null);
    }

    /** Before an open file is written. */
    @ColdPath("files with such bits or with extended attributes")
    static void fileChanges(Call call, FileHandle file) {
        contentChanges(call, file.inode());
    }

    /** Before the content of a file changes. */
    static void contentChanges(Call call, Inode inode) {
        Stat stat = call.instance().files().stat();
        if (inode.stat(stat) == 0 && mayHave(inode, stat)) {
            drop(call, inode, stat, true);
        }
    }
}
