package demitasse.base.annotation;

/** Stands in for the kernel's, which this module cannot see. */
public @interface WarmPath {
    String value();
}
