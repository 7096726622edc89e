/** Timers of the event loop, in nanoseconds of the monotonic clock. */
package demitasse.sched.timer;
