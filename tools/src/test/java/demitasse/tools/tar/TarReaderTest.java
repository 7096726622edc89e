package demitasse.tools.tar;

import static demitasse.tools.tar.TarBytes.BLOCK;
import static demitasse.tools.tar.TarBytes.archive;
import static demitasse.tools.tar.TarBytes.member;
import static demitasse.tools.tar.TarBytes.sum;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.tools.DemiException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "pax", "ustar", "v7", "oldgnu"})
    void hostTarsArchiveIsUnderstood(String format) throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Files.writeString(root.resolve("file"), "content");
        Files.setLastModifiedTime(root.resolve("file"), FileTime.from(Instant.ofEpochSecond(1_234_567_890)));
        Files.createSymbolicLink(root.resolve("link"), Path.of("file"));
        Files.createLink(root.resolve("hard"), root.resolve("file"));
        List<TarEntry> entries = entries(hostTar(format, root));
        assertEquals(List.of("./", "./file", "./hard", "./link"), entries.stream().map(TarEntry::path).toList());
        assertEquals(List.of(TarEntry.Kind.DIRECTORY, TarEntry.Kind.REGULAR, TarEntry.Kind.HARD_LINK,
                TarEntry.Kind.SYMBOLIC_LINK), entries.stream().map(TarEntry::kind).toList());
        assertEquals("./file", entries.get(2).link());
        assertEquals("file", entries.get(3).link());
        assertEquals(7, entries.get(1).sizeBytes());
        assertEquals(1_234_567_890, entries.get(1).attributes().mtimeSeconds());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "pax"})
    void longNamesAndLinksAreWhole(String format) throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        String deep = ("d".repeat(120) + "/").repeat(3) + "f".repeat(200);
        Files.createDirectories(root.resolve(deep).getParent());
        Files.writeString(root.resolve(deep), "x");
        Files.createSymbolicLink(root.resolve("link"), Path.of("t".repeat(300)));
        List<TarEntry> entries = entries(hostTar(format, root));
        assertTrue(entries.stream().anyMatch(entry -> entry.path().equals("./" + deep)));
        assertTrue(entries.stream().anyMatch(entry -> entry.link().equals("t".repeat(300))));
    }

    @Test
    void contentEndsWithItsMember() throws IOException {
        TarReader reader = reader(archive(member("a", '0', "first"), member("b", '0', "second")));
        reader.next();
        assertEquals("first", new String(reader.content().readAllBytes(), StandardCharsets.US_ASCII));
        reader.next();
        assertEquals("second", new String(reader.content().readAllBytes(), StandardCharsets.US_ASCII));
    }

    @Test
    void everyTruncationIsASentence() throws IOException {
        byte[] whole = archive(member("a", '0', "content"), member("x", 'x', "13 path=long\n"), member("b", '5', ""));
        assertEquals(2, entries(whole).size());
        // The end mark is two blocks, of which one is enough.
        for (int length = 0; length < whole.length - BLOCK; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(DemiException.class, () -> entries(cut), "cut to " + length);
        }
    }

    @Test
    void paxRecordsAreTaken() throws IOException {
        String records = "12 path=p\u00e9q\n" + "14 mtime=-1.5\n" + "12 uid=7000\n";
        TarEntry entry = entries(archive(member("x", 'x', records), member("short", '0', ""))).getFirst();
        assertEquals("p\u00e9q", entry.path());
        assertEquals(-2, entry.attributes().mtimeSeconds());
        assertEquals(500_000_000, entry.attributes().mtimeNs());
        assertEquals(7000, entry.attributes().uid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "4 a=\n", "999 path=a\n", "12 path=lon\n ", "-1 a=b\n", "9 =value\n",
        "6 a\nb=\n", "99999999999 a=b\n", "22 GNU.sparse.major=1\n"})
    void brokenPaxRecordsAreASentence(String records) throws IOException {
        byte[] archive = archive(member("x", 'x', records), member("f", '0', ""));
        if (records.isEmpty()) {
            assertEquals(1, entries(archive).size());
        } else {
            assertThrows(DemiException.class, () -> entries(archive));
        }
    }

    @Test
    void wrongChecksumIsASentence() {
        byte[] archive = archive(member("a", '0', "content"));
        archive[0] ^= 1;
        DemiException e = assertThrows(DemiException.class, () -> entries(archive));
        assertTrue(e.getMessage().contains("checksum"), e.getMessage());
    }

    @Test
    void binaryNumbersAreUnderstood() throws IOException {
        byte[] header = member("a", '0', "");
        // GNU base-256: mtime -1, uid 3000000.
        Arrays.fill(header, 136, 148, (byte) 0xff);
        Arrays.fill(header, 108, 116, (byte) 0);
        header[108] = (byte) 0x80;
        header[113] = 0x2d;
        header[114] = (byte) 0xc6;
        header[115] = (byte) 0xc0;
        sum(header);
        TarEntry entry = entries(archive(header)).getFirst();
        assertEquals(-1, entry.attributes().mtimeSeconds());
        assertEquals(3_000_000, entry.attributes().uid());
    }

    @Test
    void negativeSizeIsASentence() {
        byte[] header = member("a", '0', "");
        Arrays.fill(header, 124, 136, (byte) 0xff);
        sum(header);
        assertThrows(DemiException.class, () -> entries(archive(header)));
    }

    @Test
    void sizeBeyondTheArchiveIsASentence() {
        byte[] header = member("a", '0', "");
        System.arraycopy("77777777777\0".getBytes(), 0, header, 124, 12);
        sum(header);
        assertThrows(DemiException.class, () -> entries(archive(header)));
    }

    @Test
    void hugeExtendedHeaderIsNotHeldInMemory() {
        byte[] header = member("a", 'x', "");
        System.arraycopy("77777777777\0".getBytes(), 0, header, 124, 12);
        sum(header);
        DemiException e = assertThrows(DemiException.class, () -> entries(archive(header)));
        assertTrue(e.getMessage().contains("too large"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(chars = {'S', 'M', 'Z'})
    void unknownMembersAreRefused(char type) {
        assertThrows(DemiException.class, () -> entries(archive(member("a", type, ""))));
    }

    private static TarReader reader(byte[] archive) {
        return new TarReader(new ByteArrayInputStream(archive), "archive");
    }

    private static List<TarEntry> entries(byte[] archive) throws IOException {
        List<TarEntry> entries = new ArrayList<>();
        TarReader reader = reader(archive);
        for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
            entries.add(entry);
        }
        return entries;
    }

    private byte[] hostTar(String format, Path root) throws Exception {
        Path archive = directory.resolve("archive.tar");
        Process tar = new ProcessBuilder("tar", "--format=" + format, "--sort=name", "-C", root.toString(), "-cf",
                archive.toString(), ".").inheritIO().start();
        assertEquals(0, tar.waitFor());
        return Files.readAllBytes(archive);
    }
}
