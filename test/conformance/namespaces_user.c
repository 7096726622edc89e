/* User namespaces: user_namespaces(7). What is checked begins as an ordinary user. */
#include "child.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static const char *const base = "/tmp/namespaces_user.test";

static const char *below(const char *name)
{
    static char paths[8][128];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", base, name);
    return path;
}

static int tell(pid_t pid, const char *file, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    int fd = open(path, O_WRONLY);
    if (fd < 0)
        return -1;
    ssize_t written = write(fd, text, strlen(text));
    int error = errno;
    close(fd);
    errno = error;
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

static int says(pid_t pid, const char *file, const char *text)
{
    char path[64], content[512];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    int fd = open(path, O_RDONLY);
    ssize_t length = read(fd, content, sizeof content - 1);
    close(fd);
    content[length < 0 ? 0 : length] = 0;
    if (strcmp(content, text) != 0)
        printf("%s says: %s\n", path, content);
    return strcmp(content, text) == 0;
}

static unsigned long long effective(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    memset(data, 0, sizeof data);
    CHECK_EQUAL(0, syscall(SYS_capget, &header, data));
    return data[0].effective | (unsigned long long)data[1].effective << 32;
}

static void become(uid_t uid)
{
    CHECK_EQUAL(0, setgroups(0, NULL));
    CHECK_EQUAL(0, setresgid(uid, uid, uid));
    CHECK_EQUAL(0, setresuid(uid, uid, uid));
    CHECK_EQUAL(0, prctl(PR_SET_DUMPABLE, 1));
}

static pid_t start(void (*body)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        body();
        fflush(stdout);
        _exit(check_failures);
    }
    return child;
}

static void unmapped(void)
{
    become(1000);
    CHECK_EQUAL(0, unshare(CLONE_NEWUSER));
    CHECK_EQUAL(65534, getuid());
    CHECK_EQUAL(65534, getegid());
    CHECK((effective() & 1ull << CAP_SYS_ADMIN) != 0);
    CHECK(says(getpid(), "uid_map", ""));
    CHECK(says(getpid(), "setgroups", "allow\n"));
    CHECK_ERRNO(EINVAL, setuid(0));
    CHECK_ERRNO(EINVAL, setresuid(-1, 5, -1));
    CHECK_ERRNO(EPERM, setgroups(0, NULL));
    struct stat file;
    CHECK_EQUAL(0, stat("/", &file));
    CHECK_EQUAL(65534, file.st_uid);
    /* Who has no id cannot make another. */
    CHECK_ERRNO(EPERM, unshare(CLONE_NEWUSER));
    CHECK_ERRNO(EINVAL, setns(open("/proc/self/ns/user", O_RDONLY), CLONE_NEWUSER));
}

