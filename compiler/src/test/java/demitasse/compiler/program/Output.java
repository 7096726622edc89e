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

    private Output() {
    }

    @PlatformMarker(Platforms.C)
    static boolean onMetal() {
        return false;
    }

    static void line(String text) {
        if (onMetal()) {
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
