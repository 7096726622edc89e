package demitasse.compiler.runtime;

import org.teavm.interop.Import;
import org.teavm.interop.Unmanaged;
import org.teavm.interop.c.Include;

/** Where every {@code throw} of an image ends: the platform's panic, with the class and message of what was thrown. */
@Include(value = "demitasse.h", isSystem = true)
public final class Thrown {
    private Thrown() {
    }

    public static void panic(Throwable thrown) {
        append(name(thrown));
        String message = thrown.getMessage();
        if (message != null) {
            append(": ");
            append(message);
        }
        panicNow();
    }

    private static void append(String text) {
        for (int i = 0; i < text.length(); i++) {
            appendReason(text.charAt(i));
        }
    }

    /** The body is written by the compiler's plugin, which gives every throwable class a method with its name. */
    private static native String name(Throwable thrown);

    @Unmanaged
    @Import(name = "demitasse_append_reason")
    private static native void appendReason(int character);

    @Unmanaged
    @Import(name = "demitasse_panic_now")
    private static native void panicNow();
}
