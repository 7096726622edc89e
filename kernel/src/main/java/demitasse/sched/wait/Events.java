package demitasse.sched.wait;

/** Readiness bits, with the values of poll(2) and epoll(7). */
public final class Events {
    public static final int IN = 0x1;
    public static final int PRI = 0x2;
    public static final int OUT = 0x4;
    public static final int ERR = 0x8;
    public static final int HUP = 0x10;
    public static final int NVAL = 0x20;
    public static final int RDHUP = 0x2000;

    /** Reported whether asked for or not. */
    public static final int ALWAYS = ERR | HUP;

    private Events() {
    }
}
