package demitasse.posix.debug;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.base.trace.Log;
import demitasse.machine.AddressSpace;
import demitasse.posix.memory.DebugAccess;
import demitasse.posix.memory.Mapping;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Limits;
import demitasse.posix.task.Process;
import demitasse.posix.task.Scratch;
import demitasse.posix.task.Task;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;
import demitasse.vfs.TreeChanges;

/**
 * Writes the memory and registers of a crashed process into a file, core(5): an ELF file of type ET_CORE with notes
 * ({@link CoreNotes}) and a segment for each mapping.
 */
public final class CoreDump {
    /** /proc/PID/coredump_filter: which mappings are dumped, core(5). */
    public static final int FILTER_PRIVATE_ANONYMOUS = 1;
    public static final int FILTER_SHARED_ANONYMOUS = 1 << 1;
    public static final int FILTER_PRIVATE_FILES = 1 << 2;
    public static final int FILTER_SHARED_FILES = 1 << 3;
    public static final int FILTER_ELF_HEADERS = 1 << 4;
    /** With the bits for huge pages, of which there are none. */
    public static final int FILTER_DEFAULT = 0x33;
    public static final int FILTER_KNOWN = 0x1ff;

    /** Linux's min_coredump: less would hold nothing. */
    private static final long LIMIT_BYTES_MIN = 4096;
    private static final long PAGE_BYTES = UserSpace.PAGE_BYTES;
    private static final int MODE = 0600;
    private static final int HEADER_BYTES = 64;
    private static final int SEGMENT_BYTES = 56;
    /** e_phnum has 16 bits; beyond that a section header would have to hold the count. */
    private static final int SEGMENTS_MAX = 0xfffe;
    private static final int ET_CORE = 4;
    private static final int EM_X86_64 = 62;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int PF_X = 1;
    private static final int PF_W = 2;
    private static final int PF_R = 4;
    private static final int ELF_MAGIC = 0x464c_457f;
    /** ELFCLASS64, ELFDATA2LSB, EV_CURRENT. */
    private static final int ELF_IDENTITY = 0x01_0102;

    private final Task task;
    private final Process process;
    private final SignalInfo info;
    private final UserSpace memory;
    private final DebugAccess access;
    private final CoreFile out;
    private final long buffer;

    private CoreDump(Task task, SignalInfo info) {
        this.task = task;
        this.info = info;
        process = task.process();
        memory = process.memory();
        access = new DebugAccess(memory);
        Scratch scratch = process.instance().scratch();
        scratch.reset();
        buffer = scratch.take((int) PAGE_BYTES);
        out = new CoreFile(scratch.take(Long.BYTES));
    }

    /**
     * Writes the dump if the process wants one: RLIMIT_CORE, prctl(2) PR_SET_DUMPABLE. The calling task crashed.
     *
     * @return whether there is a dump now; it may be cut short by the limit
     */
    public static boolean write(Task task, SignalInfo info) {
        Process process = task.process();
        long limitBytes = process.limits().soft(Limits.RLIMIT_CORE);
        boolean wanted = Long.compareUnsigned(limitBytes, LIMIT_BYTES_MIN) >= 0 && process.settings().dumpable();
        return wanted && !process.isExiting() && new CoreDump(task, info).write(limitBytes);
    }

    private boolean write(long limitBytes) {
        FileHandle file = open();
        if (file == null) {
            return false;
        }
        CoreNotes notes = new CoreNotes(task, info, out);
        int segments = Math.min(memory.mappingCount(), SEGMENTS_MAX);
        long notesStart = HEADER_BYTES + (segments + 1L) * SEGMENT_BYTES;
        out.seek(notesStart);
        notes.write();
        long notesEnd = out.position();
        out.open(file, limitBytes);
        writeHeader(segments + 1);
        writeSegment(PT_NOTE, 0, notesStart, 0, notesEnd - notesStart, 0, 4);
        long dataStart = notesEnd + PAGE_BYTES - 1 & -PAGE_BYTES;
        describeMappings(segments, dataStart);
        notes.write();
        out.seek(dataStart);
        for (int i = 0; i < segments; i++) {
            dump(memory.mapping(i));
        }
        // A hole at the end is part of the file as well.
        boolean fits = Long.compareUnsigned(out.position(), limitBytes) <= 0 && !out.isCut();
        if (fits) {
            file.inode().truncate(out.position());
        }
        file.release();
        Log.at(Log.INFO).text("core dump of process ").number(process.pid())
                .text(fits ? ": whole" : ": cut short").end();
        return true;
    }

    /** Makes or empties the file; null when that is not allowed, or would not be wise. */
    private FileHandle open() {
        Instance instance = process.instance();
        Text text = new Text().set(buffer, (int) PAGE_BYTES);
        instance.corePattern().expand(text, task, info);
        if (text.length() == 0 || text.isTruncated()) {
            return null;
        }
        Credentials who = task.credentials();
        Path place = new Path();
        int error = instance.mounts().walk(process.directory(), process.root(), new Name(buffer, text.length()),
                PathWalk.CREATE, who, place);
        if (error == 0 && !place.isSet()) {
            error = create(place);
        }
        Ref<FileHandle> opened = new Ref<>();
        if (error == 0 && isSafe(place)) {
            error = place.inode().open(OpenFlags.O_WRONLY, place, opened);
        }
        place.clear();
        FileHandle file = opened.value;
        if (file != null && file.inode().truncate(0) < 0) {
            file.release();
            return null;
        }
        return file;
    }

