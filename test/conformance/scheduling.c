/* sched_setscheduler(2), sched_setaffinity(2), getpriority(2), prlimit(2), prctl(2), capget(2), membarrier(2), personality(2),
   ioprio_set(2), reboot(2). */
#include "check.h"
#include <sys/wait.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static void policies(void)
{
    struct sched_param parameters = {0};
    CHECK_EQUAL(SCHED_OTHER, sched_getscheduler(0));
    CHECK_EQUAL(0, sched_setscheduler(0, SCHED_OTHER, &parameters));
    CHECK_EQUAL(99, sched_get_priority_max(SCHED_FIFO));
    CHECK_EQUAL(1, sched_get_priority_min(SCHED_RR));
    CHECK_EQUAL(0, sched_get_priority_max(SCHED_OTHER));
    CHECK_ERRNO(EINVAL, sched_get_priority_max(77));
    CHECK_ERRNO(EINVAL, sched_getscheduler(-1));
    CHECK_ERRNO(ESRCH, sched_getscheduler(32700));
    parameters.sched_priority = 5;
    CHECK_ERRNO(EINVAL, sched_setscheduler(0, SCHED_OTHER, &parameters));
    CHECK_EQUAL(0, sched_yield());
    cpu_set_t set;
    CHECK_EQUAL(0, sched_getaffinity(0, sizeof set, &set));
    CHECK(CPU_COUNT(&set) >= 1);
    CHECK_ERRNO(EINVAL, syscall(SYS_sched_getaffinity, 0, 3, &set));
    CPU_ZERO(&set);
    CHECK_ERRNO(EINVAL, sched_setaffinity(0, sizeof set, &set));
    CHECK_EQUAL(0, getpriority(PRIO_PROCESS, 0));
    CHECK_EQUAL(0, setpriority(PRIO_PROCESS, 0, 5));
    CHECK_EQUAL(5, getpriority(PRIO_PROCESS, 0));
    CHECK_ERRNO(EINVAL, getpriority(9, 0));
    CHECK_ERRNO(ESRCH, getpriority(PRIO_PROCESS, 32700));
}

static void limits(void)
{
    struct rlimit limit, changed;
    CHECK_EQUAL(0, getrlimit(RLIMIT_NOFILE, &limit));
    CHECK(limit.rlim_cur <= limit.rlim_max);
    changed = limit;
    changed.rlim_cur = 20;
    CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &changed));
    CHECK_EQUAL(0, prlimit(0, RLIMIT_NOFILE, NULL, &limit));
    CHECK_EQUAL(20, limit.rlim_cur);
    int last = 0;
    for (int fd = dup(0); fd >= 0; fd = dup(0)) {
        last = fd;
    }
    CHECK_EQUAL(19, last);
    CHECK_EQUAL(EMFILE, errno);
    changed.rlim_cur = changed.rlim_max + (changed.rlim_max != RLIM_INFINITY);
    if (changed.rlim_cur != RLIM_INFINITY) {
        CHECK_ERRNO(EINVAL, setrlimit(RLIMIT_NOFILE, &changed));
    }
    CHECK_ERRNO(EINVAL, getrlimit(77, &limit));
    CHECK_ERRNO(EFAULT, syscall(SYS_getrlimit, RLIMIT_NOFILE, 8));
    CHECK_ERRNO(ESRCH, prlimit(32700, RLIMIT_NOFILE, NULL, &limit));
}

