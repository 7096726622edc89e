/* vfork(2), execve(2), execveat(2), posix_spawn(3), wait(2), waitid(2), SIGCHLD. The program runs itself. */
#include "check.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static volatile sig_atomic_t child_signals;

static void counts(int signal)
{
    (void)signal;
    child_signals++;
}

/* What a child does, by its first argument. */
static int child(char **arguments)
{
    if (strcmp(arguments[1], "exit") == 0) {
        return atoi(arguments[2]);
    }
    if (strcmp(arguments[1], "die") == 0) {
        raise(atoi(arguments[2]));
    }
    if (strcmp(arguments[1], "environment") == 0) {
        return getenv("MARK") != NULL && strcmp(getenv("MARK"), "yes") == 0 ? 11 : 12;
    }
    if (strcmp(arguments[1], "closed") == 0) {
        return fcntl(atoi(arguments[2]), F_GETFD) < 0 && errno == EBADF ? 21 : 22;
    }
    if (strcmp(arguments[1], "write") == 0) {
        return write(1, "from the child\n", 15) == 15 ? 0 : 1;
    }
    if (strcmp(arguments[1], "places") == 0) {
        void *places[] = {&arguments, mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), sbrk(0)};
        return write(1, places, sizeof places) == sizeof places ? 0 : 1;
    }
    if (strcmp(arguments[1], "pause") == 0) {
        for (;;) {
            pause();
        }
    }
    /* A script's interpreter: what it is told to open. */
    if (strncmp(arguments[1], "/dev/fd/", 8) == 0) {
        return getenv("SCRIPT") != NULL && strcmp(getenv("SCRIPT"), arguments[1]) == 0 ? 41 : 42;
    }
    return 99;
}

static int run(const char *what, const char *argument, char **environment)
{
    char *arguments[] = {"/proc/self/exe", (char *)what, (char *)argument, NULL};
    pid_t pid;
    int status = -1;
    CHECK_EQUAL(0, posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environment));
    CHECK_EQUAL(pid, waitpid(pid, &status, 0));
    return status;
}

static void statuses(void)
{
    char *environment[] = {"MARK=yes", NULL};
    CHECK_EQUAL(7 << 8, run("exit", "7", NULL));
    CHECK_EQUAL(SIGTERM, run("die", "15", NULL) & 0x7f);
    CHECK_EQUAL(11 << 8, run("environment", NULL, environment));
    CHECK_EQUAL(12 << 8, run("environment", NULL, NULL));
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    char number[16];
    snprintf(number, sizeof number, "%d", fd);
    CHECK_EQUAL(21 << 8, run("closed", number, NULL));
    close(fd);
    CHECK_ERRNO(ECHILD, waitpid(-1, NULL, 0));
    CHECK_ERRNO(ECHILD, wait4(12345, NULL, WNOHANG, NULL));
    CHECK_ERRNO(EINVAL, waitpid(-1, NULL, 0x40));
}

static void pipes(void)
{
    int ends[2];
    char text[64];
    CHECK_EQUAL(0, pipe2(ends, O_CLOEXEC));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    char *arguments[] = {"self", "write", NULL};
    pid_t pid;
    CHECK_EQUAL(0, posix_spawn(&pid, "/proc/self/exe", &actions, NULL, arguments, NULL));
    close(ends[1]);
    CHECK_EQUAL(15, read(ends[0], text, sizeof text));
    CHECK_EQUAL(0, memcmp(text, "from the child\n", 15));
    CHECK_EQUAL(0, read(ends[0], text, sizeof text));
    siginfo_t info;
    CHECK_EQUAL(0, waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
    CHECK_EQUAL(CLD_EXITED, info.si_code);
    CHECK_EQUAL(pid, info.si_pid);
    CHECK_EQUAL(0, info.si_status);
    CHECK_EQUAL(0, waitid(P_PID, pid, &info, WEXITED));
    CHECK_ERRNO(ECHILD, waitid(P_PID, pid, &info, WEXITED));
}

/* Stack, mappings and heap of a program that has just begun. */
static void places(void *found[3])
{
    int ends[2];
    CHECK_EQUAL(0, pipe2(ends, O_CLOEXEC));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    char *arguments[] = {"self", "places", NULL};
    pid_t pid;
    CHECK_EQUAL(0, posix_spawn(&pid, "/proc/self/exe", &actions, NULL, arguments, NULL));
    posix_spawn_file_actions_destroy(&actions);
    CHECK_EQUAL(3 * sizeof *found, read(ends[0], found, 3 * sizeof *found));
    CHECK_EQUAL(pid, waitpid(pid, NULL, 0));
    close(ends[0]);
    close(ends[1]);
}

/* personality(2): ADDR_NO_RANDOMIZE, which setarch -R sets and gdb for what it starts. */
static void randomness(void)
{
    void *one[3], *two[3];
    int before = personality(0xffffffff);
    CHECK(personality(before & ~ADDR_NO_RANDOMIZE) >= 0);
    places(one);
    places(two);
    /* One may be the same by chance, with 22 bits or more of each. */
    CHECK(one[0] != two[0] && one[1] != two[1]);
    CHECK(personality(before | ADDR_NO_RANDOMIZE) >= 0);
    places(one);
    places(two);
    CHECK(one[0] == two[0] && one[1] == two[1] && one[2] == two[2]);
    CHECK(personality(before) >= 0);
}

static void killing(void)
{
    char *arguments[] = {"self", "pause", NULL};
    pid_t pid;
    int status;
    struct sigaction action = {.sa_handler = counts, .sa_flags = SA_RESTART};
    sigaction(SIGCHLD, &action, NULL);
    child_signals = 0;
    CHECK_EQUAL(0, posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, NULL));
    CHECK_EQUAL(0, waitpid(pid, &status, WNOHANG));
    CHECK_EQUAL(0, kill(pid, 0));
    CHECK_EQUAL(0, kill(pid, SIGSTOP));
    CHECK_EQUAL(pid, waitpid(pid, &status, WUNTRACED));
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    CHECK_EQUAL(0, kill(pid, SIGCONT));
    CHECK_EQUAL(pid, waitpid(pid, &status, WCONTINUED));
    CHECK(WIFCONTINUED(status));
    CHECK_EQUAL(0, kill(pid, SIGKILL));
    CHECK_EQUAL(pid, waitpid(pid, &status, 0));
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    CHECK(child_signals >= 1);
    CHECK_ERRNO(ESRCH, kill(pid, 0));
    signal(SIGCHLD, SIG_IGN);
    CHECK_EQUAL(0, posix_spawn(&pid, "/proc/self/exe", NULL, NULL, (char *[]){"self", "exit", "3", NULL}, NULL));
    CHECK_ERRNO(ECHILD, waitpid(pid, &status, 0));
    signal(SIGCHLD, SIG_DFL);
}

