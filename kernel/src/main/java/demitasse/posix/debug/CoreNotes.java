package demitasse.posix.debug;

import demitasse.base.memory.Memory;
import demitasse.posix.memory.Mapping;
import demitasse.posix.memory.ProgramPlace;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.VectorState;
import demitasse.posix.task.Process;
import demitasse.posix.task.Scratch;
import demitasse.posix.task.Task;
import demitasse.posix.task.TaskName;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;
import demitasse.vfs.Path;

/**
 * The notes of a core dump, linux/elfcore.h and fs/binfmt_elf.c: first what the task that crashed was doing and what is
 * about the process, then the registers of each other task.
 *
 * <pre>
 *  elf_prstatus  0 signo  4 code  8 errno  12 cursig  16 sigpend  24 sighold  32 pid ppid pgrp sid
 *               48 utime 64 stime 80 cutime 96 cstime (timeval)  112 registers  328 fpvalid
 *  elf_prpsinfo  0 state 1 sname 2 zomb 3 nice  8 flag  16 uid gid pid ppid pgrp sid  40 fname (16)  56 psargs (80)
 * </pre>
 */
final class CoreNotes {
    private static final int NT_PRSTATUS = 1;
    private static final int NT_PRFPREG = 2;
    private static final int NT_PRPSINFO = 3;
    private static final int NT_AUXV = 6;
    private static final int NT_X86_XSTATE = 0x202;
    private static final int NT_FILE = 0x4649_4c45;
    private static final int NT_SIGINFO = 0x5349_4749;

    private static final int STATUS_BYTES = 336;
    private static final int STATUS_SIGNAL = 12;
    private static final int STATUS_PENDING = 16;
    private static final int STATUS_BLOCKED = 24;
    private static final int STATUS_IDS = 32;
    private static final int STATUS_TIMES = 48;
    private static final int STATUS_CHILDREN_TIME = 80;
    private static final int STATUS_REGISTERS = 112;
    private static final int STATUS_VECTOR_VALID = 328;
    private static final int INFO_BYTES = 136;
    private static final int INFO_NICE = 3;
    private static final int INFO_UID = 16;
    private static final int INFO_IDS = 24;
    private static final int INFO_NAME = 40;
    private static final int INFO_ARGUMENTS = 56;
    private static final int INFO_ARGUMENTS_BYTES = 80;

    private static final int HEADER_BYTES = 12;
    /** "CORE" and "LINUX" as words, lowest byte first. */
    private static final long CORE = 0x45_524f_43L;
    private static final long LINUX = 0x58_554e_494cL;
    private static final int NAME_BYTES = 8;
    private static final long PAGE_BYTES = UserSpace.PAGE_BYTES;
    private static final long NS_PER_US = 1000;
    private static final long US_PER_S = 1_000_000;

    private final Process process;
    private final Task crashed;
    private final SignalInfo info;
    private final CoreFile out;
    private final long vector;
    private final int vectorBytes;
    private final long buffer;
    private final long path;
    private final Name name = new Name();
    private final Path root = new Path();

    CoreNotes(Task crashed, SignalInfo info, CoreFile out) {
        this.crashed = crashed;
        this.info = info;
        this.out = out;
        process = crashed.process();
        Scratch scratch = process.instance().scratch();
        vectorBytes = VectorState.areaBytes(process.instance().platform());
        vector = scratch.take(vectorBytes);
        buffer = scratch.take(STATUS_BYTES);
        path = scratch.take(Scratch.PATH_BYTES);
    }

    void write() {
        status(crashed);
        description();
        header(NT_SIGINFO, CORE, SignalInfo.SIZE_BYTES);
        info.store(buffer);
        out.put(buffer, SignalInfo.SIZE_BYTES);
        auxiliary();
        files();
        vector(crashed);
        for (Task task = process.firstTask(); task != null; task = process.taskAfter(task)) {
            if (task != crashed) {
                status(task);
                vector(task);
            }
        }
    }

    private void header(int type, long owner, int lengthBytes) {
        Memory.putInt(buffer, owner == CORE ? 5 : 6);
        Memory.putInt(buffer + 4, lengthBytes);
        Memory.putInt(buffer + 8, type);
        Memory.putLong(buffer + HEADER_BYTES, owner);
        out.put(buffer, HEADER_BYTES + NAME_BYTES);
    }

    private void status(Task task) {
        header(NT_PRSTATUS, CORE, STATUS_BYTES);
        Memory.fill(buffer, STATUS_BYTES, (byte) 0);
        Memory.putInt(buffer, info.number);
        Memory.putInt(buffer + 4, info.code);
        Memory.putInt(buffer + 8, info.errno);
        Memory.putShort(buffer + STATUS_SIGNAL, (short) info.number);
        Memory.putLong(buffer + STATUS_PENDING, task.signals().pending().set());
        Memory.putLong(buffer + STATUS_BLOCKED, task.signals().mask());
        ids(buffer + STATUS_IDS, task.tid());
        putTime(buffer + STATUS_TIMES, task.scheduling().cpuNs(process.instance().nowNs()));
        putTime(buffer + STATUS_CHILDREN_TIME, process.usage().childrenCpuNs());
        RegisterSets.show(task, buffer + STATUS_REGISTERS);
        Memory.putInt(buffer + STATUS_VECTOR_VALID, 1);
        out.put(buffer, STATUS_BYTES);
    }

