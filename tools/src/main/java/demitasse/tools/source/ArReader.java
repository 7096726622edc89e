package demitasse.tools.source;

import demitasse.tools.DemiException;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Finds a member of an ar(5) archive, which is what a Debian package is: deb(5). */
final class ArReader {
    private static final String MAGIC = "!<arch>\n";
    private static final int HEADER_BYTES = 60;
    private static final int NAME_BYTES = 16;
    private static final int SIZE_OFFSET = 48;
    private static final int SIZE_BYTES = 10;

    private final InputStream source;
    private final String origin;

    ArReader(InputStream source, String origin) {
        this.source = source;
        this.origin = origin;
    }

    /** The content of the first member whose name starts like this. */
    InputStream member(String start) throws IOException {
        if (!text(source.readNBytes(MAGIC.length())).equals(MAGIC)) {
            throw damaged();
        }
        while (true) {
            byte[] header = source.readNBytes(HEADER_BYTES);
            if (header.length < HEADER_BYTES) {
                throw damaged();
            }
            long sizeBytes = size(text(header).substring(SIZE_OFFSET, SIZE_OFFSET + SIZE_BYTES).trim());
            if (text(header).substring(0, NAME_BYTES).startsWith(start)) {
                return new LimitedInput(source, sizeBytes);
            }
            // Members start at even offsets.
            skip(sizeBytes + (sizeBytes & 1));
        }
    }

    private void skip(long bytes) throws IOException {
        try {
            source.skipNBytes(bytes);
        } catch (EOFException e) {
            throw damaged();
        }
    }

    private long size(String digits) {
        try {
            return Long.parseUnsignedLong(digits);
        } catch (NumberFormatException e) {
            throw damaged();
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private DemiException damaged() {
        return new DemiException(origin + " is not a Debian package, or is damaged");
    }
}