static void controls(void)
{
    char name[17] = "";
    CHECK_EQUAL(0, prctl(PR_SET_NAME, "a name that is too long"));
    CHECK_EQUAL(0, prctl(PR_GET_NAME, name));
    CHECK_EQUAL(0, strcmp("a name that is ", name));
    CHECK_EQUAL(1, prctl(PR_GET_DUMPABLE));
    CHECK_EQUAL(0, prctl(PR_SET_DUMPABLE, 0));
    CHECK_EQUAL(0, prctl(PR_GET_DUMPABLE));
    CHECK_ERRNO(EINVAL, prctl(PR_SET_DUMPABLE, 7));
    int signal = -1;
    CHECK_EQUAL(0, prctl(PR_SET_PDEATHSIG, SIGUSR1));
    CHECK_EQUAL(0, prctl(PR_GET_PDEATHSIG, &signal));
    CHECK_EQUAL(SIGUSR1, signal);
    CHECK_ERRNO(EINVAL, prctl(PR_SET_PDEATHSIG, 65));
    CHECK_ERRNO(EINVAL, prctl(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0));
    CHECK_EQUAL(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    CHECK_EQUAL(1, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, prctl(PR_CAPBSET_READ, 64));
    CHECK_ERRNO(EINVAL, prctl(0x7fff0000));
    CHECK_ERRNO(EFAULT, prctl(PR_GET_NAME, 8));
}

static void others(void)
{
    struct __user_cap_header_struct header = {.version = 0};
    struct __user_cap_data_struct data[2];
    CHECK_ERRNO(EINVAL, syscall(SYS_capget, &header, data));
    CHECK_EQUAL(_LINUX_CAPABILITY_VERSION_3, header.version);
    CHECK_EQUAL(0, syscall(SYS_capget, &header, data));
    CHECK_EQUAL(data[0].effective, data[0].permitted);
    CHECK_EQUAL(0, syscall(SYS_capset, &header, data));
    header.pid = 32700;
    CHECK_ERRNO(ESRCH, syscall(SYS_capget, &header, data));
    CHECK(syscall(SYS_membarrier, 0, 0, 0) > 0);
    CHECK_ERRNO(EINVAL, syscall(SYS_membarrier, 0, 5, 0));
    int old = personality(0xffffffff);
    CHECK(old >= 0);
    struct utsname names;
    CHECK_EQUAL(0, uname(&names));
    CHECK_EQUAL(0, strcmp("Linux", names.sysname));
    CHECK_EQUAL(0, strcmp("x86_64", names.machine));
    CHECK_ERRNO(EFAULT, syscall(SYS_uname, 8));
    struct sysinfo info;
    CHECK_EQUAL(0, sysinfo(&info));
    CHECK(info.totalram >= info.freeram && info.totalram > 0);
    unsigned cpu = 99;
    CHECK_EQUAL(0, syscall(SYS_getcpu, &cpu, NULL, NULL));
    CHECK(cpu < 4096);
    char random[32] = {0};
    CHECK_EQUAL(32, syscall(SYS_getrandom, random, 32, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_getrandom, random, 32, 64));
    CHECK_ERRNO(EFAULT, syscall(SYS_getrandom, 8, 32, 0));
    CHECK_ERRNO(ENOSYS, syscall(2000));
}

static void io_priorities(void)
{
    enum { PROCESS = 1, PGRP = 2, BEST_EFFORT = 2 << 13, IDLE = 3 << 13 };
    CHECK_EQUAL(0, syscall(SYS_ioprio_get, PROCESS, 0));
    CHECK_EQUAL(0, syscall(SYS_ioprio_set, PROCESS, 0, BEST_EFFORT | 2));
    CHECK_EQUAL(BEST_EFFORT | 2, syscall(SYS_ioprio_get, PROCESS, getpid()));
    CHECK(syscall(SYS_ioprio_get, PGRP, 0) <= (BEST_EFFORT | 2));
    CHECK_EQUAL(0, syscall(SYS_ioprio_set, PROCESS, 0, IDLE));
    CHECK_EQUAL(IDLE, syscall(SYS_ioprio_get, PROCESS, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_ioprio_set, PROCESS, 0, 3));
    CHECK_ERRNO(EINVAL, syscall(SYS_ioprio_set, PROCESS, 0, 4 << 13));
    CHECK_ERRNO(EINVAL, syscall(SYS_ioprio_set, 0, 0, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_ioprio_get, 4, 0));
    CHECK_ERRNO(ESRCH, syscall(SYS_ioprio_get, PROCESS, 32700));
    CHECK_EQUAL(0, syscall(SYS_ioprio_set, PROCESS, 0, 0));
}

/* Nothing here may succeed: the test runs on the host as well. */
static void reboots(void)
{
    if (geteuid() == 0)
        CHECK_ERRNO(EINVAL, syscall(SYS_reboot, 0, 0, 0, NULL));
    else
        CHECK_ERRNO(EPERM, syscall(SYS_reboot, 0, 0, 0, NULL));
}

struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

/* SCHED_DEADLINE, which a container of the host may refuse. */
static void deadlines(void)
{
    struct attributes wanted = {.size = 48, .policy = 6, .runtime = 10000000, .deadline = 30000000}, told = {0};
    CHECK_ERRNO(EINVAL, sched_setscheduler(0, 6, &(struct sched_param){0}));
    wanted.runtime = 40000000;
    CHECK_ERRNO(EINVAL, syscall(SYS_sched_setattr, 0, &wanted, 0));
    wanted.runtime = 1000;
    CHECK_ERRNO(EINVAL, syscall(SYS_sched_setattr, 0, &wanted, 0));
    wanted.runtime = 10000000;
    wanted.priority = 1;
    CHECK_ERRNO(EINVAL, syscall(SYS_sched_setattr, 0, &wanted, 0));
    wanted.priority = 0;
    if (HOST_LACKS(syscall(SYS_sched_setattr, 0, &wanted, 0) != 0)) {
        CHECK_EQUAL(EPERM, errno);
        return;
    }
    CHECK_EQUAL(6, sched_getscheduler(0));
    CHECK_EQUAL(0, syscall(SYS_sched_getattr, 0, &told, 48, 0));
    CHECK_EQUAL(10000000, told.runtime);
    CHECK_EQUAL(30000000, told.deadline);
    CHECK_EQUAL(30000000, told.period);
    CHECK_ERRNO(EINVAL, sched_setparam(0, &(struct sched_param){0}));
    CHECK_ERRNO(EAGAIN, syscall(SYS_fork));
    wanted.runtime = 29000000;
    if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
        CHECK_ERRNO(EBUSY, syscall(SYS_sched_setattr, 0, &wanted, 0));
    wanted.runtime = 5000000;
    wanted.flags = 1;
    CHECK_EQUAL(0, syscall(SYS_sched_setattr, 0, &wanted, 0));
    pid_t child = fork();
    if (child == 0)
        _exit(sched_getscheduler(0));
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){0}));
}

int main(void)
{
    policies();
    deadlines();
    limits();
    controls();
    others();
    io_priorities();
    reboots();
    return check_done();
}
