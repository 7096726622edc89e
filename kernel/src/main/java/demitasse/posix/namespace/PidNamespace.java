package demitasse.posix.namespace;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Text;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.ParentNotice;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;

/**
 * pid_namespaces(7). Processes, tasks, groups and sessions have one number each that is theirs in the whole instance;
 * what is called so here is the number that a namespace has for it. In the first one both are the same, and nothing is
 * kept.
 */
public final class PidNamespace extends Namespace {
    /** MAX_PID_NS_LEVEL of Linux. */
    public static final int LEVEL_MAX = 32;
    private static final int BUCKETS = 64;

    private final PidNamespace parent;
    private final int level;
    private final Entry[] byNumber;
    private final Entry[] byId;
    private int lastNumber;
    /** Processes in it or below it, zombies among them. */
    private int processes;
    private Process init;
    /** Its first process cannot be killed by signals that it has not asked for, unless they come from outside. */
    private boolean protects = true;
    private boolean dead;

    /** @param parent null for the first */
    PidNamespace(long inode, UserNamespace owner, PidNamespace parent) {
        super(PID, inode, owner);
        this.parent = parent;
        level = parent == null ? 0 : parent.level + 1;
        byNumber = new Entry[parent == null ? 0 : BUCKETS];
        byId = new Entry[parent == null ? 0 : BUCKETS];
    }

    public boolean isFirst() {
        return level == 0;
    }

    public int level() {
        return level;
    }

    /** Null for the first. */
    public PidNamespace parent() {
        return parent;
    }

    /** Whether another one is this or stands below it. */
    public boolean contains(PidNamespace other) {
        PidNamespace one = other;
        while (one != null && one.level > level) {
            one = one.parent;
        }
        return one == this;
    }

    @Override
    public boolean hasParent() {
        return true;
    }

    @Override
    public Namespace parentWithin(Task asking) {
        return parent != null && asking.process().pidNamespace().contains(parent) ? parent : null;
    }

    /** What something of the instance's number is called here; 0 for what is not seen from here. */
    public int numberOf(int id) {
        return level == 0 ? id : nestedNumberOf(id);
    }

    @ColdPath("only processes with namespaces of their own")
    private int nestedNumberOf(int id) {
        Entry entry = entryOf(id);
        return entry == null ? 0 : entry.number;
    }

    private Entry entryOf(int id) {
        Entry entry = byId[id & BUCKETS - 1];
        while (entry != null && entry.id != id) {
            entry = entry.nextById;
        }
        return entry;
    }

    /** The instance's number of what is called so here; 0 for nothing. */
    public int idOf(int number) {
        return level == 0 ? number : nestedIdOf(number);
    }

    @ColdPath("only processes with namespaces of their own")
    private int nestedIdOf(int number) {
        Entry entry = byNumber[number & BUCKETS - 1];
        while (entry != null && entry.number != number) {
            entry = entry.nextByNumber;
        }
        return entry == null ? 0 : entry.id;
    }

    /** The number that was given out last, /proc/sys/kernel/ns_last_pid; not for the first. */
    public int lastNumber() {
        return lastNumber;
    }

    public void setLastNumber(int number) {
        lastNumber = number;
    }

    /** Whether processes can be made in it: its first one has not ended. */
    public boolean isOpen() {
        return !dead;
    }

    /** set_tid of clone3(2): 0 if a number is free here; -EINVAL for any but 1 before there is a first process. */
    @ColdPath("set_tid of clone3(2)")
    public int refusal(int wanted, Processes all, Credentials who) {
        if (wanted <= 0 || wanted >= Processes.ID_MAX || level > 0 && init == null && wanted != Processes.INIT) {
            return -EINVAL;
        }
        if (!who.may(Credentials.CAP_SYS_ADMIN, owner()) && !who.may(Credentials.CAP_CHECKPOINT_RESTORE, owner())) {
            return -EPERM;
        }
        return level == 0 ? all.isUsed(wanted) ? -EEXIST : 0 : idOf(wanted) != 0 ? -EEXIST : 0;
    }

    /** Its first process; null before there is one. */
    public Process init() {
        return init;
    }

