/* UTS, mount, IPC and cgroup namespaces: namespaces(7), unshare(2), setns(2), clone(2), ioctl_ns(2). */
#include "child.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

static const char *const base = "/tmp/namespaces.test";

static int passed(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static const char *host_name(void)
{
    static struct utsname names;
    CHECK_EQUAL(0, uname(&names));
    return names.nodename;
}

/* What a link below /proc/PID/ns says. */
static const char *link_of(pid_t pid, const char *kind)
{
    static char texts[4][64];
    static int next;
    char *text = texts[next++ % 4];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, kind);
    ssize_t length = readlink(path, text, sizeof texts[0] - 1);
    text[length < 0 ? 0 : length] = 0;
    return text;
}

static int open_ns(pid_t pid, const char *kind)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, kind);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Whether a text of /proc tells of a mount at a place. */
static int shows(const char *file, const char *place)
{
    char line[1024], point[512];
    int found = 0;
    FILE *in = fopen(file, "r");
    if (in == NULL)
        return -1;
    int informative = strstr(file, "info") != NULL;
    while (fgets(line, sizeof line, in) != NULL)
        found |= sscanf(line, informative ? "%*s %*s %*s %*s %511s" : "%*s %511s", point) == 1
            && strcmp(point, place) == 0;
    fclose(in);
    return found;
}

static const char *below(const char *name)
{
    static char paths[8][128];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", base, name);
    return path;
}

