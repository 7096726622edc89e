package demitasse.vfs;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EPERM;

/**
 * What mount(2), umount2(2), pivot_root(2) and their relatives do to the tree of mounts, with its propagation:
 * a mount under a shared one appears under all of its peers and slaves, mount_namespaces(7). Results are 0 or -errno.
 */
public final class MountChanges {
    /** umount2(2). */
    public static final int MNT_FORCE = 1;
    public static final int MNT_DETACH = 2;
    public static final int MNT_EXPIRE = 4;
    /** mount(2): kinds of propagation. */
    public static final int MS_UNBINDABLE = 1 << 17;
    public static final int MS_PRIVATE = 1 << 18;
    public static final int MS_SLAVE = 1 << 19;
    public static final int MS_SHARED = 1 << 20;

    private final Mounts mounts;
    private final Stat stat = new Stat();
    private int nextGroup = 1;
    /** The tree of who asks: nobody changes that of another namespace. */
    private MountedTree own;

    MountChanges(Mounts mounts) {
        this.mounts = mounts;
    }

    void setOwn(MountedTree tree) {
        own = tree;
    }

    /** See {@link Mounts#mount}. */
    public int mount(FileSystem fileSystem, Path point, String source, int flags) {
        int error = mayMountOn(point);
        if (error == 0 && !isDirectory(point.inode())) {
            error = -ENOTDIR;
        }
        if (error < 0) {
            return error;
        }
        place(mounts.newMount(fileSystem, source, flags), point.mount(), point.entry());
        return 0;
    }

    /** A mount that is nowhere yet, fsmount(2); {@link #attach} or {@link #dissolve} follows. Null beyond the limit. */
    public Mount mountNowhere(FileSystem fileSystem, String source, int flags) {
        return isFull() ? null : mounts.newMount(fileSystem, source, flags);
    }

    /** A mount of the kernel's own, of a file system that is in no tree, but whose files may be bound into one. */
    public Mount mountInternal(FileSystem fileSystem, String source) {
        Mount mount = mountNowhere(fileSystem, source, 0);
        if (mount != null) {
            mount.mounted().internal = true;
        }
        return mount;
    }

    /** MS_BIND: what is at one place is seen at another as well. */
    public int bind(Path source, Path point, boolean recursive) {
        int error = mayMountOn(point);
        if (error == 0 && isDirectory(source.inode()) != isDirectory(point.inode())) {
            error = -ENOTDIR;
        }
        if (error < 0) {
            return error;
        }
        Mount copy = copy(source, recursive);
        if (copy == null) {
            return isBindable(source, recursive) ? -ENOSPC : -EINVAL;
        }
        place(copy, point.mount(), point.entry());
        return 0;
    }

    /** A copy of a mount from a place downwards, nowhere, open_tree(2). Null when that may not be, or is too much. */
    public Mount copy(Path source, boolean recursive) {
        if (!isBindable(source, recursive) || isFull()) {
            return null;
        }
        Mount copy = copyTree(source.mount(), source.entry(), recursive, false);
        copy.unlock();
        return copy;
    }

    /** What is on a mount that is nowhere at all, such as that of namespaces' files, may be bound as well. */
    private boolean isBindable(Path source, boolean recursive) {
        Mount mount = source.mount();
        return mount != null && !mount.unbindable && !source.isDeleted()
                && (own.contains(mount) || mount.isInternal()) && (recursive || !coversLocked(source));
    }

