/** System calls about processes, threads and identities, one class per man page; the objects are {@code posix}. */
package demitasse.syscall.process;
