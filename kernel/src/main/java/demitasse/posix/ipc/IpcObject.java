package demitasse.posix.ipc;

import demitasse.posix.task.Credentials;

/** What all objects of System V IPC have in common: struct ipc_perm, sysvipc(7). */
public abstract class IpcObject {
    public static final int IPC_PRIVATE = 0;
    /** Bits of {@link #permits}: those of one digit of the mode. */
    public static final int READ = 4;
    public static final int WRITE = 2;
    /** What one takes of the kernel's heap, at least. */
    static final int HEAP_BYTES = 256;

    public int uid;
    public int gid;
    public final int creatorUid;
    public final int creatorGid;
    /** Permission bits and, for a segment, SHM_DEST. */
    public int mode;
    int key;
    int id;
    private boolean removed;

    IpcObject(int key, int mode, Credentials creator) {
        this.key = key;
        this.mode = mode & 0777;
        uid = creator.euid;
        gid = creator.egid;
        creatorUid = creator.euid;
        creatorGid = creator.egid;
    }

    public final int key() {
        return key;
    }

    public final int id() {
        return id;
    }

    /** The id is gone: EIDRM for those who wait. */
    public final boolean isRemoved() {
        return removed;
    }

    /** What it takes of the kernel's heap. */
    int heapBytes() {
        return HEAP_BYTES;
    }

    void noteRemoved() {
        removed = true;
    }

    /** Whether somebody may read or alter it; ipcperms of Linux. */
    public final boolean permits(Credentials who, int wanted) {
        int granted = mode;
        if (who.euid == uid || who.euid == creatorUid) {
            granted >>= 6;
        } else if (who.isMember(gid) || who.isMember(creatorGid)) {
            granted >>= 3;
        }
        return (wanted & ~granted & 7) == 0 || who.may(Credentials.CAP_IPC_OWNER);
    }

    /** Whether somebody may change or remove it, IPC_SET and IPC_RMID. */
    public final boolean belongsTo(Credentials who) {
        return who.euid == uid || who.euid == creatorUid || who.may(Credentials.CAP_SYS_ADMIN);
    }
}
