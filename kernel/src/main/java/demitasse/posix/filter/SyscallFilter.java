package demitasse.posix.filter;

import demitasse.base.memory.JavaHeap;
import demitasse.machine.UserContext;
import demitasse.net.wire.BpfMachine;

/** A program that judges system calls, and the older ones that do so too; or "strict mode", seccomp(2). */
public final class SyscallFilter extends BpfMachine {
    /** What a program answers, in the upper half of a word; as a signed number the smallest of all answers counts. */
    public static final int KILL_PROCESS = 0x8000_0000;
    public static final int KILL_THREAD = 0;
    public static final int TRAP = 0x0003_0000;
    public static final int ERRNO = 0x0005_0000;
    public static final int USER_NOTIF = 0x7fc0_0000;
    public static final int TRACE = 0x7ff0_0000;
    public static final int LOG = 0x7ffc_0000;
    public static final int ALLOW = 0x7fff_0000;
    public static final int ACTION = 0xffff_0000;
    public static final int DATA = 0xffff;

    /** PR_GET_SECCOMP, and /proc/PID/status. */
    public static final int MODE_STRICT = 1;
    public static final int MODE_FILTER = 2;
    /** What Linux allows all programs of a chain together, each with a few more: MAX_INSNS_PER_PATH. */
    public static final int CHAIN_LENGTH_MAX = 32_768;
    private static final int CHAIN_PENALTY = 4;
    private static final int AUDIT_ARCH_X86_64 = 0xc000_003e;
    private static final int WORDS = 16;
    private static final int FIRST_ARGUMENT = 4;
    /** What one takes of the kernel's heap, beside its program. */
    private static final int HEAP_BYTES = 192;

    private final SyscallFilter older;
    private final int length;
    private final int count;
    /** The tasks that it judges, and the newer programs. */
    private int holders;
    /** struct seccomp_data as words: number, architecture, instruction pointer, arguments. */
    private final int[] data = new int[WORDS];
    /** That of the newest, while it judges. */
    private int[] input = data;

    /**
     * @param code what {@link demitasse.net.wire.ClassicBpf} has found good; null for strict mode
     * @param older who judges as well; null for nobody
     */
    public SyscallFilter(long[] code, SyscallFilter older) {
        super(code);
        this.older = older;
        length = (code == null ? 0 : code.length) + (older == null ? 0 : older.length + CHAIN_PENALTY);
        count = older == null ? 1 : older.count + 1;
        JavaHeap.take(heapBytes());
        if (older != null) {
            older.hold();
        }
    }

    private long heapBytes() {
        return HEAP_BYTES + (code == null ? 0 : (long) code.length * Long.BYTES);
    }

    /** A task has another program; null for none. */
    public static SyscallFilter exchange(SyscallFilter before, SyscallFilter after) {
        if (after != null) {
            after.hold();
        }
        if (before != null) {
            before.release();
        }
        return after;
    }

    /** It judges a task more. */
    public void hold() {
        holders++;
    }

    /** It judges a task less; with the last one it goes, and so may older ones. */
    public void release() {
        SyscallFilter one = this;
        while (one != null && --one.holders == 0) {
            JavaHeap.give(one.heapBytes());
            one = one.older;
        }
    }

    public int mode() {
        return code == null ? MODE_STRICT : MODE_FILTER;
    }

    /** How many programs judge. */
    public int count() {
        return code == null ? 0 : count;
    }

    /** Of all programs together, as Linux counts. */
    public int length() {
        return length;
    }

    /** Whether this one or an older one is the given one. */
    public boolean descendsFrom(SyscallFilter other) {
        SyscallFilter one = this;
        while (one != null && one != other) {
            one = one.older;
        }
        return one == other;
    }

    /** What comes of the call in these registers. @param place of the instruction after the call */
    int judge(UserContext registers, long place) {
        data[0] = (int) registers.register(UserContext.ORIG_RAX);
        data[1] = AUDIT_ARCH_X86_64;
        put(2, place);
        put(FIRST_ARGUMENT, registers.register(UserContext.RDI));
        put(FIRST_ARGUMENT + 2, registers.register(UserContext.RSI));
        put(FIRST_ARGUMENT + 4, registers.register(UserContext.RDX));
        put(FIRST_ARGUMENT + 6, registers.register(UserContext.R10));
        put(FIRST_ARGUMENT + 8, registers.register(UserContext.R8));
        put(FIRST_ARGUMENT + 10, registers.register(UserContext.R9));
        int verdict = ALLOW;
        for (SyscallFilter one = this; one != null; one = one.older) {
            one.input = data;
            int answer = one.execute(WORDS * Integer.BYTES);
            verdict = (answer & ACTION) < (verdict & ACTION) ? answer : verdict;
        }
        return verdict;
    }

    private void put(int word, long value) {
        data[word] = (int) value;
        data[word + 1] = (int) (value >>> Integer.SIZE);
    }

    @Override
    protected int load(int operation, int offset) {
        return input[offset / Integer.BYTES];
    }
}
