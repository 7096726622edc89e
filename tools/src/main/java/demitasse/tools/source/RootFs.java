package demitasse.tools.source;

import demitasse.tools.tree.FileTree;

/** A root file system and how its maker wanted it to be run. */
public record RootFs(FileTree tree, Defaults defaults) {
}
