/**
 * Reads tar archives front to back: POSIX ustar and pax interchange format (pax(1), "EXTENDED DESCRIPTION"),
 * GNU long names and binary numbers, old V7. Not read: sparse files, multi-volume archives (refused with a
 * sentence).
 *
 * <p>Names are byte strings (see {@code demitasse.tools.tree}). Archives are not trusted: every number is
 * checked, what is kept in memory is bounded, and an archive that ends without its end mark is truncated. Any
 * input gives entries or a {@link demitasse.tools.DemiException}, never another exception; a fuzz test looks
 * after that.
 */
package demitasse.tools.tar;
