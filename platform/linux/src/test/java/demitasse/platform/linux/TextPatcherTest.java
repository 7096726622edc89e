package demitasse.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.PageTable;
import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.FrameSource;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TextPatcherTest {
    private static final long TEXT = 0x7000_0000_1000L - 0x4000_0000_0000L;
    private static final long AREA = TEXT + 0x20_0000;
    private static final long ENTRY = 0x5555_1234_5678L;
    private static final int PAGE_BYTES = 4096;

    private long nextFrame;
    private LinuxAddressSpace space;
    private long text;

    private final FrameSource frames = new FrameSource() {
        @Override
        public long take() {
            nextFrame += PAGE_BYTES;
            return nextFrame;
        }

        @Override
        public void give(long frame) {
            // A test is over before memory is.
        }

        @Override
        public int holders(long frame) {
            return 1;
        }
    };

    @BeforeEach
    void setUp() {
        HostMemory.install(1 << 20);
        nextFrame = HostMemory.BASE;
        LinuxMemory memory = new LinuxMemory(HostMemory.BASE, 1 << 20, 0, 0);
        space = new LinuxAddressSpace(PageTable.create(frames, HostMemory.BASE), frames, new HostProcesses(null,
                memory), ENTRY);
        text = frames.take();
    }

    @Test
    void theMovThatLoadsTheNumberBecomesAJump() {
        patch("90 b8 27000000 0f05 c3");
        long stub = jumpTarget(1);
        assertEquals("b827000000" + "48b9" + little(TEXT + 8) + "ff25", hex(stub, 17));
        assertEquals(ENTRY, read(target(stub + 15)), "the stub jumps to the kernel");
        assertEquals("0f05c3", text(6, 3), "a jump to the system call itself still traps");
    }

    @Test
    void theLongMovToo() {
        patch("48c7c0 27000000 0f05 c3");
        assertEquals("b827000000", hex(jumpTarget(0), 5));
        assertEquals("66900f05c3", text(5, 5));
    }

    @Test
    void aMovToAnotherRegisterIsLeftAlone() {
        assertUntouched("41 b8 08000000 0f05 c3");
        assertUntouched("90 b8 00020000 0f05 c3");
    }

    @Test
    void aMovAtTheStartOfTheRangeIsLeftAlone() {
        assertUntouched("b8 27000000 0f05 c3");
    }

    @Test
    void theCompareBehindMovesAndAJumpToItTraps() {
        patch("31c0 0f05 483d00f0ffff 7701 c3");
        long stub = jumpTarget(2);
        assertEquals("48b9" + little(stub + 18) + "ff25", hex(stub, 12));
        assertEquals("0f05" + "483d00f0ffff" + "e9", hex(stub + 16, 9), "a restarted call finds its instruction");
        assertEquals(TEXT + 10, stub + 29 + (int) read(stub + 25));
        assertTrue(Stubs.isTrapping(Memory.getUnsignedByte(text + 4)), "what a jump behind the call would run");
        assertEquals("f0ffff7701c3", text(7, 6));
    }

    @Test
    void theCopyOfTheResultMovesToo() {
        patch("31c0 0f05 4889c3 c3cccccc");
        assertEquals("4889c3e9", hex(jumpTarget(2) + 18, 4));
        assertEquals("c3", text(7, 1));
    }

    @Test
    void aPatternThatLeavesTheRangeIsLeftAlone() {
        assertUntouched("31c0 0f05 483d00f0ff");
    }

    @Test
    void aSiteIsFoundAtEveryOffset() {
        for (int offset = 1; offset < 40; offset++) {
            setUp();
            patch("0f".repeat(offset) + "b8 27000000 0f05 c3");
            assertEquals("e9", text(offset, 1));
        }
    }

    @Test
    void sitesShareTheAreaAndEachHasItsOwnStub() {
        StringBuilder code = new StringBuilder("90");
        for (int i = 0; i < 200; i++) {
            code.append("b8 27000000 0f05 31c0 0f05 483d00f0ffff");
        }
        patch(code.toString());
        long previous = 0;
        for (int i = 0; i < 200; i++) {
            long first = jumpTarget(1 + i * 17);
            long second = jumpTarget(1 + i * 17 + 9);
            assertNotEquals(first, second);
            assertNotEquals(previous, first);
            assertTrue(Stubs.isTrapping(Memory.getUnsignedByte(text + 1 + i * 17 + 11)));
            previous = first;
        }
    }

    @Test
    void onlyTheCallThatWasMadeIsAskedAbout() {
        write("90 b8 27000000 0f05 0f05 c3");
        assertTrue(TextPatcher.wantsPatch(text, 8));
        assertFalse(TextPatcher.wantsPatch(text, 10), "nothing around the second one can be replaced");
        assertFalse(TextPatcher.wantsPatch(text, 7));
        assertFalse(TextPatcher.wantsPatch(text, 1), "the instruction begins on the page before");
    }

    @Test
    void whoMadeTheCallGoesOnBehindIt() {
        patch("31c0 0f05 483d00f0ffff 7701 c3");
        space.map(TEXT, PAGE_BYTES, AddressSpace.READ | AddressSpace.EXECUTE, text);
        assertEquals(jumpTarget(2) + 18, continuedAt(TEXT + 4), "at the compare, in the stub");
        patch("90 b8 27000000 0f05 c3");
        assertEquals(TEXT + 8, continuedAt(TEXT + 8), "the system call has kept its place");
    }

    private long continuedAt(long address) {
        UserContext user = new UserContext(frames.take());
        user.setRegister(UserContext.RIP, address);
        space.repairs(Trap.SLOW_SYSCALL, user);
        return user.register(UserContext.RIP);
    }

    @Test
    void whatADebuggerSeesIsTheTextOfTheFile() {
        String code = "90 b8 27000000 0f05 48c7c0 28000000 0f05 31c0 0f05 483d00f0ffff "
                + "31c0 0f05 4889c3 e9 00000000 cccc";
        patch(code);
        int length = HexFormat.of().parseHex(code.replace(" ", "")).length;
        assertNotEquals(code.replace(" ", ""), text(0, length));
        space.restoreText(text, TEXT, length);
        assertEquals(code.replace(" ", ""), text(0, length));
    }

    @Test
    void aPlaceInAStubIsKnownAsThatInTheText() {
        patch("90 b8 27000000 0f05 48c7c0 28000000 0f05 31c0 0f05 483d00f0ffff c3");
        space.map(TEXT, PAGE_BYTES, AddressSpace.READ | AddressSpace.EXECUTE, text);
        long shortMov = jumpTarget(1);
        long longMov = jumpTarget(8);
        long followed = jumpTarget(19);
        assertPlaces(shortMov, 1, 0);
        assertPlaces(shortMov, 6, 5, 15);
        assertPlaces(longMov, 8, 0);
        assertPlaces(longMov, 15, 5, 15);
        assertPlaces(followed, 19, 0, 10, 16);
        assertPlaces(followed, 21, 18);
        assertPlaces(followed, 27, 24);
        assertEquals(TEXT + 3, space.programAddress(TEXT + 3));
        space.restoreText(text, TEXT, 40);
        assertPlaces(shortMov, 1, 0);
        assertPlaces(longMov, 8, 0);
    }

    private void assertPlaces(long stub, int place, int... offsets) {
        for (int offset : offsets) {
            assertEquals(TEXT + place, space.programAddress(stub + offset), "offset " + offset);
        }
    }

    @Test
    void stubsOutOfReachAreNotTaken() {
        write("90 b8 27000000 0f05 c3");
        space.patchText(text, TEXT, 9, TEXT + (1L << 31));
        assertEquals("90b8270000000f05c3", text(0, 9));
    }

    @Test
    void stubsAreExecutableAndNotWritable() {
        patch("90 b8 27000000 0f05 c3");
        assertEquals(AddressSpace.READ | AddressSpace.EXECUTE,
                space.translate(jumpTarget(1)) & AddressSpace.PROTECTION_MASK);
    }

    private void assertUntouched(String code) {
        int length = write(code);
        assertFalse(wantsPatch(length));
        String before = text(0, length);
        space.patchText(text, TEXT, length, AREA);
        assertEquals(before, text(0, length));
    }

    private void patch(String code) {
        int length = write(code);
        assertTrue(wantsPatch(length));
        space.patchText(text, TEXT, length, AREA);
    }

    /** Whether any call in the text would be replaced after it was made. */
    private boolean wantsPatch(int length) {
        return IntStream.rangeClosed(0, length).anyMatch(offset -> TextPatcher.wantsPatch(text, offset));
    }

    private int write(String code) {
        byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(text + i, bytes[i]);
        }
        return bytes.length;
    }

    private long jumpTarget(int offset) {
        assertEquals("e9", text(offset, 1));
        return TEXT + offset + 5 + Memory.getInt(text + offset + 1);
    }

    /** The target address of an indirect jump through memory: where its 8 bytes stand. */
    private long target(long instruction) {
        return instruction + 6 + (int) read(instruction + 2);
    }

    private long read(long address) {
        return Memory.getLong((space.translate(address) & -PAGE_BYTES) + (address & PAGE_BYTES - 1));
    }

    private String hex(long address, int length) {
        return bytes((space.translate(address) & -PAGE_BYTES) + (address & PAGE_BYTES - 1), length);
    }

    private String text(int offset, int length) {
        return bytes(text + offset, length);
    }

    private static String bytes(long address, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = Memory.getByte(address + i);
        }
        return HexFormat.of().formatHex(bytes);
    }

    private static String little(long value) {
        return HexFormat.of().toHexDigits(Long.reverseBytes(value));
    }
}
