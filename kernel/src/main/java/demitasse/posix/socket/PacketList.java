package demitasse.posix.socket;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.JavaHeap;
import demitasse.vfs.FileHandle;

/** The messages that wait at a socket and have limits, in order. */
final class PacketList {
    private static final int PACKET_BYTES = 128;

    private Packet first;
    private Packet last;
    private int count;

    /** Null when there is none. */
    Packet first() {
        return first;
    }

    /** The first that ends behind a position; null for none. */
    Packet at(long position) {
        Packet packet = first;
        while (packet != null && packet.position + packet.lengthBytes <= position) {
            packet = packet.next;
        }
        return packet;
    }

    Packet last() {
        return last;
    }

    int count() {
        return count;
    }

    static boolean hasHeap() {
        return JavaHeap.hasRoom(PACKET_BYTES);
    }

    void add(Packet packet) {
        if (last == null) {
            first = packet;
        } else {
            last.next = packet;
        }
        last = packet;
        count++;
        JavaHeap.take(PACKET_BYTES);
    }

    /** Takes the first off. */
    Packet remove() {
        Packet packet = first;
        first = packet.next;
        last = first == null ? null : last;
        count--;
        JavaHeap.give(PACKET_BYTES);
        return packet;
    }

    /** Takes one of them off. */
    void remove(Packet packet) {
        if (packet == first) {
            remove();
            return;
        }
        Packet before = first;
        while (before.next != packet) {
            before = before.next;
        }
        before.next = packet.next;
        last = last == packet ? before : last;
        count--;
        JavaHeap.give(PACKET_BYTES);
    }

    /** Adds the sockets that the messages carry to a list of those that are alive; answers its new head. */
    UnixSocket reach(UnixSocket list) {
        UnixSocket head = list;
        for (Packet packet = first; packet != null; packet = packet.next) {
            for (FileHandle file : packet.files) {
                head = file instanceof UnixSocket socket ? socket.reachedFrom(head) : head;
            }
        }
        return head;
    }

    /** Takes all files out of the messages, behind the ones that are given. */
    FileHandle[] takeFiles(FileHandle[] before) {
        FileHandle[] taken = before;
        for (Packet packet = first; packet != null; packet = packet.next) {
            taken = join(taken, packet.files);
            packet.files = Packet.NO_FILES;
        }
        return taken;
    }

    private static FileHandle[] join(FileHandle[] some, FileHandle[] more) {
        FileHandle[] both = new FileHandle[some.length + more.length];
        System.arraycopy(some, 0, both, 0, some.length);
        System.arraycopy(more, 0, both, some.length, more.length);
        return both;
    }

    /** References of the caller's own to the files of a message that stays, MSG_PEEK. */
    @ColdPath("messages with limits are objects")
    static FileHandle[] shared(Packet packet) {
        FileHandle[] files = join(Packet.NO_FILES, packet.files);
        for (FileHandle file : files) {
            file.retain();
        }
        return files;
    }
}
