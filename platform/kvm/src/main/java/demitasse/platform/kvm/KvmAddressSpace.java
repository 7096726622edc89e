package demitasse.platform.kvm;

import static demitasse.base.error.Errno.EACCES;

import demitasse.alloc.PageTable;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.FrameSource;

/** Page tables that the CPU itself walks: the user half by {@link PageTable}, the kernel half shared by all. */
final class KvmAddressSpace implements AddressSpace {
    private static final int PAGE_BYTES = 4096;
    private static final int HALF_TABLE_BYTES = PAGE_BYTES / 2;
    /** Beyond this it is cheaper to forget all translations of the user half, Intel SDM vol. 3 §4.10.4. */
    private static final long SINGLE_PAGES_MAX_BYTES = 32L * PAGE_BYTES;

    private final PageTable table;
    private final long physicalRoot;
    private boolean writeExecuteAllowed;

    private KvmAddressSpace(PageTable table) {
        this.table = table;
        this.physicalRoot = table.root() - KvmMemory.DIRECT_MAP;
    }

    /** Null without a frame for the top level. */
    static KvmAddressSpace create(FrameSource frames) {
        PageTable table = PageTable.create(frames, KvmMemory.DIRECT_MAP);
        if (table == null) {
            return null;
        }
        Memory.copy(Cpu.pageTable() + HALF_TABLE_BYTES, table.root() + HALF_TABLE_BYTES, HALF_TABLE_BYTES);
        return new KvmAddressSpace(table);
    }

    @Override
    public int map(long address, long lengthBytes, int protection, long frame) {
        if (isRefused(protection)) {
            return -EACCES;
        }
        // The CPU remembers no page that was not there, so fresh mappings, the usual case, cost nothing more.
        boolean replaces = isActive() && table.nextMapped(address, address + lengthBytes) < address + lengthBytes;
        int result = table.map(address, lengthBytes, protection, frame);
        if (replaces) {
            invalidate(address, lengthBytes);
        }
        return result;
    }

    @Override
    public int protect(long address, long lengthBytes, int protection) {
        if (isRefused(protection)) {
            return -EACCES;
        }
        table.protect(address, lengthBytes, protection);
        invalidateIfActive(address, lengthBytes);
        return 0;
    }

    @Override
    public void unmap(long address, long lengthBytes) {
        table.unmap(address, lengthBytes);
        invalidateIfActive(address, lengthBytes);
    }

    @Override
    public long translate(long address) {
        return table.translate(address);
    }

    @Override
    public long nextMapped(long address, long limit) {
        return table.nextMapped(address, limit);
    }

    @Override
    public int copyTo(AddressSpace twin, long address, long lengthBytes, boolean unwritable) {
        int result = table.copyTo(((KvmAddressSpace) twin).table, address, lengthBytes, unwritable);
        if (unwritable) {
            invalidateIfActive(address, lengthBytes);
        }
        return result;
    }

    @Override
    public boolean activate() {
        if (!isActive()) {
            Cpu.loadPageTable(physicalRoot);
        }
        return false;
    }

    @Override
    public void destroy() {
        if (isActive()) {
            Cpu.loadPageTable(Cpu.pageTable() - KvmMemory.DIRECT_MAP);
        }
        table.destroy();
    }

    @Override
    public void allowWriteExecute() {
        writeExecuteAllowed = true;
    }

    private boolean isRefused(int protection) {
        return (protection & (WRITE | EXECUTE)) == (WRITE | EXECUTE) && !writeExecuteAllowed;
    }

    private boolean isActive() {
        return Cpu.loadedPageTable() == physicalRoot;
    }

    private void invalidateIfActive(long address, long lengthBytes) {
        if (isActive()) {
            invalidate(address, lengthBytes);
        }
    }

    private void invalidate(long address, long lengthBytes) {
        if (lengthBytes > SINGLE_PAGES_MAX_BYTES) {
            Cpu.loadPageTable(physicalRoot);
            return;
        }
        for (long at = address; at < address + lengthBytes; at += PAGE_BYTES) {
            Cpu.invalidate(at);
        }
    }
}
