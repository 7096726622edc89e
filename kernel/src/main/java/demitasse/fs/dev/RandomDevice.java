package demitasse.fs.dev;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Buffer;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** /dev/random and /dev/urandom, random(4): the same since Linux 5.6. */
public final class RandomDevice implements Device {
    /** _IOR('R', 0x00, int): the entropy count in bits. */
    private static final int RNDGETENTCNT = 0x80045200;
    private static final int RND_REQUESTS = 0x5200;
    private static final int POOL_BITS = 256;

    private final RandomSource source;
    private final Buffer chunk;
    private final boolean pollable;

    /**
     * @param chunk kernel memory through which the bytes go, a page or so
     * @param pollable as /dev/random is, and /dev/urandom is not
     */
    public RandomDevice(RandomSource source, Buffer chunk, boolean pollable) {
        this.pollable = pollable;
        this.source = source;
        this.chunk = chunk;
    }

    @Override
    public int open(Inode node, int flags, Path path, Ref<FileHandle> out) {
        out.value = new Handle(node, flags, path);
        return 0;
    }

    private long read(Transfer target) {
        long moved = 0;
        while (target.remaining() > 0) {
            int length = (int) Math.min(target.remaining(), chunk.sizeBytes());
            source.fill(chunk.address(), length);
            long n = target.put(chunk.address(), length);
            if (n <= 0) {
                return moved > 0 ? moved : n;
            }
            moved += n;
        }
        // What was handed out does not stay in the kernel.
        chunk.clear();
        return moved;
    }

    private long write(Transfer from) {
        long moved = 0;
        while (from.remaining() > 0) {
            long n = from.take(chunk.address(), Math.min(from.remaining(), chunk.sizeBytes()));
            if (n <= 0) {
                return moved > 0 ? moved : n;
            }
            source.mix(chunk.address(), (int) n);
            moved += n;
        }
        return moved;
    }

    private final class Handle extends DeviceHandle {
        Handle(Inode node, int flags, Path path) {
            super(node, flags, path);
        }

        @Override
        public boolean isPollable() {
            return pollable;
        }

        @Override
        public long read(Transfer target, long offset) {
            return RandomDevice.this.read(target);
        }

        @Override
        public long write(Transfer from, long offset) {
            return RandomDevice.this.write(from);
        }

        @Override
        public long control(int request, long argument, ControlMemory user) {
            if (request == RNDGETENTCNT) {
                chunk.putInt(0, POOL_BITS);
                return user.copyOut(chunk.address(), argument, Integer.BYTES) < 0 ? -EFAULT : 0;
            }
            return (request & 0xff00) == (RND_REQUESTS & 0xff00) ? -EPERM : -EINVAL;
        }
    }
}
