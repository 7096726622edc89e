package demitasse.vfs;

import demitasse.base.collect.Ref;

/**
 * What stands behind FIFOs, device nodes and sockets in any file system: a file system that is asked to
 * {@link Inode#open} such a node passes it on to this.
 */
public interface SpecialFiles {
    /**
     * @param node the FIFO or device node; equal objects are the same FIFO
     * @param what its filled stat: type in {@code mode}, {@code deviceNumber}
     * @return 0 and the handle in {@code out} (whose {@link FileHandle#opened} may still have to become 0);
     *         -ENXIO for a device that is not there and for sockets; -ENOMEM
     */
    int open(Inode node, Stat what, int flags, Path path, Ref<FileHandle> out);
}
