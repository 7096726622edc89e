package demitasse.posix.task;

import demitasse.base.memory.Memory;
import demitasse.machine.UserContext;
import demitasse.posix.exec.ExecRequest;
import demitasse.posix.signal.TaskSignals;

/** What becomes of a process when another program takes its place, execve(2), "Effect on process attributes". */
public final class ProgramStart {
    /** Interrupts allowed, bit 1 always one. */
    private static final long EFLAGS_START = 0x202;
    /** Linux's selectors for 64-bit user code and its stack. */
    private static final long USER_CS = 0x33;
    private static final long USER_SS = 0x2b;

    private ProgramStart() {
    }

    /** Takes the loaded program over into the task's process; there is no way back. */
    public static void install(Task task, ExecRequest request) {
        Process process = task.process();
        int formerNumber = task.tracee() == null ? 0 : task.tracee().tracer().numberOf(task.tid());
        // First: what goes on in the name of the tasks that end may need the scratch memory that holds the path.
        task.name().setAfterFile(request.fileName.address(), request.fileName.length());
        process.endOtherTasks(task);
        // Others may wait for what it holds in shared memory: to them it has ended, exec_mm_release() of Linux.
        ThreadExit.run(task);
        task.becomeLeader();
        process.replaceMemory(request.memory);
        process.signals().resetForExec();
        task.signals().setStack(0, 0, TaskSignals.SS_DISABLE);
        process.timers().deleteForExec();
        process.files().closeForExec();
        takeIdentity(task, request.program);
        if (request.secure) {
            process.settings().clearPersonalityForPrivileges();
        }
        process.instance().note(task);
        task.setClearTid(0);
        task.setRobustList(0);
        long number = task.context().register(UserContext.ORIG_RAX);
        enter(task, request.entry, request.stackPointer);
        if (task.tracee() != null) {
            // Tracers tell by it that the stop is in execve(2).
            task.context().setRegister(UserContext.ORIG_RAX, number);
            task.tracee().executed(formerNumber);
        }
    }

    /** All registers are cleared but these two; vector state as after a reset. */
    public static void enter(Task task, long entry, long stackPointer) {
        UserContext context = task.context();
        task.process().instance().platform().forgetVector(context);
        Memory.fill(context.address(), UserContext.REGISTERS_BYTES, (byte) 0);
        context.setRegister(UserContext.RIP, entry);
        context.setRegister(UserContext.RSP, stackPointer);
        context.setRegister(UserContext.EFLAGS, EFLAGS_START);
        context.setRegister(UserContext.CS, USER_CS);
        context.setRegister(UserContext.SS, USER_SS);
        context.restoreFully();
        task.setSequence(null);
    }

    private static void takeIdentity(Task task, Credentials who) {
        task.process().settings().setDumpable(who.euid == who.uid && who.egid == who.gid);
        task.changeCredentials(who);
    }
}
