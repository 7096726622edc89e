package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMFILE;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EOVERFLOW;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESTALE;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.PathScratch;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.posix.task.Capabilities;
import demitasse.vfs.DirectoryPlaces;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.PathWalk;

/**
 * open_by_handle_at(2): name_to_handle_at, open_by_handle_at.
 *
 * <pre>
 * struct file_handle  0 bytes behind, 4 type, 8 the handle: of ours 0 the device, 4 the number of the file (64)
 * </pre>
 */
final class NameToHandle {
    private static final int HEAD_BYTES = 8;
    private static final int HANDLE_BYTES = 12;
    private static final int HANDLE_BYTES_MAX = 128;
    private static final int TYPE = 1;
    private static final int AT_SYMLINK_FOLLOW = 0x400;
    private static final int AT_EMPTY_PATH = 0x1000;

    private NameToHandle() {
    }

    @Syscall(value = "name_to_handle_at", rejects = {"AT_HANDLE_FID", "AT_HANDLE_MNT_ID_UNIQUE"},
            note = "What is on a tmpfs has handles, also where that lies over an image; what is in the image has none.")
    static long nameToHandleAt(Call call, int directory, long path, long handle, long mountId, int flags) {
        if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0) {
            return -EINVAL;
        }
        PathScratch scratch = At.scratch(call);
        int walk = ((flags & AT_SYMLINK_FOLLOW) != 0 ? PathWalk.FOLLOW : 0)
                | ((flags & AT_EMPTY_PATH) != 0 ? PathWalk.EMPTY : 0);
        int error = At.find(call, directory, path, walk, scratch.place);
        long result = error < 0 ? error : tell(call, scratch, handle, mountId);
        scratch.place.clear();
        return result;
    }

    private static long tell(Call call, PathScratch scratch, long handle, long mountId) {
        UserSpace memory = call.process().memory();
        long copy = call.scratch(HEAD_BYTES + HANDLE_BYTES + Integer.BYTES);
        long id = copy + HEAD_BYTES + HANDLE_BYTES;
        long number = scratch.place.mount() == null ? -EOPNOTSUPP : scratch.place.inode().handle();
        int error = number < 0 ? (int) number : scratch.place.inode().stat(scratch.stat);
        if (error < 0) {
            return error;
        }
        if (memory.copyIn(handle, copy, Integer.BYTES) < 0) {
            return -EFAULT;
        }
        int room = Memory.getInt(copy);
        if (room < 0 || room > HANDLE_BYTES_MAX) {
            return -EINVAL;
        }
        boolean fits = room >= HANDLE_BYTES;
        Memory.putInt(copy, HANDLE_BYTES);
        Memory.putInt(copy + 4, TYPE);
        Memory.putInt(copy + HEAD_BYTES, (int) scratch.stat.device);
        Memory.putLong(copy + HEAD_BYTES + 4, number);
        Memory.putInt(id, scratch.place.mount().id());
        boolean stored = memory.copyOut(id, mountId, Integer.BYTES) >= 0
                && memory.copyOut(copy, handle, fits ? HEAD_BYTES + HANDLE_BYTES : Integer.BYTES) >= 0;
        return !stored ? -EFAULT : fits ? 0 : -EOVERFLOW;
    }

    @Syscall("open_by_handle_at")
    static long openByHandleAt(Call call, int mountFd, long handle, int flags) {
        int kept = flags & OpenFlags.O_ALL & ~(OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_TMPFILE)
                | flags & OpenFlags.O_DIRECTORY;
        if (Opening.isUnderWay(call)) {
            return Opening.resume(call, kept);
        }
        if (!call.credentials().may(Capabilities.CAP_DAC_READ_SEARCH)) {
            return -EPERM;
        }
        long copy = call.scratch(HEAD_BYTES + HANDLE_BYTES);
        if (call.process().memory().copyIn(handle, copy, HEAD_BYTES) < 0) {
            return -EFAULT;
        }
        int bytes = Memory.getInt(copy);
        if (bytes <= 0 || bytes > HANDLE_BYTES_MAX) {
            return -EINVAL;
        }
        FileHandle anchor = mountFd == At.AT_FDCWD ? null : call.anyFile(mountFd);
        if (anchor == null && mountFd != At.AT_FDCWD) {
            return -EBADF;
        }
        if (bytes != HANDLE_BYTES || Memory.getInt(copy + 4) != TYPE) {
            return -ESTALE;
        }
        if (call.process().memory().copyIn(handle + HEAD_BYTES, copy + HEAD_BYTES, HANDLE_BYTES) < 0) {
            return -EFAULT;
        }
        PathScratch scratch = At.scratch(call);
        int error = anchor == null ? At.find(call, At.AT_FDCWD, 0, PathWalk.EMPTY, scratch.place)
                : At.placeOf(call, anchor, scratch.place);
        error = error < 0 ? error : find(call, scratch, copy + HEAD_BYTES);
        error = error == 0 && call.process().files().isFull() ? -EMFILE : error;
        return Opening.openFound(call, scratch, error, kept, 0);
    }

    /** Goes from a place to the file of a handle on the same file system. */
    private static int find(Call call, PathScratch scratch, long handle) {
        int error = scratch.place.mount() == null ? -ESTALE : scratch.place.inode().stat(scratch.stat);
        if (error < 0 || (int) scratch.stat.device != Memory.getInt(handle)) {
            return error < 0 ? error : -ESTALE;
        }
        error = scratch.place.mount().fileSystem().byHandle(Memory.getLong(handle + 4), scratch.inode);
        if (error < 0) {
            return error;
        }
        Inode found = scratch.inode.value;
        scratch.inode.value = null;
        error = found.stat(scratch.stat);
        if (error == 0 && At.isDirectory(scratch.stat)) {
            // By its names: without, it would have a list of names of its own beside the one that is known.
            return new DirectoryPlaces(At.mounts(call)).find(scratch.place.mount(), found, scratch.place);
        }
        if (error == 0) {
            scratch.place.setDetached(scratch.place, found);
        }
        return error;
    }
}
