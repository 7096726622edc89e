package demitasse.fs.proc;

import demitasse.base.memory.Text;

/** What procfs tells of the system as a whole. */
public interface SystemView {
    long totalBytes();

    long freeBytes();

    /** Pages that files hold. */
    long cachedBytes();

    long uptimeNs();

    long idleNs();

    /** Seconds since the epoch at which the system began. */
    long bootTimeS();

    /** The largest process id given so far. */
    int lastPid();

    int runnable();

    int tasks();

    long switches();

    /** uname(2). */
    void release(Text out);

    void version(Text out);

    void hostName(Text out);

    void domainName(Text out);

    /** sethostname(2) and setdomainname(2), as far as a name is kept. */
    void setHostName(long address, int lengthBytes);

    void setDomainName(long address, int lengthBytes);

    /** 64 random bits. */
    long random();

    /** /proc/sysvipc/msg, proc(5): a line for each queue under a heading; semaphores and segments likewise. */
    void messageQueues(Text out);

    void semaphores(Text out);

    void segments(Text out);

    /** /proc/keys, keyrings(7), as far as the running task may see them; or /proc/key-users. */
    void keys(Text out, boolean users);

    /** Where the settings of semaphores begin, behind those of segments and messages; then POSIX queues, pipes, … */
    int FIRST_OF_SEMAPHORES = 5;
    int FIRST_OF_QUEUES = 9;
    int FIRST_OF_PIPES = 14;
    int LEASE_BREAK = 16;
    int FIRST_OF_KEYS = 17;

    /** What may be changed below /proc/sys, in the order of {@code SETTINGS} of {@link ProcFileSystem}. */
    long setting(int which);

    /** False when it is out of range. */
    boolean set(int which, long value);

    /** /proc/cpuinfo. */
    void processors(Text out);

    /** /proc/sys/kernel/core_pattern, core(5). */
    void corePattern(Text out);

    /** Takes a new one: 0 or -EINVAL. */
    int setCorePattern(long address, int lengthBytes);

    boolean coreUsesPid();

    void setCoreUsesPid(boolean uses);
}
