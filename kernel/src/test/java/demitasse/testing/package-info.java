/**
 * A machine for unit tests: memory on the HotSpot heap's side, page tables without a CPU, a clock that the
 * test moves and a console that remembers. What runs whole programs is the simulator, platform/sim.
 */
package demitasse.testing;
