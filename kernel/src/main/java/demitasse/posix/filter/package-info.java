/**
 * System calls that are restricted by programs of classic BPF, seccomp(2).
 *
 * <p>A restricted task has a {@link demitasse.posix.filter.SyscallFilter}, the newest of a chain that is shared with
 * the tasks it has made. Before a system call it asks {@link demitasse.posix.filter.Confinement} whether the call may
 * be made; to other tasks this costs nothing, since the bit that says so is in the word that is looked at anyway.
 *
 * <p>A program is checked once ({@link demitasse.net.wire.ClassicBpf}) and then interpreted: it has no loops, so a
 * run takes no more steps than it has instructions.
 *
 * <p>What the kernel does for a call that was interrupted and goes on is not judged again. Requests of io_uring are no
 * system calls, as on Linux. Not here: listeners (SECCOMP_FILTER_FLAG_NEW_LISTENER).
 *
 * <p>To test: {@code test/conformance/seccomp.c}, which passes on Linux too.
 */
package demitasse.posix.filter;
