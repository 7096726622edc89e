/*
 * io_uring_enter(2): messages into buffers that are chosen when they come, splice(2) between registered files, requests
 * with many completions when there is no room for more, and chains that break.
 */
#include "ring.h"

#include <sys/sysinfo.h>

enum { GROUP = 3, FIRST = 40, BUFFERS = 4, BYTES = 32 };

static char buffers[BUFFERS][BYTES];

static void provide(struct ring *r)
{
    struct io_uring_sqe *sqe = next(r, IORING_OP_PROVIDE_BUFFERS, BUFFERS, buffers, BYTES, FIRST, 1);
    sqe->buf_group = GROUP;
    CHECK(one(r) >= 0);
}

static void receive(struct ring *r, int fd, struct msghdr *message)
{
    struct io_uring_sqe *sqe = next(r, IORING_OP_RECVMSG, fd, message, 1, 0, 7);
    sqe->flags = IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
    CHECK_EQUAL(1, submit(r, 0));
}

static void test_messages(void)
{
    struct ring r;
    int pair[2];
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    struct iovec vector[2] = {{NULL, 0}, {NULL, 0}};
    struct msghdr message = {.msg_iov = vector, .msg_iovlen = 1};
    receive(&r, pair[0], &message);
    struct done done = reap(&r);
    CHECK_EQUAL(-ENOBUFS, done.res);
    provide(&r);
    /* It waits: what it points at may change now. */
    receive(&r, pair[0], &message);
    memset(vector, 0xff, sizeof vector);
    memset(&message, 0, sizeof message);
    CHECK_EQUAL(6, send(pair[1], "first", 6, 0));
    done = reap(&r);
    CHECK_EQUAL(6, done.res);
    CHECK_EQUAL(7, done.user_data);
    CHECK_EQUAL(IORING_CQE_F_BUFFER | FIRST << IORING_CQE_BUFFER_SHIFT, done.flags & ~IORING_CQE_F_SOCK_NONEMPTY);
    CHECK_EQUAL(0, strcmp(buffers[0], "first"));
    /* The vector's length is a limit; without a vector there is none. */
    vector[0] = (struct iovec){NULL, 3};
    message = (struct msghdr){.msg_iov = vector, .msg_iovlen = 1};
    CHECK_EQUAL(7, send(pair[1], "second", 7, 0));
    receive(&r, pair[0], &message);
    CHECK_EQUAL(3, reap(&r).res);
    CHECK_EQUAL(MSG_TRUNC, message.msg_flags & MSG_TRUNC);
    CHECK_EQUAL(0, memcmp(buffers[1], "sec\0", 4));
    message = (struct msghdr){0};
    CHECK_EQUAL(6, send(pair[1], "third", 6, 0));
    receive(&r, pair[0], &message);
    CHECK_EQUAL(6, reap(&r).res);
    CHECK_EQUAL(0, strcmp(buffers[2], "third"));
    message = (struct msghdr){.msg_iov = vector, .msg_iovlen = 2};
    receive(&r, pair[0], &message);
    CHECK_EQUAL(-EINVAL, reap(&r).res);
    /* None of the refused took one. */
    message = (struct msghdr){0};
    CHECK_EQUAL(7, send(pair[1], "fourth", 7, 0));
    receive(&r, pair[0], &message);
    done = reap(&r);
    CHECK_EQUAL(FIRST + 3, done.flags >> IORING_CQE_BUFFER_SHIFT);
    CHECK_EQUAL(0, strcmp(buffers[3], "fourth"));
    close(pair[0]);
    close(pair[1]);
    close_ring(&r);
}

/* The end of a stream takes no buffer. */
static void test_end(void)
{
    struct ring r;
    int pair[2];
    struct msghdr message = {0};
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    provide(&r);
    close(pair[1]);
    receive(&r, pair[0], &message);
    struct done done = reap(&r);
    CHECK_EQUAL(0, done.res);
    CHECK_EQUAL(0, done.flags & IORING_CQE_F_BUFFER);
    struct io_uring_sqe *sqe = next(&r, IORING_OP_RECV, pair[0], NULL, 0, 0, 1);
    sqe->flags = IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
    CHECK_EQUAL(1, submit(&r, 1));
    done = reap(&r);
    CHECK_EQUAL(0, done.res);
    CHECK_EQUAL(0, done.flags & IORING_CQE_F_BUFFER);
    close(pair[0]);
    close_ring(&r);
}

