package demitasse.testing;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;
import demitasse.vfs.Transfer;

/**
 * A regular file in consecutive frames of RAM, with its open description; holes and read errors on demand.
 */
public final class TestFile extends FileHandle {
    private static final int PAGE = Pages.PAGE_BYTES;

    private final Node node;
    private int live = 1;

    private TestFile(Node node, int flags) {
        super(flags);
        this.node = node;
    }

    /** A file with the given contents, opened for reading and writing. */
    public static TestFile of(Pages pages, byte[] contents) {
        return new TestFile(new Node(pages, contents), OpenFlags.O_RDWR);
    }

    public static TestFile of(Pages pages, byte[] contents, int flags) {
        return new TestFile(new Node(pages, contents), flags);
    }

    @Override
    public Node inode() {
        return node;
    }

    @Override
    public long read(Transfer target, long offset) {
        if (offset < 0) {
            return -EINVAL;
        }
        long done = 0;
        while (offset + done < node.sizeBytes && target.remaining() > 0) {
            long at = offset + done;
            long frame = node.page(at / PAGE, true);
            if (frame == -EIO) {
                return -EIO;
            }
            long bytes = Math.min(PAGE - at % PAGE, node.sizeBytes - at);
            long moved = target.put(frame + at % PAGE, bytes);
            if (moved <= 0) {
                return done > 0 ? done : moved;
            }
            done += moved;
        }
        return done;
    }

    @Override
    protected void released() {
        live--;
        node.free();
    }

    /** False once the last reference is gone. */
    public boolean isLive() {
        return live > 0;
    }

    /** The inode, whose pages the test may make unreadable. */
    public static final class Node extends Inode {
        private final Pages pages;
        private final long[] frames;
        private final long sizeBytes;
        private int mode = Stat.S_IFREG | 0755;
        private boolean broken;

        private Node(Pages pages, byte[] contents) {
            this.pages = pages;
            sizeBytes = contents.length;
            frames = new long[(contents.length + PAGE - 1) / PAGE];
            int order = frames.length <= 1 ? 0 : 32 - Integer.numberOfLeadingZeros(frames.length - 1);
            long first = pages.allocateZeroed(order);
            pages.releaseRun(first + (long) frames.length * PAGE, (1L << order) - frames.length);
            for (int i = 0; i < frames.length; i++) {
                frames[i] = first + (long) i * PAGE;
            }
            for (int i = 0; i < contents.length; i++) {
                Memory.putByte(first + i, contents[i]);
            }
        }

        @Override
        public int stat(Stat out) {
            out.mode = mode;
            out.sizeBytes = sizeBytes;
            return 0;
        }

        @Override
        public boolean isMappable() {
            return true;
        }

        @Override
        public long page(long index, boolean create) {
            if (index < 0 || index >= frames.length) {
                return -EINVAL;
            }
            if (broken) {
                return -EIO;
            }
            if (frames[(int) index] == 0 && create) {
                long frame = pages.allocateZeroed();
                if (frame == Pages.NONE) {
                    return -ENOMEM;
                }
                frames[(int) index] = frame;
            }
            return frames[(int) index];
        }

        /** The frame that holds a page, 0 for a hole. */
        public long frame(int index) {
            return frames[index];
        }

        /** Takes a page away as fallocate(2) FALLOC_FL_PUNCH_HOLE does. */
        public void punch(int index) {
            if (frames[index] != 0) {
                pages.release(frames[index]);
                frames[index] = 0;
            }
        }

        public void setBroken() {
            broken = true;
        }

        @Override
        public int setMode(int newMode) {
            mode = Stat.S_IFREG | newMode;
            return 0;
        }

        private void free() {
            for (int i = 0; i < frames.length; i++) {
                punch(i);
            }
        }
    }
}
