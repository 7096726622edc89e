package demitasse.syscall.ipc;

import demitasse.base.memory.Memory;
import demitasse.posix.ipc.IpcObject;
import demitasse.posix.ipc.IpcTable;
import demitasse.posix.task.Credentials;

/** The commands and structures that shmctl(2), semctl(2) and msgctl(2) share; struct ipc64_perm of x86-64. */
final class IpcLayout {
    static final int IPC_NOWAIT = 04000;
    static final int IPC_RMID = 0;
    static final int IPC_SET = 1;
    static final int IPC_STAT = 2;
    static final int IPC_INFO = 3;
    /** 0 key, 4 uid, 8 gid, 12 cuid, 16 cgid, 20 mode, 24 short seq. */
    static final int PERM_BYTES = 48;
    private static final int UID = 4;
    private static final int GID = 8;
    private static final int MODE = 20;

    private IpcLayout() {
    }

    /** The rights that the flags of shmget(2) and its like ask of an object that exists. */
    static int wanted(int flags) {
        return (flags >> 6 | flags >> 3 | flags) & 7;
    }

    static void putPerm(long address, IpcObject object, Credentials who) {
        Memory.fill(address, PERM_BYTES, (byte) 0);
        Memory.putInt(address, object.key());
        Memory.putInt(address + UID, who.shownUid(object.uid));
        Memory.putInt(address + GID, who.shownGid(object.gid));
        Memory.putInt(address + 12, who.shownUid(object.creatorUid));
        Memory.putInt(address + 16, who.shownGid(object.creatorGid));
        Memory.putInt(address + MODE, object.mode);
        Memory.putShort(address + 24, (short) IpcTable.sequenceOf(object.id()));
    }

    /** IPC_SET: owner and permissions. */
    static void takePerm(long address, IpcObject object, Credentials who) {
        object.uid = who.uidOf(Memory.getInt(address + UID));
        object.gid = who.gidOf(Memory.getInt(address + GID));
        object.mode = object.mode & ~0777 | Memory.getInt(address + MODE) & 0777;
    }

    static boolean mayRead(IpcObject object, Credentials who) {
        return object.permits(who, IpcObject.READ);
    }
}
