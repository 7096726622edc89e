package demitasse.platform.sim;

import static demitasse.base.error.Errno.EACCES;

import demitasse.alloc.PageTable;
import demitasse.base.memory.HostMemory;
import demitasse.machine.AddressSpace;
import demitasse.machine.FrameSource;

/** Page tables in simulated memory; {@link UserMode} is the CPU that walks them. */
final class SimAddressSpace implements AddressSpace {
    private final SimPlatform platform;
    private final PageTable table;
    private boolean writeExecuteAllowed;

    SimAddressSpace(SimPlatform platform, PageTable table) {
        this.platform = platform;
        this.table = table;
    }

    /** Null when there is no frame for the top-level table. */
    static SimAddressSpace create(SimPlatform platform, FrameSource frames) {
        PageTable table = PageTable.create(frames, HostMemory.BASE);
        return table == null ? null : new SimAddressSpace(platform, table);
    }

    @Override
    public int map(long address, long lengthBytes, int protection, long frame) {
        if ((protection & (WRITE | EXECUTE)) == (WRITE | EXECUTE) && !writeExecuteAllowed) {
            return -EACCES;
        }
        return table.map(address, lengthBytes, protection, frame);
    }

    @Override
    public int protect(long address, long lengthBytes, int protection) {
        if ((protection & (WRITE | EXECUTE)) == (WRITE | EXECUTE) && !writeExecuteAllowed) {
            return -EACCES;
        }
        table.protect(address, lengthBytes, protection);
        return 0;
    }

    @Override
    public void unmap(long address, long lengthBytes) {
        table.unmap(address, lengthBytes);
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
        return table.copyTo(((SimAddressSpace) twin).table, address, lengthBytes, unwritable);
    }

    @Override
    public boolean activate() {
        platform.activate(this);
        return false;
    }

    @Override
    public void allowWriteExecute() {
        writeExecuteAllowed = true;
    }

    @Override
    public void destroy() {
        table.destroy();
    }
}
