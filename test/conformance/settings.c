/* What programs may change below /proc/sys and in prctl(2), and that it has an effect; config.gz and lsm_list_modules. */
#include "check.h"
#include "child.h"
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PIPE_PAGES 16

static char before[256];

static long tell(const char *file)
{
    long value = -1;
    FILE *f = fopen(file, "r");
    CHECK(f != NULL);
    if (f != NULL) {
        CHECK_EQUAL(1, fscanf(f, "%ld", &value));
        fclose(f);
    }
    return value;
}

/* The bytes written, or -1. */
static long set(const char *file, const char *value)
{
    int fd = open(file, O_WRONLY);
    if (fd < 0)
        return -1;
    long n = write(fd, value, strlen(value));
    int error = errno;
    close(fd);
    errno = error;
    return n;
}

static long set_number(const char *file, long value)
{
    char text[32];
    snprintf(text, sizeof text, "%ld", value);
    return set(file, text);
}

/* Runs a function as somebody without privileges. */
static void as_nobody(void (*run)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        CHECK_EQUAL(0, setgid(65534));
        CHECK_EQUAL(0, setuid(65534));
        run();
        fflush(stdout);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static int new_pipe_bytes(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    int bytes = fcntl(ends[0], F_GETPIPE_SZ);
    close(ends[0]);
    close(ends[1]);
    return bytes;
}

static void one_page_at_most(void)
{
    int ends[2];
    CHECK_EQUAL(4096, new_pipe_bytes());
    CHECK_EQUAL(0, pipe(ends));
    CHECK_ERRNO(EPERM, fcntl(ends[0], F_SETPIPE_SZ, 8192));
    CHECK_EQUAL(4096, fcntl(ends[0], F_SETPIPE_SZ, 100));
}

static void two_pages_for_who_has_enough(void)
{
    int ends[2];
    CHECK_EQUAL(PIPE_PAGES * 4096, new_pipe_bytes());
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(2 * 4096, new_pipe_bytes());
    close(ends[0]);
    CHECK_EQUAL(2 * 4096, new_pipe_bytes());
    close(ends[1]);
    CHECK_EQUAL(PIPE_PAGES * 4096, new_pipe_bytes());
}

static void pipes(void)
{
    const char *max = "/proc/sys/fs/pipe-max-size", *soft = "/proc/sys/fs/pipe-user-pages-soft";
    long max_before = tell(max), soft_before = tell(soft);
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    CHECK_ERRNO(EINVAL, fcntl(ends[0], F_SETPIPE_SZ, 1U << 31 | 1));
    CHECK_EQUAL(4, set(max, "4096"));
    if (prctl(PR_CAPBSET_READ, 24) == 1) /* CAP_SYS_RESOURCE */
        CHECK_EQUAL(PIPE_PAGES * 4096, new_pipe_bytes());
    as_nobody(one_page_at_most);
    CHECK_EQUAL(4, set(max, "5000"));
    CHECK_EQUAL(8192, tell(max));
    CHECK_ERRNO(EINVAL, set(max, "many"));
    CHECK(set_number(max, max_before) > 0);
    CHECK_EQUAL(2, set(soft, "20"));
    as_nobody(two_pages_for_who_has_enough);
    CHECK(set_number(soft, soft_before) > 0);
}

static void no_queue_more(void)
{
    CHECK_ERRNO(ENOSPC, mq_open("/settings", O_RDWR | O_CREAT, 0600, NULL));
}

static void queues(void)
{
    const char *most = "/proc/sys/fs/mqueue/queues_max", *size = "/proc/sys/fs/mqueue/msgsize_default";
    if (HOST_LACKS(access(most, F_OK) != 0))
        return;
    long most_before = tell(most), size_before = tell(size);
    CHECK_EQUAL(1, set(most, "0"));
    as_nobody(no_queue_more);
    CHECK(set_number(most, most_before) > 0);
    CHECK_EQUAL(3, set(size, "256"));
    mqd_t queue = mq_open("/settings", O_RDWR | O_CREAT, 0600, NULL);
    struct mq_attr attributes = {0};
    CHECK_EQUAL(0, mq_getattr(queue, &attributes));
    CHECK_EQUAL(256, attributes.mq_msgsize);
    mq_close(queue);
    mq_unlink("/settings");
    CHECK_ERRNO(EINVAL, set(size, "1"));
    CHECK(set_number(size, size_before) > 0);
}

static void names(void)
{
    char name[65] = "";
    const char *file = "/proc/sys/kernel/domainname";
    CHECK_EQUAL(0, getdomainname(before, sizeof before));
    CHECK_EQUAL(8, set(file, "settings"));
    CHECK_EQUAL(0, getdomainname(name, sizeof name));
    CHECK_EQUAL(0, strcmp("settings", name));
    CHECK_EQUAL(5, set(file, "line\n"));
    CHECK_EQUAL(0, getdomainname(name, sizeof name));
    CHECK_EQUAL(0, strcmp("line", name));
    CHECK_EQUAL(0, setdomainname(before, strlen(before)));
}

static void leases(void)
{
    const char *file = "/proc/sys/fs/lease-break-time";
    long seconds = tell(file);
    CHECK_EQUAL(1, set(file, "7"));
    CHECK_EQUAL(7, tell(file));
    CHECK_ERRNO(EINVAL, set(file, "soon"));
    /* For ever. */
    char name[] = "/tmp/leased.XXXXXX";
    close(mkstemp(name));
    int leased = open(name, O_RDONLY);
    signal(SIGIO, SIG_IGN);
    CHECK_EQUAL(1, set(file, "0"));
    CHECK_EQUAL(0, fcntl(leased, F_SETLEASE, F_RDLCK));
    CHECK_ERRNO(EAGAIN, open(name, O_WRONLY | O_NONBLOCK));
    usleep(10000);
    CHECK_ERRNO(EAGAIN, open(name, O_WRONLY | O_NONBLOCK));
    close(leased);
    signal(SIGIO, SIG_DFL);
    unlink(name);
    CHECK(set_number(file, seconds) > 0);
}

static void timer_slack(void)
{
    CHECK_EQUAL(50000, prctl(PR_GET_TIMERSLACK));
    CHECK_EQUAL(0, prctl(PR_SET_TIMERSLACK, 70000));
    CHECK_EQUAL(70000, prctl(PR_GET_TIMERSLACK));
    CHECK_EQUAL(70000, tell("/proc/self/timerslack_ns"));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        CHECK_EQUAL(0, prctl(PR_SET_TIMERSLACK, 1));
        CHECK_EQUAL(0, prctl(PR_SET_TIMERSLACK, 0));
        CHECK_EQUAL(70000, prctl(PR_GET_TIMERSLACK));
        fflush(stdout);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, prctl(PR_SET_TIMERSLACK, 0));
    CHECK_EQUAL(50000, prctl(PR_GET_TIMERSLACK));
}

