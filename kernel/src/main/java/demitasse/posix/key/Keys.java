package demitasse.posix.key;

import static demitasse.base.error.Errno.EDEADLK;
import static demitasse.base.error.Errno.EDQUOT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EKEYREVOKED;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTDIR;

import demitasse.alloc.Allocator;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/** All keys of an instance by their serials, and what users may have of them, keyrings(7) "Quotas". */
public final class Keys {
    /** What /proc/sys/kernel/keys can say. */
    public static final int GC_DELAY = 0;
    public static final int MAX_BYTES = 1;
    public static final int MAX_KEYS = 2;
    public static final int ROOT_MAX_BYTES = 3;
    public static final int ROOT_MAX_KEYS = 4;
    public static final int PAYLOAD_BYTES_MAX = 32_767;
    /** How deep keyrings stand in each other, KEYRING_SEARCH_MAX_DEPTH. */
    static final int DEPTH_MAX = 6;
    /** KEYQUOTA_LINK_BYTES. */
    static final int LINK_BYTES = 4;
    private static final int FIRST_SERIAL = 3;
    private static final int NEGATIVE_S = 60;
    private static final long NS_PER_S = 1_000_000_000L;
    /** What a key takes of the kernel's heap, about. */
    private static final int KEY_BYTES = 256;

    private final Instance instance;
    private final int[] settings = {300, 20_000, 200, 25_000_000, 1_000_000};
    private Key first;
    private int epoch;

    public Keys(Instance instance) {
        this.instance = instance;
    }

    public long nowS() {
        return instance.platform().clock().realtimeNs() / NS_PER_S;
    }

    public int setting(int which) {
        return settings[which];
    }

    /** False when it is out of range. */
    public boolean set(int which, long value) {
        boolean possible = value >= 0 && value <= Integer.MAX_VALUE;
        if (possible) {
            settings[which] = (int) value;
        }
        return possible;
    }

    public Key first() {
        return first;
    }

    public Key after(Key key) {
        return key.next;
    }

    /** Null when there is none of that serial. */
    Key find(int serial) {
        Key key = first;
        while (key != null && key.serial != serial) {
            key = key.next;
        }
        return key;
    }

    /** A key with an empty payload that nothing links to yet; null where the quota of {@code uid} does not allow it. */
    Key make(int type, byte[] description, int uid, int gid, int rights, boolean mayOverrun) {
        int bytes = description.length + 1;
        if (!mayOverrun && (count(uid) + 1 > maxKeys(uid) || bytes(uid) + bytes > maxBytes(uid))) {
            return null;
        }
        if (!JavaHeap.hasRoom(KEY_BYTES + bytes)) {
            return null;
        }
        JavaHeap.take(KEY_BYTES + bytes);
        int serial;
        do {
            serial = (int) (instance.random().bits() >>> 33);
        } while (serial < FIRST_SERIAL || find(serial) != null);
        Key key = new Key(serial, type, description, uid, gid, rights);
        Key before = null;
        for (Key one = first; one != null && one.serial < serial; one = one.next) {
            before = one;
        }
        key.next = before == null ? first : before.next;
        if (before == null) {
            first = key;
        } else {
            before.next = key;
        }
        return key;
    }

    /**
     * add_key(2): a new key in a keyring that may be written to, or the one of the same type and name with another
     * payload.
     *
     * @param payload kernel memory
     * @return the serial, or -errno
     */
    public long add(Credentials who, Key keyring, boolean possessed, int type, byte[] name, long payload,
            int lengthBytes) {
        if (!keyring.isKeyring()) {
            return -ENOTDIR;
        }
        boolean filled = type != Key.KEYRING;
        if (filled ? lengthBytes <= 0 || lengthBytes > PAYLOAD_BYTES_MAX : lengthBytes != 0) {
            return -EINVAL;
        }
        collect();
        int error = mayLink(keyring, null, type, name);
        int index = keyring.indexOf(type, name);
        if (error == 0 && filled && index >= 0 && !keyring.links[index].revoked && !keyring.links[index].invalidated) {
            return update(who, keyring.links[index], possessed, payload, lengthBytes);
        }
        if (error < 0 || name.length == 0 || type == Key.LOGON && !isQualified(name)) {
            return error < 0 ? error : -EINVAL;
        }
        Key key = make(type, name, who.fsuid, who.fsgid, newRights(type), false);
        error = key == null ? -EDQUOT : filled ? fill(key, payload, lengthBytes, index < 0 ? LINK_BYTES : 0) : 0;
        if (error < 0) {
            return error;
        }
        keyring.addLink(key, index);
        return key.serial;
    }

