/*
 * IORING_FEAT_SUBMIT_STABLE, io_uring_setup(2): what a request points at, but for its buffers, may be used again as soon
 * as io_uring_enter(2) has taken the request, though that waits.
 */
#include "ring.h"

#include <netinet/in.h>

static char first[8], second[8];
static struct iovec vector[2];
static struct msghdr message;
static char control[64] __attribute__((aligned(8)));
static struct sockaddr_un address;

/* Nothing of what was passed is left, but for control messages, which Linux reads when it sends. */
static void forget(void)
{
    memset(vector, 0xff, sizeof vector);
    memset(&message, 0xff, sizeof message);
    memset(&address, 0xff, sizeof address);
}

static void begin(void)
{
    memset(first, 0, sizeof first);
    memset(second, 0, sizeof second);
    vector[0] = (struct iovec){first, 3};
    vector[1] = (struct iovec){second, 5};
    message = (struct msghdr){.msg_iov = vector, .msg_iovlen = 2};
}

static struct io_uring_sqe *add(struct ring *r, int operation, int fd, const void *what, unsigned length)
{
    return next(r, operation, fd, what, length, 0, operation);
}

/* The result of the request of an operation; completions of others that come first are kept. */
static int wait_for(struct ring *r, unsigned operation)
{
    static struct done kept[8];
    static int count;
    for (int i = 0; i < count; i++) {
        if (kept[i].user_data == operation) {
            int res = kept[i].res;
            kept[i] = kept[--count];
            return res;
        }
    }
    while (count < 8) {
        struct done done = reap(r);
        if (done.user_data == operation) {
            return done.res;
        }
        kept[count++] = done;
    }
    return -9999;
}

static void test_reading(struct ring *r)
{
    int fds[2];
    CHECK_EQUAL(0, pipe(fds));
    begin();
    add(r, IORING_OP_READV, fds[0], vector, 2)->off = -1;
    CHECK_EQUAL(1, submit(r, 0));
    forget();
    CHECK_EQUAL(8, write(fds[1], "abcdefgh", 8));
    CHECK_EQUAL(8, wait_for(r, IORING_OP_READV));
    CHECK(memcmp(first, "abc", 4) == 0 && memcmp(second, "defgh", 6) == 0);
    close(fds[0]);
    close(fds[1]);
}

static void test_writing(struct ring *r)
{
    int fds[2];
    static char block[65536];
    CHECK_EQUAL(0, pipe(fds));
    CHECK_EQUAL(sizeof block, write(fds[1], block, sizeof block));
    begin();
    memcpy(first, "abc", 3);
    memcpy(second, "defgh", 5);
    add(r, IORING_OP_WRITEV, fds[1], vector, 2)->off = -1;
    CHECK_EQUAL(1, submit(r, 0));
    forget();
    CHECK_EQUAL(sizeof block, read(fds[0], block, sizeof block));
    CHECK_EQUAL(8, wait_for(r, IORING_OP_WRITEV));
    CHECK_EQUAL(8, read(fds[0], block, sizeof block));
    CHECK(memcmp(block, "abcdefgh", 8) == 0);
    close(fds[0]);
    close(fds[1]);
}

