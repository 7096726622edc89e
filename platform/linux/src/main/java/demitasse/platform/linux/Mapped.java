package demitasse.platform.linux;

import demitasse.alloc.PageTable;
import demitasse.base.error.Panic;
import demitasse.machine.AddressSpace;
import demitasse.machine.PhysicalMemory;

/**
 * What one host process has mapped below USER_END: pages of one address space, its holder, though not always all. It
 * is called while that process is active; changes of the holder at other times are noted as stale, and unmapped when
 * the process is entered again.
 *
 * <p>A switch within a process changes what differs. A parent and its child differ in a few pages that only one of
 * them holds, and for such a page it is ten times cheaper to exchange what two frames hold, and the frames between the
 * page tables, than to have the host map the other frame. What differs in more than a few pages is unmapped altogether
 * and comes back by faults: a program that runs for a short time needs little of what it has.
 */
final class Mapped {
    private static final int PAGE_BYTES = PhysicalMemory.PAGE_BYTES;
    private static final long WRITABLE = AddressSpace.READ | AddressSpace.WRITE;
    /** So many differing pages are dealt with one by one. */
    private static final int DIFFERENCES_MAX = 48;
    /** So many host calls a switch makes before it unmaps everything. */
    private static final int RUNS_MAX = 32;
    /** Two that switch more often than a parent and a child that ends soon take turns. */
    private static final int TURNS_MIN = 8;

    /** So many stale ranges are kept apart. */
    private static final int STALE_MAX = 16;

    private final HostMappings host;
    private final LinuxMemory memory;
    private final int number;
    private final long[] staleStarts = new long[STALE_MAX];
    private final long[] staleEnds = new long[STALE_MAX];
    private int staleCount;
    private final long[] differences = new long[DIFFERENCES_MAX];
    private int differenceCount;
    /** Between which two, and as of when, the differences are. */
    private LinuxAddressSpace compared;
    private LinuxAddressSpace comparedTo;
    /** How many switches in a row were between those two. */
    private int turns;
    private long comparedChanges;
    private LinuxAddressSpace holder;

    /** @param number of the host process, {@link HostMappings} */
    Mapped(HostMappings host, LinuxMemory memory, int number) {
        this.host = host;
        this.memory = memory;
        this.number = number;
    }

    int number() {
        return number;
    }

    LinuxAddressSpace holder() {
        return holder;
    }

    /**
     * Makes another address space the holder.
     *
     * @param exchanges whether the two may exchange frames, because the holder before is the one that ran last
     * @return true when they have
     */
    boolean replace(LinuxAddressSpace next, boolean exchanges) {
        LinuxAddressSpace before = holder;
        if (before == next) {
            return false;
        }
        holder = next;
        if (before == null) {
            return false;
        }
        int count = differences(before, next);
        if (count > DIFFERENCES_MAX) {
            lose(next);
            return false;
        }
        boolean exchanged = false;
        int runs = 0;
        for (int i = 0; i < count && runs <= RUNS_MAX;) {
            long page = differences[i];
            if (exchanges && exchange(before, next, page)) {
                exchanged = true;
                i++;
            } else {
                i += mapRun(next, i, count);
                runs++;
            }
        }
        if (turns > TURNS_MIN) {
            next.hasCalledHost(runs);
        }
        if (runs > RUNS_MAX) {
            lose(next);
        }
        return exchanged;
    }

    private void lose(LinuxAddressSpace next) {
        forgetAll();
        next.hasLost();
    }

    /** A range of the holder has changed while the process was not active. */
    void noteStale(long address, long lengthBytes) {
        long end = address + lengthBytes;
        for (int i = 0; i < staleCount; i++) {
            if (address <= staleEnds[i] && end >= staleStarts[i] || staleCount == STALE_MAX) {
                staleStarts[i] = Math.min(staleStarts[i], address);
                staleEnds[i] = Math.max(staleEnds[i], end);
                return;
            }
        }
        staleStarts[staleCount] = address;
        staleEnds[staleCount] = end;
        staleCount++;
    }

    /** The process has been entered. */
    void forgetStale() {
        for (int i = 0; i < staleCount; i++) {
            if (staleEnds[i] - staleStarts[i] <= LinuxAddressSpace.WHOLE_UNMAP_MAX_BYTES) {
                unmap(staleStarts[i], staleEnds[i] - staleStarts[i]);
            } else {
                forgetAll();
            }
        }
        staleCount = 0;
    }

