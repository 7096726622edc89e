package demitasse.fs.proc;

import demitasse.base.memory.Text;
import demitasse.vfs.Mount;
import demitasse.vfs.Mounts;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** /proc/PID/mounts and mountinfo, proc(5). */
final class MountsText {
    private MountsText() {
    }

    static int mounts(Text out, ProcFileSystem fileSystem) {
        Mounts mounts = fileSystem.mounts();
        for (int i = 0; i < mounts.count(); i++) {
            Mount mount = mounts.at(i);
            if (!mounts.isInTree(mount)) {
                continue;
            }
            escaped(out, mount.source());
            out.character(' ');
            int result = point(out, fileSystem, mount);
            if (result < 0) {
                return result;
            }
            out.character(' ').add(mount.fileSystem().type()).character(' ');
            options(out, mount);
            out.add(" 0 0\n");
        }
        return 0;
    }

    static int mountInfo(Text out, ProcFileSystem fileSystem) {
        Mounts mounts = fileSystem.mounts();
        Stat stat = new Stat();
        for (int i = 0; i < mounts.count(); i++) {
            Mount mount = mounts.at(i);
            if (!mounts.isInTree(mount)) {
                continue;
            }
            long device = mount.fileSystem().root().stat(stat) < 0 ? 0 : stat.device;
            out.number(mount.id()).character(' ');
            out.number(mount.parent() == null ? 0 : mount.parent().id()).character(' ');
            out.number(Stat.majorOf(device)).character(':').number(Stat.minorOf(device)).character(' ');
            int result = shown(out, fileSystem, mount);
            out.character(' ');
            result = result < 0 ? result : point(out, fileSystem, mount);
            if (result < 0) {
                return result;
            }
            out.character(' ');
            options(out, mount);
            propagation(out, mount);
            out.add(" - ").add(mount.fileSystem().type()).character(' ');
            escaped(out, mount.source());
            out.add(mount.isReadOnly() ? " ro\n" : " rw\n");
        }
        return 0;
    }

    private static int point(Text out, ProcFileSystem fileSystem, Mount mount) {
        Path place = fileSystem.places().borrow();
        fileSystem.mounts().pointOf(mount, place);
        int result = fileSystem.places().write(out, place, true);
        place.clear();
        return result;
    }

    /** What part of its file system a mount shows. */
    private static int shown(Text out, ProcFileSystem fileSystem, Mount mount) {
        Path place = fileSystem.places().borrow();
        fileSystem.mounts().shownOf(mount, place);
        int result = fileSystem.places().write(out, place, true);
        place.clear();
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
