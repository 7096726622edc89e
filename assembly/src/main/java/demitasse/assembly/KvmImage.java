package demitasse.assembly;

import demitasse.boot.Boot;
import demitasse.platform.kvm.KvmPlatform;

/** The kernel for virtual machines: what is constructed here is in the image, and nothing else. */
public final class KvmImage {
    private KvmImage() {
    }

    public static void main(String[] arguments) {
        KvmPlatform platform = new KvmPlatform();
        new Boot(platform, platform).run();
    }
}
