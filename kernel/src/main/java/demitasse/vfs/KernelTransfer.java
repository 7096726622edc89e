package demitasse.vfs;

import demitasse.base.memory.Memory;

/** A {@link Transfer} to or from kernel memory: for reading headers, sendfile(2), splice(2). */
public final class KernelTransfer extends Transfer {
    private long address;
    private long remaining;

    public KernelTransfer set(long newAddress, long lengthBytes) {
        address = newAddress;
        remaining = lengthBytes;
        return this;
    }

    @Override
    public long remaining() {
        return remaining;
    }

    @Override
    public long put(long source, long lengthBytes) {
        long length = Math.min(lengthBytes, remaining);
        Memory.copy(source, address, length);
        return advance(length);
    }

    @Override
    public long take(long target, long lengthBytes) {
        long length = Math.min(lengthBytes, remaining);
        Memory.copy(address, target, length);
        return advance(length);
    }

    @Override
    public long putZeros(long lengthBytes) {
        long length = Math.min(lengthBytes, remaining);
        Memory.fill(address, length, (byte) 0);
        return advance(length);
    }

    private long advance(long moved) {
        address += moved;
        remaining -= moved;
        return moved;
    }
}
