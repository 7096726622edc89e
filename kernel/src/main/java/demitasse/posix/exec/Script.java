package demitasse.posix.exec;

import static demitasse.base.error.Errno.ENOEXEC;

import demitasse.base.memory.Memory;
import demitasse.vfs.Name;

/**
 * The first line of an interpreter script, execve(2), "Interpreter scripts": views into the bytes that were
 * read.
 */
final class Script {
    /** BINPRM_BUF_SIZE: what is looked at of a file's first line. */
    static final int LINE_BYTES_MAX = 256;

    final Name interpreter = new Name();
    final Name argument = new Name();
    boolean hasArgument;

    static boolean isScript(long head, int length) {
        return length >= 2 && Memory.getByte(head) == '#' && Memory.getByte(head + 1) == '!';
    }

    /**
     * Finds interpreter and argument: 0, or -ENOEXEC when there is none or its name does not end in the line.
     */
    int parse(long head, int length) {
        long limit = head + length;
        long end = head + 2;
        while (end < limit && Memory.getByte(end) != '\n' && Memory.getByte(end) != 0) {
            end++;
        }
        boolean complete = end < limit || length < LINE_BYTES_MAX;
        long start = head + 2;
        while (start < end && isBlank(start)) {
            start++;
        }
        long stop = start;
        while (stop < end && !isBlank(stop)) {
            stop++;
        }
        if (stop == start || stop == end && !complete) {
            return -ENOEXEC;
        }
        interpreter.set(start, (int) (stop - start));
        long rest = stop;
        while (rest < end && isBlank(rest)) {
            rest++;
        }
        while (end > rest && isBlank(end - 1)) {
            end--;
        }
        hasArgument = end > rest;
        argument.set(rest, (int) (end - rest));
        return 0;
    }

    private static boolean isBlank(long address) {
        return Memory.getByte(address) == ' ' || Memory.getByte(address) == '\t';
    }
}
