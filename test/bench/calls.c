/*
 * What a system call costs: a loop of getppid(2), and of a one-byte write and read through a pipe. Prints nanoseconds per
 * round, the best of several tries. It is C because it measures the C interface; the same static binary runs on the host
 * and on ours.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 7, ROUNDS = 200000 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ends[2];

static void parent(void)
{
    syscall(SYS_getppid);
}

static void one_byte(void)
{
    char byte = 1;
    if (write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1) {
        _exit(1);
    }
}

static double best(void (*round)(void))
{
    double shortest = 1e18;
    for (int i = 0; i < TRIES; i++) {
        double start = now_ns();
        for (int j = 0; j < ROUNDS; j++) {
            round();
        }
        double passed = (now_ns() - start) / ROUNDS;
        if (passed < shortest) {
            shortest = passed;
        }
    }
    return shortest;
}

int main(void)
{
    if (pipe(ends) != 0) {
        return 1;
    }
    printf("getppid %.1f\n", best(parent));
    printf("pipe %.1f\n", best(one_byte));
    return 0;
}
