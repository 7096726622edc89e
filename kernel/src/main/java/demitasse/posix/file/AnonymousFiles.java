package demitasse.posix.file;

import demitasse.base.collect.Ref;
import demitasse.vfs.Inode;

/** Makes regular files without a name; a tmpfs does. */
public interface AnonymousFiles {
    /** 0 or -errno; the file goes when nobody holds it. */
    int createAnonymous(int mode, int uid, int gid, Ref<Inode> out);
}
