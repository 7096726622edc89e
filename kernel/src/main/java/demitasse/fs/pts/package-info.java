/**
 * devpts, pts(4): the nodes of pseudo-terminals below /dev/pts, each named by its number, and ptmx. What the nodes lead
 * to is opened through {@link demitasse.vfs.SpecialFiles}, as for the nodes of any file system; who makes the terminals
 * adds and removes them here.
 */
package demitasse.fs.pts;
