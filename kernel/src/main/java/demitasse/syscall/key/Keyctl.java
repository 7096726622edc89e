package demitasse.syscall.key;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOKEY;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.key.Key;
import demitasse.posix.key.KeyLookup;
import demitasse.posix.key.KeySearch;
import demitasse.posix.key.Keyrings;
import demitasse.posix.key.Keys;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** keyctl(2), but for what tells of keys ({@link KeyViews}). */
final class Keyctl {
    private static final int GET_KEYRING_ID = 0;
    private static final int JOIN_SESSION_KEYRING = 1;
    private static final int UPDATE = 2;
    private static final int REVOKE = 3;
    private static final int CHOWN = 4;
    private static final int SETPERM = 5;
    private static final int DESCRIBE = 6;
    private static final int CLEAR = 7;
    private static final int LINK = 8;
    private static final int UNLINK = 9;
    private static final int SEARCH = 10;
    private static final int READ = 11;
    private static final int INSTANTIATE = 12;
    private static final int NEGATE = 13;
    private static final int SET_REQKEY_KEYRING = 14;
    private static final int SET_TIMEOUT = 15;
    private static final int ASSUME_AUTHORITY = 16;
    private static final int GET_SECURITY = 17;
    private static final int REJECT = 19;
    private static final int INSTANTIATE_IOV = 20;
    private static final int INVALIDATE = 21;
    private static final int PAGE_BYTES = 4096;

    private final Call call;
    private final Keys keys;
    private final KeyLookup lookup;

    private Keyctl(Call call) {
        this.call = call;
        keys = call.instance().keys();
        lookup = new KeyLookup(keys, call.task());
    }

    @Syscall(value = "keyctl", rejects = {"KEYCTL_SESSION_TO_PARENT", "KEYCTL_GET_PERSISTENT",
            "KEYCTL_DH_COMPUTE", "KEYCTL_PKEY_*", "KEYCTL_RESTRICT_KEYRING", "KEYCTL_MOVE",
            "KEYCTL_CAPABILITIES", "KEYCTL_WATCH_KEY"}, note = "Nobody has the authority to make a key for others.")
    static long keyctl(Call call, int option, long a, long b, long c, long d) {
        return new Keyctl(call).option(option, a, b, c, d);
    }

    private long option(int option, long a, long b, long c, long d) {
        int id = (int) a;
        return switch (option) {
            case GET_KEYRING_ID -> serial(lookup.usable(id, Key.SEARCH, (int) b != 0));
            case JOIN_SESSION_KEYRING -> join(a);
            case UPDATE -> update(id, b, c);
            case REVOKE -> revoke(id);
            case CHOWN -> chown(id, (int) b, (int) c);
            case SETPERM -> setRights(id, (int) b);
            case CLEAR -> clear(id);
            case LINK -> link(id, (int) b);
            case UNLINK -> unlink(id, (int) b);
            case SEARCH -> search(id, b, c, (int) d);
            case SET_REQKEY_KEYRING -> setDestination(id);
            case SET_TIMEOUT -> setTimeout(id, (int) b);
            case ASSUME_AUTHORITY -> id < 0 ? -EINVAL : id == 0 ? 0 : -ENOKEY;
            case INSTANTIATE, NEGATE, REJECT, INSTANTIATE_IOV -> -EPERM;
            case INVALIDATE -> invalidate(id);
            case DESCRIBE -> new KeyViews(call, lookup).describe(id, b, c);
            case READ -> new KeyViews(call, lookup).read(id, b, c);
            case GET_SECURITY -> new KeyViews(call, lookup).security(id, b, c);
            default -> -EOPNOTSUPP;
        };
    }

    private long serial(Key key) {
        return key == null ? lookup.error() : key.serial;
    }

    private long join(long address) {
        KeyNames names = new KeyNames(call);
        byte[] name = address == 0 ? null : names.name(address);
        if (names.error < 0) {
            return names.error;
        }
        return name != null && name.length > 0 && name[0] == '.' ? -EPERM : serial(lookup.join(name));
    }

    private long update(int id, long payload, long length) {
        if (Long.compareUnsigned(length, PAGE_BYTES) > 0) {
            return -EINVAL;
        }
        long copy = call.scratch(PAGE_BYTES);
        if (call.process().memory().copyIn(payload, copy, (int) length) < 0) {
            return -EFAULT;
        }
        Key key = lookup.usable(id, Key.WRITE, false);
        if (key == null) {
            return lookup.error();
        }
        return key.isKeyring() ? -EOPNOTSUPP : keys.fill(key, copy, (int) length);
    }

