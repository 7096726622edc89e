package demitasse.posix.task;

import demitasse.posix.exec.ExecRequest;
import demitasse.posix.signal.TaskSignals;

/** What becomes of a process when another program takes its place, execve(2), "Effect on process attributes". */
public final class ProgramStart {
    private ProgramStart() {
    }

    /** Takes the loaded program over into the task's process; there is no way back. */
    public static void install(Task task, ExecRequest request) {
        Process process = task.process();
        int formerTid = task.tid();
        process.endOtherTasks(task);
        task.becomeLeader();
        process.replaceMemory(request.memory);
        process.signals().resetForExec();
        task.signals().setStack(0, 0, TaskSignals.SS_DISABLE);
        process.timers().deleteForExec();
        process.files().closeForExec();
        takeIdentity(task, request.program);
        task.name().setAfterFile(request.fileName.address(), request.fileName.length());
        process.instance().note(task);
        task.setClearTid(0);
        task.setRobustList(0);
        task.enterProgram(request.entry, request.stackPointer);
        if (task.tracee() != null) {
            task.tracee().executed(formerTid);
        }
    }

    private static void takeIdentity(Task task, Credentials who) {
        task.process().settings().setDumpable(who.euid == who.uid && who.egid == who.gid);
        task.changeCredentials(who);
    }
}
