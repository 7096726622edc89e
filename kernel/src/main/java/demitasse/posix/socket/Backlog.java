package demitasse.posix.socket;

import demitasse.vfs.FileHandle;

/** The connections that wait to be accepted at a local socket, listen(2), first come first served. */
final class Backlog {
    private UnixSocket first;
    private UnixSocket last;
    private int count;
    private int limit;

    void setLimit(int newLimit) {
        limit = newLimit;
    }

    int limit() {
        return limit;
    }

    int count() {
        return count;
    }

    /** As on Linux there is room for one more than the limit. */
    boolean isFull() {
        return count > limit;
    }

    void add(UnixSocket server) {
        if (last == null) {
            first = server;
        } else {
            last.nextPending = server;
        }
        last = server;
        server.isPending = true;
        count++;
    }

    /** The next, owned by the caller; null when none waits. */
    UnixSocket take() {
        UnixSocket server = first;
        if (server != null) {
            first = server.nextPending;
            last = first == null ? null : last;
            server.nextPending = null;
            server.isPending = false;
            count--;
        }
        return server;
    }

    /** Adds them to a list of those that are alive; answers its new head. */
    UnixSocket reach(UnixSocket list) {
        UnixSocket head = list;
        for (UnixSocket one = first; one != null; one = one.nextPending) {
            head = one.reachedFrom(head);
        }
        return head;
    }

    /** Takes all files out of their messages, behind the ones that are given. */
    FileHandle[] takeFiles(FileHandle[] before) {
        FileHandle[] files = before;
        for (UnixSocket one = first; one != null; one = one.nextPending) {
            files = one.takeFiles(files);
        }
        return files;
    }
}
