/**
 * Layouts of the structures that pass between programs and calls, x86-64. Written into kernel memory, then
 * copied out.
 */
package demitasse.syscall.abi;
