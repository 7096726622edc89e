package demitasse.posix.file;

import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;
import demitasse.vfs.Statistics;

/**
 * What the calls that take paths need for a moment. Nothing blocks inside the kernel, so one of each serves
 * all tasks; a call clears the places it has set.
 */
public final class PathScratch {
    /** What the call is about. */
    public final Path place = new Path();
    /** The second thing, for calls with two paths. */
    public final Path other = new Path();
    public final Stat stat = new Stat();
    public final Statistics statistics = new Statistics();
    public final Ref<FileHandle> handle = new Ref<>();
    public final Ref<Inode> inode = new Ref<>();
    public final Name name = new Name();
}
