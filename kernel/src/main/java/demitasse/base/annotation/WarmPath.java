package demitasse.base.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * May allocate, unlike a {@link HotPath}, but its time counts: it is compiled for speed with all that it reaches up to
 * {@link ColdPath}. Methods that neither kind of path reaches are compiled for size, which makes them a third smaller
 * and up to twice as slow.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface WarmPath {
    /** What makes it warm, such as "per fork". */
    String value();
}
