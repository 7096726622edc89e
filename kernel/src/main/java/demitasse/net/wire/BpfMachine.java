package demitasse.net.wire;

/** The machine that programs of {@link ClassicBpf} are for. What they load is up to what they look at. */
public abstract class BpfMachine {
    /** What {@link ClassicBpf} has found good. */
    protected final long[] code;
    private final int[] memory = new int[ClassicBpf.MEMORY_WORDS];
    private boolean failed;

    protected BpfMachine(long[] code) {
        this.code = code;
    }

    /**
     * What a load finds.
     *
     * @param operation one of the loads that {@link ClassicBpf} names, or INDEX_HEADER for a byte
     * @return its value, or what {@link #fail} answers
     */
    protected abstract int load(int operation, int offset);

    /** A load that cannot be ends the program: its answer is 0. */
    protected final int fail() {
        failed = true;
        return 0;
    }

    /** Runs the program; its answer. It ends, as jumps lead forward only. */
    protected final int execute(int lengthBytes) {
        int a = 0;
        int x = 0;
        failed = false;
        for (int i = 0; !failed; i++) {
            int k = (int) (code[i] >>> Integer.SIZE);
            int operation = (int) code[i] & 0xffff;
            switch (operation) {
                case ClassicBpf.LOAD, ClassicBpf.LOAD_HALF, ClassicBpf.LOAD_BYTE -> a = load(operation, k);
                case ClassicBpf.LOAD_INDEXED, ClassicBpf.LOAD_HALF_INDEXED, ClassicBpf.LOAD_BYTE_INDEXED ->
                        a = load(operation, k + x);
                case ClassicBpf.LOAD_LENGTH -> a = lengthBytes;
                case ClassicBpf.LOAD_CONSTANT -> a = k;
                case ClassicBpf.LOAD_MEMORY -> a = memory[k];
                case ClassicBpf.INDEX_HEADER -> x = (load(operation, k) & 15) * 4;
                case ClassicBpf.INDEX_LENGTH -> x = lengthBytes;
                case ClassicBpf.INDEX_CONSTANT -> x = k;
                case ClassicBpf.INDEX_MEMORY -> x = memory[k];
                case ClassicBpf.STORE -> memory[k] = a;
                case ClassicBpf.STORE_INDEX -> memory[k] = x;
                case ClassicBpf.TO_INDEX -> x = a;
                case ClassicBpf.FROM_INDEX -> a = x;
                case ClassicBpf.RETURN -> {
                    return k;
                }
                case ClassicBpf.RETURN_A -> {
                    return a;
                }
                case ClassicBpf.JUMP -> i += k;
                default -> {
                    int operand = (operation & ClassicBpf.OPERAND_X) != 0 ? x : k;
                    if ((operation & ClassicBpf.CLASS) == ClassicBpf.JUMP) {
                        i += ClassicBpf.distance(code[i], a, operand);
                    } else if (ClassicBpf.isImpossible(operation, operand)) {
                        failed = true;
                    } else {
                        a = ClassicBpf.compute(operation, a, operand);
                    }
                }
            }
        }
        return 0;
    }
}