/* A child that waits until it is killed, in namespaces of its own. */
static pid_t sleeper(int flags)
{
    int ready[2];
    char byte;
    CHECK_EQUAL(0, pipe(ready));
    pid_t child = syscall(SYS_clone, SIGCHLD | flags, 0, 0, 0, 0);
    if (child == 0) {
        if ((flags & CLONE_NEWUTS) != 0 && sethostname("sleeper", 7) != 0)
            _exit(1);
        if (write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    CHECK(child > 0);
    CHECK_EQUAL(1, read(ready[0], &byte, 1));
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void end(pid_t child)
{
    int status;
    CHECK_EQUAL(0, kill(child, SIGKILL));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
}

static void hosts_have_their_own_names(void)
{
    char before[65], domain[65] = "";
    strcpy(before, host_name());
    CHECK_EQUAL(0, unshare(CLONE_NEWUTS));
    CHECK(strcmp(host_name(), before) == 0);
    CHECK_EQUAL(0, sethostname("elsewhere", 9));
    CHECK_EQUAL(0, setdomainname("of.it", 5));
    CHECK(strcmp(host_name(), "elsewhere") == 0);
    int fd = open("/proc/sys/kernel/hostname", O_RDONLY);
    CHECK_EQUAL(10, read(fd, domain, sizeof domain));
    CHECK(memcmp(domain, "elsewhere\n", 10) == 0);
    close(fd);
    CHECK(strcmp(link_of(getpid(), "uts"), link_of(getppid(), "uts")) != 0);
    CHECK(strcmp(link_of(getpid(), "mnt"), link_of(getppid(), "mnt")) == 0);
    pid_t child = fork();
    if (child == 0)
        _exit(strcmp(host_name(), "elsewhere") != 0);
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void uts(void)
{
    char before[65];
    strcpy(before, host_name());
    CHECK(passed(in_child(hosts_have_their_own_names)));
    CHECK(strcmp(before, host_name()) == 0);

    pid_t child = sleeper(CLONE_NEWUTS);
    int theirs = open_ns(child, "uts"), ours = open_ns(getpid(), "uts");
    CHECK(theirs >= 0 && ours >= 0);
    CHECK_ERRNO(EINVAL, setns(theirs, CLONE_NEWNS));
    CHECK_EQUAL(0, setns(theirs, CLONE_NEWUTS));
    CHECK(strcmp(host_name(), "sleeper") == 0);
    end(child);
    CHECK(strcmp(host_name(), "sleeper") == 0);
    CHECK_EQUAL(0, setns(ours, 0));
    CHECK(strcmp(host_name(), before) == 0);
    /* The descriptor alone keeps it. */
    CHECK_EQUAL(0, setns(theirs, 0));
    CHECK(strcmp(host_name(), "sleeper") == 0);
    CHECK_EQUAL(0, setns(ours, 0));
    close(theirs);
    close(ours);
}

static void files_tell_what_they_are(void)
{
    struct stat one, other;
    struct statfs system;
    char path[64], text[64];
    int fd = open_ns(getpid(), "uts");
    CHECK_EQUAL(0, fstat(fd, &one));
    CHECK_EQUAL(S_IFREG | 0444, one.st_mode);
    CHECK_EQUAL(0, stat("/proc/self/ns/uts", &other));
    CHECK(one.st_ino == other.st_ino && one.st_dev == other.st_dev);
    snprintf(text, sizeof text, "uts:[%lu]", (unsigned long)one.st_ino);
    CHECK(strcmp(text, link_of(getpid(), "uts")) == 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(path, text, sizeof text - 1);
    text[length < 0 ? 0 : length] = 0;
    CHECK(strcmp(text, link_of(getpid(), "uts")) == 0);
    CHECK_EQUAL(0, fstatfs(fd, &system));
    CHECK_EQUAL(0x6e736673, system.f_type);
    CHECK_EQUAL(CLONE_NEWUTS, ioctl(fd, NS_GET_NSTYPE));
    CHECK_ERRNO(EINVAL, ioctl(fd, NS_GET_PARENT));
    uid_t uid;
    CHECK_ERRNO(EINVAL, ioctl(fd, NS_GET_OWNER_UID, &uid));
    CHECK_ERRNO(ENOTTY, ioctl(fd, _IO(0xb7, 0x70)));
    int users = ioctl(fd, NS_GET_USERNS);
    CHECK(users >= 0);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(users, F_GETFD));
    CHECK_EQUAL(CLONE_NEWUSER, ioctl(users, NS_GET_NSTYPE));
    CHECK_EQUAL(0, fstat(users, &one));
    CHECK_EQUAL(0, stat("/proc/self/ns/user", &other));
    CHECK_EQUAL(other.st_ino, one.st_ino);
    uid = 77;
    CHECK_EQUAL(0, ioctl(users, NS_GET_OWNER_UID, &uid));
    CHECK_EQUAL(0, uid);
    CHECK_ERRNO(EPERM, ioctl(users, NS_GET_USERNS));
    CHECK_ERRNO(EPERM, ioctl(users, NS_GET_PARENT));
    CHECK_ERRNO(EINVAL, read(fd, text, 1));
    close(users);
    close(fd);
    CHECK_ERRNO(EPERM, open("/proc/self/ns/uts", O_RDWR));
    static const char *const kinds[] = {"cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "time",
                                        "time_for_children", "user", "uts"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t name = strcspn(kinds[i], "_");
        CHECK(strncmp(link_of(getpid(), kinds[i]), kinds[i], name) == 0);
        snprintf(path, sizeof path, "/proc/self/task/%d/ns/%s", getpid(), kinds[i]);
        CHECK_EQUAL(0, stat(path, &other));
    }
}

static void errors(void)
{
    int fds[2];
    CHECK_ERRNO(EBADF, setns(-1, 0));
    CHECK_EQUAL(0, pipe(fds));
    CHECK_ERRNO(EINVAL, setns(fds[0], 0));
    close(fds[0]);
    close(fds[1]);
    CHECK_ERRNO(EINVAL, unshare(0x1));
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, SIGCHLD | CLONE_NEWNS | CLONE_FS, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, SIGCHLD | CLONE_NEWIPC | CLONE_SYSVSEM, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, CLONE_NEWPID | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0));
    int own = open_ns(getpid(), "mnt");
    CHECK_EQUAL(0, setns(own, CLONE_NEWNS));
    close(own);
}

static void *sharing(void *argument)
{
    for (;;)
        pause();
    return argument;
}

static void *in_another(void *argument)
{
    CHECK_EQUAL(0, unshare(CLONE_NEWUTS));
    CHECK_EQUAL(0, sethostname("thread", 6));
    CHECK(strcmp(host_name(), "thread") == 0);
    return argument;
}

static void threads_are_apart(void)
{
    pthread_t thread;
    char before[65];
    strcpy(before, host_name());
    CHECK_EQUAL(0, pthread_create(&thread, NULL, in_another, NULL));
    CHECK_EQUAL(0, pthread_join(thread, NULL));
    CHECK(strcmp(host_name(), before) == 0);
    CHECK_EQUAL(0, pthread_create(&thread, NULL, sharing, NULL));
    int own = open_ns(getpid(), "mnt");
    CHECK_ERRNO(EINVAL, setns(own, CLONE_NEWNS));
    CHECK_ERRNO(EINVAL, unshare(CLONE_VM));
    CHECK_ERRNO(EINVAL, unshare(CLONE_THREAD));
    CHECK_EQUAL(0, unshare(CLONE_NEWUTS));
}

static void without_privilege(void)
{
    int other = open_ns(getppid(), "uts");
    CHECK_EQUAL(0, setresgid(65534, 65534, 65534));
    CHECK_EQUAL(0, setresuid(65534, 65534, 65534));
    CHECK_ERRNO(EPERM, unshare(CLONE_NEWUTS));
    CHECK_ERRNO(EPERM, unshare(CLONE_NEWNS));
    CHECK_ERRNO(EPERM, setns(other, CLONE_NEWUTS));
    CHECK_ERRNO(EPERM, syscall(SYS_clone, SIGCHLD | CLONE_NEWIPC, 0, 0, 0, 0));
    char text[8];
    CHECK_ERRNO(EACCES, readlink("/proc/1/ns/uts", text, sizeof text));
}

static void mounts_are_ours(void)
{
    CHECK_EQUAL(0, unshare(CLONE_NEWNS));
    CHECK(strcmp(link_of(getpid(), "mnt"), link_of(getppid(), "mnt")) != 0);
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("ours", below("private"), "tmpfs", 0, NULL));
    CHECK_EQUAL(0, mkdir(below("private/inner"), 0700));
    CHECK_EQUAL(1, shows("/proc/self/mounts", below("private")));
    CHECK_EQUAL(1, shows("/proc/self/mountinfo", below("private")));
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mounts", getppid());
    CHECK_EQUAL(0, shows(path, below("private")));
    snprintf(path, sizeof path, "/proc/%d/root%s", getppid(), below("private/inner"));
    CHECK_ERRNO(ENOENT, access(path, F_OK));
    CHECK_EQUAL(0, access(below("private/inner"), F_OK));
    /* What another namespace has mounted cannot be taken from here. */
    snprintf(path, sizeof path, "/proc/%d/root%s", getppid(), below("shared"));
    CHECK_ERRNO(EINVAL, umount2(path, MNT_DETACH));
    CHECK_ERRNO(EINVAL, mount("x", path, "tmpfs", 0, NULL));
    CHECK_ERRNO(EINVAL, mount(path, below("plain"), NULL, MS_BIND, NULL));
}

static int status_of(pid_t child)
{
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    return status;
}

/* A child of its own namespace does one thing, then waits until the parent has looked. */
static pid_t hooked(int flags, void (*first)(void), int *go)
{
    int ready[2], wait[2];
    char byte;
    CHECK_EQUAL(0, pipe(ready));
    CHECK_EQUAL(0, pipe(wait));
    fflush(stdout);
    pid_t child = syscall(SYS_clone, SIGCHLD | flags, 0, 0, 0, 0);
    if (child == 0) {
        close(wait[1]);
        check_failures = 0;
        first();
        fflush(stdout);
        if (write(ready[1], "", 1) != 1 || read(wait[0], &byte, 1) != 0)
            _exit(99);
        _exit(check_failures);
    }
    close(wait[0]);
    CHECK_EQUAL(1, read(ready[0], &byte, 1));
    close(ready[0]);
    close(ready[1]);
    *go = wait[1];
    return child;
}

static void nothing(void)
{
}

static void mounts_below_shared(void)
{
    CHECK_EQUAL(0, mount("theirs", below("shared/theirs"), "tmpfs", 0, NULL));
}

static void becomes_slave(void)
{
    CHECK_EQUAL(0, mount(NULL, below("shared"), NULL, MS_SLAVE, NULL));
    CHECK_EQUAL(0, mount("theirs", below("shared/theirs"), "tmpfs", 0, NULL));
}

static void propagation(void)
{
    char path[64];
    int go;
    CHECK_EQUAL(0, mount("shared", below("shared"), "tmpfs", 0, NULL));
    CHECK_EQUAL(0, mkdir(below("shared/theirs"), 0755));
    CHECK_EQUAL(0, mkdir(below("shared/mine"), 0755));
    CHECK_EQUAL(0, mount(NULL, below("shared"), NULL, MS_SHARED, NULL));
    pid_t child = hooked(CLONE_NEWNS, mounts_below_shared, &go);
    CHECK_EQUAL(1, shows("/proc/self/mounts", below("shared/theirs")));
    CHECK_EQUAL(0, umount(below("shared/theirs")));
    snprintf(path, sizeof path, "/proc/%d/mounts", child);
    CHECK_EQUAL(0, shows(path, below("shared/theirs")));
    CHECK_EQUAL(1, shows(path, below("shared")));
    close(go);
    CHECK(passed(status_of(child)));

    child = hooked(CLONE_NEWNS, becomes_slave, &go);
    CHECK_EQUAL(0, shows("/proc/self/mounts", below("shared/theirs")));
    CHECK_EQUAL(0, mount("mine", below("shared/mine"), "tmpfs", 0, NULL));
    snprintf(path, sizeof path, "/proc/%d/mounts", child);
    CHECK_EQUAL(1, shows(path, below("shared/mine")));
    CHECK_EQUAL(1, shows(path, below("shared/theirs")));
    CHECK_EQUAL(0, umount(below("shared/mine")));
    CHECK_EQUAL(0, shows(path, below("shared/mine")));
    close(go);
    CHECK(passed(status_of(child)));
    CHECK_EQUAL(0, umount(below("shared")));
}

static void mounts_privately(void)
{
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("entered", below("private"), "tmpfs", 0, NULL));
    CHECK_EQUAL(0, mkdir(below("private/here"), 0755));
}

