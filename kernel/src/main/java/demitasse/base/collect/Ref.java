package demitasse.base.collect;

/** Where a method leaves an object result; owned by the caller. */
public final class Ref<T> {
    public T value;
}
