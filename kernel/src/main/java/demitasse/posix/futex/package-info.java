/**
 * Futexes, futex(7): the queues behind the locks of programs ({@link demitasse.posix.futex.Futexes}), locks that the
 * kernel hands on ({@link demitasse.posix.futex.FutexLocks}) and what happens to locks whose owner has died
 * ({@link demitasse.posix.futex.RobustList}). User code never runs while the kernel does, so comparing a futex's value
 * and queueing for it are one step.
 */
package demitasse.posix.futex;
