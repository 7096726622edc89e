package demitasse.compiler.runtime;

import org.teavm.interop.Import;
import org.teavm.interop.Unmanaged;
import org.teavm.interop.c.Include;

/** Macros of {@code demitasse-checks.h}; calls to them are written by the plugin alone. */
@Include(value = "demitasse-checks.h", isSystem = true)
public final class Checks {
    private Checks() {
    }

    @Unmanaged
    @Import(name = "demitasse_divide_int")
    public static native int divide(int dividend, int divisor);

    @Unmanaged
    @Import(name = "demitasse_divide_long")
    public static native long divide(long dividend, long divisor);

    @Unmanaged
    @Import(name = "demitasse_remainder_int")
    public static native int remainder(int dividend, int divisor);

    @Unmanaged
    @Import(name = "demitasse_remainder_long")
    public static native long remainder(long dividend, long divisor);

    @Unmanaged
    @Import(name = "demitasse_check_length")
    public static native void checkLength(int length);
}
