/**
 * System calls about memory: one class per man page. They check their arguments in the order of Linux and
 * leave the work to {@link demitasse.posix.memory}.
 */
package demitasse.syscall.memory;
