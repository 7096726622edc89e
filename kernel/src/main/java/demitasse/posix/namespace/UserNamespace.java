package demitasse.posix.namespace;

/** user_namespaces(7). The first one is null wherever credentials or owners are asked for theirs. */
public final class UserNamespace extends Namespace {
    UserNamespace(long number, UserNamespace parent) {
        super(USER, number, parent);
    }

    /** The effective user id of who made it, as the first namespace counts. */
    public int creatorUid() {
        return 0;
    }

    @Override
    public boolean hasParent() {
        return true;
    }
}
