package demitasse.posix.ring;

import static demitasse.base.error.Errno.ECANCELED;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Text;
import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.EventFile;
import demitasse.posix.file.Files;
import demitasse.posix.task.Task;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;

/** An instance of io_uring(7): two queues shared with the program, and the requests in flight between them. */
public final class Ring extends FileHandle {
    /** Completions kept while the queue is full; what comes then is lost and counted, as on Linux without memory. */
    private static final int OVERFLOW_MAX = 1 << 16;
    /** What a request takes of the kernel's heap, with the call that most are, and a completion that is kept. */
    private static final int REQUEST_BYTES = 768;
    private static final int OVERFLOW_BYTES = 48;
    /** IORING_OFF_CQ_RING and IORING_OFF_SQES, as page indices. */
    private static final long COMPLETIONS_PAGE = 0x800_0000L >>> 12;
    private static final long ENTRIES_PAGE = 0x1000_0000L >>> 12;

    private final Files files;
    private final RingMemory memory;
    private final RingInode inode;
    private final RegisteredFiles registered = new RegisteredFiles();
    private final RegisteredBuffers buffers = new RegisteredBuffers();
    private final ProvidedBuffers provided = new ProvidedBuffers();
    private final RequestList active = new RequestList();
    /** Wait until what was submitted before them is done, IOSQE_IO_DRAIN. */
    private RingRequest firstDeferred;
    private RingRequest lastDeferred;
    /** Are to begin as soon as the one that just does has begun. */
    private RingRequest firstStarting;
    private RingRequest lastStarting;
    private boolean starting;
    private Overflow firstOverflow;
    private Overflow lastOverflow;
    private int overflown;
    /** From when they were understood until they have ended. */
    private int requests;
    private int inFlight;
    private int completed;
    private int timeouts;
    /** Requests that wait for a number of completions. */
    private int counting;
    private EventFile events;
    private boolean eventsAsync;
    private boolean submitting;
    /** The memory is gone; a request that held the last file that held the ring may still be about to tell its end. */
    private boolean gone;
    private boolean enabled;
    private Task issuer;
    private final boolean polled;
    private final boolean polls;
    private final boolean singleIssuer;
    private final boolean submitsAll;

    private Ring(Files files, RingMemory memory, boolean polled, boolean polls,
            boolean singleIssuer, boolean submitsAll) {
        super(OpenFlags.O_RDWR);
        this.files = files;
        this.memory = memory;
        this.polled = polled;
        this.polls = polls;
        this.singleIssuer = singleIssuer;
        this.submitsAll = submitsAll;
        inode = new RingInode();
    }

    /**
     * @param polled IORING_SETUP_SQPOLL: there is no thread, but one that always sleeps: the program is told to wake it
     * @param polls IORING_SETUP_IOPOLL: reads and writes are for devices that can be polled, of which there are none
     * @return null without memory
     */
    public static Ring create(Files files, int submissions, int completions, boolean polled,
            boolean polls, boolean singleIssuer, boolean submitsAll) {
        RingMemory memory = new RingMemory(files.pages(), submissions, completions);
        if (!memory.allocate()) {
            return null;
        }
        memory.setFlag(RingMemory.NEED_WAKEUP, polled);
        return new Ring(files, memory, polled, polls, singleIssuer, submitsAll);
    }

    public RingMemory memory() {
        return memory;
    }

    public RegisteredFiles registered() {
        return registered;
    }

    public RegisteredBuffers buffers() {
        return buffers;
    }

    public ProvidedBuffers provided() {
        return provided;
    }

    public boolean isPolled() {
        return polled;
    }

    public boolean polls() {
        return polls;
    }

    public boolean submitsAll() {
        return submitsAll;
    }

    /** Whether requests are taken, IORING_SETUP_R_DISABLED. */
    public boolean isEnabled() {
        return enabled;
    }

    /** A task enables it, and is the one that may submit with IORING_SETUP_SINGLE_ISSUER. */
    public void enable(Task task) {
        enabled = true;
        issuer = task;
    }

    public boolean mayIssue(Task task) {
        return !singleIssuer || polled || issuer == null || issuer == task;
    }

