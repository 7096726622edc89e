package demitasse.tools.tree;

import demitasse.tools.DemiException;

/** A symbolic link; its target is a byte string. */
public final class SymbolicLink extends Node {
    /** PATH_MAX without the NUL, symlink(2). */
    public static final int TARGET_BYTES_MAX = 4095;

    private final String target;

    public SymbolicLink(Attributes attributes, String target) {
        super(attributes);
        if (target.isEmpty() || target.length() > TARGET_BYTES_MAX || target.indexOf('\0') >= 0) {
            throw new DemiException("a symbolic link has an empty, too long or broken target");
        }
        this.target = target;
    }

    public String target() {
        return target;
    }
}
