package demitasse.tools.source;

import demitasse.tools.tree.Attributes;
import demitasse.tools.tree.Directory;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.SymbolicLink;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The links that update-alternatives(1) would have made: for each name the choice of highest priority, by way of
 * {@code /etc/alternatives}, and with it the links that belong to it.
 */
final class Alternatives {
    private static final String DIRECTORY = "/etc/alternatives";

    /** {@code link} leads through {@code name} in the directory to {@code path}. */
    private record Link(String link, String name, String path) {
        static Link of(List<String> words, int at) {
            if (at + 3 > words.size() || words.subList(at, at + 3).contains(null)) {
                return null;
            }
            Link link = new Link(words.get(at), words.get(at + 1), words.get(at + 2));
            return link.link.startsWith("/") && link.path.startsWith("/") && !link.name.contains("/") ? link : null;
        }
    }

    private record Choice(Link master, int priority, List<Link> slaves) { }

    private final List<Choice> choices = new ArrayList<>();

    /** Notes what a package's script asks for. */
    void note(String script) {
        MaintainerScript.visit(script, this::noteCommand);
    }

    private void noteCommand(List<String> words) {
        int install = words.indexOf("--install");
        if (install < 1 || words.getFirst() == null || !words.getFirst().endsWith("update-alternatives")) {
            return;
        }
        Link master = Link.of(words, install + 1);
        String priority = words.size() > install + 4 ? words.get(install + 4) : null;
        if (master == null || priority == null || !priority.matches("-?[0-9]{1,9}")) {
            return;
        }
        List<Link> slaves = new ArrayList<>();
        for (int at = install + 5; at < words.size(); at++) {
            Link slave = "--slave".equals(words.get(at)) ? Link.of(words, at + 1) : null;
            if (slave != null) {
                slaves.add(slave);
            }
        }
        choices.add(new Choice(master, Integer.parseInt(priority), slaves));
    }

    /** Makes the links. One may lead to another, which is why they are looked through until nothing new comes of it. */
    void addLinks(FileTree tree) {
        choices.sort(Comparator.comparingInt(Choice::priority).reversed());
        boolean added = true;
        while (added) {
            added = false;
            for (Choice choice : choices) {
                if (add(tree, choice.master)) {
                    choice.slaves.forEach(slave -> add(tree, slave));
                    added = true;
                }
            }
        }
    }

    /** False where the link or what stands for it is there already, or there is nothing to link to. */
    private static boolean add(FileTree tree, Link link) {
        String middle = DIRECTORY + "/" + link.name;
        String parent = link.link.substring(0, link.link.lastIndexOf('/') + 1);
        if (tree.find(link.path, true) == null || tree.find(link.link, false) != null
                || tree.find(middle, false) != null || !(tree.find(parent, true) instanceof Directory)) {
            return false;
        }
        if (tree.find(DIRECTORY, true) == null) {
            tree.add(DIRECTORY, new Directory(Attributes.ofRoot(0755)));
        }
        tree.add(middle, new SymbolicLink(Attributes.ofRoot(0777), link.path));
        tree.add(link.link, new SymbolicLink(Attributes.ofRoot(0777), middle));
        return true;
    }
}
