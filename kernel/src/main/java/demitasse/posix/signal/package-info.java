/**
 * Signals: sending ({@link demitasse.posix.signal.Signals}), waiting ({@link demitasse.posix.signal.PendingSignals}),
 * delivering ({@link demitasse.posix.signal.Delivery}, {@link demitasse.posix.signal.SignalFrame}), and the faults of a
 * program that become signals ({@link demitasse.posix.signal.Faults}).
 *
 * <p>A signal is delivered only when its task is about to run user code. It interrupts a parked call by waking it with
 * SIGNALLED; the call answers an internal errno, and {@code Delivery} alone decides between EINTR, a restart after the
 * handler, and going on with the call as if nothing had been (when no handler runs).
 *
 * <p>RLIMIT_SIGPENDING counts what waits for all processes of a user ({@link demitasse.posix.signal.SignalInfoPool});
 * RLIMIT_CPU is a timer like the others ({@link demitasse.posix.signal.ProcessTimers}).
 *
 * <p>The first process dies by the default action of a signal like any other, see {@code Delivery.act}, unless it is
 * the kernel's own init, which is sent none. Signals that dump core have their effect only here, never when they are
 * sent: {@code posix.debug.CoreDump} needs the registers of the task.
 */
package demitasse.posix.signal;
