package demitasse.posix.memory;

/** Who is asked when no frame is left for a page that a program needs. */
public interface Relief {
    /**
     * Gets frames back from somebody else.
     *
     * @param wanting the memory that needs a page; nothing is taken from it
     * @return whether there are frames now, so that trying again makes sense
     */
    boolean relieve(UserSpace wanting);
}
