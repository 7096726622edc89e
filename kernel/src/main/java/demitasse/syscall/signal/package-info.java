/** System calls about signals, one class per man page; what they are about stands in {@code posix}. */
package demitasse.syscall.signal;
