package demitasse.tools.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;

/** {@code demi version}. */
@Command(name = "version", description = "Prints the versions of demi and of the Java that runs it.")
final class VersionCommand implements Callable<Integer> {
    @Override
    public Integer call() throws IOException {
        Properties properties = new Properties();
        try (InputStream source = VersionCommand.class.getResourceAsStream("/demitasse/tools/version.properties")) {
            properties.load(source);
        }
        System.out.println("demi " + properties.getProperty("version") + " (Java " + Runtime.version() + ")");
        return 0;
    }
}
