/* Limits and refusals: getrlimit(2); ETXTBSY; EDEADLK of fcntl(2); SIGCHLD's times; sched_setattr(2); pidfd_getfd(2). */
#include "child.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static char directory[64];

static volatile sig_atomic_t rung;

static void ring(int signal)
{
    (void)signal;
    rung++;
}

static void burn(void)
{
    for (;;) {
    }
}

static void cpu_with_handler(void)
{
    signal(SIGXCPU, ring);
    CHECK_EQUAL(0, setrlimit(RLIMIT_CPU, &(struct rlimit){1, RLIM_INFINITY}));
    while (rung < 1) {
    }
    struct timespec used;
    CHECK_EQUAL(0, clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used));
    /* Linux counts ticks for the limit and time for the clock. */
    CHECK(used.tv_sec * 1000 + used.tv_nsec / 1000000 >= 500 && used.tv_sec < 10);
    CHECK_EQUAL(0, setrlimit(RLIMIT_CPU, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}));
}

static void cpu_by_default(void)
{
    CHECK_EQUAL(0, setrlimit(RLIMIT_CPU, &(struct rlimit){1, 5}));
    burn();
}

/* The child of a process with a limit has the limit, but its own time. */
static void cpu_at_the_end(void)
{
    signal(SIGXCPU, SIG_IGN);
    CHECK_EQUAL(0, setrlimit(RLIMIT_CPU, &(struct rlimit){1, 1}));
    pid_t child = fork();
    if (child == 0) {
        burn();
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void busy_file(void)
{
    char name[128], other[128];
    snprintf(name, sizeof name, "%s/program", directory);
    snprintf(other, sizeof other, "%s/link", directory);
    int from = open("/proc/self/exe", O_RDONLY), to = open(name, O_CREAT | O_WRONLY, 0755);
    static char block[65536];
    long n;
    while ((n = read(from, block, sizeof block)) > 0) {
        CHECK_EQUAL(n, write(to, block, n));
    }
    close(from);
    /* Open for writing: it cannot be run. */
    char *arguments[] = {name, "wait", NULL}, *environment[] = {NULL};
    CHECK_ERRNO(ETXTBSY, execve(name, arguments, environment));
    close(to);
    int ready[2], go[2];
    CHECK_EQUAL(0, pipe(ready));
    CHECK_EQUAL(0, pipe(go));
    pid_t child = fork();
    if (child == 0) {
        dup2(ready[1], 1);
        dup2(go[0], 0);
        close(go[1]);
        execve(name, arguments, environment);
        _exit(99);
    }
    char byte;
    CHECK_EQUAL(1, read(ready[0], &byte, 1));
    /* Running: it cannot be written, under any name. */
    CHECK_EQUAL(0, link(name, other));
    CHECK_ERRNO(ETXTBSY, open(name, O_WRONLY));
    CHECK_ERRNO(ETXTBSY, open(other, O_RDWR));
    CHECK_ERRNO(ETXTBSY, open(name, O_RDONLY | O_TRUNC));
    CHECK_ERRNO(ETXTBSY, truncate(name, 5));
    int fd = open(name, O_RDONLY);
    CHECK(fd >= 0);
    close(fd);
    CHECK_EQUAL(0, unlink(other));
    close(go[1]);
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    fd = open(name, O_WRONLY);
    CHECK(fd >= 0);
    close(fd);
    CHECK_EQUAL(0, unlink(name));
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(go[0]);
    }
}

static int set_lock(int fd, int command, int type, long start)
{
    struct flock lock = {.l_type = type, .l_start = start, .l_len = 1};
    return fcntl(fd, command, &lock);
}

static char state_of(pid_t pid)
{
    char name[64], text[512];
    snprintf(name, sizeof name, "/proc/%d/stat", pid);
    int fd = open(name, O_RDONLY);
    long size = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    close(fd);
    text[size > 0 ? size : 0] = 0;
    char *behind = strrchr(text, ')');
    return behind == NULL ? '?' : behind[2];
}

/* One waits for us; waiting for it in turn would never end. */
static void deadlock(void)
{
    char name[128];
    snprintf(name, sizeof name, "%s/locks", directory);
    int fd = open(name, O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(0, set_lock(fd, F_SETLK, F_WRLCK, 0));
    volatile int *stage = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    if (child == 0) {
        int failed = set_lock(fd, F_SETLK, F_WRLCK, 1) != 0;
        *stage = 1;
        /* Granted when the parent gives up the first byte. */
        failed |= set_lock(fd, F_SETLKW, F_WRLCK, 0) != 0;
        _exit(failed);
    }
    while (!*stage || state_of(child) != 'S') {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    CHECK_ERRNO(EDEADLK, set_lock(fd, F_SETLKW, F_WRLCK, 1));
    CHECK_ERRNO(EAGAIN, set_lock(fd, F_SETLK, F_WRLCK, 1));
    CHECK_EQUAL(0, set_lock(fd, F_SETLK, F_UNLCK, 0));
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, set_lock(fd, F_SETLKW, F_WRLCK, 1));
    close(fd);
    unlink(name);
}

/* What waits for one process of a user is counted for all of them. */
static void queued_signals(void)
{
    CHECK_EQUAL(0, setresuid(12345, 12345, 12345));
    CHECK_EQUAL(0, setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){5, 5}));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    union sigval value = {.sival_int = 7};
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(0, sigqueue(getpid(), SIGRTMIN, value));
    }
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(ends[1]);
        _exit(read(ends[0], &byte, 1));
    }
    CHECK_EQUAL(0, sigqueue(child, SIGRTMIN, value));
    CHECK_EQUAL(0, sigqueue(child, SIGRTMIN, value));
    CHECK_ERRNO(EAGAIN, sigqueue(child, SIGRTMIN, value));
    CHECK_ERRNO(EAGAIN, sigqueue(getpid(), SIGRTMIN, value));
    /* kill(2) gets through without information, and a standard signal always. */
    CHECK_EQUAL(0, kill(getpid(), SIGRTMIN));
    CHECK_EQUAL(0, sigqueue(getpid(), SIGUSR1, value));
    close(ends[1]);
    close(ends[0]);
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    /* What waited for the child is free again. */
    CHECK_EQUAL(0, sigqueue(getpid(), SIGRTMIN, value));
    CHECK_EQUAL(0, sigqueue(getpid(), SIGRTMIN, value));
    CHECK_ERRNO(EAGAIN, sigqueue(getpid(), SIGRTMIN, value));
    siginfo_t info;
    struct timespec now = {0, 0};
    CHECK_EQUAL(SIGUSR1, sigtimedwait(&set, &info, &now));
    CHECK_EQUAL(SI_USER, info.si_code);
    for (int i = 0; i < 5; i++) {
        CHECK_EQUAL(SIGRTMIN, sigtimedwait(&set, &info, &now));
        CHECK_EQUAL(7, info.si_value.sival_int);
    }
}

