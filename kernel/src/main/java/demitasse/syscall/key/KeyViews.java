package demitasse.syscall.key;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.ENOKEY;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.posix.key.Key;
import demitasse.posix.key.KeyLookup;
import demitasse.posix.task.Call;

/** What keyctl(2) tells of keys. Each option answers how many bytes there are, and copies none of too many. */
final class KeyViews {
    /** A description is up to a page long, and the numbers before it. */
    private static final int TEXT_BYTES = 4096 + 64;

    private final Call call;
    private final KeyLookup lookup;

    KeyViews(Call call, KeyLookup lookup) {
        this.call = call;
        this.lookup = lookup;
    }

    long describe(int id, long buffer, long length) {
        Key key = lookup.present(id, Key.VIEW, false);
        if (key == null) {
            return lookup.error();
        }
        Text text = new Text().set(call.scratch(TEXT_BYTES), TEXT_BYTES);
        int uid = call.credentials().shownUid(key.uid);
        int gid = key.shownGid(call.credentials());
        text.add(key.typeName()).character(';').number(uid).character(';').number(gid).character(';').padHex(
                Integer.toUnsignedLong(key.rights), 8).character(';');
        key.describe(text);
        text.character(0);
        return give(text.address(), text.length(), buffer, length);
    }

    /** Without a security module there is no label: an empty text, which is copied as far as there is room. */
    long security(int id, long buffer, long length) {
        if (lookup.present(id, Key.VIEW, false) == null) {
            return lookup.error();
        }
        long empty = call.scratch(1);
        Memory.putByte(empty, (byte) 0);
        return give(empty, 1, buffer, length);
    }

    long read(int id, long buffer, long length) {
        Key key = lookup.any(id, false);
        if (key == null || key.isNegative()) {
            return -ENOKEY;
        }
        boolean granted = key.allows(call.credentials(), lookup.isPossessed(), Key.READ) == 0;
        if (!granted && !lookup.isPossessed()) {
            return -EACCES;
        }
        int validity = key.validity(call.instance().keys().nowS());
        if (validity < 0) {
            return validity;
        }
        if (key.type == Key.LOGON) {
            return -EOPNOTSUPP;
        }
        return key.isKeyring() ? readKeyring(key, buffer, length)
                : give(key.payload(), key.payloadBytes(), buffer, length);
    }

    private long readKeyring(Key keyring, long buffer, long length) {
        int bytes = keyring.linkCount() * Integer.BYTES;
        long word = call.scratch(Integer.BYTES);
        for (int i = 0; buffer != 0 && length >= bytes && i < keyring.linkCount(); i++) {
            Memory.putInt(word, keyring.link(i).serial);
            if (call.process().memory().copyOut(word, buffer + (long) i * Integer.BYTES, Integer.BYTES) < 0) {
                return -EFAULT;
            }
        }
        return bytes;
    }

    private long give(long source, int bytes, long buffer, long length) {
        boolean copies = buffer != 0 && Long.compareUnsigned(length, bytes) >= 0 && bytes > 0;
        return copies && call.process().memory().copyOut(source, buffer, bytes) < 0 ? -EFAULT : bytes;
    }
}
