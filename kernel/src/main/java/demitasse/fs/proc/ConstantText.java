package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;

/** A setting below /proc/sys that cannot be changed: writing what it is anyway is no mistake. */
final class ConstantText extends Content {
    private final String text;

    ConstantText(String text) {
        this.text = text;
    }

    @Override
    int write(Text out) {
        out.add(text).newline();
        return 0;
    }

    @Override
    int accept(long address, int lengthBytes) {
        boolean same = Numbers.endOfText(address, lengthBytes) == text.length();
        for (int i = 0; same && i < text.length(); i++) {
            same = Memory.getByte(address + i) == text.charAt(i);
        }
        return same ? lengthBytes : -EINVAL;
    }
}
