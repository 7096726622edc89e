package demitasse.posix.memory;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.Trap;
import demitasse.testing.TestFile;
import demitasse.testing.TestMemory;
import demitasse.testing.TestPlatform;
import demitasse.testing.TestTree;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;
import org.junit.jupiter.api.Test;

class UserSpaceTest {
    private static final int PAGE = Pages.PAGE_BYTES;
    private static final int RW = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
    private static final int ANONYMOUS = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS;
    private static final int SHARED = MapFlags.MAP_SHARED | MapFlags.MAP_ANONYMOUS;
    private static final int FIXED = ANONYMOUS | MapFlags.MAP_FIXED;
    private static final int WRITE_FAULT = Trap.FAULT_WRITE;

    private final TestMemory memory = new TestMemory(16 << 20, PAGE * 4);
    private final Pages pages = new Pages(memory);
    private final TestPlatform platform = new TestPlatform(memory);
    private final UserSpace space = UserSpace.create(platform, pages, 8 << 20, true);
    private final long buffer = pages.allocateZeroed(2);

    private long map(long address, long length, int protection, int flags) {
        return space.map(address, length, protection, flags, null, 0, false);
    }

    private long frameAt(long address) {
        return space.resident().translate(address & -PAGE) & -PAGE;
    }

    @Test
    void mappingsGrowDownFromTheTopAndNeighboursBecomeOne() {
        long first = map(0, PAGE, RW, ANONYMOUS);
        long second = map(0, 3 * PAGE, RW, ANONYMOUS);
        assertEquals(first - 3 * PAGE, second);
        assertEquals(1, space.mappingCount());
        assertTrue(first < AddressSpace.USER_END && first > AddressSpace.USER_END / 2);
    }

    @Test
    void layoutIsRandom() {
        UserSpace other = UserSpace.create(platform, pages, 8 << 20, true);
        assertNotEquals(space.layout().stackTop(), other.layout().stackTop());
        assertNotEquals(space.layout().mmapTop(), other.layout().mmapTop());
        assertNotEquals(space.layout().programBase(), other.layout().programBase());
        assertTrue(other.layout().mmapTop() + Layout.WINDOW_BYTES + (8 << 20) < other.layout().stackTop());
        assertTrue(other.layout().programBase() < other.layout().mmapTop() - (1L << 40));
    }

    /** The places that TSan of gcc and clang knows for programs, and for libraries and stacks: tsan_platform.h. */
    @Test
    void everyLayoutIsWhereSanitizersExpectIt() {
        for (long entropy : new long[] {0, -1}) {
            Layout layout = new Layout(entropy, entropy, 8 << 20);
            assertTrue(layout.programWindow() >= 0x5500_0000_0000L && layout.programBase() < 0x5680_0000_0000L);
            assertTrue(layout.mmapTop() >= 0x7e90_0000_0000L);
        }
    }

    @Test
    void layoutIsTheSameWithoutRandomness() {
        Layout one = UserSpace.create(platform, pages, 8 << 20, false).layout();
        Layout other = UserSpace.create(platform, pages, 8 << 20, false).layout();
        assertEquals(one.stackTop(), other.stackTop());
        assertEquals(one.mmapTop(), other.mmapTop());
        assertEquals(0x5555_5555_4000L, one.programBase());
        assertEquals(one.brkGapBytes(), other.brkGapBytes());
    }

    @Test
    void hugeLayoutsStayInsideTheUserHalf() {
        for (long limit : new long[] {0, 8 << 20, 1L << 45, Long.MAX_VALUE}) {
            Layout layout = new Layout(-1, -1, limit);
            assertTrue(layout.mmapTop() > AddressSpace.USER_START, "limit " + limit);
            assertTrue(layout.stackTop() < AddressSpace.USER_END);
        }
    }

    @Test
    void hintIsTakenWhenFreeAndIgnoredOtherwise() {
        assertEquals(0x7000_0000L, map(0x7000_0000L, PAGE, RW, ANONYMOUS));
        long other = map(0x7000_0000L, PAGE, RW, ANONYMOUS);
        assertTrue(other > 0 && other != 0x7000_0000L);
    }

