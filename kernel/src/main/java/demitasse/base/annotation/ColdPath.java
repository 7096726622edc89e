package demitasse.base.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method, or a package of them, that fast paths call only in rare cases: {@link HotPath} verification does not enter
 * it, and it is compiled for size unless something fast reaches it in another way, or it is a {@link WarmPath}.
 */
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.PACKAGE})
public @interface ColdPath {
    /** Why the call is rare. */
    String value();
}
