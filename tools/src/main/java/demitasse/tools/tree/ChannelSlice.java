package demitasse.tools.tree;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A part of a file as a stream. It does not move the channel's own position, so any number may be open. */
public final class ChannelSlice extends InputStream {
    private final FileChannel channel;
    private final long end;
    private long position;

    public ChannelSlice(FileChannel channel, long start, long sizeBytes) {
        this.channel = channel;
        this.position = start;
        this.end = start + sizeBytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (position >= end) {
            return -1;
        }
        int wanted = (int) Math.min(count, end - position);
        int got = channel.read(ByteBuffer.wrap(target, offset, wanted), position);
        position += Math.max(got, 0);
        return got;
    }

    @Override
    public long skip(long count) {
        long skipped = Math.clamp(count, 0, end - position);
        position += skipped;
        return skipped;
    }
}