static void vforks(void)
{
    volatile int shared = 1;
    pid_t pid = vfork();
    if (pid == 0) {
        shared = 2;
        _exit(5);
    }
    int status;
    CHECK_EQUAL(2, shared);
    CHECK_EQUAL(pid, waitpid(pid, &status, 0));
    CHECK_EQUAL(5 << 8, status);
}

static void refusals(void)
{
    char *arguments[] = {"x", NULL};
    CHECK_ERRNO(ENOENT, execve("/no/such/program", arguments, NULL));
    CHECK_ERRNO(EACCES, execve("/tmp", arguments, NULL));
    CHECK_ERRNO(EFAULT, execve((char *)8, arguments, NULL));
    CHECK_ERRNO(EFAULT, execve("/proc/self/exe", (char **)8, NULL));
    CHECK_ERRNO(ENOTDIR, execve("/proc/self/exe/x", arguments, NULL));
    CHECK_ERRNO(EINVAL, syscall(SYS_execveat, AT_FDCWD, "x", arguments, NULL, 0x40));
    CHECK_ERRNO(EBADF, syscall(SYS_execveat, 77, "x", arguments, NULL, 0));
    CHECK_ERRNO(ENOENT, syscall(SYS_execveat, 77, "/no/such/program", arguments, NULL, 0));
    CHECK_ERRNO(EFAULT, syscall(SYS_execveat, 77, 8, arguments, NULL, 0));
    int fd = open("/tmp/not-a-program", O_CREAT | O_WRONLY | O_TRUNC, 0755);
    CHECK_EQUAL(5, write(fd, "hello", 5));
    close(fd);
    CHECK_ERRNO(ENOEXEC, execve("/tmp/not-a-program", arguments, NULL));
    unlink("/tmp/not-a-program");
}

/* CLONE_PARENT: a sister, who is of her maker's session and group and tells the parent of her end as that does. */
static void sisters(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    pid_t pid = fork();
    if (pid == 0) {
        struct { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; } how = {0};
        pid_t told[4] = {setsid(), 0, 0, 0};
        how.flags = CLONE_PARENT;
        how.exit_signal = SIGCHLD;
        told[1] = syscall(SYS_clone3, &how, sizeof how) == -1 && errno == EINVAL;
        how.exit_signal = 0;
        told[2] = syscall(SYS_clone3, &how, sizeof how);
        if (told[2] == 0) {
            _exit(getsid(0) == told[0] && getpgrp() == told[0] ? 5 : 6);
        }
        told[3] = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (told[3] == 0) {
            _exit(12);
        }
        _exit(write(ends[1], told, sizeof told) != sizeof told);
    }
    pid_t told[4];
    int status = -1;
    CHECK_EQUAL(sizeof told, read(ends[0], told, sizeof told));
    CHECK_EQUAL(pid, told[0]);
    CHECK_EQUAL(1, told[1]);
    CHECK_EQUAL(told[2], waitpid(told[2], &status, 0));
    CHECK_EQUAL(5 << 8, status);
    CHECK_EQUAL(pid, waitpid(pid, &status, 0));
    CHECK_EQUAL(0, status);
    siginfo_t info = {0};
    CHECK_EQUAL(0, waitid(P_PGID, pid, &info, WEXITED | WNOWAIT));
    CHECK_EQUAL(told[3], info.si_pid);
    CHECK_EQUAL(12, info.si_status);
    CHECK_EQUAL(pid, getpgid(info.si_pid));
    CHECK_EQUAL(told[3], waitpid(-pid, &status, 0));
    close(ends[0]);
    close(ends[1]);
}

