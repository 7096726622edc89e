/* Real-time priorities and niceness: sched_setscheduler(2), sched_setattr(2), setpriority(2), sched(7), priority
   inheritance of futex(2). Everything happens on one CPU. */
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static char order[16];
static volatile int steps;
static sem_t semaphore;

static void become(int policy, int priority)
{
    struct sched_param parameters = {.sched_priority = priority};
    CHECK_EQUAL(0, sched_setscheduler(0, policy, &parameters));
}

static void *note(void *letter)
{
    order[steps++] = *(char *) letter;
    return NULL;
}

static void *note_when_posted(void *letter)
{
    sem_wait(&semaphore);
    return note(letter);
}

static pthread_t start(void *(*body)(void *), int policy, int priority, const char *letter)
{
    pthread_attr_t attributes;
    struct sched_param parameters = {.sched_priority = priority};
    pthread_t thread = 0;
    pthread_attr_init(&attributes);
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, policy);
    pthread_attr_setschedparam(&attributes, &parameters);
    CHECK_EQUAL(0, pthread_create(&thread, &attributes, body, (void *) letter));
    return thread;
}

static void policies(void)
{
    struct sched_param parameters = {.sched_priority = 0};
    struct timespec interval = {1, 1};
    CHECK_ERRNO(EINVAL, sched_setscheduler(0, SCHED_FIFO, &parameters));
    parameters.sched_priority = 100;
    CHECK_ERRNO(EINVAL, sched_setscheduler(0, SCHED_RR, &parameters));
    become(SCHED_FIFO, 30);
    CHECK_EQUAL(SCHED_FIFO, sched_getscheduler(0));
    CHECK_EQUAL(0, sched_getparam(0, &parameters));
    CHECK_EQUAL(30, parameters.sched_priority);
    CHECK_EQUAL(0, sched_rr_get_interval(0, &interval));
    CHECK_EQUAL(0, interval.tv_sec * 1000000000L + interval.tv_nsec);
    parameters.sched_priority = 31;
    CHECK_EQUAL(0, sched_setparam(0, &parameters));
    parameters.sched_priority = 0;
    CHECK_EQUAL(0, sched_getparam(0, &parameters));
    CHECK_EQUAL(31, parameters.sched_priority);
    become(SCHED_RR, 5);
    CHECK_EQUAL(0, sched_rr_get_interval(0, &interval));
    CHECK(interval.tv_nsec > 0);
    struct {
        unsigned size, policy;
        unsigned long flags;
        int nice;
        unsigned priority;
        unsigned long times[3];
    } attributes = {0};
    CHECK_EQUAL(0, syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0));
    CHECK_EQUAL(SCHED_RR, attributes.policy);
    CHECK_EQUAL(5, attributes.priority);
    pid_t child = fork();
    if (child == 0) {
        _exit(sched_getscheduler(0));
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(SCHED_RR << 8, status);
    become(SCHED_FIFO | SCHED_RESET_ON_FORK, 5);
    CHECK_EQUAL(SCHED_FIFO | SCHED_RESET_ON_FORK, sched_getscheduler(0));
    child = fork();
    if (child == 0) {
        _exit(sched_getscheduler(0));
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(SCHED_OTHER << 8, status);
    become(SCHED_OTHER, 0);
}

static void unprivileged(void)
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {10, 10};
        struct sched_param parameters = {.sched_priority = 10};
        check_failures = 0;
        /* Root of a container may lack CAP_SYS_RESOURCE. */
        int limited = setrlimit(RLIMIT_RTPRIO, &limit) == 0;
        CHECK(limited || errno == EPERM);
        CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
        CHECK_EQUAL(limited ? 0 : -1, sched_setscheduler(0, SCHED_FIFO, &parameters));
        parameters.sched_priority = 11;
        CHECK_ERRNO(EPERM, sched_setscheduler(0, SCHED_FIFO, &parameters));
        CHECK_ERRNO(EPERM, sched_setscheduler(getppid(), SCHED_FIFO, &parameters));
        limit.rlim_cur = 0;
        parameters.sched_priority = 0;
        CHECK_EQUAL(0, sched_setscheduler(0, SCHED_OTHER, &parameters));
        CHECK(!limited || setrlimit(RLIMIT_RTPRIO, &limit) == 0);
        parameters.sched_priority = 1;
        CHECK_ERRNO(EPERM, sched_setscheduler(0, SCHED_RR, &parameters));
        fflush(stdout);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

/* Who has more goes first, and at once. */
static void preemption(void)
{
    become(SCHED_FIFO, 50);
    steps = 0;
    pthread_t lower = start(note, SCHED_FIFO, 40, "l");
    pthread_t higher = start(note, SCHED_FIFO, 60, "h");
    pthread_t equal = start(note, SCHED_FIFO, 50, "e");
    note("m");
    sched_yield();
    note("n");
    pthread_join(lower, NULL);
    pthread_join(higher, NULL);
    pthread_join(equal, NULL);
    order[steps] = 0;
    CHECK(strcmp(order, "hmenl") == 0);
    if (strcmp(order, "hmenl") != 0) {
        printf("the order was %s\n", order);
    }
    become(SCHED_OTHER, 0);
}

/* A semaphore wakes the one with the highest priority, whoever came first. */
static void waiters(void)
{
    become(SCHED_FIFO, 50);
    sem_init(&semaphore, 0, 0);
    steps = 0;
    pthread_t threads[4] = {start(note_when_posted, SCHED_FIFO, 51, "1"), start(note_when_posted, SCHED_FIFO, 53, "3"),
        start(note_when_posted, SCHED_FIFO, 52, "2"), start(note_when_posted, SCHED_FIFO, 53, "4")};
    for (int i = 0; i < 4; i++) {
        sem_post(&semaphore);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    order[steps] = 0;
    CHECK(strcmp(order, "3421") == 0);
    become(SCHED_OTHER, 0);
}

static pthread_mutex_t mutex;
static volatile int released;

static void *hold(void *letter)
{
    pthread_mutex_lock(&mutex);
    sem_wait(&semaphore);
    note("o");
    released = 1;
    pthread_mutex_unlock(&mutex);
    return note(letter);
}

static void *want(void *letter)
{
    pthread_mutex_lock(&mutex);
    note(letter);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void *be_in_the_way(void *letter)
{
    return note(letter);
}

/* The owner of a lock goes before those between it and who waits for it. */
static void inheritance(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    CHECK_EQUAL(0, pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT));
    CHECK_EQUAL(0, pthread_mutex_init(&mutex, &attributes));
    become(SCHED_FIFO, 90);
    sem_init(&semaphore, 0, 0);
    steps = 0;
    pthread_t owner = start(hold, SCHED_FIFO, 10, "p");
    struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
    pthread_t waiter = start(want, SCHED_FIFO, 30, "w");
    nanosleep(&pause, NULL);
    pthread_t between = start(be_in_the_way, SCHED_FIFO, 20, "b");
    sem_post(&semaphore);
    pthread_join(owner, NULL);
    pthread_join(waiter, NULL);
    pthread_join(between, NULL);
    order[steps] = 0;
    CHECK(strcmp(order, "owbp") == 0);
    if (strcmp(order, "owbp") != 0) {
        printf("the order was %s\n", order);
    }
    become(SCHED_OTHER, 0);
}

static void spin(volatile long *count, int nice)
{
    CHECK_EQUAL(0, setpriority(PRIO_PROCESS, 0, nice));
    for (;;) {
        (*count)++;
    }
}

/* One that is nice gets less. */
static void niceness(void)
{
    volatile long *counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            spin(counts + i, i == 0 ? 0 : 15);
        }
    }
    struct timespec pause = {0, 400000000};
    nanosleep(&pause, NULL);
    for (int i = 0; i < 2; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    CHECK(counts[1] > 0);
    CHECK(counts[0] > 3 * counts[1]);
}

static void *hold_on(void *nothing)
{
    pause();
    return nothing;
}

static int nice_in_stat(const char *format, pid_t tid)
{
    char path[64], text[1024] = "";
    snprintf(path, sizeof path, format, tid);
    FILE *stat = fopen(path, "r");
    CHECK(stat != NULL && fgets(text, sizeof text, stat) != NULL);
    if (stat != NULL)
        fclose(stat);
    char *field = strrchr(text, ')');
    for (int i = 2; field != NULL && i < 19; i++)
        field = strchr(field + 1, ' ');
    return field == NULL ? -99 : atoi(field);
}

enum { IO_IDLE = 3 << 13 };

static void *be_nice(void *out)
{
    CHECK_EQUAL(0, setpriority(PRIO_PROCESS, 0, 7));
    CHECK_EQUAL(0, syscall(SYS_ioprio_set, 1, 0, IO_IDLE));
    CHECK_EQUAL(7, getpriority(PRIO_PROCESS, 0));
    pid_t child = fork();
    if (child == 0)
        _exit(getpriority(PRIO_PROCESS, 0) | syscall(SYS_ioprio_get, 1, 0) >> 9);
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL((7 | IO_IDLE >> 9) << 8, status);
    *(pid_t *) out = gettid();
    released = 2;
    sem_wait(&semaphore);
    CHECK_EQUAL(9, getpriority(PRIO_PROCESS, 0));
    return NULL;
}

/* Each thread has a niceness of its own, setpriority(2), "C library/kernel differences". */
static void niceness_of_threads(void)
{
    pid_t nice_one = 0;
    pthread_t thread;
    sem_init(&semaphore, 0, 0);
    released = 0;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, be_nice, &nice_one));
    while (released == 0)
        usleep(1000);
    CHECK_EQUAL(0, getpriority(PRIO_PROCESS, 0));
    CHECK_EQUAL(0, getpriority(PRIO_PROCESS, getpid()));
    CHECK_EQUAL(7, getpriority(PRIO_PROCESS, nice_one));
    CHECK_EQUAL(0, syscall(SYS_ioprio_get, 1, 0));
    CHECK_EQUAL(IO_IDLE, syscall(SYS_ioprio_get, 1, nice_one));
    CHECK_EQUAL(7, nice_in_stat("/proc/self/task/%d/stat", nice_one));
    CHECK_EQUAL(0, nice_in_stat("/proc/%d/stat", getpid()));
    CHECK_EQUAL(0, setpriority(PRIO_PROCESS, nice_one, 9));
    CHECK_EQUAL(0, getpriority(PRIO_PROCESS, 0));
    sem_post(&semaphore);
    pthread_join(thread, NULL);
    CHECK_ERRNO(ESRCH, getpriority(PRIO_PROCESS, nice_one));
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        CHECK_EQUAL(0, pthread_create(&thread, NULL, hold_on, NULL));
        CHECK_EQUAL(0, setpriority(PRIO_PGRP, 0, 3));
        CHECK_EQUAL(3, getpriority(PRIO_PROCESS, 0));
        CHECK_EQUAL(0, setpriority(PRIO_PROCESS, 0, 5));
        CHECK_EQUAL(3, getpriority(PRIO_PGRP, 0));
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

/* Not even an endless loop with a priority keeps ordinary tasks from ever running. */
static void throttling(void)
{
    int ends[2];
    char byte = 0;
    CHECK_EQUAL(0, pipe(ends));
    pid_t greedy = fork();
    if (greedy == 0) {
        become(SCHED_FIFO, 1);
        write(ends[1], &byte, 1);
        for (;;) {
        }
    }
    CHECK_EQUAL(1, read(ends[0], &byte, 1));
    CHECK_EQUAL(0, kill(greedy, SIGKILL));
    CHECK_EQUAL(greedy, waitpid(greedy, NULL, 0));
}

int main(void)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    CHECK_EQUAL(0, sched_setaffinity(0, sizeof one, &one));
    policies();
    unprivileged();
    preemption();
    waiters();
    inheritance();
    niceness();
    niceness_of_threads();
    throttling();
    return check_done();
}
