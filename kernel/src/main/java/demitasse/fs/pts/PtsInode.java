package demitasse.fs.pts;

import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/** What the directory and the nodes have in common: an owner and times. */
abstract class PtsInode extends Inode {
    private static final int BLOCK_BYTES = 1024;

    final PtsFileSystem fileSystem;
    private final long number;
    private final long deviceNumber;
    private final long createdNs;
    private int mode;
    private int uid;
    private int gid;
    private long accessNs;
    private long modifyNs;
    private long changeNs;

    PtsInode(PtsFileSystem fileSystem, long number, int mode, int uid, int gid, long deviceNumber) {
        this.fileSystem = fileSystem;
        this.number = number;
        this.mode = mode;
        this.uid = uid;
        this.gid = gid;
        this.deviceNumber = deviceNumber;
        createdNs = fileSystem.nowNs();
        accessNs = createdNs;
        modifyNs = createdNs;
        changeNs = createdNs;
    }

    final long number() {
        return number;
    }

    int links() {
        return 1;
    }

    @Override
    public final int stat(Stat out) {
        out.device = fileSystem.device();
        out.inode = number;
        out.mode = mode;
        out.links = links();
        out.uid = uid;
        out.gid = gid;
        out.deviceNumber = deviceNumber;
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
    public final int setMode(int newMode) {
        mode = mode & Stat.S_IFMT | newMode & ~Stat.S_IFMT;
        changeNs = fileSystem.nowNs();
        return 0;
    }

    @Override
    public final int setOwner(int newUid, int newGid) {
        uid = newUid == -1 ? uid : newUid;
        gid = newGid == -1 ? gid : newGid;
        changeNs = fileSystem.nowNs();
        return 0;
    }

    @Override
    public final int setTimes(long newAccessNs, long newModifyNs) {
        accessNs = newAccessNs == Long.MIN_VALUE ? accessNs : newAccessNs;
        modifyNs = newModifyNs == Long.MIN_VALUE ? modifyNs : newModifyNs;
        changeNs = fileSystem.nowNs();
        return 0;
    }
}
