package demitasse.boot;

import demitasse.base.memory.Text;
import demitasse.posix.ipc.IpcObject;
import demitasse.posix.ipc.IpcTable;
import demitasse.posix.ipc.MessageQueue;
import demitasse.posix.ipc.Segment;
import demitasse.posix.ipc.SemaphoreSet;

/** The tables of /proc/sysvipc, proc(5), with Linux's columns. */
final class IpcReport {
    private static final int PAGE_BYTES = 4096;
    private static final int ID_WIDTH = 10;
    private static final int SIZE_WIDTH = 21;
    private static final int NUMBER_WIDTH = 5;

    private final Text out;

    IpcReport(Text out) {
        this.out = out;
    }

    void messages(IpcTable<MessageQueue> queues) {
        out.add("       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime"
                + "      rtime      ctime\n");
        for (int i = 0; i <= queues.highestIndex(); i++) {
            MessageQueue queue = queues.at(i);
            if (queue != null) {
                begin(queue).character(' ');
                id(queue.usedBytes()).id(queue.count()).number(queue.lastSender).number(queue.lastReceiver);
                owners(queue).id(queue.sentS).id(queue.receivedS).id(queue.changedS).end();
            }
        }
    }

    void semaphores(IpcTable<SemaphoreSet> sets) {
        out.add("       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
        for (int i = 0; i <= sets.highestIndex(); i++) {
            SemaphoreSet set = sets.at(i);
            if (set != null) {
                begin(set);
                id(set.count()).owners(set).id(set.operatedS).id(set.changedS).end();
            }
        }
    }

    void segments(IpcTable<Segment> segments) {
        out.add("       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid"
                + "      atime      dtime      ctime                   rss                  swap\n");
        for (int i = 0; i <= segments.highestIndex(); i++) {
            Segment segment = segments.at(i);
            if (segment != null) {
                begin(segment);
                size(segment.sizeBytes).number(segment.creatorPid).number(segment.lastPid);
                out.character(' ');
                number(segment.attachments()).owners(segment);
                id(segment.attachedS).id(segment.detachedS).id(segment.changedS);
                size(segment.residentPages() * PAGE_BYTES).size(0).end();
            }
        }
    }

    private Text begin(IpcObject object) {
        out.number(object.key(), ID_WIDTH, ' ').character(' ').number(object.id(), ID_WIDTH, ' ').add("  ");
        int mode = object.mode & 07777;
        for (int digits = 3; digits > 0 && mode >>> 3 * digits == 0; digits--) {
            out.character(' ');
        }
        out.octal(mode, 1).character(' ');
        return out;
    }

    private IpcReport owners(IpcObject object) {
        return number(object.uid).number(object.gid).number(object.creatorUid).number(object.creatorGid);
    }

    private IpcReport id(long value) {
        out.number(value, ID_WIDTH, ' ').character(' ');
        return this;
    }

    private IpcReport size(long value) {
        out.number(value, SIZE_WIDTH, ' ').character(' ');
        return this;
    }

    private IpcReport number(long value) {
        out.number(value, NUMBER_WIDTH, ' ').character(' ');
        return this;
    }

    private void end() {
        out.newline();
    }
}
