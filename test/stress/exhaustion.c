/*
 * Memory, processes, threads and descriptors without end, see stress.h.
 */
#include "stress.h"
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

enum { SETTLE_TRIES = 200 };

static void set_adjustment(const char *value)
{
    int file = open("/proc/self/oom_score_adj", O_WRONLY);
    EXPECT(file >= 0 && write(file, value, strlen(value)) == (ssize_t) strlen(value));
    close(file);
}

static int score(void)
{
    char text[32] = "";
    int file = open("/proc/self/oom_score", O_RDONLY);
    EXPECT(file >= 0 && read(file, text, sizeof text - 1) > 0);
    close(file);
    return atoi(text);
}

/* ---- memory ---- */

static void take_pages(int flags)
{
    for (;;) {
        char *pages = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) {
            _exit(3);
        }
        touch(pages, CHUNK);
    }
}

static void take_private_pages(void)
{
    take_pages(MAP_PRIVATE);
}

static void take_shared_pages(void)
{
    take_pages(MAP_SHARED);
}

static void take_by_read(void)
{
    int zero = open("/dev/zero", O_RDONLY);
    for (;;) {
        char *pages = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED || read(zero, pages, CHUNK) != CHUNK) {
            _exit(4);
        }
    }
}

static void recurse_forever(volatile char *above)
{
    volatile char frame[PAGE];
    frame[0] = *above;
    recurse_forever(frame);
    frame[1] = *above;
}

static void overflow_stack(void)
{
    recurse_forever(&(char) {1});
}

static void overflow_endless_stack(void)
{
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_STACK, &none);
    overflow_stack();
}

static void memory(void)
{
    EXPECT(was_killed(status_of(take_private_pages)));
}

static void shared_memory(void)
{
    EXPECT(was_killed(status_of(take_shared_pages)));
}

static void memory_by_read(void)
{
    EXPECT(was_killed(status_of(take_by_read)));
}

static void stack(void)
{
    int status = status_of(overflow_stack);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    status = status_of(overflow_endless_stack);
    EXPECT(WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGKILL));
}

/* Who asked for it goes too, though another takes the memory, and would be enough. */
static void adjustment(void)
{
    int ready[2];
    EXPECT(pipe(ready) == 0);
    pid_t volunteer = fork();
    if (volunteer == 0) {
        set_adjustment("1000");
        touch(mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), CHUNK);
        EXPECT(write(ready[1], "", 1) == 1);
        for (;;) {
            pause();
        }
    }
    char byte;
    EXPECT(read(ready[0], &byte, 1) == 1);
    pid_t taker = fork();
    if (taker == 0) {
        take_private_pages();
    }
    int status;
    EXPECT(waitpid(volunteer, &status, 0) == volunteer && was_killed(status));
    EXPECT(waitpid(taker, &status, 0) == taker && was_killed(status));
    close(ready[0]);
    close(ready[1]);
}

/* proc(5): from 0 to 2000 by memory and adjustment, of which -1000 means never. */
static void scores(void)
{
    int plain = score();
    set_adjustment("1000");
    EXPECT(score() > plain);
    set_adjustment("-1000");
    EXPECT(score() == 0);
    set_adjustment("0");
    EXPECT(score() == plain && plain > 0);
    touch(mmap(NULL, total_bytes() / 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), total_bytes() / 4);
    EXPECT(score() > plain);
}

static void score_of_memory(void)
{
    EXPECT(status_of(scores) == 0);
}

/* ---- processes and threads ---- */

static int told[2];

static void multiply(void)
{
    for (;;) {
        pid_t child = fork();
        if (child < 0) {
            if (write(told[1], &errno, sizeof errno) < 0) {
                _exit(1);
            }
            pause_ms(1);
        }
    }
}

/* Kills a whole family as often as it takes: who was just being made was missed. */
static void end_family(pid_t leader)
{
    for (int i = 0; i < SETTLE_TRIES && kill(-leader, SIGKILL) == 0; i++) {
        reap_all();
        pause_ms(5);
    }
    reap_all();
    EXPECT(kill(-leader, 0) == -1 && errno == ESRCH);
}

static void fork_bomb(void)
{
    EXPECT(pipe2(told, O_NONBLOCK) == 0);
    pid_t leader = fork();
    if (leader == 0) {
        setpgid(0, 0);
        multiply();
    }
    setpgid(leader, leader);
    struct pollfd end = {told[0], POLLIN, 0};
    /* Either it reaches a limit and learns so, or members are killed for memory before that. */
    poll(&end, 1, 3000);
    end_family(leader);
    close(told[0]);
    close(told[1]);
}

static void multiply_within_limit(void)
{
    struct rlimit few = {20, 20};
    EXPECT(setrlimit(RLIMIT_NPROC, &few) == 0 && setresuid(1000, 1000, 1000) == 0);
    int count = 1;
    while (fork() > 0) {
        count++;
    }
    if (errno != EAGAIN) {
        pause();
    }
    EXPECT(count == 20);
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
}

static void process_limit(void)
{
    EXPECT(status_of(multiply_within_limit) == 0);
    reap_all();
}

static void *wait_forever(void *unused)
{
    pause();
    return unused;
}

static void take_threads(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
    int refusal = 0;
    int count = 0;
    for (; refusal == 0 && count < MANY; count++) {
        refusal = pthread_create(&thread, &attributes, wait_forever, NULL);
    }
    EXPECT(count > 100 && (refusal == EAGAIN || refusal == ENOMEM));
}

/* The threads' own pages may come first: then it is memory that it dies of. */
static void thread_bomb(void)
{
    int status = status_of(take_threads);
    EXPECT(status == 0 || was_killed(status));
}

/* ---- descriptors ---- */

enum { KINDS = 8 };

static int kind;

static int open_one(void)
{
    int ends[2];
    switch (kind) {
        case 0: return socket(AF_INET, SOCK_STREAM, 0);
        case 1: return socket(AF_INET6, SOCK_DGRAM, 0);
        case 2: return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
        case 3: return pipe(ends);
        case 4: return eventfd(0, 0);
        case 5: return epoll_create1(0);
        case 6: return timerfd_create(CLOCK_MONOTONIC, 0);
        default: return open("/tmp", O_TMPFILE | O_RDWR, 0600);
    }
}

static void take_descriptors(void)
{
    struct rlimit limit = {MANY, MANY};
    EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    int count = 0;
    while (count < MANY && open_one() >= 0) {
        count++;
    }
    EXPECT(count > 100 && (errno == ENFILE || errno == EMFILE || errno == ENOMEM || errno == ENOBUFS));
}

/* Whoever has too many is told so, or dies of their memory; everybody else may open some as before. */
static void descriptor_bombs(void)
{
    for (kind = 0; kind < KINDS; kind++) {
        int status = status_of(take_descriptors);
        EXPECT(status == 0 || was_killed(status));
        int again = open_one();
        EXPECT(again >= 0);
    }
}

static void open_and_end(void)
{
    EXPECT(status_of(descriptor_bombs) == 0);
}

static const struct stress_case cases[] = {
    {"memory", memory}, {"memory-by-read", memory_by_read}, {"shared-memory", shared_memory}, {"stack", stack},
    {"adjustment", adjustment}, {"scores", score_of_memory}, {"process-limit", process_limit},
    {"thread-bomb", thread_bomb}, {"descriptors", open_and_end}, {"fork-bomb", fork_bomb},
};

int main(int count, char **names)
{
    return run_cases(cases, sizeof cases / sizeof *cases, count, names);
}