    /** IORING_REGISTER_EVENTFD; the reference is taken over. */
    public void setEvents(EventFile file, boolean async) {
        if (events != null) {
            events.release();
        }
        events = file;
        eventsAsync = async;
    }

    public boolean hasEvents() {
        return events != null;
    }

    /** Requests complete inside of io_uring_enter(2) from now on, or no more. */
    public void setSubmitting(boolean now) {
        submitting = now;
    }

    /** Whether an entry may be taken: requests are objects of the kernel's heap. */
    public boolean hasRoom() {
        return JavaHeap.hasRoom(REQUEST_BYTES);
    }

    /** There is a request more. */
    public void tookRequest() {
        requests++;
        JavaHeap.take(REQUEST_BYTES);
    }

    /** What was submitted is to begin, with all that is linked to it: at once, or when it may. */
    public void submit(RingRequest chain, boolean drain) {
        chain.drains = drain;
        if (firstDeferred == null && (!drain || inFlight == 0)) {
            count(chain);
            start(chain);
            return;
        }
        chain.keepArguments();
        if (firstDeferred == null) {
            firstDeferred = chain;
        } else {
            lastDeferred.nextQueued = chain;
        }
        lastDeferred = chain;
    }

    private void count(RingRequest chain) {
        for (RingRequest one = chain; one != null; one = one.link) {
            one.counted = true;
            inFlight++;
        }
    }

    /** Begins a request, but never from within the beginning of another: chains may be long. */
    void start(RingRequest request) {
        if (gone) {
            return;
        }
        request.nextQueued = null;
        if (firstStarting == null) {
            firstStarting = request;
        } else {
            lastStarting.nextQueued = request;
        }
        lastStarting = request;
        if (starting) {
            return;
        }
        starting = true;
        while (firstStarting != null) {
            RingRequest next = firstStarting;
            firstStarting = next.nextQueued;
            next.nextQueued = null;
            next.begin();
        }
        starting = false;
    }

    private void startDeferred() {
        while (firstDeferred != null && (!firstDeferred.drains || inFlight == 0)) {
            RingRequest chain = firstDeferred;
            firstDeferred = chain.nextQueued;
            count(chain);
            start(chain);
        }
    }

    /** A request has begun and goes on. */
    void added(RingRequest request) {
        active.add(request);
    }

    /** A request has ended. */
    void removed(RingRequest request) {
        active.remove(request);
    }

    void ended(RingRequest request) {
        if (request.counted) {
            request.counted = false;
            inFlight--;
        }
        if (!gone) {
            requests--;
            JavaHeap.give(REQUEST_BYTES);
        }
        startDeferred();
    }

    /** What is left of a chain that broke is cancelled; silently, if the program wants to know of the first alone. */
    void cancelChain(RingRequest rest, boolean silently) {
        RingRequest one = rest;
        while (one != null) {
            RingRequest following = one.link;
            one.link = null;
            one.silent = silently;
            one.complete(-ECANCELED, 0);
            one = following;
        }
    }

    /** A chain with a request that could not be understood: nothing of it begins. */
    public void refuse(RingRequest chain) {
        RingRequest one = chain;
        while (one != null) {
            RingRequest following = one.link;
            one.link = null;
            int refusal = one instanceof DoneRequest done ? done.refusal() : 0;
            one.complete(refusal != 0 ? refusal : -ECANCELED, 0);
            one = following;
        }
    }

    /** The first request in flight that a key matches; null for none. */
    public RingRequest find(RequestKey key) {
        if (!key.any() && key.file() == null) {
            return active.find(key);
        }
        RingRequest one = active.first();
        while (one != null && !key.matches(one)) {
            one = one.nextActive;
        }
        return one;
    }

    /** A request lets go of a file, which may be a ring with such requests itself. */
    void letGo(FileHandle file) {
        if (gone) {
            files.nestedReleases().release(file);
        } else {
            file.release();
        }
    }

    /** Ends a request in flight before its time. */
    public void cancel(RingRequest request) {
        request.withdraw();
        request.complete(-ECANCELED, 0);
    }

