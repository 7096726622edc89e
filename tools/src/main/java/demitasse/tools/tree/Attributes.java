package demitasse.tools.tree;

/** What every inode has: the low twelve mode bits, owner and time of last change. */
public record Attributes(int permissions, int uid, int gid, long mtimeSeconds, int mtimeNs) {
    private static final int PERMISSION_MASK = 07777;
    private static final int NS_MAX = 999_999_999;

    public Attributes {
        permissions &= PERMISSION_MASK;
        mtimeNs = Math.clamp(mtimeNs, 0, NS_MAX);
    }

    /** Root's, at time 0: for what no source describes, so that images stay the same from build to build. */
    public static Attributes ofRoot(int permissions) {
        return new Attributes(permissions, 0, 0, 0, 0);
    }
}
