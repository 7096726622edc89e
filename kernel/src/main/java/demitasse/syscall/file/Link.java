package demitasse.syscall.file;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;

/** link(2), linkat(2). */
final class Link {
    private static final int KNOWN = At.AT_SYMLINK_FOLLOW | At.AT_EMPTY_PATH;

    private Link() {
    }

    @Syscall("link")
    static long link(Call call, long existing, long path) {
        return linkat(call, At.AT_FDCWD, existing, At.AT_FDCWD, path, 0);
    }

    @Syscall("linkat")
    static long linkat(Call call, int existingDirectory, long existing, int directory, long path, int flags) {
        if ((flags & ~KNOWN) != 0) {
            return -EINVAL;
        }
        int walkFlags = ((flags & At.AT_SYMLINK_FOLLOW) != 0 ? PathWalk.FOLLOW : 0)
                | ((flags & At.AT_EMPTY_PATH) != 0 ? PathWalk.EMPTY : 0);
        PathScratch scratch = At.scratch(call);
        int error = At.find(call, existingDirectory, existing, walkFlags, scratch.place);
        if (error == 0) {
            error = At.secondParent(call, directory, path);
        }
        long result = error < 0 ? error : make(call, scratch.place);
        scratch.place.clear();
        return result;
    }

    private static long make(Call call, Path existing) {
        PathWalk walker = At.mounts(call).secondWalker();
        int error = At.refuseName(call, walker);
        if (error < 0) {
            return error;
        }
        int result = At.mounts(call).changes().link(
                existing, walker.directory(), walker.last(), call.credentials());
        walker.forget();
        return result;
    }
}