    /**
     * Gives something new its numbers here and above.
     *
     * @param wanted the number here, in the next above, and so on, as many as are given; null for any
     */
    @ColdPath("only processes with namespaces of their own")
    public void enter(int id, int[] wanted) {
        int given = wanted == null ? 0 : wanted.length;
        for (PidNamespace one = this; one.level > 0; one = one.parent) {
            int above = level - one.level;
            one.add(id, above < given ? wanted[above] : one.nextNumber());
        }
    }

    /** What something is called in the namespaces from an outer one to this, as NSpid of /proc/PID/status tells it. */
    public void tellNumbers(Text out, int id, PidNamespace outermost) {
        if (this != outermost && parent != null) {
            parent.tellNumbers(out, id, outermost);
        }
        out.character('\t').number(numberOf(id));
    }

    private int nextNumber() {
        do {
            lastNumber = lastNumber + 1 >= Processes.ID_MAX ? Processes.FIRST_AFTER_WRAP : lastNumber + 1;
        } while (nestedIdOf(lastNumber) != 0);
        return lastNumber;
    }

    private void add(int id, int number) {
        Entry entry = new Entry(id, number);
        entry.nextById = byId[id & BUCKETS - 1];
        byId[id & BUCKETS - 1] = entry;
        entry.nextByNumber = byNumber[number & BUCKETS - 1];
        byNumber[number & BUCKETS - 1] = entry;
    }

    /** Nothing of the instance has that number any more. */
    @ColdPath("only processes with namespaces of their own")
    public void leave(int id) {
        for (PidNamespace one = this; one.level > 0; one = one.parent) {
            one.remove(id);
        }
    }

    private void remove(int id) {
        Entry entry = entryOf(id);
        if (entry == null) {
            return;
        }
        int bucket = id & BUCKETS - 1;
        if (byId[bucket] == entry) {
            byId[bucket] = entry.nextById;
        } else {
            Entry one = byId[bucket];
            while (one.nextById != entry) {
                one = one.nextById;
            }
            one.nextById = entry.nextById;
        }
        bucket = entry.number & BUCKETS - 1;
        if (byNumber[bucket] == entry) {
            byNumber[bucket] = entry.nextByNumber;
        } else {
            Entry one = byNumber[bucket];
            while (one.nextByNumber != entry) {
                one = one.nextByNumber;
            }
            one.nextByNumber = entry.nextByNumber;
        }
    }

    /** A process begins, whose number {@link #enter} has given. */
    public void began(Process process) {
        if (level > 0) {
            count(process);
        }
    }

    @ColdPath("only processes with namespaces of their own")
    private void count(Process process) {
        for (PidNamespace one = this; one.level > 0; one = one.parent) {
            one.processes++;
        }
        if (init == null) {
            init = process;
        }
    }

    /** A process was waited for. */
    public void left(Process process) {
        if (level > 0) {
            discount(process);
        }
    }

    @ColdPath("only processes with namespaces of their own")
    private void discount(Process process) {
        for (PidNamespace one = this; one.level > 0; one = one.parent) {
            one.processes--;
            if (one.dead && one.processes == 1 && one.init != process) {
                ParentNotice.ended(one.init);
            }
        }
    }

    /** Whether a process has ended, but may not be waited for before all others of its namespace are gone. */
    public boolean holds(Process process) {
        return process == init && dead && processes > 1;
    }

    /** Whether it is a first process that has ended: then nobody waits for its children. */
    public boolean hasEnded(Process process) {
        return process == init && dead;
    }

    /** A process has ended: with the first one all others do. False for any other. */
    public boolean endsWith(Process process) {
        boolean ends = level > 0 && process == init;
        if (ends) {
            end(process);
        }
        return ends;
    }

    @ColdPath("only processes with namespaces of their own")
    private void end(Process process) {
        dead = true;
        Processes all = process.instance().processes();
        for (Process one = all.first(); one != null; one = all.after(one)) {
            if (one != process && !one.isZombie() && contains(one.pidNamespace())) {
                Signals.send(one, SignalNumber.SIGKILL);
            }
        }
    }

    /** Whether a signal of a process here or below does nothing to one that has not asked for it. */
    public boolean protects(Process process) {
        return level > 0 && process == init && protects;
    }

    /** The kernel ends a process for a fault of its own, be it the first or not. */
    public void exposes(Process process) {
        protects &= process != init;
    }

    private static final class Entry {
        final int id;
        final int number;
        Entry nextById;
        Entry nextByNumber;

        Entry(int id, int number) {
            this.id = id;
            this.number = number;
        }
    }
}
