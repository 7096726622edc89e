package demitasse.posix.task;

import demitasse.base.annotation.HotPath;

/** What a thread has moved by read(2), write(2) and their like, whatever files they were: /proc/PID/io, proc(5). */
public final class IoCounts {
    private long bytesRead;
    private long bytesWritten;
    private long readCalls;
    private long writeCalls;

    IoCounts() {
    }

    /** A call that reads is over, with so many bytes or -errno; the same again. */
    @HotPath("per system call")
    public long read(long result) {
        bytesRead += Math.max(result, 0);
        readCalls++;
        return result;
    }

    /** A call that writes is over, with so many bytes or -errno; the same again. */
    @HotPath("per system call")
    public long written(long result) {
        bytesWritten += Math.max(result, 0);
        writeCalls++;
        return result;
    }

    /** A call that moves from file to file is over, with so many bytes; the same again. */
    public long moved(long result) {
        read(result);
        return written(result);
    }

    void add(IoCounts other) {
        bytesRead += other.bytesRead;
        bytesWritten += other.bytesWritten;
        readCalls += other.readCalls;
        writeCalls += other.writeCalls;
    }

    public long bytesRead() {
        return bytesRead;
    }

    public long bytesWritten() {
        return bytesWritten;
    }

    public long readCalls() {
        return readCalls;
    }

    public long writeCalls() {
        return writeCalls;
    }
}
