package demitasse.posix.file;

import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/** The inode of a file that never had a name, such as a pipe or an eventfd: what fstat(2) tells about it. */
public class AnonymousInode extends Inode {
    /** Minor numbers of the unnamed devices of pipefs, sockfs and anon_inodefs; any fixed ones will do. */
    public static final int PIPE_DEVICE = 12;
    public static final int SOCKET_DEVICE = 8;
    public static final int ANONYMOUS_DEVICE = 13;
    private static final int BLOCK_BYTES = 4096;

    private final Files files;
    private final int deviceMinor;
    private final long number;
    private final long createdNs;
    private long accessNs;
    private long modifyNs;
    private long changeNs;
    private int mode;
    private int uid;
    private int gid;

    public AnonymousInode(Files files, int deviceMinor, int mode, int uid, int gid) {
        this.deviceMinor = deviceMinor;
        this.number = files.nextInodeNumber();
        this.files = files;
        createdNs = files.clock().realtimeNs();
        accessNs = createdNs;
        modifyNs = createdNs;
        changeNs = createdNs;
        this.mode = mode;
        this.uid = uid;
        this.gid = gid;
    }

    public final long number() {
        return number;
    }

    @Override
    public int stat(Stat out) {
        out.device = Stat.deviceOf(0, deviceMinor);
        out.inode = number;
        out.mode = mode;
        out.links = 1;
        out.uid = uid;
        out.gid = gid;
        out.deviceNumber = 0;
        out.sizeBytes = 0;
        out.blockBytes = BLOCK_BYTES;
        out.blocks = 0;
        out.accessNs = accessNs;
        out.modifyNs = modifyNs;
        out.changeNs = changeNs;
        out.birthNs = createdNs;
        return 0;
    }

    @Override
    public int setMode(int newMode) {
        mode = mode & Stat.S_IFMT | newMode & ~Stat.S_IFMT;
        return 0;
    }

    @Override
    public int setOwner(int newUid, int newGid) {
        uid = newUid == -1 ? uid : newUid;
        gid = newGid == -1 ? gid : newGid;
        return 0;
    }

    @Override
    public int setTimes(long newAccessNs, long newModifyNs) {
        accessNs = newAccessNs == Long.MIN_VALUE ? accessNs : newAccessNs;
        modifyNs = newModifyNs == Long.MIN_VALUE ? modifyNs : newModifyNs;
        changeNs = files.clock().realtimeNs();
        return 0;
    }
}
