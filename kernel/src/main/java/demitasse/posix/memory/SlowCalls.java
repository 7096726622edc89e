package demitasse.posix.memory;

/**
 * Which system calls came the slow way before. Most calls of a program's start are made once and never again, and a
 * page of text of one's own with jumps to stubs costs several times what one slow call does.
 */
final class SlowCalls {
    private static final int PLACES = 16;
    /** So many calls a memory makes the slow way at most before each is taken for one that will come again. */
    private static final int FIRST_CALLS_MAX = 64;

    private final long[] places = new long[PLACES];
    private int firstCalls;

    /** Whether the call at an address is not the first from there, as far as is known. */
    boolean comesAgain(long address) {
        int place = (int) address & PLACES - 1;
        if (places[place] == address || firstCalls == FIRST_CALLS_MAX) {
            return true;
        }
        places[place] = address;
        firstCalls++;
        return false;
    }
}
