/*
 * What the system costs, one figure per line in nanoseconds: calls, switches between threads and processes, fork and
 * exec, faults, mappings, signals, files. The best of several tries of about 50 ms each, so that it runs on the host, on
 * ours and on a Linux kernel under emulation. Usage: system [FIGURE…]; as a machine's init, without arguments, it runs
 * them all and powers the machine off. It is C because it measures the C interface.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 5, TRY_NS = 50 * 1000 * 1000, PAGE = 4096, TOUCHED_PAGES = 1024 };

static const char *self;
static int ends[2], there[2], back[2];
static char file_name[] = "/tmp/system-bench";
static int file;
static pid_t partner;
static volatile int turn;
static int stop;

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static void check(int good, const char *what)
{
    if (!good) {
        perror(what);
        exit(1);
    }
}

static void getppid_once(void)
{
    syscall(SYS_getppid);
}

static void pipe_once(void)
{
    char byte = 1;
    check(write(ends[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1, "pipe");
}

/* A byte there and a byte back: two switches. */
static void round_trip(void)
{
    char byte = 1;
    check(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1, "round trip");
}

static void echo(void)
{
    char byte;
    while (read(there[0], &byte, 1) == 1 && byte == 1) {
        check(write(back[1], &byte, 1) == 1, "echo");
    }
}

static void *echo_thread(void *unused)
{
    echo();
    return unused;
}

static void open_pipes(void)
{
    check(pipe(there) == 0 && pipe(back) == 0, "pipe");
}

static void close_pipes(void)
{
    char end = 0;
    check(write(there[1], &end, 1) == 1, "end");
}

static void close_ends(void)
{
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
}

static void start_process(void)
{
    open_pipes();
    partner = fork();
    check(partner >= 0, "fork");
    if (partner == 0) {
        echo();
        _exit(0);
    }
}

static void stop_process(void)
{
    close_pipes();
    check(waitpid(partner, NULL, 0) == partner, "waitpid");
    close_ends();
}

static pthread_t thread;

static void start_thread(void)
{
    open_pipes();
    check(pthread_create(&thread, NULL, echo_thread, NULL) == 0, "pthread_create");
}

static void stop_thread(void)
{
    close_pipes();
    pthread_join(thread, NULL);
    close_ends();
}

static void wait_turn(int mine)
{
    while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != mine) {
        syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, !mine, NULL, NULL, 0);
    }
}

static void give_turn(int other)
{
    __atomic_store_n(&turn, other, __ATOMIC_RELEASE);
    syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *futex_thread(void *unused)
{
    for (;;) {
        wait_turn(1);
        if (stop) {
            return unused;
        }
        give_turn(0);
    }
}

static void start_futex(void)
{
    stop = 0;
    turn = 0;
    check(pthread_create(&thread, NULL, futex_thread, NULL) == 0, "pthread_create");
}

static void futex_round(void)
{
    give_turn(1);
    wait_turn(0);
}

static void stop_futex(void)
{
    stop = 1;
    give_turn(1);
    pthread_join(thread, NULL);
}

static void *nothing(void *unused)
{
    return unused;
}

static void thread_once(void)
{
    pthread_t one;
    check(pthread_create(&one, NULL, nothing, NULL) == 0, "pthread_create");
    pthread_join(one, NULL);
}

static void fork_once(void)
{
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    check(child > 0 && waitpid(child, NULL, 0) == child, "fork");
}

static void exec_once(void)
{
    pid_t child = fork();
    if (child == 0) {
        execl(self, self, "exit", NULL);
        _exit(1);
    }
    int status;
    check(child > 0 && waitpid(child, &status, 0) == child && status == 0, "exec");
}

static void touch(size_t bytes)
{
    char *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(pages != MAP_FAILED, "mmap");
    for (size_t i = 0; i < bytes; i += PAGE) {
        ((volatile char *) pages)[i] = 1;
    }
    munmap(pages, bytes);
}

static void touch_4m(void)
{
    touch((size_t) TOUCHED_PAGES * PAGE);
}

static void touch_64k(void)
{
    touch(64 * 1024);
}

static void mmap_once(void)
{
    char *pages = mmap(NULL, 64 * 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(pages != MAP_FAILED && munmap(pages, 64 * 1024) == 0, "mmap");
}

static void handler(int number)
{
    (void) number;
}

static void handle(void)
{
    struct sigaction action = {.sa_handler = handler};
    check(sigaction(SIGUSR1, &action, NULL) == 0, "sigaction");
}

static void signal_once(void)
{
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
}

static void open_once(void)
{
    int descriptor = open(file_name, O_RDONLY);
    check(descriptor >= 0, "open");
    close(descriptor);
}

static void pread_once(void)
{
    static char page[PAGE];
    check(pread(file, page, PAGE, 0) == PAGE, "pread");
}

static void none(void)
{
}

static const struct figure {
    const char *name;
    void (*before)(void);
    void (*round)(void);
    void (*after)(void);
    int per_round;
} figures[] = {
    {"getppid", none, getppid_once, none, 1},
    {"pipe", none, pipe_once, none, 1},
    {"open+close", none, open_once, none, 1},
    {"pread-4k", none, pread_once, none, 1},
    {"mmap+munmap", none, mmap_once, none, 1},
    {"touch-64k", none, touch_64k, none, 1},
    {"page-fault", none, touch_4m, none, TOUCHED_PAGES},
    {"signal", handle, signal_once, none, 1},
    {"thread-futex", start_futex, futex_round, stop_futex, 1},
    {"thread-pipe", start_thread, round_trip, stop_thread, 1},
    {"thread-create", none, thread_once, none, 1},
    {"process-pipe", start_process, round_trip, stop_process, 1},
    {"fork+exit+wait", none, fork_once, none, 1},
    {"fork+exec+wait", none, exec_once, none, 1},
};

/* How many rounds take about one try, found by doubling. */
static long rounds_per_try(const struct figure *figure)
{
    long rounds = 1;
    for (;;) {
        double start = now_ns();
        for (long i = 0; i < rounds; i++) {
            figure->round();
        }
        double passed = now_ns() - start;
        if (passed >= TRY_NS / 4) {
            return rounds * (TRY_NS / passed) + 1;
        }
        rounds *= 2;
    }
}

static double best(const struct figure *figure)
{
    double shortest = 1e18;
    figure->before();
    long rounds = rounds_per_try(figure);
    for (int i = 0; i < TRIES; i++) {
        double start = now_ns();
        for (long j = 0; j < rounds; j++) {
            figure->round();
        }
        double passed = (now_ns() - start) / rounds / figure->per_round;
        shortest = passed < shortest ? passed : shortest;
    }
    figure->after();
    return shortest;
}

static int wanted(const char *name, int count, char **names)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return 1;
        }
    }
    return count <= 1;
}

static void prepare(void)
{
    char page[PAGE] = {1};
    mkdir("/tmp", 0777);
    file = open(file_name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    check(file >= 0 && write(file, page, PAGE) == PAGE && pipe(ends) == 0, "prepare");
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof one, &one);
}

int main(int count, char **arguments)
{
    self = arguments[0];
    if (count == 2 && strcmp(arguments[1], "exit") == 0) {
        return 0;
    }
    int is_init = count == 1 && getpid() == 1 && strcmp(self, "/init") == 0;
    prepare();
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (wanted(figures[i].name, count, arguments)) {
            printf("%s %.1f\n", figures[i].name, best(&figures[i]));
            fflush(stdout);
        }
    }
    unlink(file_name);
    if (is_init) {
        reboot(RB_POWER_OFF);
    }
    return 0;
}
