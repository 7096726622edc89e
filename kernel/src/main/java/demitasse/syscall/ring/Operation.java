package demitasse.syscall.ring;

/** IORING_OP_*, io_uring_enter(2). */
final class Operation {
    static final int NOP = 0;
    static final int READV = 1;
    static final int WRITEV = 2;
    static final int FSYNC = 3;
    static final int READ_FIXED = 4;
    static final int WRITE_FIXED = 5;
    static final int POLL_ADD = 6;
    static final int POLL_REMOVE = 7;
    static final int SYNC_FILE_RANGE = 8;
    static final int SENDMSG = 9;
    static final int RECVMSG = 10;
    static final int TIMEOUT = 11;
    static final int TIMEOUT_REMOVE = 12;
    static final int ACCEPT = 13;
    static final int ASYNC_CANCEL = 14;
    static final int LINK_TIMEOUT = 15;
    static final int CONNECT = 16;
    static final int FALLOCATE = 17;
    static final int OPENAT = 18;
    static final int CLOSE = 19;
    static final int FILES_UPDATE = 20;
    static final int STATX = 21;
    static final int READ = 22;
    static final int WRITE = 23;
    static final int FADVISE = 24;
    static final int MADVISE = 25;
    static final int SEND = 26;
    static final int RECV = 27;
    static final int OPENAT2 = 28;
    static final int EPOLL_CTL = 29;
    static final int SPLICE = 30;
    static final int PROVIDE_BUFFERS = 31;
    static final int REMOVE_BUFFERS = 32;
    static final int TEE = 33;
    static final int SHUTDOWN = 34;
    static final int RENAMEAT = 35;
    static final int UNLINKAT = 36;
    static final int MKDIRAT = 37;
    static final int SYMLINKAT = 38;
    static final int LINKAT = 39;
    static final int MSG_RING = 40;
    static final int FSETXATTR = 41;
    static final int SETXATTR = 42;
    static final int FGETXATTR = 43;
    static final int GETXATTR = 44;
    static final int SOCKET = 45;
    /** The first that there is not. */
    static final int LIMIT = 46;

    private Operation() {
    }

    /** Whether a ring with IORING_SETUP_IOPOLL takes it, io_uring_setup(2). */
    static boolean isForPolling(int operation) {
        return switch (operation) {
            case NOP, READV, WRITEV, READ_FIXED, WRITE_FIXED, READ, WRITE, FILES_UPDATE, PROVIDE_BUFFERS,
                    REMOVE_BUFFERS, MSG_RING -> true;
            default -> false;
        };
    }

    /** Whether it has flags where others have a priority. */
    static boolean hasPriority(int operation) {
        return switch (operation) {
            case READV, WRITEV, READ_FIXED, WRITE_FIXED, READ, WRITE, SENDMSG, RECVMSG, SEND, RECV, ACCEPT -> true;
            default -> false;
        };
    }

    /** IO_URING_OP_SUPPORTED. */
    static boolean isSupported(int operation) {
        return operation < LIMIT;
    }
}
