/**
 * How the kernel fails: an {@link demitasse.base.error.Errno} for what a program did, a
 * {@link demitasse.base.error.Panic} for what the kernel got wrong.
 */
package demitasse.base.error;
