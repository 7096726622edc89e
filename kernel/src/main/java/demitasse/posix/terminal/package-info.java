/**
 * Terminals: the console of the instance and pseudo-terminals, pty(7), with one line discipline for both, termios(3).
 *
 * <p>A {@link demitasse.posix.terminal.Terminal} is what programs read, write and set up. What is at the other end of
 * its {@link demitasse.posix.terminal.TerminalLine} is the host's terminal (which is raw, so that everything happens
 * here) or the master of a {@link demitasse.posix.terminal.Pty}. Sessions and job control, credentials(7) and
 * tty_ioctl(4), are in {@link demitasse.posix.terminal.TerminalSession}; {@link
 * demitasse.posix.terminal.ConsoleFiles} are the standard streams, terminals or not.
 *
 * <p>Invariants: a process' controlling terminal is that of its session, or none; a terminal that was hung up stays
 * dead for those who had it open; nothing that a program was told is written is lost.
 *
 * <p>To test: {@code TerminalTest} and {@code PtyTest} on HotSpot with simulated memory; sessions by the conformance
 * programs {@code tty_*} and {@code session_*}.
 */
package demitasse.posix.terminal;
