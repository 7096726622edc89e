/**
 * The virtual file system: inodes, open files, names, mounts and path walking. Knows neither file descriptors
 * nor user memory: data moves through a {@link demitasse.vfs.Transfer}.
 *
 * <p>An {@link demitasse.vfs.Inode} is a file. An {@link demitasse.vfs.Entry} is a name that was looked up:
 * entries make a tree, each holds its parent and its inode, and the cache of them is bounded; so a file
 * system makes inode objects only for what is used. A {@link demitasse.vfs.Path} is a variable for a place in
 * the mounted tree and holds what it points at: its owner clears it. {@link demitasse.vfs.Mounts} is the
 * tree, {@link demitasse.vfs.PathWalk} resolves paths in it, {@link demitasse.vfs.TreeChanges} changes its names
 * and {@link demitasse.vfs.MountChanges} its mounts; a mount may show a part of a file system that others show too.
 * Rights are checked here, against the {@link demitasse.vfs.Access} of who asks; file systems check none. All
 * changes of names go through here, so what is cached is true; a file system whose names change by themselves
 * says so in {@link demitasse.vfs.FileSystem#cachesNames}.
 *
 * <p>Bytes of names stand in kernel memory, never in Strings. This package and those below {@code fs} belong
 * to the ring that uses raw {@link demitasse.base.memory.Memory}.
 */
package demitasse.vfs;
