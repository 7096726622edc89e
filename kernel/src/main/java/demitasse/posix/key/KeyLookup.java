package demitasse.posix.key;

import static demitasse.base.error.Errno.EDQUOT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOKEY;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.ColdPath;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Task;
import java.util.Arrays;

/** What a task means by the number of a key, keyctl(2); lookup_user_key() of Linux's security/keys. */
public final class KeyLookup {
    public static final int THREAD_KEYRING = -1;
    public static final int PROCESS_KEYRING = -2;
    public static final int SESSION_KEYRING = -3;
    public static final int USER_KEYRING = -4;
    public static final int USER_SESSION_KEYRING = -5;
    public static final int GROUP_KEYRING = -6;
    private static final int AUTHORISATION_KEY = -7;
    private static final int REQUESTOR_KEYRING = -8;

    private static final int OWNED = Key.ALL << Key.POSSESSOR_SHIFT | Key.VIEW << Key.USER_SHIFT;
    private static final int OF_SESSION = OWNED | Key.READ << Key.USER_SHIFT;
    private static final int OF_USER = (Key.ALL & ~Key.SETATTR) << Key.POSSESSOR_SHIFT | Key.ALL << Key.USER_SHIFT;

    private final Keys keys;
    private final Task task;
    private int error;
    private boolean possessed;

    public KeyLookup(Keys keys, Task task) {
        this.keys = keys;
        this.task = task;
    }

    /** Why there was no key. */
    public int error() {
        return error;
    }

    /** Whether the key found last is one that the task has in its keyrings. */
    public boolean isPossessed() {
        return possessed;
    }

    /** A key that is fit for use and grants {@code need}; keyrings of the task itself are made when there are none. */
    public Key usable(int id, int need) {
        return usable(id, need, true);
    }

    public Key usable(int id, int need, boolean makes) {
        Key key = any(id, makes);
        if (key == null) {
            return null;
        }
        error = key.negative ? -ENOKEY : key.validity(keys.nowS());
        return granted(key, need);
    }

    /** The same for a key that may be negative. */
    public Key present(int id, int need, boolean makes) {
        Key key = any(id, makes);
        if (key == null) {
            return null;
        }
        error = key.validity(keys.nowS());
        return granted(key, need);
    }

    private Key granted(Key key, int need) {
        if (error == 0) {
            error = key.allows(task.credentials(), possessed, need);
        }
        return error < 0 ? null : key;
    }

    /** A key in whatever state. */
    public Key any(int id, boolean makes) {
        possessed = true;
        Keyrings own = task.credentials().keyrings;
        Key key = null;
        error = -ENOKEY;
        switch (id) {
            case THREAD_KEYRING:
                return own.thread == null && makes ? makeOwn(true) : own.thread;
            case PROCESS_KEYRING:
                return own.process == null && makes ? makeOwn(false) : own.process;
            case SESSION_KEYRING:
                return session(own, makes);
            case USER_KEYRING:
                return userKeyring(false);
            case USER_SESSION_KEYRING:
                return userKeyring(true);
            case AUTHORISATION_KEY, REQUESTOR_KEYRING:
                return null;
            default:
                break;
        }
        if (id < 1) {
            error = -EINVAL;
            return null;
        }
        keys.collect();
        key = keys.find(id);
        possessed = key != null && possesses(key);
        return key;
    }

    /** Whether the task has a key in its keyrings. */
    public boolean possesses(Key key) {
        return new KeySearch(task.credentials(), key).inAll(task.credentials().keyrings, existing(true)) != null;
    }

    /** One that is fit for use, of a type and name; null with the {@link #error} of request_key(2). */
    public Key search(int type, byte[] name) {
        KeySearch search = new KeySearch(task.credentials(), keys.nowS(), type, name);
        search.ignoresExpired = true;
        Key found = search.inAll(task.credentials().keyrings, existing(true));
        error = search.error();
        possessed = true;
        return found;
    }

    /** Where request_key(2) puts what it makes, when it is not told. */
    public Key destination() {
        Keyrings own = task.credentials().keyrings;
        int which = own.destination;
        Key keyring = null;
        if (which <= Keyrings.TO_THREAD) {
            keyring = own.thread;
        }
        if (keyring == null && which <= Keyrings.TO_PROCESS) {
            keyring = own.process;
        }
        if (keyring == null && which <= Keyrings.TO_SESSION) {
            keyring = own.session;
        }
        return keyring != null ? keyring : userKeyring(which != Keyrings.TO_USER);
    }

