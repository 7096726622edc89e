/* PID namespaces: pid_namespaces(7). */
#include "child.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

static const char *const base = "/tmp/namespaces_pid.test";

static int status_of(pid_t child)
{
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, __WALL));
    return status;
}

/* A child in a PID namespace of its own that does this, as the first process there. */
static pid_t first(void (*body)(void))
{
    fflush(stdout);
    pid_t child = syscall(SYS_clone, SIGCHLD | CLONE_NEWPID, 0, 0, 0, 0);
    if (child == 0) {
        check_failures = 0;
        body();
        fflush(stdout);
        _exit(check_failures > 100 ? 100 : check_failures);
    }
    CHECK(child > 0);
    return child;
}

static void in_namespace(void (*body)(void))
{
    CHECK_EQUAL(0, status_of(first(body)));
}

static pid_t plain(void (*body)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        body();
        fflush(stdout);
        _exit(check_failures > 100 ? 100 : check_failures);
    }
    CHECK(child > 0);
    return child;
}

static void waits(void)
{
    for (;;)
        pause();
}

static void *tells_number(void *argument)
{
    *(long *)argument = syscall(SYS_gettid);
    return NULL;
}

static void second(void)
{
    CHECK_EQUAL(2, getpid());
    CHECK_EQUAL(1, getppid());
    CHECK_EQUAL(0, kill(1, 0));
    CHECK_EQUAL(0, kill(2, 0));
    CHECK_ERRNO(ESRCH, kill(getpid() + 1, 0));
}

static void numbers(void)
{
    CHECK_EQUAL(1, getpid());
    CHECK_EQUAL(1, syscall(SYS_gettid));
    CHECK_EQUAL(0, getppid());
    /* Group and session are of the outside. */
    CHECK_EQUAL(0, getpgrp());
    CHECK_EQUAL(0, getsid(0));
    pid_t child = plain(second);
    CHECK_EQUAL(2, child);
    CHECK_EQUAL(0, status_of(child));
    CHECK_EQUAL(1, setsid());
    CHECK_EQUAL(1, getpgrp());
    CHECK_EQUAL(1, getsid(0));
    pthread_t thread;
    long number = 0;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, tells_number, &number));
    CHECK_EQUAL(0, pthread_join(thread, NULL));
    CHECK_EQUAL(3, number);
    child = plain(waits);
    CHECK_EQUAL(4, child);
    CHECK_EQUAL(0, setpgid(child, child));
    CHECK_EQUAL(4, getpgid(child));
    CHECK_EQUAL(0, getpriority(PRIO_PROCESS, child));
    int pidfd = syscall(SYS_pidfd_open, child, 0);
    CHECK(pidfd >= 0);
    CHECK_EQUAL(0, kill(-4, SIGKILL));
    siginfo_t info;
    memset(&info, 0, sizeof info);
    CHECK_EQUAL(0, waitid(P_PIDFD, pidfd, &info, WEXITED));
    CHECK_EQUAL(4, info.si_pid);
    CHECK_ERRNO(ECHILD, waitpid(4, NULL, 0));
    CHECK_ERRNO(ESRCH, kill(4, 0));
    /* Nothing of the outside has a number. */
    for (int other = 5; other < 200; other++)
        CHECK_ERRNO(ESRCH, kill(other, 0));
}

static int outer;

static void nested(void)
{
    CHECK_EQUAL(1, getpid());
    CHECK_EQUAL(0, getppid());
    char byte = 0;
    CHECK_EQUAL(1, write(outer, &byte, 1));
    waits();
}

/* What a line of /proc/PID/status says. */
static const char *status_line(const char *proc, int pid, const char *name)
{
    static char line[256];
    char path[128];
    snprintf(path, sizeof path, "%s/%d/status", proc, pid);
    FILE *in = fopen(path, "r");
    if (in == NULL)
        return "none";
    size_t length = strlen(name);
    while (fgets(line, sizeof line, in) != NULL) {
        if (strncmp(line, name, length) == 0 && line[length] == ':') {
            fclose(in);
            line[strcspn(line, "\n")] = 0;
            return line + length + 1;
        }
    }
    fclose(in);
    return "no line";
}

