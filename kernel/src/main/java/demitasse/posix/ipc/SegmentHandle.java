package demitasse.posix.ipc;

import demitasse.base.memory.Text;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;

/** What a mapping of a segment holds; never has a descriptor. Maps of proc(5) show it as "/SYSV" and the key. */
final class SegmentHandle extends FileHandle {
    private final Segment segment;
    private final int key;

    SegmentHandle(Segment segment, int flags) {
        super(flags);
        this.segment = segment;
        key = segment.key();
        segment.opened();
    }

    @Override
    public Inode inode() {
        return segment.contents();
    }

    @Override
    public void describe(Text out) {
        out.add("/SYSV").hex(key & 0xffff_ffffL, 8).add(" (deleted)");
    }

    @Override
    protected void released() {
        segment.closed();
    }
}
