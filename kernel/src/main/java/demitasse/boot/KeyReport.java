package demitasse.boot;

import demitasse.base.memory.Text;
import demitasse.posix.key.Key;
import demitasse.posix.key.KeyLookup;
import demitasse.posix.key.Keys;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Task;

/** /proc/keys and /proc/key-users, keyrings(7): of users that the reader has a number for, by that. */
final class KeyReport {
    private static final int MINUTE_S = 60;
    private static final int HOUR_S = 60 * MINUTE_S;
    private static final int DAY_S = 24 * HOUR_S;
    private static final int WEEK_S = 7 * DAY_S;
    private static final int TYPE_WIDTH = 9;

    private final Text out;
    private final Keys keys;
    private final Task reader;
    private final Credentials who;

    KeyReport(Text out, Keys keys, Task reader) {
        this.out = out;
        this.keys = keys;
        this.reader = reader;
        who = reader.credentials();
        keys.collect();
    }

    /** A line for each key that the reader may view. */
    void list() {
        KeyLookup lookup = new KeyLookup(keys, reader);
        for (Key key = keys.first(); key != null; key = keys.after(key)) {
            if (isKnown(key.uid) && key.allows(who, lookup.possesses(key), Key.VIEW) == 0) {
                line(key);
            }
        }
    }

    private boolean isKnown(int uid) {
        return who.users == null || who.users.knowsUid(uid);
    }

    private void line(Key key) {
        out.padHex(key.serial, 8).add(" I").character(key.isRevoked() ? 'R' : '-').add("-Q-")
                .character(key.isNegative() ? 'N' : '-').character(key.isInvalidated() ? 'i' : '-').character(' ')
                .number(keys.uses(key), 5, ' ').character(' ');
        expiry(key);
        out.character(' ').padHex(Integer.toUnsignedLong(key.rights), 8).character(' ')
                .number(who.shownUid(key.uid), 5, ' ').character(' ').number(key.shownGid(who), 5, ' ').character(' ');
        int start = out.length();
        out.add(key.typeName()).padTo(start, TYPE_WIDTH).character(' ');
        key.describe(out);
        if (!key.isKeyring() && !key.isNegative()) {
            out.add(": ").number(key.payloadBytes());
        } else if (key.isKeyring() && key.linkCount() == 0) {
            out.add(": empty");
        } else if (key.isKeyring()) {
            out.add(": ").number(key.linkCount());
        }
        out.newline();
    }

    private void expiry(Key key) {
        long leftS = key.expiresS - keys.nowS();
        if (key.expiresS == 0 || leftS <= 0) {
            out.add(key.expiresS == 0 ? "perm" : "expd");
            return;
        }
        int unit = leftS < MINUTE_S ? 1 : leftS < HOUR_S ? MINUTE_S : leftS < DAY_S ? HOUR_S
                : leftS < WEEK_S ? DAY_S : WEEK_S;
        long count = leftS / unit;
        out.number(count, 3, ' ').character(unit == 1 ? 's' : unit == MINUTE_S ? 'm' : unit == HOUR_S ? 'h'
                : unit == DAY_S ? 'd' : 'w');
    }

    /** A line for root and each other user that has a key. */
    void users() {
        user(0);
        long last = 0;
        while (true) {
            long next = Long.MAX_VALUE;
            for (Key key = keys.first(); key != null; key = keys.after(key)) {
                long uid = Integer.toUnsignedLong(key.uid);
                next = uid > last && uid < next ? uid : next;
            }
            if (next == Long.MAX_VALUE) {
                return;
            }
            user((int) next);
            last = next;
        }
    }

    private void user(int uid) {
        if (!isKnown(uid)) {
            return;
        }
        int count = keys.count(uid);
        out.number(Integer.toUnsignedLong(who.shownUid(uid)), 5, ' ').add(": ").number(count + 1, 5, ' ').character(' ')
                .number(count).character('/').number(count).character(' ')
                .number(count).character('/').number(keys.maxKeys(uid)).character(' ')
                .number(keys.bytes(uid)).character('/').number(keys.maxBytes(uid)).newline();
    }
}
