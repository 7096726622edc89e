package demitasse.sched.wait;

/** Readiness bits, with the values of poll(2) and epoll(7). */
public final class Events {
    public static final int IN = 0x1;
    public static final int PRI = 0x2;
    public static final int OUT = 0x4;
    public static final int ERR = 0x8;
    public static final int HUP = 0x10;
    public static final int NVAL = 0x20;
    public static final int RDNORM = 0x40;
    public static final int WRNORM = 0x100;
    public static final int RDHUP = 0x2000;

    /** Reported whether asked for or not. */
    public static final int ALWAYS = ERR | HUP;

    private Events() {
    }

    /** What to register on a queue for what a program asks for: objects wake by IN and OUT. */
    public static int interest(int asked) {
        int events = asked | ALWAYS;
        events |= (asked & RDNORM) != 0 ? IN : 0;
        return (asked & WRNORM) != 0 ? events | OUT : events;
    }

    /** What a program sees of a readiness when it asks for the given events, poll(2): data is "normal" data. */
    public static int seen(int readiness, int asked) {
        int events = readiness;
        events |= (readiness & IN) != 0 ? RDNORM : 0;
        events |= (readiness & OUT) != 0 ? WRNORM : 0;
        return events & (asked | ALWAYS);
    }
}