/* A lock that a program holds and that others may wait for is theirs when another takes its place. */
static void locks(void)
{
    pthread_mutex_t *lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    CHECK_EQUAL(0, pthread_mutex_init(lock, &attributes));
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    pid_t pid = fork();
    if (pid == 0) {
        char *arguments[] = {"/proc/self/exe", "pause", NULL};
        if (pthread_mutex_lock(lock) == 0 && write(ends[1], "x", 1) == 1) {
            usleep(50000);
            execve("/proc/self/exe", arguments, NULL);
        }
        _exit(1);
    }
    char byte;
    CHECK_EQUAL(1, read(ends[0], &byte, 1));
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 20;
    CHECK_EQUAL(EOWNERDEAD, pthread_mutex_timedlock(lock, &limit));
    CHECK_EQUAL(0, kill(pid, SIGKILL));
    CHECK_EQUAL(pid, waitpid(pid, NULL, 0));
    close(ends[0]);
    close(ends[1]);
}

/* Pointers count as well as strings: with a stack of 8 MB both together may have 2. */
static void many_empty_strings(void)
{
    enum { MANY = 300000 };
    static char *many[MANY + 1];
    for (int i = 0; i < MANY; i++) {
        many[i] = "";
    }
    struct rlimit old, limit;
    CHECK_EQUAL(0, getrlimit(RLIMIT_STACK, &old));
    limit = (struct rlimit) {8 << 20, old.rlim_max};
    CHECK_EQUAL(0, setrlimit(RLIMIT_STACK, &limit));
    char *few[] = {"few", NULL};
    CHECK_ERRNO(E2BIG, execve("/proc/self/exe", many, NULL));
    CHECK_ERRNO(E2BIG, execve("/proc/self/exe", few, many));
    CHECK_EQUAL(0, setrlimit(RLIMIT_STACK, &old));
}

/* Even who is given no arguments has a name, execve(2) NOTES. */
static void without_arguments(void)
{
    static char *environment[] = {"BARE=1", NULL}, *none[] = {NULL};
    char **arguments[] = {NULL, none}, **environments[] = {environment, none, NULL};
    for (int i = 0; i < 6; i++) {
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            execve("/proc/self/exe", arguments[i % 2], environments[i / 2]);
            _exit(1);
        }
        int status = -1;
        CHECK_EQUAL(pid, waitpid(pid, &status, 0));
        CHECK_EQUAL((i / 2 == 0 ? 32 : 31) << 8, status);
    }
}

static int run_at(int directory, const char *path, char **environment, int flags)
{
    char *arguments[] = {"x", NULL};
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        syscall(SYS_execveat, directory, path, arguments, environment, flags);
        _exit(errno);
    }
    int status = -1;
    CHECK_EQUAL(pid, waitpid(pid, &status, 0));
    return WEXITSTATUS(status);
}

/* execveat(2): a whole path needs no directory; scripts are found by /dev/fd, unless that is closed by then. */
static void by_descriptors(void)
{
    char expected[64], *environment[] = {expected, NULL}, *bare[] = {"BARE=1", NULL};
    static const char line[] = "#!/proc/self/exe\n";
    int fd = open("/tmp/a-script", O_CREAT | O_WRONLY | O_TRUNC, 0755);
    CHECK_EQUAL(sizeof line - 1, write(fd, line, sizeof line - 1));
    close(fd);
    CHECK_EQUAL(7, run_at(99, "/proc/self/exe", bare, 0));
    int script = open("/tmp/a-script", O_RDONLY), directory = open("/tmp", O_RDONLY | O_DIRECTORY);
    snprintf(expected, sizeof expected, "SCRIPT=/dev/fd/%d", script);
    CHECK_EQUAL(41, run_at(script, "", environment, AT_EMPTY_PATH));
    snprintf(expected, sizeof expected, "SCRIPT=/dev/fd/%d/a-script", directory);
    CHECK_EQUAL(41, run_at(directory, "a-script", environment, 0));
    CHECK_EQUAL(0, fcntl(script, F_SETFD, FD_CLOEXEC));
    CHECK_EQUAL(ENOENT, run_at(script, "", environment, AT_EMPTY_PATH));
    close(script);
    close(directory);
    unlink("/tmp/a-script");
}

int main(int count, char **arguments)
{
    if (count > 1) {
        return child(arguments);
    }
    if (count == 1 && strcmp(arguments[0], "x") == 0) {
        return 7;
    }
    if (count == 1 && *arguments[0] == '\0') {
        return getenv("BARE") != NULL ? 32 : 31;
    }
    statuses();
    pipes();
    randomness();
    killing();
    vforks();
    refusals();
    sisters();
    locks();
    many_empty_strings();
    without_arguments();
    by_descriptors();
    return check_done();
}
