package demitasse.tools.vmm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What comes over the serial line. All of it is passed on as it comes, but for a line
 * {@code demitasse: exit N}, the kernel's last word where it found no control port. So only what may still
 * become that line is held back.
 *
 * <p>The addresses of a panic get their Java lines: {@code #N 0xADDRESS} is one that a call returns to,
 * {@code #N at 0xADDRESS} that of the instruction which failed.
 */
final class SerialOutput {
    private static final byte[] EXIT = "demitasse: exit ".getBytes(StandardCharsets.US_ASCII);
    private static final int NUMBER_MAX = 3;
    private static final String PANIC = "demitasse panic: ";
    private static final Pattern FRAME = Pattern.compile("#\\d+ (at )?0x([0-9a-f]{16})\\r?");
    /** Longer than what has a meaning. */
    private static final int LINE_MAX = 64;

    private final OutputStream target;
    private final Path kernel;
    private final StringBuilder line = new StringBuilder();
    private LineTable panicLines;
    private final byte[] held = new byte[EXIT.length + NUMBER_MAX + 1];
    private int heldBytes;
    private boolean mayBeExit = true;
    private int exitStatus = -1;

    SerialOutput(OutputStream target, Path kernel) {
        this.target = target;
        this.kernel = kernel;
    }

    void copy(InputStream source) throws IOException {
        byte[] bytes = new byte[1 << 13];
        for (int count = source.read(bytes); count >= 0; count = source.read(bytes)) {
            for (int i = 0; i < count; i++) {
                take(bytes[i]);
            }
            target.flush();
        }
        release();
        target.flush();
    }

    /** The status that was told, or -1. */
    int exitStatus() {
        return exitStatus;
    }

    private void take(byte b) throws IOException {
        if (b == '\n') {
            if (mayBeExit && heldBytes > EXIT.length) {
                exitStatus = status();
                heldBytes = 0;
            } else {
                boolean returned = heldBytes > 0 && held[heldBytes - 1] == '\r';
                heldBytes -= returned ? 1 : 0;
                release();
                explain(returned ? "\r\n" : "\n");
            }
            line.setLength(0);
            mayBeExit = true;
            return;
        }
        mayBeExit &= fits(b);
        if (!mayBeExit) {
            release();
        }
        if (mayBeExit || b == '\r') {
            held[heldBytes++] = b;
        } else {
            target.write(b);
        }
        if (line.length() < LINE_MAX) {
            line.append((char) b);
        }
    }

    /** Ends a line, with what there is to say about it. */
    private void explain(String lineEnd) throws IOException {
        if (line.indexOf(PANIC) == 0) {
            panicLines = LineTable.of(kernel);
        }
        Matcher frame = FRAME.matcher(line);
        if (panicLines != null && frame.matches()) {
            // A return address stands behind its call, which may be the last instruction of its line.
            long address = Long.parseUnsignedLong(frame.group(2), 16) - (frame.group(1) == null ? 1 : 0);
            String text = " " + String.join(lineEnd + "   in ", panicLines.frames(address));
            target.write(text.stripTrailing().getBytes(StandardCharsets.US_ASCII));
        }
        target.write(lineEnd.getBytes(StandardCharsets.US_ASCII));
    }

    private boolean fits(byte b) {
        if (heldBytes < EXIT.length) {
            return b == EXIT[heldBytes];
        }
        return b == '\r' ? heldBytes < held.length : heldBytes < EXIT.length + NUMBER_MAX && b >= '0' && b <= '9';
    }

    private int status() {
        String number = new String(held, EXIT.length, heldBytes - EXIT.length, StandardCharsets.US_ASCII).strip();
        return number.isEmpty() ? -1 : Integer.parseInt(number) & 0xff;
    }

    private void release() throws IOException {
        target.write(held, 0, heldBytes);
        heldBytes = 0;
    }
}