static void enters_mounts(void)
{
    int go;
    pid_t child = hooked(CLONE_NEWNS | CLONE_NEWUTS, mounts_privately, &go);
    int pidfd = syscall(SYS_pidfd_open, child, 0);
    CHECK_ERRNO(ENOENT, access(below("private/here"), F_OK));
    CHECK_ERRNO(EINVAL, setns(pidfd, 0));
    CHECK_ERRNO(EINVAL, setns(pidfd, CLONE_FS));
    int own = open_ns(getpid(), "mnt");
    CHECK_EQUAL(0, chdir("/tmp"));
    CHECK_EQUAL(0, setns(pidfd, CLONE_NEWNS | CLONE_NEWUTS));
    char directory[128] = "";
    CHECK(getcwd(directory, sizeof directory) != NULL && strcmp(directory, "/") == 0);
    CHECK_EQUAL(0, access(below("private/here"), F_OK));
    CHECK(strcmp(link_of(getpid(), "uts"), link_of(child, "uts")) == 0);
    close(go);
    CHECK(passed(status_of(child)));
    CHECK_ERRNO(ESRCH, setns(pidfd, CLONE_NEWNS));
    CHECK_EQUAL(0, access(below("private/here"), F_OK));
    CHECK_EQUAL(0, setns(own, CLONE_NEWNS));
    CHECK_ERRNO(ENOENT, access(below("private/here"), F_OK));
    close(own);
    close(pidfd);
}

