package demitasse.posix.task;

import demitasse.posix.key.KeyLookup;
import demitasse.posix.key.Keyrings;
import demitasse.posix.key.Keys;
import demitasse.posix.namespace.UserNamespace;
import demitasse.vfs.Access;
import demitasse.vfs.Stat;

/**
 * User and group identities of a task and its capabilities, credentials(7). Tasks share them: once a task has them
 * they never change, but are replaced by a changed copy, {@link Task#setCredentials}.
 */
public final class Credentials implements Access {
    /** NGROUPS_MAX of Linux. */
    public static final int GROUPS_MAX = 65_536;

    public static final int CAP_KILL = 5;
    public static final int CAP_SETGID = 6;
    public static final int CAP_SETUID = 7;
    public static final int CAP_SETPCAP = 8;
    public static final int CAP_NET_BIND_SERVICE = 10;
    public static final int CAP_NET_ADMIN = 12;
    public static final int CAP_NET_RAW = 13;
    public static final int CAP_IPC_LOCK = 14;
    public static final int CAP_IPC_OWNER = 15;
    public static final int CAP_SYS_RAWIO = 17;
    public static final int CAP_SYS_CHROOT = 18;
    public static final int CAP_SYS_PTRACE = 19;
    public static final int CAP_SYS_PACCT = 20;
    public static final int CAP_SYS_ADMIN = 21;
    public static final int CAP_SYS_BOOT = 22;
    public static final int CAP_SYS_NICE = 23;
    public static final int CAP_AUDIT_CONTROL = 30;
    public static final int CAP_SYS_RESOURCE = 24;
    public static final int CAP_SYS_TIME = 25;
    public static final int CAP_SYS_TTY_CONFIG = 26;
    public static final int CAP_MKNOD = 27;
    public static final int CAP_LEASE = 28;
    public static final int CAP_SYSLOG = 34;
    public static final int CAP_SETFCAP = 31;
    public static final int CAP_CHECKPOINT_RESTORE = 40;
    private static final int[] NO_GROUPS = new int[0];

    public int uid;
    public int euid;
    public int suid;
    public int fsuid;
    public int gid;
    public int egid;
    public int sgid;
    public int fsgid;
    /** The supplementary groups; another array when they change. */
    public int[] groups = NO_GROUPS;
    /** The user namespace; null for the first. */
    public UserNamespace users;
    public final Capabilities capabilities = new Capabilities();
    public Keyrings keyrings = Keyrings.NONE;

    /** A copy to be changed. */
    public Credentials copy() {
        Credentials twin = new Credentials();
        twin.uid = uid;
        twin.euid = euid;
        twin.suid = suid;
        twin.fsuid = fsuid;
        twin.gid = gid;
        twin.egid = egid;
        twin.sgid = sgid;
        twin.fsgid = fsgid;
        twin.groups = groups;
        twin.users = users;
        twin.capabilities.copyFrom(capabilities);
        twin.keyrings = keyrings;
        return twin;
    }

    /** What a new thread has of its maker, or the first one of a new process: itself, unless keyrings differ. */
    Credentials inherited(boolean byThread, Keys keys) {
        Keyrings left = byThread && keyrings.haveThreads() ? KeyLookup.ofNewThread(keys, this)
                : keyrings.inherited(byThread);
        if (left == keyrings) {
            return this;
        }
        Credentials twin = copy();
        twin.keyrings = left;
        return twin;
    }

    @Override
    public boolean allows(Stat file, int mode) {
        int granted = file.mode;
        if (file.uid == fsuid) {
            granted >>= 6;
        } else if (isMember(file.gid)) {
            granted >>= 3;
        }
        return (granted & mode) == mode || overrides(file, mode);
    }

    /** CAP_DAC_READ_SEARCH and CAP_DAC_OVERRIDE; executing needs a mode that lets somebody execute. */
    private boolean overrides(Stat file, int mode) {
        boolean directory = (file.mode & Stat.S_IFMT) == Stat.S_IFDIR;
        boolean executes = !directory && (mode & EXECUTE) != 0;
        boolean looks = (mode & WRITE) == 0 && !executes;
        return looks && may(Capabilities.CAP_DAC_READ_SEARCH)
                || (!executes || (file.mode & 0111) != 0) && may(Capabilities.CAP_DAC_OVERRIDE);
    }

    @Override
    public boolean overrides() {
        return may(Capabilities.CAP_DAC_OVERRIDE) || may(Capabilities.CAP_DAC_READ_SEARCH);
    }