static void maps_itself(void)
{
    become(1000);
    CHECK_EQUAL(0, unshare(CLONE_NEWUSER));
    CHECK_ERRNO(EINVAL, tell(getpid(), "uid_map", "0 1000"));
    CHECK_ERRNO(EINVAL, tell(getpid(), "uid_map", "0 1000 0"));
    CHECK_ERRNO(EINVAL, tell(getpid(), "uid_map", "0 1000 1 x"));
    CHECK_ERRNO(EINVAL, tell(getpid(), "uid_map", "0 1000 5\n3 3000 5\n"));
    CHECK_ERRNO(EINVAL, tell(getpid(), "uid_map", "4294967290 1000 50\n"));
    CHECK_ERRNO(EPERM, tell(getpid(), "uid_map", "0 1001 1"));
    CHECK_ERRNO(EPERM, tell(getpid(), "uid_map", "0 1000 2"));
    CHECK_EQUAL(0, tell(getpid(), "uid_map", "0 1000 1\n"));
    CHECK_ERRNO(EPERM, tell(getpid(), "uid_map", "0 1000 1\n"));
    CHECK_ERRNO(EPERM, tell(getpid(), "gid_map", "0 1000 1"));
    CHECK_ERRNO(EINVAL, tell(getpid(), "setgroups", "never"));
    CHECK_EQUAL(0, tell(getpid(), "setgroups", "deny"));
    CHECK(says(getpid(), "setgroups", "deny\n"));
    CHECK_ERRNO(EPERM, tell(getpid(), "setgroups", "allow"));
    CHECK_EQUAL(0, tell(getpid(), "gid_map", "0 1000 1"));
    CHECK_ERRNO(EPERM, setgroups(0, NULL));
    CHECK(says(getpid(), "uid_map", "         0       1000          1\n"));
    CHECK_EQUAL(0, getuid());
    CHECK_EQUAL(0, geteuid());
    CHECK_EQUAL(0, getgid());
    CHECK_ERRNO(EINVAL, setuid(1000));
    CHECK_EQUAL(0, setuid(0));
    struct stat file;
    CHECK_EQUAL(0, stat(below("mine"), &file));
    CHECK_EQUAL(0, file.st_uid);
    CHECK_EQUAL(0, stat(below("roots"), &file));
    CHECK_EQUAL(65534, file.st_uid);
    /* Capabilities count for what is known here, and for nothing of outside. */
    CHECK_EQUAL(0, chmod(below("mine"), 0));
    close(open(below("mine"), O_RDWR));
    CHECK_EQUAL(0, access(below("mine"), R_OK | W_OK));
    CHECK_ERRNO(EACCES, open(below("roots"), O_RDONLY));
    CHECK_ERRNO(EPERM, chmod(below("roots"), 0777));
    CHECK_ERRNO(EPERM, chown(below("roots"), 0, 0));
    CHECK_ERRNO(EINVAL, chown(below("mine"), 5, -1));
    CHECK_EQUAL(0, chown(below("mine"), 0, 0));
    CHECK_ERRNO(EPERM, mknod(below("open/device"), S_IFCHR | 0600, 0x103));
    CHECK_ERRNO(EPERM, sethostname("x", 1));
    CHECK_ERRNO(EPERM, mount("x", base, "tmpfs", 0, NULL));
    struct timespec time = {5, 0};
    CHECK_ERRNO(EPERM, clock_settime(CLOCK_REALTIME, &time));
    CHECK_ERRNO(EPERM, kill(1, 0));
    CHECK_EQUAL(0, chroot("/"));
    CHECK_EQUAL(0, prctl(PR_CAPBSET_DROP, CAP_SYS_TIME));
}

