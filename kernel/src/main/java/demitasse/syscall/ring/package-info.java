/** io_uring_setup(2), io_uring_enter(2), io_uring_register(2): what a program says to a {@link demitasse.posix.ring.Ring}. */
package demitasse.syscall.ring;
