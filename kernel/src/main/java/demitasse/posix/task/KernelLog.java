package demitasse.posix.task;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.base.trace.Log;
import demitasse.machine.Clock;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;

/**
 * The last of what the kernel has logged, for syslog(2) and /dev/kmsg: a ring of lines with their time, as printk's,
 * each a record. Places in it count from the first byte ever.
 */
public final class KernelLog implements Log.Sink {
    /** All the memory that {@link #KernelLog} is given. */
    public static final int MEMORY_BYTES = 4 * 4096;
    private static final int PREFIX_BYTES = 64;
    public static final int BYTES = MEMORY_BYTES - PREFIX_BYTES;
    private static final long NS_PER_US = 1000;
    private static final long US_PER_S = 1_000_000;
    private static final int WARNING = 4;

    private final Log.Sink next;
    private final Clock clock;
    private final long startedNs;
    private final long ring;
    private final long prefix;
    private final Text text = new Text();
    private final WaitQueue readers = new WaitQueue();
    private long end;
    private long lines;
    private long cleared;
    private long taken;

    /**
     * Starts with a line about the kernel.
     *
     * @param next who gets the lines as well, as they are
     * @param memory {@link #MEMORY_BYTES} bytes of kernel memory, kept
     */
    public KernelLog(Log.Sink next, Clock clock, long memory) {
        this.next = next;
        this.clock = clock;
        ring = memory;
        prefix = memory + BYTES;
        startedNs = clock.monotonicNs();
        begin(WARNING);
        text.add("Linux version ").add(HostNames.RELEASE_TEXT);
        put(prefix, text.length());
        endLine();
    }

    /** "<priority>[seconds since the start] ". */
    private void begin(int priority) {
        long us = (clock.monotonicNs() - startedNs) / NS_PER_US;
        text.set(prefix, PREFIX_BYTES).character('<').number(priority).add(">[").number(us / US_PER_S, 5, ' ')
                .character('.').number(us % US_PER_S, 6, '0').add("] ");
    }

    /** A line of the kernel's, of facility 0; a warning's level whatever it says. */
    @Override
    public void log(long address, int lengthBytes) {
        add(WARNING, address, lengthBytes);
        next.log(address, lengthBytes);
    }

    /** Keeps lines of a priority of syslog(3), each as a record; the last may lack its end. */
    public void add(int priority, long address, int lengthBytes) {
        int from = 0;
        do {
            int to = from;
            while (to < lengthBytes && Memory.getByte(address + to) != '\n') {
                to++;
            }
            begin(priority);
            put(prefix, text.length());
            put(address + from, to - from);
            endLine();
            from = to + 1;
        } while (from < lengthBytes);
        if (!readers.isEmpty()) {
            readers.wakeAll(Events.IN);
        }
    }

    private void put(long source, int length) {
        for (int i = 0; i < length; i++) {
            Memory.putByte(ring + end++ % BYTES, Memory.getByte(source + i));
        }
    }

    private void endLine() {
        Memory.putByte(ring + end++ % BYTES, (byte) '\n');
        lines++;
    }

    private int at(long place) {
        return Memory.getByte(ring + place % BYTES);
    }

    /** Who waits for a line. */
    public WaitQueue readers() {
        return readers;
    }

    /** How much nobody has {@linkplain #take taken}. */
    public int untaken() {
        return (int) (end - firstLine(taken));
    }

    /** Takes the oldest lines that were not taken, as much as fits; how much it is. */
    public int take(long target, int roomBytes) {
        long from = firstLine(taken);
        int bytes = (int) Math.min(end - from, roomBytes);
        copy(from, target, bytes);
        taken = from + bytes;
        return bytes;
    }

    /** Copies the newest lines since {@link #clear}, as many as fit; how much it is. */
    public int last(long target, int roomBytes) {
        long from = Math.max(cleared, end - roomBytes);
        from = from == cleared ? firstLine(from) : nextLine(from);
        copy(from, target, (int) (end - from));
        return (int) (end - from);
    }

    /** {@link #last} forgets what there is. */
    public void clear() {
        cleared = end;
    }

    /** Where the newest record ends, and the next one will begin. */
    public long end() {
        return end;
    }

    /** What was the end at the last {@link #clear}. */
    public long cleared() {
        return cleared;
    }

    /** How many records came before the one at a place. */
    public long sequence(long place) {
        long number = lines;
        for (long i = place; i < end; i++) {
            number -= at(i) == '\n' ? 1 : 0;
        }
        return number;
    }

    /** Adds the record at a place to a text as /dev/kmsg shows it; the place of the next one. */
    public long describe(long place, long sequence, Text out) {
        long i = place + 1;
        long priority = 0;
        for (; at(i) != '>'; i++) {
            priority = priority * 10 + at(i) - '0';
        }
        long us = 0;
        for (; at(i) != ']'; i++) {
            us = at(i) >= '0' && at(i) <= '9' ? us * 10 + at(i) - '0' : us;
        }
        out.number(priority).character(',').number(sequence).character(',').number(us).add(",-;");
        for (i += 2; at(i) != '\n'; i++) {
            int character = at(i) & 0xff;
            if (character < ' ' || character >= 0x7f || character == '\\') {
                out.add("\\x").hex(character, 2);
            } else {
                out.character(character);
            }
        }
        out.newline();
        return i + 1;
    }

    private void copy(long from, long target, int bytes) {
        for (int i = 0; i < bytes; i++) {
            Memory.putByte(target + i, Memory.getByte(ring + (from + i) % BYTES));
        }
    }

    /** A place, or the first whole line after it where it has been overwritten. */
    public long firstLine(long place) {
        return place >= end - BYTES ? place : nextLine(end - BYTES);
    }

    /** The first place from here on at which a line begins. */
    private long nextLine(long place) {
        // What stood before the oldest byte has been overwritten by the newest, the end of a line.
        long from = place > 0 ? Math.max(place, end - BYTES + 1) : 0;
        while (from > 0 && from < end && at(from - 1) != '\n') {
            from++;
        }
        return from;
    }
}