static void bound_files_keep_them(void)
{
    char before[65], mine[64];
    strcpy(before, host_name());
    pid_t child = sleeper(CLONE_NEWUTS);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/uts", child);
    close(open(below("file"), O_CREAT | O_WRONLY, 0600));
    CHECK_EQUAL(0, mount(path, below("file"), NULL, MS_BIND, NULL));
    strcpy(mine, link_of(child, "uts"));
    end(child);
    int fd = open(below("file"), O_RDONLY);
    char text[64] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK(readlink(path, text, sizeof text - 1) > 0);
    CHECK(strcmp(below("file"), text) == 0);
    int own = open_ns(getpid(), "uts");
    CHECK_EQUAL(0, setns(fd, CLONE_NEWUTS));
    CHECK(strcmp(host_name(), "sleeper") == 0);
    CHECK(strcmp(mine, link_of(getpid(), "uts")) == 0);
    CHECK_EQUAL(0, setns(own, CLONE_NEWUTS));
    char line[512];
    int found = 0;
    FILE *in = fopen("/proc/self/mountinfo", "r");
    while (fgets(line, sizeof line, in) != NULL)
        found |= strstr(line, mine) != NULL && strstr(line, "nsfs") != NULL;
    fclose(in);
    CHECK(found);
    close(fd);
    close(own);
    CHECK_EQUAL(0, umount(below("file")));
    CHECK_EQUAL(0, unlink(below("file")));
    CHECK(strcmp(host_name(), before) == 0);
}

