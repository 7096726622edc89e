/** System calls about clocks and timers, one class per man page; what they are about stands in {@code posix}. */
package demitasse.syscall.time;
