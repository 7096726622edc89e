package demitasse.tools.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;

/** {@code demi version}. */
final class VersionCommand implements Verb {
    @Override
    public String name() {
        return "version";
    }

    @Override
    public String operands() {
        return "";
    }

    @Override
    public String help() {
        return "Prints the versions of demi and of the Java that runs it.";
    }

    @Override
    public List<Option> options() {
        return List.of();
    }

    @Override
    public int operandsMin() {
        return 0;
    }

    @Override
    public int operandsMax() {
        return 0;
    }

    @Override
    public int run(Arguments arguments) throws IOException {
        Properties properties = new Properties();
        try (InputStream source = VersionCommand.class.getResourceAsStream("/demitasse/tools/version.properties")) {
            properties.load(source);
        }
        System.out.println("demi " + properties.getProperty("version") + " (Java " + Runtime.version() + ")");
        return 0;
    }
}
