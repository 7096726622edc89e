package demitasse.vfs;

/** What can happen to a file, with the bits of inotify(7). */
public final class Notices {
    public static final int ACCESS = 1;
    public static final int MODIFY = 2;
    public static final int ATTRIB = 4;
    public static final int CLOSE_WRITE = 8;
    public static final int CLOSE_NOWRITE = 0x10;
    public static final int OPEN = 0x20;
    public static final int MOVED_FROM = 0x40;
    public static final int MOVED_TO = 0x80;
    public static final int CREATE = 0x100;
    public static final int DELETE = 0x200;
    public static final int DELETE_SELF = 0x400;
    public static final int MOVE_SELF = 0x800;
    public static final int ALL = 0xfff;
    /** A program was opened to be executed, fanotify(7); beside {@link #OPEN}. */
    public static final int OPEN_EXEC = 0x1000;
    public static final int UNMOUNT = 0x2000;
    public static final int IGNORED = 0x8000;
    public static final int ISDIR = 0x4000_0000;
    /** What a watched directory is told about the files in it. */
    static final int OF_CHILDREN = ACCESS | MODIFY | ATTRIB | CLOSE_WRITE | CLOSE_NOWRITE | OPEN;

    private Notices() {
    }
}
