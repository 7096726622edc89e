package demitasse.posix.key;

/** The keyrings that a task has by itself, credentials(7); never changed but replaced. */
public final class Keyrings {
    /** KEY_REQKEY_DEFL_* of keyctl(2), KEYCTL_SET_REQKEY_KEYRING. */
    public static final int TO_DEFAULT = 0;
    public static final int TO_THREAD = 1;
    public static final int TO_PROCESS = 2;
    public static final int TO_SESSION = 3;
    public static final int TO_USER = 4;
    public static final int TO_USER_SESSION = 5;

    public static final Keyrings NONE = new Keyrings(null, null, null, TO_DEFAULT);

    /** Null for each that there is not, yet. */
    final Key thread;
    final Key process;
    public final Key session;
    /** Where request_key(2) puts what is made. */
    public final int destination;

    Keyrings(Key thread, Key process, Key session, int destination) {
        this.thread = thread;
        this.process = process;
        this.session = session;
        this.destination = destination;
    }

    public Keyrings withSession(Key keyring) {
        return new Keyrings(thread, process, keyring, destination);
    }

    public Keyrings withDestination(int newDestination) {
        return new Keyrings(thread, process, session, newDestination);
    }

    public boolean haveThreads() {
        return thread != null;
    }

    /** What clone(2) hands on to a thread, or to a process; that is also what execve(2) leaves. */
    public Keyrings inherited(boolean toThread) {
        boolean same = thread == null && (toThread || process == null);
        return same ? this : new Keyrings(null, toThread ? process : null, session, destination);
    }
}
