package demitasse.base.memory;

import org.teavm.interop.Import;
import org.teavm.interop.Unmanaged;
import org.teavm.interop.c.Include;

/** The CPUID instruction. On HotSpot the processor is one that says nothing of itself: all leaves are zero. */
public final class Cpuid {
    public static final int EAX = 0;
    public static final int EBX = 4;
    public static final int ECX = 8;
    public static final int EDX = 12;
    public static final int BYTES = 16;

    private Cpuid() {
    }

    /** Stores eax, ebx, ecx and edx of a leaf in kernel memory. */
    public static void read(int leaf, int subleaf, long target) {
        if (Memory.onMetal()) {
            Metal.identify(leaf, subleaf, target);
        } else {
            Memory.fill(target, BYTES, (byte) 0);
        }
    }

    @Include("rawcpu.h")
    private static final class Metal {
        @Import(name = "cpu_identify")
        @Unmanaged
        static native void identify(int leaf, int subleaf, long target);
    }
}
