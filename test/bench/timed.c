/*
 * Runs sqlite3 on /insert.sql with a database on a tmpfs, three times, and prints the best time as a figure of
 * nanoseconds. As a machine's init it powers the machine off in the end. It is C because it is an init.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 3 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static double once(void)
{
    int status = -1;
    double start = now_ns();
    unlink("/tmp/db");
    pid_t child = fork();
    if (child == 0) {
        dup2(open("/insert.sql", O_RDONLY), 0);
        dup2(open("/tmp/out", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
        execl("/usr/bin/sqlite3", "sqlite3", "/tmp/db", NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        printf("sqlite3 ended with %d\n", status);
        exit(1);
    }
    return now_ns() - start;
}

int main(void)
{
    double best = 1e18;
    mkdir("/tmp", 0777);
    for (int i = 0; i < TRIES; i++) {
        double passed = once();
        best = passed < best ? passed : best;
    }
    printf("sqlite-60000 %.0f\n", best);
    fflush(stdout);
    if (getpid() == 1 && access("/init", F_OK) == 0) {
        reboot(RB_POWER_OFF);
    }
    return 0;
}
