/*
 * Does one thing many times and looks whether memory is what it was after the first thousand. Usage: soak processes N
 * (fork, exec, exit, wait) or soak threads N (create, end, join). It is C because it uses the C interface.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WARM = 1000, SLACK_BYTES = 256 * 1024 };

static long free_bytes(void)
{
    struct sysinfo info;
    sysinfo(&info);
    return (long) info.freeram * info.mem_unit;
}

static void fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    exit(1);
}

static void one_process(const char *self)
{
    pid_t child = fork();
    if (child == 0) {
        execl(self, self, NULL);
        _exit(2);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        fail("process");
    }
}

static void *nothing(void *unused)
{
    return unused;
}

static void one_thread(void)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, nothing, NULL);
    if (error != 0) {
        errno = error;
        fail("thread");
    }
    pthread_join(thread, NULL);
}

int main(int count, char **arguments)
{
    if (count < 3) {
        return 0;
    }
    int processes = strcmp(arguments[1], "processes") == 0;
    long rounds = atol(arguments[2]);
    long warm = 0;
    for (long i = 0; i < rounds; i++) {
        if (i == WARM) {
            warm = free_bytes();
        }
        if (processes) {
            one_process(arguments[0]);
        } else {
            one_thread();
        }
    }
    long lost = warm - free_bytes();
    printf("%ld %s, %ld KiB less than after the first %d\n", rounds, arguments[1], lost >> 10, WARM);
    return lost > SLACK_BYTES;
}