static void makes_another(void)
{
    int fds[2];
    char byte, expected[64];
    CHECK_EQUAL(0, pipe(fds));
    outer = fds[1];
    pid_t inner = first(nested);
    CHECK_EQUAL(2, inner);
    CHECK_EQUAL(1, read(fds[0], &byte, 1));
    /* The one of before still shows the numbers of the outside. */
    CHECK_EQUAL(-1, readlink("/proc/self", expected, sizeof expected) > 0 && expected[0] == '1' && expected[1] == 0
                ? 0 : -1);
    CHECK_EQUAL(0, unshare(CLONE_NEWNS));
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("proc", base, "proc", 0, NULL));
    char path[128];
    snprintf(path, sizeof path, "%s/self", base);
    ssize_t length = readlink(path, expected, sizeof expected);
    CHECK(length == 1 && expected[0] == '1');
    CHECK(strcmp("\t2\t1", status_line(base, 2, "NSpid")) == 0);
    CHECK(strcmp("\t2\t1", status_line(base, 2, "NStgid")) == 0);
    CHECK(strcmp("\t1", status_line(base, 1, "NSpid")) == 0);
    CHECK(strcmp("\t0", status_line(base, 1, "PPid")) == 0);
    CHECK(strcmp("\t1", status_line(base, 2, "PPid")) == 0);
    CHECK(strcmp("none", status_line(base, 3, "Pid")) == 0);
    int shown = 0;
    DIR *all = opendir(base);
    for (struct dirent *one = readdir(all); one != NULL; one = readdir(all))
        shown += one->d_name[0] >= '0' && one->d_name[0] <= '9';
    closedir(all);
    CHECK_EQUAL(2, shown);
    struct stat ours, theirs, children;
    snprintf(path, sizeof path, "%s/1/ns/pid", base);
    CHECK_EQUAL(0, stat(path, &ours));
    snprintf(path, sizeof path, "%s/2/ns/pid", base);
    CHECK_EQUAL(0, stat(path, &theirs));
    CHECK(ours.st_ino != theirs.st_ino);
    int fd = open(path, O_RDONLY);
    int parent = ioctl(fd, NS_GET_PARENT);
    CHECK(parent >= 0);
    CHECK_EQUAL(0, fstat(parent, &theirs));
    CHECK_EQUAL(ours.st_ino, theirs.st_ino);
    CHECK_ERRNO(EPERM, ioctl(parent, NS_GET_PARENT));
    CHECK_EQUAL(CLONE_NEWPID, ioctl(fd, NS_GET_NSTYPE));
    close(parent);
    /* Into it go only children. */
    CHECK_EQUAL(0, setns(fd, CLONE_NEWPID));
    CHECK_EQUAL(1, getpid());
    snprintf(path, sizeof path, "%s/1/ns/pid_for_children", base);
    CHECK_EQUAL(0, stat(path, &children));
    CHECK(children.st_ino != ours.st_ino);
    pid_t entered = fork();
    if (entered == 0)
        _exit(getpid() == 2 && getppid() == 0 ? 0 : 1);
    CHECK_EQUAL(3, entered);
    CHECK_EQUAL(0, status_of(entered));
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, unshare(CLONE_NEWPID));
    close(fd);
    CHECK_EQUAL(0, kill(inner, SIGKILL));
    int status = status_of(inner);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    /* Whose first process is gone takes no more. */
    CHECK_ERRNO(ENOMEM, fork());
}

static void not_outwards(void)
{
    int fd = outer;
    CHECK_ERRNO(EINVAL, setns(fd, CLONE_NEWPID));
}

static void *unharmed;

static void caught(int signal)
{
    unharmed = (void *)(long)signal;
}

/* Who is first is not killed by what it has not asked for. */
static void attacks(void)
{
    CHECK_EQUAL(0, kill(1, SIGTERM));
    CHECK_EQUAL(0, kill(1, SIGKILL));
    CHECK_EQUAL(0, kill(1, SIGSTOP));
    CHECK_EQUAL(0, kill(1, SIGSEGV));
    CHECK_EQUAL(0, kill(1, SIGUSR1));
}

static void is_attacked(void)
{
    signal(SIGUSR1, caught);
    CHECK_EQUAL(0, status_of(plain(attacks)));
    CHECK_EQUAL(SIGUSR1, (long)unharmed);
    CHECK_EQUAL(0, kill(1, SIGKILL));
    raise(SIGTERM);
    sigset_t all, old;
    sigfillset(&all);
    CHECK_EQUAL(0, sigprocmask(SIG_BLOCK, &all, &old));
    raise(SIGTERM);
    CHECK_EQUAL(0, sigprocmask(SIG_SETMASK, &old, NULL));
}

