/* getpid(2) and relatives, uname(2), getrlimit(2), prctl(2), time calls, getrandom(2), sysinfo(2), /proc/self. */
#include "check.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

static void clocks(void)
{
    struct timespec a, b;
    CHECK_EQUAL(0, clock_gettime(CLOCK_MONOTONIC, &a));
    struct timespec nap = {0, 3000000};
    CHECK_EQUAL(0, nanosleep(&nap, NULL));
    CHECK_EQUAL(0, clock_gettime(CLOCK_MONOTONIC, &b));
    long long passed = (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec;
    CHECK(passed >= 3000000 && passed < 2000000000);
    CHECK_ERRNO(EINVAL, clock_gettime(99, &a));
    CHECK_ERRNO(EINVAL, nanosleep(&(struct timespec){0, 1000000000}, NULL));
    CHECK_ERRNO(EFAULT, syscall(228, CLOCK_REALTIME, 8));
    CHECK(time(NULL) > 1700000000);
    struct timeval now;
    CHECK_EQUAL(0, gettimeofday(&now, NULL));
    CHECK(labs(now.tv_sec - time(NULL)) <= 1);
    CHECK_EQUAL(0, clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a));
    for (volatile int i = 0; i < 20000000; i++) {
    }
    CHECK_EQUAL(0, clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b));
    CHECK(b.tv_sec > a.tv_sec || b.tv_nsec > a.tv_nsec);
}

static void identities(void)
{
    CHECK(getpid() > 0);
    CHECK_EQUAL(getpid(), syscall(186));
    /* Zero where the leader of the group or session lives outside of this PID namespace. */
    CHECK(getpgrp() >= 0 && getsid(0) >= 0);
    CHECK_EQUAL(getsid(0), getsid(getpid()));
    CHECK_ERRNO(ECHILD, wait(NULL));
    gid_t groups[64];
    CHECK(getgroups(64, groups) >= 0);
    struct utsname uts;
    CHECK_EQUAL(0, uname(&uts));
    CHECK(strcmp(uts.sysname, "Linux") == 0 && strcmp(uts.machine, "x86_64") == 0);
    CHECK_ERRNO(EFAULT, uname((struct utsname *)8));
    CHECK_EQUAL(0, prctl(PR_SET_NAME, "renamed"));
    char name[16] = "";
    CHECK_EQUAL(0, prctl(PR_GET_NAME, name));
    CHECK(strcmp(name, "renamed") == 0);
    CHECK_ERRNO(EINVAL, prctl(9999, 0, 0, 0, 0));
    cpu_set_t cpus;
    CHECK_EQUAL(0, sched_getaffinity(0, sizeof cpus, &cpus));
    CHECK(CPU_COUNT(&cpus) >= 1);
    CHECK_EQUAL(0, sched_yield());
    struct sysinfo info;
    CHECK_EQUAL(0, sysinfo(&info));
    CHECK(info.totalram > 0 && info.mem_unit >= 1);
    CHECK_ERRNO(ENOSYS, syscall(999));
}

static void limits(void)
{
    struct rlimit limit;
    CHECK_EQUAL(0, getrlimit(RLIMIT_NOFILE, &limit));
    CHECK(limit.rlim_cur > 10);
    limit.rlim_cur = 10;
    CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &limit));
    int last = -1;
    for (int i = 0; i < 20; i++) {
        int fd = open("/dev/null", O_RDONLY);
        if (fd < 0) {
            break;
        }
        last = fd;
    }
    CHECK_EQUAL(9, last);
    CHECK_ERRNO(EMFILE, open("/dev/null", O_RDONLY));
    for (int fd = 3; fd < 10; fd++) {
        close(fd);
    }
    CHECK_ERRNO(EINVAL, getrlimit(99, &limit));
    struct rusage usage;
    CHECK_EQUAL(0, getrusage(RUSAGE_SELF, &usage));
}

static void randomness(void)
{
    unsigned char a[64] = {0}, b[64] = {0};
    CHECK_EQUAL(64, getrandom(a, 64, 0));
    CHECK_EQUAL(64, getrandom(b, 64, GRND_NONBLOCK));
    CHECK(memcmp(a, b, 64) != 0);
    CHECK_ERRNO(EINVAL, getrandom(a, 1, 0x100));
    CHECK_ERRNO(EFAULT, getrandom((void *)8, 64, 0));
    int fd = open("/dev/urandom", O_RDONLY);
    CHECK_EQUAL(64, read(fd, a, 64));
    close(fd);
}

static void proc(void)
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY);
    long size = read(fd, text, sizeof text - 1);
    CHECK(size > 100);
    text[size > 0 ? size : 0] = 0;
    char expected[64];
    snprintf(expected, sizeof expected, "\nPid:\t%d\n", getpid());
    CHECK(strstr(text, expected) != NULL);
    close(fd);
    fd = open("/proc/self/maps", O_RDONLY);
    size = read(fd, text, sizeof text - 1);
    CHECK(size > 100);
    close(fd);
    char target[256];
    size = readlink("/proc/self/exe", target, sizeof target - 1);
    CHECK(size > 0 && target[0] == '/');
    fd = open("/proc/meminfo", O_RDONLY);
    size = read(fd, text, sizeof text - 1);
    CHECK(size > 0 && memcmp(text, "MemTotal:", 9) == 0);
    close(fd);
    fd = open("/dev/null", O_WRONLY);
    snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
    size = readlink(target, text, sizeof text);
    CHECK_EQUAL(9, size);
    CHECK_EQUAL(5, write(fd, "gone!", 5));
    close(fd);
    fd = open("/dev/full", O_WRONLY);
    CHECK_ERRNO(ENOSPC, write(fd, "x", 1));
    close(fd);
    fd = open("/dev/zero", O_RDONLY);
    memset(text, 1, 100);
    CHECK_EQUAL(100, read(fd, text, 100));
    CHECK_EQUAL(0, text[99]);
    close(fd);
}

int main(void)
{
    clocks();
    identities();
    limits();
    randomness();
    proc();
    return check_done();
}
