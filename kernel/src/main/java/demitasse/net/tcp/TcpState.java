package demitasse.net.tcp;

/** The states of RFC 9293 §3.3.2, with the numbers of include/net/tcp_states.h that TCP_INFO and /proc/net/tcp show. */
public final class TcpState {
    public static final int ESTABLISHED = 1;
    public static final int SYN_SENT = 2;
    public static final int SYN_RECEIVED = 3;
    public static final int FIN_WAIT_1 = 4;
    public static final int FIN_WAIT_2 = 5;
    public static final int TIME_WAIT = 6;
    public static final int CLOSED = 7;
    public static final int CLOSE_WAIT = 8;
    public static final int LAST_ACK = 9;
    public static final int LISTEN = 10;
    public static final int CLOSING = 11;

    private TcpState() {
    }
}
