/** io_uring_setup(2), io_uring_enter(2), io_uring_register(2): what is said to a {@link demitasse.posix.ring.Ring}. */
package demitasse.syscall.ring;