static void faults(void)
{
    static volatile uintptr_t nowhere = 8;
    *(volatile int *)nowhere = 1;
}

static int told[2];

static void tells_then_waits(void)
{
    CHECK_EQUAL(1, write(told[1], "", 1));
    waits();
}

static void has_children(void)
{
    plain(tells_then_waits);
    plain(tells_then_waits);
    CHECK_EQUAL(1, write(told[1], "", 1));
    waits();
}

/* Its end is the end of all. */
static void ends_all(void)
{
    char byte;
    CHECK_EQUAL(0, pipe(told));
    pid_t child = first(has_children);
    close(told[1]);
    for (int i = 0; i < 3; i++)
        CHECK_EQUAL(1, read(told[0], &byte, 1));
    /* From outside only these two do what they do to others. */
    CHECK_EQUAL(0, kill(child, SIGTERM));
    CHECK_EQUAL(0, waitpid(child, NULL, WNOHANG));
    CHECK_EQUAL(0, kill(child, SIGKILL));
    int status = status_of(child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    /* They were gone before it was waited for: nobody holds the pipe. */
    struct pollfd ended = {told[0], POLLIN, 0};
    CHECK_EQUAL(1, poll(&ended, 1, 0));
    CHECK_EQUAL(0, read(told[0], &byte, 1));
    close(told[0]);

    status = status_of(first(faults));
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void orphan(void)
{
    while (getppid() != 1)
        usleep(1000);
    _exit(7);
}

static void leaves_one(void)
{
    plain(orphan);
}

static void reaps(void)
{
    pid_t child = plain(leaves_one);
    CHECK_EQUAL(0, status_of(child));
    int status = -1;
    pid_t adopted = waitpid(-1, &status, 0);
    CHECK_EQUAL(3, adopted);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    CHECK_ERRNO(ECHILD, waitpid(-1, NULL, 0));
}

static void kills_everybody(void)
{
    pid_t one = plain(waits), other = plain(waits);
    CHECK_EQUAL(0, kill(-1, SIGKILL));
    CHECK_EQUAL(SIGKILL, status_of(one));
    CHECK_EQUAL(SIGKILL, status_of(other));
    CHECK_ERRNO(ESRCH, kill(-1, SIGKILL));
}

static void unshares(void)
{
    struct stat own, children;
    char text[8];
    CHECK_EQUAL(0, unshare(CLONE_NEWPID));
    CHECK_EQUAL(0, stat("/proc/self/ns/pid", &own));
    CHECK_ERRNO(ENOENT, readlink("/proc/self/ns/pid_for_children", text, sizeof text));
    pid_t before = getpid();
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, SIGCHLD | CLONE_NEWPID, 0, 0, 0, 0));
    pid_t child = plain(waits);
    CHECK(child > 1);
    CHECK_EQUAL(0, stat("/proc/self/ns/pid_for_children", &children));
    CHECK(own.st_ino != children.st_ino);
    CHECK_EQUAL(before, getpid());
    char expected[32];
    snprintf(expected, sizeof expected, "\t%d\t1", child);
    CHECK(strcmp(expected, status_line("/proc", child, "NSpid")) == 0);
    CHECK_EQUAL(0, kill(child, SIGKILL));
    CHECK_EQUAL(SIGKILL, status_of(child));
    CHECK_ERRNO(ENOMEM, fork());
}

static volatile pid_t sender = -1;

static void notes(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    sender = info->si_pid;
}

static int channel[2];

