package demitasse.syscall.process;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ELOOP;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Text;
import demitasse.posix.debug.Tracee;
import demitasse.posix.exec.ArgumentStrings;
import demitasse.posix.exec.ExecRequest;
import demitasse.posix.file.FileLeases;
import demitasse.posix.task.Call;
import demitasse.posix.task.Limits;
import demitasse.posix.task.Process;
import demitasse.posix.task.ProgramStart;
import demitasse.posix.task.Settings;
import demitasse.sched.wait.Events;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.Notices;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** execve(2), execveat(2). */
final class Execve {
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    /** "/dev/fd/", a number and a slash. */
    private static final int NAME_BYTES = 24;

    private Execve() {
    }

    @Syscall("execve")
    static long execve(Call call, long path, long arguments, long environment) {
        int error = call.path(path);
        return error < 0 ? error : execute(call, call.process().directory(), AT_FDCWD, arguments, environment, 0);
    }

    @Syscall("execveat")
    static long execveat(Call call, int directory, long path, long arguments, long environment, int flags) {
        if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) {
            return -EINVAL;
        }
        int error = call.path(path);
        if (error < 0) {
            return error;
        }
        boolean whole = call.path().length() > 0 && call.path().at(0) == '/';
        if (directory == AT_FDCWD || whole) {
            return execute(call, call.process().directory(), AT_FDCWD, arguments, environment, flags);
        }
        FileHandle file = call.anyFile(directory);
        if (file == null) {
            return -EBADF;
        }
        if (file.path() != null) {
            return execute(call, file.path(), directory, arguments, environment, flags);
        }
        if (file.inode() == null) {
            return -EACCES;
        }
        // Such as one of memfd_create(2), which fexecve(3) may run.
        Path place = new Path();
        place.setDetached(call.instance().mounts(), file.inode());
        long result = execute(call, place, directory, arguments, environment, flags);
        place.clear();
        return result;
    }

    /** The path is in the call. @param directory the descriptor that {@code start} is of, or AT_FDCWD */
    private static long execute(Call call, Path start, int directory, long arguments, long environment, int flags) {
        ExecRequest request = new ExecRequest();
        int error = find(call, start, request.file, flags);
        long waits = error == 0 ? awaitLease(call, request.file.inode()) : 0;
        if (waits != 0) {
            request.clear();
            return waits;
        }
        if (error == 0) {
            name(call, directory, request);
            error = load(call, request, arguments, environment);
        }
        if (error == 0) {
            request.file.entry().notice(Notices.OPEN | Notices.OPEN_EXEC, request.file.mount());
            ProgramStart.install(call.task(), request);
        }
        request.clear();
        return error < 0 ? error : call.registersReplaced();
    }

    /** Who has a lease of the program is told of it first, fcntl(2) "Leases": 0, or what waiting answers. */
    private static long awaitLease(Call call, Inode program) {
        FileLeases leases = call.instance().files().leases();
        Stat stat = call.instance().files().stat();
        if (!leases.areHeld() || program.stat(stat) < 0 || !call.credentials().allows(stat, Access.EXECUTE)) {
            return 0;
        }
        long untilNs = leases.breakFor(program, OpenFlags.O_RDONLY, call.instance().nowNs());
        if (untilNs == 0) {
            return 0;
        }
        call.deadlineNs = untilNs;
        call.wake = call.wake == Call.EXPIRED ? Call.READY : call.wake;
        return call.await(leases.waiters(), Events.OUT);
    }

    private static int find(Call call, Path start, Path out, int flags) {
        boolean follows = (flags & AT_SYMLINK_NOFOLLOW) == 0;
        int how = (follows ? PathWalk.FOLLOW : 0) | ((flags & AT_EMPTY_PATH) != 0 ? PathWalk.EMPTY : 0);
        int error = call.instance().mounts().walk(start, call.process().root(), call.path(), how,
                call.credentials(), out);
        if (error < 0 || follows) {
            return error;
        }
        Stat stat = call.instance().files().stat();
        error = out.inode().stat(stat);
        return error == 0 && (stat.mode & Stat.S_IFMT) == Stat.S_IFLNK ? -ELOOP : error;
    }

    /** What the interpreter of a script is to open: /dev/fd/N, or a path from there, execveat(2) "NOTES". */
    private static void name(Call call, int directory, ExecRequest request) {
        Name path = call.path();
        if (directory == AT_FDCWD) {
            request.fileName.set(path.address(), path.length());
            return;
        }
        Text text = new Text();
        text.set(call.scratch(path.length() + NAME_BYTES), path.length() + NAME_BYTES);
        text.add("/dev/fd/").number(directory).add(path.length() == 0 ? "" : "/").bytes(path.address(), path.length());
        request.fileName.set(text.address(), text.length());
        request.closesName = call.process().files().isCloseOnExec(directory);
    }

    private static int load(Call call, ExecRequest request, long arguments, long environment) {
        Process process = call.process();
        request.access = call.credentials();
        request.caller = call.credentials();
        request.root = process.root();
        request.directory = process.directory();
        request.isRandom = (process.settings().personality() & Settings.ADDR_NO_RANDOMIZE) == 0;
        request.stackLimitBytes = process.limits().soft(Limits.RLIMIT_STACK);
        Tracee tracee = call.task().tracee();
        request.mayGainPrivileges = !process.settings().noNewPrivileges()
                && (tracee == null || tracee.mayKeepPrivileges());
        request.strings = new ArgumentStrings(call.instance().pages(), request.stackLimitBytes);
        int error = request.strings.addArguments(process.memory(), arguments);
        if (error == 0) {
            error = request.strings.addEnvironment(process.memory(), environment);
        }
        return error == 0 ? call.instance().exec().load(request) : error;
    }
}
