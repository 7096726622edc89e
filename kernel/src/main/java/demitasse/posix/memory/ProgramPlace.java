package demitasse.posix.memory;

import demitasse.vfs.FileHandle;

/**
 * Where the parts of the running program lie, for /proc/self/{exe,stat,cmdline,environ,auxv} and prctl(2).
 */
public final class ProgramPlace {
    private FileHandle file;
    private long start;
    private long end;
    private long stackStart;
    private long argumentsStart;
    private long argumentsEnd;
    private long environmentEnd;
    private long auxiliaryStart;
    private int auxiliaryBytes;

    /** Tells which file was loaded, and where; one reference to it is kept. */
    public void setFile(FileHandle newFile, long newStart, long newEnd) {
        newFile.retain();
        newFile.inode().addPrograms(1);
        release();
        file = newFile;
        start = newStart;
        end = newEnd;
    }

    /** fork(2): another process runs the same program. */
    void copyFrom(ProgramPlace other) {
        if (other.file != null) {
            setFile(other.file, other.start, other.end);
        }
        stackStart = other.stackStart;
        argumentsStart = other.argumentsStart;
        argumentsEnd = other.argumentsEnd;
        environmentEnd = other.environmentEnd;
        auxiliaryStart = other.auxiliaryStart;
        auxiliaryBytes = other.auxiliaryBytes;
    }

    /** Strings: arguments, then environment. */
    public void setStack(long newStackStart, long strings, long argumentBytes, long stringBytes) {
        stackStart = newStackStart;
        argumentsStart = strings;
        argumentsEnd = strings + argumentBytes;
        environmentEnd = strings + stringBytes;
    }

    public void setAuxiliary(long newStart, int lengthBytes) {
        auxiliaryStart = newStart;
        auxiliaryBytes = lengthBytes;
    }

    void release() {
        if (file != null) {
            FileHandle old = file;
            file = null;
            old.inode().addPrograms(-1);
            old.release();
        }
    }

    /** The program's file, borrowed; null before exec. */
    public FileHandle file() {
        return file;
    }

    public long start() {
        return start;
    }

    public long end() {
        return end;
    }

    /** The stack pointer that the program began with. */
    public long stackStart() {
        return stackStart;
    }

    public long argumentsStart() {
        return argumentsStart;
    }

    public long argumentsEnd() {
        return argumentsEnd;
    }

    public long environmentStart() {
        return argumentsEnd;
    }

    public long environmentEnd() {
        return environmentEnd;
    }

    /** The auxiliary vector on the stack. */
    public long auxiliaryStart() {
        return auxiliaryStart;
    }

    public int auxiliaryBytes() {
        return auxiliaryBytes;
    }
}
