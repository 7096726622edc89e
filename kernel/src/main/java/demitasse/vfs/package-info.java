/**
 * The virtual file system: inodes, open files, names, mounts and path walking. Knows neither file descriptors nor user
 * memory: data moves through a {@link demitasse.vfs.Transfer}.
 */
package demitasse.vfs;
