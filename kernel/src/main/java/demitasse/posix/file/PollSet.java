package demitasse.posix.file;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.JavaHeap;
import demitasse.posix.task.Call;
import demitasse.posix.task.CallState;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.Waiter;
import demitasse.vfs.FileHandle;

/**
 * The files that one call of poll(2) or select(2) looks at, pinned for its whole length, with a registration for each.
 * Sets are reused, so that polling few files allocates nothing.
 */
public final class PollSet implements CallState {
    /** Sets that had to grow beyond this give their memory back. */
    private static final int NODES_KEPT = 64;
    private static final int NODES_INITIAL = 16;
    /** Of the kernel's heap: of each beyond those. */
    private static final int NODE_BYTES = 80;

    PollSet nextIdle;
    private final Files files;
    private Node[] nodes = new Node[NODES_INITIAL];
    private int count;
    private Call call;

    PollSet(Files files) {
        this.files = files;
        for (int i = 0; i < NODES_INITIAL; i++) {
            nodes[i] = new Node();
        }
    }

    void begin(Call newCall) {
        call = newCall;
        count = 0;
    }

    public int count() {
        return count;
    }

    /**
     * Adds a file, which is pinned, and what is asked of it.
     *
     * @param file null for a descriptor that is not looked at
     * @param tag for the caller
     * @return false when the kernel has no room for more, poll(2) ENOMEM
     */
    public boolean add(FileHandle file, int asked, int tag) {
        if (count == nodes.length && !grow()) {
            return false;
        }
        Node node = nodes[count++];
        node.file = file;
        node.asked = asked;
        node.tag = tag;
        node.seen = 0;
        if (file != null) {
            file.retain();
        }
        return true;
    }

    /** Adds a descriptor that is not open; as {@link #add}. */
    public boolean addInvalid(int tag) {
        boolean added = add(null, 0, tag);
        if (added) {
            nodes[count - 1].seen = Events.NVAL;
        }
        return added;
    }

    public int tag(int index) {
        return nodes[index].tag;
    }

    /** What {@link #check} saw of a file. */
    public int seen(int index) {
        return nodes[index].seen;
    }

    /** Looks at every file. Returns how many have something to say. */
    public int check() {
        int ready = 0;
        for (int i = 0; i < count; i++) {
            Node node = nodes[i];
            if (node.file != null) {
                node.seen = Events.seen(node.file.readiness(), node.asked);
            }
            ready += node.seen != 0 ? 1 : 0;
        }
        return ready;
    }

    /** Waits for all files: to be returned by the handler. */
    public long park() {
        for (int i = 0; i < count; i++) {
            Node node = nodes[i];
            if (node.file != null && !node.isQueued()) {
                node.file.waiters().add(node, Events.interest(node.asked));
            }
        }
        return call.park();
    }

    @Override
    public void dropped() {
        for (int i = 0; i < count; i++) {
            Node node = nodes[i];
            node.withdraw();
            if (node.file != null) {
                FileHandle file = node.file;
                node.file = null;
                file.release();
            }
        }
        count = 0;
        call = null;
        if (nodes.length <= NODES_KEPT) {
            files.givePollSet(this);
        } else {
            JavaHeap.give((long) (nodes.length - NODES_INITIAL) * NODE_BYTES);
        }
    }

    @ColdPath("more files than ever before")
    private boolean grow() {
        long bytes = (long) nodes.length * NODE_BYTES;
        if (!JavaHeap.hasRoom(bytes)) {
            return false;
        }
        JavaHeap.take(bytes);
        Node[] more = new Node[nodes.length * 2];
        System.arraycopy(nodes, 0, more, 0, nodes.length);
        for (int i = nodes.length; i < more.length; i++) {
            more[i] = new Node();
        }
        nodes = more;
        return true;
    }

    private final class Node extends Waiter {
        private FileHandle file;
        private int asked;
        private int seen;
        private int tag;

        @Override
        protected void ready(int events) {
            call.wakeUp(Call.READY);
        }
    }
}
