package demitasse.fs.proc;

import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.vfs.FileHandle;
import demitasse.vfs.MountedTree;
import demitasse.vfs.Path;
import java.util.TreeMap;

/** Process 42 with a thread 43, as procfs sees it. */
final class FakeSystem extends FakeList {
    private final long[] settings = new long[17];
    final TreeMap<Integer, FileHandle> files = new TreeMap<>();
    final Path executable = new Path();
    int oomAdjustment;
    int coreFilter = 0x33;
    String pattern = "core";
    boolean usesPid;
    boolean mayBeTraced = true;
    private long random = 0x1122334455667788L;

    @Override
    public ProcessView find(int pid, int tid) {
        return pid == 42 && (tid == 42 || tid == 43) ? this : null;
    }

    @Override
    public int pid() {
        return 42;
    }

    @Override
    public int tid() {
        return 42;
    }

    @Override
    public int parentPid() {
        return 1;
    }

    @Override
    public int group() {
        return 40;
    }

    @Override
    public int session() {
        return 39;
    }

    @Override
    public int terminalDevice() {
        return 0;
    }

    @Override
    public int terminalGroup() {
        return -1;
    }

    @Override
    public int state() {
        return 'S';
    }

    @Override
    public void name(Text out) {
        out.add("cat");
    }

    @Override
    public int rename(long address, int lengthBytes) {
        return 0;
    }

    @Override
    public int threads() {
        return 2;
    }

    @Override
    public int threadAfter(int tid) {
        return tid < 42 ? 42 : tid < 43 ? 43 : -1;
    }

    @Override
    public int userId(int which) {
        return 1000 + which;
    }

    @Override
    public int groupId(int which) {
        return 100;
    }

    @Override
    public int groups() {
        return 2;
    }

    @Override
    public int groupAt(int index) {
        return 4 + index;
    }

    @Override
    public int umask() {
        return 022;
    }

    @Override
    public int nice() {
        return -5;
    }

    @Override
    public long lockedBytes() {
        return 0;
    }

    @Override
    public int policy() {
        return 0;
    }

    @Override
    public int realTimePriority() {
        return 0;
    }

    @Override
    public int seccompMode() {
        return 0;
    }

    @Override
    public int seccompFilters() {
        return 0;
    }

    @Override
    public long userTicks() {
        return 7;
    }

    @Override
    public long kernelTicks() {
        return 8;
    }

    @Override
    public long childrenTicks() {
        return 9;
    }

    @Override
    public long startedNs() {
        return 123_450_000_000L;
    }

    @Override
    public long startedTicks() {
        return 12345;
    }

    @Override
    public long switches() {
        return 77;
    }

    @Override
    public long pendingSignals() {
        return 1;
    }

    @Override
    public long sharedPendingSignals() {
        return 2;
    }

    @Override
    public int queuedSignals() {
        return 1;
    }

    @Override
    public long blockedSignals() {
        return 1L << 63;
    }

    @Override
    public long ignoredSignals() {
        return 0x1000;
    }

    @Override
    public long caughtSignals() {
        return 0x2;
    }

    @Override
    public long inheritable() {
        return 0;
    }

    @Override
    public long permitted() {
        return 0x21;
    }

    @Override
    public long effective() {
        return 0x20;
    }

    @Override
    public long ambient() {
        return 0;
    }

    @Override
    public long bounding() {
        return 0x1ffffffffffL;
    }

    @Override
    public boolean noNewPrivileges() {
        return true;
    }

    @Override
    public long softLimit(int resource) {
        return resource == 7 ? 1024 : resource == 4 ? 0 : -1;
    }

    @Override
    public long hardLimit(int resource) {
        return resource == 7 ? 1 << 20 : -1;
    }

    @Override
    public int exitStatus() {
        return 0;
    }

    @Override
    public long virtualBytes() {
        return 0x21000 + 0x2000;
    }

    @Override
    public long residentPages() {
        return 5;
    }

    @Override
    public long residentPagesMax() {
        return 6;
    }

    @Override
    public int mappings() {
        return 3;
    }

    @Override
    public void measure(int index, MappingView out) {
        out.residentBytes = 8192;
        out.proportionalBytes = 4096;
        out.sharedBytes = 4096;
        out.anonymousBytes = 4096;
        out.lockedBytes = 0;
        out.traits = "me ";
    }

    @Override
    public long timerSlackNs() {
        return 50_000;
    }

    @Override
    public int setTimerSlackNs(long value) {
        return 0;
    }

