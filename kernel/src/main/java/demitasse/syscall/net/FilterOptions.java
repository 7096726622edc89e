package demitasse.syscall.net;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;

import demitasse.alloc.Pages;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.net.ip.Binding;
import demitasse.net.tcp.Admission;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.wire.ClassicBpf;
import demitasse.net.wire.PacketFilter;
import demitasse.posix.packet.PacketSocket;
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.task.Call;

/** The options of socket(7) and packet(7) with a program of classic BPF: struct sock_fprog 0 count (16), 8 where. */
final class FilterOptions {
    static final int SO_LOCK_FILTER = 44;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_DETACH_FILTER = 27;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    private static final int SO_DETACH_REUSEPORT_BPF = 68;
    private static final int PROGRAM_BYTES = 16;

    private FilterOptions() {
    }

    static boolean knows(int option) {
        return option == SO_ATTACH_FILTER || option == SO_DETACH_FILTER || option == SO_LOCK_FILTER
                || option == SO_ATTACH_REUSEPORT_CBPF || option == SO_DETACH_REUSEPORT_BPF;
    }

    /** Takes a value of so many bytes; 0 or -errno. */
    static int set(Call call, NetSocket socket, int option, long value, int lengthBytes) {
        PacketFilter[] read = {null};
        if (lengthBytes < Integer.BYTES) {
            return -EINVAL;
        }
        if (option == SO_LOCK_FILTER) {
            boolean on = Memory.getInt(value) != 0;
            int refused = socket.isFilterLocked && !on ? -EPERM : 0;
            socket.isFilterLocked |= on;
            return refused;
        }
        boolean chooses = option == SO_ATTACH_REUSEPORT_CBPF || option == SO_DETACH_REUSEPORT_BPF;
        boolean attaches = option == SO_ATTACH_FILTER || option == SO_ATTACH_REUSEPORT_CBPF;
        if (socket.isFilterLocked && (attaches || !chooses)) {
            return -EPERM;
        }
        int error = attaches ? read(call, socket, value, lengthBytes, read) : 0;
        if (error < 0) {
            return error;
        }
        if (chooses) {
            Binding binding = socket instanceof InetSocket inet ? inet.binding() : null;
            if (binding == null || !attaches && binding.chooser == null || attaches && !socket.reusePort) {
                return attaches || binding == null || !socket.reusePort ? -EINVAL : -ENOENT;
            }
            binding.chooser = read[0];
            return 0;
        }
        if (!attaches && filter(socket) == null) {
            return -ENOENT;
        }
        setFilter(socket, read[0]);
        return 0;
    }

    private static PacketFilter filter(NetSocket socket) {
        if (socket instanceof TcpSocket stream) {
            Admission admission = stream.connection().admission;
            return admission == null ? null : admission.filter;
        }
        return socket instanceof PacketSocket frames ? frames.filter() : socket.mailbox().filter;
    }

    private static void setFilter(NetSocket socket, PacketFilter filter) {
        if (socket instanceof TcpSocket stream) {
            admission(stream.connection()).filter = filter;
        } else if (socket instanceof PacketSocket frames) {
            frames.setFilter(filter);
        } else {
            socket.mailbox().filter = filter;
        }
    }

    /** Made when first asked. */
    static Admission admission(TcpConnection connection) {
        if (connection.admission == null) {
            connection.admission = new Admission();
        }
        return connection.admission;
    }

    /** PACKET_FANOUT_DATA: the program of a group that has one choose. */
    static int setChooser(Call call, PacketSocket socket, long value, int lengthBytes) {
        PacketFilter[] read = {null};
        if (!socket.choosesByProgram()) {
            return -EINVAL;
        }
        int error = socket.isFilterLocked ? -EPERM : read(call, socket, value, lengthBytes, read);
        if (error == 0) {
            socket.setChooser(read[0]);
        }
        return error;
    }

    private static int read(Call call, NetSocket socket, long value, int lengthBytes, PacketFilter[] out) {
        int count = lengthBytes == PROGRAM_BYTES ? Memory.getUnsignedShort(value) : 0;
        long copy = socket.files().copyBuffer();
        if (count == 0 || count > ClassicBpf.LENGTH_MAX) {
            return -EINVAL;
        }
        if (copy == Pages.NONE || !JavaHeap.hasRoom(2L * count * Long.BYTES)) {
            return -ENOMEM;
        }
        if (call.process().memory().copyIn(Memory.getLong(value + 8), copy, count * Long.BYTES) < 0) {
            return -EFAULT;
        }
        out[0] = PacketFilter.read(copy, count);
        if (out[0] == null) {
            return -EINVAL;
        }
        socket.noteFilter((long) count * Long.BYTES);
        return 0;
    }
}
