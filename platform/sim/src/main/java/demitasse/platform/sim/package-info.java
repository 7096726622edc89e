/**
 * The simulated platform: the kernel on HotSpot, deterministic from a seed.
 *
 * <p>Memory is {@link demitasse.base.memory.HostMemory}, watched for poison and watchpoints by
 * {@link demitasse.platform.sim.CheckedMemory}. Time is virtual: it moves when the kernel idles and a little with
 * every trap. User code is a {@link demitasse.platform.sim.Program}: plain Java that makes system calls through
 * {@link demitasse.platform.sim.UserMode}. Each runs on a thread of its own, but only one thread runs at any time:
 * the hand-over is strict, so a run is repeated exactly by its seed.
 *
 * <p>{@link demitasse.platform.sim.Chance} decides where preemption strikes; one seed, one history.
 */
package demitasse.platform.sim;
