/**
 * A reader of EROFS images (Linux Documentation/filesystems/erofs.rst, fs/erofs/erofs_fs.h): uncompressed,
 * blocks of 4 KiB, one device, extended attributes ignored. What it cannot read it refuses with ENOTSUP.
 *
 * <p>The image stands in memory and may lie. An inode is checked when its object is made, chunk and directory
 * entries when they are used; whatever points outside is EUCLEAN, and {@link demitasse.fs.erofs.Image}
 * asserts every access. Pages are mapped right from the image. Tests: images written by hand, and images with
 * random damage.
 */
package demitasse.fs.erofs;
