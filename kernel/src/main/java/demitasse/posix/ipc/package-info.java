/**
 * System V interprocess communication, sysvipc(7): shared memory, semaphores, message queues; and the message queues of
 * POSIX, mq_overview(7). All objects of an IPC namespace hang on one {@link demitasse.posix.ipc.Ipc}.
 *
 * <p>Invariants: an identifier is index + 32768 × sequence, so one of a removed object is not mistaken for its
 * successor's; who waits for an object is woken when it goes and finds {@code isRemoved} true;
 * attachments of shared memory are counted by the mappings of the segment, so fork, exec, exit and munmap(2) of a part
 * count as on Linux; what a process did with SEM_UNDO is undone with its end.
 *
 * <p>Bytes of messages stand in raw memory; tests: {@code test/conformance/sysv_*.c} and {@code posix_queues.c}.
 */
package demitasse.posix.ipc;
