package demitasse.boot;

import demitasse.posix.task.Credentials;
import demitasse.vfs.Name;
import java.util.Arrays;

/** "UID:GID[:GID…]" in decimal; the tools have resolved names. */
final class UserSpec {
    /** All ones stand for no user. */
    private static final long ID_MAX = 0xffff_fffeL;

    private final Name text;
    private int position;

    UserSpec(Name text) {
        this.text = text;
    }

    /** False when the text is not of that form; then the credentials are not to be used. */
    boolean applyTo(Credentials credentials) {
        long firstUid = number();
        long firstGid = number();
        if (firstUid < 0 || firstGid < 0) {
            return false;
        }
        int uid = (int) firstUid;
        int gid = (int) firstGid;
        credentials.uid = uid;
        credentials.euid = uid;
        credentials.suid = uid;
        credentials.fsuid = uid;
        credentials.gid = gid;
        credentials.egid = gid;
        credentials.sgid = gid;
        credentials.fsgid = gid;
        if (uid != 0) {
            credentials.capabilities.clear();
        }
        int[] groups = new int[text.length()];
        int count = 0;
        while (position < text.length()) {
            long group = number();
            if (group < 0) {
                return false;
            }
            groups[count++] = (int) group;
        }
        credentials.groups = Arrays.copyOf(groups, count);
        return true;
    }

    /** The next number, and over the colon behind it; -1 when there is none. */
    private long number() {
        long value = 0;
        int start = position;
        while (position < text.length() && text.at(position) != ':') {
            int digit = text.at(position) - '0';
            value = value * 10 + digit;
            if (digit < 0 || digit > 9 || value > ID_MAX) {
                return -1;
            }
            position++;
        }
        boolean empty = position == start;
        position++;
        return empty ? -1 : value;
    }
}
