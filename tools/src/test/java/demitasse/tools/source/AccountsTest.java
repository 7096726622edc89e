package demitasse.tools.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import demitasse.tools.DemiException;
import demitasse.tools.json.JsonObject;
import demitasse.tools.source.Accounts.Identity;
import demitasse.tools.tree.Attributes;
import demitasse.tools.tree.Content;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.RegularFile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AccountsTest {
    private Accounts accounts;

    @BeforeEach
    void read() throws IOException {
        FileTree tree = new FileTree();
        put(tree, "/etc/passwd", """
            root:x:0:0:root:/root:/bin/sh
            # a comment:x:1:1::/:
            broken line
            alice:x:1000:1001:Alice:/home/alice:/bin/sh
            bad:x:minus:1:::
            big:x:4294967294:4294967294::/big:
            """);
        put(tree, "/etc/group", """
            root:x:0:
            alice:x:1001:alice
            wheel:x:10:root,alice
            """);
        Accounts read = Accounts.of(tree);
        accounts = Accounts.fromJson(JsonObject.parse(
                read.toJson().toString().getBytes(StandardCharsets.UTF_8), "test"));
        assertEquals(read, accounts);
    }

    @Test
    void nobodySaidIsRoot() {
        assertEquals(new Identity(0, 0, List.of(10), "/root"), accounts.identity(""));
    }

    @Test
    void nameBringsGroupsAndHome() {
        assertEquals(new Identity(1000, 1001, List.of(10), "/home/alice"), accounts.identity("alice"));
        assertEquals(accounts.identity("alice"), accounts.identity("1000"));
    }

    @Test
    void groupReplacesTheUsersGroups() {
        assertEquals(new Identity(1000, 10, List.of(), "/home/alice"), accounts.identity("alice:wheel"));
        assertEquals(new Identity(7, 8, List.of(), "/"), accounts.identity("7:8"));
    }

    @Test
    void numbersNeedNoEntry() {
        assertEquals(new Identity(5, 0, List.of(), "/"), accounts.identity("5"));
        assertEquals(-2, accounts.identity("big").uid());
    }

    @Test
    void unknownNamesAreSentences() {
        for (String text : List.of("bob", "alice:bobs", "-1", "+1", "4294967295", "99999999999", "1 ")) {
            assertThrows(DemiException.class, () -> accounts.identity(text), text);
        }
    }

    private static void put(FileTree tree, String path, String text) {
        tree.add(path, new RegularFile(Attributes.ofRoot(0644), Content.of(text.getBytes(StandardCharsets.UTF_8))));
    }
}