static int splice_fixed(struct ring *r, int op, int in, int out, unsigned length)
{
    struct io_uring_sqe *sqe = next(r, op, out, NULL, length, op == IORING_OP_TEE ? 0 : -1, 1);
    sqe->splice_off_in = op == IORING_OP_TEE ? 0 : -1;
    sqe->splice_fd_in = in;
    sqe->splice_flags = SPLICE_F_FD_IN_FIXED;
    sqe->flags = IOSQE_FIXED_FILE;
    return one(r);
}

static void test_splice(void)
{
    struct ring r;
    int one_pipe[2], other[2];
    char in[16] = "";
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    CHECK_EQUAL(0, pipe(one_pipe));
    CHECK_EQUAL(0, pipe(other));
    int files[4] = {one_pipe[0], -1, other[1], one_pipe[1]};
    CHECK_EQUAL(0, reg(r.fd, IORING_REGISTER_FILES, files, 4));
    CHECK_EQUAL(5, write(one_pipe[1], "bytes", 5));
    CHECK_EQUAL(0, splice_fixed(&r, IORING_OP_SPLICE, 0, 2, 0));
    CHECK_EQUAL(5, splice_fixed(&r, IORING_OP_TEE, 0, 2, 5));
    CHECK_EQUAL(5, read(other[0], in, sizeof in));
    CHECK_EQUAL(5, splice_fixed(&r, IORING_OP_SPLICE, 0, 2, 5));
    CHECK_EQUAL(5, read(other[0], in, sizeof in));
    CHECK_EQUAL(0, memcmp(in, "bytes", 5));
    CHECK_EQUAL(-EBADF, splice_fixed(&r, IORING_OP_SPLICE, 1, 2, 5));
    CHECK_EQUAL(-EBADF, splice_fixed(&r, IORING_OP_SPLICE, 0, 1, 5));
    CHECK_EQUAL(-EBADF, splice_fixed(&r, IORING_OP_SPLICE, 9, 2, 5));
    /* One of the two registered. */
    CHECK_EQUAL(5, write(one_pipe[1], "again", 5));
    struct io_uring_sqe *sqe = next(&r, IORING_OP_SPLICE, other[1], NULL, 5, -1, 1);
    sqe->splice_off_in = -1;
    sqe->splice_fd_in = 0;
    sqe->splice_flags = SPLICE_F_FD_IN_FIXED;
    CHECK_EQUAL(5, one(&r));
    CHECK_EQUAL(5, read(other[0], in, sizeof in));
    CHECK_EQUAL(0, memcmp(in, "again", 5));
    for (int i = 0; i < 2; i++) {
        close(one_pipe[i]);
        close(other[i]);
    }
    close_ring(&r);
}

/* With room for four completions the fifth waits for room, and there are no more after it. */
static void test_no_room(void)
{
    struct ring r;
    int pair[2];
    CHECK_EQUAL(0, open_ring(&r, 4, 0, 4));
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    static char many[8][BYTES];
    struct io_uring_sqe *sqe = next(&r, IORING_OP_PROVIDE_BUFFERS, 8, many, BYTES, FIRST, 1);
    sqe->buf_group = GROUP;
    CHECK(one(&r) >= 0);
    for (int i = 0; i < 7; i++) {
        CHECK_EQUAL(1, send(pair[1], "x", 1, 0));
    }
    sqe = next(&r, IORING_OP_RECV, pair[0], NULL, 0, 0, 2);
    sqe->ioprio = IORING_RECV_MULTISHOT;
    sqe->flags = IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
    CHECK_EQUAL(1, submit(&r, 0));
    for (int i = 0; i < 5; i++) {
        struct done done = reap(&r);
        CHECK_EQUAL(1, done.res);
        CHECK_EQUAL(i < 4 ? IORING_CQE_F_MORE : 0, done.flags & IORING_CQE_F_MORE);
    }
    CHECK_EQUAL(0, enter(r.fd, 0, 0, IORING_ENTER_GETEVENTS, NULL, 0));
    CHECK_EQUAL(0, ready(&r));
    close(pair[0]);
    close(pair[1]);
    close_ring(&r);
}

