package demitasse.tools.source;

import com.github.luben.zstd.ZstdInputStream;

import demitasse.tools.DemiException;

import org.tukaani.xz.XZInputStream;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Takes gzip, xz and zstd off a stream; each is known by its magic number, so no name has to be believed. */
final class Compression {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAGIC_BYTES = 6;
    /** RFC 1952 §2.3.1. */
    private static final int[] GZIP = {0x1f, 0x8b};
    /** The .xz file format §2.1.1.1. */
    private static final int[] XZ = {0xfd, '7', 'z', 'X', 'Z', 0};
    /** RFC 8878 §3.1.1. */
    private static final int[] ZSTD = {0x28, 0xb5, 0x2f, 0xfd};
    /** Enough for xz -9; a stream that wants more to be read is an attack or an oddity. */
    private static final int XZ_MEMORY_KIB = 128 << 10;

    private Compression() {
    }

    static InputStream open(InputStream source) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(source, BUFFER_BYTES);
        buffered.mark(MAGIC_BYTES);
        byte[] start = buffered.readNBytes(MAGIC_BYTES);
        buffered.reset();
        if (startsWith(start, GZIP)) {
            return new BufferedInputStream(new GZIPInputStream(buffered, BUFFER_BYTES), BUFFER_BYTES);
        }
        if (startsWith(start, XZ)) {
            return new BufferedInputStream(new XZInputStream(buffered, XZ_MEMORY_KIB), BUFFER_BYTES);
        }
        if (startsWith(start, ZSTD)) {
            return new BufferedInputStream(new ZstdInputStream(buffered), BUFFER_BYTES);
        }
        return buffered;
    }

    /** What to say when reading an archive has failed; decompressors tell damage by an IOException. */
    static DemiException unreadable(String origin, IOException e) {
        if (e instanceof EOFException) {
            return new DemiException(origin + " is truncated", e);
        }
        return new DemiException(origin + " cannot be read: " + e.getMessage(), e);
    }

    private static boolean startsWith(byte[] start, int[] magic) {
        if (start.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((start[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
