/**
 * The linux platform: an instance is an ordinary process of a Linux host, sealed by seccomp(2).
 *
 * <p>Programs and kernel share the address space: programs below {@code USER_END}, the kernel (a static-PIE
 * without libc) above. There is no wall between them; the wall is around the process, in the filter of {@code
 * seal.c}, which leaves no host system call that would hurt when a program makes it by jumping into the gate.
 *
 * <p>A system call of a program reaches the kernel in one of two ways. {@link
 * demitasse.platform.linux.TextPatcher} replaces the usual instruction sequences by jumps (about 6 ns both
 * ways) after the second call from one of them; everything else is trapped by the filter and arrives as SIGSYS
 * (about 700 ns). Faults and alarms arrive as signals too. {@code trap.c} turns signals into what {@code run}
 * answers, {@code crossing.S} does the jumping, and no signal handler ever returns.
 *
 * <p>Memory of programs is one memory file, RAM, and the image file, mapped page by page:
 * {@link demitasse.platform.linux.LinuxAddressSpace} keeps page tables for the kernel's own look-ups and
 * repeats every change to the host. One address space at a time is mapped in a host process. Programs that take turns
 * get host processes of their own, which share the kernel's memory and of which one is active
 * ({@link demitasse.platform.linux.HostProcesses}, {@code processes.c}, decision 15).
 *
 * <p>What it is not: protection of the kernel from its program (a program can only ruin its own instance),
 * and multi-processor.
 *
 * <p>Tests: the Java parts on HotSpot; the C parts by {@code src/test/c/traps.c} and a small assembly, which
 * the tests compile and run.
 */
package demitasse.platform.linux;
