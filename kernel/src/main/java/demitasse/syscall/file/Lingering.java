package demitasse.syscall.file;

import demitasse.posix.socket.TcpSocket;
import demitasse.posix.task.Call;
import demitasse.posix.task.CallState;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;

/**
 * SO_LINGER with a time, socket(7): whoever closes the last descriptor waits until the peer has all of it, whether or
 * not the socket blocks. The descriptor is free meanwhile; the call holds the sockets. Several of one close_range(2)
 * have their times at once.
 */
final class Lingering implements CallState {
    private TcpSocket[] sockets = new TcpSocket[2];
    private long[] endNs = new long[2];
    private int count;

    private Lingering() {
    }

    /** Lets go of a file that has left the table, or notes that the call has to {@link #await} its end. */
    static void close(Call call, FileHandle file) {
        if (file instanceof TcpSocket socket && socket.lingersAtClose()) {
            Lingering all = call.state instanceof Lingering one ? one : new Lingering();
            call.state = all;
            all.add(socket, call.instance().nowNs() + socket.lingerS * 1_000_000_000L);
        } else {
            Close.drop(call, file);
        }
    }

    private void add(TcpSocket socket, long untilNs) {
        if (count == sockets.length) {
            TcpSocket[] more = new TcpSocket[2 * count];
            long[] moreNs = new long[2 * count];
            System.arraycopy(sockets, 0, more, 0, count);
            System.arraycopy(endNs, 0, moreNs, 0, count);
            sockets = more;
            endNs = moreNs;
        }
        sockets[count] = socket;
        endNs[count++] = untilNs;
        socket.closeSlowly();
    }

    /** {@link Call#PARKED}, or the result once nothing is to be waited for; a signal ends that too. */
    static long await(Call call, long result) {
        if (!(call.state instanceof Lingering all)) {
            return result;
        }
        while (all.count > 0) {
            TcpSocket socket = all.sockets[all.count - 1];
            long untilNs = all.endNs[all.count - 1];
            if (socket.closeSlowly() && call.instance().nowNs() < untilNs) {
                call.wake = call.wake == Call.EXPIRED ? Call.READY : call.wake;
                call.deadlineNs = untilNs;
                if (call.await(socket.waiters(), Events.OUT) == Call.PARKED) {
                    return Call.PARKED;
                }
            }
            all.count--;
            socket.release();
        }
        return result;
    }

    @Override
    public void dropped() {
        while (count > 0) {
            sockets[--count].release();
        }
    }
}
