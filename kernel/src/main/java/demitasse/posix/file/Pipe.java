package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPIPE;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.JavaHeap;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.KernelTransfer;
import demitasse.vfs.Transfer;

/**
 * The bytes between the ends of a pipe, pipe(7): a ring of pages that are taken as data comes and given back as it
 * goes, so that an idle pipe holds one page at most.
 */
public final class Pipe {
    /** Writes up to this size are atomic, pipe(7). */
    public static final int PIPE_BUF = 4096;
    public static final int CAPACITY_DEFAULT_BYTES = 16 * 4096;
    /** Nobody gets more: the ring itself is on the kernel's heap. */
    public static final int CAPACITY_MAX_BYTES = 16 << 20;
    private static final int PAGE_BYTES = 4096;
    private static final int PAGE_SHIFT = 12;
    /** Of the kernel's heap, for each page of room beyond the usual: its address, and two numbers of a packet. */
    private static final int PLACE_BYTES = 16;

    private final Pages pages;
    /** Who waits for data, and who for room; one queue for a pipe. */
    private final WaitQueue waiters;
    private final WaitQueue writersWaiting;
    private long[] frames;
    private int capacity;
    /** Where the oldest byte stands in the ring. */
    private int head;
    private int used;
    /** Null as long as there was no packet, O_DIRECT of pipe2(2). */
    private PipePackets packets;
    private int readers;
    private int writers;
    /** How many ends were ever opened, so that a FIFO's open sees a peer that came and went, fifo(7). */
    private int readersEver;
    private int writersEver;

    /**
     * @param capacityBytes a power of two, a page at least
     * @param waiters woken for data
     * @param writersWaiting woken for room; null for the same queue
     */
    public Pipe(Pages pages, int capacityBytes, WaitQueue waiters, WaitQueue writersWaiting) {
        this.pages = pages;
        this.capacity = capacityBytes;
        this.frames = new long[capacityBytes >>> PAGE_SHIFT];
        this.waiters = waiters;
        this.writersWaiting = writersWaiting == null ? waiters : writersWaiting;
    }

    public WaitQueue waiters() {
        return waiters;
    }

    public int usedBytes() {
        return used;
    }

    public int capacityBytes() {
        return capacity;
    }

    public int freeBytes() {
        return capacity - used - (packets == null ? 0 : packets.wastedBytes());
    }

    public int readers() {
        return readers;
    }

    public int writers() {
        return writers;
    }

    public int readersEver() {
        return readersEver;
    }

    public int writersEver() {
        return writersEver;
    }

    /** An end begins to be used; wakes a FIFO's open that waits for it. */
    public void opened(boolean reads, boolean writes) {
        if (reads) {
            readers++;
            readersEver++;
        }
        if (writes) {
            writers++;
            writersEver++;
        }
        waiters.wakeAll(Events.IN | Events.OUT);
    }

    /** An end is gone; the last one frees the data. */
    public void closed(boolean reads, boolean writes) {
        if (reads) {
            readers--;
        }
        if (writes) {
            writers--;
        }
        if (readers == 0 && writers == 0) {
            discard();
        } else if (readers == 0 || writers == 0) {
            waiters.wakeAll(Events.IN | Events.OUT | Events.ERR | Events.HUP);
        }
    }

    /** Bytes read; 0 at the end; -EAGAIN while writers may still come; -EFAULT. */
    public long read(Transfer target) {
        long asked = target.remaining();
        if (asked == 0) {
            return 0;
        }
        if (used == 0) {
            return writers == 0 ? 0 : -EAGAIN;
        }
        if (packets != null && packets.count() > 0) {
            return readPackets(target);
        }
        long moved = 0;
        long result = 0;
        while (used > 0 && moved < asked) {
            int offset = head & PAGE_BYTES - 1;
            result = target.put(frames[head >>> PAGE_SHIFT] + offset, Math.min(PAGE_BYTES - offset, used));
            if (result <= 0) {
                break;
            }
            consume((int) result);
            moved += result;
        }
        // Wake even if the reader's memory ended midway: a writer must not sleep on a pipe that has room.
        if (moved > 0 && !writersWaiting.isEmpty() && freeBytes() >= PIPE_BUF) {
            writersWaiting.wakeAll(Events.OUT);
        }
        return moved > 0 ? moved : result;
    }

