package demitasse.tools.source;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

import demitasse.tools.DemiException;
import demitasse.tools.erofs.ErofsWriter;
import demitasse.tools.tar.TarBytes;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.Spool;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Hostile archives and layouts end in a tree that can be written, or in a sentence. */
class SourceFuzzTest {
    private static final String[] NAMES = {"a", "a/b", "a/../b", "../x", "/", ".wh.a",
        "a/.wh..wh..opq", "l", "l/x", "b/c/d"};

    /** Any archive of any compression. */
    @FuzzTest(maxDuration = "10s")
    void anyBytesUnpackToATreeOrASentence(byte[] archive) throws IOException {
        FileTree tree = new FileTree();
        try (Spool spool = new Spool(Path.of(System.getProperty("java.io.tmpdir")))) {
            new Unpacker(tree, spool, Unpacker.Style.LAYER).unpack(new ByteArrayInputStream(archive), "fuzz");
        } catch (DemiException e) {
            assert !e.getMessage().isEmpty();
        }
    }

    /** Archives that are right as such, of members that quarrel with one another. */
    @FuzzTest(maxDuration = "10s")
    void anyMembersGiveATreeThatCanBeWritten(FuzzedDataProvider data) throws IOException {
        byte[][] members = new byte[data.consumeInt(0, 20)][];
        for (int i = 0; i < members.length; i++) {
            String name = data.pickValue(NAMES);
            members[i] = switch (data.consumeInt(0, 3)) {
                case 0 -> TarBytes.file(name, "content");
                case 1 -> TarBytes.directory(name);
                case 2 -> TarBytes.link(name, '1', data.pickValue(NAMES));
                default -> TarBytes.link(name, '2', data.pickValue(NAMES));
            };
        }
        FileTree tree = new FileTree();
        Path image = Files.createTempFile("fuzz", ".erofs");
        try (Spool spool = new Spool(image.getParent())) {
            tree.startLayer();
            new Unpacker(tree, spool, data.pickValue(Unpacker.Style.values()))
                    .unpack(new ByteArrayInputStream(TarBytes.archive(members)), "fuzz");
            ErofsWriter.write(tree, image);
        } catch (DemiException e) {
            assert !e.getMessage().isEmpty();
        } finally {
            Files.delete(image);
        }
    }

    /** Any JSON in place of an index, and of a blob that it names. */
    @FuzzTest(maxDuration = "10s")
    void anyLayoutIsAnImageOrASentence(FuzzedDataProvider data) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        files.put("index.json", data.consumeString(2_000).getBytes(StandardCharsets.UTF_8));
        files.put("blobs/sha256/" + "0".repeat(64), data.consumeRemainingAsBytes());
        BlobStore store = name -> Optional.ofNullable(files.get(name)).<InputStream>map(ByteArrayInputStream::new);
        try (Spool spool = new Spool(Path.of(System.getProperty("java.io.tmpdir")))) {
            new OciImage(store, "fuzz", "").read(spool, words -> { });
        } catch (DemiException e) {
            assert !e.getMessage().isEmpty();
        }
    }
}
