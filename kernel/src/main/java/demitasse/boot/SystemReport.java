package demitasse.boot;

import demitasse.base.memory.Text;
import demitasse.fs.proc.SystemView;
import demitasse.posix.task.HostNames;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/** The instance as a whole, as procfs asks about it. */
final class SystemReport implements SystemView {
    private static final long NS_PER_S = 1_000_000_000L;

    private final Instance instance;

    SystemReport(Instance instance) {
        this.instance = instance;
    }

    @Override
    public long totalBytes() {
        return instance.pages().totalBytes();
    }

    @Override
    public long freeBytes() {
        return instance.pages().freeBytes();
    }

    /** The page cache is not counted apart from other memory. */
    @Override
    public long cachedBytes() {
        return 0;
    }

    @Override
    public long uptimeNs() {
        return instance.nowNs() - instance.startedNs();
    }

    @Override
    public long idleNs() {
        return instance.loop().idleNs();
    }

    @Override
    public long bootTimeS() {
        return (instance.platform().clock().realtimeNs() - uptimeNs()) / NS_PER_S;
    }

    @Override
    public int lastPid() {
        Task asking = instance.current();
        boolean nested = asking != null && !asking.process().pidNamespace().isFirst();
        return nested ? asking.process().pidNamespace().lastNumber() : instance.processes().lastId();
    }

    @Override
    public int runnable() {
        return instance.loop().hasRunnable() ? 2 : 1;
    }

    @Override
    public int tasks() {
        return instance.processes().taskCount();
    }

    @Override
    public long switches() {
        long switches = 0;
        for (Process one = instance.processes().first(); one != null; one = instance.processes().after(one)) {
            switches += one.firstTask() == null ? 0 : one.firstTask().scheduling().switches();
        }
        return switches;
    }

    @Override
    public void release(Text out) {
        name(out, HostNames.RELEASE);
    }

    @Override
    public void version(Text out) {
        name(out, HostNames.VERSION);
    }

    @Override
    public void hostName(Text out) {
        name(out, HostNames.NODE);
    }

    @Override
    public void domainName(Text out) {
        name(out, HostNames.DOMAIN);
    }

    private void name(Text out, int field) {
        out.bytes(instance.seen().names().field(field), instance.seen().names().length(field));
    }

    @Override
    public long random() {
        return instance.random().bits();
    }

    @Override
    public void messageQueues(Text out) {
        new IpcReport(out).messages(instance.seen().ipc().messages());
    }

    @Override
    public void semaphores(Text out) {
        new IpcReport(out).semaphores(instance.seen().ipc().semaphores());
    }

    @Override
    public void segments(Text out) {
        new IpcReport(out).segments(instance.seen().ipc().segments());
    }

    @Override
    public void keys(Text out, boolean users) {
        KeyReport report = new KeyReport(out, instance.keys(), instance.current());
        if (users) {
            report.users();
        } else {
            report.list();
        }
    }

    @Override
    public void processors(Text out) {
        new Processor(instance.files().word()).write(out);
    }

    @Override
    public void corePattern(Text out) {
        instance.corePattern().write(out);
    }

    /** Those of System V objects, then of POSIX queues, of pipes, of leases, and of keys. */
    @Override
    public long setting(int which) {
        if (which >= FIRST_OF_KEYS) {
            return instance.keys().setting(which - FIRST_OF_KEYS);
        }
        if (which < FIRST_OF_QUEUES) {
            return instance.seen().ipc().limits().of(which);
        }
        if (which < FIRST_OF_PIPES) {
            return instance.seen().ipc().posixQueues().setting(which - FIRST_OF_QUEUES);
        }
        return which < LEASE_BREAK ? instance.files().pipeLimits().of(which - FIRST_OF_PIPES)
                : instance.files().leases().breakS();
    }

    @Override
    public boolean set(int which, long value) {
        if (which >= FIRST_OF_KEYS) {
            return instance.keys().set(which - FIRST_OF_KEYS, value);
        }
        if (which < FIRST_OF_QUEUES) {
            return instance.seen().ipc().setLimit(which, value);
        }
        if (which < FIRST_OF_PIPES) {
            return instance.seen().ipc().posixQueues().set(which - FIRST_OF_QUEUES, value);
        }
        if (which < LEASE_BREAK) {
            return instance.files().pipeLimits().set(which - FIRST_OF_PIPES, value);
        }
        boolean possible = value >= 0 && value <= Integer.MAX_VALUE;
        if (possible) {
            instance.files().leases().setBreakS((int) value);
        }
        return possible;
    }

    @Override
    public void setHostName(long address, int lengthBytes) {
        instance.seen().names().set(HostNames.NODE, address, lengthBytes);
    }

    @Override
    public void setDomainName(long address, int lengthBytes) {
        instance.seen().names().set(HostNames.DOMAIN, address, lengthBytes);
    }

    @Override
    public int setCorePattern(long address, int lengthBytes) {
        return instance.corePattern().set(address, lengthBytes);
    }

    @Override
    public boolean coreUsesPid() {
        return instance.corePattern().usesPid();
    }

    @Override
    public void setCoreUsesPid(boolean uses) {
        instance.corePattern().setUsesPid(uses);
    }
}
