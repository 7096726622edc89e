/**
 * From {@code @Syscall} handlers to the tables of the kernel, at compile time.
 *
 * <p>A handler is a static method in a package-private class of a topic package ({@code
 * demitasse.syscall.file}). Java lets nobody outside reach it, so the processor writes, into each topic
 * package, a public class of one-line forwarding methods ({@code FileCalls.pread64(Call)}) that also cut
 * the arguments to the handler's parameter types, and in {@code demitasse.syscall.table} one {@code switch}
 * over the number that calls them. TeaVM and gcc inline the forwarding and turn the switch into one jump
 * table. Rejected: an array of handler objects (370 classes, and a virtual call whose target gcc cannot
 * see), and reflection (there is none in an image).
 *
 * <p>{@code SyscallNames} answers name and argument kinds of every system call Linux has, handled or not.
 * It is a switch over string constants rather than a map: constants lie in the image, cost no heap and need
 * no initialisation.
 *
 * <p>{@code syscalls.txt} is the list of all calls with the argument kinds; its head explains them. The
 * coverage page is written where {@code -Asyscalls.page} says.
 *
 * <p>Testing: {@code SyscallProcessorTest} compiles small handlers with the Java compiler's API and looks
 * at what comes out, the errors included.
 */
package demitasse.compiler.processor;
