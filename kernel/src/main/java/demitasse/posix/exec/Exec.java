package demitasse.posix.exec;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ELIBBAD;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOEXEC;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ETXTBSY;

import demitasse.alloc.Pages;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;
import demitasse.posix.memory.Relief;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.FileCapabilities;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.KernelTransfer;
import demitasse.vfs.Mount;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** Turns a file into the memory of a program that is about to start, execve(2). One per instance. */
public final class Exec {
    /** How many scripts may name a script as their interpreter. */
    private static final int SCRIPTS_MAX = 4;
    private static final int INTERPRETER_BYTES_MAX = 4096;
    /** The signal frame without the vector state, with what the ABI adds for alignment and the red zone. */
    private static final int SIGNAL_FRAME_BYTES = 640;

    private final Platform platform;
    private final Pages pages;
    private final Mounts mounts;
    private final Relief relief;
    private final Stat stat = new Stat();
    private final Ref<FileHandle> opened = new Ref<>();
    private final KernelTransfer transfer = new KernelTransfer();
    private final Script script = new Script();
    private final Name name = new Name();
    private VdsoPages vdso;
    private boolean writeExecuteAllowed;
    /** Where the interpreter begins, set by {@link #loadInterpreter}. */
    private long interpreterEntry;

    /** @param relief who helps a new memory when there is none; may be null */
    public Exec(Platform platform, Pages pages, Mounts mounts, Relief relief) {
        this.platform = platform;
        this.pages = pages;
        this.mounts = mounts;
        this.relief = relief;
    }

    /** Programs loaded from now on may have memory that is writable and executable at once. */
    public void allowWriteExecute() {
        writeExecuteAllowed = true;
    }

    /**
     * Builds the memory of a new program. Nothing outside the request changes.
     *
     * @return 0, then the results in the request are set; else -EACCES, -ENOEXEC, -ENOENT, -ELOOP, -E2BIG,
     *         -ENOMEM, -EIO, -ELIBBAD, -ETXTBSY, -EPERM as execve(2) says
     */
    public int load(ExecRequest request) {
        long head = pages.allocate(0);
        if (head == Pages.NONE) {
            return -ENOMEM;
        }
        int error = loadScriptsAndProgram(request, head);
        pages.release(head);
        return error;
    }

    private int loadScriptsAndProgram(ExecRequest request, long head) {
        Path path = new Path(request.file);
        // The name of each script in turn; it must survive the reading of the next file's first line.
        Name caller = new Name(request.fileName.address(), request.fileName.length());
        int error = 0;
        int scripts = 0;
        long line = head;
        int bytes = open(path, request.access, line);
        while (bytes >= 0 && Script.isScript(line, bytes)) {
            opened.value.release();
            error = scripts == SCRIPTS_MAX ? -ELOOP : enterScript(request, caller, path, line, bytes);
            if (error < 0) {
                break;
            }
            caller.set(script.interpreter.address(), script.interpreter.length());
            scripts++;
            line += Script.LINE_BYTES_MAX;
            bytes = open(path, request.access, line);
        }
        if (error == 0) {
            error = bytes < 0 ? bytes : loadOpened(request, path, line, bytes);
        }
        path.clear();
        return error;
    }

    private int loadOpened(ExecRequest request, Path path, long head, int bytes) {
        FileHandle file = opened.value;
        int error = loadProgram(request, path, file, head, bytes);
        file.release();
        return error;
    }

    private int enterScript(ExecRequest request, Name caller, Path path, long head, int bytes) {
        int error = script.parse(head, bytes);
        error = error == 0 && request.closesName ? -ENOENT : error;
        if (error < 0) {
            return error;
        }
        Name argument = script.hasArgument ? script.argument : null;
        error = request.strings.replaceFirst(script.interpreter, argument, caller);
        return error < 0 ? error : walk(request, script.interpreter, path);
    }

