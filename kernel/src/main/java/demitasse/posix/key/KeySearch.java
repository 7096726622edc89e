package demitasse.posix.key;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EKEYEXPIRED;
import static demitasse.base.error.Errno.EKEYREVOKED;
import static demitasse.base.error.Errno.ENOKEY;
import static demitasse.base.error.Errno.ENOTDIR;

import demitasse.posix.task.Credentials;

/**
 * Looks for a key in a keyring and in those linked to it, as keyring_search_rcu() of Linux's security/keys does: only
 * where all on the way grant searching.
 */
public final class KeySearch {
    private final Credentials who;
    private final long nowS;
    /** One key, whatever its state; null for any of a type and name that is fit for use. */
    private final Key wanted;
    private final int type;
    private final byte[] name;
    /** One that is too old counts as absent, so that somebody is asked for a new one, request_key(2). */
    boolean ignoresExpired;
    private int error;
    private boolean skipped;

    public KeySearch(Credentials who, long nowS, int type, byte[] name) {
        this.who = who;
        this.nowS = nowS;
        this.wanted = null;
        this.type = type;
        this.name = name;
    }

    KeySearch(Credentials who, Key wanted) {
        this.who = who;
        this.nowS = 0;
        this.wanted = wanted;
        this.type = wanted.type;
        this.name = wanted.description;
    }

    /** Why nothing was found: -EAGAIN when there is nothing, -ENOKEY for a negative key, or what was in the way. */
    public int error() {
        return error;
    }

    /** Null when it is not found. */
    public Key in(Key keyring, boolean possessed) {
        error = -EAGAIN;
        if (!keyring.isKeyring() || keyring.allows(who, possessed, Key.SEARCH) < 0) {
            error = keyring.isKeyring() ? -EACCES : -ENOTDIR;
            return null;
        }
        if (keyring.isCalled(type, name)) {
            Key itself = checked(keyring, possessed);
            if (itself != null || skipped) {
                return itself;
            }
        }
        return below(keyring, possessed, 0, new Object());
    }

    private Key below(Key keyring, boolean possessed, int depth, Object walk) {
        if (keyring.revoked || keyring.invalidated || !keyring.isNewTo(walk, depth, false)) {
            return null;
        }
        int index = keyring.indexOf(type, name);
        Key found = index < 0 ? null : checked(keyring.links[index], possessed);
        for (int i = 0; found == null && depth < Keys.DEPTH_MAX && i < keyring.linkCount; i++) {
            Key inner = keyring.links[i];
            if (inner.isKeyring() && inner.allows(who, possessed, Key.SEARCH) == 0) {
                found = below(inner, possessed, depth + 1, walk);
            }
        }
        return found;
    }

    /** The key, or null with the reason why it does not count. */
    private Key checked(Key key, boolean possessed) {
        skipped = false;
        if (wanted != null) {
            return key == wanted && key.allows(who, possessed, Key.SEARCH) == 0 ? key : null;
        }
        int validity = key.validity(nowS);
        boolean expired = validity == -EKEYEXPIRED;
        if (validity < 0) {
            error = !expired ? -EKEYREVOKED : ignoresExpired ? error : -EKEYEXPIRED;
            skipped = true;
        } else if (key.allows(who, possessed, Key.SEARCH) < 0) {
            error = -EACCES;
            skipped = true;
        } else if (key.negative) {
            error = -ENOKEY;
            skipped = true;
        }
        return skipped ? null : key;
    }

    /** Searches those of a task, the thread's first; of errors an absent or negative key counts more than others. */
    Key inAll(Keyrings own, Key userSession) {
        Key session = own.session == null ? userSession : own.session;
        int absent = 0;
        int other = -EAGAIN;
        for (int i = 0; i < 3; i++) {
            Key keyring = i == 0 ? own.thread : i == 1 ? own.process : session;
            Key found = keyring == null ? null : in(keyring, true);
            if (found != null) {
                return found;
            }
            if (keyring == null) {
                continue;
            }
            if (error == -ENOKEY || error == -EAGAIN && absent == 0) {
                absent = error;
            } else if (error != -EAGAIN) {
                other = error;
            }
        }
        error = absent != 0 ? absent : other;
        return null;
    }
}
