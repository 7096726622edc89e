package demitasse.boot;

import demitasse.alloc.Allocator;
import demitasse.base.memory.Memory;
import demitasse.vfs.Name;

/** The kernel's command line, decoded into strings that end in NUL; see the package. */
public final class CommandLine {
    /** More keys than this are ignored from the end: a bound, not a promise; arguments have their own in execve(2). */
    private static final int ITEMS_MAX = 65_536;
    private static final long NUMBER_MAX = Long.MAX_VALUE / 10 - 1;

    private final Strings arguments = new Strings();
    private final Strings environment = new Strings();
    private final Strings tmpfs = new Strings();
    /** Decoded, "key=value". */
    private final Strings items = new Strings();

    private CommandLine() {
    }

    /** Decodes the text at {@code source}; null without memory for it. */
    public static CommandLine parse(long source, int lengthBytes, Allocator allocator) {
        long copy = allocator.allocate((long) lengthBytes + 1, 1);
        if (copy == Allocator.NONE) {
            return null;
        }
        CommandLine line = new CommandLine();
        line.decode(source, lengthBytes, copy);
        for (int i = 0; i < line.items.count(); i++) {
            line.collect("arg=", i, line.arguments);
            line.collect("env=", i, line.environment);
            line.collect("tmpfs=", i, line.tmpfs);
        }
        return line;
    }

    public Strings arguments() {
        return arguments;
    }

    public Strings environment() {
        return environment;
    }

    /** What is to be mounted besides, each PATH or PATH:OPTIONS. */
    public Strings tmpfs() {
        return tmpfs;
    }

    /** The value of a key as a number; 0 when the key is not there or its value is none. */
    public long number(String key) {
        Name text = new Name();
        long number = 0;
        if (find(key, text)) {
            for (int i = 0; i < text.length(); i++) {
                int digit = text.at(i) - '0';
                number = digit < 0 || digit > 9 || number > NUMBER_MAX ? 0 : number * 10 + digit;
            }
        }
        return number;
    }

    /**
     * The value of a key, the last one if there are several.
     *
     * @param out set to the value, which ends in NUL
     * @return false when the key is not there
     */
    public boolean find(String key, Name out) {
        for (int i = items.count() - 1; i >= 0; i--) {
            if (hasKey(i, key)) {
                int prefix = key.length() + 1;
                out.set(items.address(i) + prefix, items.length(i) - prefix);
                return true;
            }
        }
        return false;
    }

    /** The text between spaces goes to {@code target} with its escapes resolved: it never grows. */
    private void decode(long source, int lengthBytes, long target) {
        long to = target;
        long start = target;
        int i = 0;
        while (i < lengthBytes) {
            int c = Memory.getUnsignedByte(source + i);
            if (c == ' ' || c == '\n') {
                to = finish(start, to);
                start = to;
                i++;
            } else if (c == '%' && i + 2 < lengthBytes && hex(source + i + 1) >= 0 && hex(source + i + 2) >= 0) {
                Memory.putByte(to++, (byte) (hex(source + i + 1) << 4 | hex(source + i + 2)));
                i += 3;
            } else {
                Memory.putByte(to++, (byte) c);
                i++;
            }
        }
        finish(start, to);
    }

    /** Ends the item that began at {@code start}; answers where the next begins. */
    private long finish(long start, long end) {
        if (end == start || items.count() == ITEMS_MAX) {
            return start;
        }
        Memory.putByte(end, (byte) 0);
        items.add(start, (int) (end - start));
        return end + 1;
    }

    private void collect(String prefix, int item, Strings into) {
        if (startsWith(item, prefix)) {
            into.add(items.address(item) + prefix.length(), items.length(item) - prefix.length());
        }
    }

    private boolean hasKey(int item, String key) {
        return items.length(item) > key.length() && startsWith(item, key)
                && Memory.getByte(items.address(item) + key.length()) == '=';
    }

    private boolean startsWith(int item, String text) {
        if (items.length(item) < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (Memory.getUnsignedByte(items.address(item) + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int hex(long address) {
        int c = Memory.getUnsignedByte(address);
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = c | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }
}