    /** The bytes in front of the first packet, and it, all of which is gone then whether or not it fits. */
    @ColdPath("few pipes have packets")
    private long readPackets(Transfer target) {
        int gap = packets.gap();
        long moved = gap == 0 ? 0 : peek(0, target, gap);
        drop((int) Math.max(0, moved));
        if (moved == gap && target.remaining() > 0) {
            int length = packets.length();
            long n = peek(0, target, length);
            if (n > 0) {
                drop(length);
                moved += n;
            } else {
                moved = moved > 0 ? moved : n;
            }
        }
        if (moved > 0) {
            writersWaiting.wakeAll(Events.OUT);
        }
        return moved;
    }

    /** As {@link #write}, each PIPE_BUF bytes as a packet of their own, which takes a page of the room. */
    @ColdPath("few pipes have packets")
    public long writePackets(Transfer source) {
        if (readers == 0) {
            return -EPIPE;
        }
        if (packets == null) {
            packets = new PipePackets(used);
        }
        int rest = (int) source.remaining() & PAGE_BYTES - 1;
        int offset = head + used & PAGE_BYTES - 1;
        long moved = 0;
        long result = source.remaining() == 0 ? 0 : -EAGAIN;
        if (rest > 0 && packets.endsPlain() && offset > 0 && offset + rest <= PAGE_BYTES && freeBytes() >= rest) {
            // Linux puts what still fits beside bytes that are no packet there, and then it is none either.
            result = appendWhole(source, rest);
            packets.addPlain((int) Math.max(0, result));
            moved = Math.max(0, result);
        }
        while (source.remaining() > 0 && freeBytes() >= PAGE_BYTES && (moved > 0 || result == -EAGAIN)) {
            result = appendWhole(source, (int) Math.min(source.remaining(), PIPE_BUF));
            if (result < 0) {
                break;
            }
            packets.addPacket((int) result);
            moved += result;
        }
        if (moved > 0) {
            waiters.wakeAll(Events.IN);
        }
        return moved > 0 ? moved : result;
    }

    /** All of so many bytes, for which there is room, or none: how many, -EFAULT or -ENOMEM. */
    private long appendWhole(Transfer source, int bytes) {
        int before = used;
        while (used - before < bytes) {
            long n = append(source, bytes - (used - before));
            if (n <= 0) {
                used = before;
                return n < 0 ? n : -EFAULT;
            }
        }
        return bytes;
    }

    /** Bytes written, fewer than asked when full; -EAGAIN when none fits (or not all of PIPE_BUF); -EPIPE; -EFAULT. */
    public long write(Transfer source) {
        long asked = source.remaining();
        if (asked == 0) {
            return 0;
        }
        if (readers == 0) {
            return -EPIPE;
        }
        if (freeBytes() == 0 || asked <= PIPE_BUF && asked > freeBytes()) {
            return -EAGAIN;
        }
        long moved = 0;
        long result = 0;
        while (moved < asked && freeBytes() > 0) {
            result = append(source, freeBytes());
            if (result <= 0) {
                break;
            }
            moved += result;
        }
        if (packets != null) {
            packets.addPlain((int) moved);
        }
        if (moved > 0 && !waiters.isEmpty()) {
            waiters.wakeAll(Events.IN);
        }
        return moved > 0 ? moved : result;
    }

    /** Shows data without taking it, tee(2): copies up to {@code lengthBytes} from {@code skipBytes} after the head. */
    public long peek(int skipBytes, Transfer target, long lengthBytes) {
        long moved = 0;
        int rest = (int) Math.min(used - skipBytes, lengthBytes);
        while (rest > 0 && target.remaining() > 0) {
            int place = head + skipBytes + (int) moved & capacity - 1;
            int offset = place & PAGE_BYTES - 1;
            long n = target.put(frames[place >>> PAGE_SHIFT] + offset, Math.min(PAGE_BYTES - offset, rest));
            if (n <= 0) {
                return moved > 0 ? moved : n;
            }
            moved += n;
            rest -= (int) n;
        }
        return moved;
    }

    /** Takes bytes that {@link #peek} has shown, splice(2). */
    public void skip(int bytes) {
        assert bytes <= used;
        drop(bytes);
        if (!writersWaiting.isEmpty() && freeBytes() >= PIPE_BUF) {
            writersWaiting.wakeAll(Events.OUT);
        }
    }