/* What was copied for requests that never begin is freed. */
static void test_broken_chains(void)
{
    struct ring r;
    struct sysinfo before, after;
    struct iovec vector[2] = {{buffers[0], BYTES}, {buffers[1], BYTES}};
    int null = open("/dev/null", O_WRONLY);
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    CHECK_EQUAL(0, sysinfo(&before));
    for (int i = 0; i < 5000; i++) {
        next(&r, IORING_OP_READ, -1, buffers[0], 1, 0, 1)->flags = IOSQE_IO_LINK;
        next(&r, IORING_OP_WRITEV, null, vector, 2, -1, 2);
        if (submit(&r, 2) != 2 || reap(&r).res != -EBADF || reap(&r).res != -ECANCELED) {
            CHECK(!"a chain breaks at a bad descriptor");
            break;
        }
    }
    CHECK_EQUAL(0, sysinfo(&after));
    /* A host has others who use memory. */
    CHECK(!check_is_ours() || before.freeram - after.freeram < 4 << 20 || before.freeram < after.freeram);
    close(null);
    close_ring(&r);
}

/* Many requests of one submission, apart and in a chain: what each needs for itself is given back. */
static void test_many(void)
{
    enum { MANY = 512 };
    struct ring r;
    CHECK_EQUAL(0, open_ring(&r, MANY, 0, 0));
    int p[2], absent = -1;
    CHECK_EQUAL(0, pipe(p));
    CHECK_EQUAL(0, reg(r.fd, IORING_REGISTER_FILES, p, 2));
    for (int chained = 0; chained < 2; chained++) {
        for (int i = 0; i < MANY; i++)
            next(&r, IORING_OP_FILES_UPDATE, -1, i % 2 ? &absent : p, 1, 0, i)->flags = chained && i < MANY - 1
                    ? IOSQE_IO_LINK : 0;
        CHECK_EQUAL(MANY, submit(&r, MANY));
        for (int i = 0; i < MANY; i++)
            CHECK_EQUAL(1, reap(&r).res);
    }
    close(p[0]);
    close(p[1]);
    close_ring(&r);
}

/* Thousands of requests that point at something. */
static void test_many_timeouts(void)
{
    enum { MANY = 5000 };
    struct ring r;
    struct __kernel_timespec soon = {.tv_nsec = 1000000};
    CHECK_EQUAL(0, open_ring(&r, 8192, 0, 0));
    for (int i = 0; i < MANY; i++)
        next(&r, IORING_OP_TIMEOUT, -1, &soon, 1, 0, i);
    CHECK_EQUAL(MANY, submit(&r, 0));
    for (int i = 0; i < MANY; i++)
        CHECK_EQUAL(-ETIME, reap(&r).res);
    close_ring(&r);
}

/* Two rings that hold each other by a request: when one of these ends, both rings go, before it can tell anybody. */
static void test_each_other(void)
{
    struct __kernel_timespec soon = {.tv_nsec = 2000000};
    for (int i = 0; i < 50; i++) {
        struct ring one, other;
        CHECK_EQUAL(0, open_ring(&one, 2, 0, 0));
        CHECK_EQUAL(0, open_ring(&other, 2, 0, 0));
        next(&one, IORING_OP_POLL_ADD, other.fd, NULL, 0, 0, 1)->poll32_events = POLLIN;
        CHECK_EQUAL(1, submit(&one, 0));
        next(&other, IORING_OP_POLL_ADD, one.fd, NULL, 0, 0, 1)->poll32_events = POLLIN;
        next(&other, IORING_OP_TIMEOUT, -1, &soon, 1, 0, 2);
        CHECK_EQUAL(2, submit(&other, 0));
        close_ring(&one);
        close_ring(&other);
        usleep(5000);
    }
}

/* Rings that only requests of others hold go with the first of them, however many there are. */
static void test_rows(void)
{
    enum { ROW = 900 };
    static int fds[ROW];
    for (int i = 0; i < ROW; i++) {
        struct ring r;
        CHECK_EQUAL(0, open_ring(&r, 1, 0, 0));
        if (i > 0) {
            next(&r, IORING_OP_POLL_ADD, fds[i - 1], NULL, 0, 0, 1)->poll32_events = POLLIN;
            CHECK_EQUAL(1, submit(&r, 0));
        }
        munmap(r.queues, r.queues_bytes);
        munmap(r.sqes, r.sqes_bytes);
        fds[i] = r.fd;
    }
    for (int i = 0; i < ROW; i++)
        CHECK_EQUAL(0, close(fds[i]));
}

int main(void)
{
    if (HOST_LACKS(ring_is_refused())) {
        return check_skipped("io_uring is refused");
    }
    test_messages();
    test_end();
    test_splice();
    test_no_room();
    test_broken_chains();
    test_many();
    test_many_timeouts();
    test_each_other();
    test_rows();
    return check_done();
}
