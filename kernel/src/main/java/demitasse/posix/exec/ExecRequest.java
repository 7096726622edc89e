package demitasse.posix.exec;

import demitasse.base.memory.Text;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Credentials;
import demitasse.vfs.Access;
import demitasse.vfs.Name;
import demitasse.vfs.Path;

/** What execve(2) is asked, and what came of it. Made per call; {@link #clear} lets its paths go. */
public final class ExecRequest {
    /** The file to run, resolved by the caller. */
    public final Path file = new Path();
    /** Its name as the caller gave it, for AT_EXECFN, and for the interpreter of a script. */
    public final Name fileName = new Name();
    /** The name goes through a descriptor that is closed by then: an interpreter could not open it. */
    public boolean closesName;
    /** Arguments and environment; they change when the file is a script. */
    public ArgumentStrings strings;
    /** Who may execute what. */
    public Access access;
    /** Who executes. */
    public Credentials caller;
    /** Where interpreters are looked up from. */
    public Path root;
    public Path directory;
    /** RLIMIT_STACK; negative for none. */
    public long stackLimitBytes = 8L << 20;
    /** Whether the program's memory is laid out at random, personality(2) ADDR_NO_RANDOMIZE. */
    public boolean isRandom = true;
    /** Whether set-user-ID bits count: no PR_SET_NO_NEW_PRIVS. */
    public boolean mayGainPrivileges = true;
    /** Result: what the program is given by credentials(7). */
    public Credentials program;
    /** Result: the new memory, owned by the caller. */
    public UserSpace memory;
    /** Result: where the program begins. */
    public long entry;
    /** Result: its first stack pointer. */
    public long stackPointer;
    /** Result: whether it may do more than the caller, AT_SECURE. */
    public boolean secure;

    /** Result, where a caller provides for it: the name of an interpreter that is not there. */
    public Text missingInterpreter;

    /** Lets go of what the request holds; the results stay. */
    public void clear() {
        file.clear();
        if (strings != null) {
            strings.free();
        }
    }
}
