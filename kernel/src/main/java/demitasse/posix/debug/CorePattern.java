package demitasse.posix.debug;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.task.HostNames;
import demitasse.posix.task.Limits;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/** How core dumps are called, /proc/sys/kernel/core_pattern and core_uses_pid of core(5). One for the instance. */
public final class CorePattern {
    /** CORENAME_MAX_SIZE of Linux, with a NUL. */
    private static final int BYTES_MAX = 128;
    private static final long NS_PER_S = 1_000_000_000L;

    private final byte[] bytes = new byte[BYTES_MAX];
    private int length;
    private boolean usesPid;

    public CorePattern() {
        String usual = "core";
        for (length = 0; length < usual.length(); length++) {
            bytes[length] = (byte) usual.charAt(length);
        }
    }

    public boolean usesPid() {
        return usesPid;
    }

    public void setUsesPid(boolean newUsesPid) {
        usesPid = newUsesPid;
    }

    public void write(Text out) {
        for (int i = 0; i < length; i++) {
            out.character(bytes[i]);
        }
    }

    /** Takes a new pattern: 0; -EINVAL for one that is too long or wants the dump piped to a program. */
    public int set(long address, int lengthBytes) {
        boolean pipe = lengthBytes > 0 && Memory.getByte(address) == '|';
        if (pipe || lengthBytes >= BYTES_MAX) {
            return -EINVAL;
        }
        for (int i = 0; i < lengthBytes; i++) {
            bytes[i] = Memory.getByte(address + i);
        }
        length = lengthBytes;
        return 0;
    }

    /** The name of a task's core dump; empty when there is to be none. */
    void expand(Text out, Task task, SignalInfo info) {
        boolean toldPid = false;
        for (int i = 0; i < length; i++) {
            if (bytes[i] != '%') {
                out.character(bytes[i]);
            } else if (++i < length) {
                toldPid |= bytes[i] == 'p';
                specifier(out, bytes[i], task, info);
            }
        }
        if (usesPid && !toldPid && length > 0) {
            out.character('.').number(task.process().pid());
        }
    }

    /** What is unknown is dropped, core(5). */
    private static void specifier(Text out, int what, Task task, SignalInfo info) {
        Process process = task.process();
        switch (what) {
            case '%' -> out.character('%');
            case 'p', 'P' -> out.number(process.pid());
            case 'i', 'I' -> out.number(task.tid());
            case 'u' -> out.number(task.credentials().uid);
            case 'g' -> out.number(task.credentials().gid);
            case 'd' -> out.number(process.settings().dumpable() ? 1 : 0);
            case 's' -> out.number(info.number);
            case 't' -> out.number(process.instance().platform().clock().realtimeNs() / NS_PER_S);
            case 'c' -> out.unsigned(process.limits().soft(Limits.RLIMIT_CORE));
            case 'h' -> host(out, process.instance().seen().names());
            case 'e', 'f' -> {
                for (int i = 0; i < task.name().length(); i++) {
                    plain(out, task.name().at(i));
                }
            }
            default -> { }
        }
    }

    private static void host(Text out, HostNames names) {
        for (int i = 0; i < names.length(HostNames.NODE); i++) {
            plain(out, Memory.getByte(names.field(HostNames.NODE) + i));
        }
    }

    /** A name must not lead elsewhere. */
    private static void plain(Text out, int character) {
        out.character(character == '/' ? '!' : character);
    }
}
