package demitasse.tools.source;

import demitasse.tools.DemiException;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A blob that is hashed while it is read; {@link #verify} at its end says whether it was the right one. */
final class VerifiedInput extends FilterInputStream {
    private static final int COPY_BYTES = 1 << 16;

    private final MessageDigest hash;
    private final String digest;
    private final long sizeBytes;
    private final String what;
    private long readBytes;

    VerifiedInput(InputStream source, String digest, long sizeBytes, String what) {
        super(source);
        this.digest = digest;
        this.sizeBytes = sizeBytes;
        this.what = what;
        try {
            hash = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        int got = in.read(target, offset, count);
        if (got > 0) {
            hash.update(target, offset, got);
            readBytes += got;
        }
        return got;
    }

    @Override
    public long skip(long count) throws IOException {
        return read(new byte[Math.clamp(count, 0, COPY_BYTES)]);
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** Reads what is left. */
    void drain() throws IOException {
        byte[] ignored = new byte[COPY_BYTES];
        while (read(ignored, 0, ignored.length) >= 0) {
            continue;
        }
    }

    /** To be called once, at the end of the blob. */
    void verify() throws IOException {
        drain();
        if (readBytes != sizeBytes) {
            throw new DemiException(what + " is damaged: it has " + readBytes + " bytes and should have " + sizeBytes);
        }
        if (!digest.equals("sha256:" + HexFormat.of().formatHex(hash.digest()))) {
            throw new DemiException(what + " is damaged: its content does not match its digest " + digest);
        }
    }
}
