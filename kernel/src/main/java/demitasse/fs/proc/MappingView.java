package demitasse.fs.proc;

import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;

/** One line of /proc/PID/maps; filled by {@link ProcessView#mapping}. */
public final class MappingView {
    public static final int READ = 1;
    public static final int WRITE = 2;
    public static final int EXECUTE = 4;

    public long start;
    public long end;
    /** PROT_* bits. */
    public int protection;
    public boolean shared;
    public long offset;
    /** Null for anonymous memory. */
    public FileHandle file;
    /** What is mapped when there is no handle; null for anonymous memory. */
    public Inode inode;
    /** "[heap]", "[stack]", "[vdso]" …; null for none. */
    public String label;
    /** What the program calls its memory, PR_SET_VMA_ANON_NAME; null for nothing. */
    public byte[] name;
    /** What only smaps tells, in bytes: of the pages in memory, those that others have too, and those of no file. */
    public long residentBytes;
    public long proportionalBytes;
    public long sharedBytes;
    public long anonymousBytes;
    /** Of what nobody else has; {@link MapsText} counts it. */
    public long cleanBytes;
    public long lockedBytes;
    /** As numa_maps has it. */
    public String policy;
    /** Names of flags, each with a blank behind it. */
    public String traits;
}