/* What containers of ordinary users do. */
static void makes_the_others(void)
{
    become(1000);
    CHECK_EQUAL(0, unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID));
    CHECK_EQUAL(0, tell(getpid(), "setgroups", "deny"));
    CHECK_EQUAL(0, tell(getpid(), "uid_map", "0 1000 1"));
    CHECK_EQUAL(0, tell(getpid(), "gid_map", "0 1000 1"));
    CHECK_EQUAL(0, sethostname("inside", 6));
    CHECK_EQUAL(0, mount("inside", below("place"), "tmpfs", 0, NULL));
    struct stat root;
    CHECK_EQUAL(0, stat(below("place"), &root));
    CHECK_EQUAL(0, root.st_uid);
    CHECK_EQUAL(0, mkdir(below("place/made"), 0700));
    CHECK_EQUAL(0, umount(below("place")));
    /* What a mount of outside covers is not to be seen. */
    CHECK_ERRNO(EINVAL, mount(base, below("place"), NULL, MS_BIND, NULL));
    CHECK_EQUAL(0, mount(below("open"), below("place"), NULL, MS_BIND, NULL));
    CHECK_EQUAL(0, mount(NULL, below("place"), NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
    CHECK_ERRNO(EROFS, open(below("place/new"), O_CREAT | O_WRONLY, 0600));
    CHECK_EQUAL(0, umount(below("place")));
    /* What came along stays as it is. */
    CHECK_ERRNO(EINVAL, umount2(base, MNT_DETACH));
    CHECK_ERRNO(EPERM, mount(NULL, below("guarded"), NULL, MS_BIND | MS_REMOUNT, NULL));
    CHECK_EQUAL(0, mount(NULL, below("guarded"), NULL,
                         MS_BIND | MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_RDONLY, NULL));
    CHECK_ERRNO(EPERM, mount("s", below("place"), "sysfs", 0, NULL));
    int status;
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        CHECK_EQUAL(1, getpid());
        CHECK_EQUAL(0, getuid());
        int segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
        struct shmid_ds told;
        CHECK_EQUAL(0, shmctl(segment, IPC_STAT, &told));
        CHECK_EQUAL(0, told.shm_perm.uid);
        fflush(stdout);
        _exit(check_failures);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    int users = ioctl(open("/proc/self/ns/uts", O_RDONLY), NS_GET_USERNS);
    struct stat one, other;
    CHECK_EQUAL(0, fstat(users, &one));
    CHECK_EQUAL(0, stat("/proc/self/ns/user", &other));
    CHECK_EQUAL(other.st_ino, one.st_ino);
    uid_t owner = 5;
    CHECK_EQUAL(0, ioctl(users, NS_GET_OWNER_UID, &owner));
    CHECK_EQUAL(0, owner);
    CHECK_ERRNO(EPERM, ioctl(users, NS_GET_PARENT));
    CHECK_ERRNO(EPERM, ioctl(open("/proc/self/ns/net", O_RDONLY), NS_GET_USERNS));
}

static void sees_later_mount(void)
{
    become(1000);
    CHECK_EQUAL(0, unshare(CLONE_NEWUSER | CLONE_NEWNS));
    CHECK_EQUAL(0, kill(getpid(), SIGSTOP));
    CHECK_ERRNO(EROFS, open(below("place/new"), O_CREAT | O_WRONLY, 0600));
    CHECK_ERRNO(EPERM, mount(NULL, below("place"), NULL, MS_BIND | MS_REMOUNT | MS_NOSUID, NULL));
    CHECK_ERRNO(EPERM, mount(NULL, below("place"), NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
    CHECK_ERRNO(EINVAL, umount2(below("place/inner"), MNT_DETACH));
    CHECK_EQUAL(0, umount2(below("place"), MNT_DETACH));
}

/* What is mounted outside later comes along, and stays as it is as well. */
static void later_mount_is_guarded(void)
{
    int status;
    CHECK_EQUAL(0, unshare(CLONE_NEWNS));
    CHECK_EQUAL(0, mount(NULL, base, NULL, MS_SHARED, NULL));
    pid_t child = start(sees_later_mount);
    CHECK_EQUAL(child, waitpid(child, &status, WUNTRACED));
    CHECK_EQUAL(0, mkdir(below("later"), 0755));
    CHECK_EQUAL(0, mount("later", below("later"), "tmpfs", MS_NOSUID, NULL));
    CHECK_EQUAL(0, mount(NULL, below("later"), NULL, MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mkdir(below("later/inner"), 0755));
    CHECK_EQUAL(0, mount("inner", below("later/inner"), "tmpfs", 0, NULL));
    CHECK_EQUAL(0, mount(NULL, below("later"), NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID, NULL));
    CHECK_EQUAL(0, mount(below("later"), below("place"), NULL, MS_BIND | MS_REC, NULL));
    CHECK_EQUAL(0, kill(child, SIGCONT));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void *nothing(void *argument)
{
    for (;;)
        pause();
    return argument;
}

static void errors(void)
{
    become(1000);
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER | CLONE_FS, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0));
    CHECK_ERRNO(EPERM, unshare(CLONE_NEWUTS));
    pthread_t thread;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, nothing, NULL));
    CHECK_ERRNO(EINVAL, unshare(CLONE_NEWUSER));
}

static void in_changed_root(void)
{
    CHECK_EQUAL(0, chroot(base));
    CHECK_ERRNO(EPERM, unshare(CLONE_NEWUSER));
}

static int go[2], ready[2];

/* The parent maps a range for its child. */
static void mapped_by_parent(void)
{
    char byte;
    close(go[1]);
    CHECK_EQUAL(1, write(ready[1], "", 1));
    CHECK_EQUAL(0, read(go[0], &byte, 1));
    CHECK(says(getpid(), "uid_map", "         0     100000       1000\n      5000       2000         10\n"));
    CHECK_EQUAL(65534, getuid());
    CHECK_EQUAL(0, setgroups(1, (gid_t[]){7}));
    gid_t groups[2] = {0};
    CHECK_EQUAL(1, getgroups(2, groups));
    CHECK_EQUAL(7, groups[0]);
    CHECK_ERRNO(EINVAL, setgroups(1, (gid_t[]){70000}));
    CHECK_EQUAL(0, setresuid(0, 0, 0));
    CHECK_EQUAL(0, setresgid(5, 5, 5));
    CHECK_EQUAL(0, setresuid(5, 5, 5));
    CHECK_EQUAL(5, getuid());
    CHECK_EQUAL(0, effective());
    CHECK_ERRNO(EPERM, setuid(6));
    /* One below: its ids are those of this one. */
    CHECK_EQUAL(0, prctl(PR_SET_DUMPABLE, 1));
    CHECK_EQUAL(0, unshare(CLONE_NEWUSER));
    CHECK_EQUAL(0, tell(getpid(), "uid_map", "77 5 1"));
    CHECK(says(getpid(), "uid_map", "        77          5          1\n"));
    CHECK_EQUAL(77, getuid());
    int fd = open("/proc/self/ns/user", O_RDONLY);
    CHECK_ERRNO(EPERM, ioctl(fd, NS_GET_PARENT));
    CHECK_EQUAL(1, write(ready[1], "", 1));
    CHECK_EQUAL(0, kill(getpid(), SIGSTOP));
}

static void parent_maps(void)
{
    char byte, expected[128];
    int status;
    CHECK_EQUAL(0, pipe(go));
    CHECK_EQUAL(0, pipe(ready));
    fflush(stdout);
    pid_t child = syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER, 0, 0, 0, 0);
    if (child == 0) {
        check_failures = 0;
        mapped_by_parent();
        fflush(stdout);
        _exit(check_failures);
    }
    CHECK_EQUAL(1, read(ready[0], &byte, 1));
    const char *map = "0 100000 1000\n5000 2000 10\n";
    CHECK_EQUAL(0, tell(child, "uid_map", map));
    CHECK_EQUAL(0, tell(child, "gid_map", map));
    CHECK_ERRNO(EPERM, tell(child, "setgroups", "deny"));
    CHECK_ERRNO(EPERM, tell(getpid(), "uid_map", "0 0 1"));
    close(go[1]);
    CHECK_EQUAL(child, waitpid(child, &status, WUNTRACED));
    CHECK(WIFSTOPPED(status));
    snprintf(expected, sizeof expected, "%10u %10u %10u\n", 77, 100005, 1);
    CHECK(says(child, "uid_map", expected));
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", child);
    FILE *in = fopen(path, "r");
    int found = 0;
    while (fgets(line, sizeof line, in) != NULL)
        found |= strcmp(line, "Uid:\t100005\t100005\t100005\t100005\n") == 0;
    fclose(in);
    CHECK(found);
    /* Privileges outside are privileges inside; entering gives all of them there. */
    snprintf(path, sizeof path, "/proc/%d/ns/user", child);
    int users = open(path, O_RDONLY);
    CHECK(users >= 0);
    uid_t owner = 0;
    CHECK_EQUAL(0, ioctl(users, NS_GET_OWNER_UID, &owner));
    CHECK_EQUAL(100005, owner);
    CHECK_EQUAL(0, setns(users, CLONE_NEWUSER));
    CHECK_EQUAL(65534, getuid());
    CHECK((effective() & 1ull << CAP_SYS_ADMIN) != 0);
    CHECK_EQUAL(0, kill(child, SIGCONT));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void waits_in_namespace(void)
{
    CHECK_EQUAL(0, unshare(CLONE_NEWUSER));
    CHECK_EQUAL(0, kill(getpid(), SIGSTOP));
}

static void has_gaps(void)
{
    int status;
    waits_in_namespace();
    CHECK_EQUAL(0, setresgid(0, 0, 0));
    CHECK_EQUAL(0, setresuid(0, 0, 0));
    CHECK_EQUAL(0, prctl(PR_SET_DUMPABLE, 1));
    pid_t child = start(waits_in_namespace);
    CHECK_EQUAL(child, waitpid(child, &status, WUNTRACED));
    CHECK_ERRNO(EPERM, tell(child, "uid_map", "0 0 30"));
    CHECK_ERRNO(EPERM, tell(child, "uid_map", "0 25 10"));
    CHECK_ERRNO(EPERM, tell(child, "gid_map", "0 0 20"));
    CHECK_EQUAL(0, tell(child, "uid_map", "0 0 10\n15 20 10\n"));
    CHECK(says(child, "uid_map", "         0          0         10\n        15         20         10\n"));
    CHECK_EQUAL(0, kill(child, SIGCONT));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

/* What stands between two ranges of a namespace is not its to give away, nor are two ranges one. */
static void ranges_do_not_bridge(void)
{
    int status;
    pid_t child = start(has_gaps);
    CHECK_EQUAL(child, waitpid(child, &status, WUNTRACED));
    CHECK_EQUAL(0, tell(child, "uid_map", "0 100000 10\n20 100020 10\n30 100030 10\n"));
    CHECK_EQUAL(0, tell(child, "gid_map", "0 100000 10\n10 100010 10\n"));
    CHECK_EQUAL(0, kill(child, SIGCONT));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void user_waits_in_namespace(void)
{
    become(1000);
    waits_in_namespace();
}

/* Who has opened the file says what may be mapped, whatever program it is handed to then. */
static void map_is_handed_to_root(void)
{
    int status;
    char path[64];
    pid_t child = start(user_waits_in_namespace);
    CHECK_EQUAL(child, waitpid(child, &status, WUNTRACED));
    CHECK_EQUAL(0, seteuid(1000));
    snprintf(path, sizeof path, "/proc/%d/uid_map", child);
    int fd = open(path, O_WRONLY);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, seteuid(0));
    CHECK_ERRNO(EPERM, write(fd, "0 5 1", 5));
    CHECK_ERRNO(EPERM, write(fd, "0 1000 2", 8));
    CHECK_EQUAL(8, write(fd, "0 1000 1", 8));
    close(fd);
    CHECK_EQUAL(0, kill(child, SIGCONT));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void executes(void)
{
    become(1000);
    CHECK_EQUAL(0, unshare(CLONE_NEWUSER));
    CHECK_EQUAL(0, tell(getpid(), "uid_map", "0 1000 1"));
    int status;
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "namespaces_user", "capable", NULL);
        _exit(99);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void executes_as_nobody(void)
{
    become(1000);
    CHECK_EQUAL(0, unshare(CLONE_NEWUSER));
    int status;
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "namespaces_user", "incapable", NULL);
        _exit(99);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void credentials_are_told(void)
{
    int ends[2];
    char byte = 'x';
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    int on = 1;
    CHECK_EQUAL(0, setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    int status;
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        become(1000);
        CHECK_EQUAL(0, unshare(CLONE_NEWUSER));
        CHECK_EQUAL(0, tell(getpid(), "uid_map", "0 1000 1"));
        struct ucred peer;
        socklen_t length = sizeof peer;
        CHECK_EQUAL(0, getsockopt(ends[1], SOL_SOCKET, SO_PEERCRED, &peer, &length));
        CHECK_EQUAL(65534, peer.uid);
        CHECK_EQUAL(1, send(ends[1], &byte, 1, 0));
        fflush(stdout);
        _exit(check_failures);
    }
    struct iovec data = {&byte, 1};
    char control[CMSG_SPACE(sizeof(struct ucred))];
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    CHECK_EQUAL(1, recvmsg(ends[0], &message, 0));
    struct ucred sender;
    memcpy(&sender, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof sender);
    CHECK_EQUAL(1000, sender.uid);
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

int main(int count, char **arguments)
{
    if (count > 1) {
        unsigned long long all = effective();
        return strcmp(arguments[1], "capable") == 0 ? (all & 1ull << CAP_SYS_ADMIN) == 0 : all != 0;
    }
    if (HOST_LACKS(geteuid() != 0 || syscall(SYS_unshare, CLONE_NEWNS) != 0))
        return check_skipped("not allowed to make namespaces");
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    mkdir(base, 0777);
    CHECK_EQUAL(0, mount("base", base, "tmpfs", 0, "mode=755"));
    CHECK_EQUAL(0, mkdir(below("place"), 0755));
    CHECK_EQUAL(0, mkdir(below("guarded"), 0755));
    CHECK_EQUAL(0, mount("guarded", below("guarded"), "tmpfs", MS_NOSUID | MS_NODEV, NULL));
    CHECK_EQUAL(0, mkdir(below("open"), 0777));
    CHECK_EQUAL(0, chmod(below("open"), 0777));
    close(open(below("mine"), O_CREAT | O_WRONLY, 0600));
    close(open(below("roots"), O_CREAT | O_WRONLY, 0600));
    CHECK_EQUAL(0, chown(below("mine"), 1000, 1000));
    CHECK_EQUAL(0, in_child(unmapped));
    CHECK_EQUAL(0, in_child(maps_itself));
    CHECK_EQUAL(0, in_child(makes_the_others));
    CHECK_EQUAL(0, in_child(later_mount_is_guarded));
    CHECK_EQUAL(0, in_child(errors));
    CHECK_EQUAL(0, in_child(in_changed_root));
    CHECK_EQUAL(0, in_child(parent_maps));
    CHECK_EQUAL(0, in_child(ranges_do_not_bridge));
    CHECK_EQUAL(0, in_child(map_is_handed_to_root));
    CHECK_EQUAL(0, in_child(executes));
    CHECK_EQUAL(0, in_child(executes_as_nobody));
    credentials_are_told();
    CHECK_EQUAL(0, umount(below("guarded")));
    CHECK_EQUAL(0, umount(base));
    rmdir(base);
    return check_done();
}
