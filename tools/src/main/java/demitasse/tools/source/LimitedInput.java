package demitasse.tools.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** At most so many bytes of another stream. */
final class LimitedInput extends FilterInputStream {
    private long leftBytes;

    LimitedInput(InputStream source, long limitBytes) {
        super(source);
        leftBytes = limitBytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (leftBytes <= 0) {
            return -1;
        }
        int got = in.read(target, offset, (int) Math.min(count, leftBytes));
        leftBytes -= Math.max(got, 0);
        return got;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = in.skip(Math.min(count, leftBytes));
        leftBytes -= skipped;
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
