package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EFBIG;
import static demitasse.base.error.Errno.EIDRM;
import static demitasse.base.error.Errno.EINTR;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ERESTARTSYS;

import demitasse.base.annotation.Syscall;
import demitasse.posix.ipc.IpcLimits;
import demitasse.posix.ipc.IpcObject;
import demitasse.posix.ipc.IpcTable;
import demitasse.posix.ipc.SemaphoreOperations;
import demitasse.posix.ipc.SemaphoreSet;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.syscall.abi.Deadlines;
import demitasse.syscall.abi.TimeLayout;

/** semop(2), semtimedop(2). */
final class Semop {
    private Semop() {
    }

    @Syscall("semop")
    static long semop(Call call, int id, long operations, int count) {
        return semtimedop(call, id, operations, count, 0);
    }

    @Syscall("semtimedop")
    static long semtimedop(Call call, int id, long operations, int count, long timeout) {
        if (call.state instanceof SemaphoreOperations begun) {
            return attempt(call, begun);
        }
        if (count <= 0 || id < 0) {
            return -EINVAL;
        }
        if (count > call.namespaces().ipc().limits().intOf(IpcLimits.SEMOPM)) {
            return -E2BIG;
        }
        long copy = call.scratch(count * SemaphoreOperations.BYTES);
        if (call.process().memory().copyIn(operations, copy, count * SemaphoreOperations.BYTES) < 0) {
            return -EFAULT;
        }
        if (timeout != 0) {
            long durationNs = TimeLayout.loadTimespec(call, timeout);
            if (durationNs < 0) {
                return durationNs;
            }
            call.deadlineNs = Deadlines.after(call.instance().nowNs(), durationNs);
        }
        IpcTable<SemaphoreSet> sets = call.namespaces().ipc().semaphores();
        SemaphoreSet set = sets.find(id);
        if (set == null) {
            return sets.error();
        }
        SemaphoreOperations wanted = new SemaphoreOperations(set, copy, count);
        if (wanted.highestIndex() >= set.count()) {
            return -EFBIG;
        }
        if (!set.permits(call.credentials(), wanted.alters() ? IpcObject.WRITE : IpcObject.READ)) {
            return -EACCES;
        }
        call.state = wanted;
        return attempt(call, wanted);
    }

    private static long attempt(Call call, SemaphoreOperations operations) {
        SemaphoreSet set = operations.set;
        operations.wait(false);
        if (set.isRemoved()) {
            return -EIDRM;
        }
        int result = set.operate(operations, call.process());
        if (result != -EAGAIN || operations.mayNotWait()) {
            return result;
        }
        // Never restarted after a signal, semop(2).
        long waited = call.await(set.waiters(), Events.IN);
        if (waited == Call.PARKED) {
            operations.wait(true);
        }
        return waited == -ERESTARTSYS ? -EINTR : waited;
    }
}
