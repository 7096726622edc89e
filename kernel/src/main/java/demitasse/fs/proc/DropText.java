package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Text;

/** /proc/sys/vm/drop_caches: what is in memory here is there nowhere else, so there is never anything to drop. */
final class DropText extends Content {
    private static final int ALL = 4;

    @Override
    int write(Text out) {
        out.add("0").newline();
        return 0;
    }

    @Override
    int accept(long address, int lengthBytes) {
        long what = Numbers.parse(address, lengthBytes);
        return what >= 1 && what <= ALL ? lengthBytes : -EINVAL;
    }
}
