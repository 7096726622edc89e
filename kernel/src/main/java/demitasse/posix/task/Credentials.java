package demitasse.posix.task;

import demitasse.vfs.Access;
import demitasse.vfs.Stat;

/** User and group identities of a process, credentials(7). User 0 holds every capability, as root would see it. */
public final class Credentials implements Access {
    public static final int GROUPS_MAX = 64;

    public static final int CAP_KILL = 5;
    public static final int CAP_SETGID = 6;
    public static final int CAP_SETUID = 7;
    public static final int CAP_SETPCAP = 8;
    public static final int CAP_IPC_LOCK = 14;
    public static final int CAP_IPC_OWNER = 15;
    public static final int CAP_SYS_ADMIN = 21;
    public static final int CAP_SYS_NICE = 23;
    public static final int CAP_SYS_RESOURCE = 24;
    public static final int CAP_SYS_TIME = 25;
    public static final int CAP_SYSLOG = 34;
    /** CAP_CHECKPOINT_RESTORE of Linux 5.9. */
    public static final int CAP_LAST = 40;
    private static final long ALL = (1L << CAP_LAST + 1) - 1;

    public int uid;
    public int euid;
    public int suid;
    public int fsuid;
    public int gid;
    public int egid;
    public int sgid;
    public int fsgid;
    public final int[] groups = new int[GROUPS_MAX];
    public int groupCount;
    private long inheritable;
    private long droppedPermitted;
    private long droppedEffective;
    private long droppedBounding;

    @Override
    public boolean allows(Stat file, int mode) {
        if (fsuid == 0) {
            boolean executes = (mode & EXECUTE) != 0 && (file.mode & Stat.S_IFMT) != Stat.S_IFDIR;
            return !executes || (file.mode & 0111) != 0;
        }
        int granted = file.mode;
        if (file.uid == fsuid) {
            granted >>= 6;
        } else if (isMember(file.gid)) {
            granted >>= 3;
        }
        return (granted & mode) == mode;
    }

    @Override
    public boolean overrides() {
        return fsuid == 0;
    }

    @Override
    public boolean owns(Stat file) {
        return fsuid == 0 || file.uid == fsuid;
    }

    @Override
    public int fileUid() {
        return fsuid;
    }

    @Override
    public int fileGid() {
        return fsgid;
    }

    /** Whether an action is allowed that needs a capability, capabilities(7): root's alone, unless dropped. */
    public boolean may(int capability) {
        return (effective() & 1L << capability) != 0;
    }

    public long permitted() {
        return uid == 0 || euid == 0 || suid == 0 ? ALL & ~droppedPermitted : 0;
    }

    public long effective() {
        return euid == 0 ? permitted() & ~droppedEffective : 0;
    }

    public long inheritable() {
        return inheritable;
    }

    /** What execve(2) can still give, PR_CAPBSET_READ. */
    public long bounding() {
        return ALL & ~droppedBounding;
    }

    public void dropFromBounding(int capability) {
        droppedBounding |= 1L << capability;
    }

    /** capset(2), its rules checked already. */
    public void setCapabilities(long newPermitted, long newEffective, long newInheritable) {
        droppedPermitted = ALL & ~newPermitted;
        droppedEffective = ALL & ~newEffective;
        inheritable = newInheritable;
    }

    /** setresuid(2), permissions checked already; -1 leaves an identity. */
    public void setUsers(int newUid, int newEuid, int newSuid) {
        uid = newUid == -1 ? uid : newUid;
        euid = newEuid == -1 ? euid : newEuid;
        suid = newSuid == -1 ? suid : newSuid;
        fsuid = euid;
    }

    /** setresgid(2), permissions checked already; -1 leaves an identity. */
    public void setGroups(int newGid, int newEgid, int newSgid) {
        gid = newGid == -1 ? gid : newGid;
        egid = newEgid == -1 ? egid : newEgid;
        sgid = newSgid == -1 ? sgid : newSgid;
        fsgid = egid;
    }

    public void copyFrom(Credentials other) {
        setUsers(other.uid, other.euid, other.suid);
        setGroups(other.gid, other.egid, other.sgid);
        fsuid = other.fsuid;
        fsgid = other.fsgid;
        System.arraycopy(other.groups, 0, groups, 0, groups.length);
        groupCount = other.groupCount;
        inheritable = other.inheritable;
        droppedPermitted = other.droppedPermitted;
        droppedEffective = other.droppedEffective;
        droppedBounding = other.droppedBounding;
    }

    /** Whether a group is the file system group or a supplementary one. */
    public boolean isMember(int group) {
        if (group == fsgid) {
            return true;
        }
        for (int i = 0; i < groupCount; i++) {
            if (groups[i] == group) {
                return true;
            }
        }
        return false;
    }
}
