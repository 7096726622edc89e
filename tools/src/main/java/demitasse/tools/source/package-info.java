/**
 * What a user may name as SOURCE. {@link demitasse.tools.source.Sources} asks each kind in turn; a kind that
 * recognises the text answers with a {@link demitasse.tools.source.Source}, which has a cheap key for the
 * cache and can be read into a tree.
 *
 * <p>Kinds: {@code deb:NAME[,NAME...]}, an OCI layout directory, an OCI archive or plain tar (gzip, xz and
 * zstd are recognised by their magic numbers), a directory. No source is trusted: every length is checked
 * against what is there, every blob against its digest, and the tree itself stops names that climb out.
 */
package demitasse.tools.source;
