package demitasse.tools.source;

import java.util.List;

/**
 * How to run a root file system when the user does not say: the fields of an OCI image configuration
 * (image-spec, config.md). Empty lists and strings mean "not said".
 */
public record Defaults(List<String> entrypoint, List<String> command, List<String> environment, String user,
        String workingDirectory) {
    public static final Defaults NONE = new Defaults(List.of(), List.of(), List.of(), "", "");
}
