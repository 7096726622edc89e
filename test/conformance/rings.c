/* io_uring_setup(2), io_uring_enter(2): queues, polls, timeouts, chains, overflow, processes. */
#include "ring.h"

static struct __kernel_timespec ms(long n)
{
    return (struct __kernel_timespec){.tv_sec = n / 1000, .tv_nsec = n % 1000 * 1000000};
}

static void test_setup(void)
{
    struct io_uring_params p = {0};
    CHECK_ERRNO(EINVAL, setup(0, &p));
    CHECK_ERRNO(EFAULT, setup(4, NULL));
    CHECK_ERRNO(EINVAL, setup(100000, &p));
    p.flags = 1u << 31;
    CHECK_ERRNO(EINVAL, setup(4, &p));
    memset(&p, 0, sizeof p);
    p.flags = IORING_SETUP_SQ_AFF;
    CHECK_ERRNO(EINVAL, setup(4, &p));
    p.flags |= IORING_SETUP_SQPOLL;
    p.sq_thread_cpu = sysconf(_SC_NPROCESSORS_CONF);
    CHECK_ERRNO(EINVAL, setup(4, &p));
    memset(&p, 0, sizeof p);
    p.resv[0] = 1;
    CHECK_ERRNO(EINVAL, setup(4, &p));
    memset(&p, 0, sizeof p);
    p.flags = IORING_SETUP_CQSIZE;
    p.cq_entries = 2;
    CHECK_ERRNO(EINVAL, setup(4, &p));
    memset(&p, 0, sizeof p);
    p.flags = IORING_SETUP_CLAMP;
    int fd = setup(100000, &p);
    CHECK(fd >= 0);
    CHECK_EQUAL(32768, p.sq_entries);
    CHECK_EQUAL(65536, p.cq_entries);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(fd, F_GETFD));
    CHECK_ERRNO(EINVAL, read(fd, &p, 8));
    close(fd);
    memset(&p, 0, sizeof p);
    fd = setup(5, &p);
    CHECK_EQUAL(8, p.sq_entries);
    CHECK_EQUAL(16, p.cq_entries);
    CHECK((p.features & (IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG)) != 0);
    close(fd);
    CHECK_ERRNO(EBADF, enter(-1, 0, 0, 0, NULL, 0));
    CHECK_ERRNO(EOPNOTSUPP, enter(0, 0, 0, 0, NULL, 0));
    CHECK_ERRNO(EOPNOTSUPP, reg(0, IORING_REGISTER_PROBE, NULL, 0));
    struct ring r;
    CHECK_EQUAL(0, open_ring(&r, 4, IORING_SETUP_R_DISABLED, 0));
    CHECK_ERRNO(EBADFD, enter(r.fd, 0, 0, 0, NULL, 0));
    CHECK_EQUAL(0, reg(r.fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
    CHECK_ERRNO(EBADFD, reg(r.fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
    CHECK_EQUAL(0, enter(r.fd, 0, 0, 0, NULL, 0));
    CHECK_ERRNO(EINVAL, enter(r.fd, 0, 0, 1u << 30, NULL, 0));
    close_ring(&r);
}

static void test_nops(void)
{
    struct ring r;
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    CHECK_EQUAL(0, enter(r.fd, 8, 0, 0, NULL, 0));
    for (int i = 0; i < 100; i++) {
        for (int j = 1; j <= 8; j++)
            next(&r, IORING_OP_NOP, -1, NULL, 0, 0, j);
        CHECK_EQUAL(8, submit(&r, 8));
        for (int j = 1; j <= 8; j++) {
            struct done cqe = reap(&r);
            CHECK_EQUAL(j, cqe.user_data);
            CHECK_EQUAL(0, cqe.res);
            CHECK_EQUAL(0, cqe.flags);
        }
    }
    struct io_uring_sqe *sqe = next(&r, 255, -1, NULL, 0, 0, 1);
    CHECK_EQUAL(-EINVAL, one(&r));
    sqe = next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 1);
    sqe->flags = 0x80;
    CHECK_EQUAL(-EINVAL, one(&r));
    sqe = next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 1);
    sqe->flags = IOSQE_BUFFER_SELECT;
    CHECK_EQUAL(-EOPNOTSUPP, one(&r));
    sqe = next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 1);
    sqe->personality = 77;
    CHECK_EQUAL(-EINVAL, one(&r));
    /* A bad request ends the submission. */
    next(&r, 255, -1, NULL, 0, 0, 1);
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 2);
    CHECK_EQUAL(1, submit(&r, 0));
    CHECK_EQUAL(-EINVAL, reap(&r).res);
    CHECK_EQUAL(1, enter(r.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0));
    CHECK_EQUAL(2, reap(&r).user_data);
    sqe = next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 1);
    sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 2);
    CHECK_EQUAL(2, submit(&r, 1));
    CHECK_EQUAL(2, reap(&r).user_data);
    CHECK_EQUAL(0, ready(&r));
    close_ring(&r);
}

