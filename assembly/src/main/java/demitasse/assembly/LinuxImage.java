package demitasse.assembly;

import demitasse.boot.Boot;
import demitasse.platform.linux.LinuxNetwork;
import demitasse.platform.linux.LinuxPlatform;

/** The kernel for the linux platform: what is constructed here is in the image, and nothing else. */
public final class LinuxImage {
    private LinuxImage() {
    }

    public static void main(String[] arguments) {
        LinuxPlatform platform = new LinuxPlatform();
        new Boot(platform, new LinuxNetwork()).run();
    }
}
