package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;

/** /proc/sys/kernel/sem, proc(5): semmsl, semmns, semopm and semmni in a line; fewer may be written. */
final class SemaphoresText extends Content {
    private final SystemView system;

    SemaphoresText(SystemView system) {
        this.system = system;
    }

    @Override
    int write(Text out) {
        for (int i = SystemView.FIRST_OF_SEMAPHORES; i < SystemView.FIRST_OF_QUEUES; i++) {
            out.unsigned(system.setting(i)).character(i == SystemView.FIRST_OF_QUEUES - 1 ? '\n' : '\t');
        }
        return 0;
    }

    @Override
    int accept(long address, int lengthBytes) {
        int which = SystemView.FIRST_OF_SEMAPHORES;
        int end = Numbers.endOfText(address, lengthBytes);
        for (int at = 0; at < end && which < SystemView.FIRST_OF_QUEUES; which++) {
            while (Memory.getByte(address + at) <= ' ') {
                at++;
            }
            int start = at;
            while (at < end && Memory.getByte(address + at) > ' ') {
                at++;
            }
            long value = Numbers.parseUnsigned(address + start, at - start);
            if (value == Numbers.NONE || !system.set(which, value)) {
                return -EINVAL;
            }
        }
        return which == SystemView.FIRST_OF_SEMAPHORES ? -EINVAL : lengthBytes;
    }
}
