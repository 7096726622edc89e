package demitasse.posix.ipc;

import demitasse.base.collect.Ref;
import demitasse.base.memory.JavaHeap;
import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.Files;
import demitasse.posix.netlink.NetlinkSocket;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Process;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** A message queue of mq_overview(7): by priority, and first in, first out within one. */
public final class PosixQueue extends AnonymousInode {
    /** FILENT_SIZE of Linux. */
    private static final int SHOWN_BYTES = 80;
    /** si_code of sigaction(2). */
    private static final int SI_MESGQ = -3;
    /** NOTIFY_COOKIE_LEN of Linux, and what the last byte may say. */
    public static final int COOKIE_BYTES = 32;
    private static final int NOTIFY_WOKENUP = 1;
    private static final int NOTIFY_REMOVED = 2;
    static final int DEVICE = 18;
    /** What one takes of the kernel's heap. */
    public static final int HEAP_BYTES = 512;

    public final long countMax;
    public final long sizeMaxBytes;
    final byte[] name;
    private final Files files;
    final int ownerUid;
    private final WaitQueue waiters = new WaitQueue();
    private Message first;
    private int count;
    private long usedBytes;
    private int receiversWaiting;
    private Process notified;
    private int notifySignal;
    private long notifyValue;
    /** SIGEV_THREAD: where a thread of the C library waits, held, and what it is to read; null for a signal. */
    private NetlinkSocket notifySocket;
    private byte[] notifyCookie;
    PosixQueue nextQueue;
    private int holders;

    public PosixQueue(Files files, byte[] name, int mode, int uid, int gid, long countMax, long sizeMaxBytes) {
        super(files, DEVICE, Stat.S_IFREG | mode, uid, gid);
        JavaHeap.take(HEAP_BYTES);
        this.files = files;
        this.name = name;
        ownerUid = uid;
        this.countMax = countMax;
        this.sizeMaxBytes = sizeMaxBytes;
    }

    @Override
    public int stat(Stat out) {
        int error = super.stat(out);
        out.sizeBytes = SHOWN_BYTES;
        return error;
    }

    /** By its name in a mounted {@link MqueueFileSystem}. */
    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        out.value = new PosixQueueHandle(files, this, flags & (OpenFlags.O_ACCMODE | OpenFlags.O_NONBLOCK));
        return 0;
    }

    public WaitQueue waiters() {
        return waiters;
    }

    public int count() {
        return count;
    }

    public long usedBytes() {
        return usedBytes;
    }

    public boolean isFull() {
        return count >= countMax;
    }

    /** The next message to be received; null when there is none. */
    public Message first() {
        return first;
    }

    /** A call begins or ends to wait for a message: as long as one does, nobody is notified. */
    public void receiverWaits(boolean begins) {
        receiversWaiting += begins ? 1 : -1;
    }

    /** Queues a message behind those of its priority and higher ones; tells whoever asked when there was none. */
    public void add(Message message, Process sender) {
        Message before = null;
        for (Message one = first; one != null && one.type >= message.type; one = one.next) {
            before = one;
        }
        if (before == null) {
            message.next = first;
            first = message;
        } else {
            message.next = before.next;
            before.next = message;
        }
        usedBytes += message.lengthBytes;
        if (count++ == 0 && receiversWaiting == 0) {
            notifyOnce(sender);
        }
        waiters.wakeAll(Events.IN);
    }

    /** Takes the first message out; the caller frees it. */
    public Message take() {
        Message message = first;
        first = message.next;
        count--;
        usedBytes -= message.lengthBytes;
        waiters.wakeAll(Events.OUT);
        return message;
    }

    /** mq_notify(3); signal 0 for SIGEV_NONE. False when somebody else is registered. */
    public boolean notify(Process process, int signal, long value) {
        if (notified() != null) {
            return false;
        }
        notified = process;
        notifySignal = signal;
        notifyValue = value;
        return true;
    }

    /** As {@link #notify} with SIGEV_THREAD: the bytes come out of a socket of netlink(7), the last one saying why. */
    public boolean notifyThread(Process process, NetlinkSocket socket, byte[] cookie) {
        if (!notify(process, 0, 0)) {
            return false;
        }
        socket.retain();
        notifySocket = socket;
        notifyCookie = cookie;
        return true;
    }

    public void forgetNotify(Process process) {
        if (notified == process) {
            notified = null;
            tellThread(NOTIFY_REMOVED);
        }
    }

    private void tellThread(int why) {
        NetlinkSocket socket = notifySocket;
        notifySocket = null;
        if (socket != null) {
            notifyCookie[COOKIE_BYTES - 1] = (byte) why;
            socket.tell(notifyCookie);
            socket.release();
        }
    }

    /** Who is registered; of a queue without a name nobody tells when that process has ended. */
    private Process notified() {
        if (notified != null && notified.isZombie()) {
            forgetNotify(notified);
        }
        return notified;
    }

    public int notifiedPid() {
        return notified() == null ? 0 : notified.ownPid();
    }

    public int notifySignal() {
        return notified() == null ? 0 : notifySignal;
    }

    private void notifyOnce(Process sender) {
        Process process = notified();
        notified = null;
        tellThread(NOTIFY_WOKENUP);
        if (process != null && notifySignal != 0) {
            int uid = process.credentials().shownUid(sender.credentials().uid);
            Signals.send(process, new SignalInfo().set(notifySignal, SI_MESGQ)
                    .from(process.numberOf(sender.pid()), uid).value(notifyValue));
        }
    }

    @Override
    public void retained() {
        holders++;
    }

    /** The last name or descriptor is gone: so are the messages, and who asked to be told of them. */
    @Override
    public void dropped() {
        assert holders > 0 : "dropped more often than retained";
        if (--holders == 0) {
            JavaHeap.give(HEAP_BYTES);
            notified = null;
            tellThread(NOTIFY_REMOVED);
            while (first != null) {
                take().free();
            }
        }
    }
}
