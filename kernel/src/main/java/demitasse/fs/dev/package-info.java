/**
 * Devices: what stands behind the character device nodes of any file system, mem(4), null(4), random(4), tty(4),
 * kmsg. The nodes themselves live in a tmpfs that boot fills; opening one comes here through {@link
 * demitasse.vfs.SpecialFiles}.
 */
package demitasse.fs.dev;
