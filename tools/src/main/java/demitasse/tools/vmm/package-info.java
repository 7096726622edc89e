/**
 * Starts a kernel on an image and stands between it and the user: standard streams, terminal, signals, exit
 * status.
 *
 * <p>What a run is, is an {@link demitasse.tools.vmm.InstanceSpec}; each {@link demitasse.tools.vmm.Vmm}
 * turns it into one host command line, a pure function that golden tests pin down, and runs it.
 *
 * <ul>
 * <li>{@link demitasse.tools.vmm.LinuxProcess}: the kernel is an ordinary process. Without a terminal on
 *     standard input this process <i>becomes</i> the kernel by execve(2): no Java stays behind, signals and
 *     exit status need no forwarding. With one it stays, to put the terminal back as it was.
 * <li>{@link demitasse.tools.vmm.Qemu}: a virtual machine. All its streams are UNIX sockets in a private
 *     directory, served by this process: program, standard error, control, log, serial line.
 * </ul>
 *
 * <p>Where this process stays, signals that are the program's are passed on from before the program starts. Java cannot
 * handle SIGQUIT; {@link demitasse.tools.vmm.Signals} says how it is done all the same. What this process has started
 * ends with it, even by SIGKILL; then the terminal stays raw and a directory in {@code /tmp} is left.
 *
 * <p>Control port, one line each. Guest to host: {@code exit N}. Host to guest: {@code signal N},
 * {@code size ROWS COLUMNS}, {@code eof N} (standard input ended after N bytes in all).
 */
package demitasse.tools.vmm;
