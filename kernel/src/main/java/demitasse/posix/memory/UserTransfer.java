package demitasse.posix.memory;

import static demitasse.base.error.Errno.ENOSYS;

import demitasse.vfs.Transfer;

/** A buffer, or an iovec of buffers, in user memory. The memory helper fills in {@link #setVector}. */
public final class UserTransfer extends Transfer {
    private UserSpace space;
    private long address;
    private long remaining;

    public void set(UserSpace newSpace, long userAddress, long lengthBytes) {
        space = newSpace;
        address = userAddress;
        remaining = lengthBytes;
    }

    public int setVector(UserSpace newSpace, long iovec, int count, long skipBytes) {
        return -ENOSYS;
    }

    @Override
    public long remaining() {
        return remaining;
    }

    @Override
    public long put(long source, long lengthBytes) {
        return advance(space.copyOutPartly(source, address, Math.min(lengthBytes, remaining)));
    }

    @Override
    public long take(long target, long lengthBytes) {
        return advance(space.copyInPartly(address, target, Math.min(lengthBytes, remaining)));
    }

    @Override
    public long putZeros(long lengthBytes) {
        return advance(space.zeroPartly(address, Math.min(lengthBytes, remaining)));
    }

    private long advance(long moved) {
        if (moved > 0) {
            address += moved;
            remaining -= moved;
        }
        return moved;
    }
}
