package demitasse.posix.terminal;

import demitasse.vfs.Inode;

/** Where pseudo-terminals are found by name: devpts, pts(4). */
public interface PtyNodes {
    /** A new terminal has this number: its node, or null without memory. */
    Inode add(int number, int uid);

    /** The terminal is gone. */
    void remove(int number);
}
