package demitasse.vfs;

/** A place in the mounted tree: which mount, and which directory entry in it. The vfs helper fills this in. */
public final class Path {
}
