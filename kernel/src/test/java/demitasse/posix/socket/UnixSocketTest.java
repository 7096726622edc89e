package demitasse.posix.socket;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ECONNREFUSED;
import static demitasse.base.error.Errno.ECONNRESET;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENOTCONN;
import static demitasse.base.error.Errno.EPIPE;
import static demitasse.base.error.Errno.EPROTOTYPE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.memory.Memory;
import demitasse.posix.file.EventFile;
import demitasse.posix.file.FileMachine;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.Waiter;
import demitasse.vfs.FileHandle;
import demitasse.vfs.KernelTransfer;
import org.junit.jupiter.api.Test;

class UnixSocketTest {
    private final FileMachine machine = new FileMachine();
    private final UnixSockets registry = new UnixSockets();

    @Test
    void streamJoinsWhatWasSent() {
        UnixSocket[] pair = pair(UnixSocket.STREAM);
        machine.write(pair[0], "ab");
        machine.write(pair[0], "cd");
        assertEquals("abcd", machine.read(pair[1], 100));
        assertEquals(-EAGAIN, machine.tryRead(pair[1], 1));
    }

    @Test
    void datagramsKeepTheirLimits() {
        UnixSocket[] pair = pair(UnixSocket.DATAGRAM);
        machine.write(pair[0], "one");
        machine.write(pair[0], "");
        machine.write(pair[0], "three");
        assertEquals("on", machine.read(pair[1], 2), "the rest of a datagram is lost");
        assertEquals("", machine.read(pair[1], 100));
        assertEquals("three", machine.read(pair[1], 100));
        assertEquals(-EMSGSIZE, machine.write(pair[0], new byte[UnixSocket.CAPACITY_BYTES + 1]));
    }

    @Test
    void fullReceiverParksTheSenderUntilItReads() {
        UnixSocket[] pair = pair(UnixSocket.STREAM);
        while (machine.write(pair[0], new byte[65536]) > 0) {
            assertTrue(machine.files.pages().freeBytes() > 0);
        }
        assertEquals(0, pair[0].readiness() & Events.OUT);
        int[] woken = {0};
        pair[0].waiters().add(new Waiter() {
            @Override
            protected void ready(int events) {
                woken[0] = events;
            }
        }, Events.OUT);
        machine.tryRead(pair[1], 65536);
        assertEquals(Events.OUT, woken[0]);
        assertEquals(Events.OUT, pair[0].readiness() & Events.OUT);
    }

    @Test
    void filesArriveWithTheirBytesAndThoseBefore() {
        UnixSocket[] pair = pair(UnixSocket.STREAM);
        EventFile passed = new EventFile(machine.files, 0, false, 0);
        machine.write(pair[0], "first");
        Ancillary sent = new Ancillary();
        sent.files = new FileHandle[] {passed};
        send(pair[0], "with", sent);
        machine.write(pair[0], "last");
        Ancillary received = new Ancillary();
        assertEquals(9, receive(pair[1], received), "with what came before, but not with what came after");
        assertSame(passed, received.files[0]);
        assertEquals(4, receive(pair[1], new Ancillary()));
        received.files[0].release();
        passed.release();
    }

    @Test
    void filesThatNobodyReceivedAreReleased() {
        UnixSocket[] pair = pair(UnixSocket.DATAGRAM);
        boolean[] gone = {false};
        FileHandle passed = new FileHandle(0) {
            @Override
            protected void released() {
                gone[0] = true;
            }
        };
        Ancillary sent = new Ancillary();
        sent.files = new FileHandle[] {passed};
        send(pair[0], "x", sent);
        passed.release();
        assertFalse(gone[0], "the message holds it");
        pair[1].release();
        assertTrue(gone[0]);
    }

    @Test
    void closingWithUnreadDataResetsThePeer() {
        UnixSocket[] pair = pair(UnixSocket.STREAM);
        machine.write(pair[0], "unread");
        pair[1].release();
        assertEquals(-ECONNRESET, machine.tryRead(pair[0], 1));
        assertEquals(0, machine.tryRead(pair[0], 1));
        assertEquals(-EPIPE, machine.write(pair[0], "x"));
    }

    @Test
    void connectionsWaitInTheBacklog() {
        UnixSocket server = make(UnixSocket.STREAM);
        byte[] name = {0, 'n'};
        assertEquals(0, server.bind(name, null));
        assertSame(server, registry.at(new byte[] {0, 'n'}, server));
        UnixSocket client = make(UnixSocket.STREAM);
        assertEquals(-ECONNREFUSED, client.connect(server));
        assertEquals(0, server.listen(0));
        assertEquals(0, client.connect(server));
        assertEquals(Events.IN, server.readiness());
        UnixSocket late = make(UnixSocket.STREAM);
        assertEquals(-EAGAIN, late.connect(server));
        machine.write(client, "early");
        UnixSocket accepted = server.accept();
        assertEquals("early", machine.read(accepted, 100));
        assertEquals(0, late.connect(server));
        server.release();
        assertEquals(0, machine.tryRead(late, 1), "never accepted: the end");
        assertEquals(-EPROTOTYPE, make(UnixSocket.DATAGRAM).connect(accepted));
    }

    @Test
    void unconnectedSocketsSaySo() {
        assertEquals(-ENOTCONN, machine.write(make(UnixSocket.STREAM), "x"));
        assertEquals(-ENOTCONN, machine.write(make(UnixSocket.DATAGRAM), "x"));
        UnixSocket[] pair = pair(UnixSocket.DATAGRAM);
        pair[1].release();
        assertEquals(-ECONNREFUSED, machine.write(pair[0], "x"));
    }

    @Test
    void allMemoryComesBack() {
        long free = machine.pages.freeBytes();
        UnixSocket[] pair = pair(UnixSocket.STREAM);
        machine.write(pair[0], new byte[100_000]);
        machine.write(pair[1], new byte[100_000]);
        pair[0].release();
        pair[1].release();
        assertEquals(free, machine.pages.freeBytes());
    }

    private UnixSocket make(int type) {
        return new UnixSocket(machine.files, registry, type, 0, 0, 0);
    }

    private UnixSocket[] pair(int type) {
        UnixSocket[] pair = {make(type), make(type)};
        pair[0].pairWith(pair[1]);
        return pair;
    }

    private void send(UnixSocket socket, String text, Ancillary ancillary) {
        for (int i = 0; i < text.length(); i++) {
            Memory.putByte(machine.buffer + i, (byte) text.charAt(i));
        }
        assertEquals(text.length(),
                socket.send(new KernelTransfer().set(machine.buffer, text.length()), socket.peer(), ancillary));
    }

    private long receive(UnixSocket socket, Ancillary ancillary) {
        return socket.receive(new KernelTransfer().set(machine.buffer, 1000), 0, ancillary);
    }
}
