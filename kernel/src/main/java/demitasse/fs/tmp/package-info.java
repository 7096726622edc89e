/**
 * tmpfs(5): a file system in memory. Files, names and page tables stand in raw memory
 * ({@link demitasse.fs.tmp.NodeLayout}); Java objects exist for what is in use. Extended
 * attributes hang on a table beside; no file of it is ever written anywhere.
 *
 * <p>Invariants: a record with links 0 and without an object is free; bytes behind the end of a file are zero
 * in its last frame; at most one object stands for a record. Tests: a model of files and directories (jqwik).
 */
package demitasse.fs.tmp;
