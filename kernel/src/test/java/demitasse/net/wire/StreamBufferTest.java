package demitasse.net.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.alloc.Slabs;
import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;
import demitasse.device.net.Pieces;
import demitasse.testing.TestMemory;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Against an array of bytes: what is copied, what is lent, and what is given back. */
class StreamBufferTest {
    private static final int PAGE = Pages.PAGE_BYTES;
    private static final int FILE_PAGES = 40;
    private static final int STREAM_BYTES = 1 << 20;
    private static final int PACKET_BYTES = 65_435;
    private static final int STEPS = 300;

    private final TestMemory memory = new TestMemory(16 << 20);
    private final Pages pages = new Pages(memory);
    private final PageCache cache = new PageCache(pages, 4 << 20);
    private final long packet = pages.allocateRun(PACKET_BYTES / PAGE + 1);
    private final PacketPool packets = new PacketPool(new Slabs(pages, 8 << 20), 4 << 20);
    private final Pieces pieces = new Pieces();
    private final StreamBuffer buffer = new StreamBuffer(cache, 1);
    private final byte[] model = new byte[STREAM_BYTES];
    private int start = 1;
    private int end = 1;

    @Property(tries = 300)
    void sendsWhatWasPutIntoIt(@ForAll long seed) {
        // A property's tries share their object.
        new StreamBufferTest().play(new Random(seed));
    }

    private void play(Random random) {
        long[] file = newFile(random);
        for (int step = 0; step < STEPS && end < STREAM_BYTES - PACKET_BYTES; step++) {
            switch (random.nextInt(7)) {
                case 0 -> copyIn(random, random.nextInt(random.nextBoolean() ? 300 : 9000));
                case 1, 2 -> lend(random, file);
                case 3 -> keep(random);
                case 4, 5 -> compare(random);
                default -> drop(start + random.nextInt(end - start + 1));
            }
            if (random.nextInt(60) == 0) {
                buffer.clear();
                buffer.restart(end);
                start = end;
            }
            if (random.nextInt(60) == 0) {
                // The file is gone, and its memory is everybody's, but for what is still to be sent.
                for (long frame : file) {
                    pages.release(frame);
                }
                file = newFile(random);
            }
        }
        compare(random);
        if (random.nextBoolean()) {
            drop(end);
        } else {
            buffer.clear();
        }
        assertEquals(0, cache.usedBytes());
        assertEquals(0, packets.inUse());
        for (long frame : file) {
            assertEquals(1, pages.holders(frame));
        }
    }

    @Test
    void dropsRunsWhenTheirLastByteGoes() {
        long frames = pages.allocateRun(2);
        assertTrue(buffer.lend(1, frames + 100, 2 * PAGE - 200, true));
        assertEquals(2, pages.holders(frames + PAGE));
        buffer.dropTo(2 * PAGE - 200, false);
        assertEquals(2, pages.holders(frames));
        buffer.dropTo(1 + 2 * PAGE - 200, true);
        assertEquals(1, pages.holders(frames));
        assertEquals(1, pages.holders(frames + PAGE));
        assertEquals(0, cache.usedBytes());
    }

    @Test
    void framesLentCountAsPages() {
        long frames = pages.allocateRun(16);
        long position = 1;
        while (buffer.lend(position, frames, 16 * PAGE, true)) {
            position += 16 * PAGE;
        }
        assertEquals(4 << 20, cache.usedBytes());
        assertEquals(0, buffer.place(position));
        assertTrue(buffer.lend(position, frames, 16 * PAGE, false), "what never goes away costs nothing");
        buffer.clear();
        assertEquals(0, cache.usedBytes());
        assertEquals(1, pages.holders(frames));
    }

    @Test
    void lendsNoMoreRunsThanThereIsRoomFor() {
        long frame = pages.allocate(0);
        for (int i = 0; i < LentBytes.COUNT_MAX; i++) {
            assertTrue(buffer.lend(1 + (long) i * PAGE, frame, PAGE, false));
        }
        assertFalse(buffer.lend(1 + (long) LentBytes.COUNT_MAX * PAGE, frame, PAGE, false));
        buffer.dropTo(1 + PAGE, false);
        assertTrue(buffer.lend(1 + (long) LentBytes.COUNT_MAX * PAGE, frame, PAGE, false));
        assertFalse(buffer.lend(1 + (LentBytes.COUNT_MAX + 1L) * PAGE, frame, PAGE, false));
    }