static void talks(void)
{
    struct sigaction action = {.sa_sigaction = notes, .sa_flags = SA_SIGINFO};
    sigset_t blocked, open;
    CHECK_EQUAL(0, sigaction(SIGUSR1, &action, NULL));
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &open);
    char byte = 'x';
    struct iovec data = {&byte, 1};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_CREDENTIALS;
    header->cmsg_len = CMSG_LEN(sizeof(struct ucred));
    struct ucred own = {getpid(), getuid(), getgid()};
    memcpy(CMSG_DATA(header), &own, sizeof own);
    CHECK_EQUAL(1, sendmsg(channel[1], &message, 0));
    while (sender == -1)
        sigsuspend(&open);
    /* Who is outside has no number. */
    CHECK_EQUAL(0, sender);
    int on = 1;
    CHECK_EQUAL(0, setsockopt(channel[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    message.msg_controllen = sizeof control;
    CHECK_EQUAL(1, recvmsg(channel[1], &message, 0));
    header = CMSG_FIRSTHDR(&message);
    CHECK(header != NULL && header->cmsg_type == SCM_CREDENTIALS);
    memcpy(&own, CMSG_DATA(header), sizeof own);
    CHECK_EQUAL(0, own.pid);
}

static void translates(void)
{
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel));
    int on = 1;
    CHECK_EQUAL(0, setsockopt(channel[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    pid_t child = first(talks);
    char byte;
    struct iovec data = {&byte, 1};
    char control[CMSG_SPACE(sizeof(struct ucred))];
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    CHECK_EQUAL(1, recvmsg(channel[0], &message, 0));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    CHECK(header != NULL && header->cmsg_type == SCM_CREDENTIALS);
    struct ucred theirs;
    memcpy(&theirs, CMSG_DATA(header), sizeof theirs);
    CHECK_EQUAL(child, theirs.pid);
    CHECK_EQUAL(0, kill(child, SIGUSR1));
    CHECK_EQUAL(1, write(channel[0], "y", 1));
    siginfo_t info;
    memset(&info, 0, sizeof info);
    CHECK_EQUAL(0, waitid(P_PID, child, &info, WEXITED));
    CHECK_EQUAL(child, info.si_pid);
    CHECK_EQUAL(0, info.si_status);
    close(channel[0]);
    close(channel[1]);
}

static void wanted_numbers(void)
{
    pid_t number = 77;
    struct clone_args arguments = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&number, .set_tid_size = 1};
    pid_t child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0)
        _exit(getpid() != 77);
    CHECK_EQUAL(77, child);
    CHECK_ERRNO(EEXIST, syscall(SYS_clone3, &arguments, sizeof arguments));
    CHECK_EQUAL(0, status_of(child));
    number = 5;
    arguments.flags = CLONE_NEWPID;
    CHECK_ERRNO(EINVAL, syscall(SYS_clone3, &arguments, sizeof arguments));
    /* From the innermost namespace outwards; NSpid tells them the other way round. */
    pid_t numbers[] = {1, 88, 0};
    int pidfd = -1;
    char path[64], text[512], *line;
    arguments = (struct clone_args){.flags = CLONE_NEWPID | CLONE_PIDFD, .exit_signal = SIGCHLD,
            .pidfd = (uintptr_t)&pidfd, .set_tid = (uintptr_t)numbers, .set_tid_size = 2};
    child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0)
        _exit(pause());
    CHECK_EQUAL(88, child);
    CHECK_EQUAL(0, mount("proc", base, "proc", 0, NULL));
    snprintf(path, sizeof path, "%s/self/fdinfo/%d", base, pidfd);
    int fd = open(path, O_RDONLY);
    text[fd < 0 ? 0 : read(fd, text, sizeof text - 1)] = 0;
    close(fd);
    line = strstr(text, "NSpid:");
    CHECK(line != NULL && strncmp(line, "NSpid:\t88\t1\n", 13) == 0);
    CHECK_EQUAL(0, umount(base));
    CHECK_ERRNO(EEXIST, syscall(SYS_clone3, &arguments, sizeof arguments));
    CHECK_EQUAL(0, kill(child, SIGKILL));
    CHECK_EQUAL(SIGKILL, status_of(child));
    arguments.set_tid_size = 33;
    CHECK_ERRNO(EINVAL, syscall(SYS_clone3, &arguments, sizeof arguments));
    arguments.set_tid = 8;
    arguments.set_tid_size = 1;
    CHECK_ERRNO(EFAULT, syscall(SYS_clone3, &arguments, sizeof arguments));
}