/* As containers do: a root of its own by pivot_root(2), of which the others see nothing. */
static void pivots(void)
{
    CHECK_EQUAL(0, unshare(CLONE_NEWNS));
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("newroot", below("private"), "tmpfs", 0, NULL));
    CHECK_EQUAL(0, mkdir(below("private/old"), 0755));
    CHECK_EQUAL(0, mkdir(below("private/proc"), 0755));
    CHECK_EQUAL(0, mount("/proc", below("private/proc"), NULL, MS_BIND | MS_REC, NULL));
    CHECK_EQUAL(0, syscall(SYS_pivot_root, below("private"), below("private/old")));
    CHECK_EQUAL(0, chdir("/"));
    CHECK_EQUAL(0, umount2("/old", MNT_DETACH));
    CHECK_EQUAL(1, shows("/proc/self/mounts", "/"));
    CHECK_EQUAL(1, shows("/proc/self/mounts", "/proc"));
    CHECK_EQUAL(0, shows("/proc/self/mounts", "/dev"));
    CHECK_ERRNO(ENOENT, access("/tmp", F_OK));
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/root/tmp", getppid());
    CHECK_EQUAL(0, access(path, F_OK));
}

/* Names of procfs come and go, but what is mounted there stays, as sandboxes need that make parts of it read-only. */
static void mounts_in_proc(void)
{
    char line[64];
    CHECK_EQUAL(0, unshare(CLONE_NEWNS));
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("proc", below("private"), "proc", 0, NULL));
    CHECK_EQUAL(0, mount(below("private/sys/kernel"), below("private/sys/kernel"), NULL, MS_BIND, NULL));
    CHECK_EQUAL(0, mount(NULL, below("private/sys/kernel"), NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
    CHECK_EQUAL(1, shows("/proc/self/mounts", below("private/sys/kernel")));
    CHECK_ERRNO(EROFS, open(below("private/sys/kernel/hostname"), O_WRONLY));
    int fd = open(below("private/sys/kernel/hostname"), O_RDONLY);
    CHECK(read(fd, line, sizeof line) > 0);
    close(fd);
    CHECK_EQUAL(0, mount("none", below("private/self"), "tmpfs", 0, NULL));
    CHECK_EQUAL(0, access(below("private/1/status"), F_OK));
    CHECK_EQUAL(0, umount(below("private/sys/kernel")));
    fd = open(below("private/sys/kernel/hostname"), O_WRONLY);
    CHECK(fd >= 0);
    close(fd);
}

/* mounts tells what is below the root of who is asked about. */
static void changed_root(void)
{
    CHECK_EQUAL(0, unshare(CLONE_NEWNS));
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("jail", below("private"), "tmpfs", 0, NULL));
    CHECK_EQUAL(0, mkdir(below("private/proc"), 0755));
    CHECK_EQUAL(0, mount("/proc", below("private/proc"), NULL, MS_BIND, NULL));
    CHECK_EQUAL(0, chroot(below("private")));
    CHECK_EQUAL(0, chdir("/"));
    CHECK_EQUAL(1, shows("/proc/self/mounts", "/"));
    CHECK_EQUAL(1, shows("/proc/self/mountinfo", "/proc"));
    CHECK_EQUAL(0, shows("/proc/self/mounts", below("private")));
}

static void ipc_is_apart(void)
{
    key_t key = 0x6e730001;
    struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = 8};
    int set = semget(key, 1, 0);
    CHECK(set >= 0);
    struct sembuf up = {0, 1, SEM_UNDO};
    CHECK_EQUAL(0, semop(set, &up, 1));
    CHECK_EQUAL(1, semctl(set, 0, GETVAL));
    CHECK_EQUAL(0, unshare(CLONE_NEWIPC));
    CHECK_ERRNO(ENOENT, semget(key, 1, 0));
    CHECK_ERRNO(ENOENT, shmget(key, 1, 0));
    CHECK_ERRNO(ENOENT, msgget(key, 0));
    CHECK_ERRNO(ENOENT, mq_open("/namespaces.test", O_RDONLY));
    CHECK(msgget(key, IPC_CREAT | 0600) >= 0);
    CHECK(shmget(key, 4096, IPC_CREAT | 0600) >= 0);
    CHECK(semget(key, 2, IPC_CREAT | 0600) >= 0);
    CHECK(mq_open("/namespaces.test", O_CREAT | O_EXCL | O_RDWR, 0600, &attributes) >= 0);
    CHECK_EQUAL(0, unshare(CLONE_NEWNS));
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("queues", below("private"), "mqueue", 0, NULL));
    CHECK_EQUAL(0, access(below("private/namespaces.test"), F_OK));
}

