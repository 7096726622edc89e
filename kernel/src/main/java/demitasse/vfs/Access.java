package demitasse.vfs;

/** Who asks: credentials(7) as far as files are concerned. */
public interface Access {
    int READ = 4;
    int WRITE = 2;
    int EXECUTE = 1;

    /** Whether the file system user may use the file in the given way (bits of READ, WRITE, EXECUTE). */
    boolean allows(Stat file, int mode);

    /** CAP_DAC_OVERRIDE: directories may be searched and read whatever their mode. */
    boolean overrides();

    /** CAP_FOWNER or the owner: may chmod, utimes, and delete in sticky directories. */
    boolean owns(Stat file);

    /** Whether it may make what runs as a group: a member, or CAP_FSETID. */
    boolean mayRunAs(int gid);

    int fileUid();

    int fileGid();
}
