/**
 * What debuggers work with: tracing, ptrace(2), and core dumps, core(5).
 *
 * <p>A traced task has a {@link demitasse.posix.debug.Tracee}; {@link demitasse.posix.debug.Tracing} knows them all. A
 * task asks its tracee at every place where ptrace(2) has a stop: before and after a system call, before a signal is
 * delivered, in clone, execve and exit, and when its process is stopped. It then is on no run queue until its tracer
 * lets it go on. To an untraced task this costs one comparison of a system call, with a word that is at hand.
 *
 * <p>What is told is what Linux tells: -ENOSYS in rax before a call, -ERESTARTSYS where a signal interrupts one. A call
 * that was interrupted for the tracer alone goes on where it was, unless the tracer has changed the registers.
 *
 * <p>Memory is read through {@code posix.memory.DebugAccess}, and places in the program through
 * {@code AddressSpace.programAddress}: neither shows what a platform has patched. A step over an instruction that is
 * a stub now ends where the instruction would have ended.
 *
 * <p>A core ({@link demitasse.posix.debug.CoreDump}) is written in one go while nothing else runs, as far as
 * RLIMIT_CORE and the file system allow; what was never touched stays a hole.
 *
 * <p>Debug registers ({@link demitasse.posix.debug.DebugRegisters}) are loaded with a task's turn where the platform
 * has any; on {@code linux} the host keeps them.
 *
 * <p>To test: {@code test/conformance/ptrace.c} and {@code core_dump.c}, which pass on Linux too; gdb and strace of
 * Debian in {@code test/apps}.
 */
@ColdPath("somebody debugs")
package demitasse.posix.debug;

import demitasse.base.annotation.ColdPath;