/* select(2) leaves the timeout alone for a program that is used to that. */
static void sticky_timeouts(void)
{
    struct timeval wait = {0, 2000};
    CHECK_EQUAL(0, select(0, NULL, NULL, NULL, &wait));
    CHECK_EQUAL(0, wait.tv_usec);
    CHECK(personality(STICKY_TIMEOUTS) >= 0);
    wait.tv_usec = 2000;
    CHECK_EQUAL(0, select(0, NULL, NULL, NULL, &wait));
    CHECK_EQUAL(2000, wait.tv_usec);
    CHECK_EQUAL(STICKY_TIMEOUTS, personality(0));
}

static void speculation(void)
{
    CHECK(prctl(PR_GET_SPECULATION_CTRL, 0, 0, 0, 0) >= 0);
    CHECK_ERRNO(ENODEV, prctl(PR_GET_SPECULATION_CTRL, 99, 0, 0, 0));
    CHECK_ERRNO(EINVAL, prctl(PR_GET_SPECULATION_CTRL, 0, 1, 0, 0));
    CHECK_ERRNO(ENODEV, prctl(PR_SET_SPECULATION_CTRL, 99, PR_SPEC_ENABLE, 0, 0));
}

/* Kept and told; there are no such errors. */
static void memory_errors(void)
{
    CHECK_EQUAL(2, prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    CHECK_EQUAL(0, prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0));
    CHECK_EQUAL(PR_MCE_KILL_EARLY, prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    CHECK_EQUAL(0, prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 0, 0));
    CHECK_EQUAL(2, prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 1, 0, 0));
    CHECK_ERRNO(EINVAL, prctl(PR_MCE_KILL, PR_MCE_KILL_SET, 3, 0, 0));
    CHECK_ERRNO(EINVAL, prctl(PR_MCE_KILL, 2, 0, 0, 0));
    CHECK_ERRNO(EINVAL, prctl(PR_MCE_KILL_GET, 1, 0, 0, 0));
    CHECK_EQUAL(0, prctl(PR_TASK_PERF_EVENTS_DISABLE, 0, 0, 0, 0));
    CHECK_EQUAL(0, prctl(PR_TASK_PERF_EVENTS_ENABLE, 0, 0, 0, 0));
    if (!HOST_LACKS(prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) < 0 && errno == EPERM)) {
        CHECK_EQUAL(1, prctl(PR_GET_IO_FLUSHER, 0, 0, 0, 0));
        CHECK_ERRNO(EINVAL, prctl(PR_SET_IO_FLUSHER, 2, 0, 0, 0));
        CHECK_EQUAL(0, prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0));
        CHECK_EQUAL(0, prctl(PR_GET_IO_FLUSHER, 0, 0, 0, 0));
        CHECK_ERRNO(EINVAL, prctl(PR_GET_IO_FLUSHER, 1, 0, 0, 0));
    }
}

