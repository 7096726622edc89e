package demitasse.posix.ring;

import static demitasse.base.error.Errno.ECANCELED;

import demitasse.posix.task.DetachedWork;
import demitasse.posix.task.Task;
import demitasse.vfs.FileHandle;

/** One request of a ring, from its submission to its completion. */
public abstract class RingRequest extends DetachedWork {
    /** Done at once: nobody finds it. */
    static final int KIND_DONE = -1;
    public static final int KIND_ANY = 0;
    public static final int KIND_CALL = 1;
    public static final int KIND_POLL = 2;
    public static final int KIND_TIMEOUT = 3;
    public static final int KIND_LINK_TIMEOUT = 4;

    /** IOSQE_* flags. */
    public static final int FIXED_FILE = 1;
    public static final int DRAIN = 2;
    public static final int LINK = 4;
    public static final int HARDLINK = 8;
    public static final int ASYNC = 16;
    public static final int BUFFER_SELECT = 32;
    public static final int SKIP_SUCCESS = 64;
    /** IORING_CQE_F_MORE. */
    static final int MORE = 2;

    private final Ring ring;
    private long userData;
    private final int flags;
    /** What begins when this has completed. */
    RingRequest link;
    /** The timeout that guards this one. */
    private LinkTimeout guard;
    RingRequest nextActive;
    RingRequest previousActive;
    boolean listed;
    RingRequest nextQueued;
    boolean drains;
    boolean counted;
    /** Cancelled because of a request that wanted no completion for its chain, IOSQE_CQE_SKIP_SUCCESS. */
    boolean silent;
    RingRequest nextInBucket;

    protected RingRequest(Ring ring, Task task, long userData, int flags) {
        super(task);
        this.ring = ring;
        this.userData = userData;
        this.flags = flags;
    }

    public final Ring ring() {
        return ring;
    }

    public final long userData() {
        return userData;
    }

    /** IORING_POLL_UPDATE_USER_DATA, of a request in flight. */
    public final void setUserData(long newUserData) {
        ring.removed(this);
        userData = newUserData;
        ring.added(this);
    }

    public final int flags() {
        return flags;
    }

    /** Another one of its chain follows. */
    public final boolean isLinked() {
        return (flags & (LINK | HARDLINK)) != 0;
    }

    public abstract int kind();

    /** The file it works on, for those who look for it by that; null for none. */
    FileHandle file() {
        return null;
    }

    /** It does not begin at once: what it points at is copied, IORING_FEAT_SUBMIT_STABLE. */
    public void keepArguments() {
    }

    /** The next of its chain, IOSQE_IO_LINK. */
    public final void linkTo(RingRequest next) {
        next.keepArguments();
        link = next;
    }

    /** It is given a limited time, IORING_OP_LINK_TIMEOUT. */
    public final void guardBy(LinkTimeout timeout) {
        guard = timeout;
        timeout.guards(this);
    }

    public final boolean isGuarded() {
        return guard != null;
    }

    final void begin() {
        if (task().isDying()) {
            complete(-ECANCELED, 0);
            return;
        }
        attach();
        ring.added(this);
        // A chain, which may be long, begins without a call of its own that would give the last one's memory back.
        task().process().instance().scratch().reset();
        // It may complete at once, and would then take the guard with it.
        LinkTimeout timeout = guard;
        start();
        if (timeout != null && isAttached()) {
            timeout.begin();
        }
    }

    /** Does the work, or as much of it as can be done now. */
    abstract void start();

    /** Stops waiting and lets go of everything; {@link #complete} follows. */
    abstract void withdraw();

    /** The ring has this many completions now. */
    void noticeCompletions(int completed) {
    }

    /** Whether the rest of the chain is cancelled because of this result. */
    boolean isFailure(int result) {
        return result < 0;
    }

    /** Frees what was kept for it, {@link #keepArguments}: it may have been cancelled before it began. */
    void letGo() {
    }

    /** Tells the result; what is linked to it begins, or is cancelled. */
    final void complete(int result, int completionFlags) {
        detach();
        letGo();
        ring.removed(this);
        if (!silent && (result < 0 || (flags & SKIP_SUCCESS) == 0)) {
            tell(result, completionFlags);
        }
        LinkTimeout timeout = guard;
        guard = null;
        if (timeout != null) {
            timeout.guardedEnded();
        }
        RingRequest rest = link;
        link = null;
        if (rest != null) {
            if (isFailure(result) && (flags & HARDLINK) == 0) {
                ring.cancelChain(rest, (flags & SKIP_SUCCESS) != 0);
            } else {
                ring.start(rest);
            }
        }
        ring.ended(this);
    }

    void tell(int result, int completionFlags) {
        ring.post(userData, result, completionFlags);
    }

    @Override
    protected void orphaned() {
        RingRequest rest = link;
        link = null;
        withdraw();
        complete(-ECANCELED, 0);
        ring.cancelChain(rest, false);
    }

    /** The ring goes: nothing is told any more. */
    final void abandon() {
        withdraw();
        detach();
        ring.removed(this);
        for (RingRequest one = this; one != null; one = one.link) {
            one.letGo();
        }
    }
}
