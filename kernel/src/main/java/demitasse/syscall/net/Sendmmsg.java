package demitasse.syscall.net;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.task.Call;

/** sendmmsg(2). */
final class Sendmmsg {
    private Sendmmsg() {
    }

    @WarmPath("per system call")
    @Syscall(value = "sendmmsg", rejects = {"MSG_OOB with local sockets"})
    static long sendmmsg(Call call, int fd, long messages, int count, int flags) {
        return MessageArray.of(call).each(call, fd, messages, count, flags, 0,
                (message, messageFlags) -> Send.sendmsg(call, fd, message, messageFlags));
    }
}
