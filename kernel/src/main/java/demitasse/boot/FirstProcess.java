package demitasse.boot;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOEXEC;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTDIR;

import demitasse.alloc.Allocator;
import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.machine.UserContext;
import demitasse.posix.exec.ArgumentStrings;
import demitasse.posix.exec.ExecRequest;
import demitasse.posix.file.FileTable;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;
import demitasse.posix.task.ProgramStart;
import demitasse.posix.task.Task;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;

/** The process with which an instance begins and ends. */
final class FirstProcess {
    private static final int STATUS_CANNOT_EXECUTE = 126;
    private static final int STATUS_NOT_FOUND = 127;
    private static final int CANDIDATE_BYTES_MAX = 4096;
    /** What is told of a longer name ends here. */
    private static final int INTERPRETER_BYTES_MAX = 128;
    /** What a container finds when its environment has no PATH. */
    private static final String PATH_DEFAULT = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Instance instance;
    private final DeviceNodes devices;
    private final CommandLine line;
    private final Credentials credentials = new Credentials();
    private final Tree tree;
    /** The same with the rights of root. */
    private final Tree maker;
    private final long candidate;
    private final Text missingInterpreter = new Text();
    private final Path directory = new Path();
    private final Name command = new Name();
    private final Name text = new Name();

    FirstProcess(Instance instance, DeviceNodes devices, Allocator slabs, CommandLine line) {
        this.instance = instance;
        this.devices = devices;
        this.line = line;
        tree = new Tree(instance.mounts(), slabs, credentials);
        maker = new Tree(instance.mounts(), slabs, Boot.root());
        candidate = slabs.allocate(CANDIDATE_BYTES_MAX, 8);
        long interpreter = slabs.allocate(INTERPRETER_BYTES_MAX, 8);
        missingInterpreter.set(interpreter, interpreter == Allocator.NONE ? 0 : INTERPRETER_BYTES_MAX);
    }

    /** Puts the program on the run queue; 0, or the status to end with after having complained. */
    int start(Complaint complaint) {
        if (line.arguments().count() == 0) {
            complaint.say(null, "no program was named to run");
            return Boot.STATUS_NOT_STARTED;
        }
        if (line.find("user", text) && !new UserSpec(text).applyTo(credentials)) {
            complaint.say(text, "is not a user of the form UID:GID[:GID...]");
            return Boot.STATUS_NOT_STARTED;
        }
        directory.set(tree.root());
        if (line.find("cwd", text) && !enterDirectory()) {
            complaint.say(text, "cannot be the working directory");
            return Boot.STATUS_NOT_STARTED;
        }
        FileTable files = new FileTable();
        if (devices.openStreams(files, tree.root(), credentials) < 0) {
            complaint.say(null, "too little memory for the standard streams");
            return Boot.STATUS_NOT_STARTED;
        }
        command.set(line.arguments().address(0), line.arguments().length(0));
        ExecRequest request = new ExecRequest();
        int error = find(request);
        if (error == 0) {
            error = load(request);
        }
        if (error < 0) {
            return complain(complaint, error, request.file.isSet());
        }
        return run(request, files) ? 0 : complain(complaint, -ENOMEM, true);
    }

    /** Makes the working directory where the image has none, as root, like container engines. */
    private boolean enterDirectory() {
        int flags = PathWalk.FOLLOW | PathWalk.DIRECTORY;
        int error = tree.find(tree.root(), text, flags, directory);
        if (error == -ENOENT && maker.directories(text) == 0) {
            error = tree.find(tree.root(), text, flags, directory);
        }
        return error == 0;
    }

    /** Finds the program as a shell does: through PATH unless its name has a slash. */
    private int find(ExecRequest request) {
        for (int i = 0; i < command.length(); i++) {
            if (command.at(i) == '/') {
                request.fileName.set(command.address(), command.length());
                return tree.find(directory, command, PathWalk.FOLLOW, request.file);
            }
        }
        if (command.length() == 0) {
            return -ENOENT;
        }
        Name path = searchPath();
        int result = -ENOENT;
        int start = 0;
        for (int end = 0; end <= path.length(); end++) {
            if (end == path.length() || path.at(end) == ':') {
                int error = tryIn(path, start, end, request);
                if (error == 0) {
                    return 0;
                }
                result = error == -EACCES ? error : result;
                start = end + 1;
            }
        }
        return result;
    }

