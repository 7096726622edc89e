package demitasse.tools.tree;

/** A device, named pipe or socket. */
public final class SpecialFile extends Node {
    /** What it is; the numbers are inode(7)'s S_IFMT bits. */
    public enum Kind {
        PIPE(0010000), CHARACTER(0020000), BLOCK(0060000), SOCKET(0140000);

        private final int modeBits;

        Kind(int modeBits) {
            this.modeBits = modeBits;
        }

        public int modeBits() {
            return modeBits;
        }
    }

    private final Kind kind;
    private final int major;
    private final int minor;

    /** Major and minor are 0 for pipes and sockets. */
    public SpecialFile(Attributes attributes, Kind kind, int major, int minor) {
        super(attributes);
        this.kind = kind;
        this.major = major;
        this.minor = minor;
    }

    public Kind kind() {
        return kind;
    }

    public int major() {
        return major;
    }

    public int minor() {
        return minor;
    }
}
