package demitasse.syscall.table;

import demitasse.base.memory.Text;

/** Names of error numbers for people, errno(3). */
final class ErrnoNames {
    private static final String NAMES = "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM "
            + "EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY "
            + "EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP ";
    private static final int NAMED = 40;

    private ErrnoNames() {
    }

    static void add(Text out, int errno) {
        String later = later(errno);
        if (errno >= 1 && errno <= NAMED) {
            WordList.add(out, NAMES, errno - 1);
        } else if (later != null) {
            out.add(later);
        } else {
            out.add("errno ").number(errno);
        }
    }

    private static String later(int errno) {
        return switch (errno) {
            case 61 -> "ENODATA";
            case 62 -> "ETIME";
            case 75 -> "EOVERFLOW";
            case 88 -> "ENOTSOCK";
            case 92 -> "ENOPROTOOPT";
            case 93 -> "EPROTONOSUPPORT";
            case 95 -> "EOPNOTSUPP";
            case 97 -> "EAFNOSUPPORT";
            case 98 -> "EADDRINUSE";
            case 104 -> "ECONNRESET";
            case 106 -> "EISCONN";
            case 107 -> "ENOTCONN";
            case 110 -> "ETIMEDOUT";
            case 111 -> "ECONNREFUSED";
            case 115 -> "EINPROGRESS";
            case 117 -> "EUCLEAN";
            case 512 -> "ERESTARTSYS (To be restarted if SA_RESTART is set)";
            case 514 -> "ERESTARTNOHAND (To be restarted if no handler)";
            default -> null;
        };
    }
}
