/**
 * The event loop. There is one kernel stack: {@link demitasse.sched.loop.Loop} takes interrupts, expires timers and
 * gives each {@link demitasse.sched.loop.Schedulable} its turn; nothing else ever runs. What a task does in its turn
 * is {@code posix.task}'s business.
 *
 * <p>Invariants: a Schedulable is on one queue at most, once; a turn ends by itself at the latest when the platform's
 * alarm rings; the loop sleeps only when nobody is runnable, and does its {@link demitasse.sched.loop.IdleWork} then.
 */
package demitasse.sched.loop;
