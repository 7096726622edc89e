/*
 * mmap(2): the times of a file change when it is written to through a shared mapping, before the next msync(2); and do
 * not when it is only read. And what a zombie still answers, until wait(2) has asked for its status.
 */
#include "check.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define PAGE 4096L
#define PAGES 40

static const char *file = "/tmp/conformance_mapped_times";

/* A time that lies behind that of the clock by more than its ticks. */
static struct timespec changed(int fd)
{
    struct stat stat;
    CHECK_EQUAL(0, fstat(fd, &stat));
    CHECK(stat.st_mtim.tv_sec == stat.st_ctim.tv_sec && stat.st_mtim.tv_nsec == stat.st_ctim.tv_nsec);
    return stat.st_mtim;
}

static int later(struct timespec one, struct timespec other)
{
    return one.tv_sec > other.tv_sec || (one.tv_sec == other.tv_sec && one.tv_nsec > other.tv_nsec);
}

static void step(void)
{
    usleep(30000);
}

static void writing_changes_the_times(void)
{
    int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0);
    static char page[PAGE];
    for (int i = 0; i < PAGES; i++) {
        CHECK_EQUAL(PAGE, write(fd, page, PAGE));
    }
    struct timespec first = changed(fd);
    step();
    volatile char *at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(at != MAP_FAILED);
    int sum = 0;
    for (int i = 0; i < PAGES; i++) {
        sum += at[i * PAGE];
    }
    CHECK_EQUAL(0, sum);
    CHECK_EQUAL(0, msync((void *)at, PAGES * PAGE, MS_SYNC));
    struct timespec second = changed(fd);
    CHECK(!later(second, first));
    step();
    at[3] = 'a';
    CHECK_EQUAL(0, msync((void *)at, PAGES * PAGE, MS_SYNC));
    struct timespec third = changed(fd);
    CHECK(later(third, second));
    step();
    at[3] = 'b';
    at[20 * PAGE] = 'c';
    CHECK_EQUAL(0, msync((void *)at, PAGES * PAGE, MS_SYNC));
    struct timespec fourth = changed(fd);
    CHECK(later(fourth, third));
    step();
    /* By the kernel for the program. */
    int pipe_fds[2];
    CHECK_EQUAL(0, pipe(pipe_fds));
    CHECK_EQUAL(1, write(pipe_fds[1], "d", 1));
    CHECK_EQUAL(1, read(pipe_fds[0], (char *)at + 5 * PAGE, 1));
    CHECK_EQUAL(0, munmap((void *)at, PAGES * PAGE));
    CHECK(later(changed(fd), fourth));
    char bytes[2];
    CHECK_EQUAL(1, pread(fd, bytes, 1, 5 * PAGE));
    CHECK_EQUAL('d', bytes[0]);
    CHECK_EQUAL(1, pread(fd, bytes, 1, 3));
    CHECK_EQUAL('b', bytes[0]);

    /* A mapping that becomes writable; and one that is private. */
    fourth = changed(fd);
    step();
    at = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    sum = at[0] + at[9 * PAGE];
    CHECK_EQUAL(0, mprotect((void *)at, PAGES * PAGE, PROT_READ | PROT_WRITE));
    CHECK(!later(changed(fd), fourth));
    at[9 * PAGE] = 'e';
    CHECK_EQUAL(0, msync((void *)at, PAGES * PAGE, MS_SYNC));
    struct timespec fifth = changed(fd);
    CHECK(later(fifth, fourth));
    CHECK_EQUAL(0, munmap((void *)at, PAGES * PAGE));
    step();
    at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    at[0] = 'f';
    CHECK_EQUAL(0, msync((void *)at, PAGES * PAGE, MS_SYNC));
    CHECK_EQUAL(0, munmap((void *)at, PAGES * PAGE));
    CHECK(!later(changed(fd), fifth));
    close(fd);
    unlink(file);
}

/* A child writes to what it has inherited. */
static void children_change_them_too(void)
{
    int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK_EQUAL(0, ftruncate(fd, PAGES * PAGE));
    volatile char *at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int sum = at[0] + at[7 * PAGE];
    CHECK_EQUAL(0, sum);
    struct timespec before = changed(fd);
    step();
    pid_t child = fork();
    if (child == 0) {
        at[7 * PAGE] = 'x';
        _exit(0);
    }
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL('x', at[7 * PAGE]);
    CHECK_EQUAL(0, msync((void *)at, PAGES * PAGE, MS_SYNC));
    CHECK(later(changed(fd), before));
    CHECK_EQUAL(0, munmap((void *)at, PAGES * PAGE));
    close(fd);
    unlink(file);
}

static void zombies_have_priorities(void)
{
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        setpriority(PRIO_PROCESS, 0, 3);
        _exit(0);
    }
    siginfo_t info;
    CHECK_EQUAL(0, waitid(P_PID, child, &info, WEXITED | WNOWAIT));
    CHECK_EQUAL(3, getpriority(PRIO_PROCESS, child));
    CHECK_EQUAL(3, getpriority(PRIO_PGRP, child));
    CHECK_EQUAL(0, setpriority(PRIO_PROCESS, child, 7));
    CHECK_EQUAL(7, getpriority(PRIO_PROCESS, child));
    CHECK_EQUAL(SCHED_OTHER, sched_getscheduler(child));
    struct sched_param parameters;
    CHECK_EQUAL(0, sched_getparam(child, &parameters));
    cpu_set_t cpus;
    CHECK_EQUAL(0, sched_getaffinity(child, sizeof cpus, &cpus));
    struct rlimit limit;
    CHECK_EQUAL(0, prlimit(child, RLIMIT_NOFILE, NULL, &limit));
    CHECK_EQUAL(0, prlimit(child, RLIMIT_NOFILE, &limit, NULL));
    CHECK(syscall(SYS_ioprio_get, 1, child) >= 0);
    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    CHECK_ERRNO(ESRCH, getpriority(PRIO_PROCESS, child));
    CHECK_ERRNO(ESRCH, setpriority(PRIO_PROCESS, child, 7));
    CHECK_ERRNO(ESRCH, sched_getscheduler(child));
}

int main(void)
{
    writing_changes_the_times();
    children_change_them_too();
    zombies_have_priorities();
    return check_done();
}
