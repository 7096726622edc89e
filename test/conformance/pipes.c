/* pipe(2), pipe(7), fcntl(2) on pipes; poll(2) of both ends. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>

static volatile sig_atomic_t broken;

static void on_pipe(int signal)
{
    broken += signal == SIGPIPE;
}

static short poll_of(int fd, short events)
{
    struct pollfd one = {fd, events, 0};
    CHECK(poll(&one, 1, 0) >= 0);
    return one.revents;
}

int main(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(0, fcntl(ends[0], F_GETFD));
    CHECK_EQUAL(POLLOUT, poll_of(ends[1], POLLOUT));
    CHECK_EQUAL(0, poll_of(ends[0], POLLIN));
    CHECK_EQUAL(3, write(ends[1], "abc", 3));
    CHECK_EQUAL(POLLIN, poll_of(ends[0], POLLIN));
    int waiting = 0;
    CHECK_EQUAL(0, ioctl(ends[0], FIONREAD, &waiting));
    CHECK_EQUAL(3, waiting);
    char buffer[70000];
    CHECK_EQUAL(2, read(ends[0], buffer, 2));
    CHECK_EQUAL(1, read(ends[0], buffer, 10));
    CHECK_ERRNO(ESPIPE, lseek(ends[0], 0, SEEK_SET));
    CHECK_ERRNO(ESPIPE, pread(ends[0], buffer, 1, 0));
    CHECK_ERRNO(EBADF, write(ends[0], "x", 1));
    CHECK_ERRNO(EBADF, read(ends[1], buffer, 1));

    CHECK_EQUAL(0, fcntl(ends[0], F_SETFL, O_NONBLOCK));
    CHECK_EQUAL(0, fcntl(ends[1], F_SETFL, O_NONBLOCK));
    CHECK_EQUAL(O_WRONLY | O_NONBLOCK, fcntl(ends[1], F_GETFL) & (O_ACCMODE | O_NONBLOCK));
    CHECK_ERRNO(EAGAIN, read(ends[0], buffer, 1));
    CHECK_EQUAL(65536, fcntl(ends[1], F_GETPIPE_SZ));
    CHECK_EQUAL(65536, write(ends[1], buffer, sizeof buffer));
    CHECK_ERRNO(EAGAIN, write(ends[1], "x", 1));
    CHECK_EQUAL(0, poll_of(ends[1], POLLOUT));
    CHECK_EQUAL(4096, read(ends[0], buffer, 4096));
    CHECK_EQUAL(POLLOUT, poll_of(ends[1], POLLOUT));
    CHECK_EQUAL(0, close(ends[1]));
    while (read(ends[0], buffer, sizeof buffer) > 0) {
    }
    CHECK_EQUAL(0, read(ends[0], buffer, 1));
    CHECK_EQUAL(POLLHUP, poll_of(ends[0], POLLIN));
    CHECK_EQUAL(0, close(ends[0]));
    CHECK_ERRNO(EBADF, close(ends[0]));

    CHECK_EQUAL(0, pipe2(ends, O_CLOEXEC));
    CHECK_EQUAL(FD_CLOEXEC, fcntl(ends[0], F_GETFD));
    struct sigaction action = {.sa_handler = on_pipe};
    CHECK_EQUAL(0, sigaction(SIGPIPE, &action, NULL));
    CHECK_EQUAL(0, close(ends[0]));
    CHECK_EQUAL(POLLERR, poll_of(ends[1], 0) & POLLERR);
    CHECK_ERRNO(EPIPE, write(ends[1], "x", 1));
    CHECK_EQUAL(1, broken);
    CHECK_ERRNO(EINVAL, pipe2(ends, 0x40000000));
    /* O_NOTIFICATION_PIPE, where there are no watch queues. */
    CHECK_ERRNO(ENOPKG, pipe2(ends, O_EXCL));
    CHECK_ERRNO(EFAULT, pipe((int *)8));
    struct pollfd bad = {9999, POLLIN, 0};
    CHECK_EQUAL(1, poll(&bad, 1, 0));
    CHECK_EQUAL(POLLNVAL, bad.revents);
    return check_done();
}
