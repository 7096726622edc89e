package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Around every class of tests: nobody may leave the host's /dev/null to another owner, or make a file of it. As root
 * that is easily done: tcpdump(8) gives what its option -w names to a user of its own, whatever it is.
 */
public final class HostDevices implements BeforeAllCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(HostDevices.class);
    private static final Path NULL = Path.of("/dev/null");

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        context.getStore(NAMESPACE).put(NULL, state());
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        assertEquals(context.getStore(NAMESPACE).get(NULL), state(), "the host's " + NULL + " is not as it was");
    }

    private static Map<String, Object> state() throws IOException {
        return Files.readAttributes(NULL, "unix:uid,gid,mode,rdev");
    }
}