    @Test
    void badFixedAddressesAreRefused() {
        assertEquals(-EINVAL, map(0x10001, PAGE, RW, FIXED));
        assertEquals(-EPERM, map(0, PAGE, RW, FIXED));
        assertEquals(-ENOMEM, map(AddressSpace.USER_END - PAGE, 2 * PAGE, RW, FIXED));
        assertEquals(-ENOMEM, map(-PAGE, PAGE, RW, FIXED));
        assertEquals(-ENOMEM, map(0, Long.MAX_VALUE, RW, ANONYMOUS));
        map(0x10000, PAGE, RW, FIXED);
        int noReplace = ANONYMOUS | MapFlags.MAP_FIXED_NOREPLACE;
        assertEquals(-EEXIST, map(0x10000, PAGE, RW, noReplace));
        assertEquals(0x11000, map(0x11000, PAGE, RW, noReplace));
    }

    @Test
    void writableAndExecutableIsRefused() {
        int all = RW | MapFlags.PROT_EXEC;
        assertEquals(-EACCES, map(0, PAGE, all, ANONYMOUS));
        long address = map(0, PAGE, RW, ANONYMOUS);
        assertEquals(-EACCES, space.protect(address, PAGE, all));
        space.allowWriteExecute();
        assertEquals(0, space.protect(address, PAGE, all));
    }

    @Test
    void whatCanNeverBeBackedIsRefused() {
        assertEquals(-ENOMEM, map(0, 1L << 30, RW, ANONYMOUS));
        assertTrue(map(0, 1L << 30, RW, ANONYMOUS | MapFlags.MAP_NORESERVE) > 0);
        assertTrue(map(0, 1L << 40, MapFlags.PROT_NONE, ANONYMOUS) > 0);
    }

    @Test
    void faultsAreToldApart() {
        long address = map(0x10000, PAGE, MapFlags.PROT_READ, FIXED);
        assertEquals(Fault.HANDLED, space.fault(address + 7, 0));
        assertEquals(Fault.DENIED, space.fault(address, WRITE_FAULT));
        assertEquals(Fault.DENIED, space.fault(address, Trap.FAULT_INSTRUCTION));
        assertEquals(Fault.UNMAPPED, space.fault(address + PAGE, 0));
        assertEquals(Fault.UNMAPPED, space.fault(0, 0));
        assertEquals(Fault.UNMAPPED, space.fault(-1, 0));
        assertEquals(Fault.UNMAPPED, space.fault(Long.MIN_VALUE, WRITE_FAULT));
        TestFile file = TestFile.of(pages, new byte[PAGE + 1]);
        long mapped = space.map(0, 4 * PAGE, RW, MapFlags.MAP_PRIVATE, file, 0, false);
        assertEquals(Fault.HANDLED, space.fault(mapped + 2 * PAGE - 1, WRITE_FAULT));
        assertEquals(Fault.BEYOND_END, space.fault(mapped + 2 * PAGE, WRITE_FAULT));
        assertEquals(Fault.BEYOND_END, space.fault(mapped + 3 * PAGE, 0));
    }

    @Test
    void emptyMachineAnswersNoMemory() {
        long address = map(0, 64 * PAGE, RW, ANONYMOUS);
        while (pages.allocate(0) != Pages.NONE) {
            assertTrue(pages.freeBytes() >= 0);
        }
        assertEquals(Fault.NO_MEMORY, space.fault(address, WRITE_FAULT));
        assertEquals(-EFAULT, space.copyOut(buffer, address, 1));
    }

    @Test
    void anonymousMemoryComesInRunsOfConsecutiveFramesWithinWindows() {
        long address = map(0x10_1000, 40 * PAGE, RW, FIXED);
        space.fault(0x11_2345, WRITE_FAULT);
        assertEquals(16, space.residentPages());
        assertEquals(frameAt(0x11_0000) + 15 * PAGE, frameAt(0x11_f000));
        space.fault(address, WRITE_FAULT);
        assertEquals(31, space.residentPages(), "the window begins before the mapping");
        space.fault(0x12_2345, WRITE_FAULT);
        assertEquals(40, space.residentPages(), "and ends behind it");
    }

