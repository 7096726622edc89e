package demitasse.posix.netlink;

import demitasse.base.memory.Memory;
import demitasse.net.stack.NetStack;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.socket.UnixSockets;

/**
 * unix_diag.h.
 * <pre>
 * request  0 family, 1 protocol, 4 states, 8 inode, 12 what to show, 16 cookie
 * answer   0 family, 1 type, 2 state, 4 inode, 8 cookie
 * </pre>
 */
final class UnixDiagnosis extends Dump {
    static final int REQUEST_BYTES = 24;
    private static final int AF_UNIX = 1;
    private static final int SHOW_NAME = 1;
    private static final int SHOW_VFS = 2;
    private static final int SHOW_PEER = 4;
    private static final int SHOW_RQLEN = 16;
    private static final int SHOW_UID = 64;
    private static final int NAME = 0;
    private static final int VFS = 1;
    private static final int PEER = 2;
    private static final int RQLEN = 4;
    private static final int SHUTDOWN = 6;
    private static final int UID = 7;

    private final UnixSockets sockets;
    private final NetStack network;
    private final int states;
    /** 0 for all. */
    private final int inode;
    private final int shown;

    /** @param network whose sockets are shown */
    UnixDiagnosis(NetlinkRequest request, int port, UnixSockets sockets, NetStack network) {
        super(request, port);
        this.sockets = sockets;
        this.network = network;
        states = request.isDump() ? request.intAt(4) : -1;
        inode = request.isDump() ? 0 : request.intAt(8);
        shown = request.intAt(12);
    }

    @Override
    boolean write(NetlinkWriter out) {
        for (UnixSocket one = sockets.after(null); one != null; one = sockets.after(one)) {
            boolean wanted = (states >>> one.state() & 1) != 0 && (inode == 0 || inode == (int) one.inodeNumber());
            if (wanted && one.network == network && isDue()) {
                begin(out, DiagnosisFamily.BY_FAMILY);
                body(out, one);
                if (!finish(out)) {
                    return false;
                }
            }
        }
        return true;
    }

    private void body(NetlinkWriter out, UnixSocket one) {
        out.bytes4(AF_UNIX, one.type(), one.state(), 0);
        out.put4((int) one.inodeNumber());
        out.put4((int) one.inodeNumber());
        out.put4((int) (one.inodeNumber() >>> 32));
        byte[] name = one.address();
        if ((shown & SHOW_NAME) != 0 && name != null) {
            long data = out.attribute(NAME, name.length);
            for (int i = 0; data != 0 && i < name.length; i++) {
                Memory.putByte(data + i, name[i]);
            }
        }
        long node = (shown & SHOW_VFS) == 0 ? 0 : one.nodeNumber();
        long data = node == 0 ? 0 : out.attribute(VFS, 8);
        if (data != 0) {
            Memory.putInt(data, (int) node);
        }
        if ((shown & SHOW_PEER) != 0 && one.peer() != null) {
            out.attribute4(PEER, (int) one.peer().inodeNumber());
        }
        data = (shown & SHOW_RQLEN) == 0 ? 0 : out.attribute(RQLEN, 8);
        if (data != 0) {
            Memory.putInt(data, one.queued());
            Memory.putInt(data + 4, one.isListening() ? one.backlog() : 0);
        }
        out.attribute1(SHUTDOWN, one.shutdownBits());
        if ((shown & SHOW_UID) != 0) {
            out.attribute4(UID, one.maker().uid());
        }
    }
}
