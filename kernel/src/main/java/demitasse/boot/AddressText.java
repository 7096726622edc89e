package demitasse.boot;

import demitasse.base.memory.Text;
import demitasse.net.wire.Ip;
import demitasse.vfs.Name;

/** Addresses as people write them: four decimal numbers, or RFC 4291 §2.2. Reads them from a place in a text. */
final class AddressText {
    private static final int GROUPS = 8;
    private static final int GROUP_DIGITS_MAX = 4;

    private final Name text;
    private int at;
    /** Of what was read last; IPv4 mapped. */
    long high;
    long low;

    AddressText(Name text) {
        this.text = text;
    }

    boolean atEnd() {
        return at == text.length();
    }

    boolean take(int character) {
        boolean there = at < text.length() && text.at(at) == character;
        at += there ? 1 : 0;
        return there;
    }

    /** A decimal number of at most three digits; -1 for anything else. */
    int number(int max) {
        int start = at;
        int value = 0;
        while (at < text.length() && at - start < 3 && text.at(at) >= '0' && text.at(at) <= '9') {
            value = value * 10 + text.at(at++) - '0';
        }
        return at == start || value > max ? -1 : value;
    }

    boolean ipv4() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int part = i > 0 && !take('.') ? -1 : number(255);
            if (part < 0) {
                return false;
            }
            value = value << 8 | part;
        }
        high = 0;
        low = Ip.mapped(value);
        return true;
    }

    /** Groups of hexadecimal digits; two colons stand for as many zeros as are missing. */
    boolean ipv6() {
        int[] groups = new int[GROUPS];
        int count = 0;
        int gap = take(':') ? take(':') ? 0 : GROUPS + 1 : -1;
        int value = group();
        while (value >= 0) {
            groups[count++] = value;
            boolean colon = count < GROUPS && take(':');
            if (colon && gap < 0 && take(':')) {
                gap = count;
                value = group();
            } else {
                value = colon ? group() : -1;
                if (colon && value < 0) {
                    return false;
                }
            }
        }
        if (gap < 0 ? count != GROUPS : gap > count || count == GROUPS) {
            return false;
        }
        high = 0;
        low = 0;
        for (int i = 0; i < count; i++) {
            int place = gap >= 0 && i >= gap ? i + GROUPS - count : i;
            long shifted = (long) groups[i] << 48 - 16 * (place & 3);
            high |= place < 4 ? shifted : 0;
            low |= place < 4 ? 0 : shifted;
        }
        return true;
    }

    private int group() {
        int start = at;
        int value = 0;
        while (at < text.length() && at - start < GROUP_DIGITS_MAX && digit(text.at(at)) >= 0) {
            value = value << 4 | digit(text.at(at++));
        }
        return at == start ? -1 : value;
    }

    private static int digit(int character) {
        int letter = character | 0x20;
        return character >= '0' && character <= '9' ? character - '0'
                : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    /** As RFC 5952 §4 wants it: two colons for the first of the longest rows of zeros. */
    static Text write(Text out, long high, long low) {
        if (Ip.isMapped(high, low)) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                out.number(low >>> shift & 0xff);
                if (shift > 0) {
                    out.character('.');
                }
            }
            return out;
        }
        int longest = 1;
        int first = GROUPS;
        for (int i = 0; i < GROUPS; i++) {
            int zeros = 0;
            while (i + zeros < GROUPS && groupAt(high, low, i + zeros) == 0) {
                zeros++;
            }
            first = zeros > longest ? i : first;
            longest = Math.max(longest, zeros);
        }
        for (int i = 0; i < GROUPS; i++) {
            if (i == first) {
                out.add("::");
                i += longest - 1;
            } else {
                if (i > 0 && i != first + longest) {
                    out.character(':');
                }
                out.hex(groupAt(high, low, i), 1);
            }
        }
        return out;
    }

    private static int groupAt(long high, long low, int index) {
        return (int) ((index < 4 ? high : low) >>> 48 - 16 * (index & 3)) & 0xffff;
    }
}
