package demitasse.tools.erofs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;

/** Writes a file front to back through one buffer, and hashes what it writes. */
final class BlockOutput {
    private static final int BUFFER_BYTES = 1 << 18;

    private final FileChannel channel;
    private final MessageDigest digest;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long flushedBytes;

    BlockOutput(FileChannel channel, MessageDigest digest) {
        this.channel = channel;
        this.digest = digest;
    }

    long position() {
        return flushedBytes + buffer.position();
    }

    /** The buffer with room for at least that many bytes, at most one block. */
    ByteBuffer room(int count) throws IOException {
        if (buffer.remaining() < count) {
            flush();
        }
        return buffer;
    }

    /** A buffer to fill, never empty; {@link #advance} takes over what was put into its array. */
    ByteBuffer free() throws IOException {
        return room(1);
    }

    void advance(int count) {
        buffer.position(buffer.position() + count);
    }

    void padTo(long position) throws IOException {
        while (position() < position) {
            ByteBuffer target = free();
            int count = (int) Math.min(position - position(), target.remaining());
            for (int i = 0; i < count; i++) {
                target.put((byte) 0);
            }
        }
    }

    void flush() throws IOException {
        buffer.flip();
        digest.update(buffer.array(), 0, buffer.limit());
        while (buffer.hasRemaining()) {
            flushedBytes += channel.write(buffer, flushedBytes);
        }
        buffer.clear();
    }
}
