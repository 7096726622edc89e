package demitasse.tools.tree;

import demitasse.tools.DemiException;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One unnamed temporary file that takes the contents of an archive while it is read once, front to back.
 *
 * <p>The file loses its name as soon as it is open, so nothing is left behind however this process ends.
 */
public final class Spool implements Closeable {
    private static final int COPY_BYTES = 1 << 18;
    /** More than any sane root file system; stops a gzip bomb before the disk is full of it. */
    private static final long SIZE_BYTES_MAX = 64L << 30;

    private final FileChannel channel;
    private final byte[] copy = new byte[COPY_BYTES];
    private long endBytes;

    public Spool(Path directory) throws IOException {
        Path file = Files.createTempFile(directory, "spool", "");
        channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Files.delete(file);
    }

    /** Copies exactly that many bytes out of the stream; fewer is a truncated archive. */
    public Content add(InputStream source, long sizeBytes, String origin) throws IOException {
        if (sizeBytes > SIZE_BYTES_MAX - endBytes) {
            throw new DemiException(origin + " unpacks to more than " + (SIZE_BYTES_MAX >> 30) + " GiB");
        }
        long start = endBytes;
        for (long left = sizeBytes; left > 0;) {
            int count = source.read(copy, 0, (int) Math.min(left, copy.length));
            if (count < 0) {
                throw new DemiException(origin + " is truncated");
            }
            append(count);
            left -= count;
        }
        return new Slice(start, sizeBytes, origin);
    }

    /** Copies all that is left in the stream. */
    public Content addAll(InputStream source, String origin) throws IOException {
        long start = endBytes;
        for (int count = source.read(copy); count >= 0; count = source.read(copy)) {
            append(count);
            if (endBytes > SIZE_BYTES_MAX) {
                throw new DemiException(origin + " unpacks to more than " + (SIZE_BYTES_MAX >> 30) + " GiB");
            }
        }
        return new Slice(start, endBytes - start, origin);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void append(int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(copy, 0, count);
        while (bytes.hasRemaining()) {
            endBytes += channel.write(bytes, endBytes);
        }
    }

    private final class Slice implements Content {
        private final long start;
        private final long sizeBytes;
        private final String origin;

        Slice(long start, long sizeBytes, String origin) {
            this.start = start;
            this.sizeBytes = sizeBytes;
            this.origin = origin;
        }

        @Override
        public long sizeBytes() {
            return sizeBytes;
        }

        @Override
        public InputStream open() {
            return new ChannelSlice(channel, start, sizeBytes);
        }

        @Override
        public String origin() {
            return origin;
        }
    }
}
