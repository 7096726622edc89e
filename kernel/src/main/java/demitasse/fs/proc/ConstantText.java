package demitasse.fs.proc;

import demitasse.base.memory.Text;

/** A setting below /proc/sys that cannot be changed. */
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
}
