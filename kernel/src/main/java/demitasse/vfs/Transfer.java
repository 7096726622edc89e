package demitasse.vfs;

/**
 * One end of a data copy: a buffer, or several, of a program or of the kernel. A file's read {@linkplain #put
 * puts} into it, a file's write {@linkplain #take takes} from it; the place moves on with every byte.
 */
public abstract class Transfer {
    /** How many bytes may still be moved. */
    public abstract long remaining();

    /**
     * Copies kernel memory into the buffer.
     *
     * @return the bytes copied, fewer than asked when {@link #remaining} is less or memory ends midway;
     *         -EFAULT when not a single byte could be stored
     */
    public abstract long put(long source, long lengthBytes);

    /** Copies from the buffer into kernel memory; results as for {@link #put}. */
    public abstract long take(long target, long lengthBytes);

    /** Puts zero bytes; results as for {@link #put}. */
    public abstract long putZeros(long lengthBytes);

    /**
     * Offers the next bytes to who can use them where they stand, {@link RegularHandle#lend}, and tells by {@link
     * #lent} that it does; null when they have to be taken.
     */
    public Loan lend(long lengthMaxBytes) {
        return null;
    }

    /** Moves on past bytes of the last {@link #lend}. */
    public void lent(long lengthBytes) {
        assert false : "nothing was lent";
    }
}
