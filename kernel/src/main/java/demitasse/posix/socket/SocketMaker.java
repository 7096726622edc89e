package demitasse.posix.socket;

/** Who made a socket, or listens at it, or writes to it, as SO_PEERCRED and SCM_CREDENTIALS tell, unix(7). */
public record SocketMaker(int pid, int uid, int gid, int[] groups) {
    /** What Linux tells where nobody has said who he is: overflowuid and overflowgid. */
    private static final int NOT_TOLD = 65_534;
    private static final int[] NO_GROUPS = {};

    static final SocketMaker NOBODY = new SocketMaker(0, 0, 0, NO_GROUPS);
    static final SocketMaker SILENT = new SocketMaker(0, NOT_TOLD, NOT_TOLD, NO_GROUPS);

    /** Whoever runs: write(2) has no other way to tell whose bytes it writes. */
    public interface Source {
        /** Null where no program does. */
        SocketMaker writer();
    }
}
