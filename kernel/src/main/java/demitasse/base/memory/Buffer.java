package demitasse.base.memory;

/**
 * A bounded view of raw memory: offsets are checked by assertion, so a wrong layout is a panic and never a stray store.
 * Little endian, unaligned. Owns nothing; {@link #set} moves it.
 */
public final class Buffer {
    private long address;
    private int sizeBytes;

    public Buffer() {
    }

    public Buffer(long address, int sizeBytes) {
        set(address, sizeBytes);
    }

    public Buffer set(long newAddress, int newSizeBytes) {
        address = newAddress;
        sizeBytes = newSizeBytes;
        return this;
    }

    public long address() {
        return address;
    }

    public int sizeBytes() {
        return sizeBytes;
    }

    /** 0..255. */
    public int byteAt(int offset) {
        return Memory.getUnsignedByte(place(offset, 1));
    }

    /** 0..65535. */
    public int shortAt(int offset) {
        return Memory.getUnsignedShort(place(offset, 2));
    }

    public int intAt(int offset) {
        return Memory.getInt(place(offset, 4));
    }

    public long longAt(int offset) {
        return Memory.getLong(place(offset, 8));
    }

    public void putByte(int offset, int value) {
        Memory.putByte(place(offset, 1), (byte) value);
    }

    public void putShort(int offset, int value) {
        Memory.putShort(place(offset, 2), (short) value);
    }

    public void putInt(int offset, int value) {
        Memory.putInt(place(offset, 4), value);
    }

    public void putLong(int offset, long value) {
        Memory.putLong(place(offset, 8), value);
    }

    public void clear() {
        Memory.fill(address, sizeBytes, (byte) 0);
    }

    /** Moves bytes inside the buffer; the ranges may overlap. */
    public void move(int from, int to, int lengthBytes) {
        Memory.copy(place(from, lengthBytes), place(to, lengthBytes), lengthBytes);
    }

    /** Copies bytes from elsewhere in kernel memory. */
    public void copyFrom(long source, int offset, int lengthBytes) {
        Memory.copy(source, place(offset, lengthBytes), lengthBytes);
    }

    private long place(int offset, int lengthBytes) {
        assert offset >= 0 && lengthBytes >= 0 && offset <= sizeBytes - lengthBytes : "an access stays in its buffer";
        return address + offset;
    }
}
