package demitasse.net.stack;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;

/**
 * One direction of a bad line, in whatever time its caller has: frames queue before a bottleneck of some bandwidth,
 * travel for a while, and some of them get lost, come twice, late or damaged. Everything follows from the seed.
 */
final class Wire {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final int BITS_PER_BYTE = 8;
    private static final int IP = 14;
    private static final int TCP = IP + 20;

    /**
     * What is wrong with it; chances in thousandths of the frames.
     *
     * @param bitsPerSecond of the bottleneck; 0 for none
     * @param queueFrames how many frames wait before the bottleneck; one more is lost
     */
    record Spec(int lost, int repeated, int reordered, int corrupted, long delayNs, long bitsPerSecond,
            int queueFrames) {
        Spec(int lost, int repeated, int reordered, int corrupted, long delayNs) {
            this(lost, repeated, reordered, corrupted, delayNs, 0, 0);
        }
    }

    private record Frame(long atNs, long number, byte[] bytes) implements Comparable<Frame> {
        @Override
        public int compareTo(Frame other) {
            return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(number, other.number);
        }
    }

    private final Spec spec;
    private Random random;
    private final PriorityQueue<Frame> travelling = new PriorityQueue<>();
    /** When the frames leave that stand before the bottleneck. */
    private final Queue<Long> leavingNs = new ArrayDeque<>();
    private long freeAtNs;
    private long number;
    long lost;
    long overflowed;
    /** What was put in. */
    long bytes;
    /** Whether nothing happens to frames for now. */
    boolean isGood;
    /** Whether options of SYNs get lost on the way, as some firewalls have it: no SACK, no time stamps, no scale. */
    boolean stripsOptions;
    /** Frames with data that did not arrive, or not whole. */
    long dataLost;

    Wire(Spec spec, long seed) {
        this.spec = spec;
        this.random = new Random(seed);
    }

    /** Luck begins anew: what was sent before, in whatever number, changes nothing of what comes. */
    void restart(long seed) {
        random = new Random(seed);
        dataLost = 0;
    }

    void put(byte[] frame, long nowNs) {
        bytes += frame.length;
        if (stripsOptions) {
            stripOptions(frame);
        }
        while (!leavingNs.isEmpty() && leavingNs.peek() <= nowNs) {
            leavingNs.remove();
        }
        boolean full = spec.queueFrames > 0 && leavingNs.size() >= spec.queueFrames;
        boolean gone = chance(spec.lost);
        if (full || gone) {
            overflowed += full ? 1 : 0;
            lost += full ? 0 : 1;
            dataLost += isData(frame) ? 1 : 0;
            return;
        }
        if (spec.bitsPerSecond > 0) {
            freeAtNs = Math.max(freeAtNs, nowNs) + frame.length * BITS_PER_BYTE * NS_PER_S / spec.bitsPerSecond;
            leavingNs.add(freeAtNs);
        } else {
            freeAtNs = nowNs;
        }
        travel(frame);
        if (chance(spec.repeated)) {
            travel(frame.clone());
        }
    }

    /** Puts no-operations in the place of all options of a SYN over IPv4. */
    private static void stripOptions(byte[] frame) {
        boolean tcp = frame.length >= TCP + 20 && frame[12] == 8 && frame[13] == 0 && frame[IP + 9] == 6;
        if (!tcp || (frame[TCP + 13] & 2) == 0) {
            return;
        }
        int end = TCP + ((frame[TCP + 12] & 0xf0) >> 2);
        Arrays.fill(frame, TCP + 20, end, (byte) 1);
        frame[TCP + 16] = 0;
        frame[TCP + 17] = 0;
        int length = frame.length - TCP;
        int sum = ~ScriptSegment.sum(frame, TCP, length, ScriptSegment.sum(frame, IP + 12, 8, 6 + length));
        frame[TCP + 16] = (byte) (sum >> 8);
        frame[TCP + 17] = (byte) sum;
    }

    private void travel(byte[] bytes) {
        if (chance(spec.corrupted)) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            dataLost += isData(bytes) ? 1 : 0;
        }
        long extraNs = chance(spec.reordered) ? random.nextLong(2 * spec.delayNs + 1) : 0;
        travelling.add(new Frame(freeAtNs + spec.delayNs + extraNs, number++, bytes));
    }

    private static boolean isData(byte[] bytes) {
        return bytes.length > 150;
    }

    private boolean chance(int thousandths) {
        return !isGood && thousandths > 0 && random.nextInt(1000) < thousandths;
    }

    /** When the next frame arrives; the largest long without one. */
    long nextNs() {
        return travelling.isEmpty() ? Long.MAX_VALUE : travelling.peek().atNs;
    }

    /** A frame that has arrived; null without one. */
    byte[] take(long nowNs) {
        return nextNs() <= nowNs ? travelling.poll().bytes : null;
    }
}
