package demitasse.tools.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.tools.tree.Attributes;
import demitasse.tools.tree.Content;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.RegularFile;
import demitasse.tools.tree.SymbolicLink;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** Scripts of the shapes that Debian's packages have, and what becomes of them. */
class AlternativesTest {
    private final FileTree tree = new FileTree();
    private final Alternatives alternatives = new Alternatives();

    private void files(String... paths) {
        for (String path : paths) {
            tree.add(path, new RegularFile(Attributes.ofRoot(0755),
                    Content.of(path.getBytes(StandardCharsets.US_ASCII))));
        }
    }

    private String target(String link) {
        return tree.find(link, false) instanceof SymbolicLink found ? found.target() : null;
    }

    private static List<List<String>> commands(String script) {
        List<List<String>> all = new ArrayList<>();
        MaintainerScript.visit(script, all::add);
        return all;
    }

    @Test
    void highestPriorityWinsAndBringsItsSlaves() {
        files("/usr/bin/mawk", "/usr/bin/gawk", "/usr/share/man/gawk.1");
        alternatives.note("""
            #!/bin/sh
            set -e
            if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ]; then
                    update-alternatives --install /usr/bin/awk awk /usr/bin/mawk 5 \\
                        --slave /usr/bin/nawk nawk /usr/bin/mawk
            fi
            """);
        alternatives.note("""
            update-alternatives \\
              --quiet --install /usr/bin/awk awk /usr/bin/gawk 10 \\
              --slave /usr/share/man/awk.1 awk.1 /usr/share/man/gawk.1 \\
              --slave /no/such/awk.1 other.1 /usr/share/man/gawk.1 \\
              # --slave /usr/bin/commented commented /usr/bin/gawk
            """);
        alternatives.addLinks(tree);
        assertEquals("/etc/alternatives/awk", target("/usr/bin/awk"));
        assertEquals("/usr/bin/gawk", target("/etc/alternatives/awk"));
        assertEquals("/usr/share/man/gawk.1", target("/etc/alternatives/awk.1"));
        assertNull(tree.find("/usr/bin/nawk", false));
        assertNull(tree.find("/no/such/awk.1", false));
        assertNull(tree.find("/usr/bin/commented", false));
    }

    @Test
    void loopsAndVariablesAreFollowed() {
        files("/usr/bin/php8.2", "/usr/bin/phar8.2", "/usr/lib/jvm/17/bin/java", "/usr/lib/jvm/17/bin/keytool");
        alternatives.note("""
            for binary in php phar phar.phar; do
                update-alternatives \\
                    --install /usr/bin/${binary} ${binary} /usr/bin/${binary}8.2 82
            done
            priority=1711
            if [ -n "$multiarch" ]; then
                priority=$(expr $priority - 1)
            fi
            basedir=/usr/lib/jvm/17
            tools='java keytool'
            for i in $tools; do
                unset slave || true
                if [ -e $mandir/$i.1.gz ]; then slave="--slave $mandir/$i.1.gz"; fi
                update-alternatives --install "/usr/bin/$i" $i $basedir/bin/$i $priority $slave ;
            done
            """);
        alternatives.addLinks(tree);
        assertEquals("/usr/bin/php8.2", target("/etc/alternatives/php"));
        assertEquals("/usr/bin/phar8.2", target("/etc/alternatives/phar"));
        assertNull(tree.find("/usr/bin/phar.phar", false));
        assertEquals("/usr/lib/jvm/17/bin/java", target("/etc/alternatives/java"));
        assertEquals("/etc/alternatives/keytool", target("/usr/bin/keytool"));
    }

    @Test
    void oneMayLeadToAnother() {
        files("/usr/bin/emacs-nox");
        alternatives.note("""
            update-alternatives --install /usr/bin/editor editor /usr/bin/emacs 0
            update-alternatives --install /usr/bin/emacs emacs /usr/bin/emacs-nox 28
            """);
        alternatives.addLinks(tree);
        assertEquals("/usr/bin/emacs", target("/etc/alternatives/editor"));
    }

    @Test
    void whatIsThereOrCannotBeKnownStaysAsItIs() {
        files("/usr/bin/there", "/usr/bin/other");
        alternatives.note("""
            update-alternatives --install /usr/bin/there there /usr/bin/other 1
            update-alternatives --install /usr/bin/a a $(command -v other) 1
            update-alternatives --install /usr/bin/b b "$unknown" 1
            update-alternatives --install /usr/bin/c ../c /usr/bin/other 1
            update-alternatives --install /usr/bin/d d /usr/bin/other much
            update-alternatives --install /usr/bin/e
            echo update-alternatives --install /usr/bin/f f /usr/bin/other 1
            """);
        alternatives.addLinks(tree);
        assertTrue(tree.find("/usr/bin/there", false) instanceof RegularFile);
        for (String name : List.of("a", "b", "c", "d", "e", "f")) {
            assertNull(tree.find("/usr/bin/" + name, false), name);
        }
    }

    @Test
    void wordsAreThoseOfTheShell() {
        assertEquals(List.of(List.of("echo", "a b", "$c", "d#e", "f\"g", "$h")),
                commands("echo 'a b' \\$c d#e \"f\\\"g\" '$h' # the rest\n"));
        assertEquals(List.of(List.of("[", "x", "]"), List.of("a"), List.of("b", "c"), List.of("fi")),
                commands("if [ x ]; then a; else b \\\n c; fi"));
        assertEquals(List.of(Arrays.asList("echo", null, null)), commands("echo $unknown \"x$y\""));
        assertEquals(List.of(List.of("p", "1"), List.of("p", "1"), List.of("p", "2"), List.of("p", "2"), List.of("q")),
                commands("for i in 1 2; do for j in a b; do p $i; done; done; q"
                        .replace("; done; done;", "\ndone\ndone\n")).stream()
                        .filter(words -> !words.equals(List.of("done"))).toList());
    }

    @Property(tries = 300)
    void anyScriptEnds(@ForAll @StringLength(max = 400) String script) {
        alternatives.note(script + " for a in 1 2 3; do for b in $a $a; do " + script);
        alternatives.addLinks(tree);
    }

    @Test
    void loopsWithinLoopsEnd() {
        int[] seen = {0};
        MaintainerScript.visit("for a in 1 2 3 4 5 6 7 8 9; do ".repeat(30) + "x" + "; done".repeat(30),
                words -> seen[0]++);
        assertTrue(seen[0] <= 20_000, "commands: " + seen[0]);
    }
}
