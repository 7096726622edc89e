package demitasse.posix.socket;

import demitasse.vfs.FileHandle;

/** A message whose limits matter: a datagram, or a part of a stream that files travel with. */
final class Packet {
    static final FileHandle[] NO_FILES = {};
    static final int URGENT = 1;
    static final int READ = 2;

    /** How many bytes the receiver will have taken when this one begins. */
    final long position;
    int lengthBytes;
    /** One reference to each, handed on to the receiver. */
    FileHandle[] files;
    final UnixSocket sender;
    final byte[] senderAddress;
    final int pid;
    final int uid;
    final int gid;
    /** 0, or that it is an urgent byte, or one that was read beside the others. */
    int urgency;
    /** When it was sent, by CLOCK_REALTIME; 0 when nobody asked for it then. */
    long sentNs;
    Packet next;

    Packet(long position, int lengthBytes, FileHandle[] files, UnixSocket sender, Ancillary ancillary) {
        this.position = position;
        this.lengthBytes = lengthBytes;
        this.files = files;
        this.sender = sender;
        this.senderAddress = sender.address();
        this.pid = ancillary.pid;
        this.uid = ancillary.uid;
        this.gid = ancillary.gid;
    }

    /** Nobody will receive the files. */
    void drop(UnixSockets registry) {
        FileHandle[] dropped = files;
        files = NO_FILES;
        if (dropped.length > 0) {
            registry.lost(dropped);
        }
    }
}
