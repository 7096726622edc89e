package demitasse.testing;

import demitasse.alloc.Pages;
import demitasse.machine.Platform;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;
import demitasse.posix.file.FileTable;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;
import demitasse.posix.task.Scratch;
import demitasse.posix.task.Task;
import demitasse.sched.timer.Timers;
import demitasse.vfs.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An instance whose programs are lists of traps and whose system calls are given by the test: for what happens between
 * tasks, calls and the loop.
 */
public final class TestSystem {
    public static final int EXIT_GROUP = 231;
    private static final int SLEEP = 1_000_000;
    private static final long RAM_BYTES = 8 << 20;

    public final TestPlatform platform = new TestPlatform(new TestMemory(RAM_BYTES));
    public final Instance instance;
    private final Map<Integer, Handler> handlers = new HashMap<>();
    private final Map<Long, Program> programs = new HashMap<>();

    /** A system call of the test. */
    public interface Handler {
        long answer(Call call);
    }

    /** User code up to the next trap; returns the {@link Trap} code. */
    public interface Step {
        int run(UserContext user);
    }

    /** What one task does, and what its calls answered. */
    public static final class Program {
        private final ArrayDeque<Step> steps = new ArrayDeque<>();
        public final List<Long> results = new ArrayList<>();
        private Runnable yielding;
        private boolean inCall;

        /** The next step is a system call. */
        public Program call(int number, long... arguments) {
            steps.add(user -> enter(user, number, arguments));
            return this;
        }

        /** The next step is to let others run. */
        public Program yield() {
            return then(user -> {
                yielding.run();
                return Trap.INTERRUPT;
            });
        }

        /** The next step is to wait for ever. */
        public Program sleep() {
            return call(SLEEP);
        }

        public Program then(Step step) {
            steps.add(step);
            return this;
        }

        private int enter(UserContext user, int number, long... arguments) {
            int[] registers = {UserContext.RDI, UserContext.RSI, UserContext.RDX, UserContext.R10, UserContext.R8,
                UserContext.R9};
            for (int i = 0; i < registers.length; i++) {
                user.setRegister(registers[i], i < arguments.length ? arguments[i] : 0);
            }
            user.setRegister(UserContext.ORIG_RAX, number);
            user.setRegister(UserContext.RAX, -38);
            inCall = true;
            return Trap.SYSCALL;
        }

        private int run(UserContext user) {
            if (inCall) {
                inCall = false;
                results.add(user.register(UserContext.RAX));
            }
            Step step = steps.poll();
            return step == null ? enter(user, EXIT_GROUP) : step.run(user);
        }
    }

    public TestSystem() {
        Pages pages = new Pages(platform.memory());
        Scratch scratch = new Scratch(pages.allocate(4));
        instance = new Instance(platform, pages, new Timers(), null, scratch);
        instance.setDispatcher(call -> handlers.get(call.number).answer(call));
        platform.program(user -> programs.get(user.address()).run(user));
        on(SLEEP, Call::awaitDeadline);
        on(EXIT_GROUP, call -> {
            call.process().exit((int) call.a0);
            return 0;
        });
    }

    public void on(int number, Handler handler) {
        handlers.put(number, handler);
    }

    /** A process without memory. */
    public Process process() {
        return process(null);
    }

    public Process process(UserSpace memory) {
        return new Process(instance, instance.processes().allocateId(), memory, new FileTable(), new Credentials(),
                new Path(), new Path());
    }

    /** A new runnable task of a process. */
    public Task start(Process process, Program program) {
        int tid = process.taskCount() == 0 ? process.pid() : instance.processes().allocateId();
        Task task = new Task(process, tid, instance.newContext());
        program.yielding = () -> platform.raise(Platform.CONSOLE);
        programs.put(task.context().address(), program);
        task.makeRunnable();
        return task;
    }

    /** Runs until the first process has ended; returns the exit status. */
    public int run() {
        instance.loop().run();
        return instance.exitStatus();
    }
}
