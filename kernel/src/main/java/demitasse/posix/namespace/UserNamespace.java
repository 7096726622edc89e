package demitasse.posix.namespace;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Text;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Task;

/**
 * user_namespaces(7). The first one is null wherever credentials or owners are asked for theirs; all ids that are kept
 * are its own, and translated where a program says or is told one.
 */
public final class UserNamespace extends Namespace {
    static final int LEVEL_MAX = 32;
    /** What has no id in a namespace is told as this one, /proc/sys/kernel/overflowuid. */
    public static final int OVERFLOW_ID = 65_534;
    private static final int TEXT_BYTES_MAX = 4096;

    private final int level;
    private final int creatorUid;
    /** Whether its maker could have given programs capabilities, CAP_SETFCAP: only then can root be mapped. */
    private final boolean mayMapRoot;
    private IdMap users = new IdMap();
    private IdMap groups = new IdMap();
    private boolean allowsSetgroups;

    /** The first. */
    UserNamespace(long number) {
        super(USER, number, null);
        level = 0;
        creatorUid = 0;
        mayMapRoot = true;
        allowsSetgroups = true;
    }

    UserNamespace(long number, Credentials maker) {
        super(USER, number, maker.users);
        level = levelOf(maker.users) + 1;
        creatorUid = maker.euid;
        mayMapRoot = maker.holds(Credentials.CAP_SETFCAP);
        allowsSetgroups = maker.users == null || maker.users.allowsSetgroups;
    }

    static int levelOf(UserNamespace namespace) {
        return namespace == null ? 0 : namespace.level;
    }

    boolean isFirst() {
        return level == 0;
    }

    /** As credentials have it: null for the first. */
    public UserNamespace asOwner() {
        return level == 0 ? null : this;
    }

    /** The effective user id of who made it. */
    public int creatorUid() {
        return creatorUid;
    }

    @Override
    public boolean hasParent() {
        return true;
    }

    @Override
    public Namespace parentWithin(Task asking) {
        return level > 0 && isWithin(owner(), asking.credentials().users)
                ? asking.process().instance().namespaces().orFirst(owner()) : null;
    }

    /** Whether one is another or stands below it. */
    public static boolean isWithin(UserNamespace one, UserNamespace scope) {
        UserNamespace namespace = one;
        while (levelOf(namespace) > levelOf(scope)) {
            namespace = namespace.owner();
        }
        return namespace == scope;
    }

    /** The id that a program of this namespace means; -1 for none. */
    @ColdPath("only processes with namespaces of their own")
    public int uidOf(int number) {
        return users.outside(number);
    }

    @ColdPath("only processes with namespaces of their own")
    public int gidOf(int number) {
        return groups.outside(number);
    }

    /** What a program of this namespace is told for an id. */
    @ColdPath("only processes with namespaces of their own")
    public int shownUid(int id) {
        int number = users.inside(id);
        return number == IdMap.NONE ? OVERFLOW_ID : number;
    }

    @ColdPath("only processes with namespaces of their own")
    public int shownGid(int id) {
        int number = groups.inside(id);
        return number == IdMap.NONE ? OVERFLOW_ID : number;
    }

    @ColdPath("only processes with namespaces of their own")
    public boolean knowsUid(int id) {
        return users.reaches(id);
    }

    @ColdPath("only processes with namespaces of their own")
    public boolean knowsGid(int id) {
        return groups.reaches(id);
    }

    /** Whether setgroups(2) may be used at all. */
    public boolean allowsSetgroups() {
        return allowsSetgroups && !groups.isEmpty();
    }

    /** /proc/PID/setgroups. */
    public boolean setgroupsIsAllowed() {
        return allowsSetgroups;
    }

    /** Writes "allow" or "deny" there: 0 or -EPERM. */
    public int allowSetgroups(Task writer, boolean allow) {
        if (!writer.credentials().may(Credentials.CAP_SYS_ADMIN, asOwner()) || allow && !allowsSetgroups
                || !allow && !groups.isEmpty()) {
            return -EPERM;
        }
        allowsSetgroups = allow;
        return 0;
    }

    /** /proc/PID/uid_map and gid_map, as who is in another namespace sees them. */
    public void write(Text out, boolean ofGroups, UserNamespace reader) {
        UserNamespace scope = reader == this ? owner() : reader;
        (ofGroups ? groups : users).write(out, scope == null ? null : ofGroups ? scope.groups : scope.users);
    }

    /**
     * Writes them, once: 0, -EINVAL or -EPERM. What counts is who has opened the file: a program with privileges can
     * be made to write to one that it was handed.
     */
    public int map(Credentials who, Credentials writer, boolean ofGroups, long address, int lengthBytes) {
        if (level == 0 || who.users != this && who.users != owner()) {
            return -EPERM;
        }
        if (lengthBytes >= TEXT_BYTES_MAX) {
            return -EINVAL;
        }
        if (!(ofGroups ? groups : users).isEmpty() || !who.may(Credentials.CAP_SYS_ADMIN, this)) {
            return -EPERM;
        }
        IdMap map = new IdMap();
        int error = map.parse(address, lengthBytes);
        if (error < 0) {
            return error;
        }
        UserNamespace parent = owner();
        boolean resolved = parent == null || map.resolve(ofGroups ? parent.groups : parent.users);
        if (!resolved || !mayMap(who, writer, ofGroups, map)) {
            return -EPERM;
        }
        if (ofGroups) {
            groups = map;
        } else {
            users = map;
        }
        return 0;
    }

    /** user_namespaces(7) "Defining user and group ID mappings": one's own id alone, or any with a capability. */
    private boolean mayMap(Credentials who, Credentials writer, boolean ofGroups, IdMap map) {
        UserNamespace parent = owner();
        int parentRoot = parent == null ? 0 : parent.uidOf(0);
        if (!ofGroups && map.reaches(parentRoot)
                && !(who.users == this ? mayMapRoot : who.may(Credentials.CAP_SETFCAP, parent))) {
            return false;
        }
        boolean own = ofGroups ? !allowsSetgroups && map.firstOutside() == who.egid : map.firstOutside() == who.euid;
        int capability = ofGroups ? Credentials.CAP_SETGID : Credentials.CAP_SETUID;
        return map.isSingle() && who.euid == creatorUid && own
                || who.may(capability, parent) && writer.may(capability, parent);
    }
}
