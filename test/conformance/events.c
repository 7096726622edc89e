/* eventfd(2), timerfd_create(2), epoll(7), select(2). */
#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>

static void eventfds(void)
{
    int fd = eventfd(3, EFD_NONBLOCK);
    uint64_t value = 0;
    CHECK_EQUAL(8, read(fd, &value, 8));
    CHECK_EQUAL(3, value);
    CHECK_ERRNO(EAGAIN, read(fd, &value, 8));
    CHECK_ERRNO(EINVAL, read(fd, &value, 7));
    value = UINT64_MAX;
    CHECK_ERRNO(EINVAL, write(fd, &value, 8));
    value = UINT64_MAX - 1;
    CHECK_EQUAL(8, write(fd, &value, 8));
    value = 1;
    CHECK_ERRNO(EAGAIN, write(fd, &value, 8));
    char nine[9] = {0};
    CHECK_ERRNO(EINVAL, write(fd, nine, 7));
    /* Since Linux 6.10. */
    if (check_is_ours() || write(fd, nine, 9) < 0) {
        CHECK_ERRNO(EINVAL, write(fd, nine, 9));
    }
    CHECK_EQUAL(0, writev(fd, NULL, 0));
    CHECK_EQUAL(0, readv(fd, NULL, 0));
    close(fd);
    fd = eventfd(2, EFD_SEMAPHORE);
    CHECK_EQUAL(8, read(fd, &value, 8));
    CHECK_EQUAL(1, value);
    CHECK_ERRNO(EINVAL, eventfd(0, 0x1000));
    close(fd);
}

/* What cannot be written to refuses even nothing. */
static void nothing_written(void)
{
    struct iovec none = {NULL, 0};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    int fds[] = {timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), signalfd(-1, &set, SFD_NONBLOCK)};
    for (int i = 0; i < 2; i++) {
        CHECK_ERRNO(EINVAL, writev(fds[i], NULL, 0));
        CHECK_ERRNO(EINVAL, writev(fds[i], &none, 1));
        CHECK_ERRNO(EINVAL, write(fds[i], "", 0));
        CHECK_EQUAL(0, readv(fds[i], NULL, 0));
        CHECK_EQUAL(0, readv(fds[i], &none, 1));
        close(fds[i]);
    }
}

static void epolls(void)
{
    int set = epoll_create1(EPOLL_CLOEXEC);
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 42};
    struct epoll_event got[4];
    CHECK_EQUAL(0, epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event));
    CHECK_ERRNO(EEXIST, epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event));
    CHECK_ERRNO(ENOENT, epoll_ctl(set, EPOLL_CTL_DEL, ends[1], NULL));
    CHECK_ERRNO(EINVAL, epoll_ctl(set, EPOLL_CTL_ADD, set, &event));
    CHECK_EQUAL(0, epoll_wait(set, got, 4, 0));
    CHECK_EQUAL(1, write(ends[1], "x", 1));
    CHECK_EQUAL(1, epoll_wait(set, got, 4, -1));
    CHECK_EQUAL(42, got[0].data.u64);
    CHECK_EQUAL(1, epoll_wait(set, got, 4, 0));
    event.events = EPOLLIN | EPOLLET;
    CHECK_EQUAL(0, epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event));
    CHECK_EQUAL(1, epoll_wait(set, got, 4, 0));
    CHECK_EQUAL(0, epoll_wait(set, got, 4, 0));
    CHECK_EQUAL(1, write(ends[1], "y", 1));
    CHECK_EQUAL(1, epoll_wait(set, got, 4, 0));
    event.events = EPOLLIN | EPOLLONESHOT;
    CHECK_EQUAL(0, epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event));
    CHECK_EQUAL(1, epoll_wait(set, got, 4, 0));
    CHECK_EQUAL(0, epoll_wait(set, got, 4, 0));
    CHECK_ERRNO(EINVAL, epoll_wait(set, got, 0, 0));
    CHECK_ERRNO(EFAULT, epoll_ctl(set, EPOLL_CTL_MOD, ends[0], NULL));
    int file = open("/tmp", O_RDONLY);
    CHECK_ERRNO(EPERM, epoll_ctl(set, EPOLL_CTL_ADD, file, &event));
    CHECK_EQUAL(0, close(ends[0]));
    CHECK_EQUAL(0, epoll_wait(set, got, 4, 0));
    close(ends[1]);
    close(set);
}