static void test_poll(void)
{
    struct ring r;
    int p[2], res[2];
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    CHECK_EQUAL(0, pipe(p));
    next(&r, IORING_OP_POLL_ADD, p[1], NULL, 0, 0, 1)->poll32_events = POLLOUT;
    CHECK_EQUAL(POLLOUT, one(&r));
    next(&r, IORING_OP_POLL_ADD, p[0], NULL, 0, 0, 1)->poll32_events = POLLIN;
    CHECK_EQUAL(1, submit(&r, 0));
    CHECK_EQUAL(0, ready(&r));
    CHECK_EQUAL(1, write(p[1], "x", 1));
    CHECK_EQUAL(POLLIN, reap(&r).res);
    char c;
    CHECK_EQUAL(1, read(p[0], &c, 1));
    next(&r, IORING_OP_POLL_ADD, p[0], NULL, 0, 0, 1)->poll32_events = POLLIN;
    CHECK_EQUAL(1, submit(&r, 0));
    next(&r, IORING_OP_POLL_REMOVE, -1, (void *)1, 0, 0, 2);
    CHECK_EQUAL(1, submit(&r, 2));
    reap_all(&r, 2, res);
    CHECK_EQUAL(-ECANCELED, res[0]);
    CHECK_EQUAL(0, res[1]);
    next(&r, IORING_OP_POLL_REMOVE, -1, (void *)1, 0, 0, 2);
    CHECK_EQUAL(-ENOENT, one(&r));
    next(&r, IORING_OP_POLL_ADD, -1, NULL, 0, 0, 1)->poll32_events = POLLIN;
    CHECK_EQUAL(-EBADF, one(&r));
    /* Many completions of one request. */
    next(&r, IORING_OP_POLL_ADD, p[0], NULL, IORING_POLL_ADD_MULTI, 0, 1)->poll32_events = POLLIN;
    CHECK_EQUAL(1, submit(&r, 0));
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(1, write(p[1], "x", 1));
        struct done cqe = reap(&r);
        CHECK_EQUAL(POLLIN, cqe.res);
        CHECK(cqe.flags & IORING_CQE_F_MORE);
        CHECK_EQUAL(1, read(p[0], &c, 1));
    }
    next(&r, IORING_OP_POLL_REMOVE, -1, (void *)1, 0, 0, 2);
    CHECK_EQUAL(1, submit(&r, 2));
    reap_all(&r, 2, res);
    CHECK_EQUAL(-ECANCELED, res[0]);
    CHECK_EQUAL(0, res[1]);
    /* Another name for a request in flight. */
    next(&r, IORING_OP_POLL_ADD, p[0], NULL, 0, 0, 9)->poll32_events = POLLIN;
    CHECK_EQUAL(1, submit(&r, 0));
    next(&r, IORING_OP_POLL_REMOVE, -1, (void *)9, IORING_POLL_UPDATE_USER_DATA, 1, 2);
    CHECK_EQUAL(0, one(&r));
    CHECK_EQUAL(1, write(p[1], "x", 1));
    CHECK_EQUAL(1, reap(&r).user_data);
    /* A ring can be polled by another. */
    struct ring s;
    CHECK_EQUAL(0, open_ring(&s, 4, 0, 0));
    next(&r, IORING_OP_POLL_ADD, s.fd, NULL, 0, 0, 1)->poll32_events = POLLIN;
    CHECK_EQUAL(1, submit(&r, 0));
    next(&s, IORING_OP_NOP, -1, NULL, 0, 0, 1);
    CHECK_EQUAL(1, submit(&s, 0));
    CHECK(reap(&r).res & POLLIN);
    close_ring(&s);
    close(p[0]);
    close(p[1]);
    close_ring(&r);
}

