package demitasse.syscall.signal;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.signal.SignalFrame;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Call;

/** sigreturn(2). */
final class Sigreturn {
    private Sigreturn() {
    }

    @WarmPath("per system call")
    @Syscall("rt_sigreturn")
    static long rtSigreturn(Call call) {
        if (SignalFrame.pop(call.task()) != 0) {
            Signals.force(call.task(), new SignalInfo().set(SignalNumber.SIGSEGV, SignalInfo.SI_KERNEL));
        }
        return call.registersReplaced();
    }
}