    private void ids(long target, int own) {
        Memory.putInt(target, own);
        Memory.putInt(target + 4, process.parent() == null ? 0 : process.parent().pid());
        Memory.putInt(target + 8, process.group());
        Memory.putInt(target + 12, process.session());
    }

    private static void putTime(long target, long timeNs) {
        Memory.putLong(target, timeNs / NS_PER_US / US_PER_S);
        Memory.putLong(target + 8, timeNs / NS_PER_US % US_PER_S);
    }

    private void description() {
        header(NT_PRPSINFO, CORE, INFO_BYTES);
        Memory.fill(buffer, INFO_BYTES, (byte) 0);
        Memory.putByte(buffer + 1, (byte) 'R');
        Memory.putByte(buffer + INFO_NICE, (byte) crashed.scheduling().nice());
        Memory.putInt(buffer + INFO_UID, crashed.credentials().uid);
        Memory.putInt(buffer + INFO_UID + 4, crashed.credentials().gid);
        ids(buffer + INFO_IDS, process.pid());
        crashed.name().store(buffer + INFO_NAME);
        Memory.putByte(buffer + INFO_NAME + TaskName.CAPACITY_BYTES - 1, (byte) 0);
        ProgramPlace program = process.memory().program();
        long bytes = Math.min(INFO_ARGUMENTS_BYTES - 1, program.argumentsEnd() - program.argumentsStart());
        long copied = process.memory().copyInPartly(program.argumentsStart(), buffer + INFO_ARGUMENTS, bytes);
        for (int i = 0; i < copied; i++) {
            long at = buffer + INFO_ARGUMENTS + i;
            if (Memory.getByte(at) == 0) {
                Memory.putByte(at, (byte) ' ');
            }
        }
        out.put(buffer, INFO_BYTES);
    }

    private void auxiliary() {
        ProgramPlace program = process.memory().program();
        int bytes = Math.min(program.auxiliaryBytes(), Scratch.PATH_BYTES);
        if (process.memory().copyIn(program.auxiliaryStart(), path, bytes) == 0) {
            header(NT_AUXV, CORE, bytes);
            out.put(path, bytes);
        }
    }

    /** The floating-point and vector registers: the legacy part, and all of it where the CPU has XSAVE. */
    private void vector(Task task) {
        VectorState.show(task, vector);
        header(NT_PRFPREG, CORE, VectorState.LEGACY_BYTES);
        out.put(vector, VectorState.LEGACY_BYTES);
        if (vectorBytes > VectorState.LEGACY_BYTES) {
            header(NT_X86_XSTATE, LINUX, vectorBytes);
            out.put(vector, vectorBytes);
        }
    }

    /** NT_FILE: which files are mapped where: a count, the page size, three words for each, then all names. */
    private void files() {
        int count = 0;
        long nameBytes = 0;
        UserSpace memory = process.memory();
        for (int i = 0; i < memory.mappingCount(); i++) {
            int length = nameOf(memory.mapping(i));
            if (length > 0) {
                count++;
                nameBytes += length + 1;
            }
        }
        header(NT_FILE, CORE, (int) (2 * Long.BYTES + 3L * Long.BYTES * count + nameBytes));
        Memory.putLong(buffer, count);
        Memory.putLong(buffer + 8, PAGE_BYTES);
        out.put(buffer, 2 * Long.BYTES);
        for (int i = 0; i < memory.mappingCount(); i++) {
            Mapping mapping = memory.mapping(i);
            if (nameOf(mapping) > 0) {
                Memory.putLong(buffer, mapping.start());
                Memory.putLong(buffer + 8, mapping.end());
                Memory.putLong(buffer + 16, mapping.offset() / PAGE_BYTES);
                out.put(buffer, 3 * Long.BYTES);
            }
        }
        Memory.putLong(buffer, 0);
        for (int i = 0; i < memory.mappingCount(); i++) {
            int length = nameOf(memory.mapping(i));
            if (length > 0) {
                out.put(name.address(), length);
                out.put(buffer, 1);
            }
        }
        out.pad();
    }

    /** The length of the name of a mapped file, which {@link #name} then holds; 0 without one. */
    private int nameOf(Mapping mapping) {
        Path place = mapping.file() == null ? null : mapping.file().path();
        if (place == null || !place.isSet()) {
            return 0;
        }
        Mounts mounts = process.instance().mounts();
        mounts.root(root);
        int result = mounts.pathOf(place, root, path, Scratch.PATH_BYTES, name);
        root.clear();
        return result < 0 ? 0 : name.length();
    }
}
