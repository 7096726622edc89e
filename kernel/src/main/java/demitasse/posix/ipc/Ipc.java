package demitasse.posix.ipc;

import demitasse.base.memory.JavaHeap;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;

/** What an IPC namespace holds, with Linux's default limits, proc(5) /proc/sys/kernel. */
public final class Ipc {
    public static final int SEMVMX = 32_767;
    private static final long NS_PER_S = 1_000_000_000L;

    private final Instance instance;
    private final IpcLimits limits = new IpcLimits();
    private final IpcTable<Segment> segments = new IpcTable<>(limits.intOf(IpcLimits.SHMMNI));
    private final IpcTable<SemaphoreSet> semaphores = new IpcTable<>(limits.intOf(IpcLimits.SEMMNI));
    private final IpcTable<MessageQueue> messages = new IpcTable<>(limits.intOf(IpcLimits.MSGMNI));
    private final PosixQueues posixQueues = new PosixQueues();
    private SemaphoreUndo undos;

    public Ipc(Instance instance) {
        this.instance = instance;
    }

    public IpcTable<Segment> segments() {
        return segments;
    }

    public IpcTable<SemaphoreSet> semaphores() {
        return semaphores;
    }

    public IpcTable<MessageQueue> messages() {
        return messages;
    }

    public IpcLimits limits() {
        return limits;
    }

    /** {@link IpcLimits#set}; objects that are there already stay. */
    public boolean setLimit(int which, long value) {
        boolean possible = limits.set(which, value);
        segments.setLimit(limits.intOf(IpcLimits.SHMMNI));
        messages.setLimit(limits.intOf(IpcLimits.MSGMNI));
        semaphores.setLimit(limits.intOf(IpcLimits.SEMMNI));
        return possible;
    }

    /** Of all sets together, which {@link IpcLimits#SEMMNS} limits. */
    public int semaphoreCount() {
        int sum = 0;
        for (int i = 0; i <= semaphores.highestIndex(); i++) {
            sum += semaphores.at(i) == null ? 0 : semaphores.at(i).count();
        }
        return sum;
    }

    public PosixQueues posixQueues() {
        return posixQueues;
    }

    Instance instance() {
        return instance;
    }

    /** Seconds since the epoch, as all times of IPC are. */
    public long nowS() {
        return instance.platform().clock().realtimeNs() / NS_PER_S;
    }

    /** The pid of whoever runs now; 0 for the kernel itself. */
    int currentPid() {
        return instance.current() == null ? 0 : instance.current().process().pid();
    }

    /** What a process is to undo on a set; made on its first SEM_UNDO; null without memory. */
    SemaphoreUndo undoOf(Process process, SemaphoreSet set) {
        SemaphoreUndo undo = undos;
        while (undo != null && (undo.process != process || undo.set != set)) {
            undo = undo.next;
        }
        int bytes = SemaphoreUndo.heapBytes(set.count());
        if (undo == null && JavaHeap.hasRoom(bytes)) {
            JavaHeap.take(bytes);
            undo = new SemaphoreUndo(process, set);
            undo.next = undos;
            undos = undo;
        }
        return undo;
    }

    /** Whether a process has anything to undo, semop(2) SEM_UNDO. */
    public boolean undoes(Process process) {
        SemaphoreUndo undo = undos;
        while (undo != null && undo.process != process) {
            undo = undo.next;
        }
        return undo != null;
    }

    /** SETVAL and SETALL: nobody undoes what came before, semctl(2). Index -1 stands for all. */
    public void forgetUndos(SemaphoreSet set, int index) {
        for (SemaphoreUndo undo = undos; undo != null; undo = undo.next) {
            if (undo.set == set) {
                undo.forget(index);
            }
        }
    }

    public void remove(SemaphoreSet set) {
        dropUndos(null, set);
        semaphores.remove(set);
        set.changed();
    }

    public void remove(MessageQueue queue) {
        messages.remove(queue);
        queue.discard();
    }

    /** The namespace is gone, ipc_namespaces(7): so are its objects; who has one mapped or open keeps that. */
    public void removeAll() {
        for (int i = segments.highestIndex(); i >= 0; i--) {
            Segment segment = segments.at(i);
            if (segment != null) {
                segment.remove();
            }
        }
        for (int i = semaphores.highestIndex(); i >= 0; i--) {
            if (semaphores.at(i) != null) {
                remove(semaphores.at(i));
            }
        }
        for (int i = messages.highestIndex(); i >= 0; i--) {
            if (messages.at(i) != null) {
                remove(messages.at(i));
            }
        }
        posixQueues.removeAll();
    }

    /** unshare(2) CLONE_NEWIPC and CLONE_SYSVSEM: what a process has promised to undo is undone now. */
    public void undo(Process process) {
        for (SemaphoreUndo undo = undos; undo != null; undo = undo.next) {
            if (undo.process == process) {
                undo.apply(nowS());
            }
        }
        dropUndos(process, null);
    }

    /** exit(2): semaphores get back what SEM_UNDO promised, semop(2). */
    public void ended(Process process) {
        posixQueues.ended(process);
        undo(process);
    }

    private void dropUndos(Process process, SemaphoreSet set) {
        SemaphoreUndo before = null;
        for (SemaphoreUndo undo = undos; undo != null; undo = undo.next) {
            if (undo.process != process && undo.set != set) {
                before = undo;
                continue;
            }
            JavaHeap.give(SemaphoreUndo.heapBytes(undo.set.count()));
            if (before == null) {
                undos = undo.next;
            } else {
                before.next = undo.next;
            }
        }
    }
}
