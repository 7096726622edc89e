/**
 * What a descriptor can stand for besides a file of a file system: pipes and FIFOs,
 * eventfd, timerfd, signalfd, epoll; and the table of descriptors itself. {@link demitasse.posix.file.FileOwner} turns
 * what happens to any of them into SIGIO. Locks and leases of files, F_NOTIFY of directories,
 * inotify and fanotify stand here too.
 *
 * <p>Every object is a {@link demitasse.vfs.FileHandle}: it never blocks, answers -EAGAIN and wakes its queue. An
 * object wakes on every change that turns a bit of its readiness on, and for data also on data that is added to data,
 * so that edge-triggered epoll sees each arrival. What the objects share (pages, timers, clock) is in {@link
 * demitasse.posix.file.Files}.
 *
 * <p>To test: everything runs on HotSpot with simulated memory; user buffers are {@link demitasse.vfs.KernelTransfer}s.
 */
package demitasse.posix.file;