    @Test
    void anonymousMemoryThatIsUsedFromBelowComesInLongerRuns() {
        long address = map(0x10_0000, 100 * PAGE, RW, FIXED);
        space.fault(address, WRITE_FAULT);
        assertEquals(16, space.residentPages());
        space.fault(address + 18 * PAGE, WRITE_FAULT);
        assertEquals(80, space.residentPages());
        space.fault(address + 98 * PAGE, WRITE_FAULT);
        assertEquals(84, space.residentPages(), "not where a hole is left");
        space.fault(address + 80 * PAGE, WRITE_FAULT);
        assertEquals(100, space.residentPages(), "up to what is there");
    }

    @Test
    void readFaultMapsTheFilesOwnFramesAndWriteFaultCopies() {
        byte[] contents = new byte[8 * PAGE];
        contents[3 * PAGE] = 42;
        TestFile file = TestFile.of(pages, contents);
        long address = space.map(0, 8 * PAGE, RW, MapFlags.MAP_PRIVATE, file, 0, false);
        space.fault(address + 4 * PAGE, 0);
        assertEquals(8, space.residentPages());
        assertEquals(file.inode().frame(3), frameAt(address + 3 * PAGE));
        space.fault(address + 3 * PAGE, WRITE_FAULT);
        assertNotEquals(file.inode().frame(3), frameAt(address + 3 * PAGE));
        assertEquals(42, Memory.getByte(frameAt(address + 3 * PAGE)));
        space.unmap(address, 8 * PAGE);
        assertEquals(1, pages.holders(file.inode().frame(3)));
    }

    @Test
    void sharedMappingWritesToTheFile() {
        TestFile file = TestFile.of(pages, new byte[2 * PAGE]);
        file.inode().punch(1);
        long address = space.map(0, 2 * PAGE, RW, MapFlags.MAP_SHARED, file, 0, false);
        Memory.putInt(buffer, 0x1234);
        assertEquals(0, space.copyOut(buffer, address + PAGE, Integer.BYTES));
        assertEquals(0x1234, Memory.getInt(file.inode().frame(1)));
    }

    @Test
    void lockedCopyOfAHoleFillsTheHole() {
        TestFile file = TestFile.of(pages, new byte[2 * PAGE]);
        file.inode().punch(0);
        file.inode().punch(1);
        long address = space.map(0, 2 * PAGE, RW, MapFlags.MAP_PRIVATE, file, 0, false);
        assertEquals(0, MemoryLock.set(space, address + PAGE, address + 2 * PAGE, true, true));
        assertEquals(0, file.inode().frame(0));
        assertNotEquals(0, file.inode().frame(1));
        assertNotEquals(file.inode().frame(1), frameAt(address + PAGE));
    }

