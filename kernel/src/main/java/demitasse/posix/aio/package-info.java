/**
 * io_submit(2) and its relatives, Linux's native asynchronous input and output. An {@link
 * demitasse.posix.aio.AioContext} is known by the address of a page, as on Linux, where it is the place of a ring of
 * events; libaio looks there for a magic number, does not find it, and makes the system call.
 *
 * <p>A request is a system call that nobody waits for, {@link demitasse.posix.task.DetachedWork}: unlike on Linux one
 * that must wait for a pipe or socket does not hold up io_submit(2).
 */
package demitasse.posix.aio;
