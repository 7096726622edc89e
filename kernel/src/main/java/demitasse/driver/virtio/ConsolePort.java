package demitasse.driver.virtio;

import static demitasse.base.error.Errno.EAGAIN;

import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;
import demitasse.device.DeviceMemory;

/** One port of a virtio console: a queue of buffers in each direction. Both sides copy, for their buffers are small. */
public final class ConsolePort {
    private final Virtqueue receiving;
    private final Virtqueue sending;
    private final long receiveBuffers;
    private final long sendBuffers;
    private final int bufferBytes;
    /** How many send buffers are with the device; they come and go in order. */
    private int sendingCount;
    private int sendNext;
    /** A writer was told to come back, so the device interrupts when it gives buffers back. */
    private boolean waiting;
    private int readOffset;
    private boolean hostOpen = true;

    ConsolePort(DeviceMemory memory, Virtqueue receiving, Virtqueue sending, int bufferBytes) {
        this.receiving = receiving;
        this.sending = sending;
        this.bufferBytes = bufferBytes;
        this.receiveBuffers = memory.take((long) receiving.size() * bufferBytes);
        this.sendBuffers = memory.take((long) sending.size() * bufferBytes);
        for (int i = 0; i < receiving.size(); i++) {
            receiving.assign(i, receiveBuffers + (long) i * bufferBytes, true);
            receiving.offer(i, bufferBytes);
        }
        for (int i = 0; i < sending.size(); i++) {
            sending.assign(i, sendBuffers + (long) i * bufferBytes, false);
        }
        sending.interrupts(false);
    }

    /** Tells the device about the receive buffers, once it runs. */
    void start() {
        receiving.kick();
    }

    /** The host has opened or closed its end. */
    void hostOpen(boolean open) {
        hostOpen = open;
    }

    /**
     * Copies into free buffers and rings once.
     *
     * @return the bytes taken, or -EAGAIN; then the device interrupts when there is room again
     */
    @HotPath("per write")
    public int write(long address, int lengthBytes) {
        reclaim();
        if (sendingCount == sending.size()) {
            waiting = true;
            sending.interrupts(true);
            // The device may have given some back before it saw the wish.
            reclaim();
            if (sendingCount == sending.size()) {
                return -EAGAIN;
            }
        }
        if (waiting) {
            waiting = false;
            sending.interrupts(false);
        }
        int done = 0;
        while (done < lengthBytes && sendingCount < sending.size()) {
            int chunk = Math.min(lengthBytes - done, bufferBytes);
            Memory.copy(address + done, sendBuffers + (long) sendNext * bufferBytes, chunk);
            sending.offer(sendNext, chunk);
            sendNext = sendNext + 1 & sending.size() - 1;
            sendingCount++;
            done += chunk;
        }
        sending.kick();
        return done;
    }

    /** The bytes copied; 0 when the host has closed its end and all is read; -EAGAIN when there are none now. */
    @HotPath("per read")
    public int read(long address, int lengthBytes) {
        int done = 0;
        while (done < lengthBytes && receiving.hasUsed()) {
            int id = receiving.usedId();
            int available = receiving.usedLengthBytes(bufferBytes);
            // The device may have changed its mind about the length since the last read.
            int chunk = Math.min(lengthBytes - done, Math.max(0, available - readOffset));
            Memory.copy(receiveBuffers + (long) id * bufferBytes + readOffset, address + done, chunk);
            done += chunk;
            readOffset += chunk;
            if (readOffset >= available) {
                readOffset = 0;
                receiving.takeUsed();
                receiving.offer(id, bufferBytes);
                receiving.kick();
            }
        }
        if (done == 0 && lengthBytes > 0) {
            return hostOpen ? -EAGAIN : 0;
        }
        return done;
    }

    /** Copies one buffer, however long its content is; the bytes copied, or -EAGAIN. For queues that carry messages. */
    int readMessage(long address, int lengthBytes) {
        if (!receiving.hasUsed()) {
            return -EAGAIN;
        }
        int id = receiving.usedId();
        int length = Math.min(receiving.usedLengthBytes(bufferBytes), lengthBytes);
        Memory.copy(receiveBuffers + (long) id * bufferBytes, address, length);
        receiving.takeUsed();
        receiving.offer(id, bufferBytes);
        receiving.kick();
        return length;
    }

    /** Whether the device still has something to send. */
    public boolean isSending() {
        reclaim();
        return sendingCount > 0;
    }

    private void reclaim() {
        while (sendingCount > 0 && sending.hasUsed()) {
            sending.takeUsed();
            sendingCount--;
        }
    }
}