/* As many as the ways that a wake-up may go, fs/eventpoll.c path_limits: out of one instance, two apart. */
static void epolls_in_epolls(void)
{
    enum { WAYS = 500 };
    static int outer[WAYS + 1];
    struct epoll_event event = {.events = EPOLLIN};
    struct epoll_event got;
    int ends[2];
    int inner = epoll_create1(0);
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(0, epoll_ctl(inner, EPOLL_CTL_ADD, ends[0], &event));
    int failed = 0;
    for (int i = 0; i <= WAYS; i++) {
        outer[i] = epoll_create1(0);
        failed += i < WAYS && epoll_ctl(outer[i], EPOLL_CTL_ADD, inner, &event) != 0;
    }
    CHECK_EQUAL(0, failed);
    CHECK_ERRNO(EINVAL, epoll_ctl(outer[WAYS], EPOLL_CTL_ADD, inner, &event));
    CHECK_ERRNO(ELOOP, epoll_ctl(inner, EPOLL_CTL_ADD, outer[0], &event));
    CHECK_EQUAL(1, write(ends[1], "x", 1));
    CHECK_EQUAL(1, epoll_wait(outer[WAYS - 1], &got, 1, 0));
    CHECK_EQUAL(0, epoll_wait(outer[WAYS], &got, 1, 0));
    for (int i = 0; i <= WAYS; i++) {
        close(outer[i]);
    }
    close(inner);
    close(ends[0]);
    close(ends[1]);
}

static void timers(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec spec = {.it_value = {0, 2000000}, .it_interval = {0, 2000000}};
    uint64_t expirations = 0;
    CHECK_EQUAL(0, timerfd_settime(fd, 0, &spec, NULL));
    CHECK_EQUAL(8, read(fd, &expirations, 8));
    CHECK(expirations >= 1);
    struct itimerspec left;
    CHECK_EQUAL(0, timerfd_gettime(fd, &left));
    CHECK_EQUAL(2000000, left.it_interval.tv_nsec);
    spec.it_value.tv_nsec = 2000000000;
    CHECK_ERRNO(EINVAL, timerfd_settime(fd, 0, &spec, NULL));
    close(fd);
}

static void selects(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    fd_set readers, writers;
    FD_ZERO(&readers);
    FD_ZERO(&writers);
    FD_SET(ends[0], &readers);
    FD_SET(ends[1], &writers);
    struct timeval soon = {0, 1000};
    CHECK_EQUAL(1, select(ends[1] + 1, &readers, &writers, NULL, &soon));
    CHECK(!FD_ISSET(ends[0], &readers) && FD_ISSET(ends[1], &writers));
    FD_ZERO(&readers);
    FD_SET(ends[0], &readers);
    soon.tv_usec = 1000;
    CHECK_EQUAL(0, select(ends[0] + 1, &readers, NULL, NULL, &soon));
    CHECK_ERRNO(EINVAL, select(-1, NULL, NULL, NULL, NULL));
    close(ends[0]);
    FD_ZERO(&readers);
    FD_SET(ends[0], &readers);
    CHECK_ERRNO(EBADF, select(ends[0] + 1, &readers, NULL, NULL, NULL));
    close(ends[1]);
}

/* An epoll goes on hearing of signals that other processes send, again and again. */
static void signals_from_others(void)
{
    enum { ROUNDS = 5 };
    sigset_t set;
    int answers[2];
    CHECK_EQUAL(0, pipe(answers));
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK_EQUAL(0, sigprocmask(SIG_BLOCK, &set, NULL));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int signals = signalfd(-1, &set, SFD_NONBLOCK), epoll = epoll_create1(0), failed = 0;
        struct epoll_event event = {.events = EPOLLIN};
        failed |= epoll_ctl(epoll, EPOLL_CTL_ADD, signals, &event);
        for (int i = 0; i < ROUNDS; i++) {
            struct signalfd_siginfo info;
            failed |= write(answers[1], "", 1) != 1 || epoll_wait(epoll, &event, 1, 5000) != 1
                    || read(signals, &info, sizeof info) != sizeof info || read(signals, &info, sizeof info) != -1;
        }
        _exit(failed != 0);
    }
    for (int i = 0; i < ROUNDS; i++) {
        char byte;
        struct timespec soon = {0, 10000000};
        CHECK_EQUAL(1, read(answers[0], &byte, 1));
        nanosleep(&soon, NULL);
        CHECK_EQUAL(0, kill(child, SIGUSR1));
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    close(answers[0]);
    close(answers[1]);
}

int main(void)
{
    eventfds();
    nothing_written();
    epolls();
    epolls_in_epolls();
    timers();
    selects();
    signals_from_others();
    return check_done();
}
