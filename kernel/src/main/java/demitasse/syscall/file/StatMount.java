package demitasse.syscall.file;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EOVERFLOW;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Scratch;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.Mount;
import demitasse.vfs.MountChanges;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/**
 * statmount(2), listmount(2). struct mnt_id_req: 0 size, 8 mount, 16 parameter. struct statmount: 0 size, 8 mask,
 * 16 major, 20 minor, 24 magic, 32 flags, 36 type, 40 id, 48 parent, 56 old id, 60 old parent, 64 attributes,
 * 72 propagation, 80 peer group, 88 master, 96 propagate from, 104 root, 108 point, 512 the strings.
 */
final class StatMount {
    /** Mounts are known here by numbers that no old identifier has. */
    static final long UNIQUE = 1L << 32;
    private static final int REQUEST_BYTES = 24;
    private static final int REQUEST_BYTES_MAX = 4096;
    /** LSMT_ROOT: the mount that is the root of the caller. */
    private static final long ROOT = -1;
    private static final int REVERSE = 1;
    private static final int LIST_MAX = 1 << 20;
    private static final int STRUCT_BYTES = 512;
    private static final int SB_BASIC = 1;
    private static final int MNT_BASIC = 2;
    private static final int PROPAGATE_FROM = 4;
    private static final int MNT_ROOT = 8;
    private static final int MNT_POINT = 16;
    private static final int FS_TYPE = 32;

    private StatMount() {
    }

