/**
 * Processes and tasks, and the {@link demitasse.posix.task.Call} that a system call handler works on.
 *
 * <p>A {@link demitasse.posix.task.Process} owns memory, descriptors, identity and signal handlers; a
 * {@link demitasse.posix.task.Task} is a thread of it: registers and a call in flight. {@link
 * demitasse.posix.task.Instance} is what all of them share. A task's turn ({@code Task.step}) runs user code and
 * serves its traps until its call parks, it dies, or an interrupt asks for room; what stands in the way of user code
 * is one word, so the way back from a system call is one test.
 *
 * <p>Invariants: a parked task is on no run queue; a task that was killed runs no user code any more; the wake-up
 * that a dying task took is passed on; a process ends with its last task, and the instance with its
 * program ({@code Processes.program}).
 *
 * <p>Memory is counted by the processes that use it, since a child of vfork(2) borrows its parent's
 * ({@link demitasse.posix.task.Cloning}). fork(2) needs only a copy of {@code UserSpace}: {@code Cloning.child} does
 * the rest.
 *
 * <p>To test: {@code testing.TestSystem} runs lists of traps as programs; {@code CallTest} holds the rules of
 * retrying one by one, {@code WaitingSimulationTest} races them by seed.
 */
package demitasse.posix.task;
