/**
 * A writable file system over a read-only one, after Linux Documentation/filesystems/overlayfs.rst: files are
 * copied up on the first change, removed names of the lower layer are whiteouts (character device 0/0), a
 * directory made in the place of a removed one is opaque.
 *
 * <p>Unlike there: what Linux keeps in "trusted.overlay" attributes (opaque, origin) is the upper file's
 * {@link demitasse.vfs.Inode#mark}; inode numbers stay the same over a copy-up, except for lower files with
 * several names, of which only the name that was used is copied. Renaming a directory that exists in the
 * lower layer answers EXDEV, as Linux does without redirect_dir; mv(1) and dpkg copy then. A file that is
 * open for reading goes on reading the lower one.
 *
 * <p>Objects stand for a name's file in use; what keeps an object alive keeps its directories alive, too.
 * Tests: a model (jqwik) and a table of the odd cases.
 */
package demitasse.fs.overlay;