    private int create(Path out) {
        Instance instance = process.instance();
        PathWalk walker = instance.mounts().walker();
        TreeChanges changes = instance.mounts().changes();
        int mode = Stat.S_IFREG | MODE & ~process.umask();
        return changes.create(walker.directory(), walker.last(), mode, 0, task.credentials(), out);
    }

    /** Nobody must be made to overwrite what is not an old dump of his: do_coredump of Linux. */
    private boolean isSafe(Path place) {
        Stat stat = process.instance().files().stat();
        return place.inode().stat(stat) == 0 && (stat.mode & Stat.S_IFMT) == Stat.S_IFREG && stat.links == 1
                && stat.uid == task.credentials().fsuid && !place.isReadOnly()
                && !place.inode().hasFlags(Inode.FIXED);
    }

    private void writeHeader(int segments) {
        Memory.fill(buffer, HEADER_BYTES, (byte) 0);
        Memory.putInt(buffer, ELF_MAGIC);
        Memory.putInt(buffer + 4, ELF_IDENTITY);
        Memory.putShort(buffer + 16, (short) ET_CORE);
        Memory.putShort(buffer + 18, (short) EM_X86_64);
        Memory.putInt(buffer + 20, 1);
        Memory.putLong(buffer + 32, HEADER_BYTES);
        Memory.putShort(buffer + 52, (short) HEADER_BYTES);
        Memory.putShort(buffer + 54, (short) SEGMENT_BYTES);
        Memory.putShort(buffer + 56, (short) segments);
        out.put(buffer, HEADER_BYTES);
    }

    private void writeSegment(int type, int flags, long offset, long address, long fileBytes, long memoryBytes,
            long alignment) {
        Memory.putInt(buffer, type);
        Memory.putInt(buffer + 4, flags);
        Memory.putLong(buffer + 8, offset);
        Memory.putLong(buffer + 16, address);
        Memory.putLong(buffer + 24, 0);
        Memory.putLong(buffer + 32, fileBytes);
        Memory.putLong(buffer + 40, memoryBytes);
        Memory.putLong(buffer + 48, alignment);
        out.put(buffer, SEGMENT_BYTES);
    }

    private void describeMappings(int segments, long dataStart) {
        long offset = dataStart;
        for (int i = 0; i < segments; i++) {
            Mapping mapping = memory.mapping(i);
            long bytes = dumpedBytes(mapping);
            int protection = mapping.protection();
            int flags = ((protection & AddressSpace.READ) != 0 ? PF_R : 0)
                    | ((protection & AddressSpace.WRITE) != 0 ? PF_W : 0)
                    | ((protection & AddressSpace.EXECUTE) != 0 ? PF_X : 0);
            writeSegment(PT_LOAD, flags, offset, mapping.start(), bytes, mapping.lengthBytes(), PAGE_BYTES);
            offset += bytes;
        }
    }

    /** How much of a mapping is dumped, vma_dump_size of Linux. */
    private long dumpedBytes(Mapping mapping) {
        int filter = process.settings().coreFilter();
        if (mapping.isWindow() || mapping.isNotDumped()) {
            return 0;
        }
        boolean all;
        if (mapping.isKernels()) {
            all = true;
        } else if (mapping.isShared()) {
            all = (filter & (mapping.file() == null ? FILTER_SHARED_ANONYMOUS : FILTER_SHARED_FILES)) != 0;
        } else {
            all = (filter & FILTER_PRIVATE_ANONYMOUS) != 0 && isWritten(mapping)
                    || !mapping.isAnonymous() && (filter & FILTER_PRIVATE_FILES) != 0;
        }
        if (all) {
            return mapping.lengthBytes();
        }
        boolean header = (filter & FILTER_ELF_HEADERS) != 0 && mapping.file() != null && mapping.offset() == 0
                && access.read(mapping.start(), buffer, Integer.BYTES) == Integer.BYTES
                && Memory.getInt(buffer) == ELF_MAGIC;
        return header ? PAGE_BYTES : 0;
    }

    /** Text is not looked at: it differs from its file by what the platform has patched at the most. */
    private boolean isWritten(Mapping mapping) {
        boolean text = (mapping.protection() & AddressSpace.EXECUTE) != 0
                && (mapping.protection() & AddressSpace.WRITE) == 0;
        long end = text ? mapping.start() : mapping.end();
        for (long page = access.nextPresent(mapping.start(), end); page < end;
                page = access.nextPresent(page + PAGE_BYTES, end)) {
            if (access.isWritten(mapping, page)) {
                return true;
            }
        }
        return false;
    }

    /** Memory that was never touched stays a hole; the pages of files are all there. */
    private void dump(Mapping mapping) {
        long end = mapping.start() + dumpedBytes(mapping);
        long page = mapping.start();
        while (page < end) {
            // Terabytes may be reserved, of which little was touched.
            long touched = mapping.isAnonymous() ? access.nextPresent(page, end) : page;
            out.skip(touched - page);
            page = touched;
            if (page < end) {
                if (access.read(page, buffer, PAGE_BYTES) < 0) {
                    out.skip(PAGE_BYTES);
                } else {
                    out.put(buffer, PAGE_BYTES);
                }
                page += PAGE_BYTES;
            }
        }
    }
}