    @Override
    public boolean mapping(int index, MappingView out) {
        out.shared = false;
        out.offset = 0x1000;
        out.file = null;
        out.inode = null;
        out.label = null;
        switch (index) {
            case 0:
                out.start = 0x400000;
                out.end = 0x402000;
                out.protection = MappingView.READ | MappingView.EXECUTE;
                out.file = files.get(3);
                out.inode = new Numbered();
                return true;
            case 1:
                out.start = 0x7f0000000000L;
                out.end = 0x7f0000001000L;
                out.protection = MappingView.READ | MappingView.WRITE;
                out.shared = true;
                return true;
            default:
                out.start = 0x7ffffffde000L;
                out.end = 0x7ffffffff000L;
                out.protection = MappingView.READ | MappingView.WRITE;
                out.label = "[stack]";
                return true;
        }
    }

    @Override
    public int commandLine(Text out) {
        out.add("cat\0-n\0");
        return 0;
    }

    @Override
    public int environment(Text out) {
        for (int i = 0; i < 2000; i++) {
            out.add("LONG=").number(i).character(0);
        }
        return 0;
    }

    @Override
    public int auxiliary(Text out) {
        return 0;
    }

    @Override
    public int descriptorFrom(int fd) {
        Integer next = files.ceilingKey(fd);
        return next == null ? -1 : next;
    }

    @Override
    public FileHandle file(int fd) {
        return files.get(fd);
    }

    @Override
    public boolean isCloseOnExec(int fd) {
        return fd == 4;
    }

    @Override
    public int descriptorCapacity() {
        return 64;
    }

    @Override
    public boolean executable(Path out) {
        out.set(executable);
        return true;
    }

    @Override
    public boolean directory(Path out) {
        out.set(executable);
        return true;
    }

    @Override
    public boolean root(Path out) {
        mounts.root(out);
        return true;
    }

    @Override
    public int id() {
        return pid();
    }

    @Override
    public void numbers(Text out, int which) {
        out.character('\t').number(which == THREAD ? tid() : which == PROCESS ? pid() : which == GROUP ? group()
                : session()).newline();
    }

    @Override
    public int namespace(int which, Path out) {
        return -ENOENT;
    }

    @Override
    public MountedTree mounts() {
        return mounts.initialTree();
    }

    @Override
    public int oomAdjustment() {
        return oomAdjustment;
    }

    @Override
    public int oomScore() {
        return 666;
    }

    @Override
    public void setOomAdjustment(int value) {
        oomAdjustment = value;
    }

    @Override
    public int tracerPid() {
        return 7;
    }

    @Override
    public void children(Text out) {
        out.add("43 44 ");
    }

    @Override
    public void systemCall(Text out) {
        out.add("running\n");
    }

    @Override
    public void inputAndOutput(Text out) {
        out.add("rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\n");
    }

    @Override
    public int personality() {
        return 0;
    }

    @Override
    public long place(int part) {
        return 0;
    }

    @Override
    public boolean maySchedule() {
        return true;
    }

    @Override
    public int loginUid() {
        return -1;
    }

    @Override
    public int loginSession() {
        return -1;
    }

    @Override
    public int setLogin(int uid, int session) {
        return -EPERM;
    }

    @Override
    public int coreFilter() {
        return coreFilter;
    }

    @Override
    public void setCoreFilter(int value) {
        coreFilter = value;
    }

    @Override
    public Object memoryIdentity() {
        return this;
    }

    @Override
    public boolean mayBeDumped() {
        return true;
    }

    @Override
    public boolean mayBeTraced() {
        return mayBeTraced;
    }

    /** Holds the low byte of each address; nothing below 4096. */
    @Override
    public boolean mayShowFrames() {
        return false;
    }

    @Override
    public long pageState(long address) {
        return 0;
    }

    @Override
    public long readMemory(long address, long target, long lengthBytes) {
        for (int i = 0; i < lengthBytes; i++) {
            Memory.putByte(target + i, (byte) (address + i));
        }
        return address < 4096 ? -EIO : lengthBytes;
    }

    @Override
    public long writeMemory(long address, long source, long lengthBytes) {
        return -EIO;
    }

    @Override
    public void corePattern(Text out) {
        out.add(pattern);
    }

    @Override
    public long setting(int which) {
        return settings[which];
    }

    @Override
    public boolean set(int which, long value) {
        settings[which] = value;
        return true;
    }

    @Override
    public int setCorePattern(long address, int lengthBytes) {
        pattern = lengthBytes + " bytes";
        return 0;
    }

    @Override
    public boolean coreUsesPid() {
        return usesPid;
    }

    @Override
    public void setCoreUsesPid(boolean uses) {
        usesPid = uses;
    }

    @Override
    public void release(Text out) {
        out.add("6.1.0-demitasse");
    }

    @Override
    public void hostName(Text out) {
        out.add("cup");
    }

    @Override
    public void setHostName(long address, int lengthBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setDomainName(long address, int lengthBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long random() {
        random = random * 3 + 1;
        return random;
    }
}
