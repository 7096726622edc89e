package demitasse.vfs;

import demitasse.base.memory.Memory;

/** Bytes of a file name or path in kernel memory: mutable, a view, never a String. */
public final class Name {
    private long address;
    private int length;

    public Name() {
    }

    public Name(long address, int length) {
        set(address, length);
    }

    /** A name for text known at build time, in memory that lives for ever. ASCII only. */
    public static Name ofConstant(String text, long address) {
        for (int i = 0; i < text.length(); i++) {
            Memory.putByte(address + i, (byte) text.charAt(i));
        }
        return new Name(address, text.length());
    }

    public void set(long newAddress, int newLength) {
        address = newAddress;
        length = newLength;
    }

    public long address() {
        return address;
    }

    public int length() {
        return length;
    }

    /** The byte at an index, 0..255. */
    public int at(int index) {
        assert index >= 0 && index < length;
        return Memory.getUnsignedByte(address + index);
    }

    public boolean sameBytes(Name other) {
        return length == other.length && Memory.compare(address, other.address, length) == 0;
    }

    /** True when the bytes are this ASCII text. */
    public boolean is(String text) {
        if (length != text.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (at(i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
