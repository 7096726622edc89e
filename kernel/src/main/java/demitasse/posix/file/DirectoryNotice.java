package demitasse.posix.file;

import demitasse.base.memory.JavaHeap;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Mark;
import demitasse.vfs.Name;
import demitasse.vfs.Notices;
import demitasse.vfs.Watch;

/** F_NOTIFY of fcntl(2): a signal for what happens to a directory and the files in it, over what inotify(7) sees. */
public final class DirectoryNotice extends Watch {
    /** DN_*. */
    private static final int ACCESS = 1;
    private static final int MODIFY = 2;
    private static final int CREATE = 4;
    private static final int DELETE = 8;
    private static final int RENAME = 0x10;
    private static final int ATTRIB = 0x20;
    private static final int MULTISHOT = 1 << 31;
    private static final int HEAP_BYTES = 128;

    private final FileHandle directory;
    private final FileOwner owner;
    private final Mark mark = new Mark() {
        @Override
        protected void happened(int events, int cookie, Name name, boolean deleted) {
            // What moves within the directory leaves it and comes back at once.
            boolean renamed = (events & Notices.MOVED_TO) != 0 && cookie == leavingCookie;
            leavingCookie = (events & Notices.MOVED_FROM) != 0 ? cookie : 0;
            if ((events & wanted) != 0 || renamed && tellsNames) {
                tell();
            }
        }

        @Override
        protected void gone(int event) {
            end();
        }
    };
    /** Bits of {@link Notices}. */
    private int wanted;
    private boolean tellsNames;
    private int leavingCookie;
    private boolean stays;

    private DirectoryNotice(FileHandle directory, FileOwner owner) {
        this.directory = directory;
        this.owner = owner;
        mark.set(directory.path());
        directory.addWatch(this);
        JavaHeap.take(HEAP_BYTES);
    }

    /** What was asked for of an open directory; null for nothing. */
    public static DirectoryNotice of(FileHandle directory) {
        Watch one = directory.firstWatch();
        while (one != null && !(one instanceof DirectoryNotice)) {
            one = one.following();
        }
        return (DirectoryNotice) one;
    }

    public static boolean hasRoom() {
        return JavaHeap.hasRoom(HEAP_BYTES);
    }

    /** Asks for more; at first for anything. */
    public static void ask(FileHandle directory, FileOwner owner, int events) {
        DirectoryNotice notice = of(directory);
        notice = notice == null ? new DirectoryNotice(directory, owner) : notice;
        notice.wanted |= noticesOf(events);
        notice.tellsNames |= (events & RENAME) != 0;
        notice.stays |= (events & MULTISHOT) != 0;
    }

    /** As convert_arg() of Linux's dnotify. */
    private static int noticesOf(int events) {
        return ((events & ACCESS) != 0 ? Notices.ACCESS : 0) | ((events & MODIFY) != 0 ? Notices.MODIFY : 0)
                | ((events & CREATE) != 0 ? Notices.CREATE | Notices.MOVED_TO : 0)
                | ((events & DELETE) != 0 ? Notices.DELETE | Notices.MOVED_FROM : 0)
                | ((events & ATTRIB) != 0 ? Notices.ATTRIB : 0);
    }

    private void tell() {
        if (!stays) {
            end();
        }
        owner.message();
    }

    public void end() {
        directory.removeWatch(this);
        fileGone();
    }

    @Override
    protected void fileGone() {
        mark.unset();
        JavaHeap.give(HEAP_BYTES);
    }
}
