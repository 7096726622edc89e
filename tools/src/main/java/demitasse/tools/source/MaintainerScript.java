package demitasse.tools.source;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A maintainer script of a Debian package (Debian policy §6), of which the commands are found without running them. Of
 * the shell it knows words, quotes, variables and {@code for} over words. Of an {@code if} or a {@code case} all
 * branches count; a word that cannot be known, as that of a command substitution, is null.
 */
final class MaintainerScript {
    /** A script that loops for longer is up to something. */
    private static final int COMMANDS_MAX = 20_000;
    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=(.*)", Pattern.DOTALL);
    private static final Pattern VARIABLE =
            Pattern.compile("\\$(?:\\{([A-Za-z_][A-Za-z0-9_]*)}|([A-Za-z_][A-Za-z0-9_]*))|\\$|`");
    private static final List<String> NOT_COMMANDS = List.of("if", "then", "else", "elif", "do", "{", "!");
    /** Stands for a dollar sign that a quote or backslash has made an ordinary character. */
    private static final char ORDINARY_DOLLAR = '\ufdd0';

    private record Word(String text, boolean quoted) { }

    private final List<List<Word>> commands = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();
    private final Consumer<List<String>> visitor;
    private int visited;

    private MaintainerScript(String script, Consumer<List<String>> visitor) {
        this.visitor = visitor;
        new Words(script).read();
    }

    /** Gives every command, as its words, to a visitor. */
    static void visit(String script, Consumer<List<String>> visitor) {
        MaintainerScript read = new MaintainerScript(script, visitor);
        read.visit(0, read.commands.size());
    }

    private void visit(int from, int to) {
        int at = from;
        while (at < to && visited++ < COMMANDS_MAX) {
            List<Word> command = commands.get(at);
            at++;
            if (isLoop(command) && command.getFirst().text.equals("for")) {
                int end = endOfLoop(at, to);
                visitEach(command, at, end);
                at = end;
                continue;
            }
            Matcher assignment = ASSIGNMENT.matcher(command.size() == 1 ? command.getFirst().text : "");
            if (assignment.matches()) {
                set(assignment.group(1), expand(assignment.group(2)));
            } else {
                visitor.accept(expandAll(command));
            }
        }
    }

    /** What cannot be known does not take the place of what is: it is mostly of a branch that is not gone. */
    private void set(String variable, String value) {
        if (value != null) {
            variables.put(variable, value);
        }
    }

    /** {@code for NAME in WORD...}, with the commands of its body. */
    private void visitEach(List<Word> loop, int from, int to) {
        if (loop.size() < 3 || !loop.get(2).text.equals("in")) {
            return;
        }
        for (String value : expandAll(loop.subList(3, loop.size()))) {
            set(loop.get(1).text, value);
            visit(from, to);
        }
    }

    private int endOfLoop(int from, int to) {
        int depth = 1;
        int at = from;
        while (at < to) {
            depth += isLoop(commands.get(at)) ? 1 : commands.get(at).getFirst().text.equals("done") ? -1 : 0;
            if (depth == 0) {
                break;
            }
            at++;
        }
        return at;
    }

    private static boolean isLoop(List<Word> command) {
        return List.of("for", "while", "until").contains(command.getFirst().text);
    }

    /** As the shell would: what an unquoted variable holds is cut at blanks. */
    private List<String> expandAll(List<Word> words) {
        List<String> all = new ArrayList<>();
        for (Word word : words) {
            String expanded = expand(word.text);
            if (word.quoted || expanded == null || !VARIABLE.matcher(word.text).find()) {
                all.add(expanded);
            } else if (!expanded.isBlank()) {
                all.addAll(List.of(expanded.strip().split("\\s+")));
            }
        }
        return all;
    }

    private String expand(String text) {
        StringBuilder expanded = new StringBuilder();
        Matcher variable = VARIABLE.matcher(text);
        int end = 0;
        while (variable.find()) {
            String name = variable.group(1) != null ? variable.group(1) : variable.group(2);
            String value = name == null ? null : variables.get(name);
            if (value == null) {
                return null;
            }
            expanded.append(text, end, variable.start()).append(value);
            end = variable.end();
        }
        return expanded.append(text, end, text.length()).toString().replace(ORDINARY_DOLLAR, '$');
    }

    /** Cuts a script into commands. */
    private final class Words {
        private final String script;
        private final StringBuilder word = new StringBuilder();
        private boolean begun;
        private boolean quoted;
        private List<Word> command = new ArrayList<>();
        private int at;

        Words(String script) {
            this.script = script;
        }

        void read() {
            while (at < script.length()) {
                char c = script.charAt(at++);
                switch (c) {
                    case ' ', '\t' -> endWord();
                    case '\n', ';', '&', '|', '(', ')' -> endCommand();
                    case '#' -> comment();
                    case '\\' -> escape();
                    case '\'' -> quote('\'');
                    case '"' -> quote('"');
                    default -> put(c);
                }
            }
            endCommand();
        }

        private void put(char c) {
            word.append(c);
            begun = true;
        }

        private void comment() {
            if (begun) {
                put('#');
                return;
            }
            int end = script.indexOf('\n', at);
            at = end < 0 ? script.length() : end;
        }

        private void escape() {
            if (at == script.length()) {
                return;
            }
            char c = script.charAt(at++);
            if (c != '\n') {
                put(c == '$' ? ORDINARY_DOLLAR : c);
            }
        }

        private void quote(char mark) {
            begun = true;
            quoted = true;
            while (at < script.length()) {
                char c = script.charAt(at++);
                if (c == mark) {
                    return;
                }
                if (c == '\\' && mark == '"') {
                    escape();
                } else {
                    put(c == '$' && mark == '\'' ? ORDINARY_DOLLAR : c);
                }
            }
        }

        private void endWord() {
            if (begun && !(command.isEmpty() && !quoted && NOT_COMMANDS.contains(word.toString()))) {
                command.add(new Word(word.toString(), quoted));
            }
            word.setLength(0);
            begun = false;
            quoted = false;
        }

        private void endCommand() {
            endWord();
            if (!command.isEmpty()) {
                commands.add(command);
                command = new ArrayList<>();
            }
        }
    }
}