static void makes_a_namespace(void)
{
    CHECK_EQUAL(0, syscall(SYS_unshare, 0x04000000 /* CLONE_NEWUTS */));
}

/* What config.gz says is what there is; ours alone can be read without inflating it. */
static void configured_namespaces(int fd)
{
    static char text[8192];
    ssize_t length = pread(fd, text, sizeof text, 0);
    CHECK(length > 0);
    CHECK(memmem(text, length, "CONFIG_NAMESPACES=y\n", 20) != NULL);
    CHECK(memmem(text, length, "CONFIG_UTS_NS=y\n", 16) != NULL);
    CHECK(memmem(text, length, "# CONFIG_TIME_NS is not set\n", 28) != NULL);
    CHECK_EQUAL(0, in_child(makes_a_namespace));
    CHECK_ERRNO(EINVAL, syscall(SYS_unshare, 0x80 /* CLONE_NEWTIME */));
}

static void configuration(void)
{
    unsigned char head[3] = {0};
    int fd = open("/proc/config.gz", O_RDONLY);
    if (fd >= 0) {
        CHECK_EQUAL(3, read(fd, head, 3));
        CHECK_EQUAL(0x1f, head[0]);
        CHECK_EQUAL(0x8b, head[1]);
        CHECK_EQUAL(8, head[2]);
        if (check_is_ours()) {
            configured_namespaces(fd);
        }
        close(fd);
    }
    char line[2] = "";
    fd = open("/proc/cmdline", O_RDONLY);
    CHECK_EQUAL(2, read(fd, line, 2));
    close(fd);
}

/* Calls that tell what other systems have: sysfs(2), ustat(2), lsm_list_modules(2) of Linux 6.8. */
static void old_and_new(void)
{
    char name[64] = "";
    struct stat root;
    struct { int blocks; long inodes; char names[16]; } usage;
    long count = syscall(SYS_sysfs, 3, 0, 0);
    CHECK(count > 0);
    long proc = syscall(SYS_sysfs, 1, "proc", 0);
    CHECK(proc >= 0 && proc < count);
    CHECK_EQUAL(0, syscall(SYS_sysfs, 2, proc, name));
    CHECK_EQUAL(0, strcmp("proc", name));
    CHECK_ERRNO(EINVAL, syscall(SYS_sysfs, 1, "no such type", 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_sysfs, 2, count, name));
    CHECK_ERRNO(EINVAL, syscall(SYS_sysfs, 4, 0, 0));
    CHECK_ERRNO(EFAULT, syscall(SYS_sysfs, 1, 1, 0));
    CHECK_ERRNO(EFAULT, syscall(SYS_sysfs, 2, proc, 1));
    CHECK_EQUAL(0, stat("/", &root));
    CHECK_EQUAL(0, syscall(SYS_ustat, (unsigned)root.st_dev, &usage));
    CHECK_ERRNO(EFAULT, syscall(SYS_ustat, (unsigned)root.st_dev, 1));
    CHECK_ERRNO(EINVAL, syscall(SYS_ustat, 0x7fff, &usage));

    unsigned long modules[32] = {0};
    unsigned size = sizeof modules;
    long n = syscall(461, modules, &size, 0);
    if (HOST_LACKS(n < 0 && errno == ENOSYS))
        return;
    CHECK(n >= 1);
    CHECK_EQUAL(n * 8, size);
    int knows_capabilities = 0;
    for (long i = 0; i < n; i++)
        knows_capabilities |= modules[i] == 100;
    CHECK(knows_capabilities);
    CHECK_ERRNO(EINVAL, syscall(461, modules, &size, 1));
    size = 1;
    CHECK_ERRNO(E2BIG, syscall(461, modules, &size, 0));
    CHECK_EQUAL(n * 8, size);
    CHECK_ERRNO(EFAULT, syscall(461, modules, NULL, 0));
    CHECK_ERRNO(EINVAL, syscall(459, 0, NULL, &size, 0));
    CHECK_ERRNO(EINVAL, syscall(459, 100, NULL, NULL, 0));
    CHECK_ERRNO(EINVAL, syscall(460, 100, modules, 8, 0));
}

int main(void)
{
    if (geteuid() == 0) {
        pipes();
        queues();
        names();
        leases();
    }
    timer_slack();
    sticky_timeouts();
    speculation();
    memory_errors();
    configuration();
    old_and_new();
    return check_done();
}
