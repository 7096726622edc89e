package demitasse.tools.cli;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;

/** The command and its verbs. */
public final class Demi {
    static final int FAILURE = 125;
    /** Hidden verbs are for tests and tools. */
    private static final int LISTED = 4;
    private static final List<Verb> VERBS = List.of(new RunCommand(), new ImagesCommand(), new RmiCommand(),
            new VersionCommand(), new ImageCommand());

    private Demi() {
    }

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... words) {
        try {
            if (words.length == 0) {
                usage(System.err);
                return FAILURE;
            }
            if (isHelp(words[0])) {
                usage(System.out);
                return 0;
            }
            return run(verb(words[0]), Arrays.asList(words).subList(1, words.length));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted");
        } catch (IOException | RuntimeException e) {
            return fail(sentence(e));
        } catch (OutOfMemoryError e) {
            return fail("Java has not enough memory for this");
        }
    }

    private static int run(Verb verb, List<String> words) throws IOException, InterruptedException {
        int end = words.indexOf("--");
        for (String word : end < 0 ? words : words.subList(0, end)) {
            if (!word.startsWith("-")) {
                break;
            }
            if (isHelp(word)) {
                usage(verb);
                return 0;
            }
        }
        return verb.run(Arguments.parse(verb, words));
    }

    private static Verb verb(String name) {
        for (Verb verb : VERBS) {
            if (verb.name().equals(name)) {
                return verb;
            }
        }
        throw new DemiException("there is no command '" + name + "' (see demi --help)");
    }

    private static boolean isHelp(String word) {
        return word.equals("--help") || word.equals("-h");
    }

    private static void usage(PrintStream output) {
        output.println("Usage: demi COMMAND, which runs unmodified Linux programs on the Demitasse library OS.");
        for (Verb verb : VERBS.subList(0, LISTED)) {
            output.println("  " + verb.name() + " ".repeat(10 - verb.name().length()) + verb.help());
        }
        output.println("demi COMMAND --help says more.");
    }

    private static void usage(Verb verb) {
        String options = verb.options().isEmpty() ? "" : " [OPTION...]";
        System.out.println("Usage: demi " + verb.name() + options
                + (verb.operands().isEmpty() ? "" : " " + verb.operands()));
        System.out.println(verb.help());
        for (Option option : verb.options()) {
            String usage = option.usage();
            System.out.println("  " + usage + " ".repeat(Math.max(1, 34 - usage.length())) + option.help());
        }
    }

    private static int fail(String sentence) {
        System.err.println("demi: " + sentence);
        return FAILURE;
    }

    private static String sentence(Exception e) {
        return switch (e) {
            case DemiException d -> d.getMessage();
            case NoSuchFileException f -> "there is no file " + f.getFile();
            case AccessDeniedException f -> "cannot use " + f.getFile() + ": permission denied";
            case FileSystemException f -> "cannot use " + f.getFile() + ": " + f.getReason();
            case IOException io -> "input or output failed: " + io.getMessage();
            default -> "this is a defect of demi itself: " + e + at(e);
        };
    }

    private static String at(Exception e) {
        return e.getStackTrace().length == 0 ? "" : " at " + e.getStackTrace()[0];
    }
}
