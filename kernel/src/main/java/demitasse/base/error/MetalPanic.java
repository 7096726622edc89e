package demitasse.base.error;

import org.teavm.interop.Import;
import org.teavm.interop.c.Include;

/** The runtime's panic entry: prints the reason, registers and backtrace, and never returns. */
final class MetalPanic {
    private static final int REASON_MAX_CHARS = 160;

    private MetalPanic() {
    }

    static void stop(String reason) {
        int length = Math.min(reason.length(), REASON_MAX_CHARS);
        for (int i = 0; i < length; i++) {
            panicCharacter(reason.charAt(i));
        }
        panicNow();
    }

    @Import(name = "demitasse_append_reason")
    @Include("demitasse.h")
    private static native void panicCharacter(int character);

    @Import(name = "demitasse_panic_now")
    @Include("demitasse.h")
    private static native void panicNow();
}
