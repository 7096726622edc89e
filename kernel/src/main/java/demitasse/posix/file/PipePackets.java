package demitasse.posix.file;

/**
 * Where packets begin and end in a pipe, pipe2(2) O_DIRECT: for each how many bytes that are no packet stand in
 * front of it, and how many it has. A packet takes a page of the room, as on Linux, so there are no more than the
 * pipe has pages.
 */
final class PipePackets {
    private static final int PAGE_BYTES = 4096;

    private int[] gaps = new int[16];
    private int[] lengths = new int[16];
    private int head;
    private int count;
    /** Bytes behind the last packet. */
    private int tail;
    private int wasted;

    /** @param plainBytes what the pipe holds already */
    PipePackets(int plainBytes) {
        tail = plainBytes;
    }

    int count() {
        return count;
    }

    /** Room that packets take beyond their bytes. */
    int wastedBytes() {
        return wasted;
    }

    /** Whether the last byte of the pipe belongs to no packet. */
    boolean endsPlain() {
        return tail > 0;
    }

    /** Bytes in front of the first packet; all when there is none. */
    int gap() {
        return count == 0 ? tail : gaps[head];
    }

    /** Of the first packet. */
    int length() {
        return lengths[head];
    }

    void addPlain(int bytes) {
        tail += bytes;
    }

    void addPacket(int bytes) {
        if (count == gaps.length) {
            gaps = unrolled(gaps);
            lengths = unrolled(lengths);
            head = 0;
        }
        int at = head + count++ & gaps.length - 1;
        gaps[at] = tail;
        lengths[at] = bytes;
        tail = 0;
        wasted += PAGE_BYTES - bytes;
    }

    private int[] unrolled(int[] ring) {
        int[] more = new int[ring.length * 2];
        for (int i = 0; i < count; i++) {
            more[i] = ring[head + i & ring.length - 1];
        }
        return more;
    }

    /** Bytes have left at the head; with its last a packet is gone. */
    void taken(int bytes) {
        int left = bytes;
        while (left > 0 && count > 0) {
            int plain = Math.min(left, gaps[head]);
            gaps[head] -= plain;
            left -= plain;
            int packed = Math.min(left, lengths[head]);
            lengths[head] -= packed;
            left -= packed;
            wasted += packed;
            if (gaps[head] == 0 && lengths[head] == 0) {
                wasted -= PAGE_BYTES;
                head = head + 1 & gaps.length - 1;
                count--;
            }
        }
        tail -= left;
    }
}