    private long update(Credentials who, Key key, boolean possessed, long payload, int lengthBytes) {
        int error = key.allows(who, possessed, Key.WRITE);
        error = error < 0 ? error : fill(key, payload, lengthBytes);
        return error < 0 ? error : key.serial;
    }

    /** The name of a logon key begins with the name of a service and a colon, keyrings(7). */
    private static boolean isQualified(byte[] name) {
        int colon = 0;
        while (colon < name.length && name[colon] != ':') {
            colon++;
        }
        return colon > 0 && colon < name.length;
    }

    /** request_key(2) where nobody can make the key: one that says so for a minute. 0, or -errno of linking it. */
    public int addNegative(Credentials who, Key keyring, int type, byte[] name) {
        collect();
        int error = mayLink(keyring, null, type, name);
        Key key = error < 0 ? null : make(type, name, who.fsuid, who.fsgid, newRights(type), false);
        if (key == null) {
            return error < 0 ? error : -EDQUOT;
        }
        key.negative = true;
        key.expiresS = nowS() + NEGATIVE_S;
        keyring.addLink(key, keyring.indexOf(type, name));
        return 0;
    }

    private static int newRights(int type) {
        int possessor = Key.VIEW | Key.SEARCH | Key.LINK | Key.SETATTR | Key.WRITE | (type == Key.LOGON ? 0 : Key.READ);
        return possessor << Key.POSSESSOR_SHIFT | Key.VIEW << Key.USER_SHIFT;
    }

    /** Replaces the payload by bytes of kernel memory: 0, -EDQUOT, -ENOMEM or -EINVAL for what has to have one. */
    public int fill(Key key, long source, int lengthBytes) {
        return fill(key, source, lengthBytes, 0);
    }

    private int fill(Key key, long source, int lengthBytes, int linkBytes) {
        if (lengthBytes <= 0 || lengthBytes > PAYLOAD_BYTES_MAX) {
            return -EINVAL;
        }
        int more = lengthBytes - key.payloadBytes;
        if (more > 0 && bytes(key.uid) + more + linkBytes > maxBytes(key.uid)) {
            return -EDQUOT;
        }
        long copy = instance.smallMemory().allocate(lengthBytes, 1);
        if (copy == Allocator.NONE) {
            return -ENOMEM;
        }
        Memory.copy(source, copy, lengthBytes);
        empty(key);
        key.payload = copy;
        key.payloadBytes = lengthBytes;
        key.negative = false;
        key.expiresS = 0;
        return 0;
    }

    private void empty(Key key) {
        if (key.payload != Allocator.NONE) {
            instance.smallMemory().free(key.payload, key.payloadBytes);
        }
        key.payload = Allocator.NONE;
        key.payloadBytes = 0;
    }

    /** Whether a key that is not in it may be linked to a keyring: 0 or the errno of add_key(2) and keyctl(2). */
    int mayLink(Key keyring, Key key, int type, byte[] name) {
        if (!keyring.isKeyring()) {
            return -ENOTDIR;
        }
        if (keyring.revoked) {
            return -EKEYREVOKED;
        }
        if (key != null && key.isKeyring()) {
            int depth = depth(key, keyring, 0, new Object());
            if (depth < 0) {
                return depth;
            }
        }
        if (keyring.indexOf(type, name) >= 0) {
            return 0;
        }
        return bytes(keyring.uid) + LINK_BYTES > maxBytes(keyring.uid) ? -EDQUOT : keyring.hasRoom() ? 0 : -ENOMEM;
    }

    /** 0 unless a link to {@code key} in {@code keyring} makes a circle (-EDEADLK) or too long a way (-ELOOP). */
    private static int depth(Key key, Key keyring, int depth, Object walk) {
        if (key == keyring) {
            return -EDEADLK;
        }
        if (depth > DEPTH_MAX) {
            return -ELOOP;
        }
        int error = 0;
        boolean isNew = key.isNewTo(walk, depth, true);
        for (int i = 0; isNew && error == 0 && i < key.linkCount; i++) {
            error = key.links[i].isKeyring() ? depth(key.links[i], keyring, depth + 1, walk) : 0;
        }
        return error;
    }

    /** KEYCTL_LINK: in place of one of the same type and name. */
    public int link(Key keyring, Key key) {
        int error = mayLink(keyring, key, key.type, key.description);
        if (error == 0) {
            keyring.addLink(key, keyring.indexOf(key.type, key.description));
        }
        return error;
    }

