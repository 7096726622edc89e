package demitasse.fs.tmp;

/**
 * A file as it stands in kernel memory. A file that nobody uses is this record and no Java object, so that a
 * directory of a hundred thousand files does not weigh on the collector.
 *
 * <pre>
 *   0 int mode, and flags << 16    4 int links     8 int uid      12 int gid
 *  16 size         24 accessNs     32 modifyNs     40 changeNs    48 birthNs
 *  56 number       64 deviceNumber 72 mark         80 root, of pages, slots or text
 *  regular:    88 int height   96 frames
 *  directory:  88 int slot capacity  92 int slots used  96 int live  100 int index capacity
 *             104 index        112 next cookie  120 parent record
 * </pre>
 */
final class NodeLayout {
    static final int BYTES = 128;

    static final int MODE = 0;
    static final int LINKS = 4;
    static final int UID = 8;
    static final int GID = 12;
    static final int SIZE = 16;
    static final int ACCESS = 24;
    static final int MODIFY = 32;
    static final int CHANGE = 40;
    static final int BIRTH = 48;
    static final int NUMBER = 56;
    static final int DEVICE = 64;
    static final int MARK = 72;
    /** The page tree of a regular file, the text of a symbolic link, the slots of a directory. */
    static final int ROOT = 80;

    static final int HEIGHT = 88;
    static final int FRAMES = 96;

    static final int SLOT_CAPACITY = 88;
    static final int SLOTS_USED = 92;
    static final int LIVE = 96;
    static final int INDEX_CAPACITY = 100;
    static final int INDEX = 104;
    static final int NEXT_COOKIE = 112;
    static final int PARENT = 120;

    private NodeLayout() {
    }
}