    /** Whether a copy of this part alone would show what a locked mount is to cover, mount_namespaces(7). */
    private boolean coversLocked(Path part) {
        for (int i = 0; i < mounts.count(); i++) {
            Mount child = mounts.at(i);
            if (child.parent() == part.mount() && child.isLocked() && isBelow(child.point(), part.entry())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Mounts may stand on each other in thousands: the walk keeps no stack.
     *
     * @param whole also what must not be bound
     */
    private Mount copyTree(Mount top, Entry root, boolean recursive, boolean whole) {
        int known = recursive ? mounts.count() : 0;
        Mount copy = copyOne(top, root, whole);
        Mount here = top;
        Mount copyOfHere = copy;
        int next = 0;
        while (!isFull()) {
            int index = nextChild(here, copyOfHere.root(), whole, next, known);
            if (index >= 0) {
                here = mounts.at(index);
                Mount child = copyOne(here, here.root(), whole);
                child.attach(copyOfHere, here.point());
                copyOfHere = child;
                next = 0;
            } else if (here == top) {
                break;
            } else {
                next = mounts.indexOf(here) + 1;
                here = here.parent();
                copyOfHere = copyOfHere.parent();
            }
        }
        return copy;
    }

    private Mount copyOne(Mount mount, Entry root, boolean whole) {
        Mount copy = mounts.copyOf(mount, root);
        copy.peers = mount.peers;
        copy.master = mount.master;
        copy.lockAs(mount);
        mount.twin = whole ? copy : null;
        return copy;
    }

    /** The index of a mount below a part of another one, -1 when there is none between two indices. */
    private int nextChild(Mount mount, Entry root, boolean whole, int from, int end) {
        for (int i = from; i < end; i++) {
            Mount child = mounts.at(i);
            if (child.parent() == mount && (whole || !child.unbindable) && isBelow(child.point(), root)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * A copy of the tree for a new namespace, clone(2) CLONE_NEWNS; {@link #follow} leads places to it before {@link
     * #copied} ends that. Null beyond the limit.
     *
     * @param owner of the namespace. When these are other users, what they mount is not seen here, and what is mounted
     *         here stays as it is there
     */
    public MountedTree copyTree(Object owner) {
        int wanted = 0;
        for (int i = 0; i < mounts.count(); i++) {
            wanted += own.contains(mounts.at(i)) ? 1 : 0;
        }
        if (mounts.count() + wanted > Mounts.MOUNTS_MAX) {
            return null;
        }
        MountedTree tree = new MountedTree(owner);
        boolean guarded = tree.isOfOthersThan(own);
        tree.setTop(copyTree(own.top(), own.top().root(), true, true));
        for (int i = 0; guarded && i < mounts.count(); i++) {
            Mount mount = mounts.at(i).twin;
            if (mount != null) {
                mount.master = mount.peers == 0 ? mount.master : mount.peers;
                mount.peers = 0;
                mount.lock();
            }
        }
        return tree;
    }

    /** Leads a place of the tree that was copied to the same one of the copy. */
    public void follow(Path place) {
        if (place.mount() != null && place.mount().twin != null) {
            place.set(place.mount().twin, place.entry());
        }
    }

    /** Places do not follow any more. */
    public void copied() {
        for (int i = 0; i < mounts.count(); i++) {
            mounts.at(i).twin = null;
        }
    }

    /** A namespace is gone: so are its mounts, but for who is in there. */
    public void dissolve(MountedTree tree) {
        dissolve(tree.top());
    }

    /** Puts a mount that is nowhere into the tree, move_mount(2). */
    public int attach(Mount mount, Path point) {
        int error = mayMountOn(point);
        if (error == 0 && isDirectory(mount.root().inode()) != isDirectory(point.inode())) {
            error = -ENOTDIR;
        }
        if (error == 0) {
            place(mount, point.mount(), point.entry());
        }
        return error;
    }

    /** MS_MOVE. */
    public int move(Path from, Path to) {
        Mount mount = from.mount();
        if (!mounts.isMountRoot(from) || mount.parent() == null || mount.parent().peers != 0 || mount.isLocked()
                || !own.contains(mount)) {
            return -EINVAL;
        }
        int error = mayMountOn(to);
        if (error < 0) {
            return error;
        }
        if (isDirectory(from.inode()) != isDirectory(to.inode())) {
            return -ENOTDIR;
        }
        for (Mount above = to.mount(); above != null; above = above.parent()) {
            if (above == mount) {
                return -ELOOP;
            }
        }
        mount.detach();
        place(mount, to.mount(), to.entry());
        return 0;
    }

    /** Gives a mount, or all below it too, another kind of propagation. */
    public int changePropagation(Path place, int kind, boolean recursive) {
        if (!mounts.isMountRoot(place) || !own.contains(place.mount())) {
            return -EINVAL;
        }
        setPropagation(place.mount(), kind);
        for (int i = 0; recursive && i < mounts.count(); i++) {
            if (mounts.isBelow(mounts.at(i), place.mount())) {
                setPropagation(mounts.at(i), kind);
            }
        }
        return 0;
    }

    /**
     * mount_setattr(2): flags of a mount, or of all below it too, are cleared, then set.
     *
     * @return 0; -EINVAL for one of another namespace; -EPERM where a flag is locked; or -EBUSY where files are open
     *         for writing on one that is to be read-only
     */
    public int changeFlags(Mount mount, int set, int cleared, boolean recursive) {
        if (mount.tree() != null && !own.contains(mount)) {
            return -EINVAL;
        }
        for (int i = 0; i < mounts.count(); i++) {
            Mount one = mounts.at(i);
            if (isMeant(one, mount, recursive) && !one.mayHave(one.flags() & ~cleared | set)) {
                return -EPERM;
            }
        }
        for (int i = 0; (set & Mount.READ_ONLY) != 0 && i < mounts.count(); i++) {
            if (isMeant(mounts.at(i), mount, recursive) && mounts.at(i).hasWriters()) {
                return -EBUSY;
            }
        }
        for (int i = 0; i < mounts.count(); i++) {
            Mount one = mounts.at(i);
            if (isMeant(one, mount, recursive)) {
                one.setFlags(one.flags() & ~cleared | set);
            }
        }
        return 0;
    }

    private boolean isMeant(Mount one, Mount mount, boolean recursive) {
        return one == mount || recursive && mounts.isBelow(one, mount);
    }

    private void setPropagation(Mount mount, int kind) {
        if (kind == MS_SHARED) {
            mount.peers = mount.peers == 0 ? nextGroup++ : mount.peers;
            mount.unbindable = false;
            return;
        }
        int group = mount.peers;
        mount.peers = 0;
        // The last of a group that becomes a slave has nobody to follow.
        mount.master = kind == MS_SLAVE ? group != 0 && hasPeer(group) ? group : group != 0 ? 0 : mount.master : 0;
        mount.unbindable = kind == MS_UNBINDABLE;
    }

    private boolean hasPeer(int group) {
        for (int i = 0; i < mounts.count(); i++) {
            if (mounts.at(i).peers == group) {
                return true;
            }
        }
        return false;
    }

    /**
     * umount2(2).
     *
     * @param place the root of a mount; cleared when that is gone
     * @return 0; -EINVAL when the place is not the root of a mount; -EBUSY while it is used, or is the root of all;
     *         -EAGAIN for the first MNT_EXPIRE
     */
    public int unmount(Path place, int flags) {
        Mount mount = place.mount();
        if (!mounts.isMountRoot(place) || !own.contains(mount) || mount.isLocked()) {
            return -EINVAL;
        }
        boolean lazily = (flags & MNT_DETACH) != 0;
        if (mount.parent() == null || !lazily && hasChildren(mount)) {
            return -EBUSY;
        }
        place.clear();
        mounts.walker().forget();
        mounts.secondWalker().forget();
        boolean held = !lazily && mount.isHeld();
        if (held || (flags & MNT_EXPIRE) != 0 && !mount.expires()) {
            place.set(mount, mount.root());
            return held ? -EBUSY : -EAGAIN;
        }
        Mount parent = mount.parent();
        Entry point = mount.point();
        point.hold();
        dissolve(mount);
        unmountAtPeers(parent, point);
        point.release();
        return 0;
    }

    private void unmountAtPeers(Mount parent, Entry point) {
        for (int i = mounts.count() - 1; i >= 0; i = Math.min(i, mounts.count()) - 1) {
            Mount peer = mounts.at(i);
            Mount there = follows(peer, parent) ? mounts.mountOn(peer, point) : null;
            if (there != null && !hasChildren(there) && !there.isHeld()) {
                dissolve(there);
            }
        }
    }

    /** Takes a mount and all below it from where they are; who is in there may stay. */
    public void dissolve(Mount mount) {
        Mount one = mount;
        while (one != null) {
            int child = lastChild(one);
            if (child >= 0) {
                one = mounts.at(child);
                continue;
            }
            Mount parent = one == mount ? null : one.parent();
            one.detach();
            mounts.remove(one);
            one = parent;
        }
    }

    /** -1 for none. */
    private int lastChild(Mount mount) {
        int index = mounts.count() - 1;
        while (index >= 0 && mounts.at(index).parent() != mount) {
            index--;
        }
        return index;
    }

    /**
     * pivot_root(2): a mount becomes the root of the tree, and what was that goes below it. The caller leads processes
     * from the old root to the new one.
     *
     * @param root the root of the process
     */
    public int pivot(Path root, Path newRoot, Path putOld) {
        Mount mount = newRoot.mount();
        Mount old = root.mount();
        if (!mounts.isMountRoot(root) || !mounts.isMountRoot(newRoot) || mount == null || putOld.mount() == null
                || mount.parent() == null) {
            return mount == old ? -EBUSY : -EINVAL;
        }
        if (!own.contains(mount) || !own.contains(old) || mount.isLocked()) {
            return -EINVAL;
        }
        if (mount == old || putOld.mount() == old) {
            return -EBUSY;
        }
        if (mount.peers != 0 || mount.parent().peers != 0 || old.parent() != null && old.parent().peers != 0
                || !mounts.isBelow(putOld.mount(), mount) && putOld.mount() != mount) {
            return -EINVAL;
        }
        if (!isDirectory(newRoot.inode()) || !isDirectory(putOld.inode())) {
            return -ENOTDIR;
        }
        Mount oldParent = old.parent();
        Entry oldPoint = old.point();
        mount.detach();
        if (oldParent == null) {
            own.setTop(mount);
        } else {
            mount.attach(oldParent, oldPoint);
            old.detach();
        }
        old.attach(putOld.mount(), putOld.entry());
        return 0;
    }

    private int mayMountOn(Path point) {
        if (point.mount() == null || !own.contains(point.mount())) {
            return -EINVAL;
        }
        if (point.isDeleted()) {
            return -ENOENT;
        }
        return isFull() ? -ENOSPC : 0;
    }

    private boolean isFull() {
        return mounts.count() >= Mounts.MOUNTS_MAX;
    }

    /** Attaches a tree of mounts, and copies of it wherever what it is put on is seen as well. */
    private void place(Mount mount, Mount parent, Entry point) {
        mount.attach(parent, point);
        if (parent.peers == 0) {
            return;
        }
        shareTree(mount);
        int known = mounts.count();
        for (int i = 0; i < known && !isFull(); i++) {
            Mount peer = mounts.at(i);
            if (follows(peer, parent) && isBelow(point, peer.root()) && !mounts.isBelow(peer, mount) && peer != mount) {
                Mount copy = copyTree(mount, mount.root(), true, false);
                copy.peers = peer.peers == 0 ? 0 : mount.peers;
                copy.master = peer.peers == 0 ? mount.peers : mount.master;
                copy.attach(peer, point);
                guard(copy);
            }
        }
    }

    /** Other users than those who mount this may unmount it as a whole in their tree, but not change it. */
    private void guard(Mount copy) {
        MountedTree tree = copy.tree();
        if (tree == null || !tree.isOfOthersThan(own)) {
            return;
        }
        for (int i = 0; i < mounts.count(); i++) {
            if (mounts.at(i) == copy || mounts.isBelow(mounts.at(i), copy)) {
                mounts.at(i).lock();
            }
        }
        copy.unlock();
    }

    /** What is mounted below a shared mount is shared itself. */
    private void shareTree(Mount mount) {
        for (int i = 0; i < mounts.count(); i++) {
            Mount one = mounts.at(i);
            if (one.peers == 0 && isMeant(one, mount, true)) {
                one.peers = nextGroup++;
            }
        }
    }

    /** Whether a mount takes over what is mounted below another. */
    private static boolean follows(Mount mount, Mount leader) {
        return mount != leader && leader.peers != 0 && (mount.peers == leader.peers || mount.master == leader.peers);
    }

    private boolean hasChildren(Mount mount) {
        return lastChild(mount) >= 0;
    }

    /** Whether a name is that directory or stands below it. */
    private static boolean isBelow(Entry entry, Entry directory) {
        Entry one = entry;
        while (one != null && one != directory) {
            one = one.parent();
        }
        return one != null;
    }

    private boolean isDirectory(Inode inode) {
        return inode.stat(stat) == 0 && (stat.mode & Stat.S_IFMT) == Stat.S_IFDIR;
    }
}
