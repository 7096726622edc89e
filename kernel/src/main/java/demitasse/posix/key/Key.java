package demitasse.posix.key;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EKEYEXPIRED;
import static demitasse.base.error.Errno.EKEYREVOKED;
import static demitasse.base.error.Errno.ENOKEY;

import demitasse.alloc.Allocator;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Text;
import demitasse.posix.task.Credentials;
import java.util.Arrays;

/** A key, or a keyring, which is a key with links to others: keyrings(7). Its payload stands in raw memory. */
public final class Key {
    public static final int KEYRING = 0;
    public static final int USER = 1;
    /** As {@link #USER}, but never read. */
    public static final int LOGON = 2;
    /** No type that the kernel has. */
    public static final int UNKNOWN = -1;
    private static final String[] TYPES = {"keyring", "user", "logon"};

    public static final int VIEW = 1;
    public static final int READ = 2;
    public static final int WRITE = 4;
    public static final int SEARCH = 8;
    public static final int LINK = 16;
    public static final int SETATTR = 32;
    static final int ALL = 63;
    static final int POSSESSOR_SHIFT = 24;
    static final int USER_SHIFT = 16;
    private static final int GROUP_SHIFT = 8;
    /** What may stand in {@link #rights}. */
    public static final int RIGHTS = ALL * 0x0101_0101;

    private static final int OVERFLOW_GID = 65_534;
    private static final Key[] NONE = new Key[0];
    private static final int LINKS_MIN = 4;
    private static final int REFERENCE_BYTES = 8;

    public final int serial;
    public final int type;
    final byte[] description;
    public int uid;
    public int gid;
    /** Those of its possessor, its user, its group and others, a byte each. */
    public int rights;
    boolean revoked;
    boolean invalidated;
    /** One of the two keyrings of a user, which stay; and whether it is that of sessions, whoever owns it now. */
    boolean ofUser;
    boolean ofUserSession;
    int userUid;
    /** A negative key: its type had nobody to make it. */
    boolean negative;
    /** Seconds since the epoch; 0 for never. */
    public long expiresS;
    long revokedS;
    long payload = Allocator.NONE;
    int payloadBytes;
    Key[] links = NONE;
    int linkCount;
    /** The last collection that reached it, and the next one whose links that has to follow. */
    int epoch;
    Key pending;
    /** The next one in {@link Keys}, by serial. */
    Key next;
    /** The last walk through keyrings that came by, and how far from its start that was. */
    private Object walk;
    private int walkDepth;

    Key(int serial, int type, byte[] description, int uid, int gid, int rights) {
        this.serial = serial;
        this.type = type;
        this.description = description;
        this.uid = uid;
        this.gid = gid;
        this.rights = rights;
    }

    /**
     * Whether a walk has not come by yet, or may have missed something here because it has a limit of depth. Without
     * this it would take all the ways between keyrings that are linked to each other, whose number is a power.
     *
     * @param by which walk
     * @param depth how far from its start
     * @param deeper whether being here further from the start shows more, else nearer
     */
    boolean isNewTo(Object by, int depth, boolean deeper) {
        if (walk == by && (deeper ? depth <= walkDepth : depth >= walkDepth)) {
            return false;
        }
        walk = by;
        walkDepth = depth;
        return true;
    }

    /** The type of a name; {@link #UNKNOWN}. */
    public static int typeOf(byte[] name) {
        for (int i = 0; i < TYPES.length; i++) {
            boolean same = TYPES[i].length() == name.length;
            for (int at = 0; same && at < name.length; at++) {
                same = TYPES[i].charAt(at) == name[at];
            }
            if (same) {
                return i;
            }
        }
        return UNKNOWN;
    }

    public boolean isRevoked() {
        return revoked;
    }

    public boolean isInvalidated() {
        return invalidated;
    }

    public boolean isNegative() {
        return negative;
    }

    public boolean isKeyring() {
        return type == KEYRING;
    }

    public String typeName() {
        return TYPES[type];
    }

    boolean isCalled(int otherType, byte[] name) {
        return type == otherType && Arrays.equals(description, name);
    }

    /** Where the bytes stand that {@link #payloadBytes} counts. */
    public long payload() {
        return payload;
    }

    public int payloadBytes() {
        return payloadBytes;
    }

    public int linkCount() {
        return linkCount;
    }

    public Key link(int index) {
        return links[index];
    }

    public void describe(Text out) {
        for (byte one : description) {
            out.character(one & 0xff);
        }
    }

    /** No group is shown as that of who has no name here, user_namespaces(7) overflowgid. */
    public int shownGid(Credentials reader) {
        return gid == -1 ? OVERFLOW_GID : reader.shownGid(gid);
    }

    /** What it counts against the quota of its user: its name, payload and links. */
    int quotaBytes() {
        return description.length + 1 + payloadBytes + linkCount * Keys.LINK_BYTES;
    }

    /** 0 or -EACCES. */
    public int allows(Credentials who, boolean possessed, int need) {
        boolean member = (rights & ALL << GROUP_SHIFT) != 0 && who.isMember(gid);
        int granted = rights >>> (uid == who.fsuid ? USER_SHIFT : member ? GROUP_SHIFT : 0);
        granted |= possessed ? rights >>> POSSESSOR_SHIFT : 0;
        return (granted & need) == need ? 0 : -EACCES;
    }

    /** 0; -ENOKEY, -EKEYREVOKED or -EKEYEXPIRED. */
    public int validity(long nowS) {
        if (invalidated) {
            return -ENOKEY;
        }
        return revoked ? -EKEYREVOKED : expiresS != 0 && nowS >= expiresS ? -EKEYEXPIRED : 0;
    }

    /** The place of a link to a key of a type and name; -1. */
    int indexOf(int otherType, byte[] name) {
        for (int i = 0; i < linkCount; i++) {
            if (links[i].isCalled(otherType, name)) {
                return i;
            }
        }
        return -1;
    }

    void removeLink(int index) {
        linkCount--;
        for (int i = index; i < linkCount; i++) {
            links[i] = links[i + 1];
        }
        links[linkCount] = null;
    }

    /** Whether there is room on the heap for one link more. */
    boolean hasRoom() {
        return linkCount < links.length || JavaHeap.hasRoom((long) Math.max(LINKS_MIN, linkCount) * REFERENCE_BYTES);
    }

    /** What the links take of the heap, about: nobody reaches the key any more. */
    long linkHeapBytes() {
        return (long) links.length * REFERENCE_BYTES;
    }

    /** A link takes the place of that to a key of the same type and name. */
    void addLink(Key key, int index) {
        if (index >= 0) {
            links[index] = key;
            return;
        }
        if (linkCount == links.length) {
            int more = Math.max(LINKS_MIN, linkCount);
            JavaHeap.take((long) more * REFERENCE_BYTES);
            links = Arrays.copyOf(links, linkCount + more);
        }
        links[linkCount++] = key;
    }
}
