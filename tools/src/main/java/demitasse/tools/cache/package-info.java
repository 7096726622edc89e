/**
 * Root file system images by content, so that a second run unpacks nothing.
 *
 * <p>Under {@code ${XDG_CACHE_HOME:-$HOME/.cache}/demitasse}:
 * {@code images/sha256-HEX.erofs} the images, read-only;
 * {@code index/HEX.json} one {@link demitasse.tools.cache.ImageEntry} for each source key, HEX being the
 * key's SHA-256; {@code locks/X} what concurrent builders of one source wait on; {@code temporary/} what is
 * being written; {@code apt/} what the Debian source keeps.
 *
 * <p>Invariants: a file under {@code images} or {@code index} appears only whole, by rename; an entry is
 * believed only if its image has the size, inode and time it had when it was written (else its digest is
 * computed again), and starts with a good superblock. Whatever is not right is removed and built anew. Images
 * of running programs may be removed: the kernel holds them open.
 */
package demitasse.tools.cache;
