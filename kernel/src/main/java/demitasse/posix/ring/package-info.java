/**
 * io_uring(7): requests that a program submits and does not wait for.
 *
 * <p>A {@link demitasse.posix.ring.Ring} owns the memory that it shares with its program and the requests in flight.
 * Most requests are system calls ({@link demitasse.posix.ring.CallRequest}): a {@link demitasse.posix.task.Call} of
 * their own runs the very handler that the call has, and when it parks it is retried in turns of its own, {@link
 * demitasse.posix.task.DetachedWork}. Which call a submission entry means is decided in {@code syscall.ring}.
 *
 * <p>There are no threads: a ring with IORING_SETUP_SQPOLL has a poller that always sleeps and is woken by
 * io_uring_enter(2), which the interface allows it to do. Completions are posted from turns, never from within the
 * wake-up of a queue, for somebody may wait for the ring there.
 *
 * <p>To test: {@code test/conformance/rings.c}; liburing's own tests run as they are.
 */
package demitasse.posix.ring;
