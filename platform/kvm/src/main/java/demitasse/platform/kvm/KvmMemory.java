package demitasse.platform.kvm;

import demitasse.base.error.Panic;
import demitasse.base.memory.Memory;
import demitasse.device.DeviceMemory;
import demitasse.machine.PhysicalMemory;

/**
 * RAM as the loader's memory map tells it, less what is taken: the first MiB, the image with the Java heap behind it,
 * the initrd, and what the loader has left to read. Also gives the drivers their memory, before the kernel has an
 * allocator.
 */
final class KvmMemory implements PhysicalMemory, DeviceMemory {
    static final long DIRECT_MAP = 0xffff_8000_0000_0000L;

    private static final int REGIONS_MAX = 32;
    private static final int RAM = 1;
    private static final long LOW_MEMORY_BYTES = 1 << 20;

    /** struct hvm_start_info, hvm_modlist_entry and hvm_memmap_table_entry of Xen's start_info.h. */
    private static final int MODULE_COUNT = 12;
    private static final int MODULES = 16;
    private static final int COMMAND_LINE = 24;
    private static final int MEMORY_MAP = 40;
    private static final int MEMORY_MAP_ENTRIES = 48;
    private static final int START_INFO_BYTES = 56;
    private static final int MODULE_BYTES = 32;
    private static final int MAP_ENTRY_BYTES = 24;
    private static final int MAP_ENTRY_TYPE = 16;

    private final long[] starts = new long[REGIONS_MAX];
    private final long[] ends = new long[REGIONS_MAX];
    private int count;

    KvmMemory() {
        long info = Cpu.startInfo();
        long map = Memory.getLong(info + MEMORY_MAP);
        int entries = Memory.getInt(info + MEMORY_MAP_ENTRIES);
        for (int i = 0; i < entries; i++) {
            long entry = DIRECT_MAP + map + (long) i * MAP_ENTRY_BYTES;
            if (Memory.getInt(entry + MAP_ENTRY_TYPE) == RAM) {
                add(Memory.getLong(entry), Memory.getLong(entry + 8));
            }
        }
        reserve(0, LOW_MEMORY_BYTES);
        reserve(Cpu.takenStart(), Cpu.takenEnd());
        reserve(initrdPhysical(), initrdPhysical() + initrdBytes());
        reserve(info - DIRECT_MAP, info - DIRECT_MAP + START_INFO_BYTES);
        reserve(map, map + (long) entries * MAP_ENTRY_BYTES);
        long line = Memory.getLong(info + COMMAND_LINE);
        reserve(line, line + commandLineBytes() + 1);
    }

    @Override
    public int regions() {
        return count;
    }

    @Override
    public long regionAddress(int index) {
        return DIRECT_MAP + starts[index];
    }

    @Override
    public long regionBytes(int index) {
        return ends[index] - starts[index];
    }

    @Override
    public boolean zeroed() {
        return Cpu.memoryIsZero() != 0;
    }

    @Override
    public long initrdAddress() {
        return initrdPhysical() == 0 ? 0 : DIRECT_MAP + initrdPhysical();
    }

    @Override
    public long initrdBytes() {
        return hasInitrd() ? Memory.getLong(modules() + 8) : 0;
    }

    static long commandLineAddress() {
        return DIRECT_MAP + Memory.getLong(Cpu.startInfo() + COMMAND_LINE);
    }

    static int commandLineBytes() {
        if (Memory.getLong(Cpu.startInfo() + COMMAND_LINE) == 0) {
            return 0;
        }
        int length = 0;
        while (Memory.getByte(commandLineAddress() + length) != 0) {
            length++;
        }
        return length;
    }

    @Override
    public long physical(long address) {
        return address - DIRECT_MAP;
    }

    @Override
    public long take(long lengthBytes) {
        long bytes = lengthBytes + PAGE_BYTES - 1 & -PAGE_BYTES;
        for (int i = 0; i < count; i++) {
            if (ends[i] - starts[i] >= bytes) {
                long address = DIRECT_MAP + starts[i];
                starts[i] += bytes;
                if (!zeroed()) {
                    Memory.fill(address, bytes, (byte) 0);
                }
                return address;
            }
        }
        Cpu.refuseMemory();
        throw Panic.because("the machine runs on");
    }

    private boolean hasInitrd() {
        return Memory.getInt(Cpu.startInfo() + MODULE_COUNT) > 0;
    }

    private long initrdPhysical() {
        return hasInitrd() ? Memory.getLong(modules()) : 0;
    }

    private static long modules() {
        return DIRECT_MAP + Memory.getLong(Cpu.startInfo() + MODULES);
    }

    private void add(long start, long lengthBytes) {
        long from = start + PAGE_BYTES - 1 & -PAGE_BYTES;
        long to = start + lengthBytes & -PAGE_BYTES;
        if (from < to && count < REGIONS_MAX) {
            starts[count] = from;
            ends[count] = to;
            count++;
        }
    }

    /** Cuts a range out of the regions; what is left of one may be two, one or none. */
    private void reserve(long start, long end) {
        long from = start & -PAGE_BYTES;
        long to = end + PAGE_BYTES - 1 & -PAGE_BYTES;
        for (int i = count - 1; i >= 0 && start < end; i--) {
            long regionStart = starts[i];
            long regionEnd = ends[i];
            if (to <= regionStart || from >= regionEnd) {
                continue;
            }
            count--;
            starts[i] = starts[count];
            ends[i] = ends[count];
            add(regionStart, Math.max(from - regionStart, 0));
            add(to, Math.max(regionEnd - to, 0));
        }
    }
}
