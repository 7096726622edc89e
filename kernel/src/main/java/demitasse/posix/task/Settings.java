package demitasse.posix.task;

import demitasse.posix.debug.CoreDump;

/** What prctl(2) and personality(2) keep for a process. */
public final class Settings {
    public static final int MCE_KILL_DEFAULT = 2;
    /** A flag of personality(2): exec lays memory out without randomness. */
    public static final int ADDR_NO_RANDOMIZE = 0x4_0000;
    /** What a program that may do more than its caller is not left with, PER_CLEAR_ON_SETID of linux/personality.h. */
    private static final int CLEARED_FOR_PRIVILEGES = 0x70_0000 | ADDR_NO_RANDOMIZE;

    private boolean dumpable = true;
    private boolean noNewPrivileges;
    private boolean subreaper;
    private boolean hugePagesOff;
    /** PR_SET_IO_FLUSHER and PR_MCE_KILL of prctl(2): kept and told. */
    public boolean flushesIo;
    public int memoryErrorPolicy = MCE_KILL_DEFAULT;
    private int deathSignal;
    private int personality;
    private int barriers;
    private int oomAdjustment;
    private int coreFilter = CoreDump.FILTER_DEFAULT;
    private int loginUid = -1;
    private int loginSession = -1;

    /** fork(2): a child has the same, but for the signal of its parent's death and what is about threads of its own. */
    void copyFrom(Settings other) {
        dumpable = other.dumpable;
        noNewPrivileges = other.noNewPrivileges;
        hugePagesOff = other.hugePagesOff;
        personality = other.personality;
        flushesIo = other.flushesIo;
        memoryErrorPolicy = other.memoryErrorPolicy;
        oomAdjustment = other.oomAdjustment;
        coreFilter = other.coreFilter;
        loginUid = other.loginUid;
        loginSession = other.loginSession;
    }

    public boolean dumpable() {
        return dumpable;
    }

    public void setDumpable(boolean value) {
        dumpable = value;
    }

    public boolean noNewPrivileges() {
        return noNewPrivileges;
    }

    /** Cannot be undone. */
    public void forbidNewPrivileges() {
        noNewPrivileges = true;
    }

    public boolean subreaper() {
        return subreaper;
    }

    public void setSubreaper(boolean value) {
        subreaper = value;
    }

    /** PR_SET_THP_DISABLE: kept and told; there are no huge pages. */
    public boolean hugePagesOff() {
        return hugePagesOff;
    }

    public void setHugePagesOff(boolean value) {
        hugePagesOff = value;
    }

    /** Sent when the parent dies; 0 for none. */
    public int deathSignal() {
        return deathSignal;
    }

    public void setDeathSignal(int signal) {
        deathSignal = signal;
    }

    public int personality() {
        return personality;
    }

    public void setPersonality(int value) {
        personality = value;
    }

    public void clearPersonalityForPrivileges() {
        personality &= ~CLEARED_FOR_PRIVILEGES;
    }

    /** The commands of membarrier(2) that are registered. */
    public int barriers() {
        return barriers;
    }

    public void registerBarrier(int command) {
        barriers |= command;
    }

    /** /proc/PID/loginuid, who logged in whatever it became since; -1 for nobody. */
    public int loginUid() {
        return loginUid;
    }

    /** /proc/PID/sessionid, one of each login; -1 for none. */
    public int loginSession() {
        return loginSession;
    }

    public void setLogin(int uid, int session) {
        loginUid = uid;
        loginSession = session;
    }

    /** /proc/PID/oom_score_adj, -1000 to 1000, see {@link OutOfMemory}. */
    public int oomAdjustment() {
        return oomAdjustment;
    }

    public void setOomAdjustment(int value) {
        oomAdjustment = value;
    }

    /** /proc/PID/coredump_filter, core(5). */
    public int coreFilter() {
        return coreFilter;
    }

    public void setCoreFilter(int value) {
        coreFilter = value;
    }
}
