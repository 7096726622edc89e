package demitasse.net.wire;

/**
 * Classic BPF, McCanne and Jacobson, "The BSD Packet Filter": an accumulator, an index register, sixteen words of
 * memory, and jumps forward only, so that each program ends. Which ones are taken is that of bpf_check_classic and
 * seccomp_check_filter of Linux. An instruction is a struct sock_filter in a word: 0 code, 16 jt, 24 jf, 32 k.
 */
public final class ClassicBpf {
    /** BPF_MAXINSNS. */
    public static final int LENGTH_MAX = 4096;
    static final int MEMORY_WORDS = 16;

    static final int CLASS = 7;
    static final int OPERAND_X = 8;
    static final int IF_TRUE = 16;
    static final int IF_FALSE = 24;
    static final int SIZE = 0x18;
    static final int SIZE_HALF = 8;
    /** Of a packet: a word, half of one or a byte, at a place or at one that the index is added to. */
    static final int LOAD = 0x20;
    static final int LOAD_HALF = 0x28;
    static final int LOAD_BYTE = 0x30;
    static final int LOAD_INDEXED = 0x40;
    static final int LOAD_HALF_INDEXED = 0x48;
    static final int LOAD_BYTE_INDEXED = 0x50;
    /** Four times the low half of a byte: the length of an IPv4 header. */
    static final int INDEX_HEADER = 0xb1;
    static final int LOAD_LENGTH = 0x80;
    static final int LOAD_CONSTANT = 0;
    static final int LOAD_MEMORY = 0x60;
    static final int INDEX_LENGTH = 0x81;
    static final int INDEX_CONSTANT = 1;
    static final int INDEX_MEMORY = 0x61;
    static final int STORE = 2;
    static final int STORE_INDEX = 3;
    static final int ADD = 4;
    static final int SUBTRACT = 0x14;
    static final int MULTIPLY = 0x24;
    static final int DIVIDE = 0x34;
    static final int OR = 0x44;
    static final int AND = 0x54;
    static final int SHIFT_LEFT = 0x64;
    static final int SHIFT_RIGHT = 0x74;
    static final int NEGATE = 0x84;
    static final int REMAINDER = 0x94;
    static final int XOR = 0xa4;
    static final int JUMP = 5;
    static final int IF_EQUAL = 0x15;
    static final int IF_GREATER = 0x25;
    static final int IF_NOT_LESS = 0x35;
    static final int IF_BITS = 0x45;
    static final int RETURN = 6;
    static final int RETURN_A = 0x16;
    static final int TO_INDEX = 7;
    static final int FROM_INDEX = 0x87;
    private static final int DATA_BYTES = 64;
    private static final int ALL = (1 << MEMORY_WORDS) - 1;

    private final long[] code;
    private final boolean judgesCalls;
    /** Which words of memory are sure to have been stored when an instruction is come to, by jumps. */
    private final int[] stored;

    private ClassicBpf(long[] code, boolean judgesCalls) {
        this.code = code;
        this.judgesCalls = judgesCalls;
        stored = new int[code.length];
    }

    /**
     * Whether a program has known instructions only, ends by an answer, and reads nothing that it has not stored.
     *
     * @param judgesCalls it is for seccomp(2), where fewer are known
     */
    public static boolean isGood(long[] code, boolean judgesCalls) {
        return new ClassicBpf(code, judgesCalls).isGood();
    }

