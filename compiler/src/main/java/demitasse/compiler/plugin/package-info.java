/**
 * Where TeaVM must do otherwise for a kernel.
 *
 * <p>Repairs: integer division and shifts have Java's meaning; wild array lengths trap; exception handlers, fibers, the
 * event loop and stack traces are taken out; a throw ends in the platform's panic with class and message.
 *
 * <p>Rules, verified over TeaVM's own call graph and reported with places: {@code @HotPath} methods reach
 * no allocation up to {@code @ColdPath} or a throw; {@code @Unmanaged} methods reach no allocation at all,
 * initialisers included (calling a managed method that allocates nothing is harmless: it keeps its own
 * references); the project's classes have no catch clause; no {@code new T[a][b]}.
 *
 * <p>Checks: null and bounds checks are macros of {@code c/overlay/exceptions.h} that raise #UD. No
 * call-site id is stored before a check or call, shadow frames without references do not exist, and nothing
 * calls setjmp. What that gains, against TeaVM's own headers with the same gcc flags (ticks of the time
 * stamp counter per element; {@code test/bench/teavm} prints the present ones):
 * <table>
 * <caption>Per element or operation</caption>
 * <tr><th></th><th>TeaVM's headers</th><th>ours</th></tr>
 * <tr><td>sum of a {@code byte[]} in a local</td><td>0.77</td><td>0.74</td></tr>
 * <tr><td>sum of a {@code byte[]} in a field</td><td>1.57</td><td>0.73</td></tr>
 * <tr><td>copy {@code byte[]} to {@code byte[]}</td><td>1.55</td><td>0.76</td></tr>
 * </table>
 * The code is smaller as well: the table of call sites with its strings was a third of a small image.
 *
 * <p>Shadow stack: methods below which the collector cannot run (three quarters of the kernel) neither have
 * a frame nor make their callers store references. This is what {@code @Unmanaged} would do, found by
 * analysis, and without its price: the checks stay.
 *
 * <p>Initialisers: the flag of assertions is folded, and initialisers that only fill tables run at start.
 *
 * <p>Size: what {@code @HotPath} and {@code @WarmPath} methods reach up to {@code @ColdPath} is listed for gcc, which
 * compiles the rest for size. An image for linux of 1.475 MB had 1.033 MB after that and three other changes: packed
 * relocations (0.16 MB), nothing aligned that only failed checks jump to (0.08 MB), neither classes that nobody uses
 * nor holes in the string pool. The figures of {@code test/bench/run calls system} were the same; without {@code
 * @WarmPath} fork took 1.7 times as long and open 1.25 times. A handler of a system call is fast only where it says
 * so, and what stands between the table and the others is not either (20 KB).
 *
 * <p>Not repaired: float-to-int conversion (there is no floating point; gcc refuses it),
 * ArrayStoreException, and stack overflow (a guard page of the platform).
 *
 * <p>A method of TeaVM's runtime that this plugin expects and does not find is an error that names it: that
 * is what an upgrade of TeaVM has to look at.
 */
package demitasse.compiler.plugin;