    /** As {@link #findDifferences}; two that take turns and change nothing else are compared once. */
    private int differences(LinuxAddressSpace before, LinuxAddressSpace next) {
        long changes = before.changes() + next.changes();
        boolean same = compared == before && comparedTo == next || compared == next && comparedTo == before;
        turns = same ? turns + 1 : 0;
        if (!same || comparedChanges != changes) {
            differenceCount = findDifferences(before.table(), next.table());
            compared = before;
            comparedTo = next;
            comparedChanges = changes;
        }
        return differenceCount;
    }

    /** An address space is gone; the process is not active, or has another holder. */
    void forget(LinuxAddressSpace space) {
        if (holder == space) {
            holder = null;
            noteStale(AddressSpace.USER_START, AddressSpace.USER_END - AddressSpace.USER_START);
        }
        if (compared == space || comparedTo == space) {
            compared = null;
            comparedTo = null;
        }
    }

    /** How many pages differ, which are noted; more than {@link #DIFFERENCES_MAX} for too many. */
    private int findDifferences(PageTable one, PageTable two) {
        int count = 0;
        long end = AddressSpace.USER_END;
        for (long at = one.nextDifference(two, 0, end); at < end; at = one.nextDifference(two, at + PAGE_BYTES, end)) {
            if (count == DIFFERENCES_MAX) {
                return count + 1;
            }
            differences[count] = at;
            count++;
        }
        return count;
    }

    /**
     * What two frames hold changes places, where nobody else sees them; the host keeps its mapping, if that can be
     * written.
     */
    private boolean exchange(LinuxAddressSpace before, LinuxAddressSpace next, long page) {
        long old = before.table().translate(page);
        long wanted = next.table().translate(page);
        if ((old & AddressSpace.PROTECTION_MASK) != WRITABLE || !next.table().isOwnedForWriting(page)
                || !before.isPrivate(old) || !next.isPrivate(wanted)) {
            return false;
        }
        host.exchange(old & -PAGE_BYTES, wanted & -PAGE_BYTES);
        before.table().exchange(next.table(), page);
        return true;
    }

    /** Has the host map what the new address space has at a run of differing pages; how many these are. */
    private int mapRun(LinuxAddressSpace next, int index, int count) {
        long page = differences[index];
        long entry = next.table().translate(page);
        int pages = 1;
        while (index + pages < count && differences[index + pages] == page + (long) pages * PAGE_BYTES
                && next.table().translate(differences[index + pages])
                        == (entry == 0 ? 0 : entry + (long) pages * PAGE_BYTES)) {
            pages++;
        }
        if (entry == 0) {
            unmap(page, (long) pages * PAGE_BYTES);
        } else {
            map(page, (long) pages * PAGE_BYTES, (int) (entry & AddressSpace.PROTECTION_MASK), entry & -PAGE_BYTES);
        }
        return pages;
    }

    void map(long address, long lengthBytes, int protection, long frame) {
        if (tryMap(address, lengthBytes, protection, frame) < 0) {
            // The host has no room for another mapping (vm.max_map_count): everything else may come back by faults.
            forgetAll();
            if (tryMap(address, lengthBytes, protection, frame) < 0) {
                throw Panic.because("the host refuses to map a page of a program");
            }
        }
    }

    private int tryMap(long address, long lengthBytes, int protection, long frame) {
        return memory.isRam(frame)
                ? host.mapRam(address, lengthBytes, protection, frame - memory.ramAddress())
                : host.mapImage(address, lengthBytes, protection, frame - memory.initrdAddress());
    }

    /** Pages that the host does not have are let be, and so are those it cannot protect: they come back by faults. */
    void protect(long address, long lengthBytes, int protection) {
        if (host.protect(address, lengthBytes, protection) < 0) {
            unmap(address, lengthBytes);
        }
    }

    void unmap(long address, long lengthBytes) {
        if (host.unmap(address, lengthBytes) < 0) {
            forgetAll();
        }
    }

    private void forgetAll() {
        host.unmap(AddressSpace.USER_START, AddressSpace.USER_END - AddressSpace.USER_START);
    }
}