static void test_timeouts(void)
{
    struct ring r;
    int res[3];
    struct __kernel_timespec soon = ms(20), late = ms(100000), bad = {-1, 0};
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    next(&r, IORING_OP_TIMEOUT, -1, &soon, 1, 0, 1);
    CHECK_EQUAL(-ETIME, one(&r));
    next(&r, IORING_OP_TIMEOUT, -1, &bad, 1, 0, 1);
    CHECK_EQUAL(-EINVAL, one(&r));
    next(&r, IORING_OP_TIMEOUT, -1, (void *)8, 1, 0, 1);
    CHECK_EQUAL(-EFAULT, one(&r));
    next(&r, IORING_OP_TIMEOUT, -1, &soon, 0, 0, 1);
    CHECK_EQUAL(-EINVAL, one(&r));
    /* After a number of completions. */
    next(&r, IORING_OP_TIMEOUT, -1, &late, 1, 2, 1);
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 2);
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 3);
    CHECK_EQUAL(3, submit(&r, 3));
    reap_all(&r, 3, res);
    CHECK_EQUAL(0, res[0]);
    /* Removed. */
    next(&r, IORING_OP_TIMEOUT, -1, &late, 1, 0, 1);
    CHECK_EQUAL(1, submit(&r, 0));
    next(&r, IORING_OP_TIMEOUT_REMOVE, -1, (void *)1, 0, 0, 2);
    CHECK_EQUAL(1, submit(&r, 2));
    reap_all(&r, 2, res);
    CHECK_EQUAL(-ECANCELED, res[0]);
    CHECK_EQUAL(0, res[1]);
    next(&r, IORING_OP_TIMEOUT_REMOVE, -1, (void *)1, 0, 0, 2);
    CHECK_EQUAL(-ENOENT, one(&r));
    /* Moved. */
    next(&r, IORING_OP_TIMEOUT, -1, &late, 1, 0, 1);
    CHECK_EQUAL(1, submit(&r, 0));
    next(&r, IORING_OP_TIMEOUT_REMOVE, -1, (void *)1, 0, (uintptr_t)&soon, 2)->timeout_flags = IORING_TIMEOUT_UPDATE;
    CHECK_EQUAL(1, submit(&r, 2));
    reap_all(&r, 2, res);
    CHECK_EQUAL(-ETIME, res[0]);
    CHECK_EQUAL(0, res[1]);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct __kernel_timespec absolute = {now.tv_sec, now.tv_nsec};
    next(&r, IORING_OP_TIMEOUT, -1, &absolute, 1, 0, 1)->timeout_flags = IORING_TIMEOUT_ABS;
    CHECK_EQUAL(-ETIME, one(&r));
    /* A limited time for another request. */
    int p[2];
    char c;
    CHECK_EQUAL(0, pipe(p));
    next(&r, IORING_OP_READ, p[0], &c, 1, 0, 1)->flags = IOSQE_IO_LINK;
    next(&r, IORING_OP_LINK_TIMEOUT, -1, &soon, 1, 0, 2);
    CHECK_EQUAL(2, submit(&r, 2));
    reap_all(&r, 2, res);
    CHECK_EQUAL(-ECANCELED, res[0]);
    CHECK_EQUAL(-ETIME, res[1]);
    CHECK_EQUAL(1, write(p[1], "x", 1));
    next(&r, IORING_OP_READ, p[0], &c, 1, 0, 1)->flags = IOSQE_IO_LINK;
    next(&r, IORING_OP_LINK_TIMEOUT, -1, &late, 1, 0, 2);
    CHECK_EQUAL(2, submit(&r, 2));
    reap_all(&r, 2, res);
    CHECK_EQUAL(1, res[0]);
    CHECK_EQUAL(-ECANCELED, res[1]);
    next(&r, IORING_OP_LINK_TIMEOUT, -1, &late, 1, 0, 2);
    CHECK_EQUAL(-EINVAL, one(&r));
    close(p[0]);
    close(p[1]);
    /* The wait itself. */
    struct io_uring_getevents_arg arg = {.ts = (uintptr_t)&soon};
    CHECK_ERRNO(ETIME, enter(r.fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg, sizeof arg));
    CHECK_ERRNO(EINVAL, enter(r.fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg, 8));
    /* Less than was wanted is no timeout. */
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 1);
    CHECK_EQUAL(1, submit(&r, 0));
    CHECK_EQUAL(0, enter(r.fd, 0, 2, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg, sizeof arg));
    CHECK_EQUAL(0, reap(&r).res);
    /* A limit that is not to be heard of. */
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 1)->flags = IOSQE_IO_LINK;
    next(&r, IORING_OP_LINK_TIMEOUT, -1, &late, 1, 0, 2)->flags = IOSQE_CQE_SKIP_SUCCESS;
    CHECK_EQUAL(2, submit(&r, 1));
    CHECK_EQUAL(1, reap(&r).user_data);
    CHECK_EQUAL(0, ready(&r));
    close_ring(&r);
}

