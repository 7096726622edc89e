package demitasse.posix.socket;

import demitasse.vfs.Inode;

/** The sockets that have an address, unix(7): a node in a file system, or an abstract name. */
public final class UnixSockets {
    private UnixSocket first;
    private int automatic;

    /** Null when nobody is bound there. */
    public UnixSocket at(Inode node) {
        UnixSocket socket = first;
        while (socket != null && socket.node() != node) {
            socket = socket.nextBound;
        }
        return socket;
    }

    public UnixSocket at(byte[] abstractName) {
        UnixSocket socket = first;
        while (socket != null && (socket.node() != null || !same(socket.address(), abstractName))) {
            socket = socket.nextBound;
        }
        return socket;
    }

    /** A name for autobind, unix(7): a NUL and five hexadecimal digits. */
    public byte[] automaticName() {
        byte[] name = new byte[6];
        do {
            automatic = automatic + 1 & 0xfffff;
            for (int i = 0; i < 5; i++) {
                int digit = automatic >>> 4 * (4 - i) & 15;
                name[i + 1] = (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10);
            }
        } while (at(name) != null);
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