    private int walk(ExecRequest request, Name target, Path out) {
        int error = mounts.walk(request.directory, request.root, target, PathWalk.FOLLOW, request.access, out);
        if (error < 0 && request.missingInterpreter != null) {
            request.missingInterpreter.bytes(target.address(), target.length());
        }
        return error;
    }

    /**
     * Opens a file for execution into {@link #opened}, with its Stat, and reads its beginning.
     *
     * @return how many bytes there are, up to {@link Script#LINE_BYTES_MAX}; or -errno
     */
    private int open(Path path, Access access, long head) {
        int error = path.inode().stat(stat);
        if (error < 0) {
            return error;
        }
        boolean regular = (stat.mode & Stat.S_IFMT) == Stat.S_IFREG;
        boolean forbidden = path.mount() != null && (path.mount().flags() & Mount.NO_EXECUTE) != 0;
        if (!regular || forbidden || !access.allows(stat, Access.EXECUTE)) {
            return -EACCES;
        }
        if (path.inode().isOpenForWriting()) {
            return -ETXTBSY;
        }
        error = path.inode().open(OpenFlags.O_RDONLY, path, opened);
        if (error < 0) {
            return error;
        }
        long bytes = opened.value.read(transfer.set(head, Script.LINE_BYTES_MAX), 0);
        if (bytes < 0) {
            opened.value.release();
            return -EIO;
        }
        return (int) bytes;
    }

    private int loadProgram(ExecRequest request, Path path, FileHandle file, long head, int bytes) {
        if (bytes < ElfFile.HEADER_BYTES || !path.inode().isMappable()) {
            return -ENOEXEC;
        }
        ElfFile elf = new ElfFile(pages, file, stat.sizeBytes);
        int error = gainPrivileges(request, path, head + Script.LINE_BYTES_MAX);
        error = error < 0 ? error : elf.parse(head);
        if (error == 0) {
            UserSpace memory = UserSpace.create(platform, pages, request.stackLimitBytes,
                    request.isRandom || request.secure);
            if (memory != null) {
                memory.setRelief(relief);
            }
            if (memory != null && writeExecuteAllowed) {
                memory.allowWriteExecute();
            }
            error = memory == null ? -ENOMEM : loadInto(memory, request, elf, head);
            if (error < 0 && memory != null) {
                memory.destroy();
            }
        }
        elf.free();
        return error;
    }

    /** Set-user-ID and set-group-ID bits and capabilities of the program, not of a script, execve(2): 0 or -EPERM. */
    private int gainPrivileges(ExecRequest request, Path path, long scratch) {
        boolean trusted = path.mount() == null || (path.mount().flags() & Mount.NO_SUID) == 0;
        boolean honoured = trusted && request.mayGainPrivileges;
        int uid = honoured && (stat.mode & Stat.S_ISUID) != 0 ? stat.uid : -1;
        int gid = honoured && (stat.mode & Stat.S_ISGID) != 0 && (stat.mode & 010) != 0 ? stat.gid : -1;
        FileCapabilities capabilities = trusted ? FileCapabilities.of(path.inode(), scratch) : null;
        request.program = request.caller.executing(uid, gid, request.mayGainPrivileges, capabilities);
        if (request.program == null) {
            return -EPERM;
        }
        request.secure = request.program.isPrivileged(request.caller)
                || request.caller.uid != 0 && capabilities != null && capabilities.isEffective();
        return 0;
    }