static void ipc(void)
{
    key_t key = 0x6e730001;
    struct mq_attr attributes = {.mq_maxmsg = 3, .mq_msgsize = 16};
    int set = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);
    int segment = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600);
    int queue = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(set >= 0 && segment >= 0 && queue >= 0);
    mqd_t posix = mq_open("/namespaces.test", O_CREAT | O_RDWR, 0600, &attributes);
    CHECK(posix >= 0);
    CHECK(passed(in_child(ipc_is_apart)));
    /* What it had promised to undo was undone when it left. */
    CHECK_EQUAL(0, semctl(set, 0, GETVAL));
    CHECK_EQUAL(0, mq_getattr(posix, &attributes));
    CHECK_EQUAL(3, attributes.mq_maxmsg);
    CHECK_EQUAL(segment, shmget(key, 4096, 0));
    CHECK_EQUAL(0, semctl(set, 0, IPC_RMID));
    CHECK_EQUAL(0, shmctl(segment, IPC_RMID, NULL));
    CHECK_EQUAL(0, msgctl(queue, IPC_RMID, NULL));
    CHECK_EQUAL(0, mq_close(posix));
    CHECK_EQUAL(0, mq_unlink("/namespaces.test"));
}

static void maps_a_segment(void)
{
    CHECK_EQUAL(0, unshare(CLONE_NEWIPC));
    int segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    char *memory = shmat(segment, NULL, 0);
    CHECK(memory != (void *)-1);
    strcpy(memory, "stays");
    CHECK_EQUAL(0, unshare(CLONE_NEWIPC));
    CHECK(strcmp(memory, "stays") == 0);
    CHECK_ERRNO(EINVAL, shmctl(segment, IPC_RMID, NULL));
    CHECK_EQUAL(0, shmdt(memory));
}

static void clone3_makes_them(void)
{
    struct clone_args arguments = {.flags = CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWIPC, .exit_signal = SIGCHLD};
    pid_t child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0) {
        int same = strcmp(link_of(getpid(), "uts"), link_of(getppid(), "uts")) == 0
            || strcmp(link_of(getpid(), "mnt"), link_of(getppid(), "mnt")) == 0
            || strcmp(link_of(getpid(), "ipc"), link_of(getppid(), "ipc")) == 0
            || strcmp(link_of(getpid(), "net"), link_of(getppid(), "net")) != 0;
        _exit(same);
    }
    CHECK(child > 0);
    CHECK(passed(status_of(child)));
    int go;
    child = hooked(CLONE_NEWCGROUP, nothing, &go);
    CHECK(strcmp(link_of(getpid(), "cgroup"), link_of(child, "cgroup")) != 0);
    close(go);
    CHECK(passed(status_of(child)));
}

int main(void)
{
    if (HOST_LACKS(geteuid() != 0 || syscall(SYS_unshare, CLONE_NEWNS) != 0))
        return check_skipped("not allowed to make namespaces");
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    mkdir(base, 0755);
    CHECK_EQUAL(0, mount("base", base, "tmpfs", 0, NULL));
    CHECK_EQUAL(0, mkdir(below("private"), 0755));
    CHECK_EQUAL(0, mkdir(below("shared"), 0755));
    CHECK_EQUAL(0, mkdir(below("plain"), 0755));
    uts();
    CHECK(passed(in_child(files_tell_what_they_are)));
    CHECK(passed(in_child(errors)));
    CHECK(passed(in_child(threads_are_apart)));
    CHECK(passed(in_child(without_privilege)));
    CHECK(passed(in_child(mounts_are_ours)));
    CHECK_EQUAL(0, shows("/proc/self/mounts", below("private")));
    propagation();
    CHECK(passed(in_child(enters_mounts)));
    bound_files_keep_them();
    CHECK(passed(in_child(pivots)));
    CHECK(passed(in_child(changed_root)));
    CHECK(passed(in_child(mounts_in_proc)));
    ipc();
    CHECK(passed(in_child(maps_a_segment)));
    clone3_makes_them();
    CHECK_EQUAL(0, umount(base));
    rmdir(base);
    return check_done();
}
