package demitasse.tools.cli;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command and its verbs. */
@Command(name = "demi", description = "Runs unmodified Linux programs on the Demitasse library OS.",
        subcommands = {RunCommand.class, ImagesCommand.class, RmiCommand.class, ImageCommand.class,
            VersionCommand.class},
        synopsisSubcommandLabel = "COMMAND")
public final class Demi {
    static final int FAILURE = 125;

    private Demi() {
    }

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String[] arguments) {
        CommandLine line = new CommandLine(new Demi());
        line.setParameterExceptionHandler((e, ignored) -> fail(e.getMessage()));
        line.setExecutionExceptionHandler((e, command, result) -> fail(sentence(e)));
        line.setUsageHelpAutoWidth(false);
        if (arguments.length == 0) {
            line.usage(System.err);
            return FAILURE;
        }
        return line.execute(OptionalValues.separated(arguments));
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
