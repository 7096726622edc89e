package demitasse.fs.proc;

import demitasse.base.memory.Text;

/** /proc/PID/limits, as fs/proc/base.c of Linux prints it. */
final class LimitsText {
    private static final String[] NAMES = {"Max cpu time", "Max file size", "Max data size", "Max stack size",
        "Max core file size", "Max resident set", "Max processes", "Max open files", "Max locked memory",
        "Max address space", "Max file locks", "Max pending signals", "Max msgqueue size", "Max nice priority",
        "Max realtime priority", "Max realtime timeout"};
    private static final String[] UNITS = {"seconds", "bytes", "bytes", "bytes", "bytes", "bytes", "processes", "files",
        "bytes", "bytes", "locks", "signals", "bytes", "", "", "us"};
    private static final int NAME_COLUMNS = 25;
    private static final int VALUE_COLUMNS = 20;
    private static final int UNIT_COLUMNS = 10;

    private LimitsText() {
    }

    static void write(Text out, ProcessView process) {
        row(out, "Limit");
        int start = out.neededBytes();
        out.add(" Soft Limit").padTo(start, VALUE_COLUMNS + 1);
        start = out.neededBytes();
        out.add(" Hard Limit").padTo(start, VALUE_COLUMNS + 1);
        out.add(" Units     \n");
        for (int i = 0; i < NAMES.length; i++) {
            row(out, NAMES[i]);
            value(out, process.softLimit(i));
            value(out, process.hardLimit(i));
            start = out.neededBytes();
            out.character(' ').add(UNITS[i]);
            if (!UNITS[i].isEmpty()) {
                out.padTo(start, UNIT_COLUMNS + 1);
            }
            out.newline();
        }
    }

    private static void row(Text out, String name) {
        int start = out.neededBytes();
        out.add(name).padTo(start, NAME_COLUMNS);
    }

    private static void value(Text out, long limit) {
        int start = out.neededBytes();
        out.character(' ');
        if (limit == -1) {
            out.add("unlimited");
        } else {
            out.unsigned(limit);
        }
        out.padTo(start, VALUE_COLUMNS + 1);
    }
}
