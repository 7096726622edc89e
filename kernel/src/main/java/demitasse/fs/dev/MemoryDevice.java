package demitasse.fs.dev;

import static demitasse.base.error.Errno.ENOSPC;

import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** /dev/null, /dev/zero and /dev/full, null(4) and full(4). */
public final class MemoryDevice implements Device {
    private final boolean zeros;
    private final boolean full;

    private MemoryDevice(boolean zeros, boolean full) {
        this.zeros = zeros;
        this.full = full;
    }

    public static MemoryDevice ofNull() {
        return new MemoryDevice(false, false);
    }

    public static MemoryDevice ofZero() {
        return new MemoryDevice(true, false);
    }

    public static MemoryDevice ofFull() {
        return new MemoryDevice(true, true);
    }

    @Override
    public int open(Inode node, int flags, Path path, Ref<FileHandle> out) {
        out.value = new Handle(node, flags, path);
        return 0;
    }

    private final class Handle extends DeviceHandle {
        Handle(Inode node, int flags, Path path) {
            super(node, flags, path);
        }

        @Override
        public boolean isPollable() {
            return false;
        }

        @Override
        public long read(Transfer target, long offset) {
            return zeros ? target.putZeros(target.remaining()) : 0;
        }

        @Override
        public long write(Transfer source, long offset) {
            if (full) {
                return -ENOSPC;
            }
            // Null looks at no byte of the buffer: a bad address is taken as well, as on Linux.
            return source.remaining();
        }
    }
}
