package demitasse.tools.tar;

import demitasse.tools.tree.Attributes;

/**
 * One member of an archive.
 *
 * @param link the target of a symbolic link, or the path that a hard link is another name of
 * @param sizeBytes length of a regular file's content; 0 for everything else
 */
public record TarEntry(Kind kind, String path, String link, Attributes attributes, long sizeBytes, int major,
        int minor) {
    public enum Kind { REGULAR, HARD_LINK, SYMBOLIC_LINK, CHARACTER, BLOCK, DIRECTORY, PIPE }
}
