package demitasse.syscall.table;

import demitasse.base.memory.Text;

/** Names of signals for people, signal(7). */
final class SignalNames {
    private static final String NAMES = "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT "
            + "CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS ";

    private SignalNames() {
    }

    static void add(Text out, int signal) {
        if (signal < 1 || signal > 31) {
            out.number(signal);
            return;
        }
        out.add("SIG");
        WordList.add(out, NAMES, signal - 1);
    }
}