    @Override
    public boolean owns(Stat file) {
        return file.uid == fsuid || may(Capabilities.CAP_FOWNER);
    }

    @Override
    public boolean mayRunAs(int gid) {
        return isMember(gid) || may(Capabilities.CAP_FSETID);
    }

    @Override
    public int fileUid() {
        return fsuid;
    }

    @Override
    public int fileGid() {
        return fsgid;
    }

    /** Whether an action is allowed that needs a capability, capabilities(7). */
    public boolean may(int capability) {
        return (capabilities.effective & 1L << capability) != 0;
    }

    /** As {@link #may(int)}, about what belongs to a user namespace; null for the first. */
    public boolean may(int capability, UserNamespace owner) {
        return may(capability);
    }

    /** setresuid(2), permissions checked already; -1 leaves an identity. */
    public void setUsers(int newUid, int newEuid, int newSuid) {
        boolean wasRoot = isRoot();
        boolean effectiveWasRoot = euid == 0;
        uid = newUid == -1 ? uid : newUid;
        euid = newEuid == -1 ? euid : newEuid;
        suid = newSuid == -1 ? suid : newSuid;
        fsuid = euid;
        capabilities.usersChanged(wasRoot, isRoot(), effectiveWasRoot, euid == 0);
    }

    private boolean isRoot() {
        return uid == 0 || euid == 0 || suid == 0;
    }

    /** setfsuid(2), permissions checked already. */
    public void setFileUser(int newFsuid) {
        capabilities.fileUserChanged(fsuid == 0, newFsuid == 0);
        fsuid = newFsuid;
    }

    /** setresgid(2), permissions checked already; -1 leaves an identity. */
    public void setGroups(int newGid, int newEgid, int newSgid) {
        gid = newGid == -1 ? gid : newGid;
        egid = newEgid == -1 ? egid : newEgid;
        sgid = newSgid == -1 ? sgid : newSgid;
        fsgid = egid;
    }

    /** The same with the eyes of the real user, access(2). */
    public Credentials asRealUser() {
        Credentials real = copy();
        real.fsuid = uid;
        real.fsgid = gid;
        real.capabilities.asRealUser(uid == 0);
        return real;
    }

    /**
     * What a program gets that this user executes, execve(2).
     *
     * @param setUid the user that a set-user-ID bit gives; -1 for none, {@code setGid} likewise
     * @param mayGain false after PR_SET_NO_NEW_PRIVS: then nothing may come of it that was not there before
     * @param file the capabilities of the program; null for none
     * @return null when the program relies on capabilities that it cannot have
     */
    public Credentials executing(int setUid, int setGid, boolean mayGain, FileCapabilities file) {
        Credentials program = copy();
        program.keyrings = keyrings.inherited(false);
        program.euid = setUid == -1 ? euid : setUid;
        program.egid = setGid == -1 ? egid : setGid;
        boolean changes = program.changesIdentity(this);
        boolean effectiveRoot = program.euid == 0;
        if (changes && !mayGain) {
            program.euid = uid;
            program.egid = gid;
        }
        program.suid = program.euid;
        program.fsuid = program.euid;
        program.sgid = program.egid;
        program.fsgid = program.egid;
        boolean lacks = file != null && file.effective && (file.permitted & ~capabilities.bounding) != 0;
        program.capabilities.execute(uid == 0, effectiveRoot, !changes,
                mayGain ? Capabilities.ALL : capabilities.permitted, file);
        return lacks ? null : program;
    }

    /** AT_SECURE: whether the program has more than the real user who executed it by these credentials. */
    public boolean isPrivileged(Credentials before) {
        return changesIdentity(before)
                || uid != 0 && (euid == 0 || (capabilities.permitted & ~capabilities.ambient) != 0);
    }

    private boolean changesIdentity(Credentials before) {
        return euid != before.uid || egid != before.gid;
    }

    /** Whether others may do more to a process with these than with the ones before, ptrace(2) "dumpable". */
    boolean differsForOthers(Credentials before) {
        return euid != before.euid || egid != before.egid || fsuid != before.fsuid || fsgid != before.fsgid
                || (capabilities.permitted & ~before.capabilities.permitted) != 0;
    }

    /** Whether a group is the file system group or a supplementary one. */
    public boolean isMember(int group) {
        if (group == fsgid) {
            return true;
        }
        for (int one : groups) {
            if (one == group) {
                return true;
            }
        }
        return false;
    }
}
