package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Text;
import demitasse.vfs.Mount;
import demitasse.vfs.MountedTree;
import demitasse.vfs.Mounts;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** /proc/PID/mounts, mountinfo and mountstats, proc(5): what the process sees from its root. */
final class MountsText {
    private final ProcFileSystem fileSystem;
    private final Mounts mounts;
    private final MountedTree tree;
    private final ProcessView process;
    private final Path root = new Path();
    private final Path place = new Path();
    private final Stat stat = new Stat();

    MountsText(ProcFileSystem fileSystem, ProcessView process) {
        this.fileSystem = fileSystem;
        this.process = process;
        mounts = fileSystem.mounts();
        tree = process.mounts();
    }

    /** @param kind one of {@link ProcessText}'s MOUNTS, MOUNTINFO, MOUNTSTATS */
    int write(Text out, int kind) {
        if (tree == null || !process.root(root)) {
            return -EINVAL;
        }
        int result = 0;
        for (int i = 0; i < mounts.count() && result == 0; i++) {
            Mount mount = mounts.at(i);
            mounts.pointOf(mount, place);
            if (tree.contains(mount) && fileSystem.places().reaches(root, place)) {
                result = kind == ProcessText.MOUNTINFO ? information(out, mount)
                        : kind == ProcessText.MOUNTS ? line(out, mount) : statistics(out, mount);
            }
        }
        place.clear();
        root.clear();
        return result;
    }

    private int line(Text out, Mount mount) {
        escaped(out, mount.source());
        out.character(' ');
        int result = fileSystem.places().write(out, root, place, true);
        out.character(' ').add(mount.fileSystem().type()).character(' ');
        options(out, mount);
        out.add(" 0 0\n");
        return result;
    }

    /** No file system here keeps statistics of its own, so that the heads of Linux's lines remain. */
    private int statistics(Text out, Mount mount) {
        out.add("device ");
        escaped(out, mount.source());
        out.add(" mounted on ");
        int result = fileSystem.places().write(out, root, place, true);
        out.add(" with fstype ").add(mount.fileSystem().type()).newline();
        return result;
    }

    private int information(Text out, Mount mount) {
        long device = mount.fileSystem().root().stat(stat) < 0 ? 0 : stat.device;
        out.number(mount.id()).character(' ');
        out.number(mount.parent() == null ? 0 : mount.parent().id()).character(' ');
        out.number(Stat.majorOf(device)).character(':').number(Stat.minorOf(device)).character(' ');
        int result = shown(out, mount);
        out.character(' ');
        result = result < 0 ? result : fileSystem.places().write(out, root, place, true);
        out.character(' ');
        options(out, mount);
        propagation(out, mount);
        out.add(" - ").add(mount.fileSystem().type()).character(' ');
        escaped(out, mount.source());
        out.add(mount.isReadOnly() ? " ro\n" : " rw\n");
        return result;
    }

    /** What part of its file system a mount shows. */
    private int shown(Text out, Mount mount) {
        Path part = fileSystem.places().borrow();
        mounts.shownOf(mount, part);
        int result = fileSystem.places().write(out, root, part, true);
        part.clear();
        return result;
    }

    private static void propagation(Text out, Mount mount) {
        if (mount.peerGroup() != 0) {
            out.add(" shared:").number(mount.peerGroup());
        }
        if (mount.masterGroup() != 0) {
            out.add(" master:").number(mount.masterGroup());
        }
        out.add(mount.isUnbindable() ? " unbindable" : "");
    }

    private static void options(Text out, Mount mount) {
        out.add(mount.isReadOnly() ? "ro" : "rw");
        out.add((mount.flags() & Mount.NO_SUID) != 0 ? ",nosuid" : "");
        out.add((mount.flags() & Mount.NO_DEVICES) != 0 ? ",nodev" : "");
        out.add((mount.flags() & Mount.NO_EXECUTE) != 0 ? ",noexec" : "");
        out.add((mount.flags() & Mount.NO_ACCESS_TIMES) != 0 ? ",noatime" : "");
        out.add((mount.flags() & Mount.NO_DIRECTORY_ACCESS_TIMES) != 0 ? ",nodiratime" : "");
        out.add((mount.flags() & (Mount.NO_ACCESS_TIMES | Mount.STRICT_ACCESS_TIMES)) == 0 ? ",relatime" : "");
        out.add((mount.flags() & Mount.NO_SYMLINK_FOLLOW) != 0 ? ",nosymfollow" : "");
    }

    private static void escaped(Text out, String text) {
        for (int i = 0; i < text.length(); i++) {
            Places.escape(out, text.charAt(i));
        }
    }
}
