package demitasse.base.memory;

/**
 * Builds ASCII text in raw memory, without Strings on the heap. What does not fit is counted but not stored, so that a
 * caller sees from {@link #neededBytes} how large a buffer would have held it (as seq_file of Linux does).
 */
public final class Text {
    private long address;
    private int capacityBytes;
    private int length;

    public Text set(long newAddress, int newCapacityBytes) {
        address = newAddress;
        capacityBytes = newCapacityBytes;
        length = 0;
        return this;
    }

    public long address() {
        return address;
    }

    /** What has been stored. */
    public int length() {
        return Math.min(length, capacityBytes);
    }

    /** What would have been stored in a large enough buffer. */
    public int neededBytes() {
        return length;
    }

    public boolean isTruncated() {
        return length > capacityBytes;
    }

    public void clear() {
        length = 0;
    }

    public Text character(int character) {
        if (length < capacityBytes) {
            Memory.putByte(address + length, (byte) character);
        }
        length++;
        return this;
    }

    /** ASCII text known at build time. */
    public Text add(String text) {
        for (int i = 0; i < text.length(); i++) {
            character(text.charAt(i));
        }
        return this;
    }

    public Text bytes(long source, int lengthBytes) {
        int fitting = Math.max(0, Math.min(lengthBytes, capacityBytes - length));
        Memory.copy(source, address + length, fitting);
        length += lengthBytes;
        return this;
    }

    /** How much still fits; what a caller stores at {@link #endAddress} it tells by {@link #appended}. */
    public int freeBytes() {
        return Math.max(0, capacityBytes - length);
    }

    public long endAddress() {
        return address + length();
    }

    /** Bytes were stored at the end, or would have been. */
    public Text appended(int lengthBytes) {
        length += lengthBytes;
        return this;
    }

    public Text number(long value) {
        if (value < 0) {
            character('-');
        }
        return digits(value, 10, 1, '0');
    }

    public Text unsigned(long value) {
        return radix(value, 10, 1, '0');
    }

    /** Right-aligned in at least {@code width} columns, filled up with {@code fill}; not negative. */
    public Text number(long value, int width, int fill) {
        return digits(value, 10, width, fill);
    }

    /** Lower-case hexadecimal with at least {@code width} digits. */
    public Text hex(long value, int width) {
        return radix(value, 16, width, '0');
    }

    /** Lower-case hexadecimal, right-aligned by spaces in at least {@code width} columns. */
    public Text padHex(long value, int width) {
        return radix(value, 16, width, ' ');
    }

    public Text octal(long value, int width) {
        return radix(value, 8, width, '0');
    }

    public Text newline() {
        return character('\n');
    }

    /** Fills up with spaces to a column counted from {@code start}, a former {@link #neededBytes}. */
    public Text padTo(int start, int width) {
        while (length - start < width) {
            character(' ');
        }
        return this;
    }

    /** Digits of the magnitude; Long.MIN_VALUE's magnitude is right as an unsigned number. */
    private Text digits(long value, int radix, int width, int fill) {
        return radix(value < 0 ? -value : value, radix, width, fill);
    }

    private Text radix(long value, int radix, int width, int fill) {
        int count = 1;
        for (long rest = Long.divideUnsigned(value, radix); rest != 0; rest /= radix) {
            count++;
        }
        for (int i = count; i < width; i++) {
            character(fill);
        }
        int end = length + count;
        long rest = value;
        for (int i = 1; i <= count; i++) {
            long quotient = Long.divideUnsigned(rest, radix);
            storeDigit(end - i, (int) (rest - quotient * radix));
            rest = quotient;
        }
        length = end;
        return this;
    }

    private void storeDigit(int index, int digit) {
        if (index < capacityBytes) {
            Memory.putByte(address + index, (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
    }
}
