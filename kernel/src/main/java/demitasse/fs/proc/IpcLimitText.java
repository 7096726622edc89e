package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Text;

/** A limit of System V objects below /proc/sys/kernel. */
final class IpcLimitText extends Content {
    private final SystemView system;
    private final int which;

    IpcLimitText(SystemView system, int which) {
        this.system = system;
        this.which = which;
    }

    @Override
    int write(Text out) {
        out.unsigned(system.ipcLimit(which)).newline();
        return 0;
    }

    @Override
    int accept(long address, int lengthBytes) {
        long value = Numbers.parseUnsigned(address, lengthBytes);
        return value != Numbers.NONE && system.setIpcLimit(which, value) ? lengthBytes : -EINVAL;
    }
}
