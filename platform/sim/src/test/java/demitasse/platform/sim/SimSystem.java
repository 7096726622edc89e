package demitasse.platform.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import demitasse.alloc.Pages;
import demitasse.machine.UserContext;
import demitasse.posix.file.FileTable;
import demitasse.posix.memory.MapFlags;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;
import demitasse.posix.task.ProgramStart;
import demitasse.posix.task.Scratch;
import demitasse.posix.task.Task;
import demitasse.sched.timer.Timers;
import demitasse.syscall.table.Dispatcher;
import demitasse.vfs.Path;

/** One process with several threads on the simulated platform, with all system calls but no file system. */
final class SimSystem {
    static final int READ = 0;
    static final int WRITE = 1;
    static final int CLOSE = 3;
    static final int POLL = 7;
    static final int RT_SIGACTION = 13;
    static final int PIPE = 22;
    static final int NANOSLEEP = 35;
    static final int EXIT = 60;
    static final int KILL = 62;

    private static final long RAM_BYTES = 16 << 20;
    private static final int SCRATCH_ORDER = 4;
    private static final int STACK_BYTES = 1 << 16;
    private static final int DATA_BYTES = 1 << 20;
    private static final long FIRST_ENTRY = 0x40_0000;
    private static final long ENTRY_DISTANCE = 0x1000;

    final SimPlatform platform;
    final Process process;
    /** A megabyte of memory that all threads share. */
    final long data;
    private final Instance instance;
    private long nextEntry = FIRST_ENTRY;

    SimSystem(Chance chance) {
        platform = new SimPlatform(RAM_BYTES, new byte[0], "", chance);
        Pages pages = new Pages(platform.memory());
        instance = new Instance(platform, pages, new Timers(), null, new Scratch(pages.allocate(SCRATCH_ORDER)));
        instance.setDispatcher(new Dispatcher());
        instance.loop().setSink(bits -> { });
        UserSpace memory = UserSpace.create(platform, pages, 8 << 20, true);
        data = map(memory, DATA_BYTES);
        process = new Process(instance, instance.processes().allocateId(), memory, new FileTable(), new Credentials(),
                new Path(), new Path());
    }

    /** Adds a thread that runs the program. */
    void thread(Program program) {
        long entry = place(program);
        int tid = process.firstTask() == null ? process.pid() : instance.processes().allocateId();
        Task task = new Task(process, tid, instance.newContext());
        ProgramStart.enter(task, entry, map(process.memory(), STACK_BYTES) + STACK_BYTES - 256);
        task.context().setRegister(UserContext.RIP, entry);
        task.makeRunnable();
    }

    /** An address at which the program stands: for signal handlers. */
    long place(Program program) {
        long entry = nextEntry;
        nextEntry += ENTRY_DISTANCE;
        platform.place(entry, program);
        return entry;
    }

    /** Runs until the process has ended; its status must be this one. */
    void runTo(int status) {
        instance.loop().run();
        assertEquals(status, instance.exitStatus(), () -> platform.chance().toString());
        assertThrows(SimPlatform.Shutdown.class, () -> platform.shutdown(status));
    }

    private static long map(UserSpace memory, int sizeBytes) {
        return memory.map(0, sizeBytes, MapFlags.PROT_READ | MapFlags.PROT_WRITE,
                MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS, null, 0, false);
    }
}
