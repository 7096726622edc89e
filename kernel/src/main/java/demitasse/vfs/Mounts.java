package demitasse.vfs;

/** The mounted tree and path walking. The vfs helper fills this in. */
public final class Mounts {
}
