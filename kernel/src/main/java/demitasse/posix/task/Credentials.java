package demitasse.posix.task;

import demitasse.base.annotation.ColdPath;
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
    public static final int CAP_LINUX_IMMUTABLE = 9;
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
        return looks && mayOn(Capabilities.CAP_DAC_READ_SEARCH, file)
                || (!executes || (file.mode & 0111) != 0) && mayOn(Capabilities.CAP_DAC_OVERRIDE, file);
    }

    @Override
    public boolean overrides() {
        return may(Capabilities.CAP_DAC_OVERRIDE) || may(Capabilities.CAP_DAC_READ_SEARCH);
    }

    @Override
    public boolean owns(Stat file) {
        return file.uid == fsuid
                || holds(Capabilities.CAP_FOWNER) && (users == null || users.knowsUid(file.uid));
    }

    @Override
    public boolean mayRunAs(int gid) {
        return isMember(gid) || holds(Capabilities.CAP_FSETID) && (users == null || users.knowsGid(gid));
    }

    @Override
    public int fileUid() {
        return fsuid;
    }

    @Override
    public int fileGid() {
        return fsgid;
    }

    /** Whether an action is allowed that needs a capability, capabilities(7), over what belongs to the first users. */
    public boolean may(int capability) {
        return users == null && holds(capability);
    }

    /** Whether it has a capability, which counts in its own user namespace. */
    public boolean holds(int capability) {
        return (capabilities.effective & 1L << capability) != 0;
    }

    /** As {@link #may(int)}, about what belongs to a user namespace, user_namespaces(7); null for the first. */
    @ColdPath("few calls ask about namespaces")
    public boolean may(int capability, UserNamespace owner) {
        UserNamespace one = owner;
        while (one != users) {
            if (one == null || one.owner() == users && one.creatorUid() == euid) {
                // Who has made a namespace may do everything there.
                return one != null;
            }
            one = one.owner();
        }
        return holds(capability);
    }

    /** Whether a capability counts for a file: its owners have ids in the user namespace. */
    public boolean mayOn(int capability, Stat file) {
        return holds(capability) && (users == null || users.knowsUid(file.uid) && users.knowsGid(file.gid));
    }

    /** The user id that is meant by a number; -1 for none, and for -1. */
    public int uidOf(int number) {
        return users == null ? number : users.uidOf(number);
    }

    public int gidOf(int number) {
        return users == null ? number : users.gidOf(number);
    }

    /** What it is told for a user id. */
    public int shownUid(int id) {
        return users == null ? id : users.shownUid(id);
    }

    public int shownGid(int id) {
        return users == null ? id : users.shownGid(id);
    }

    /** Whether a number stands for an identity, or is -1, which stands for none. */
    public boolean knowsUid(int number) {
        return number == -1 || uidOf(number) != -1;
    }

    public boolean knowsGid(int number) {
        return number == -1 || gidOf(number) != -1;
    }

    /** Tells the owners of a file as it is told them. */
    public void show(Stat file) {
        if (users != null) {
            file.uid = users.shownUid(file.uid);
            file.gid = users.shownGid(file.gid);
        }
    }

    private boolean isRoot(int id) {
        return users == null ? id == 0 : id != -1 && id == users.uidOf(0);
    }

    /** The same in a new user namespace: with all capabilities there, and none elsewhere. */
    public Credentials in(UserNamespace namespace) {
        Credentials moved = copy();
        moved.users = namespace;
        moved.capabilities.fill();
        return moved;
    }

    /** setresuid(2), permissions checked already; -1 leaves an identity. */
    public void setUsers(int newUid, int newEuid, int newSuid) {
        boolean wasRoot = isRoot();
        boolean effectiveWasRoot = isRoot(euid);
        uid = newUid == -1 ? uid : newUid;
        euid = newEuid == -1 ? euid : newEuid;
        suid = newSuid == -1 ? suid : newSuid;
        fsuid = euid;
        capabilities.usersChanged(wasRoot, isRoot(), effectiveWasRoot, isRoot(euid));
    }

    private boolean isRoot() {
        return isRoot(uid) || isRoot(euid) || isRoot(suid);
    }

    /** setfsuid(2), permissions checked already. */
    public void setFileUser(int newFsuid) {
        capabilities.fileUserChanged(isRoot(fsuid), isRoot(newFsuid));
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
        real.capabilities.asRealUser(isRoot(uid));
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
        boolean known = users == null || setUid == -1 || users.knowsUid(setUid);
        known &= users == null || setGid == -1 || users.knowsGid(setGid);
        program.euid = setUid == -1 || !known ? euid : setUid;
        program.egid = setGid == -1 || !known ? egid : setGid;
        boolean changes = program.changesIdentity(this);
        boolean effectiveRoot = isRoot(program.euid);
        FileCapabilities own = users == null ? file : null;
        if (changes && !mayGain) {
            program.euid = uid;
            program.egid = gid;
        }
        program.suid = program.euid;
        program.fsuid = program.euid;
        program.sgid = program.egid;
        program.fsgid = program.egid;
        boolean lacks = own != null && own.effective && (own.permitted & ~capabilities.bounding) != 0;
        program.capabilities.execute(isRoot(uid), effectiveRoot, !changes,
                mayGain ? Capabilities.ALL : capabilities.permitted, own);
        return lacks ? null : program;
    }

    /** AT_SECURE: whether the program has more than the real user who executed it by these credentials. */
    public boolean isPrivileged(Credentials before) {
        return changesIdentity(before)
                || !isRoot(uid) && (isRoot(euid) || (capabilities.permitted & ~capabilities.ambient) != 0);
    }

    private boolean changesIdentity(Credentials before) {
        return euid != before.uid || egid != before.gid;
    }

    /** Whether others may do more to a process with these than with the ones before, ptrace(2) "dumpable". */
    boolean differsForOthers(Credentials before) {
        return euid != before.euid || egid != before.egid || fsuid != before.fsuid || fsgid != before.fsgid
                || users == before.users && (capabilities.permitted & ~before.capabilities.permitted) != 0;
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
