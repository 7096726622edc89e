/**
 * Loading programs, execve(2): ELF files with and without an interpreter, {@code #!} scripts, the first
 * stack, the vDSO.
 *
 * <p>{@link demitasse.posix.exec.Exec#load} builds a whole new address space beside the old one; nothing of
 * the caller changes until it has succeeded, so a failed execve is harmless at every point. A file is never
 * trusted: each number of a header is checked against the file and the address space before use, and what
 * does not fit is ENOEXEC.
 *
 * <p>Stricter than Linux, which kills the caller or lets the program crash later: a segment that the file
 * does not hold in full, segments in descending order, a segment that is writable and executable at once
 * (EACCES).
 *
 * <p>Tests: hand-made ELF files for each refusal, and random damage, which must never do worse than an errno.
 */
package demitasse.posix.exec;