    @Test
    void theImagesDataIsCopiedWithItsNeighboursWhenItIsTouched() {
        Inode image = new Inode() {
            @Override
            public int stat(Stat out) {
                return 0;
            }

            @Override
            public long page(long index, boolean create) {
                return index < 4 ? memory.initrdAddress() + index * PAGE : -EINVAL;
            }
        };
        FileHandle file = new FileHandle(0) {
            @Override
            public Inode inode() {
                return image;
            }
        };
        Memory.putInt(memory.initrdAddress() + 3 * PAGE, 33);
        long address = 0x40_0000;
        space.map(address, 4 * PAGE, MapFlags.PROT_READ, MapFlags.MAP_PRIVATE | MapFlags.MAP_FIXED, file, 0, false);
        space.fault(address, 0);
        assertEquals(memory.initrdAddress() + 3 * PAGE, frameAt(address + 3 * PAGE), "what is only read is not copied");
        space.map(address, 4 * PAGE, RW, MapFlags.MAP_PRIVATE | MapFlags.MAP_FIXED, file, 0, false);
        space.fault(address + PAGE, 0);
        assertNotEquals(memory.initrdAddress() + PAGE, frameAt(address + PAGE));
        assertEquals(frameAt(address) + 3 * PAGE, frameAt(address + 3 * PAGE));
        assertEquals(33, Memory.getInt(frameAt(address + 3 * PAGE)));
        assertEquals(4, space.residentPages());
        space.unmap(address + PAGE, PAGE);
        space.map(address + PAGE, PAGE, RW, MapFlags.MAP_PRIVATE | MapFlags.MAP_FIXED, file, PAGE, false);
        space.fault(address + PAGE, WRITE_FAULT);
        assertEquals(4, space.residentPages());
        space.map(address * 2, 3 * PAGE, RW, MapFlags.MAP_PRIVATE | MapFlags.MAP_FIXED, file, 0, false);
        space.fault(address * 2 + 2 * PAGE, 0);
        assertEquals(frameAt(address * 2) + 2 * PAGE, frameAt(address * 2 + 2 * PAGE), "three pages are a run too");
    }

    @Test
    void truncationTakesMappedPagesAway() {
        TestTree tree = new TestTree();
        UserSpace memory = UserSpace.create(new TestPlatform(tree.memory), tree.pages, 8 << 20, true);
        tree.file("/f");
        FileHandle file = tree.open("/f", OpenFlags.O_RDWR);
        tree.write(file, new byte[] {5}, 3 * PAGE);
        long shared = memory.map(0, 4 * PAGE, RW, MapFlags.MAP_SHARED, file, 0, false);
        long copied = memory.map(0, 4 * PAGE, RW, MapFlags.MAP_PRIVATE, file, 0, false);
        memory.fault(shared + 3 * PAGE, 0);
        memory.fault(copied + 3 * PAGE, WRITE_FAULT);
        assertEquals(0, file.inode().allocate(3, 3 * PAGE, PAGE), "punch a hole");
        long word = tree.pages.allocateZeroed();
        memory.copyIn(shared + 3 * PAGE, word, 1);
        assertEquals(0, Memory.getByte(word));
        memory.copyIn(copied + 3 * PAGE, word, 1);
        assertEquals(5, Memory.getByte(word), "a private copy stays");
        file.inode().truncate(PAGE);
        assertEquals(Fault.BEYOND_END, memory.fault(shared + 3 * PAGE, 0));
        assertEquals(Fault.BEYOND_END, memory.fault(copied + 3 * PAGE, 0));
        memory.unmap(copied, 4 * PAGE);
        file.inode().truncate(4 * PAGE);
        assertEquals(Fault.HANDLED, memory.fault(shared + 3 * PAGE, 0));
        memory.destroy();
        file.inode().truncate(0);
        file.release();
    }

    @Test
    void sharedReadOnlyFileNeverBecomesWritable() {
        TestFile file = TestFile.of(pages, new byte[PAGE]);
        long address = space.map(0, PAGE, MapFlags.PROT_READ, MapFlags.MAP_SHARED, file, 0, true);
        assertEquals(-EACCES, space.protect(address, PAGE, RW));
    }

    @Test
    void sharedAnonymousPagesLiveAsLongAsAMapping() {
        long free = pages.freeBytes();
        long address = map(0, 4 * PAGE, RW, SHARED);
        Memory.putInt(buffer, 77);
        space.copyOut(buffer, address + 2 * PAGE, Integer.BYTES);
        // An old size of 0 maps the same pages again, mremap(2).
        long twin = Remap.remap(space, address, 0, 4 * PAGE, MapFlags.MREMAP_MAYMOVE, 0);
        space.unmap(address, 4 * PAGE);
        space.copyIn(twin + 2 * PAGE, buffer, Integer.BYTES);
        assertEquals(77, Memory.getInt(buffer));
        space.unmap(twin, 4 * PAGE);
        assertEquals(free, pages.freeBytes());
    }

