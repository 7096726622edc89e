package demitasse.posix.task;

import demitasse.vfs.Access;
import demitasse.vfs.Stat;

/** User and group identities of a process, credentials(7). User 0 holds every capability, as root would see it. */
public final class Credentials implements Access {
    public static final int GROUPS_MAX = 64;

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
