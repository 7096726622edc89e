/* A program to be debugged: a thread that waits, a function to stop in, and an end by SIGSEGV. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

struct point {
    int x, y;
};

static int counter;
static int ready[2];

static void *wait_for_ever(void *nothing)
{
    char byte;
    while (read(ready[0], &byte, 1) == 1) {
        counter = 0;
    }
    return nothing;
}

static int add(struct point p)
{
    counter = p.x + p.y;
    return counter;
}

static void crash(int *nowhere, int depth)
{
    if (depth == 0) {
        *nowhere = counter;
    }
    crash(nowhere, depth - 1);
    counter++;
}

int main(void)
{
    struct point p = {3, 4};
    pthread_t thread;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    if (pipe(ready) != 0 || pthread_create(&thread, &small, wait_for_ever, NULL) != 0) {
        return 1;
    }
    printf("sum %d\n", add(p));
    fflush(stdout);
    if (fork() == 0) {
        _exit(3);
    }
    crash(NULL, 2);
    return 0;
}