static void times_of_children(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pid_t child = fork();
    if (child == 0) {
        struct timespec used;
        do {
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        } while (used.tv_sec == 0 && used.tv_nsec < 300000000);
        _exit(5);
    }
    siginfo_t info;
    CHECK_EQUAL(SIGCHLD, sigwaitinfo(&set, &info));
    CHECK_EQUAL(child, info.si_pid);
    CHECK_EQUAL(5, info.si_status);
    CHECK_EQUAL(CLD_EXITED, info.si_code);
    CHECK(info.si_utime + info.si_stime >= 20);
    CHECK(info.si_utime + info.si_stime < 3000);
    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t minimum, maximum;
    uint64_t unknown;
};

static long set_attributes(struct attributes *attributes)
{
    return syscall(SYS_sched_setattr, 0, attributes, 0);
}

static void scheduling(void)
{
    struct attributes own;
    memset(&own, 0xff, sizeof own);
    CHECK_EQUAL(0, syscall(SYS_sched_getattr, 0, &own, 48, 0));
    CHECK_EQUAL(48, own.size);
    CHECK_EQUAL(SCHED_OTHER, own.policy);
    CHECK_EQUAL(0, own.flags);
    CHECK_EQUAL(0, own.priority);
    CHECK_EQUAL(getpriority(PRIO_PROCESS, 0), own.nice);
    CHECK_ERRNO(EINVAL, syscall(SYS_sched_getattr, 0, &own, 47, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_sched_getattr, 0, &own, 48, 1));
    CHECK_ERRNO(EINVAL, syscall(SYS_sched_getattr, 0, NULL, 48, 0));
    CHECK_ERRNO(ESRCH, syscall(SYS_sched_getattr, 99999999, &own, 48, 0));
    struct attributes wanted = {.size = 48, .policy = SCHED_BATCH, .nice = 7, .flags = 1};
    CHECK_EQUAL(0, set_attributes(&wanted));
    CHECK_EQUAL(SCHED_BATCH | SCHED_RESET_ON_FORK, sched_getscheduler(0));
    CHECK_EQUAL(7, getpriority(PRIO_PROCESS, 0));
    CHECK_EQUAL(0, syscall(SYS_sched_getattr, 0, &own, 48, 0));
    CHECK_EQUAL(SCHED_BATCH, own.policy);
    CHECK_EQUAL(1, own.flags);
    CHECK_EQUAL(7, own.nice);
    wanted.priority = 5;
    CHECK_ERRNO(EINVAL, set_attributes(&wanted));
    wanted = (struct attributes){.size = 47};
    CHECK_ERRNO(E2BIG, set_attributes(&wanted));
    CHECK(wanted.size >= 48);
    wanted = (struct attributes){.size = 64, .unknown = 1};
    CHECK_ERRNO(E2BIG, set_attributes(&wanted));
    wanted = (struct attributes){.size = 48, .policy = 77};
    CHECK_ERRNO(EINVAL, set_attributes(&wanted));
    wanted = (struct attributes){.size = 48, .policy = SCHED_IDLE};
    CHECK_EQUAL(0, set_attributes(&wanted));
    CHECK_EQUAL(SCHED_IDLE, sched_getscheduler(0));
    struct sched_param none = {0};
    CHECK_EQUAL(0, sched_setscheduler(0, SCHED_BATCH, &none));
    CHECK_EQUAL(SCHED_BATCH, sched_getscheduler(0));
    pid_t child = fork();
    if (child == 0) {
        _exit(sched_getscheduler(0) == SCHED_BATCH ? 0 : 1);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void niceness(void)
{
    if (HOST_LACKS(setrlimit(RLIMIT_NICE, &(struct rlimit){15, 15}) != 0 && errno == EPERM)) {
        printf("skipped: niceness needs CAP_SYS_RESOURCE\n");
        return;
    }
    CHECK_EQUAL(0, setresuid(12345, 12345, 12345));
    CHECK_EQUAL(0, setpriority(PRIO_PROCESS, 0, 10));
    CHECK_EQUAL(0, setpriority(PRIO_PROCESS, 0, 5));
    CHECK_ERRNO(EACCES, setpriority(PRIO_PROCESS, 0, 4));
    CHECK_EQUAL(5, getpriority(PRIO_PROCESS, 0));
}

/* Private writable memory counts, other memory does not. */
static void data(void)
{
    CHECK_EQUAL(0, setrlimit(RLIMIT_DATA, &(struct rlimit){16 << 20, 16 << 20}));
    size_t size = 32 << 20;
    CHECK(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    CHECK_EQUAL(ENOMEM, errno);
    CHECK(mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    CHECK(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    size = 6 << 20;
    CHECK(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    CHECK(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    CHECK(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    CHECK_ERRNO(ENOMEM, sbrk(size) == (void *)-1 ? -1 : 0);
}

static void files_of_others(void)
{
    int ends[2], ready[2];
    char byte;
    CHECK_EQUAL(0, pipe(ready));
    CHECK_EQUAL(0, pipe(ends));
    pid_t child = fork();
    if (child == 0) {
        int fd = open("/dev/zero", O_RDONLY);
        dup2(fd, 100);
        close(ends[1]);
        (void)!write(ready[1], "r", 1);
        _exit(read(ends[0], &byte, 1));
    }
    CHECK_EQUAL(1, read(ready[0], &byte, 1));
    int pidfd = syscall(SYS_pidfd_open, child, 0);
    CHECK(pidfd >= 0);
    int fd = syscall(SYS_pidfd_getfd, pidfd, 100, 0);
    CHECK(fd >= 0);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(fd, F_GETFD));
    byte = 1;
    CHECK_EQUAL(1, read(fd, &byte, 1));
    CHECK_EQUAL(0, byte);
    close(fd);
    CHECK_ERRNO(EBADF, syscall(SYS_pidfd_getfd, pidfd, 101, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_pidfd_getfd, pidfd, 100, 1));
    CHECK_ERRNO(EBADF, syscall(SYS_pidfd_getfd, ends[0], 100, 0));
    close(ends[1]);
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_ERRNO(ESRCH, syscall(SYS_pidfd_getfd, pidfd, 100, 0));
    close(pidfd);
    close(ends[0]);
    close(ready[0]);
    close(ready[1]);
}

/* getrusage(2), wait4(2): ru_maxrss, of a process, of its largest child, and through execve(2) and the end. */
static void resident_sets(void)
{
    struct rusage usage;
    CHECK_EQUAL(0, getrusage(RUSAGE_SELF, &usage));
    CHECK(usage.ru_maxrss > 0);
    long before = usage.ru_maxrss;
    pid_t child = fork();
    if (child == 0) {
        size_t bytes = 24 << 20;
        char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(memory, 1, bytes);
        munmap(memory, bytes);
        _exit(0);
    }
    CHECK_EQUAL(child, wait4(child, NULL, 0, &usage));
    CHECK(usage.ru_maxrss >= 24 << 10);
    CHECK_EQUAL(0, getrusage(RUSAGE_CHILDREN, &usage));
    CHECK(usage.ru_maxrss >= 24 << 10);
    CHECK_EQUAL(0, getrusage(RUSAGE_SELF, &usage));
    CHECK(usage.ru_maxrss >= before && usage.ru_maxrss < before + (24 << 10));
}

int main(int count, char **argument)
{
    if (count == 2 && strcmp(argument[1], "wait") == 0) {
        char byte;
        return write(1, "r", 1) == 1 ? (int)read(0, &byte, 1) : 2;
    }
    snprintf(directory, sizeof directory, "/tmp/limits-%d", getpid());
    CHECK_EQUAL(0, mkdir(directory, 0755));
    CHECK_EQUAL(0, in_child(cpu_with_handler));
    CHECK_EQUAL(SIGXCPU, in_child(cpu_by_default) & 0x7f);
    CHECK_EQUAL(0, in_child(cpu_at_the_end));
    busy_file();
    deadlock();
    times_of_children();
    CHECK_EQUAL(0, in_child(scheduling));
    CHECK_EQUAL(0, in_child(data));
    files_of_others();
    if (getuid() == 0) {
        CHECK_EQUAL(0, in_child(queued_signals));
        CHECK_EQUAL(0, in_child(niceness));
    }
    CHECK_EQUAL(0, rmdir(directory));
    resident_sets();
    return check_done();
}
