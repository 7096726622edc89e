package demitasse.fs.proc;

import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Text;
import demitasse.vfs.Mounts;
import demitasse.vfs.Path;

/** One process and one thread of it, of which the latter asks. */
abstract class FakeList extends FakeMachine implements Processes, ProcessView {
    Mounts mounts;

    @Override
    public int self() {
        return 42;
    }

    @Override
    public int selfThread() {
        return 43;
    }

    @Override
    public int after(int pid) {
        return pid < 42 ? 42 : -1;
    }

    @Override
    public int ownerOf(int tid) {
        return tid == 42 || tid == 43 ? 42 : -1;
    }

    @Override
    public void selfRoot(Path out) {
        mounts.root(out);
    }

    @Override
    public int shownUser(int uid) {
        return uid;
    }

    @Override
    public int shownGroup(int gid) {
        return gid;
    }

    @Override
    public void idMap(Text out, boolean ofGroups) {
        out.add("         0          0 4294967295\n");
    }

    @Override
    public Object asker() {
        return null;
    }

    @Override
    public int setIdMap(Object opener, boolean ofGroups, long address, int lengthBytes) {
        return -EPERM;
    }

    @Override
    public boolean allowsSetgroups() {
        return true;
    }

    @Override
    public int setAllowsSetgroups(boolean allows) {
        return -EPERM;
    }
}
