package demitasse.posix.aio;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Text;
import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.Files;
import demitasse.posix.memory.MapFlags;
import demitasse.posix.memory.Mapping;
import demitasse.posix.memory.UserSpace;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;

/**
 * What io_setup(2) makes: requests in flight, and events that nobody has fetched. It lives as long as the mapping that
 * it is known by, so it ends with the memory of its process, and never has a descriptor.
 */
public final class AioContext extends FileHandle {
    /** What a request takes of the kernel's heap until its event is fetched. */
    private static final int REQUEST_BYTES = 768;

    private final Files files;
    private final UserSpace memory;
    private final Page page;
    private final int eventsMax;
    private AioRequest firstActive;
    private AioRequest firstDone;
    private AioRequest lastDone;
    /** In flight or not fetched: each has a place for its event. */
    private int used;
    private int done;
    private boolean ended;

    private AioContext(Files files, UserSpace memory, int eventsMax) {
        super(OpenFlags.O_RDWR);
        this.files = files;
        this.memory = memory;
        this.eventsMax = eventsMax;
        page = new Page();
    }

    /** A new context: its address, or -errno. */
    public static long create(Files files, UserSpace memory, int eventsMax) {
        AioContext context = new AioContext(files, memory, eventsMax);
        long address = memory.map(0, Pages.PAGE_BYTES, MapFlags.PROT_READ | MapFlags.PROT_WRITE, MapFlags.MAP_SHARED,
                context, 0, false);
        // The mapping holds it, if there is one.
        context.release();
        return address;
    }

    /** The context of an address; null when there is none, or none of this memory. */
    public static AioContext at(UserSpace memory, long address) {
        Mapping mapping = memory.mappingAt(address);
        boolean found = mapping != null && mapping.start() == address
                && mapping.file() instanceof AioContext context && context.memory == memory && !context.ended;
        return found ? (AioContext) mapping.file() : null;
    }

    /** Events that can be fetched. */
    public int done() {
        return done;
    }

    public boolean isFull() {
        return used >= eventsMax || !JavaHeap.hasRoom(REQUEST_BYTES);
    }

    /** io_destroy(2) was here while somebody waited. */
    public boolean isEnded() {
        return ended;
    }

    /** The oldest event; null for none. It stays until {@link #fetched}. */
    public AioRequest firstDone() {
        return firstDone;
    }

    /** The oldest event has reached the program. */
    public void fetched() {
        firstDone = firstDone.next;
        done--;
        used--;
        JavaHeap.give(REQUEST_BYTES);
    }

    /** The request in flight of a control block; null for none. */
    public AioRequest find(long block) {
        AioRequest request = firstActive;
        while (request != null && request.block() != block) {
            request = request.next;
        }
        return request;
    }

    void began(AioRequest request) {
        used++;
        JavaHeap.take(REQUEST_BYTES);
        request.next = firstActive;
        firstActive = request;
    }

    void ended(AioRequest request) {
        AioRequest before = null;
        for (AioRequest one = firstActive; one != request; one = one.next) {
            before = one;
        }
        if (before == null) {
            firstActive = request.next;
        } else {
            before.next = request.next;
        }
        request.next = null;
        if (firstDone == null) {
            firstDone = request;
        } else {
            lastDone.next = request;
        }
        lastDone = request;
        done++;
        waiters().wakeAll(Events.IN);
    }

    /** io_destroy(2), or the memory goes: nothing goes on, and who waits learns of it. */
    public void end() {
        ended = true;
        while (firstActive != null) {
            firstActive.cancel();
        }
        waiters().wakeAll(Events.IN);
    }

    @Override
    protected void released() {
        end();
        JavaHeap.give((long) used * REQUEST_BYTES);
        page.free();
    }

    @Override
    public Inode inode() {
        return page;
    }

    @Override
    public void describe(Text out) {
        out.add("/[aio] (deleted)");
    }

    /** The page at the address that is the name of the context. */
    private final class Page extends AnonymousInode {
        private long frame;

        Page() {
            super(files, ANONYMOUS_DEVICE, 0600, 0, 0);
        }

        @Override
        public boolean isMappable() {
            return true;
        }

        @Override
        public long page(long index, boolean create) {
            if (index != 0) {
                return -EINVAL;
            }
            if (frame == Pages.NONE) {
                frame = files.pages().allocateZeroed();
            }
            return frame == Pages.NONE ? -ENOMEM : frame;
        }

        private void free() {
            if (frame != Pages.NONE) {
                files.pages().release(frame);
            }
        }
    }
}
