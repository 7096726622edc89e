package demitasse.platform.sim;

import demitasse.base.memory.HostMemory;
import java.util.TreeMap;

/**
 * Poison and watchpoints over the simulated memory: an access to a poisoned range throws, an access to a watched
 * range is reported. Ranges do not overlap.
 */
public final class CheckedMemory implements HostMemory.Watch {
    private record Range(long endAddress, Runnable onAccess, String reason) {
    }

    private final TreeMap<Long, Range> ranges = new TreeMap<>();

    /** Puts itself before the memory that is installed now. */
    public CheckedMemory() {
        HostMemory.watch(this);
    }

    /** Any access from here on is a bug, with this reason. */
    public void poison(long address, long lengthBytes, String reason) {
        ranges.put(address, new Range(address + lengthBytes, null, reason));
    }

    /** Calls {@code onAccess} before each access. */
    public void watch(long address, long lengthBytes, Runnable onAccess) {
        ranges.put(address, new Range(address + lengthBytes, onAccess, ""));
    }

    public void clear(long address) {
        ranges.remove(address);
    }

    @Override
    public void access(long address, long lengthBytes, boolean write) {
        var entry = ranges.lowerEntry(address + lengthBytes);
        if (entry == null || entry.getValue().endAddress() <= address) {
            return;
        }
        Range range = entry.getValue();
        if (range.onAccess() != null) {
            range.onAccess().run();
            return;
        }
        throw new IllegalStateException((write ? "write to" : "read of") + " poisoned memory at 0x"
                + Long.toHexString(address) + ": " + range.reason());
    }
}
