/*
 * What the programs share that take whatever they can get, one case after the other in an instance of little memory: the
 * offender gets an errno or a signal, everybody else goes on, and what was taken comes back. Not for the host: it would
 * suffer. Usage: PROGRAM [CASE…]; all of them without a name. C, because they misuse the C interface.
 */
#ifndef STRESS_H
#define STRESS_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, CHUNK = 256 * 1024, MANY = 1 << 20 };

static int failures;

#define EXPECT(expression)                                                                                      \
    do {                                                                                                        \
        if (!(expression)) {                                                                                    \
            failures++;                                                                                         \
            printf("%s:%d: not true: %s (errno %d %s)\n", __FILE__, __LINE__, #expression, errno, strerror(errno)); \
        }                                                                                                       \
    } while (0)

static inline void pause_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static inline long free_bytes(void)
{
    struct sysinfo info;
    sysinfo(&info);
    return (long) info.freeram * info.mem_unit;
}

static inline long total_bytes(void)
{
    struct sysinfo info;
    sysinfo(&info);
    return (long) info.totalram * info.mem_unit;
}

/* Reaps whoever has ended, orphans too: this program is the first process. */
static inline void reap_all(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}

/* Runs a part in a process of its own; its wait status. */
static inline int status_of(void (*part)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        failures = 0;
        part();
        fflush(stdout);
        _exit(failures != 0);
    }
    int status = -1;
    EXPECT(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

static inline void touch(char *pages, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += PAGE) {
        ((volatile char *) pages)[i] = 1;
    }
}

static inline int was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Somebody who has little and answers bytes all the time. */
static int there[2], back[2];
static pid_t bystander;

static inline void start_bystander(void)
{
    EXPECT(pipe(there) == 0 && pipe(back) == 0);
    bystander = fork();
    if (bystander == 0) {
        char byte;
        /* Among many that are as small it would be killed like any of them. */
        int adjustment = open("/proc/self/oom_score_adj", O_WRONLY);
        EXPECT(adjustment >= 0 && write(adjustment, "-1000", 5) == 5);
        close(adjustment);
        close(there[1]);
        while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1) {
        }
        _exit(0);
    }
}

static inline void stop_bystander(void)
{
    char byte = 7;
    int status = -1;
    EXPECT(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1 && byte == 7);
    close(there[0]);
    close(there[1]);
    close(back[0]);
    close(back[1]);
    EXPECT(waitpid(bystander, &status, 0) == bystander && status == 0);
}

struct stress_case {
    const char *name;
    void (*run)(void);
};

static inline int wanted(const char *name, int count, char **names)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return 1;
        }
    }
    return count <= 1;
}

static inline void run_case(const char *name, void (*run)(void))
{
    int before = failures;
    start_bystander();
    run();
    stop_bystander();
    reap_all();
    printf("%s %s\n", failures == before ? "ok" : "FAILED", name);
    fflush(stdout);
}

/* Runs the cases that are named, and looks whether memory is as it was. */
static inline int run_cases(const struct stress_case *cases, size_t case_count, int count, char **names)
{
    mkdir("/tmp", 0777);
    long before = free_bytes();
    for (size_t i = 0; i < case_count; i++) {
        if (wanted(cases[i].name, count, names)) {
            run_case(cases[i].name, cases[i].run);
        }
    }
    long lost = before - free_bytes();
    printf("%ld of %ld KiB lost\n", lost >> 10, total_bytes() >> 10);
    EXPECT(lost < total_bytes() / 16);
    printf("%d failures\n", failures);
    return failures != 0;
}

#endif
