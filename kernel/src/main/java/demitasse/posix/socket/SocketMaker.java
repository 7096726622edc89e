package demitasse.posix.socket;

/** Who made a socket, or listens at it, as SO_PEERCRED and SCM_CREDENTIALS tell, unix(7). */
public record SocketMaker(int pid, int uid, int gid) {
    static final SocketMaker NOBODY = new SocketMaker(0, 0, 0);
}
