package demitasse.base.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A method that a hot path calls only in rare cases; {@link HotPath} verification does not enter it. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface ColdPath {
    /** Why the call is rare. */
    String value();
}