    private long revoke(int id) {
        Key key = lookup.usable(id, Key.WRITE, false);
        if (key == null && lookup.error() == -EACCES) {
            key = lookup.usable(id, Key.SETATTR, false);
        }
        if (key == null) {
            return lookup.error();
        }
        keys.revoke(key);
        return 0;
    }

    private long chown(int id, int user, int group) {
        Credentials who = call.credentials();
        int uid = who.uidOf(user);
        int gid = who.gidOf(group);
        if (user != -1 && uid == -1 || group != -1 && gid == -1) {
            return -EINVAL;
        }
        if (uid == -1 && gid == -1) {
            return 0;
        }
        Key key = lookup.present(id, Key.SETATTR, true);
        if (key == null) {
            return lookup.error();
        }
        boolean foreign = uid != -1 && uid != key.uid || gid != -1 && gid != key.gid && !who.isMember(gid);
        if (foreign && !who.may(Credentials.CAP_SYS_ADMIN, null)) {
            return -EACCES;
        }
        int error = uid != -1 && uid != key.uid ? keys.give(key, uid) : 0;
        if (error == 0 && gid != -1) {
            key.gid = gid;
        }
        return error;
    }

    private long setRights(int id, int rights) {
        if ((rights & ~Key.RIGHTS) != 0) {
            return -EINVAL;
        }
        Key key = lookup.present(id, Key.SETATTR, true);
        if (key == null) {
            return lookup.error();
        }
        if (key.uid != call.credentials().fsuid && !call.credentials().may(Credentials.CAP_SYS_ADMIN, null)) {
            return -EACCES;
        }
        key.rights = rights;
        return 0;
    }

    private long clear(int id) {
        Key keyring = lookup.usable(id, Key.WRITE, true);
        return keyring == null ? lookup.error() : keys.clear(keyring);
    }

    private long link(int id, int ring) {
        Key keyring = lookup.usable(ring, Key.WRITE);
        Key key = keyring == null ? null : lookup.usable(id, Key.LINK);
        return key == null ? lookup.error() : keys.link(keyring, key);
    }

    private long unlink(int id, int ring) {
        Key keyring = lookup.usable(ring, Key.WRITE, false);
        Key key = keyring == null ? null : lookup.any(id, false);
        return key == null ? lookup.error() : keys.unlink(keyring, key);
    }

    private long search(int ring, long typeName, long description, int wanted) {
        KeyNames names = new KeyNames(call);
        int type = names.type(typeName);
        byte[] name = names.error < 0 ? null : names.name(description);
        if (name == null) {
            return names.error;
        }
        Key keyring = lookup.usable(ring, Key.SEARCH, false);
        boolean possessed = lookup.isPossessed();
        Key target = keyring == null || wanted == 0 ? null : lookup.usable(wanted, Key.WRITE);
        if (keyring == null || wanted != 0 && target == null) {
            return lookup.error();
        }
        if (type == Key.UNKNOWN) {
            return -ENOKEY;
        }
        KeySearch search = new KeySearch(call.credentials(), keys.nowS(), type, name);
        Key found = search.in(keyring, possessed);
        if (found == null) {
            return search.error() == -EAGAIN ? -ENOKEY : search.error();
        }
        return target == null ? found.serial : RequestKey.linked(call, target, found, possessed);
    }

    private long setDestination(int which) {
        int before = call.credentials().keyrings.destination;
        if (which == -1) {
            return before;
        }
        if (which < 0 || which > Keyrings.TO_USER_SESSION) {
            return -EINVAL;
        }
        int error = lookup.setDestination(which);
        return error < 0 ? error : before;
    }

    private long setTimeout(int id, int seconds) {
        Key key = lookup.present(id, Key.SETATTR, true);
        if (key == null) {
            return lookup.error();
        }
        key.expiresS = seconds == 0 ? 0 : keys.nowS() + Integer.toUnsignedLong(seconds);
        return 0;
    }

    private long invalidate(int id) {
        Key key = lookup.usable(id, Key.SEARCH, false);
        if (key == null) {
            return lookup.error();
        }
        keys.invalidate(key);
        return 0;
    }
}