    @Test
    void hugeSharedMemoryCostsWhatIsTouched() {
        long free = pages.freeBytes();
        long address = map(0, 1L << 44, RW, SHARED);
        assertTrue(address > 0);
        for (long at = address; at < address + (1L << 44); at += 1L << 42) {
            assertEquals(0, space.copyOut(buffer, at + 12345, 8));
        }
        assertTrue(free - pages.freeBytes() < 80L * PAGE);
        space.unmap(address, 1L << 44);
        assertEquals(free, pages.freeBytes());
    }

    @Test
    void adviceReachesAllMappingsThoughItJoinsThem() {
        long address = map(0x50_0000, 3 * PAGE, RW, FIXED);
        assertEquals(0, Advice.advise(space, address + PAGE, address + 3 * PAGE, Advice.MADV_DONTFORK));
        assertEquals(2, space.mappingCount());
        assertEquals(0, Advice.advise(space, address, address + 3 * PAGE, Advice.MADV_DONTFORK));
        assertEquals(1, space.mappingCount());
        int result = Advice.advise(space, address - PAGE, address + 4 * PAGE, Advice.MADV_DOFORK);
        assertEquals(-ENOMEM, result, "holes are told, the rest is advised");
        assertEquals(0, Advice.advise(space, address, address + 3 * PAGE, Advice.MADV_DONTNEED));
    }

    @Test
    void mappingsAreLimited() {
        long result = 0x1000_0000L;
        int made = 0;
        while (result > 0) {
            result = map(0x1000_0000L + 2L * PAGE * made, PAGE, RW, FIXED);
            made++;
        }
        assertEquals(-ENOMEM, result);
        assertTrue(made > 1000 && made < 5000);
        assertEquals(0, space.unmap(0x1000_0000L, 10 * PAGE));
        assertTrue(map(0, PAGE, MapFlags.PROT_READ, ANONYMOUS) > 0);
    }

    @Test
    void stackGrowsDownToItsLimitAndKeepsAGap() {
        long top = 0x7000_0000L;
        map(top - PAGE, PAGE, RW, FIXED | MapFlags.MAP_GROWSDOWN);
        assertEquals(Fault.HANDLED, space.fault(top - 5 * PAGE, WRITE_FAULT));
        assertEquals(Fault.HANDLED, space.fault(top - (8 << 20), WRITE_FAULT));
        assertEquals(Fault.UNMAPPED, space.fault(top - (8 << 20) - 1, WRITE_FAULT));
        space.unmap(top - (8 << 20), 8 << 20);
        map(top - PAGE, PAGE, RW, FIXED | MapFlags.MAP_GROWSDOWN);
        map(top - (2 << 20), PAGE, RW, FIXED);
        assertEquals(Fault.UNMAPPED, space.fault(top - (2 << 20) + (1 << 19), WRITE_FAULT));
        assertEquals(Fault.HANDLED, space.fault(top - (1 << 19), WRITE_FAULT));
    }

    @Test
    void heapMovesUpAndDown() {
        Heap heap = space.heap();
        heap.placeAfter(0x40_1234);
        long start = heap.start();
        assertTrue(start >= 0x40_2000 && start % PAGE == 0);
        assertEquals(start + 5000, heap.moveTo(start + 5000));
        Memory.putInt(buffer, 5);
        assertEquals(0, space.copyOut(buffer, start + 8188, Integer.BYTES));
        assertEquals(start + 1, heap.moveTo(start + 1));
        assertEquals(-EFAULT, space.copyIn(start + PAGE, buffer, 1));
        assertEquals(start + 1, heap.moveTo(start - 1));
        assertEquals(start + 1, heap.moveTo(Long.MIN_VALUE));
        assertEquals(start + 1, heap.moveTo(start + (1L << 40)));
        map(start + 16 * PAGE, PAGE, RW, FIXED);
        assertEquals(start + 1, heap.moveTo(start + 17 * PAGE));
        assertEquals(start + 16 * PAGE, heap.moveTo(start + 16 * PAGE));
    }

