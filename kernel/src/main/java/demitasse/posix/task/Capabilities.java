package demitasse.posix.task;

/** The capability sets of a task and its securebits, capabilities(7). Numbers of sets are bit masks. */
public final class Capabilities {
    public static final int CAP_CHOWN = 0;
    public static final int CAP_DAC_OVERRIDE = 1;
    public static final int CAP_DAC_READ_SEARCH = 2;
    public static final int CAP_FOWNER = 3;
    public static final int CAP_FSETID = 4;
    /** CAP_CHECKPOINT_RESTORE of Linux 5.9. */
    public static final int CAP_LAST = 40;

    /** SECBIT_NOROOT and its like; the bit above each locks it. */
    public static final int NO_ROOT = 1;
    public static final int NO_SETUID_FIXUP = 1 << 2;
    public static final int KEEP_CAPS = 1 << 4;
    public static final int NO_AMBIENT_RAISE = 1 << 6;
    public static final int SECURE_BITS = NO_ROOT | NO_SETUID_FIXUP | KEEP_CAPS | NO_AMBIENT_RAISE;
    public static final int SECURE_LOCKS = SECURE_BITS << 1;

    public static final long ALL = (1L << CAP_LAST + 1) - 1;
    private static final int CAP_LINUX_IMMUTABLE = 9;
    private static final int CAP_MKNOD = 27;
    private static final int CAP_MAC_OVERRIDE = 32;
    /** What comes and goes with the file system user, capabilities(7) "Effect of user ID changes". */
    private static final long OF_FILES = 1L << CAP_CHOWN | 1L << CAP_DAC_OVERRIDE | 1L << CAP_DAC_READ_SEARCH
            | 1L << CAP_FOWNER | 1L << CAP_FSETID | 1L << CAP_LINUX_IMMUTABLE | 1L << CAP_MKNOD
            | 1L << CAP_MAC_OVERRIDE;

    public long permitted = ALL;
    public long effective = ALL;
    public long inheritable;
    /** What execve(2) can still give. */
    public long bounding = ALL;
    public long ambient;
    public int secureBits;

    void copyFrom(Capabilities other) {
        permitted = other.permitted;
        effective = other.effective;
        inheritable = other.inheritable;
        bounding = other.bounding;
        ambient = other.ambient;
        secureBits = other.secureBits;
    }

    public boolean isSecure(int bit) {
        return (secureBits & bit) != 0;
    }

    /** What the first process of a user namespace has there, user_namespaces(7). */
    void fill() {
        permitted = ALL;
        effective = ALL;
        bounding = ALL;
        inheritable = 0;
        ambient = 0;
        secureBits = 0;
    }

    /** What an ordinary user has. */
    public void clear() {
        permitted = 0;
        effective = 0;
        ambient = 0;
    }

    /** capset(2), its rules checked already. */
    public void set(long newPermitted, long newEffective, long newInheritable) {
        permitted = newPermitted;
        effective = newEffective;
        inheritable = newInheritable;
        ambient &= newPermitted & newInheritable;
    }

    /** PR_CAP_AMBIENT_RAISE and _LOWER, prctl(2); what is raised is permitted and inheritable. */
    public void setAmbient(int capability, boolean raised) {
        long bit = 1L << capability;
        ambient = raised ? ambient | bit : ambient & ~bit;
    }

    /**
     * The user ids have changed, capabilities(7) "Effect of user ID changes on capabilities".
     *
     * @param wasRoot whether any of real, effective and saved id was 0; {@code isRoot} the same of now
     * @param effectiveWasRoot whether the effective id was 0; {@code effectiveIsRoot} the same of now
     */
    void usersChanged(boolean wasRoot, boolean isRoot, boolean effectiveWasRoot, boolean effectiveIsRoot) {
        if (isSecure(NO_SETUID_FIXUP)) {
            return;
        }
        if (wasRoot && !isRoot) {
            if (!isSecure(KEEP_CAPS)) {
                permitted = 0;
                effective = 0;
            }
            ambient = 0;
        }
        if (effectiveWasRoot && !effectiveIsRoot) {
            effective = 0;
        } else if (!effectiveWasRoot && effectiveIsRoot) {
            effective = permitted;
        }
    }

    /** setfsuid(2). */
    void fileUserChanged(boolean wasRoot, boolean isRoot) {
        if (isSecure(NO_SETUID_FIXUP) || wasRoot == isRoot) {
            return;
        }
        effective = isRoot ? effective | permitted & OF_FILES : effective & ~OF_FILES;
    }

    /** access(2): what the real user may do. */
    void asRealUser(boolean isRoot) {
        if (!isSecure(NO_SETUID_FIXUP)) {
            effective = isRoot ? permitted : 0;
        }
    }

    /**
     * Transformation during execve(2).
     *
     * @param realRoot whether the real id is 0; {@code effectiveRoot} the same of the effective one
     * @param keepsAmbient false when the program has a set-id bit that counts
     * @param limit what may be permitted at most
     * @param file what the file has; null for nothing
     */
    void execute(boolean realRoot, boolean effectiveRoot, boolean keepsAmbient, long limit, FileCapabilities file) {
        // Of a set-user-ID-root program with capabilities of its own only these count, capabilities(7).
        boolean privileged = !isSecure(NO_ROOT) && (realRoot || effectiveRoot && file == null);
        long given = file == null ? 0 : file.permitted & bounding | file.inheritable & inheritable;
        long ofFile = privileged ? bounding | inheritable : given;
        ambient = keepsAmbient && file == null ? ambient : 0;
        permitted = ofFile & limit | ambient;
        effective = privileged && effectiveRoot || file != null && file.effective ? permitted : ambient;
        secureBits &= ~KEEP_CAPS;
    }
}