    private int loadInto(UserSpace memory, ExecRequest request, ElfFile elf, long head) {
        ElfLoader loader = new ElfLoader(memory);
        long bias = loader.load(elf, memory.programBase());
        if (bias < 0 && bias >= -4095) {
            return (int) bias;
        }
        memory.heap().placeAfter(elf.highest() + bias);
        memory.program().setFile(elf.file(), elf.lowest() + bias, elf.highest() + bias);
        long entry = elf.entry() + bias;
        long start = entry;
        long interpreterBias = 0;
        int named = elf.find(ElfFile.PT_INTERP);
        if (named >= 0) {
            interpreterBias = loadInterpreter(loader, request, elf, named, head);
            if (interpreterBias < 0 && interpreterBias >= -4095) {
                return (int) interpreterBias;
            }
            start = interpreterEntry;
        }
        if (!UserSpace.isUserRange(start, 1)) {
            return -ENOEXEC;
        }
        long headers = elf.headersAddress() == 0 ? 0 : elf.headersAddress() + bias;
        AuxiliaryVector auxiliary = new AuxiliaryVector(request, mapVdso(memory), signalStackBytes(),
                platform.hasBaseInstructions(), headers, elf.count(), interpreterBias, entry);
        long stackPointer = new FirstStack(memory, request.strings, auxiliary)
                .build(request, platform.entropy(), platform.entropy(),
                        request.isRandom || request.secure ? platform.entropy() : 0);
        if (stackPointer < 0) {
            return (int) stackPointer;
        }
        request.memory = memory;
        request.entry = start;
        request.stackPointer = stackPointer;
        return 0;
    }

    /** Loads the program's dynamic linker; its bias or -errno. */
    private long loadInterpreter(ElfLoader loader, ExecRequest request, ElfFile elf, int named, long head) {
        int bytes = (int) Math.min(elf.fileBytes(named), INTERPRETER_BYTES_MAX + 1);
        if (bytes < 2 || bytes > INTERPRETER_BYTES_MAX || !elf.isInFile(elf.fileOffset(named), bytes)) {
            return -ENOEXEC;
        }
        long text = pages.allocate(0);
        if (text == Pages.NONE) {
            return -ENOMEM;
        }
        int error = elf.read(elf.fileOffset(named), text, bytes);
        if (error == 0 && Memory.getByte(text + bytes - 1) != 0) {
            error = -ENOEXEC;
        }
        Path path = new Path();
        if (error == 0) {
            name.set(text, lengthOf(text));
            error = walk(request, name, path);
        }
        long bias = error < 0 ? error : openInterpreter(loader, request, path, head);
        path.clear();
        pages.release(text);
        return bias;
    }

    private static int lengthOf(long text) {
        int length = 0;
        while (Memory.getByte(text + length) != 0) {
            length++;
        }
        return length;
    }

    private long openInterpreter(ElfLoader loader, ExecRequest request, Path path, long head) {
        int bytes = open(path, request.access, head);
        if (bytes < 0) {
            return bytes;
        }
        FileHandle file = opened.value;
        ElfFile elf = new ElfFile(pages, file, stat.sizeBytes);
        long bias = bytes < ElfFile.HEADER_BYTES || !path.inode().isMappable() ? -ENOEXEC : elf.parse(head);
        if (bias == 0) {
            bias = loader.load(elf, 0);
            interpreterEntry = elf.entry() + bias;
        }
        elf.free();
        file.release();
        return bias == -ENOEXEC ? -ELIBBAD : bias;
    }

    /** The clock has been set: those that run already read it, too. */
    public void clockSet() {
        if (vdso != null) {
            vdso.refresh();
        }
    }

    /** The user address of the vDSO's ELF header; 0 where there is none, as where there is no room for it. */
    private long mapVdso(UserSpace memory) {
        if (platform.vdso().visibleAddress() != 0) {
            return platform.vdso().visibleAddress();
        }
        if (vdso == null) {
            vdso = VdsoPages.create(platform.vdso(), pages);
        }
        if (vdso == null) {
            return 0;
        }
        long data = memory.mapKernelPages(vdso, vdso.sizeBytes(), AddressSpace.READ | AddressSpace.EXECUTE);
        return data < 0 ? 0 : data + Pages.PAGE_BYTES;
    }

    /** AT_MINSIGSTKSZ, sysconf(3) _SC_MINSIGSTKSZ: a signal frame with this CPU's vector state. */
    private long signalStackBytes() {
        return SIGNAL_FRAME_BYTES + platform.contextBytes() - UserContext.VECTOR;
    }
}