    private int tryIn(Name path, int start, int end, ExecRequest request) {
        int length = end - start;
        if (length + 2 + command.length() > CANDIDATE_BYTES_MAX) {
            return -ENOENT;
        }
        Memory.copy(path.address() + start, candidate, length);
        Memory.putByte(candidate + length, (byte) '/');
        Memory.copy(command.address(), candidate + length + 1, command.length());
        int total = length + 1 + command.length();
        Memory.putByte(candidate + total, (byte) 0);
        // An empty entry of PATH is the working directory.
        int skipped = length == 0 ? 1 : 0;
        request.fileName.set(candidate + skipped, total - skipped);
        return tree.find(directory, request.fileName, PathWalk.FOLLOW, request.file);
    }

    /** The value of PATH in the program's environment. */
    private Name searchPath() {
        Strings environment = line.environment();
        for (int i = 0; i < environment.count(); i++) {
            text.set(environment.address(i), environment.length(i));
            if (text.length() >= 5 && text.at(0) == 'P' && text.at(1) == 'A' && text.at(2) == 'T' && text.at(3) == 'H'
                    && text.at(4) == '=') {
                text.set(text.address() + 5, text.length() - 5);
                return text;
            }
        }
        long memory = instance.scratch().take(PATH_DEFAULT.length());
        text.set(memory, copy(PATH_DEFAULT, memory));
        return text;
    }

    private int load(ExecRequest request) {
        request.missingInterpreter = missingInterpreter;
        request.strings = new ArgumentStrings(instance.pages(), request.stackLimitBytes);
        request.access = credentials;
        request.caller = credentials;
        request.root = tree.root();
        request.directory = directory;
        int error = 0;
        for (int i = 0; i < line.arguments().count() && error == 0; i++) {
            text.set(line.arguments().address(i), line.arguments().length(i));
            error = request.strings.addArgument(text);
        }
        for (int i = 0; i < line.environment().count() && error == 0; i++) {
            text.set(line.environment().address(i), line.environment().length(i));
            error = request.strings.addEnvironment(text);
        }
        return error < 0 ? error
                : instance.exec().load(request);
    }

    private boolean run(ExecRequest request, FileTable files) {
        UserContext context = instance.newContext();
        if (context == null) {
            return false;
        }
        boolean wantsInit = line.find("init", text) && text.is("1");
        Process init = wantsInit ? makeInit() : null;
        if (wantsInit && init == null) {
            return false;
        }
        int pid = instance.processes().allocateId();
        Process process = new Process(instance, pid, request.memory, files, credentials, tree.root(), directory);
        instance.processes().setProgram(pid);
        process.setTerminal(devices.terminal());
        devices.begin(pid);
        if (init != null) {
            process.becomeChildOf(init);
        }
        Task task = new Task(process, pid, context);
        task.name().setAfterFile(request.fileName.address(), request.fileName.length());
        ProgramStart.enter(task, request.entry, request.stackPointer);
        task.makeRunnable();
        request.clear();
        return true;
    }

    /** Process 1 of a machine, for a program that expects to be another; null without memory. */
    private Process makeInit() {
        UserContext context = instance.newContext();
        if (context == null) {
            return null;
        }
        int pid = instance.processes().allocateId();
        Process init = new Process(instance, pid, null, new FileTable(), Boot.root(), tree.root(), tree.root());
        init.becomeInit();
        new Task(init, pid, context).name().set("init");
        return init;
    }

    private int complain(Complaint complaint, int error, boolean found) {
        switch (-error) {
            case ENOENT, ENOTDIR -> {
                if (found) {
                    complaint.say(command, "its interpreter ", missingInterpreter, " was not found");
                } else {
                    complaint.say(command, "command not found");
                }
                return STATUS_NOT_FOUND;
            }
            case EACCES -> complaint.say(command, "permission denied: not an executable file");
            case ENOEXEC -> complaint.say(command, "is not a program for Linux on x86-64");
            case ELOOP -> complaint.say(command, "is a script, and so is its interpreter, and so on without end");
            case ENOMEM -> {
                complaint.say(command, "too little memory to start it");
                return Boot.STATUS_NOT_STARTED;
            }
            default -> complaint.say(command, "cannot be executed: its file is damaged");
        }
        return STATUS_CANNOT_EXECUTE;
    }

    private static int copy(String source, long target) {
        for (int i = 0; i < source.length(); i++) {
            Memory.putByte(target + i, (byte) source.charAt(i));
        }
        return source.length();
    }
}
