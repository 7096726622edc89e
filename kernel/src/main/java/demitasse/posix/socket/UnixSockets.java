package demitasse.posix.socket;

import demitasse.base.annotation.ColdPath;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;

/**
 * All local sockets, unix(7): those with an address are found by it, a node in a file system or an abstract name; and
 * those that only messages hold are found and freed, as Linux's net/unix/garbage.c does.
 *
 * <p>A message holds the files it carries. Sockets that carry each other, or themselves, in messages that nobody can
 * receive any more would never go. So each socket counts the messages that hold it. One that nothing else holds is
 * alive only if a socket that is alive has such a message waiting.
 */
public final class UnixSockets {
    private static final int COLLECT_MIN = 256;

    /** Set by boot. */
    private SocketMaker.Source writers;
    private UnixSocket first;
    private UnixSocket all;
    private int automatic;
    /** How many sockets and files are in messages, each as often as it is. */
    private int inFlight;
    private int filesInFlight;
    /** When to look for garbage though no socket has been closed. */
    private int collectAt = COLLECT_MIN;
    /** Files of messages that nobody will receive, on their way out; released in a loop, however deep they nest. */
    private FileHandle[] leaving = new FileHandle[8];
    private int leavingCount;
    private boolean releasing;

    public void setWriters(SocketMaker.Source source) {
        writers = source;
    }

    SocketMaker.Source writers() {
        return writers;
    }

    /** All sockets; {@code one} of null is before the first. Null at the end. */
    public UnixSocket after(UnixSocket one) {
        return one == null ? all : one.nextOfAll;
    }

    void made(UnixSocket socket) {
        socket.nextOfAll = all;
        if (all != null) {
            all.previousOfAll = socket;
        }
        all = socket;
    }

    void gone(UnixSocket socket) {
        if (socket.previousOfAll == null) {
            all = socket.nextOfAll;
        } else {
            socket.previousOfAll.nextOfAll = socket.nextOfAll;
        }
        if (socket.nextOfAll != null) {
            socket.nextOfAll.previousOfAll = socket.previousOfAll;
        }
        socket.previousOfAll = null;
        socket.nextOfAll = null;
    }

    /** A message takes these files along. */
    void sent(FileHandle[] files) {
        filesInFlight += files.length;
        for (FileHandle file : files) {
            file.retain();
            if (file instanceof UnixSocket socket) {
                socket.inFlight++;
                inFlight++;
            }
        }
    }

    /** They have arrived, or are lost; each is still held once. */
    void landed(FileHandle[] files) {
        filesInFlight -= files.length;
        for (FileHandle file : files) {
            if (file instanceof UnixSocket socket) {
                socket.inFlight--;
                inFlight--;
            }
        }
    }

    /** Nobody will receive these files. */
    void lost(FileHandle[] files) {
        landed(files);
        for (FileHandle file : files) {
            if (leavingCount == leaving.length) {
                FileHandle[] more = new FileHandle[leavingCount * 2];
                System.arraycopy(leaving, 0, more, 0, leavingCount);
                leaving = more;
            }
            leaving[leavingCount++] = file;
        }
        if (releasing) {
            return;
        }
        releasing = true;
        while (leavingCount > 0) {
            FileHandle file = leaving[--leavingCount];
            leaving[leavingCount] = null;
            file.release();
        }
        releasing = false;
    }

    /** How many files are on their way in messages: more than RLIMIT_NOFILE only who may have them, unix(7). */
    public int filesInFlight() {
        return filesInFlight;
    }

    /** Before more sockets travel: looks for garbage if there may be as much of it as there are others. */
    void collectIfMany() {
        if (inFlight >= collectAt) {
            collect();
            collectAt = Math.max(COLLECT_MIN, 2 * inFlight);
        }
    }

    /** Frees the sockets that only messages hold which nobody can receive. */
    @ColdPath("while sockets travel in messages")
    void collect() {
        if (inFlight == 0 || releasing) {
            return;
        }
        UnixSocket reached = null;
        for (UnixSocket one = all; one != null; one = one.nextOfAll) {
            one.reached = !one.isPending && one.references() > one.inFlight;
            if (one.reached) {
                one.nextReached = reached;
                reached = one;
            }
        }
        while (reached != null) {
            UnixSocket one = reached;
            reached = one.nextReached;
            one.nextReached = null;
            reached = one.reach(reached);
        }
        FileHandle[] garbage = Packet.NO_FILES;
        for (UnixSocket one = all; one != null; one = one.nextOfAll) {
            if (!one.reached && one.inFlight > 0) {
                garbage = one.takeFiles(garbage);
            }
        }
        lost(garbage);
    }

    /** Null when nobody is bound there. */
    public UnixSocket at(Inode node) {
        UnixSocket socket = first;
        while (socket != null && socket.node() != node) {
            socket = socket.nextBound;
        }
        return socket;
    }

    /** By an abstract name, which each type of sockets has for itself in each network. */
    public UnixSocket at(byte[] abstractName, UnixSocket seeker) {
        UnixSocket socket = first;
        while (socket != null && (socket.node() != null || socket.type() != seeker.type()
                || socket.network != seeker.network || !same(socket.address(), abstractName))) {
            socket = socket.nextBound;
        }
        return socket;
    }

    /** A name for autobind, unix(7): a NUL and five hexadecimal digits. */
    public byte[] automaticName(UnixSocket socket) {
        byte[] name = new byte[6];
        do {
            automatic = automatic + 1 & 0xfffff;
            for (int i = 0; i < 5; i++) {
                int digit = automatic >>> 4 * (4 - i) & 15;
                name[i + 1] = (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10);
            }
        } while (at(name, socket) != null);
        return name;
    }

    void add(UnixSocket socket) {
        socket.nextBound = first;
        first = socket;
    }

    void remove(UnixSocket socket) {
        UnixSocket before = null;
        for (UnixSocket at = first; at != null; at = at.nextBound) {
            if (at == socket) {
                if (before == null) {
                    first = at.nextBound;
                } else {
                    before.nextBound = at.nextBound;
                }
                return;
            }
            before = at;
        }
    }

    private static boolean same(byte[] left, byte[] right) {
        if (left.length != right.length) {
            return false;
        }
        for (int i = 0; i < left.length; i++) {
            if (left[i] != right[i]) {
                return false;
            }
        }
        return true;
    }
}
