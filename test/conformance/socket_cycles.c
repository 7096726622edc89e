/* unix(7) SCM_RIGHTS: sockets that only messages hold which nobody can receive any more are freed, however they nest. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Sends descriptors with one byte; the result of sendmsg(2). */
static ssize_t give(int to, const int *fds, int count)
{
    char byte = 'x', control[CMSG_SPACE(8 * sizeof(int))];
    memset(control, 0, sizeof control);
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
            .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), fds, count * sizeof(int));
    return sendmsg(to, &message, 0);
}

static int take(int from)
{
    char byte, control[CMSG_SPACE(8 * sizeof(int))];
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
            .msg_controllen = sizeof control};
    CHECK_EQUAL(1, recvmsg(from, &message, 0));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    int fd = -1;
    if (header != NULL) {
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    }
    return fd;
}

/* Somebody closes a local socket: that is when Linux looks for garbage. */
static void let_it_look(void)
{
    int ends[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    close(ends[0]);
    close(ends[1]);
}

/* Whether the other end of a pipe is gone: then whoever held it is. */
static int is_gone(int pipe_end)
{
    for (int i = 0; i < 200; i++) {
        struct pollfd one = {pipe_end, POLLIN, 0};
        CHECK(poll(&one, 1, 0) >= 0);
        if ((one.revents & POLLHUP) != 0) {
            return 1;
        }
        let_it_look();
        usleep(10000);
    }
    return 0;
}

/* A socket in its own queue, with a pipe's end along to see when it goes. */
static void of_one(void)
{
    int ends[2], watch[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    CHECK_EQUAL(0, pipe(watch));
    int both[2] = {ends[1], watch[1]};
    CHECK_EQUAL(1, give(ends[0], both, 2));
    close(watch[1]);
    close(ends[0]);
    close(ends[1]);
    CHECK(is_gone(watch[0]));
    close(watch[0]);
}

static void of_two(void)
{
    int ends[2], watch[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    CHECK_EQUAL(0, pipe(watch));
    CHECK_EQUAL(1, give(ends[0], &ends[0], 1));
    int both[2] = {ends[1], watch[1]};
    CHECK_EQUAL(1, give(ends[1], both, 2));
    close(watch[1]);
    close(ends[0]);
    struct pollfd one = {watch[0], POLLIN, 0};
    CHECK_EQUAL(0, poll(&one, 1, 0));
    close(ends[1]);
    CHECK(is_gone(watch[0]));
    close(watch[0]);
}

/* A connection that was never accepted, in the queue of its own listener. */
static void of_a_listener(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0socket-cycle"};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0), watch[2];
    CHECK_EQUAL(0, pipe(watch));
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&name, 2 + 13));
    CHECK_EQUAL(0, listen(listener, 5));
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&name, 2 + 13));
    int both[2] = {listener, watch[1]};
    CHECK_EQUAL(1, give(client, both, 2));
    close(watch[1]);
    close(client);
    close(listener);
    CHECK(is_gone(watch[0]));
    close(watch[0]);
}

/* What somebody can still receive stays. */
static void of_the_living(void)
{
    int outer[2], inner[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, outer));
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, inner));
    CHECK_EQUAL(1, give(inner[0], &inner[1], 1));
    CHECK_EQUAL(1, give(outer[0], &inner[1], 1));
    close(inner[1]);
    for (int i = 0; i < 3; i++) {
        let_it_look();
    }
    int received = take(outer[1]);
    CHECK(received >= 0);
    int again = take(received);
    CHECK(again >= 0);
    CHECK_EQUAL(3, write(inner[0], "abc", 3));
    char text[4];
    CHECK_EQUAL(3, read(again, text, sizeof text));
    close(received);
    close(again);
    close(inner[0]);
    close(outer[0]);
    close(outer[1]);
}

/* Each socket waits in the queue of the next: all go at once when the last does. */
static void of_a_chain(void)
{
    int watch[2], last = -1;
    CHECK_EQUAL(0, pipe(watch));
    for (int i = 0; i < 3000; i++) {
        int ends[2];
        CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
        int both[2] = {last, watch[1]};
        if (give(ends[0], last < 0 ? &watch[1] : both, last < 0 ? 1 : 2) != 1) {
            /* Linux allows only so many in each other before 6.10. */
            CHECK_EQUAL(ETOOMANYREFS, errno);
            close(ends[0]);
            close(ends[1]);
            break;
        }
        close(ends[0]);
        if (last >= 0) {
            close(last);
        }
        last = ends[1];
    }
    close(watch[1]);
    close(last);
    CHECK(is_gone(watch[0]));
    close(watch[0]);
}

/* Cycles without end, and nothing but that: the instance has as much room afterwards as before. */
static void of_many(void)
{
    for (int i = 0; i < 20000; i++) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0) {
            CHECK(0);
            return;
        }
        if (give(ends[0], &ends[1], 1) != 1 || give(ends[1], &ends[0], 1) != 1) {
            CHECK(0);
            return;
        }
        close(ends[0]);
        close(ends[1]);
    }
}

/* MSG_PEEK hands out descriptors too, each time others. */
static void peeked(void)
{
    int ends[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    CHECK_EQUAL(1, give(ends[0], &ends[0], 1));
    char byte, control[CMSG_SPACE(8 * sizeof(int))];
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
            .msg_controllen = sizeof control};
    CHECK_EQUAL(1, recvmsg(ends[1], &message, MSG_PEEK));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    CHECK(header != NULL && header->cmsg_type == SCM_RIGHTS);
    int first = header == NULL ? -1 : *(int *)CMSG_DATA(header), second = take(ends[1]);
    CHECK(first >= 0 && second >= 0 && first != second);
    close(first);
    close(second);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    of_one();
    of_two();
    of_a_listener();
    of_the_living();
    of_a_chain();
    of_many();
    peeked();
    return check_done();
}
