package demitasse.tools.tree;

/** A regular file. Under two names it is a hard link. */
public final class RegularFile extends Node {
    private final Content content;

    public RegularFile(Attributes attributes, Content content) {
        super(attributes);
        this.content = content;
    }

    public Content content() {
        return content;
    }
}