    public int unlink(Key keyring, Key key) {
        if (!keyring.isKeyring()) {
            return -ENOTDIR;
        }
        for (int i = 0; i < keyring.linkCount; i++) {
            if (keyring.links[i] == key) {
                keyring.removeLink(i);
                return 0;
            }
        }
        return -ENOENT;
    }

    public int clear(Key keyring) {
        if (!keyring.isKeyring()) {
            return -ENOTDIR;
        }
        while (keyring.linkCount > 0) {
            keyring.removeLink(keyring.linkCount - 1);
        }
        return 0;
    }

    public void revoke(Key key) {
        if (!key.revoked) {
            key.revoked = true;
            key.revokedS = nowS();
            empty(key);
            if (key.isKeyring()) {
                clear(key);
            }
        }
    }

    public void invalidate(Key key) {
        key.invalidated = true;
    }

    /** KEYCTL_CHOWN: the new owner has to have room for it. */
    public int give(Key key, int uid) {
        if (count(uid) + 1 > maxKeys(uid) || bytes(uid) + key.quotaBytes() > maxBytes(uid)) {
            return -EDQUOT;
        }
        key.uid = uid;
        return 0;
    }

    /** How many keys count against the quota of a user. */
    public int count(int uid) {
        int count = 0;
        for (Key key = first; key != null; key = key.next) {
            count += key.uid == uid ? 1 : 0;
        }
        return count;
    }

    public int bytes(int uid) {
        int bytes = 0;
        for (Key key = first; key != null; key = key.next) {
            bytes += key.uid == uid ? key.quotaBytes() : 0;
        }
        return bytes;
    }

    public int maxKeys(int uid) {
        return settings[uid == 0 ? ROOT_MAX_KEYS : MAX_KEYS];
    }

    public int maxBytes(int uid) {
        return settings[uid == 0 ? ROOT_MAX_BYTES : MAX_BYTES];
    }

    /** What holds a key: links, and tasks whose own keyring it is. */
    public int uses(Key key) {
        int uses = key.ofUser ? 1 : 0;
        for (Key one = first; one != null; one = one.next) {
            for (int i = 0; i < one.linkCount; i++) {
                uses += one.links[i] == key ? 1 : 0;
            }
        }
        for (Process one = instance.processes().first(); one != null; one = instance.processes().after(one)) {
            for (Task task = one.firstTask(); task != null; task = one.taskAfter(task)) {
                Keyrings own = task.credentials().keyrings;
                uses += own.thread == key || own.process == key || own.session == key ? 1 : 0;
            }
        }
        return uses;
    }

    /** Drops what no task can reach, and links to what was invalidated or is long of no use. */
    public void collect() {
        epoch++;
        for (Key key = first; key != null; key = key.next) {
            if (key.ofUser) {
                reach(key);
            }
        }
        for (Process one = instance.processes().first(); one != null; one = instance.processes().after(one)) {
            for (Task task = one.firstTask(); task != null; task = one.taskAfter(task)) {
                reach(task.credentials().keyrings.thread);
                reach(task.credentials().keyrings.process);
                reach(task.credentials().keyrings.session);
            }
        }
        Key before = null;
        for (Key key = first; key != null; key = key.next) {
            if (key.epoch == epoch) {
                before = key;
                continue;
            }
            empty(key);
            JavaHeap.give(KEY_BYTES + key.description.length + 1 + key.linkHeapBytes());
            if (before == null) {
                first = key.next;
            } else {
                before.next = key.next;
            }
        }
    }

    /** Without recursion: keyrings that are linked from the outside inwards can form a chain as long as there are. */
    private void reach(Key start) {
        Key pending = push(start, null);
        long longAgoS = pending == null ? 0 : nowS() - settings[GC_DELAY];
        while (pending != null) {
            Key key = pending;
            pending = key.pending;
            key.pending = null;
            for (int i = key.linkCount - 1; i >= 0; i--) {
                Key inner = key.links[i];
                boolean old = inner.expiresS != 0 && inner.expiresS < longAgoS
                        || inner.revoked && inner.revokedS < longAgoS;
                if (inner.invalidated || old) {
                    key.removeLink(i);
                } else {
                    pending = push(inner, pending);
                }
            }
        }
    }

    private Key push(Key key, Key pending) {
        if (key == null || key.epoch == epoch) {
            return pending;
        }
        key.epoch = epoch;
        key.pending = pending;
        return key;
    }
}
