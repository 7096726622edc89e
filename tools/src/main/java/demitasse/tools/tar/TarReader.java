package demitasse.tools.tar;

import demitasse.tools.DemiException;
import demitasse.tools.tree.Attributes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads an archive's members one after another. */
public final class TarReader {
    /** What an extended header or a long name may take: far above PATH_MAX, far below the heap. */
    private static final int EXTENSION_BYTES_MAX = 1 << 20;
    private static final long ID_MAX = 0xffff_fffeL;

    private final InputStream source;
    private final String origin;
    private final PaxRecords global;
    private final byte[] block = new byte[TarHeader.BYTES];
    private long contentLeftBytes;
    private int paddingBytes;
    private boolean ended;

    /** The origin names the archive in messages. */
    public TarReader(InputStream source, String origin) {
        this.source = source;
        this.origin = origin;
        this.global = new PaxRecords(origin);
    }

    /** The next member, or null after the last. What was not read of the one before is skipped. */
    public TarEntry next() throws IOException {
        if (ended) {
            return null;
        }
        PaxRecords pax = new PaxRecords(origin);
        pax.addAll(global);
        String longName = "";
        String longLink = "";
        while (true) {
            skipContent();
            readBlock();
            TarHeader header = new TarHeader(block.clone(), origin);
            if (header.isEndMark()) {
                ended = true;
                return null;
            }
            header.check();
            switch (header.type()) {
                case 'x' -> pax.add(extension(header));
                case 'g' -> {
                    global.add(extension(header));
                    pax.addAll(global);
                }
                case 'L' -> longName = cString(extension(header));
                case 'K' -> longLink = cString(extension(header));
                case 'V' -> startContent(header.sizeBytes());
                default -> {
                    String name = pax.text("path", longName.isEmpty() ? header.name() : longName);
                    String link = pax.text("linkpath", longLink.isEmpty() ? header.link() : longLink);
                    return entry(header, pax, name, link);
                }
            }
        }
    }

    /** The content of the member that {@link #next} gave last; ends with it. */
    public InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                if (contentLeftBytes == 0) {
                    return -1;
                }
                int got = source.read(target, offset, (int) Math.min(count, contentLeftBytes));
                if (got < 0) {
                    throw truncated();
                }
                contentLeftBytes -= got;
                return got;
            }
        };
    }

    private TarEntry entry(TarHeader header, PaxRecords pax, String name, String link) {
        TarEntry.Kind kind = kind(header.type(), name);
        long sizeBytes = pax.number("size", header.sizeBytes());
        // Old archivers give a hard link its file's size but no content; nothing but files has any.
        startContent(kind == TarEntry.Kind.REGULAR ? sizeBytes : 0);
        if (name.isEmpty()) {
            throw new DemiException(origin + " is damaged: a member has no name");
        }
        Attributes attributes = new Attributes(header.mode(), id(pax.number("uid", header.uid())),
                id(pax.number("gid", header.gid())), pax.seconds("mtime", header.mtimeSeconds()),
                pax.nanoseconds("mtime"));
        boolean isDevice = kind == TarEntry.Kind.CHARACTER || kind == TarEntry.Kind.BLOCK;
        return new TarEntry(kind, name, link, attributes, contentLeftBytes, isDevice ? header.major() : 0,
                isDevice ? header.minor() : 0);
    }

    private TarEntry.Kind kind(char type, String name) {
        return switch (type) {
            case '0', '\0', '7' -> name.endsWith("/") ? TarEntry.Kind.DIRECTORY : TarEntry.Kind.REGULAR;
            case '1' -> TarEntry.Kind.HARD_LINK;
            case '2' -> TarEntry.Kind.SYMBOLIC_LINK;
            case '3' -> TarEntry.Kind.CHARACTER;
            case '4' -> TarEntry.Kind.BLOCK;
            case '5' -> TarEntry.Kind.DIRECTORY;
            case '6' -> TarEntry.Kind.PIPE;
            case 'S' -> throw new DemiException(origin + " holds sparse files, which cannot be read");
            case 'M' -> throw new DemiException(origin + " is one of several volumes, which cannot be read");
            default -> throw new DemiException(origin + " has a member of the unknown type " + (int) type);
        };
    }

    private int id(long id) {
        if (id < 0 || id > ID_MAX) {
            throw new DemiException(origin + " is damaged: an owner's number is out of range");
        }
        return (int) id;
    }

    private byte[] extension(TarHeader header) throws IOException {
        long sizeBytes = header.sizeBytes();
        if (sizeBytes < 0 || sizeBytes > EXTENSION_BYTES_MAX) {
            throw new DemiException(origin + " is damaged: an extended header is too large");
        }
        startContent(sizeBytes);
        byte[] bytes = new byte[(int) sizeBytes];
        int got = content().readNBytes(bytes, 0, bytes.length);
        assert got == bytes.length;
        return bytes;
    }

    private void startContent(long sizeBytes) {
        if (sizeBytes < 0) {
            throw new DemiException(origin + " is damaged: a size is negative");
        }
        contentLeftBytes = sizeBytes;
        paddingBytes = (int) (-sizeBytes & TarHeader.BYTES - 1);
    }

    private void skipContent() throws IOException {
        InputStream content = content();
        byte[] skipped = new byte[1 << 13];
        while (content.read(skipped, 0, skipped.length) >= 0) {
            continue;
        }
        if (source.readNBytes(skipped, 0, paddingBytes) < paddingBytes) {
            throw truncated();
        }
        paddingBytes = 0;
    }

    private void readBlock() throws IOException {
        if (source.readNBytes(block, 0, block.length) < block.length) {
            throw truncated();
        }
    }

    private static String cString(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
    }

    private DemiException truncated() {
        return new DemiException(origin + " is truncated");
    }
}
