package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;

/** /proc/sys/kernel/core_pattern and core_uses_pid, core(5). */
final class CoreText extends Content {
    private final ProcFileSystem fileSystem;
    private final boolean isPattern;

    CoreText(ProcFileSystem fileSystem, boolean isPattern) {
        this.fileSystem = fileSystem;
        this.isPattern = isPattern;
    }

    @Override
    int write(Text out) {
        if (isPattern) {
            fileSystem.system().corePattern(out);
        } else {
            out.character(fileSystem.system().coreUsesPid() ? '1' : '0');
        }
        out.newline();
        return 0;
    }

    @Override
    int accept(long address, int lengthBytes) {
        int end = Numbers.endOfText(address, lengthBytes);
        if (isPattern) {
            int result = fileSystem.system().setCorePattern(address, end);
            return result < 0 ? result : lengthBytes;
        }
        int value = Memory.getByte(address);
        if (end != 1 || value != '0' && value != '1') {
            return -EINVAL;
        }
        fileSystem.system().setCoreUsesPid(value == '1');
        return lengthBytes;
    }
}