    @Test
    void fewBytesAreCopied() {
        assertFalse(buffer.lend(1, pages.allocate(0), 100, true));
        assertEquals(0, cache.usedBytes());
    }

    @Test
    void tooManyPiecesAreNotGathered() {
        long frames = pages.allocateRun(64);
        for (int i = 0; i < 30; i++) {
            assertTrue(buffer.lend(1 + (long) i * 2048, frames + (long) i * PAGE, 2048, true));
        }
        pieces.clear();
        assertTrue(buffer.locate(1, Pieces.MAX * 2048, pieces));
        pieces.clear();
        assertFalse(buffer.locate(1, Pieces.MAX * 2048 + 1, pieces));
        buffer.load(1, packet, 30 * 2048);
    }

    private long[] newFile(Random random) {
        long[] file = new long[FILE_PAGES];
        for (int i = 0; i < FILE_PAGES; i++) {
            file[i] = pages.allocate(0);
            for (int at = 0; at < PAGE; at += Long.BYTES) {
                Memory.putLong(file[i] + at, random.nextLong());
            }
        }
        return file;
    }

    private void copyIn(Random random, int lengthBytes) {
        int done = 0;
        while (done < lengthBytes) {
            long place = buffer.place(end);
            int some = Math.min(PageRing.span(end), lengthBytes - done);
            for (int i = 0; i < some; i++) {
                model[end + i] = (byte) random.nextInt();
                Memory.putByte(place + i, model[end + i]);
            }
            end += some;
            done += some;
        }
    }

    private void lend(Random random, long[] file) {
        int page = random.nextInt(FILE_PAGES);
        int count = 1;
        while (page + count < FILE_PAGES && file[page + count] == file[page] + (long) count * PAGE) {
            count++;
        }
        int offset = random.nextBoolean() ? 0 : random.nextInt(PAGE);
        int length = Math.min(random.nextInt(5 * PAGE), count * PAGE - offset);
        boolean lent = buffer.lend(end, file[page] + offset, length, true);
        assertEquals(length >= StreamBuffer.LENT_BYTES_MIN, lent);
        for (int i = 0; lent && i < length; i++) {
            model[end++] = Memory.getByte(file[page] + offset + i);
        }
    }

    private void keep(Random random) {
        int headerBytes = random.nextInt(100);
        int length = random.nextInt(PACKET_BYTES);
        Packet arrived = packets.take(headerBytes + length);
        if (arrived == null) {
            return;
        }
        boolean mayStay = arrived.mayStay();
        long data = arrived.append(headerBytes + length) + headerBytes;
        boolean kept = buffer.keep(end, arrived, data, length);
        assertEquals(length >= StreamBuffer.KEPT_BYTES_MIN && mayStay, kept);
        for (int i = 0; kept && i < length; i++) {
            model[end] = (byte) random.nextInt();
            Memory.putByte(data + i, model[end++]);
        }
        if (!kept) {
            arrived.release();
        }
    }

    private void compare(Random random) {
        int position = start + random.nextInt(end - start + 1);
        int length = Math.min(PACKET_BYTES, end - position);
        for (int at = position; at < position + length;) {
            int span = buffer.span(at, position + length);
            assertTrue(span > 0 && at + span <= position + length);
            assertEquals(model[at], Memory.getByte(buffer.at(at)));
            assertEquals(model[at + span - 1], Memory.getByte(buffer.at(at) + span - 1));
            at += span;
        }
        Memory.fill(packet, PACKET_BYTES, (byte) 0);
        buffer.load(position, packet, length);
        for (int i = 0; i < length; i++) {
            assertEquals(model[position + i], Memory.getByte(packet + i));
        }
        pieces.clear();
        if (buffer.locate(position, length, pieces)) {
            assertEquals(length, pieces.bytes());
            int at = position;
            for (int piece = 0; piece < pieces.count(); piece++) {
                for (int i = 0; i < pieces.length(piece); i++) {
                    assertEquals(model[at++], Memory.getByte(pieces.address(piece) + i));
                }
            }
            assertEquals(position + length, at);
        }
    }

    private void drop(int position) {
        buffer.dropTo(position, position == end);
        start = position;
    }
}
