/**
 * Futexes, futex(7): the queues behind the locks of programs ({@link demitasse.posix.futex.Futexes}) and what happens
 * to locks whose owner has died ({@link demitasse.posix.futex.RobustList}). User code never runs while the kernel
 * does, so comparing a futex's value and queueing for it are one step.
 */
package demitasse.posix.futex;
