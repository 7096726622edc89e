package demitasse.tools.tree;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A file's bytes, wherever they are. Opening twice gives the same bytes. */
public interface Content {
    /** How many bytes {@link #open} will give; a source that gives another number has changed meanwhile. */
    long sizeBytes();

    InputStream open() throws IOException;

    /** Where the bytes come from, for messages. */
    String origin();

    static Content of(byte[] bytes) {
        return new Content() {
            @Override
            public long sizeBytes() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }

            @Override
            public String origin() {
                return "demi";
            }
        };
    }
}