    private Key makeOwn(boolean ofThread) {
        Keyrings own = task.credentials().keyrings;
        Key made = makeOwn(keys, task.credentials(), ofThread);
        error = made == null ? -ENOMEM : 0;
        if (made != null) {
            install(new Keyrings(ofThread ? made : own.thread, ofThread ? own.process : made, own.session,
                    own.destination));
        }
        return made;
    }

    private static Key makeOwn(Keys keys, Credentials who, boolean ofThread) {
        return keys.make(Key.KEYRING, bytes(ofThread ? "_tid" : "_pid"), who.uid, who.gid, OWNED, true);
    }

    /** What a thread has whose maker has a keyring of its own: one as well. */
    @ColdPath("threads with keyrings of their own are rare")
    public static Keyrings ofNewThread(Keys keys, Credentials maker) {
        // Else nobody drops those of threads that have ended, as long as keys are not asked for.
        keys.collect();
        Keyrings left = maker.keyrings.inherited(true);
        return new Keyrings(makeOwn(keys, maker, true), left.process, left.session, left.destination);
    }

    /** There is always one: who has none is in that of the user, until it is to hold something. */
    private Key session(Keyrings own, boolean makes) {
        Key ofUser = userKeyring(true);
        if (own.session != null && (own.session != ofUser || !makes)) {
            return own.session;
        }
        Key keyring = makes ? makeSession() : ofUser;
        if (keyring != null) {
            install(task.credentials().keyrings.withSession(keyring));
        }
        return keyring;
    }

    private Key makeSession() {
        Credentials who = task.credentials();
        error = -EDQUOT;
        return keys.make(Key.KEYRING, bytes("_ses"), who.uid, who.gid, OF_SESSION, who.keyrings.session == null);
    }

    /** KEYCTL_JOIN_SESSION_KEYRING: one of that name, or a new one; null for a new one without a name. */
    public Key join(byte[] name) {
        keys.collect();
        Credentials who = task.credentials();
        Key keyring = null;
        if (name == null) {
            keyring = makeSession();
        } else {
            for (Key one = keys.first(); one != null && keyring == null; one = keys.after(one)) {
                boolean named = one.isCalled(Key.KEYRING, name) && !one.revoked;
                keyring = named && one.allows(who, false, Key.SEARCH) == 0 ? one : null;
            }
            if (keyring == null) {
                error = -EDQUOT;
                int rights = OF_SESSION | Key.LINK << Key.USER_SHIFT;
                keyring = keys.make(Key.KEYRING, name, who.uid, who.gid, rights, false);
            }
        }
        if (keyring != null) {
            install(who.keyrings.withSession(keyring));
        }
        return keyring;
    }

    /** KEYCTL_SET_REQKEY_KEYRING, known to be a number for it: 0 or -errno. */
    public int setDestination(int which) {
        boolean own = which == Keyrings.TO_THREAD || which == Keyrings.TO_PROCESS;
        if (own && any(which == Keyrings.TO_THREAD ? THREAD_KEYRING : PROCESS_KEYRING, true) == null) {
            return error;
        }
        install(task.credentials().keyrings.withDestination(which));
        return 0;
    }

    private void install(Keyrings changed) {
        Credentials twin = task.credentials().copy();
        twin.keyrings = changed;
        task.changeCredentials(twin);
    }

    /** One of the two of the user, which are made together: the session's has a link to the other. */
    private Key userKeyring(boolean ofSession) {
        Key there = existing(ofSession);
        if (there != null) {
            return there;
        }
        int uid = task.credentials().uid;
        Key user = keys.make(Key.KEYRING, name("_uid.", uid), uid, -1, OF_USER, true);
        Key session = keys.make(Key.KEYRING, name("_uid_ses.", uid), uid, -1, OF_USER, true);
        if (user == null || session == null) {
            error = -ENOMEM;
            return null;
        }
        user.ofUser = true;
        session.ofUser = true;
        session.ofUserSession = true;
        user.userUid = uid;
        session.userUid = uid;
        session.addLink(user, -1);
        return ofSession ? session : user;
    }

    private Key existing(boolean ofSession) {
        int uid = task.credentials().uid;
        Key key = keys.first();
        while (key != null && !(key.ofUser && key.ofUserSession == ofSession && key.userUid == uid)) {
            key = keys.after(key);
        }
        return key;
    }

    private static byte[] name(String prefix, int uid) {
        int digits = 1;
        for (long rest = Integer.toUnsignedLong(uid); rest >= 10; rest /= 10) {
            digits++;
        }
        byte[] name = Arrays.copyOf(bytes(prefix), prefix.length() + digits);
        long rest = Integer.toUnsignedLong(uid);
        for (int i = name.length - 1; i >= prefix.length(); i--) {
            name[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return name;
    }

    private static byte[] bytes(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        return bytes;
    }
}
