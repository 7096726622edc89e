package demitasse.testing;

import demitasse.alloc.PageTable;
import demitasse.base.memory.HostMemory;
import demitasse.machine.AddressSpace;
import demitasse.machine.FrameSource;

/** Page tables that no CPU walks; counts what the platform would have been asked to do. */
public final class TestAddressSpace implements AddressSpace {
    private final PageTable table;
    private final TestPlatform platform;
    private int maps;
    private int unmaps;

    TestAddressSpace(TestPlatform platform, PageTable table) {
        this.platform = platform;
        this.table = table;
    }

    /** An address space without a platform; null without memory. */
    public static TestAddressSpace create(FrameSource frames) {
        return create(null, frames);
    }

    static TestAddressSpace create(TestPlatform platform, FrameSource frames) {
        PageTable table = PageTable.create(frames, HostMemory.BASE);
        return table == null ? null : new TestAddressSpace(platform, table);
    }

    @Override
    public int map(long address, long lengthBytes, int protection, long frame) {
        maps++;
        return table.map(address, lengthBytes, protection, frame);
    }

    @Override
    public void allowWriteExecute() {
        // It allows everything.
    }

    @Override
    public int protect(long address, long lengthBytes, int protection) {
        table.protect(address, lengthBytes, protection);
        return 0;
    }

    @Override
    public void unmap(long address, long lengthBytes) {
        unmaps++;
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
        return table.copyTo(((TestAddressSpace) twin).table, address, lengthBytes, unwritable);
    }

    @Override
    public boolean activate() {
        if (platform != null) {
            platform.activated(this);
        }
        return false;
    }

    @Override
    public void destroy() {
        if (platform != null) {
            assert platform.active() != this : "an active address space must not be destroyed";
        }
        table.destroy();
    }

    /** How often {@link #map} was called. */
    public int maps() {
        return maps;
    }

    /** How often {@link #unmap} was called. */
    public int unmaps() {
        return unmaps;
    }
}
