package demitasse.assembly;

import org.teavm.interop.Address;
import org.teavm.interop.Import;
import org.teavm.interop.Unmanaged;
import org.teavm.interop.c.Include;

/** The kernel for the kvm platform: what is constructed here is in the image, and nothing else. */
@Include("demitasse.h")
public final class KvmImage {
    private KvmImage() {
    }

    public static void main(String[] arguments) {
        byte[] text = {'D', 'e', 'm', 'i', 't', 'a', 's', 's', 'e', '\n'};
        log(Address.ofData(text), text.length);
    }

    @Unmanaged
    @Import(name = "platform_log")
    private static native void log(Address text, int lengthBytes);
}
