package demitasse.posix.exec;

/** The auxiliary vector, getauxval(3): types and values in the order in which Linux writes them. */
final class AuxiliaryVector {
    private static final int AT_NULL = 0;
    private static final int AT_PHDR = 3;
    private static final int AT_PHENT = 4;
    private static final int AT_PHNUM = 5;
    private static final int AT_PAGESZ = 6;
    private static final int AT_BASE = 7;
    private static final int AT_FLAGS = 8;
    private static final int AT_ENTRY = 9;
    private static final int AT_UID = 11;
    private static final int AT_EUID = 12;
    private static final int AT_GID = 13;
    private static final int AT_EGID = 14;
    private static final int AT_PLATFORM = 15;
    private static final int AT_HWCAP = 16;
    private static final int AT_CLKTCK = 17;
    private static final int AT_SECURE = 23;
    private static final int AT_RANDOM = 25;
    private static final int AT_HWCAP2 = 26;
    private static final int AT_RSEQ_FEATURE_SIZE = 27;
    private static final int AT_RSEQ_ALIGN = 28;
    private static final int AT_EXECFN = 31;
    private static final int AT_SYSINFO_EHDR = 33;
    private static final int AT_MINSIGSTKSZ = 51;

    private static final int WORDS_MAX = 48;
    private static final int TICKS_PER_SECOND = 100;
    /**
     * CPUID leaf 1 EDX of every x86-64 CPU with SSE2, less what programs have no use for. They ask CPUID
     * themselves; this is what their C library may print.
     */
    private static final long BASELINE_FEATURES = 0x078b_fbffL;

    /** How far struct rseq is filled in: up to mm_cid. */
    private static final int RSEQ_FEATURE_BYTES = 28;
    private static final int RSEQ_ALIGNMENT_BYTES = 32;

    /** In AT_HWCAP2, arch/x86/include/uapi/asm/hwcap2.h. */
    private static final long HWCAP2_FSGSBASE = 2;

    private final long[] words = new long[WORDS_MAX];
    private int used;
    private int fileName;
    private int random;
    private int platform;

    /**
     * @param vdso the address of the vDSO's header, 0 without one
     * @param signalStackBytes the least alternate signal stack
     * @param baseInstructions whether programs may use RDFSBASE and its relatives
     */
    AuxiliaryVector(ExecRequest request, long vdso, long signalStackBytes, boolean baseInstructions, long headers,
            int headerCount, long interpreterBase, long entry) {
        if (vdso != 0) {
            add(AT_SYSINFO_EHDR, vdso);
        }
        add(AT_MINSIGSTKSZ, signalStackBytes);
        add(AT_HWCAP, BASELINE_FEATURES);
        add(AT_PAGESZ, 4096);
        add(AT_CLKTCK, TICKS_PER_SECOND);
        add(AT_PHDR, headers);
        add(AT_PHENT, ElfFile.PROGRAM_HEADER_BYTES);
        add(AT_PHNUM, headerCount);
        add(AT_BASE, interpreterBase);
        add(AT_FLAGS, 0);
        add(AT_ENTRY, entry);
        add(AT_UID, request.program.shownUid(request.program.uid));
        add(AT_EUID, request.program.shownUid(request.program.euid));
        add(AT_GID, request.program.shownGid(request.program.gid));
        add(AT_EGID, request.program.shownGid(request.program.egid));
        add(AT_SECURE, request.secure ? 1 : 0);
        random = add(AT_RANDOM, 0);
        add(AT_HWCAP2, baseInstructions ? HWCAP2_FSGSBASE : 0);
        add(AT_RSEQ_FEATURE_SIZE, RSEQ_FEATURE_BYTES);
        add(AT_RSEQ_ALIGN, RSEQ_ALIGNMENT_BYTES);
        fileName = add(AT_EXECFN, 0);
        platform = add(AT_PLATFORM, 0);
        add(AT_NULL, 0);
    }

    private int add(int type, long value) {
        words[used] = type;
        words[used + 1] = value;
        used += 2;
        return used - 1;
    }

    /** Fills in what is known only when the stack is laid out. */
    void setStrings(long fileNameAddress, long randomAddress, long platformAddress) {
        words[fileName] = fileNameAddress;
        words[random] = randomAddress;
        words[platform] = platformAddress;
    }

    int words() {
        return used;
    }

    long word(int index) {
        return words[index];
    }
}
