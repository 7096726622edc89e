package demitasse.fs.proc;

import demitasse.base.memory.Text;

/** A text that never changes and has no end of line, as some files of securityfs have none. */
final class UnendedText extends Content {
    private final String text;

    UnendedText(String text) {
        this.text = text;
    }

    @Override
    int write(Text out) {
        out.add(text);
        return 0;
    }
}
