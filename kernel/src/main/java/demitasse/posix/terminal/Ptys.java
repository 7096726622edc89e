package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;

import demitasse.base.collect.Ref;
import demitasse.base.memory.JavaHeap;
import demitasse.posix.file.Files;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Task;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** All pseudo-terminals of an instance, pty(7): /dev/ptmx makes one, its node below /dev/pts opens its terminal. */
public final class Ptys {
    /** kernel.pty.max of proc(5). */
    public static final int PTYS_MAX = 4096;
    /** What one takes of the kernel's heap, about, besides its files. */
    private static final int HEAP_BYTES = 2048;
    /** UNIX98_PTY_SLAVE_MAJOR of include/uapi/linux/major.h: the device numbers of the terminals. */
    public static final int MAJOR = 136;
    private static final int INITIAL_CAPACITY = 8;

    private final Files files;
    private final TerminalProcesses processes;
    private PtyNodes nodes;
    private Pty[] ptys = new Pty[INITIAL_CAPACITY];

    public Ptys(Files files, TerminalProcesses processes) {
        this.files = files;
        this.processes = processes;
    }

    /** What the processes of an instance are to its terminals. */
    public static TerminalProcesses processesOf(Instance instance) {
        return new InstanceProcesses(instance);
    }

    /** Where their nodes are; to be called once, before the first is made. */
    public void setNodes(PtyNodes newNodes) {
        nodes = newNodes;
    }

    /** Opens /dev/ptmx: makes a pseudo-terminal and hands out its master. 0, -ENOSPC, -ENOMEM. */
    public int openMaster(Inode node, int flags, Path path, Ref<FileHandle> out) {
        int number = 0;
        while (number < ptys.length && ptys[number] != null) {
            number++;
        }
        if (number == PTYS_MAX) {
            return -ENOSPC;
        }
        if (!JavaHeap.hasRoom(HEAP_BYTES)) {
            return -ENOMEM;
        }
        Task caller = processes.caller();
        int uid = caller == null ? 0 : caller.credentials().fsuid;
        Inode terminalNode = nodes.add(number, uid);
        Pty pty = terminalNode == null ? null : Pty.create(this, files, processes, number, terminalNode);
        if (pty == null) {
            nodes.remove(number);
            return -ENOMEM;
        }
        if (number == ptys.length) {
            Pty[] more = new Pty[2 * number];
            System.arraycopy(ptys, 0, more, 0, number);
            ptys = more;
        }
        JavaHeap.take(HEAP_BYTES);
        ptys[number] = pty;
        out.value = new MasterHandle(pty, files, node, flags, path);
        return 0;
    }

    /** Opens a node below /dev/pts. 0; -EIO when its master is gone, or has not unlocked it. */
    public int openTerminal(Inode node, int flags, Path path, Ref<FileHandle> out) {
        Stat stat = new Stat();
        node.stat(stat);
        int number = Stat.minorOf(stat.deviceNumber);
        Pty pty = number < ptys.length ? ptys[number] : null;
        if (pty == null || pty.isLocked()) {
            return -EIO;
        }
        return pty.terminal().open(node, flags, path, true, out);
    }

    /** TIOCGPTPEER: opens the terminal without its name; the descriptor, or -errno. */
    long openPeer(Pty pty, int flags, boolean closeOnExec) {
        Task caller = processes.caller();
        Ref<FileHandle> out = new Ref<>();
        int error = pty.isLocked() ? -EIO : pty.terminal().open(pty.node(), flags, null, true, out);
        if (error < 0) {
            return error;
        }
        int fd = caller.process().files().install(out.value, 0, closeOnExec);
        if (fd < 0) {
            out.value.release();
        }
        return fd;
    }

    /** The master is gone: its number is free. */
    void remove(int number) {
        JavaHeap.give(HEAP_BYTES);
        nodes.remove(number);
        ptys[number] = null;
    }
}