    private boolean isGood() {
        int last = code.length == 0 ? -1 : (int) code[code.length - 1] & 0xffff;
        if (last != RETURN && last != RETURN_A) {
            return false;
        }
        for (int i = 0; i < stored.length; i++) {
            stored[i] = ALL;
        }
        int valid = 0;
        for (int i = 0; i < code.length; i++) {
            int operation = (int) code[i] & 0xffff;
            int k = (int) (code[i] >>> Integer.SIZE);
            valid &= stored[i];
            if (!isKnown(operation, k, valid)) {
                return false;
            }
            if (operation == STORE || operation == STORE_INDEX) {
                valid |= 1 << k;
            } else if ((operation & CLASS) == JUMP) {
                boolean inside = operation == JUMP ? reaches(i, k, valid)
                        : reaches(i, (int) (code[i] >>> IF_TRUE) & 0xff, valid)
                                && reaches(i, (int) (code[i] >>> IF_FALSE) & 0xff, valid);
                if (!inside) {
                    return false;
                }
                valid = ALL;
            }
        }
        return true;
    }

    /** A jump forward. */
    private boolean reaches(int from, int distance, int valid) {
        if (Integer.compareUnsigned(distance, code.length - from - 1) >= 0) {
            return false;
        }
        stored[from + 1 + distance] &= valid;
        return true;
    }

    private boolean isKnown(int operation, int k, int valid) {
        boolean isWord = Integer.compareUnsigned(k, MEMORY_WORDS) < 0;
        return switch (operation) {
            case LOAD -> !judgesCalls || Integer.compareUnsigned(k, DATA_BYTES) < 0 && (k & Integer.BYTES - 1) == 0;
            case LOAD_HALF, LOAD_BYTE, LOAD_INDEXED, LOAD_HALF_INDEXED, LOAD_BYTE_INDEXED, INDEX_HEADER,
                 REMAINDER | OPERAND_X -> !judgesCalls;
            case REMAINDER -> !judgesCalls && k != 0;
            case LOAD_MEMORY, INDEX_MEMORY -> isWord && (valid >>> k & 1) != 0;
            case STORE, STORE_INDEX -> isWord;
            case LOAD_LENGTH, LOAD_CONSTANT, INDEX_LENGTH, INDEX_CONSTANT, TO_INDEX, FROM_INDEX, RETURN, RETURN_A, JUMP,
                 NEGATE -> true;
            case DIVIDE -> k != 0;
            case SHIFT_LEFT, SHIFT_RIGHT -> Integer.compareUnsigned(k, Integer.SIZE) < 0;
            default -> switch (operation & ~OPERAND_X) {
                case ADD, SUBTRACT, MULTIPLY, DIVIDE, OR, AND, XOR, SHIFT_LEFT, SHIFT_RIGHT, IF_EQUAL, IF_GREATER,
                     IF_NOT_LESS, IF_BITS -> true;
                default -> false;
            };
        };
    }

    /** How many instructions a conditional jump skips. */
    static int distance(long instruction, int a, int operand) {
        boolean holds = switch ((int) instruction & 0xffff & ~OPERAND_X) {
            case IF_EQUAL -> a == operand;
            case IF_GREATER -> Integer.compareUnsigned(a, operand) > 0;
            case IF_NOT_LESS -> Integer.compareUnsigned(a, operand) >= 0;
            default -> (a & operand) != 0;
        };
        return (int) (holds ? instruction >>> IF_TRUE : instruction >>> IF_FALSE) & 0xff;
    }

    /** Whether a computation cannot be: then the program ends and its answer is 0. */
    static boolean isImpossible(int operation, int operand) {
        int plain = operation & ~OPERAND_X;
        return operand == 0 && (plain == DIVIDE || plain == REMAINDER);
    }

    /** What the accumulator becomes. */
    static int compute(int operation, int a, int operand) {
        return switch (operation & ~OPERAND_X) {
            case ADD -> a + operand;
            case SUBTRACT -> a - operand;
            case MULTIPLY -> a * operand;
            case DIVIDE -> Integer.divideUnsigned(a, operand);
            case REMAINDER -> Integer.remainderUnsigned(a, operand);
            case OR -> a | operand;
            case AND -> a & operand;
            case XOR -> a ^ operand;
            case SHIFT_LEFT -> a << operand;
            case SHIFT_RIGHT -> a >>> operand;
            default -> -a;
        };
    }
}