/* A directory in /proc is that of a process, not of whoever has its number later. */
static void numbers_again(void)
{
    pid_t number = 99;
    struct clone_args arguments = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&number, .set_tid_size = 1};
    CHECK_EQUAL(0, mount("proc", base, "proc", 0, NULL));
    int directory = -1;
    char path[64];
    snprintf(path, sizeof path, "%s/99", base);
    for (int i = 0; i < 2; i++) {
        pid_t child = syscall(SYS_clone3, &arguments, sizeof arguments);
        if (child == 0)
            _exit(pause());
        CHECK_EQUAL(99, child);
        directory = i == 0 ? open(path, O_RDONLY | O_DIRECTORY) : directory;
        CHECK_EQUAL(i == 0 ? 0 : -1, faccessat(directory, "status", F_OK, 0));
        CHECK_EQUAL(i == 0 ? 0 : -1, syscall(SYS_pidfd_send_signal, directory, 0, NULL, 0));
        CHECK_EQUAL(0, kill(child, SIGKILL));
        CHECK_EQUAL(SIGKILL, status_of(child));
    }
    close(directory);
    /* The last number of the reader's namespace stands at the end. */
    char text[128], last[16];
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    CHECK_EQUAL(0, status_of(child));
    snprintf(last, sizeof last, " %d\n", child);
    snprintf(path, sizeof path, "%s/loadavg", base);
    int fd = open(path, O_RDONLY);
    ssize_t bytes = read(fd, text, sizeof text - 1);
    CHECK(bytes > 9 && strcmp((text[bytes] = 0, text + bytes - strlen(last)), last) == 0);
    close(fd);
    CHECK_EQUAL(0, umount(base));
}

static void thread_numbers(void)
{
    pthread_mutexattr_t kind;
    pthread_mutex_t lock;
    CHECK_EQUAL(0, pthread_mutexattr_init(&kind));
    CHECK_EQUAL(0, pthread_mutexattr_setprotocol(&kind, PTHREAD_PRIO_INHERIT));
    CHECK_EQUAL(0, pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK));
    CHECK_EQUAL(0, pthread_mutex_init(&lock, &kind));
    CHECK_EQUAL(0, pthread_mutex_lock(&lock));
    CHECK_EQUAL(EDEADLK, pthread_mutex_lock(&lock));
    CHECK_EQUAL(0, pthread_mutex_unlock(&lock));
    struct flock region = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
    FILE *file = tmpfile();
    CHECK_EQUAL(0, fcntl(fileno(file), F_SETLK, &region));
    int status;
    pid_t child = fork();
    if (child == 0) {
        fcntl(fileno(file), F_GETLK, &region);
        _exit(region.l_pid == 1 ? 0 : 1);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, fcntl(fileno(file), F_SETOWN, 1));
    CHECK_EQUAL(1, fcntl(fileno(file), F_GETOWN));
    fclose(file);
}

static volatile pid_t signal_sender;

static void notes_sender(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    signal_sender = info->si_pid;
}

/* Who traces and who is traced have their own numbers in what signals tell. */
static void traces(void)
{
    int status;
    siginfo_t info;
    pid_t child = fork();
    if (child == 0) {
        struct sigaction action = {.sa_sigaction = notes_sender, .sa_flags = SA_SIGINFO};
        sigaction(SIGUSR1, &action, NULL);
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        syscall(SYS_getppid);
        _exit(signal_sender == 1 ? 0 : 1);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, ptrace(PTRACE_SYSCALL, child, NULL, NULL));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, ptrace(PTRACE_GETSIGINFO, child, NULL, &info));
    CHECK_EQUAL(child, info.si_pid);
    CHECK_EQUAL(0, kill(child, SIGUSR2));
    CHECK_EQUAL(0, ptrace(PTRACE_CONT, child, NULL, NULL));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR2);
    CHECK_EQUAL(0, ptrace(PTRACE_CONT, child, NULL, SIGUSR1));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

int main(void)
{
    if (HOST_LACKS(geteuid() != 0 || syscall(SYS_unshare, CLONE_NEWNS) != 0))
        return check_skipped("not allowed to make namespaces");
    mkdir(base, 0755);
    in_namespace(numbers);
    in_namespace(makes_another);
    outer = open("/proc/self/ns/pid", O_RDONLY);
    in_namespace(not_outwards);
    close(outer);
    in_namespace(is_attacked);
    ends_all();
    in_namespace(reaps);
    in_namespace(kills_everybody);
    CHECK_EQUAL(0, status_of(plain(unshares)));
    translates();
    in_namespace(wanted_numbers);
    in_namespace(numbers_again);
    in_namespace(thread_numbers);
    in_namespace(traces);
    rmdir(base);
    return check_done();
}
