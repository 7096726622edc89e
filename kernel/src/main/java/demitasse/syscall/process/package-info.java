/** System calls about processes, threads and identities, one class per man page; what they are about stands in {@code posix}. */
package demitasse.syscall.process;