    @Test
    void resizedMappingKeepsItsContents() {
        long address = map(0x20_0000, 2 * PAGE, RW, FIXED);
        map(0x20_3000, PAGE, RW, FIXED);
        Memory.putInt(buffer, 99);
        space.copyOut(buffer, address + PAGE, Integer.BYTES);
        assertEquals(address, Remap.remap(space, address, 2 * PAGE, 3 * PAGE, 0, 0));
        assertEquals(-ENOMEM, Remap.remap(space, address, 3 * PAGE, 5 * PAGE + (1 << 20), 0, 0));
        long moved = Remap.remap(space, address, 3 * PAGE, 64 * PAGE, MapFlags.MREMAP_MAYMOVE, 0);
        assertTrue(moved > 0 && moved != address);
        space.copyIn(moved + PAGE, buffer + 8, Integer.BYTES);
        assertEquals(99, Memory.getInt(buffer + 8));
        assertEquals(-EFAULT, space.copyIn(address, buffer, 1));
    }

    @Test
    void remapRefusesWhatLinuxRefuses() {
        long address = map(0x20_0000, 2 * PAGE, RW, FIXED);
        int move = MapFlags.MREMAP_MAYMOVE;
        int fixed = move | MapFlags.MREMAP_FIXED;
        assertEquals(-EINVAL, Remap.remap(space, address + 1, PAGE, PAGE, move, 0));
        assertEquals(-EINVAL, Remap.remap(space, address, PAGE, 0, move, 0));
        assertEquals(-EINVAL, Remap.remap(space, address, PAGE, -1, move, 0));
        assertEquals(-EINVAL, Remap.remap(space, address, PAGE, PAGE, MapFlags.MREMAP_FIXED, 0x30_0000));
        assertEquals(-EINVAL, Remap.remap(space, address, PAGE, PAGE, MapFlags.MREMAP_DONTUNMAP, 0));
        assertEquals(-EINVAL, Remap.remap(space, address, PAGE, 2 * PAGE, MapFlags.MREMAP_DONTUNMAP | move, 0));
        assertEquals(-EINVAL, Remap.remap(space, address, 2 * PAGE, 2 * PAGE, fixed, address + PAGE));
        assertEquals(-EINVAL, Remap.remap(space, address, PAGE, PAGE, fixed, -PAGE));
        assertEquals(-EINVAL, Remap.remap(space, address, 0, PAGE, move, 0));
        assertEquals(-EFAULT, Remap.remap(space, address, 3 * PAGE, 4 * PAGE, move, 0));
        assertEquals(-EFAULT, Remap.remap(space, 0x10_0000, PAGE, PAGE, move, 0));
        assertEquals(-ENOMEM, Remap.remap(space, address, PAGE, Long.MAX_VALUE / 2, move, 0));
        assertEquals(address, Remap.remap(space, address, 100 * PAGE, PAGE, 0, 0), "shrinking never fails");
        assertEquals(PAGE, space.mappedBytes());
    }

    @Test
    void copiesCrossPagesAndStopWhereMemoryEnds() {
        long address = map(0x30_0000, 2 * PAGE, RW, FIXED);
        for (int i = 0; i < 100; i++) {
            Memory.putByte(buffer + i, (byte) i);
        }
        assertEquals(0, space.copyOut(buffer, address + PAGE - 50, 100));
        assertEquals(0, space.copyIn(address + PAGE - 50, buffer + 200, 100));
        assertEquals(0, Memory.compare(buffer, buffer + 200, 100));
        assertEquals(10, space.copyInPartly(address + 2 * PAGE - 10, buffer, 100));
        assertEquals(-EFAULT, space.copyInPartly(address + 2 * PAGE, buffer, 100));
        assertEquals(-EFAULT, space.copyIn(address + 2 * PAGE - 10, buffer, 100));
        assertEquals(7, space.zeroPartly(address + 2 * PAGE - 7, 8));
        assertEquals(0, space.copyIn(0, buffer, 0));
        assertEquals(-EFAULT, space.copyIn(-8, buffer, 16));
        assertEquals(-EFAULT, space.copyIn(AddressSpace.USER_END, buffer, 16));
    }