    /** A completion that belongs to a request, or to a message of another ring. */
    public void post(long userData, int result, int flags) {
        completed++;
        store(userData, result, flags);
        for (RingRequest one = counting > 0 ? active.first() : null; one != null; one = one.nextActive) {
            one.noticeCompletions(completed);
        }
    }

    /** One request more, or less, wants to know how many completions there are. */
    void countFor(int change) {
        counting += change;
    }

    /** Of a timeout: does not count for others that wait for a number of completions, but ends every wait. */
    void postTimeout(long userData, int result, int flags) {
        timeouts++;
        store(userData, result, flags);
    }

    /** Timeouts that have completed: who waits for completions is content when there is another one. */
    public int timeouts() {
        return timeouts;
    }

    int completedCount() {
        return completed;
    }

    /** There is no room for a completion: what could go on with more of them ends with this one. */
    boolean isFull() {
        return gone || firstOverflow != null || memory.isFull();
    }

    private void store(long userData, int result, int flags) {
        if (gone) {
            return;
        }
        if (firstOverflow != null || !memory.complete(userData, result, flags)) {
            overflow(userData, result, flags);
        }
        waiters().wakeAll(Events.IN);
        if (events != null && memory.wantsEvents() && !(eventsAsync && submitting)) {
            events.signal();
        }
    }

    private void overflow(long userData, int result, int flags) {
        if (overflown == OVERFLOW_MAX || !JavaHeap.hasRoom(OVERFLOW_BYTES)) {
            memory.countOverflow();
            return;
        }
        Overflow one = new Overflow(userData, result, flags);
        if (firstOverflow == null) {
            firstOverflow = one;
            memory.setFlag(RingMemory.OVERFLOWN, true);
        } else {
            lastOverflow.next = one;
        }
        lastOverflow = one;
        overflown++;
        JavaHeap.take(OVERFLOW_BYTES);
    }

    /** Moves completions that found no room to where there is room now. */
    public void flushOverflow() {
        while (firstOverflow != null
                && memory.complete(firstOverflow.userData, firstOverflow.result, firstOverflow.flags)) {
            firstOverflow = firstOverflow.next;
            overflown--;
            JavaHeap.give(OVERFLOW_BYTES);
            if (firstOverflow == null) {
                memory.setFlag(RingMemory.OVERFLOWN, false);
            }
        }
    }

    @Override
    public boolean canSplice() {
        return false;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean carriesBytes() {
        return false;
    }

    @Override
    public void describe(Text out) {
        out.add("anon_inode:[io_uring]");
    }

    @Override
    public int readiness() {
        int events = memory.ready() != 0 || firstOverflow != null ? Events.IN : 0;
        return memory.submitted() < memory.submissions() ? events | Events.OUT : events;
    }

    /** Nobody can see completions any more. */
    @Override
    protected void released() {
        gone = true;
        for (RingRequest chain = firstDeferred; chain != null; chain = chain.nextQueued) {
            for (RingRequest one = chain; one != null; one = one.link) {
                one.letGo();
            }
        }
        firstDeferred = null;
        while (active.first() != null) {
            active.first().abandon();
        }
        JavaHeap.give((long) requests * REQUEST_BYTES + (long) overflown * OVERFLOW_BYTES);
        registered.clear();
        buffers.clear();
        provided.clear();
        setEvents(null, false);
        memory.free();
    }

    /** One completion that waits for room. */
    private static final class Overflow {
        private final long userData;
        private final int result;
        private final int flags;
        private Overflow next;

        Overflow(long userData, int result, int flags) {
            this.userData = userData;
            this.result = result;
            this.flags = flags;
        }
    }

    private final class RingInode extends AnonymousInode {
        RingInode() {
            super(files, ANONYMOUS_DEVICE, 0600, 0, 0);
        }

        @Override
        public boolean isMappable() {
            return true;
        }

        @Override
        public long page(long index, boolean create) {
            boolean ofEntries = index >= ENTRIES_PAGE;
            long base = ofEntries ? ENTRIES_PAGE : index >= COMPLETIONS_PAGE ? COMPLETIONS_PAGE : 0;
            long frame = memory.page(ofEntries, index - base);
            return frame == 0 ? -EINVAL : frame;
        }
    }
}
