/**
 * A root file system in memory: names, attributes and where each file's bytes are, but never the bytes
 * themselves.
 *
 * <p>Names and symbolic link targets are byte strings, as in Linux. They are kept as {@code String}s in which
 * one char is one byte (ISO 8859-1): no name is lost or changed by a character set, and
 * {@code String.compareTo} is the byte order that EROFS wants. Hard links are the same
 * {@link demitasse.tools.tree.RegularFile} under several names.
 *
 * <p>{@link demitasse.tools.tree.FileTree} is where hostile archives are stopped: it refuses names that climb
 * out, resolves symbolic links inside the tree only, and has a bound on everything.
 */
package demitasse.tools.tree;
