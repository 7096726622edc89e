package demitasse.syscall.table;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.machine.Console;
import demitasse.posix.task.Call;
import demitasse.posix.task.SyscallDispatcher;

/**
 * Tells of each system call in the words of strace(1): one line when the call is over, with its arguments as the
 * generated formats say (their kinds are explained in the compiler's {@code syscalls.txt}). A call that parks is told
 * when it is done, so lines of different tasks do not tear each other apart; each begins with the task's number.
 */
public final class Strace implements SyscallDispatcher {
    private static final int LINE_BYTES = 1024;
    private static final int STRING_BYTES_MAX = 32;
    private static final int PATH_BYTES_MAX = 256;
    private static final int ARGUMENTS_MAX = 6;
    private static final int COPY_BYTES = 512;
    private static final int AT_FDCWD = -100;
    private static final int ERRNO_MAX = 4095;

    private final Console console;
    private final long buffer;
    private final Text line = new Text();
    private final long[] arguments = new long[ARGUMENTS_MAX];

    /** @param buffer {@link #bufferBytes} bytes of kernel memory, kept */
    public Strace(Console console, long buffer) {
        this.console = console;
        this.buffer = buffer;
    }

    public static int bufferBytes() {
        return LINE_BYTES + COPY_BYTES;
    }

    /** Runs the handler and tells of the call unless it parks. The question is written first: execve takes it away. */
    @Override
    @ColdPath("somebody looks at the calls")
    public long dispatch(Call call) {
        if (call.isDetached()) {
            // Part of another call, whose line is being written.
            return SyscallTable.dispatch(call);
        }
        begin(call);
        long result = SyscallTable.dispatch(call);
        if (result == Call.PARKED && call.isParked()) {
            return result;
        }
        line.add(") = ");
        if (neverReturns(call.number)) {
            line.character('?');
        } else {
            end(result == Call.PARKED ? 0 : result);
        }
        finish();
        return result;
    }

    private static boolean neverReturns(int number) {
        String signature = SyscallNames.signature(number);
        return signature != null && (signature.startsWith("exit") || signature.startsWith("rt_sigreturn"));
    }

    private void begin(Call call) {
        line.set(buffer, LINE_BYTES - 1);
        line.character('[').number(call.task().tid()).add("] ");
        String signature = SyscallNames.signature(call.number);
        arguments[0] = call.a0;
        arguments[1] = call.a1;
        arguments[2] = call.a2;
        arguments[3] = call.a3;
        arguments[4] = call.a4;
        arguments[5] = call.a5;
        if (signature == null) {
            line.add("syscall_").number(call.number).character('(');
            return;
        }
        int at = word(signature, 0);
        add(signature, 0, at);
        line.character('(');
        int index = 0;
        while (at < signature.length()) {
            int start = at + 1;
            at = word(signature, start);
            if (index > 0) {
                line.add(", ");
            }
            argument(call, signature, start, at, index++);
        }
    }

    private static int word(String text, int start) {
        int end = text.indexOf(' ', start);
        return end < 0 ? text.length() : end;
    }

    private void add(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            line.character(text.charAt(i));
        }
    }

    private void argument(Call call, String signature, int start, int end, int index) {
        long value = arguments[index];
        if (is(signature, start, end, "path")) {
            string(call, value);
        } else if (is(signature, start, end, "in")) {
            bytes(call, value, arguments[Math.min(index + 1, ARGUMENTS_MAX - 1)]);
        } else if (is(signature, start, end, "out") || is(signature, start, end, "addr")) {
            address(value);
        } else if (is(signature, start, end, "at") && (int) value == AT_FDCWD) {
            line.add("AT_FDCWD");
        } else if (is(signature, start, end, "mode")) {
            line.character('0').octal(value & 07777, 1);
        } else if (is(signature, start, end, "sig")) {
            SignalNames.add(line, (int) value);
        } else if (is(signature, start, end, "hex") || signature.startsWith("flags:", start)) {
            line.add(value == 0 ? "0" : "0x");
            if (value != 0) {
                line.hex(value, 1);
            }
        } else if (is(signature, start, end, "uint")) {
            line.number(value & 0xffff_ffffL);
        } else if (is(signature, start, end, "ulong") || is(signature, start, end, "size")) {
            line.unsigned(value);
        } else if (is(signature, start, end, "long") || is(signature, start, end, "off")) {
            line.number(value);
        } else {
            line.number((int) value);
        }
    }

    private static boolean is(String text, int start, int end, String word) {
        return end - start == word.length() && text.startsWith(word, start);
    }

    private void address(long value) {
        if (value == 0) {
            line.add("NULL");
        } else {
            line.add("0x").hex(value, 1);
        }
    }

    private void string(Call call, long address) {
        long copy = buffer + LINE_BYTES;
        long length = address == 0 ? -1 : call.process().memory().copyString(address, copy, PATH_BYTES_MAX);
        if (length < 0) {
            address(address);
            return;
        }
        quote(copy, (int) length);
    }

    private void bytes(Call call, long address, long lengthBytes) {
        long copy = buffer + LINE_BYTES;
        int shown = (int) Math.max(0, Math.min(lengthBytes, STRING_BYTES_MAX));
        if (address == 0 || call.process().memory().copyIn(address, copy, shown) < 0) {
            address(address);
            return;
        }
        quote(copy, shown);
        if (lengthBytes > shown) {
            line.add("...");
        }
    }

    private void quote(long copy, int length) {
        line.character('"');
        for (int i = 0; i < length; i++) {
            int c = Memory.getUnsignedByte(copy + i);
            switch (c) {
                case '\n' -> line.add("\\n");
                case '\t' -> line.add("\\t");
                case '\r' -> line.add("\\r");
                case '"', '\\' -> line.character('\\').character(c);
                default -> {
                    if (c < ' ' || c > '~') {
                        line.character('\\').octal(c, 1);
                    } else {
                        line.character(c);
                    }
                }
            }
        }
        line.character('"');
    }

    private void end(long result) {
        if (result < 0 && result >= -ERRNO_MAX) {
            line.add("-1 ");
            ErrnoNames.add(line, (int) -result);
        } else if (Long.compareUnsigned(result, 0x1_0000_0000L) >= 0) {
            line.add("0x").hex(result, 1);
        } else {
            line.number(result);
        }
    }

    private void finish() {
        int length = line.length();
        line.set(buffer + length, LINE_BYTES - length).newline();
        console.trace(buffer, length + 1);
    }
}
