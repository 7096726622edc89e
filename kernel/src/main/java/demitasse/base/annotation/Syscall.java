package demitasse.base.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the handler of one x86-64 Linux system call: {@code static long name(Call call, T a0, ...)} with {@code int}
 * or {@code long} parameters. The annotation processor of the compiler module generates the dispatch table, the
 * strace decoder and the coverage page from it.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Syscall {
    /** The name in the man pages, such as "pread64". */
    String value();

    /** Flags and requests that are accepted without an effect, as Linux would be free to do. */
    String[] ignores() default {};

    /** Flags and requests that Linux knows and we answer with an errno. Makes the call "partly supported". */
    String[] rejects() default {};

    /** What a user should know. */
    String note() default "";
}