    /** Copies the request in: its address, or what {@link UserWord#isErrno} tells from one. */
    private static long request(Call call, long address) {
        long copy = UserWord.load(call, address, Integer.BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        int sizeBytes = Memory.getInt(copy);
        if (sizeBytes < REQUEST_BYTES || sizeBytes > REQUEST_BYTES_MAX) {
            return -EINVAL;
        }
        copy = UserWord.load(call, address, REQUEST_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        return Memory.getInt(copy + 4) == 0 && isUnique(Memory.getLong(copy + 8)) ? copy : -EINVAL;
    }

    /** Told by their size from the numbers that were used before, and are again: MNT_UNIQUE_ID_OFFSET of Linux 6.11. */
    private static boolean isUnique(long id) {
        return Long.compareUnsigned(id, UNIQUE) > 0;
    }

    private static Mount find(Call call, long id) {
        Mount mount = (id & UNIQUE) == 0 || id >>> 33 != 0 ? null : At.mounts(call).find((int) id);
        return mount != null && call.namespaces().mounts().contains(mount) ? mount : null;
    }

    @Syscall(value = "listmount", note = "Of the mounts below one, in the order of mounting.")
    static long listmount(Call call, long request, long ids, long count, int flags) {
        if ((flags & ~REVERSE) != 0 || count < 0 || count > LIST_MAX) {
            return (flags & ~REVERSE) != 0 ? -EINVAL : -EOVERFLOW;
        }
        long copy = request(call, request);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        long wanted = Memory.getLong(copy + 8);
        long last = Memory.getLong(copy + 16);
        if (last != 0 && !isUnique(last)) {
            return -EINVAL;
        }
        Mounts mounts = At.mounts(call);
        Mount above = wanted == ROOT ? call.process().root().mount() : find(call, wanted);
        if (above == null) {
            return -ENOENT;
        }
        boolean reverse = flags != 0;
        int listed = 0;
        for (int i = 0; i < mounts.count() && listed < count; i++) {
            Mount mount = mounts.at(reverse ? mounts.count() - 1 - i : i);
            long id = UNIQUE | mount.id();
            boolean follows = last == 0 || (reverse ? id < last : id > last);
            if (follows && mount != above && mounts.isBelow(mount, above)) {
                call.instance().scratch().reset();
                if (UserWord.storeLong(call, ids + (long) listed * Long.BYTES, id) < 0) {
                    return -EFAULT;
                }
                listed++;
            }
        }
        return listed;
    }

    @Syscall(value = "statmount", rejects = {"STATMOUNT_MNT_NS_ID", "STATMOUNT_MNT_OPTS"},
            note = "What is not known is missing in the mask.")
    static long statmount(Call call, long request, long buffer, long sizeBytes, int flags) {
        if (flags != 0) {
            return -EINVAL;
        }
        long copy = request(call, request);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        Mount mount = find(call, Memory.getLong(copy + 8));
        if (mount == null) {
            return -ENOENT;
        }
        int asked = (int) Memory.getLong(copy + 16);
        int room = STRUCT_BYTES + 2 * Scratch.PATH_BYTES;
        long target = call.scratch(room);
        Memory.fill(target, STRUCT_BYTES, (byte) 0);
        Text strings = new Text();
        strings.set(target + STRUCT_BYTES, room - STRUCT_BYTES);
        Memory.putLong(target + 8, asked & (SB_BASIC | MNT_BASIC | PROPAGATE_FROM | MNT_ROOT | MNT_POINT | FS_TYPE));
        numbers(call, mount, asked, target);
        strings(call, mount, asked, target, strings);
        int bytes = STRUCT_BYTES + strings.length();
        Memory.putInt(target, bytes);
        if (bytes > sizeBytes && strings.length() > 0) {
            return -EOVERFLOW;
        }
        return call.process().memory().copyOut(target, buffer, (int) Math.min(bytes, sizeBytes));
    }

    private static void numbers(Call call, Mount mount, int asked, long target) {
        PathScratch scratch = At.scratch(call);
        if ((asked & SB_BASIC) != 0 && mount.fileSystem().root().stat(scratch.stat) == 0
                && mount.fileSystem().statistics(scratch.statistics) == 0) {
            Memory.putInt(target + 16, Stat.majorOf(scratch.stat.device));
            Memory.putInt(target + 20, Stat.minorOf(scratch.stat.device));
            Memory.putLong(target + 24, scratch.statistics.type);
            Memory.putInt(target + 32, mount.flags() & Mount.READ_ONLY);
        }
        if ((asked & MNT_BASIC) != 0) {
            int parent = mount.parent() == null ? mount.id() : mount.parent().id();
            Memory.putLong(target + 40, UNIQUE | mount.id());
            Memory.putLong(target + 48, UNIQUE | parent);
            Memory.putInt(target + 56, mount.id());
            Memory.putInt(target + 60, parent);
            Memory.putLong(target + 64, MountAttributes.of(mount.flags()));
            int kind = mount.peerGroup() != 0 ? MountChanges.MS_SHARED : mount.masterGroup() != 0
                    ? MountChanges.MS_SLAVE : mount.isUnbindable() ? MountChanges.MS_UNBINDABLE
                    : MountChanges.MS_PRIVATE;
            Memory.putLong(target + 72, kind);
            Memory.putLong(target + 80, mount.peerGroup());
            Memory.putLong(target + 88, mount.masterGroup());
        }
        if ((asked & PROPAGATE_FROM) != 0) {
            Memory.putLong(target + 96, mount.masterGroup());
        }
    }

    private static void strings(Call call, Mount mount, int asked, long target, Text strings) {
        Path place = new Path();
        if ((asked & FS_TYPE) != 0) {
            Memory.putInt(target + 36, strings.length());
            strings.add(mount.fileSystem().type()).character(0);
        }
        if ((asked & MNT_ROOT) != 0) {
            Memory.putInt(target + 104, strings.length());
            At.mounts(call).shownOf(mount, place);
            path(call, place, strings);
        }
        if ((asked & MNT_POINT) != 0) {
            Memory.putInt(target + 108, strings.length());
            At.mounts(call).pointOf(mount, place);
            path(call, place, strings);
        }
        place.clear();
    }

    private static void path(Call call, Path place, Text strings) {
        Name name = new Name();
        long buffer = call.scratch(Scratch.PATH_BYTES);
        if (At.mounts(call).pathOf(place, call.process().root(), buffer, Scratch.PATH_BYTES, name) >= 0) {
            strings.bytes(name.address(), name.length());
        }
        strings.character(0);
    }
}
