package demitasse.posix.file;

import demitasse.base.collect.Ref;
import demitasse.posix.task.Credentials;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;

/** The FIFOs that are open somewhere, fifo(7): every open of one node meets in one pipe. */
public final class Fifos {
    private final Files files;
    private final Openers openers;
    private PipeInode first;

    /** Who opens what is being opened. */
    public interface Openers {
        Credentials current();
    }

    public Fifos(Files files, Openers openers) {
        this.files = files;
        this.openers = openers;
    }

    /** Opens a FIFO's node; see {@link demitasse.vfs.SpecialFiles#open}. */
    public int open(Inode node, int flags, Path path, Ref<FileHandle> out) {
        PipeInode fifo = first;
        while (fifo != null && fifo.node() != node) {
            fifo = fifo.next;
        }
        if (fifo != null) {
            return fifo.open(flags, path, out);
        }
        fifo = PipeInode.ofFifo(files, node, this, openers.current());
        int result = fifo.open(flags, path, out);
        if (result == 0) {
            node.retained();
            fifo.next = first;
            first = fifo;
        }
        return result;
    }

    void unused(PipeInode gone) {
        if (first == gone) {
            first = gone.next;
        } else {
            PipeInode before = first;
            while (before.next != gone) {
                before = before.next;
            }
            before.next = gone.next;
        }
        gone.next = null;
        gone.node().dropped();
    }
}
