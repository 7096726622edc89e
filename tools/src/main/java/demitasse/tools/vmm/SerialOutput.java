package demitasse.tools.vmm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * What comes over the serial line. All of it is passed on as it comes, but for a line
 * {@code demitasse: exit N}, the kernel's last word where it found no control port. So only what may still
 * become that line is held back.
 */
final class SerialOutput {
    private static final byte[] EXIT = "demitasse: exit ".getBytes(StandardCharsets.US_ASCII);
    private static final int NUMBER_MAX = 3;

    private final OutputStream target;
    private final byte[] held = new byte[EXIT.length + NUMBER_MAX + 1];
    private int heldBytes;
    private boolean mayBeExit = true;
    private int exitStatus = -1;

    SerialOutput(OutputStream target) {
        this.target = target;
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
                release();
                target.write(b);
            }
            mayBeExit = true;
        } else if (mayBeExit && fits(b)) {
            held[heldBytes++] = b;
        } else {
            mayBeExit = false;
            release();
            target.write(b);
        }
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
