/** System calls about the system as a whole, one class per man page; what they are about stands in {@code posix}. */
package demitasse.syscall.system;
