package demitasse.boot;

import demitasse.base.memory.Buffer;
import demitasse.base.memory.Cpuid;
import demitasse.base.memory.Text;

/** /proc/cpuinfo as Linux on x86-64 prints it: what CPUID says of the processor, Intel SDM vol. 2. */
final class Processor {
    private static final int EXTENDED = 0x8000_0000;
    /** Names of the bits from 0 up, arch/x86/include/asm/cpufeatures.h; "-" has none. */
    private static final String LEAF1_EDX = "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca "
            + "cmov pat pse36 pn"
            + " clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe";
    private static final String EXTENDED_EDX = "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt"
            + " pdpe1gb rdtscp - lm 3dnowext 3dnow";
    private static final String LEAF1_ECX = "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid "
            + "sdbg fma cx16"
            + " xtpr pdcm - pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand"
            + " hypervisor";
    private static final String EXTENDED_ECX = "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse"
            + " 3dnowprefetch osvw ibs xop skinit wdt - lwp fma4 tce - - - tbm topoext perfctr_core perfctr_nb - bpext"
            + " ptsc perfctr_llc mwaitx - -";
    private static final String LEAF7_EBX = "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid "
            + "rtm cqm - mpx"
            + " rdt_a avx512f avx512dq rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er avx512cd"
            + " sha_ni avx512bw avx512vl";
    private static final String LEAF7_ECX = "- avx512vbmi umip pku ospke waitpkg avx512_vbmi2 - gfni vaes vpclmulqdq"
            + " avx512_vnni avx512_bitalg - avx512_vpopcntdq - la57 - - - - - rdpid - - cldemote - movdiri movdir64b"
            + " enqcmd - -";

    private final Buffer leaf;

    /** @param leaf a little memory */
    Processor(Buffer leaf) {
        this.leaf = leaf;
    }

    void write(Text out) {
        out.add("processor\t: 0\nvendor_id\t: ");
        read(0);
        int highest = leaf.intAt(Cpuid.EAX);
        characters(out, Cpuid.EBX);
        characters(out, Cpuid.EDX);
        characters(out, Cpuid.ECX);
        read(1);
        int signature = leaf.intAt(Cpuid.EAX);
        int flushBytes = (leaf.intAt(Cpuid.EBX) >>> 8 & 0xff) * 8;
        int family = signature >>> 8 & 15;
        int model = signature >>> 4 & 15;
        if (family == 6 || family == 15) {
            model |= signature >>> 12 & 0xf0;
        }
        family += family == 15 ? signature >>> 20 & 0xff : 0;
        out.add("\ncpu family\t: ").number(family).add("\nmodel\t\t: ").number(model).add("\nmodel name\t: ");
        brand(out);
        out.add("\nstepping\t: ").number(signature & 15);
        frequency(out, highest);
        out.add("\nphysical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0"
                + "\ncpu cores\t: 1\napicid\t\t: 0\ninitial apicid\t: 0");
        out.add("\nfpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: ")
                .number(highest).add("\nwp\t\t: yes\nflags\t\t:");
        flags(out, highest);
        out.add("\nbugs\t\t:\nclflush size\t: ").number(flushBytes).add("\ncache_alignment\t: ").number(flushBytes);
        read(EXTENDED | 8);
        int sizes = leaf.intAt(Cpuid.EAX);
        out.add("\naddress sizes\t: ").number(sizes & 0xff).add(" bits physical, ").number(sizes >>> 8 & 0xff);
        out.add(" bits virtual\npower management:\n\n");
    }

    private void flags(Text out, int highest) {
        read(1);
        names(out, LEAF1_EDX, leaf.intAt(Cpuid.EDX));
        read(EXTENDED | 1);
        names(out, EXTENDED_EDX, leaf.intAt(Cpuid.EDX));
        read(1);
        names(out, LEAF1_ECX, leaf.intAt(Cpuid.ECX));
        read(EXTENDED | 1);
        names(out, EXTENDED_ECX, leaf.intAt(Cpuid.ECX));
        if (highest >= 7) {
            read(7);
            names(out, LEAF7_EBX, leaf.intAt(Cpuid.EBX));
            names(out, LEAF7_ECX, leaf.intAt(Cpuid.ECX));
        }
    }

    private void names(Text out, String list, int bits) {
        int position = 0;
        for (int bit = 0; bit < 32 && position < list.length(); bit++) {
            int end = position;
            while (end < list.length() && list.charAt(end) != ' ') {
                end++;
            }
            if ((bits & 1 << bit) != 0 && list.charAt(position) != '-') {
                out.character(' ');
                for (int i = position; i < end; i++) {
                    out.character(list.charAt(i));
                }
            }
            position = end + 1;
        }
    }

    private void brand(Text out) {
        read(EXTENDED);
        if (Integer.compareUnsigned(leaf.intAt(Cpuid.EAX), EXTENDED | 4) < 0) {
            out.add("unknown");
            return;
        }
        for (int part = 2; part <= 4; part++) {
            read(EXTENDED | part);
            for (int register = Cpuid.EAX; register <= Cpuid.EDX; register += 4) {
                characters(out, register);
            }
        }
    }

    /** Leaf 0x16 tells the base frequency in MHz; where it does not, the line is left out rather than invented. */
    private void frequency(Text out, int highest) {
        if (highest >= 0x16) {
            read(0x16);
            int mhz = leaf.intAt(Cpuid.EAX) & 0xffff;
            if (mhz != 0) {
                out.add("\ncpu MHz\t\t: ").number(mhz).add(".000");
            }
        }
    }

    private void characters(Text out, int register) {
        for (int i = 0; i < 4; i++) {
            int c = leaf.byteAt(register + i);
            if (c != 0) {
                out.character(c);
            }
        }
    }

    private void read(int number) {
        Cpuid.read(number, 0, leaf.address());
    }
}
