package demitasse.posix.socket;

import demitasse.vfs.FileHandle;

/** What travels beside the bytes of a message, cmsg(3): open files, who sent it, from where. */
public final class Ancillary {
    /** SCM_MAX_FD of Linux. */
    public static final int FILES_MAX = 253;

    /** Sent: borrowed from the sender, retained when the message leaves. Received: one reference each. */
    public FileHandle[] files = Packet.NO_FILES;
    /** Sent: the program says itself who it is, SCM_CREDENTIALS. */
    public boolean tellsSender;
    public int pid;
    public int uid;
    public int gid;
    /** Received: the message was longer than the buffer, and by how much it was altogether. */
    public boolean truncated;
    public long fullBytes;
    /** Received: it is the urgent byte of a stream. */
    public boolean outOfBand;
    /** Received: when the message was sent, by CLOCK_REALTIME; 0 when that is not known. */
    public long sentNs;
    /** Received: the address of a datagram's sender; null for none. */
    public byte[] address;

    public void clear() {
        files = Packet.NO_FILES;
        tellsSender = false;
        truncated = false;
        fullBytes = 0;
        address = null;
        outOfBand = false;
        sentNs = 0;
    }

    /** The files were released, or have gone elsewhere. */
    public void dropFiles() {
        files = Packet.NO_FILES;
    }

    void setSender(SocketMaker owner) {
        pid = owner.pid();
        uid = owner.uid();
        gid = owner.gid();
    }

    void takeFrom(Packet packet) {
        files = packet.files;
        packet.files = Packet.NO_FILES;
        identify(packet);
    }

    void identify(Packet packet) {
        pid = packet.pid;
        uid = packet.uid;
        gid = packet.gid;
        address = packet.senderAddress;
        sentNs = packet.sentNs;
    }
}
