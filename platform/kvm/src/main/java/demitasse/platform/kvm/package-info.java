/**
 * The kernel as a virtual machine, booted by PVH: QEMU microvm and q35, Firecracker, Cloud Hypervisor.
 *
 * <p>The C side under {@code src/main/c} brings the CPU from the loader to Java's main, crosses to ring 3 and back,
 * notes interrupts as bits, reads the clock and prints panics. What remains is here: {@link
 * demitasse.platform.kvm.KvmPlatform} puts it together for the kernel, {@link demitasse.platform.kvm.KvmConsole}
 * chooses between virtio-console and the serial line.
 *
 * <h2>Memory</h2>
 * <pre>
 *   0000000000010000  programs, one top-level table each
 *   ffff800000000000  direct map of all RAM and of the devices; a frame is an address in here
 *   ffffffff80000000  the image: text, constants, data, stacks with guard pages
 * </pre>
 * No address below 64 KiB is ever mapped, so null traps. Text is never writable and data never executable.
 *
 * <h2>The host's side</h2>
 * Command line as boot.CommandLine says, and {@code epoch=}, the time since 1970 in nanoseconds, because microvm has no
 * real-time clock. The virtio-console ports by number: 0 standard input and output, 1 standard error, 2 control, 3 log
 * and strace. Control lines, guest to host: {@code exit N}; host to guest: {@code signal N}, {@code size ROWS COLUMNS},
 * {@code eof BYTES} when standard input has ended and how long it was. Without virtio-console the serial line carries
 * all of it and its last line is {@code demitasse: exit N}. A panic is always on the serial line.
 *
 * <h2>Tests</h2>
 * {@code src/test} compiles a small image and boots it in QEMU: every kind of trap, the clock, the guard pages and W^X.
 */
package demitasse.platform.kvm;
