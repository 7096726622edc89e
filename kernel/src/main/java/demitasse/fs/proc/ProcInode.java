package demitasse.fs.proc;

import demitasse.base.annotation.ColdPath;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/** What all files of procfs have in common: they belong to somebody, have no size and were changed just now. */
abstract class ProcInode extends Inode {
    private static final int BLOCK_BYTES = 1024;
    /** Directories that everybody may look into belong to the user of the process even if the rest is root's. */
    private static final int OPEN_DIRECTORY = Stat.S_IFDIR | 0555;

    final ProcFileSystem fileSystem;
    final long number;
    final int mode;
    /** The process whose files belong to its user; 0 for root's. */
    final int owner;

    ProcInode(ProcFileSystem fileSystem, long number, int mode, int owner) {
        this.fileSystem = fileSystem;
        this.number = number;
        this.mode = mode;
        this.owner = owner;
    }

    /** DT_*, readdir(3): the file type of the mode. */
    final int type() {
        return (mode & Stat.S_IFMT) >>> 12;
    }

    int links() {
        return 1;
    }

    @Override
    @ColdPath("stat(2) of procfs makes a view of a process")
    public int stat(Stat out) {
        ProcessView process = owner == 0 ? null : ownerNow();
        if (process != null && mode != OPEN_DIRECTORY && !process.mayBeDumped()) {
            process = null;
        }
        long nowNs = fileSystem.realtimeNs();
        out.device = fileSystem.device();
        out.inode = number;
        out.mode = mode;
        out.links = links();
        out.uid = process == null ? 0 : process.userId(ProcessView.EFFECTIVE);
        out.gid = process == null ? 0 : process.groupId(ProcessView.EFFECTIVE);
        out.deviceNumber = 0;
        out.sizeBytes = 0;
        out.blockBytes = BLOCK_BYTES;
        out.blocks = 0;
        out.accessNs = nowNs;
        out.modifyNs = nowNs;
        out.changeNs = nowNs;
        out.birthNs = nowNs;
        return 0;
    }

    @ColdPath("procfs makes objects as it is asked")
    private ProcessView ownerNow() {
        return fileSystem.processes().find(owner, owner);
    }
}
