package demitasse.boot;

import demitasse.posix.task.Credentials;
import demitasse.vfs.Name;
import java.util.Arrays;

/** "UID:GID[:GID…]" in decimal; the tools have resolved names. */
final class UserSpec {
    private final Name text;
    private int position;

    UserSpec(Name text) {
        this.text = text;
    }

    /** False when the text is not of that form; then the credentials are not to be used. */
    boolean applyTo(Credentials credentials) {
        int uid = number();
        int gid = number();
        if (uid < 0 || gid < 0) {
            return false;
        }
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
            groups[count] = number();
            if (groups[count++] < 0) {
                return false;
            }
        }
        credentials.groups = Arrays.copyOf(groups, count);
        return true;
    }

    /** The next number, and over the colon behind it; -1 when there is none. */
    private int number() {
        int value = 0;
        int start = position;
        while (position < text.length() && text.at(position) != ':') {
            int digit = text.at(position) - '0';
            if (digit < 0 || digit > 9 || value > (Integer.MAX_VALUE - digit) / 10) {
                return -1;
            }
            value = value * 10 + digit;
            position++;
        }
        boolean empty = position == start;
        position++;
        return empty ? -1 : value;
    }
}