static void nothing(int signal)
{
    (void)signal;
}

static void test_interrupted(void)
{
    struct ring r;
    CHECK_EQUAL(0, open_ring(&r, 4, 0, 0));
    struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    alarm(1);
    CHECK_ERRNO(EINTR, enter(r.fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0));
    signal(SIGALRM, SIG_DFL);
    close_ring(&r);
}

static void test_chains(void)
{
    struct ring r;
    int res[4];
    char name[] = "/tmp/rings.XXXXXX";
    int fd = mkstemp(name);
    unlink(name);
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    char in[8] = "";
    next(&r, IORING_OP_WRITE, fd, "chained", 7, 0, 1)->flags = IOSQE_IO_LINK;
    next(&r, IORING_OP_READ, fd, in, 7, 0, 2)->flags = IOSQE_IO_LINK;
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 3);
    CHECK_EQUAL(3, submit(&r, 3));
    for (int i = 1; i <= 3; i++)
        CHECK_EQUAL(i, reap(&r).user_data);
    CHECK_EQUAL(0, memcmp(in, "chained", 7));
    /* A failure, also a short read, breaks the chain. */
    next(&r, IORING_OP_READ, -1, in, 7, 0, 1)->flags = IOSQE_IO_LINK;
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 2)->flags = IOSQE_IO_LINK;
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 3);
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 4);
    CHECK_EQUAL(4, submit(&r, 4));
    reap_all(&r, 4, res);
    CHECK_EQUAL(-EBADF, res[0]);
    CHECK_EQUAL(-ECANCELED, res[1]);
    CHECK_EQUAL(-ECANCELED, res[2]);
    CHECK_EQUAL(0, res[3]);
    next(&r, IORING_OP_READ, fd, in, 8, 0, 1)->flags = IOSQE_IO_LINK;
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 2);
    CHECK_EQUAL(2, submit(&r, 2));
    reap_all(&r, 2, res);
    CHECK_EQUAL(7, res[0]);
    CHECK_EQUAL(-ECANCELED, res[1]);
    next(&r, IORING_OP_READ, -1, in, 8, 0, 1)->flags = IOSQE_IO_HARDLINK;
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 2);
    CHECK_EQUAL(2, submit(&r, 2));
    reap_all(&r, 2, res);
    CHECK_EQUAL(-EBADF, res[0]);
    CHECK_EQUAL(0, res[1]);
    /* A drained request waits for all before it. */
    int p[2];
    CHECK_EQUAL(0, pipe(p));
    next(&r, IORING_OP_READ, p[0], in, 1, 0, 1);
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 2)->flags = IOSQE_IO_DRAIN;
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 3);
    CHECK_EQUAL(3, submit(&r, 0));
    CHECK_EQUAL(0, ready(&r));
    CHECK_EQUAL(1, write(p[1], "x", 1));
    for (int i = 1; i <= 3; i++)
        CHECK_EQUAL(i, reap(&r).user_data);
    close(p[0]);
    close(p[1]);
    close(fd);
    close_ring(&r);
}

