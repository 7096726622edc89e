/**
 * Puts an instance together and runs it: the only place that knows everything.
 *
 * <p>An assembly constructs its platform and calls {@link demitasse.boot.Boot#run}. The order of the start is that of
 * the methods there: command line, memory, log, files, root file system, first process, loop. A start that fails says
 * why in one sentence on standard error and ends the instance with {@link demitasse.boot.Boot#STATUS_NOT_STARTED}, or
 * with 126 or 127 as a shell does when the program cannot be executed or found.
 *
 * <p>The kernel's command line ({@link demitasse.boot.CommandLine}) is the contract with the tools: space-separated
 * {@code key=value}, bytes outside {@code A-Za-z0-9._~/:,@+=-} written as {@code %XX}.
 *
 * <table>
 *   <caption>Keys</caption>
 *   <tr><td>arg=, env=</td><td>repeated: the program's arguments and environment</td></tr>
 *   <tr><td>cwd=DIR, user=UID:GID[:GID…]</td><td>where and as whom it starts; a DIR that is missing
 *       is made</td></tr>
 *   <tr><td>init=1</td><td>process 1 is the kernel's own, which adopts orphans; the program is process 2</td></tr>
 *   <tr><td>tty=0,1,2</td><td>which standard streams are the terminal</td></tr>
 *   <tr><td>ip=A.B.C.D/BITS or dhcp, gateway=A.B.C.D</td><td>for the platform's network device</td></tr>
 *   <tr><td>address6=ADDRESS/BITS, gateway6=ADDRESS</td><td>the same of IPv6</td></tr>
 *   <tr><td>dns=A.B.C.D[,A.B.C.D...]</td><td>the servers in /etc/resolv.conf</td></tr>
 *   <tr><td>hostname=, log=error|warn|info|debug, strace=1</td><td></td></tr>
 *   <tr><td>tmpfs=PATH[:OPTIONS]</td><td>repeated: file systems in memory, with the options of tmpfs(5)</td></tr>
 *   <tr><td>timeout=SECONDS</td><td>after which the instance ends with status 124</td></tr>
 *   <tr><td>jit=1</td><td>memory may be writable and executable at once; the linux platform's seccomp filter heeds
 *       it too</td></tr>
 *   <tr><td>panic=reason|check</td><td>a panic, for the tests of those who show it</td></tr>
 *   <tr><td>memory=, size=, epoch=, net=, mtu=, mac=</td><td>for the platform</td></tr>
 * </table>
 */
@ColdPath("once, and what /proc tells")
package demitasse.boot;

import demitasse.base.annotation.ColdPath;
