package demitasse.compiler;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code NAME.elf.lines} holds: the Java frames behind every address of an image's text, in a form that a panic
 * screen can search without memory of its own. DWARF would need an interpreter there; and on the platform linux nobody
 * is left who could look an address up once the kernel has ended.
 *
 * <pre>
 * 0   "DEMILINE"
 * 8   u64 base, u32 ranges, u32 frames, u32 bytes of text, u32 0
 * 32  u32 start[ranges]                      ascending, less base; a range ends where the next one starts
 *     u32 frame[ranges]                      the innermost frame; 0xffffffff for code without lines
 *     { u32 text, u32 caller }[frames]       caller: the frame that this one is inlined in, or 0xffffffff
 *     text                                   "Class.method (path/File.java:LINE)", each ending in NUL
 * </pre>
 * All numbers are little-endian. The readers are {@code platform/linux/.../lines.c} and the tools' {@code LineTable}.
 */
final class LineTable {
    private static final byte[] MAGIC = "DEMILINE".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 32;
    private static final int NONE = -1;
    private static final String UNKNOWN = "??";
    private static final Pattern ROW = Pattern.compile("\\s0x([0-9a-f]+)\\s");
    /** Letters for the package, then classes and the method; the copies that gcc makes of a function have a suffix. */
    private static final Pattern JAVA_METHOD = Pattern.compile("meth_[A-Za-z]+_([^.]*).*");
    /** Generated C stands in the directory c; all that has no Java line, but was inlined into what has one. */
    private static final String GENERATED = "c/";

    /** Unique; the number of a frame is its place in the map. */
    private record Frame(int text, int caller) {
    }

    private final List<Long> starts = new ArrayList<>();
    private final List<Integer> innermost = new ArrayList<>();
    private final Map<Frame, Integer> frames = new LinkedHashMap<>();
    private final Map<String, Integer> textOffsets = new LinkedHashMap<>();
    private int textBytes;

    private LineTable() {
    }

    /** Writes the table of an ELF with debug information; its addresses come from binutils, which gcc needs as well. */
    static void write(Toolchain toolchain, Path elf, Path work, Path target) throws IOException {
        TreeSet<Long> addresses = new TreeSet<>();
        Matcher rows = ROW.matcher(toolchain.decodedLines(elf));
        while (rows.find()) {
            addresses.add(Long.parseUnsignedLong(rows.group(1), 16));
        }
        Path list = work.resolve("addresses.txt");
        Files.write(list, addresses.stream().map(Long::toHexString).toList());
        LineTable table = new LineTable();
        table.read(toolchain.lines(elf, list).lines().iterator());
        Files.write(target, table.bytes());
    }

    /** addr2line(1) with -a, -i and -f: a line with the address, then two for each frame, the innermost first. */
    private void read(Iterator<String> lines) {
        List<String> chain = new ArrayList<>();
        long start = 0;
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("0x")) {
                add(start, chain);
                chain.clear();
                start = Long.parseUnsignedLong(line.substring(2), 16);
            } else {
                chain.add(text(line, lines.next()));
            }
        }
        add(start, chain);
    }

    private void add(long start, List<String> chain) {
        boolean hasJava = chain.stream().anyMatch(text -> !isGenerated(text));
        int caller = NONE;
        for (String text : chain.reversed()) {
            if (!text.startsWith(UNKNOWN) && !(hasJava && isGenerated(text))) {
                Frame frame = new Frame(offset(text), caller);
                caller = frames.computeIfAbsent(frame, _ -> frames.size());
            }
        }
        if (!chain.isEmpty() && (innermost.isEmpty() || innermost.getLast() != caller)) {
            starts.add(start);
            innermost.add(caller);
        }
    }

    private static boolean isGenerated(String text) {
        return text.contains("(" + GENERATED);
    }

    private int offset(String text) {
        return textOffsets.computeIfAbsent(text, _ -> {
            int offset = textBytes;
            textBytes += text.getBytes(StandardCharsets.UTF_8).length + 1;
            return offset;
        });
    }

    private static String text(String function, String place) {
        Matcher method = JAVA_METHOD.matcher(function);
        String name = !method.matches() ? function : method.group(1).replace("__init_", ".<init>")
                .replace("__clinit_", ".<clinit>").replace('_', '.');
        String line = place.replaceFirst(" \\(discriminator \\d+\\)", "");
        return name + " (" + Path.of(line).normalize() + ")";
    }

    private byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + 8 * starts.size() + 8 * frames.size() + textBytes)
                .order(ByteOrder.LITTLE_ENDIAN);
        long base = starts.isEmpty() ? 0 : starts.getFirst();
        bytes.put(MAGIC).putLong(base).putInt(starts.size()).putInt(frames.size()).putInt(textBytes).putInt(0);
        starts.forEach(start -> bytes.putInt(Math.toIntExact(start - base)));
        innermost.forEach(bytes::putInt);
        frames.keySet().forEach(frame -> bytes.putInt(frame.text()).putInt(frame.caller()));
        textOffsets.keySet().forEach(text -> bytes.put(text.getBytes(StandardCharsets.UTF_8)).put((byte) 0));
        return bytes.array();
    }
}
