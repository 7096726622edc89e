package demitasse.posix.netlink;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;

/**
 * Generic netlink, netlink(7), as genetlink.c of Linux has it: families with names, of which there is one here, the
 * controller that tells of them. Who looks for another hears that it is not there, as on a Linux without its module.
 * struct genlmsghdr: 0 command, 1 version.
 */
final class GenericFamily {
    private static final int BODY_BYTES = 4;
    private static final int CONTROLLER = 16;
    private static final String CONTROLLER_NAME = "nlctrl";
    private static final int CONTROLLER_VERSION = 2;
    private static final int NEW_FAMILY = 1;
    private static final int GET_FAMILY = 3;
    /** CTRL_ATTR_*. */
    private static final int FAMILY_ID = 1;
    private static final int FAMILY_NAME = 2;
    private static final int VERSION = 3;
    private static final int HEADER_SIZE = 4;
    private static final int ATTRIBUTE_MAX = 5;
    private static final int OPERATIONS = 6;
    private static final int LAST_ATTRIBUTE = 10;
    /** Of an operation: CTRL_ATTR_OP_ID, CTRL_ATTR_OP_FLAGS; it answers one and dumps all. */
    private static final int OPERATION_BYTES = 20;
    private static final int OPERATION_FLAGS = 2 | 4 | 8;

    private GenericFamily() {
    }

    static int answer(NetlinkSocket socket, NetlinkRequest request) {
        if (request.type() != CONTROLLER) {
            return -ENOENT;
        }
        if (!request.hasBody(BODY_BYTES)) {
            return -EINVAL;
        }
        if (request.byteAt(0) != GET_FAMILY) {
            return -EOPNOTSUPP;
        }
        Families families = new Families(request, socket.port());
        if (request.isDump()) {
            return socket.start(families);
        }
        int error = isController(request);
        Packet packet = error < 0 ? null : socket.answer();
        if (packet != null) {
            NetlinkWriter out = NetlinkSocket.writer(packet);
            families.stopAfterOne();
            families.writeMore(out);
            socket.deliver(packet, out.bytes(), 0);
        }
        return error;
    }

    /** Whether the family that is asked for is the only one: 0, -ENOENT, or -EINVAL when none is named. */
    private static int isController(NetlinkRequest request) {
        long id = request.attribute(BODY_BYTES, FAMILY_ID, 2);
        long name = request.attribute(BODY_BYTES, FAMILY_NAME, 1);
        if (name == 0) {
            return id == 0 ? -EINVAL : Memory.getUnsignedShort(id) == CONTROLLER ? 0 : -ENOENT;
        }
        boolean same = NetlinkRequest.textBytes(name) == CONTROLLER_NAME.length();
        for (int i = 0; same && i < CONTROLLER_NAME.length(); i++) {
            same = Memory.getByte(name + i) == CONTROLLER_NAME.charAt(i);
        }
        return same ? 0 : -ENOENT;
    }

    private static final class Families extends Dump {
        Families(NetlinkRequest request, int port) {
            super(request, port);
        }

        @Override
        boolean write(NetlinkWriter out) {
            if (!isDue()) {
                return true;
            }
            begin(out, CONTROLLER);
            out.bytes4(NEW_FAMILY, CONTROLLER_VERSION, 0, 0);
            out.text(FAMILY_NAME, CONTROLLER_NAME);
            long id = out.attribute(FAMILY_ID, 2);
            if (id != 0) {
                Memory.putShort(id, (short) CONTROLLER);
            }
            out.attribute4(VERSION, CONTROLLER_VERSION);
            out.attribute4(HEADER_SIZE, 0);
            out.attribute4(ATTRIBUTE_MAX, LAST_ATTRIBUTE);
            long operation = out.attribute(OPERATIONS, OPERATION_BYTES);
            if (operation != 0) {
                nested(operation, OPERATION_BYTES, 1, 0);
                nested(operation + 4, 8, 1, GET_FAMILY);
                nested(operation + 12, 8, 2, OPERATION_FLAGS);
            }
            return finish(out);
        }

        private static void nested(long place, int bytes, int type, int value) {
            Memory.putShort(place, (short) bytes);
            Memory.putShort(place + 2, (short) type);
            Memory.putInt(place + 4, value);
        }
    }
}
