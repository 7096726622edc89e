package demitasse.base.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Nothing reachable from the annotated method may allocate or catch. The compiler's plugin verifies it over the
 * call graph and prints the offending path; {@link ColdPath} is where the walk stops. All of it is compiled for speed.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface HotPath {
    /** What makes it hot, such as "per system call". */
    String value();
}
