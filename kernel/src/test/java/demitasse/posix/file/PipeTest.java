package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.ENXIO;
import static demitasse.base.error.Errno.EPIPE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.collect.Ref;
import demitasse.posix.task.Credentials;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.Waiter;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.KernelTransfer;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PipeTest {
    private FileMachine machine;
    private PipeEnd read;
    private PipeEnd write;

    @BeforeEach
    void makePipe() {
        machine = new FileMachine();
        Ref<FileHandle> reads = new Ref<>();
        Ref<FileHandle> writes = new Ref<>();
        PipeInode.create(machine.files, 0, new Credentials(), reads, writes);
        read = (PipeEnd) reads.value;
        write = (PipeEnd) writes.value;
    }

    @Test
    void bytesComeOutAsTheyWentIn() {
        assertEquals(5, machine.write(write, "hello"));
        assertEquals("he", machine.read(read, 2));
        assertEquals("llo", machine.read(read, 100));
        assertEquals(-EAGAIN, machine.tryRead(read, 1));
    }

    @Test
    void readerSeesTheEndWhenAllWritersAreGone() {
        machine.write(write, "x");
        write.release();
        assertEquals(Events.IN | Events.HUP, read.readiness());
        assertEquals("x", machine.read(read, 10));
        assertEquals("", machine.read(read, 10));
        assertEquals(Events.HUP, read.readiness());
    }

    @Test
    void writerWithoutReadersGetsEpipe() {
        read.release();
        assertEquals(-EPIPE, machine.write(write, "x"));
        assertEquals(Events.OUT | Events.ERR, write.readiness());
    }

    @Test
    void smallWriteIsNeverSplit() {
        assertEquals(65000, machine.write(write, new byte[65000]));
        assertEquals(-EAGAIN, machine.write(write, new byte[4096]), "536 bytes are free");
        assertEquals(536, machine.write(write, new byte[4097]), "a larger one is");
        assertEquals(-EAGAIN, machine.write(write, new byte[1]));
    }

    @Test
    void eachWriteWakesWhoWaitsForData() {
        int[] woken = {0};
        Waiter waiter = new Waiter() {
            @Override
            protected void ready(int events) {
                woken[0]++;
                read.waiters().add(this, Events.IN);
            }
        };
        read.waiters().add(waiter, Events.IN);
        machine.write(write, "a");
        machine.write(write, "b");
        assertEquals(2, woken[0], "edge-triggered epoll sees both");
    }

    @Test
    void roomForAnAtomicWriteWakesTheWriter() {
        machine.write(write, new byte[65536]);
        int[] woken = {0};
        write.waiters().add(new Waiter() {
            @Override
            protected void ready(int events) {
                woken[0] = events;
            }
        }, Events.OUT);
        machine.read(read, 4095);
        assertEquals(0, woken[0]);
        machine.read(read, 1);
        assertEquals(Events.OUT, woken[0]);
    }

    @Test
    void pingPongKeepsOnePage() {
        long before = machine.pages.freeBytes();
        for (int i = 0; i < 20_000; i++) {
            machine.write(write, "x");
            machine.read(read, 1);
        }
        assertEquals(before - 4096, machine.pages.freeBytes());
        read.release();
        write.release();
        assertEquals(before, machine.pages.freeBytes());
    }

    @Test
    void resizeKeepsTheData() {
        machine.write(write, new byte[60_000]);
        machine.read(read, 59_999);
        byte[] data = new byte[20_000];
        new Random(1).nextBytes(data);
        machine.write(write, data);
        assertEquals(-EBUSY, write.pipe().resize(16384));
        assertEquals(0, write.pipe().resize(32768));
        assertEquals("\0", machine.read(read, 1));
        machine.tryRead(read, 20_000);
        assertArrayEquals(data, machine.bytes(20_000));
    }

    @Property(tries = 200)
    void ringBehavesLikeAQueue(@ForAll @Size(max = 60) List<@IntRange(min = -20_000, max = 20_000) Integer> steps,
            @ForAll long seed) {
        makePipe();
        Random random = new Random(seed);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        ByteArrayOutputStream actual = new ByteArrayOutputStream();
        for (int step : steps) {
            if (step >= 0) {
                byte[] data = new byte[step];
                random.nextBytes(data);
                long n = machine.write(write, data);
                int free = 65536 - (expected.size() - actual.size());
                long fits = step <= Pipe.PIPE_BUF && step > free || free == 0 && step > 0 ? -EAGAIN
                        : Math.min(step, free);
                assertEquals(fits, n);
                expected.write(data, 0, (int) Math.max(0, n));
            } else {
                int held = expected.size() - actual.size();
                long n = machine.tryRead(read, -step);
                assertEquals(held == 0 ? -EAGAIN : Math.min(held, -step), n);
                actual.writeBytes(machine.bytes((int) Math.max(0, n)));
            }
            assertEquals(expected.size() - actual.size(), read.pipe().usedBytes());
        }
        assertArrayEquals(Arrays.copyOf(expected.toByteArray(), actual.size()), actual.toByteArray());
        long free = machine.pages.freeBytes();
        read.release();
        write.release();
        assertTrue(machine.pages.freeBytes() >= free);
    }

    @Test
    void teeShowsWithoutTaking() {
        machine.write(write, "hello");
        assertEquals(3, read.pipe().peek(1, new KernelTransfer().set(machine.buffer, 3), 3));
        assertEquals("ell", new String(machine.bytes(3)));
        assertEquals("hello", machine.read(read, 10));
    }

    @Test
    void fifoOpensWaitForEachOther() {
        Fifos fifos = new Fifos(machine.files, demitasse.posix.task.Credentials::new);
        Inode node = new NodeInode();
        Ref<FileHandle> out = new Ref<>();
        assertEquals(-ENXIO, fifos.open(node, OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK, null, out));
        assertEquals(0, fifos.open(node, OpenFlags.O_RDONLY, null, out));
        FileHandle reader = out.value;
        assertEquals(-EAGAIN, reader.opened());
        assertEquals(0, fifos.open(node, OpenFlags.O_WRONLY, null, out));
        assertEquals(0, reader.opened());
        assertEquals(0, out.value.opened());
        machine.write(out.value, "through");
        out.value.release();
        assertEquals(0, reader.opened(), "a writer that came and went counts");
        assertEquals("through", machine.read(reader, 10));
        reader.release();
        assertEquals(0, fifos.open(node, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, null, out));
        assertEquals(0, out.value.opened());
        assertEquals(0, out.value.readiness(), "no writer yet is not a hang-up");
    }

    @Test
    void fifoThatCannotBeOpenedCostsItsUserNothing() {
        machine.files.pipeLimits().set(PipeLimits.USER_PAGES_SOFT, 32);
        Ref<FileHandle> out = new Ref<>();
        Fifos fifos = new Fifos(machine.files, demitasse.posix.task.Credentials::new);
        assertEquals(-ENXIO, fifos.open(new NodeInode(), OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK, null, out));
        assertEquals(Pipe.CAPACITY_DEFAULT_BYTES, machine.files.pipeLimits().newPipeBytes(0, false));
        assertEquals(0, fifos.open(new NodeInode(), OpenFlags.O_RDWR, null, out));
        assertEquals(2 * 4096, machine.files.pipeLimits().newPipeBytes(0, false));
        out.value.release();
        assertEquals(Pipe.CAPACITY_DEFAULT_BYTES, machine.files.pipeLimits().newPipeBytes(0, false));
    }

    private static final class NodeInode extends Inode {
        @Override
        public int stat(Stat out) {
            out.mode = Stat.S_IFIFO;
            return 0;
        }
    }
}
