package demitasse.posix.file;

import static demitasse.base.error.Errno.ENODATA;

import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Text;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Mount;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Transfer;

/** A mount in the making, fsopen(2), or one that is about to be changed, fspick(2). */
public final class MountSpec extends AnonymousHandle {
    public static final int OPTIONS_BYTES_MAX = 4096;

    /** Of the file system; null for one that was picked. */
    public final String type;
    /** What was picked; null for a new one. */
    public final Mount picked;
    /** As mount(2) takes them: separated by commas. */
    public final StringBuilder options = new StringBuilder();
    public String source = "none";
    public boolean readOnly;
    /** Made, and not mounted yet; this is its owner. */
    private FileSystem made;
    private boolean mounted;
    private long heapBytes;

    public MountSpec(Files files, String type, Mount picked) {
        super(files, OpenFlags.O_RDWR);
        this.type = type;
        this.picked = picked;
    }

    /** Whether the kernel has room for what is to be kept: so many characters more. */
    public boolean takeRoom(int characters) {
        // A builder that grows has twice as many.
        long bytes = 2L * characters * Character.BYTES;
        boolean room = JavaHeap.hasRoom(bytes);
        if (room) {
            JavaHeap.take(bytes);
            heapBytes += bytes;
        }
        return room;
    }

    public boolean isMade() {
        return made != null || mounted;
    }

    public void setMade(FileSystem fileSystem) {
        made = fileSystem;
    }

    /** Hands the file system over, once; null without one. */
    public FileSystem take() {
        FileSystem taken = made;
        mounted |= taken != null;
        made = null;
        return taken;
    }

    @Override
    public void describe(Text out) {
        out.add("anon_inode:[fscontext]");
    }

    /** There are no messages, fsopen(2). */
    @Override
    public long read(Transfer target, long offset) {
        return -ENODATA;
    }

    @Override
    protected void released() {
        JavaHeap.give(heapBytes);
        if (made != null) {
            made.unmounted();
        }
    }
}
