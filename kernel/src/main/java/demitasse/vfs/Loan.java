package demitasse.vfs;

/** Bytes of a file that may be read where they stand. */
public final class Loan {
    /** Where they stand, one behind the other; 0 when they cannot be lent and have to be copied. */
    public long address;
    /** How many; 0 behind the end of the file. */
    public long lengthBytes;
    /** Whether they stand in frames that are the reader's only as long as he holds them; else they never go away. */
    public boolean isHeld;

    public void set(long newAddress, long newLengthBytes, boolean newHeld) {
        address = newAddress;
        lengthBytes = newLengthBytes;
        isHeld = newHeld;
    }
}
