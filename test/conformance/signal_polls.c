/*
 * signalfd(2) polled by io_uring and by io_submit(2): the signals are those of who asked, whoever runs when they come.
 */
#include "ring.h"

#include <linux/aio_abi.h>
#include <sys/signalfd.h>

enum { ROUNDS = 5 };

static sigset_t wanted;
static int answers[2];

/* Runs child in a process of its own, and sends it a signal each time that it says to be waiting. */
static void with_sender(int (*child)(int signals), int rounds)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(child(signalfd(-1, &wanted, SFD_NONBLOCK)));
    for (int i = 0; i < rounds; i++) {
        char byte;
        struct timespec soon = {0, 10000000};
        CHECK_EQUAL(1, read(answers[0], &byte, 1));
        nanosleep(&soon, NULL);
        CHECK_EQUAL(0, kill(pid, SIGUSR1));
    }
    int status = -1;
    CHECK_EQUAL(pid, waitpid(pid, &status, 0));
    CHECK_EQUAL(0, status);
}

/* Waits for a completion, five seconds at most; -9999 for none. */
static int wait_for(struct ring *r)
{
    struct __kernel_timespec limit = {5, 0};
    struct io_uring_getevents_arg arg = {.ts = (uintptr_t)&limit};
    if (!ready(r) && enter(r->fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg, sizeof arg) < 0)
        return -9999;
    return reap(r).res;
}

static int is_one_signal(int signals)
{
    struct signalfd_siginfo info;
    return read(signals, &info, sizeof info) == sizeof info && info.ssi_signo == SIGUSR1
            && read(signals, &info, sizeof info) == -1 && errno == EAGAIN;
}

static int ring_polls(int signals)
{
    struct ring r;
    int failed = open_ring(&r, 8, 0, 0);
    for (int i = 0; i < ROUNDS; i++) {
        next(&r, IORING_OP_POLL_ADD, signals, NULL, 0, 0, 1)->poll32_events = POLLIN;
        failed |= submit(&r, 0) != 1 || write(answers[1], "", 1) != 1 || wait_for(&r) != POLLIN
                || !is_one_signal(signals);
    }
    return failed;
}

static int ring_polls_on(int signals)
{
    struct ring r;
    int failed = open_ring(&r, 8, 0, 0);
    next(&r, IORING_OP_POLL_ADD, signals, NULL, IORING_POLL_ADD_MULTI, 0, 1)->poll32_events = POLLIN;
    failed |= submit(&r, 0) != 1;
    for (int i = 0; i < ROUNDS; i++)
        failed |= write(answers[1], "", 1) != 1 || wait_for(&r) != POLLIN || !is_one_signal(signals);
    return failed;
}

static int ring_reads(int signals)
{
    struct ring r;
    struct signalfd_siginfo info;
    int failed = open_ring(&r, 8, 0, 0) | fcntl(signals, F_SETFL, 0);
    for (int i = 0; i < ROUNDS; i++) {
        next(&r, IORING_OP_READ, signals, &info, sizeof info, 0, 1);
        failed |= submit(&r, 0) != 1 || write(answers[1], "", 1) != 1 || wait_for(&r) != sizeof info
                || info.ssi_signo != SIGUSR1;
    }
    return failed;
}

/* Linux looks again on behalf of a kernel thread, which has no signals, hence only at one that is there already. */
static int aio_polls(int signals)
{
    aio_context_t context = 0;
    struct iocb block = {.aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = signals, .aio_buf = POLLIN}, *list = &block;
    int failed = syscall(SYS_io_setup, 4, &context) != 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct io_event event;
        struct timespec limit = {5, 0};
        struct pollfd there = {.fd = signals, .events = POLLIN};
        failed |= write(answers[1], "", 1) != 1 || poll(&there, 1, 5000) != 1
                || syscall(SYS_io_submit, context, 1, &list) != 1
                || syscall(SYS_io_getevents, context, 1, 1, &event, &limit) != 1 || event.res != POLLIN
                || !is_one_signal(signals);
    }
    return failed;
}

int main(void)
{
    aio_context_t context = 0;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR1);
    CHECK_EQUAL(0, sigprocmask(SIG_BLOCK, &wanted, NULL));
    CHECK_EQUAL(0, pipe(answers));
    if (!ring_is_refused()) {
        with_sender(ring_polls, ROUNDS);
        with_sender(ring_polls_on, ROUNDS);
        with_sender(ring_reads, ROUNDS);
    }
    if (syscall(SYS_io_setup, 1, &context) == 0)
        with_sender(aio_polls, ROUNDS);
    return check_done();
}
