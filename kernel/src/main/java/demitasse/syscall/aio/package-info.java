/** io_setup(2), io_submit(2), io_getevents(2), io_cancel(2), io_destroy(2): the way to {@link demitasse.posix.aio}. */
package demitasse.syscall.aio;
