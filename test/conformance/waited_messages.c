/* recvmmsg(2) waits for each of the messages, or for the first; sendmmsg(2) for room for each. */
#include "check.h"
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

static int ends[2];
static char bytes[4][8];
static struct iovec vectors[4];
static struct mmsghdr messages[4];

static void prepare(void)
{
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < 4; i++) {
        vectors[i] = (struct iovec){bytes[i], sizeof bytes[i]};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
}

/* Somebody sends two messages, so many ms apart. */
static pid_t sender(int first_ms, int second_ms)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        usleep(first_ms * 1000);
        send(ends[0], "one", 3, 0);
        usleep(second_ms * 1000);
        send(ends[0], "second", 6, 0);
        _exit(0);
    }
    return child;
}

static void waits_for_all(void)
{
    prepare();
    pid_t child = sender(20, 40);
    CHECK_EQUAL(2, recvmmsg(ends[1], messages, 2, 0, NULL));
    CHECK_EQUAL(3, messages[0].msg_len);
    CHECK_EQUAL(6, messages[1].msg_len);
    CHECK_EQUAL(0, memcmp("second", bytes[1], 6));
    waitpid(child, NULL, 0);
}

static void waits_for_one(void)
{
    prepare();
    pid_t child = sender(20, 80);
    CHECK_EQUAL(1, recvmmsg(ends[1], messages, 2, MSG_WAITFORONE, NULL));
    waitpid(child, NULL, 0);
    CHECK_EQUAL(1, recvmmsg(ends[1], messages, 2, MSG_WAITFORONE, NULL));
}

/* The time is looked at after each message. */
static void time_ends_it(void)
{
    prepare();
    pid_t child = sender(20, 150);
    struct timespec limit = {0, 100000000};
    CHECK_EQUAL(2, recvmmsg(ends[1], messages, 4, 0, &limit));
    CHECK_EQUAL(0, limit.tv_sec);
    CHECK_EQUAL(0, limit.tv_nsec);
    waitpid(child, NULL, 0);
    limit = (struct timespec){5, 0};
    child = sender(1, 1);
    CHECK_EQUAL(2, recvmmsg(ends[1], messages, 2, 0, &limit));
    CHECK_EQUAL(4, limit.tv_sec);
    waitpid(child, NULL, 0);
    limit = (struct timespec){0, 1000000000};
    CHECK_ERRNO(EINVAL, recvmmsg(ends[1], messages, 2, 0, &limit));
    CHECK_ERRNO(EAGAIN, recvmmsg(ends[1], messages, 2, MSG_DONTWAIT, NULL));
}

/* SO_SNDTIMEO counts for each message anew, also once one of them has waited. */
static void room_comes_for_one(void)
{
    int full[2];
    char byte = 'x';
    struct timeval limit = {0, 200000};
    prepare();
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, full));
    CHECK_EQUAL(0, setsockopt(full[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
    while (send(full[0], &byte, 1, MSG_DONTWAIT) == 1) {
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        usleep(50000);
        recv(full[1], &byte, 1, 0);
        _exit(0);
    }
    alarm(10);
    CHECK_EQUAL(1, sendmmsg(full[0], messages, 2, 0));
    CHECK_EQUAL(sizeof bytes[0], messages[0].msg_len);
    alarm(0);
    waitpid(child, NULL, 0);
    close(full[0]);
    close(full[1]);
}

/* What goes wrong behind messages is told by the next call. */
static void error_comes_later(void)
{
    int error = 0;
    socklen_t length = sizeof error;
    prepare();
    CHECK_EQUAL(3, send(ends[0], "one", 3, 0));
    CHECK_EQUAL(3, send(ends[0], "two", 3, 0));
    struct iovec *kept = messages[1].msg_hdr.msg_iov;
    messages[1].msg_hdr.msg_iov = (struct iovec *)1;
    CHECK_EQUAL(1, recvmmsg(ends[1], messages, 2, 0, NULL));
    messages[1].msg_hdr.msg_iov = kept;
    CHECK_EQUAL(0, getsockopt(ends[1], SOL_SOCKET, SO_ERROR, &error, &length));
    CHECK_EQUAL(EFAULT, error);
    CHECK_EQUAL(3, recv(ends[1], bytes[0], 8, 0));
}

int main(void)
{
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    waits_for_all();
    waits_for_one();
    time_ends_it();
    room_comes_for_one();
    error_comes_later();
    return check_done();
}
