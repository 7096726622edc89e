package demitasse.net.wire;

import demitasse.base.memory.Memory;

/** Moves of raw bytes for the layers above. */
public final class Bytes {
    private Bytes() {
    }

    public static void copy(long source, long target, int lengthBytes) {
        Memory.copy(source, target, lengthBytes);
    }

    /** On the heap. */
    public static byte[] copyOf(long address, int lengthBytes) {
        byte[] copy = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            copy[i] = Memory.getByte(address + i);
        }
        return copy;
    }

    public static void clear(long target, int lengthBytes) {
        Memory.fill(target, lengthBytes, (byte) 0);
    }

    /** The first four bytes of a transport header: source and target port. */
    public static int portsAt(long header) {
        return Memory.getIntBe(header);
    }

    public static int shortAt(long address) {
        return Memory.getUnsignedShortBe(address);
    }

    public static int intAt(long address) {
        return Memory.getIntBe(address);
    }

    public static int byteAt(long address) {
        return Memory.getUnsignedByte(address);
    }
}
