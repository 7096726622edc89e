/**
 * The contract between the kernel and what stands under it: a Linux process, a virtual machine, or the simulator.
 *
 * <p>A <em>frame</em> is the kernel address of one 4 KiB page of physical memory. The kernel reads and writes user
 * memory only through frames, so it never faults. Time comes in nanoseconds of {@link
 * demitasse.machine.Clock#monotonicNs()} unless a name says otherwise.
 */
package demitasse.machine;
