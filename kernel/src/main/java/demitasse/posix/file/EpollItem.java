package demitasse.posix.file;

import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.sched.wait.Waiter;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Watch;

/** One registration of epoll_ctl(2): a file under a descriptor. Stays on the file's queue for its whole life. */
final class EpollItem extends Waiter {
    private final Epoll owner;
    private final FileHandle file;
    private final int fd;
    private final Watch watch = new Gone();
    /** That of the file when it was registered; a signalfd has one for each process that asks. */
    private WaitQueue queueOfFile;
    private int events;
    private long data;
    EpollItem nextInBucket;
    EpollItem nextReady;
    EpollItem previousReady;
    boolean listed;
    /** Next of the registrations of one epoll in others. */
    EpollItem nextParent;

    EpollItem(Epoll owner, FileHandle file, int fd) {
        this.owner = owner;
        this.file = file;
        this.fd = fd;
        file.addWatch(watch);
    }

    Epoll owner() {
        return owner;
    }

    FileHandle file() {
        return file;
    }

    int fd() {
        return fd;
    }

    int events() {
        return events;
    }

    long data() {
        return data;
    }

    void set(int newEvents, long newData) {
        events = newEvents;
        data = newData;
        withdraw();
        queueOfFile = file.waiters();
        listen();
    }

    /** EPOLLONESHOT: reports nothing until it is modified. */
    void disable() {
        events &= Epoll.PRIVATE_BITS;
    }

    boolean isDisabled() {
        return (events & ~Epoll.PRIVATE_BITS) == 0;
    }

    /** What the program would be told now. */
    int seen() {
        return isDisabled() ? 0 : Events.seen(file.readiness(), events & ~Epoll.PRIVATE_BITS);
    }

    @Override
    protected void ready(int happened) {
        listen();
        if (!isDisabled()) {
            owner.itemReady(this);
        }
    }

    void detach() {
        withdraw();
        file.removeWatch(watch);
    }

    private void listen() {
        queueOfFile.add(this, Events.interest(events & ~Epoll.PRIVATE_BITS));
    }

    private final class Gone extends Watch {
        @Override
        protected void fileGone() {
            withdraw();
            owner.forget(EpollItem.this);
        }
    }
}
