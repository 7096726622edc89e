package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Text;

/** A number below /proc/sys that programs may change. */
final class SettingText extends Content {
    private final SystemView system;
    private final int which;

    SettingText(SystemView system, int which) {
        this.system = system;
        this.which = which;
    }

    @Override
    int write(Text out) {
        out.unsigned(system.setting(which)).newline();
        return 0;
    }

    @Override
    int accept(long address, int lengthBytes) {
        long value = Numbers.parseUnsigned(address, lengthBytes);
        return value != Numbers.NONE && system.set(which, value) ? lengthBytes : -EINVAL;
    }
}
