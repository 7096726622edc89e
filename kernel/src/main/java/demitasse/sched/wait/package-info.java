/**
 * Waiting. A {@link demitasse.sched.wait.Waiter} on a {@link demitasse.sched.wait.WaitQueue} is called once and is
 * then off the queue; who still waits registers again. Nobody blocks inside the kernel.
 */
package demitasse.sched.wait;
