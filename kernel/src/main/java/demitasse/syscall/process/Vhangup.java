package demitasse.syscall.process;

import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.terminal.Terminal;

/** vhangup(2). */
final class Vhangup {
    private Vhangup() {
    }

    @Syscall("vhangup")
    static long vhangup(Call call) {
        if (!call.credentials().may(Credentials.CAP_SYS_TTY_CONFIG)) {
            return -EPERM;
        }
        Terminal terminal = call.process().terminal();
        if (terminal != null) {
            terminal.hangUp();
        }
        return 0;
    }
}