    private void drop(int bytes) {
        int left = bytes;
        while (left > 0) {
            int some = Math.min(left, PAGE_BYTES - (head & PAGE_BYTES - 1));
            consume(some);
            left -= some;
        }
    }

    /**
     * F_SETPIPE_SZ, fcntl(2).
     *
     * @param bytes a power of two, a page at least
     * @return 0; -EBUSY when the data would not fit; -ENOMEM
     */
    public int resize(int bytes) {
        if (bytes < capacity - freeBytes()) {
            return -EBUSY;
        }
        long moreHeap = heapBytes(bytes) - heapBytes(capacity);
        if (moreHeap > 0 && !JavaHeap.hasRoom(moreHeap)) {
            return -ENOMEM;
        }
        long[] newFrames = new long[bytes >>> PAGE_SHIFT];
        int data = used;
        for (int i = 0; i << PAGE_SHIFT < data; i++) {
            newFrames[i] = pages.allocate(0);
            if (newFrames[i] == Pages.NONE) {
                releaseAll(newFrames);
                return -ENOMEM;
            }
        }
        KernelTransfer transfer = new KernelTransfer();
        for (int i = 0; i << PAGE_SHIFT < data; i++) {
            transfer.set(newFrames[i], PAGE_BYTES);
            peek(i << PAGE_SHIFT, transfer, PAGE_BYTES);
        }
        releaseAll(frames);
        JavaHeap.take(moreHeap);
        frames = newFrames;
        capacity = bytes;
        head = 0;
        waiters.wakeAll(Events.OUT);
        return 0;
    }

    /** What a ring takes beyond what an open file is counted as. */
    private static long heapBytes(int capacityBytes) {
        return (long) Math.max(0, capacityBytes - CAPACITY_DEFAULT_BYTES) / PAGE_BYTES * PLACE_BYTES;
    }

    /** Its first end is there; {@link #ended} when the last one is gone. */
    void began() {
        JavaHeap.take(heapBytes(capacity));
    }

    void ended() {
        JavaHeap.give(heapBytes(capacity));
    }

    /** Moves source bytes to the end of the ring, within one page. */
    private long append(Transfer source, int limit) {
        int tail = head + used & capacity - 1;
        long frame = frames[tail >>> PAGE_SHIFT];
        if (frame == Pages.NONE) {
            frame = addPage(tail >>> PAGE_SHIFT);
            if (frame == Pages.NONE) {
                return -ENOMEM;
            }
        }
        int offset = tail & PAGE_BYTES - 1;
        long n = source.take(frame + offset, Math.min(PAGE_BYTES - offset, limit));
        if (n > 0) {
            used += (int) n;
        }
        return n;
    }

    @ColdPath("once for each 4096 bytes")
    private long addPage(int index) {
        frames[index] = pages.allocate(0);
        return frames[index];
    }

    private void consume(int bytes) {
        int index = head >>> PAGE_SHIFT;
        head = head + bytes & capacity - 1;
        used -= bytes;
        if (packets != null) {
            packets.taken(bytes);
        }
        if ((head & PAGE_BYTES - 1) == 0 && used > 0 && used <= capacity - PAGE_BYTES) {
            dropPage(index);
        } else if (used == 0) {
            // Start again in the first page: a ping-pong of small messages touches one page for ever.
            if (index != 0) {
                moveToFront(index);
            }
            head = 0;
        }
    }

    /** Nothing is stored: the page at {@code index} is the only one, unless the first page waits for reuse. */
    private void moveToFront(int index) {
        if (frames[0] != Pages.NONE) {
            dropPage(index);
        } else {
            frames[0] = frames[index];
            frames[index] = Pages.NONE;
        }
    }

    @ColdPath("once for each 4096 bytes")
    private void dropPage(int index) {
        pages.release(frames[index]);
        frames[index] = Pages.NONE;
    }

    /** Forgets the data and gives its pages back. */
    public void discard() {
        releaseAll(frames);
        head = 0;
        used = 0;
        packets = null;
    }

    private void releaseAll(long[] list) {
        for (int i = 0; i < list.length; i++) {
            if (list[i] != Pages.NONE) {
                pages.release(list[i]);
                list[i] = Pages.NONE;
            }
        }
    }
}
