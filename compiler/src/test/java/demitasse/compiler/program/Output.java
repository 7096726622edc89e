package demitasse.compiler.program;

import org.teavm.interop.Import;
import org.teavm.interop.PlatformMarker;
import org.teavm.interop.Platforms;
import org.teavm.interop.Unmanaged;
import org.teavm.interop.c.Include;

/** Where test programs write: standard output in a compiled process, a buffer on HotSpot. */
@Include(value = "process.h", isSystem = false)
final class Output {
    static StringBuilder buffer = new StringBuilder();

    private static boolean muted;
    private static int hash;

    private Output() {
    }

    @PlatformMarker(Platforms.C)
    static boolean onMetal() {
        return false;
    }

    /** From now on lines only go into a hash, until the next call prints it. */
    static void mute(boolean newMuted) {
        muted = newMuted;
        if (!muted) {
            line("hash " + hash);
        }
    }

    static void line(String text) {
        if (muted) {
            hash = hash * 31 + text.hashCode();
        } else if (onMetal()) {
            for (int i = 0; i < text.length(); i++) {
                put(text.charAt(i));
            }
            put('\n');
        } else {
            buffer.append(text).append('\n');
        }
    }

    @Unmanaged
    @Import(name = "process_put")
    private static native void put(int character);

    @Unmanaged
    @Import(name = "process_choice")
    static native int choice();
}