    @Test
    void deniedPageIsNeitherReadNorWritten() {
        long address = map(0, PAGE, RW, ANONYMOUS);
        assertEquals(0, space.copyOut(buffer, address, 8));
        space.protect(address, PAGE, MapFlags.PROT_NONE);
        assertEquals(-EFAULT, space.copyIn(address, buffer, 8));
        space.protect(address, PAGE, MapFlags.PROT_READ);
        assertEquals(0, space.copyIn(address, buffer, 8));
        assertEquals(-EFAULT, space.copyOut(buffer, address, 8));
    }

    @Test
    void stringsAreFoundAcrossPagesAndBounded() {
        long address = map(0x30_0000, 2 * PAGE, RW, FIXED);
        Memory.fill(buffer, 300, (byte) 'x');
        Memory.putByte(buffer + 299, (byte) 0);
        space.copyOut(buffer, address + PAGE - 150, 300);
        assertEquals(299, space.copyString(address + PAGE - 150, buffer + PAGE, 4096));
        assertEquals(0, Memory.compare(buffer, buffer + PAGE, 300));
        assertEquals(-ENAMETOOLONG, space.copyString(address + PAGE - 150, buffer + PAGE, 299));
        assertEquals(299, space.copyString(address + PAGE - 150, buffer + PAGE, 300));
        space.copyOut(buffer, address + 2 * PAGE - 20, 20);
        assertEquals(-EFAULT, space.copyString(address + 2 * PAGE - 20, buffer + PAGE, 4096));
    }

    @Test
    void vectorGoesThroughItsBuffersInTurn() {
        long address = map(0x30_0000, 4 * PAGE, RW, FIXED);
        long vector = address + PAGE - 4;
        putEntries(vector, address + 2 * PAGE, 3, 0, 0, address + 3 * PAGE, 10, address + 4 * PAGE - 2, 100);
        UserTransfer transfer = new UserTransfer();
        assertEquals(0, transfer.setVector(space, vector, 4, 1));
        assertEquals(112, transfer.remaining());
        for (int i = 0; i < 20; i++) {
            Memory.putByte(buffer + i, (byte) (i + 1));
        }
        assertEquals(5, transfer.put(buffer, 5));
        assertEquals(7 + 2, transfer.put(buffer + 5, 30));
        assertEquals(-EFAULT, transfer.put(buffer, 1));
        space.copyIn(address + 3 * PAGE, buffer + 100, 10);
        assertEquals(3, Memory.getByte(buffer + 100));
        assertEquals(12, Memory.getByte(buffer + 109));
        space.copyIn(address + 2 * PAGE, buffer + 100, 3);
        assertEquals(0, Memory.getByte(buffer + 100));
        assertEquals(2, Memory.getByte(buffer + 102));
    }

    @Test
    void badVectorsAreRefused() {
        long address = map(0x30_0000, PAGE, RW, FIXED);
        UserTransfer transfer = new UserTransfer();
        assertEquals(-EINVAL, transfer.setVector(space, address, -1, 0));
        assertEquals(-EINVAL, transfer.setVector(space, address, 1025, 0));
        assertEquals(-EFAULT, transfer.setVector(space, address + PAGE - 8, 1, 0));
        putEntries(address, address, -1);
        assertEquals(-EINVAL, transfer.setVector(space, address, 1, 0));
        putEntries(address, -1, 10);
        assertEquals(-EFAULT, transfer.setVector(space, address, 1, 0));
        putEntries(address, address, 1L << 40, address, 1L << 40);
        assertEquals(0, transfer.setVector(space, address, 2, 0));
        assertEquals(UserTransfer.TRANSFER_MAX_BYTES, transfer.remaining());
    }

    private void putEntries(long vector, long... words) {
        for (int i = 0; i < words.length; i++) {
            Memory.putLong(buffer + 2000, words[i]);
            assertEquals(0, space.copyOut(buffer + 2000, vector + 8L * i, 8));
        }
    }
}
