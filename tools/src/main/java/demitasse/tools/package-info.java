/**
 * The host side of Demitasse: from a SOURCE to a root file system image, and from an image to a running
 * instance.
 *
 * <p>{@code source} turns what the user names (directory, tar, OCI layout, Debian packages) into a
 * {@code tree}; {@code erofs} writes a tree as one file system image; {@code cache} keeps images by content;
 * {@code vmm} starts a kernel on an image; {@code cli} is the {@code demi} command. Nothing here imports the
 * kernel or a platform: the contract with them is a kernel ELF, an EROFS image and one command line.
 *
 * <p>Every failure that a user can cause is a {@link demitasse.tools.DemiException} holding one sentence.
 */
package demitasse.tools;
