/**
 * Processes and tasks, and the {@link demitasse.posix.task.Call} that a system call handler works on. A
 * {@link demitasse.posix.task.Process} owns memory, descriptors and identity; a {@link demitasse.posix.task.Task} is a thread of
 * it.
 */
package demitasse.posix.task;