static void test_receiving(struct ring *r)
{
    int fds[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
    begin();
    add(r, IORING_OP_RECVMSG, fds[0], &message, 1);
    CHECK_EQUAL(1, submit(r, 0));
    memset(vector, 0xff, sizeof vector);
    message.msg_iov = (void *)8;
    message.msg_iovlen = 4711;
    message.msg_control = (void *)16;
    message.msg_name = (void *)24;
    CHECK_EQUAL(12, write(fds[1], "abcdefghijkl", 12));
    CHECK_EQUAL(8, wait_for(r, IORING_OP_RECVMSG));
    CHECK(memcmp(first, "abc", 4) == 0 && memcmp(second, "defgh", 6) == 0);
    /* What is told is told in its place, and nothing else is touched. */
    CHECK_EQUAL(MSG_TRUNC, message.msg_flags & MSG_TRUNC);
    CHECK(message.msg_iov == (void *)8 && message.msg_iovlen == 4711 && message.msg_name == (void *)24);
    close(fds[0]);
    close(fds[1]);
}

/* A message with a descriptor beside it waits for room, or for another that it is linked to. */
static void test_sending(struct ring *r, int linked)
{
    int fds[2], passed[2], delay[2];
    char got[16];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
    CHECK_EQUAL(0, pipe(passed));
    CHECK_EQUAL(0, pipe(delay));
    int queued = 0;
    CHECK_EQUAL(0, fcntl(fds[0], F_SETFL, O_NONBLOCK));
    while (!linked && send(fds[0], "filler", 6, 0) == 6) {
        queued++;
    }
    CHECK_EQUAL(0, fcntl(fds[0], F_SETFL, 0));
    begin();
    memcpy(first, "abc", 3);
    memcpy(second, "defgh", 5);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int));
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(head), &passed[1], sizeof(int));
    if (linked) {
        add(r, IORING_OP_READ, delay[0], got, 1)->flags = IOSQE_IO_LINK;
    }
    add(r, IORING_OP_SENDMSG, fds[0], &message, 1);
    CHECK_EQUAL(linked ? 2 : 1, submit(r, 0));
    forget();
    for (int i = 0; i < queued; i++) {
        CHECK_EQUAL(6, recv(fds[1], got, sizeof got, 0));
    }
    if (linked) {
        CHECK_EQUAL(1, write(delay[1], "x", 1));
        CHECK_EQUAL(1, wait_for(r, IORING_OP_READ));
    }
    CHECK_EQUAL(8, wait_for(r, IORING_OP_SENDMSG));
    begin();
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    CHECK_EQUAL(8, recvmsg(fds[1], &message, 0));
    CHECK(memcmp(first, "abc", 4) == 0 && memcmp(second, "defgh", 6) == 0);
    head = CMSG_FIRSTHDR(&message);
    CHECK(head != NULL && head->cmsg_type == SCM_RIGHTS);
    int received = -1;
    if (head != NULL) {
        memcpy(&received, CMSG_DATA(head), sizeof received);
    }
    CHECK_EQUAL(1, write(received, "y", 1));
    CHECK_EQUAL(1, read(passed[0], got, 1));
    close(received);
    for (int i = 0; i < 2; i++) {
        close(fds[i]);
        close(passed[i]);
        close(delay[i]);
    }
}

/* Where to, of a request that waits for another. */
static void test_connecting(struct ring *r)
{
    int delay[2];
    char got;
    CHECK_EQUAL(0, pipe(delay));
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof to;
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&to, length));
    CHECK_EQUAL(0, listen(listener, 1));
    CHECK_EQUAL(0, getsockname(listener, (struct sockaddr *)&to, &length));
    add(r, IORING_OP_READ, delay[0], &got, 1)->flags = IOSQE_IO_LINK;
    add(r, IORING_OP_CONNECT, client, &to, 0)->off = length;
    CHECK_EQUAL(2, submit(r, 0));
    memset(&to, 0xff, sizeof to);
    CHECK_EQUAL(1, write(delay[1], "x", 1));
    CHECK_EQUAL(1, wait_for(r, IORING_OP_READ));
    CHECK_EQUAL(0, wait_for(r, IORING_OP_CONNECT));
    int accepted = accept(listener, NULL, NULL);
    CHECK(accepted >= 0);
    close(accepted);
    close(client);
    close(listener);
    close(delay[0]);
    close(delay[1]);
}

/* A request that is cancelled has kept something too. */
static void test_cancelled(struct ring *r)
{
    int fds[2];
    CHECK_EQUAL(0, pipe(fds));
    for (int i = 0; i < 200; i++) {
        begin();
        add(r, IORING_OP_READV, fds[0], vector, 2)->off = -1;
        CHECK_EQUAL(1, submit(r, 0));
        add(r, IORING_OP_ASYNC_CANCEL, -1, (void *)IORING_OP_READV, 0);
        CHECK_EQUAL(1, submit(r, 0));
        CHECK_EQUAL(-ECANCELED, wait_for(r, IORING_OP_READV));
        CHECK_EQUAL(0, wait_for(r, IORING_OP_ASYNC_CANCEL));
    }
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    struct ring r;
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    CHECK((r.p.features & IORING_FEAT_SUBMIT_STABLE) != 0);
    test_reading(&r);
    test_writing(&r);
    test_receiving(&r);
    test_sending(&r, 0);
    test_sending(&r, 1);
    test_connecting(&r);
    test_cancelled(&r);
    close_ring(&r);
    return check_done();
}
