package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EIO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Buffer;
import demitasse.posix.file.FileMachine;
import demitasse.posix.file.Ioctls;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PtyTest {
    private final List<String> signals = new ArrayList<>();
    private final TreeMap<Integer, Inode> nodes = new TreeMap<>();
    private FileMachine machine;
    private Ptys ptys;
    private FileHandle master;
    private FileHandle tty;

    @BeforeEach
    void open() {
        machine = new FileMachine();
        ptys = new Ptys(machine.files, new Nobody(signals));
        ptys.setNodes(new PtyNodes() {
            @Override
            public Inode add(int number, int uid) {
                nodes.put(number, new Node(Stat.deviceOf(Ptys.MAJOR, number)));
                return nodes.get(number);
            }

            @Override
            public void remove(int number) {
                nodes.remove(number);
            }
        });
        master = openMaster();
        assertEquals(0, control(Ioctls.TIOCSPTLCK, 0));
        tty = openTerminal(0);
        signals.clear();
    }

    @Test
    void whatIsWrittenIsReadAtTheOtherEnd() {
        machine.write(master, "typed\n");
        assertEquals("typed\n", machine.read(tty, 100));
        machine.write(tty, "shown\n");
        assertEquals("typed\r\nshown\r\n", machine.read(master, 100));
        assertEquals(-EAGAIN, machine.tryRead(master, 100));
    }

    @Test
    void lockedTerminalDoesNotOpen() {
        control(Ioctls.TIOCSPTLCK, 1);
        assertEquals(-EIO, tryOpen(0));
    }

    @Test
    void numbersAreTheLowestThatAreFree() {
        FileHandle second = openMaster();
        FileHandle third = openMaster();
        second.release();
        FileHandle again = openMaster();
        assertEquals("[0, 1, 2]", nodes.keySet().toString());
        assertEquals(0, again.control(Ioctls.TIOCGPTN, machine.buffer, machine));
        assertEquals(1, new Buffer(machine.buffer, 8).intAt(0));
        third.release();
    }

    @Test
    void manyMastersGrowTheTable() {
        List<FileHandle> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            all.add(openMaster());
        }
        assertEquals(41, nodes.size());
        all.forEach(FileHandle::release);
        assertEquals(1, nodes.size());
    }

    @Test
    void masterLearnsThatTheTerminalWasClosed() {
        machine.write(tty, "last words");
        tty.release();
        assertEquals(Events.IN | Events.OUT | Events.HUP, master.readiness());
        assertEquals("last words", machine.read(master, 100));
        assertEquals(-EIO, machine.tryRead(master, 100));
        tty = openTerminal(0);
        assertEquals(-EAGAIN, machine.tryRead(master, 100), "it was opened again");
    }

    @Test
    void closedMasterHangsUp() {
        long freeBefore = machine.pages.freeBytes();
        master.release();
        assertEquals("", machine.read(tty, 10));
        assertEquals(-EIO, machine.write(tty, "x"));
        assertEquals(-EIO, tty.control(Ioctls.TCGETS, machine.buffer, machine));
        assertEquals(Events.IN | Events.OUT | Events.ERR | Events.HUP, tty.readiness());
        assertEquals(-EIO, tryOpen(0));
        assertTrue(nodes.isEmpty());
        tty.release();
        assertTrue(machine.pages.freeBytes() > freeBefore, "memory comes back with the last handle");
    }

    @Test
    void keysSignalTheForeground() {
        machine.files.word().putInt(0, 42);
        assertEquals(0, tty.control(Ioctls.TIOCSPGRP, machine.files.word().address(), machine));
        machine.write(master, "\3\34\32");
        assertEquals(List.of("42:2", "42:3", "42:20"), signals);
    }

    @Test
    void fullTerminalTakesNoMoreAndGoesOnAfterARead() {
        raw();
        byte[] much = new byte[10_000];
        long taken = machine.write(master, much);
        assertTrue(taken > 4000 && taken < 4096, "took " + taken);
        assertEquals(-EAGAIN, machine.write(master, much));
        assertEquals(0, master.readiness() & Events.OUT);
        machine.read(tty, 1000);
        assertNotEquals(0, master.readiness() & Events.OUT);
        assertTrue(machine.write(master, much) > 0);
    }

    @Test
    void fullMasterStopsTheWriter() {
        raw();
        byte[] much = new byte[60_000];
        long taken = machine.write(tty, much);
        assertTrue(taken > 0 && taken < much.length);
        assertEquals(-EAGAIN, machine.write(tty, much));
        machine.read(master, 16_384);
        assertTrue(machine.write(tty, much) > 0);
    }

    @Test
    void packetModeTellsOfFlushAndFlow() {
        assertEquals(0, control(Ioctls.TIOCPKT, 1));
        machine.write(tty, "ab");
        assertEquals("\0ab", machine.read(master, 10));
        tty.control(Ioctls.TCXONC, 0, machine);
        assertEquals(Events.IN | Events.PRI | Events.OUT, master.readiness());
        assertEquals("" + (char) TerminalLine.STOP, machine.read(master, 10));
        tty.control(Ioctls.TCXONC, 1, machine);
        tty.control(Ioctls.TCFLSH, 2, machine);
        int told = TerminalLine.START | TerminalLine.FLUSH_READ | TerminalLine.FLUSH_WRITE;
        assertEquals("" + (char) told, machine.read(master, 10));
        assertEquals(-EAGAIN, machine.tryRead(master, 10));
    }

    @Test
    void heldOutputIsNotRead() {
        machine.write(master, "\23");
        machine.write(tty, "later");
        assertEquals(-EAGAIN, machine.tryRead(master, 10));
        machine.write(master, "\21");
        assertEquals("later", machine.read(master, 10));
    }

    @Test
    void exclusiveTerminalAsksForPrivilege() {
        assertEquals(0, tty.control(Ioctls.TIOCEXCL, 0, machine));
        assertNotEquals(-EBUSY, tryOpen(0), "nobody is privileged here");
    }

    private long control(int request, int value) {
        new Buffer(machine.buffer, 8).putInt(0, value);
        return master.control(request, machine.buffer, machine);
    }

    private void raw() {
        Buffer settings = new Buffer(machine.buffer, 64);
        tty.control(Ioctls.TCGETS, machine.buffer, machine);
        settings.putInt(4, 0);
        settings.putInt(12, 0);
        tty.control(Ioctls.TCSETS, machine.buffer, machine);
    }

    private FileHandle openMaster() {
        Ref<FileHandle> out = new Ref<>();
        assertEquals(0, ptys.openMaster(new Node(), OpenFlags.O_RDWR, null, out));
        return out.value;
    }

    private FileHandle openTerminal(int number) {
        Ref<FileHandle> out = new Ref<>();
        assertEquals(0, ptys.openTerminal(nodes.get(number), OpenFlags.O_RDWR, null, out));
        return out.value;
    }

    private int tryOpen(int number) {
        return ptys.openTerminal(new Node(Stat.deviceOf(Ptys.MAJOR, number)), OpenFlags.O_RDWR, null, new Ref<>());
    }
}