static void test_overflow(void)
{
    struct ring r;
    CHECK_EQUAL(0, open_ring(&r, 4, 0, 4));
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 4; j++)
            next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 4 * i + j);
        CHECK_EQUAL(4, submit(&r, 0));
    }
    CHECK_EQUAL(4, ready(&r));
    CHECK(*r.sq_flags & IORING_SQ_CQ_OVERFLOW);
    for (int i = 0; i < 12; i++) {
        if (!ready(&r))
            CHECK_EQUAL(0, enter(r.fd, 0, 0, IORING_ENTER_GETEVENTS, NULL, 0));
        CHECK_EQUAL(i, reap(&r).user_data);
    }
    CHECK_EQUAL(0, *r.sq_flags & IORING_SQ_CQ_OVERFLOW);
    CHECK_EQUAL(0, *r.cq_overflow);
    close_ring(&r);
}

/* The requests of a process end with it, whoever else has the ring. */
static void test_processes(void)
{
    struct ring r;
    int p[2], status;
    char c;
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    CHECK_EQUAL(0, pipe(p));
    pid_t child = fork();
    if (child == 0) {
        next(&r, IORING_OP_READ, p[0], &c, 1, 0, 1);
        _exit(submit(&r, 0) == 1 ? 0 : 1);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(1, write(p[1], "x", 1));
    CHECK_EQUAL(1, read(p[0], &c, 1));
    close_ring(&r);
    /* Also what waits for the ring itself; a timeout goes on. */
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    child = fork();
    if (child == 0) {
        struct __kernel_timespec soon = ms(50);
        next(&r, IORING_OP_POLL_ADD, r.fd, NULL, 0, 0, 1)->poll32_events = POLLIN;
        next(&r, IORING_OP_TIMEOUT, -1, &soon, 1, 0, 2);
        _exit(submit(&r, 0) == 2 ? 0 : 1);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    int res[2];
    reap_all(&r, 2, res);
    CHECK_EQUAL(-ECANCELED, res[0]);
    CHECK_EQUAL(-ETIME, res[1]);
    close(p[0]);
    close(p[1]);
    close_ring(&r);
}

/* Rings do not travel. */
static void test_sent(void)
{
    struct ring r;
    int ends[2];
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct iovec byte = {"x", 1};
    struct msghdr message = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    CHECK_EQUAL(0, open_ring(&r, 4, 0, 0));
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    memcpy(CMSG_DATA(&control.header), &r.fd, sizeof(int));
    CHECK_ERRNO(EINVAL, sendmsg(ends[0], &message, 0));
    close(ends[0]);
    close(ends[1]);
    close_ring(&r);
}

static void test_sleeping_poller(void)
{
    struct ring r;
    if (open_ring(&r, 8, IORING_SETUP_SQPOLL, 0) < 0) {
        CHECK(errno == EPERM);
        return;
    }
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 1);
    r.pending = 0;
    __atomic_store_n(r.sq_tail, *r.sq_tail + 1, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    int flags = IORING_ENTER_GETEVENTS;
    if (__atomic_load_n(r.sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
        flags |= IORING_ENTER_SQ_WAKEUP;
    CHECK_EQUAL(1, enter(r.fd, 1, 1, flags, NULL, 0));
    CHECK_EQUAL(1, reap(&r).user_data);
    close_ring(&r);
}

int main(void)
{
    if (HOST_LACKS(ring_is_refused()))
        return check_skipped("this kernel does not let us use io_uring");
    test_setup();
    test_nops();
    test_poll();
    test_timeouts();
    test_interrupted();
    test_chains();
    test_overflow();
    test_processes();
    test_sent();
    test_sleeping_poller();
    return check_done();
}
