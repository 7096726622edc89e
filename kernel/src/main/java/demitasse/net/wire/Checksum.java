package demitasse.net.wire;

import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;

/**
 * The Internet checksum, RFC 1071: the complement of the one's complement sum of 16-bit words. Sums are kept in the
 * byte order of the machine, which RFC 1071 §2(B) allows, and are ready to be stored by a plain 16-bit store.
 */
public final class Checksum {
    private Checksum() {
    }

    /** The sum over bytes, added to an earlier sum whose number of bytes was even. */
    @HotPath("per packet")
    public static long add(long sum, long address, int lengthBytes) {
        long total = sum;
        long at = address;
        int left = lengthBytes;
        while (left >= 8) {
            long word = Memory.getLong(at);
            total += (word & 0xffff_ffffL) + (word >>> 32);
            at += 8;
            left -= 8;
        }
        while (left >= 2) {
            total += Memory.getUnsignedShort(at);
            at += 2;
            left -= 2;
        }
        return left == 0 ? total : total + Memory.getUnsignedByte(at);
    }

    /** As {@link #add}, for a number in network order. */
    public static long addWord(long sum, int networkOrder16) {
        return sum + (Short.reverseBytes((short) networkOrder16) & 0xffff);
    }

    /** The pseudo header of TCP, UDP and ICMPv6: RFC 9293 §3.1, RFC 8200 §8.1; the same sum for mapped IPv4. */
    @HotPath("per packet")
    public static long pseudo(long sourceHigh, long sourceLow, long targetHigh, long targetLow, int protocol,
            int lengthBytes) {
        long sum;
        if (Ip.isMapped(sourceHigh, sourceLow)) {
            sum = words(sourceLow & 0xffff_ffffL) + words(targetLow & 0xffff_ffffL);
        } else {
            sum = words(sourceHigh) + words(sourceLow) + words(targetHigh) + words(targetLow);
        }
        return addWord(sum + words(lengthBytes), protocol);
    }

    /** The sum of a long that is given in the order of its value. */
    private static long words(long value) {
        long swapped = Long.reverseBytes(value);
        return (swapped & 0xffff_ffffL) + (swapped >>> 32);
    }

    /** Folds to 16 bits, not complemented. */
    @HotPath("per packet")
    public static int fold(long sum) {
        long folded = (sum & 0xffff_ffffL) + (sum >>> 32);
        folded = (folded & 0xffff) + (folded >>> 16);
        folded = (folded & 0xffff) + (folded >>> 16);
        folded = (folded & 0xffff) + (folded >>> 16);
        return (int) folded;
    }

    /** What is stored in a header. */
    public static short finish(long sum) {
        return (short) ~fold(sum);
    }

    /** Puts the checksum of a message, with a pseudo header's sum, at its place. */
    public static void store(long message, int lengthBytes, int offset, long pseudo) {
        Memory.putShort(message + offset, (short) 0);
        Memory.putShort(message + offset, finish(add(pseudo, message, lengthBytes)));
    }

    /** Whether bytes with a checksum among them, and perhaps a pseudo header, are whole. */
    public static boolean isRight(long sum) {
        return fold(sum) == 0xffff;
    }
}
