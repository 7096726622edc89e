/**
 * From numbers to handlers. {@code SyscallTable} and {@code SyscallNames} are generated from the handlers' annotations;
 * {@link demitasse.syscall.table.Dispatcher} leads calls through them, {@link demitasse.syscall.table.Strace} tells
 * of them.
 */
package demitasse.syscall.table;
