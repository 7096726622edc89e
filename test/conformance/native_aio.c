/* io_setup(2), io_submit(2), io_getevents(2), io_pgetevents(2), io_cancel(2), io_destroy(2), without libaio. */
#include "check.h"

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

static long io_setup(unsigned n, aio_context_t *context)
{
    return syscall(SYS_io_setup, n, context);
}

static long io_destroy(aio_context_t context)
{
    return syscall(SYS_io_destroy, context);
}

static long io_submit(aio_context_t context, long n, struct iocb **blocks)
{
    return syscall(SYS_io_submit, context, n, blocks);
}

static long io_getevents(aio_context_t context, long min, long max, struct io_event *events, struct timespec *timeout)
{
    return syscall(SYS_io_getevents, context, min, max, events, timeout);
}

static struct iocb block(int op, int fd, void *buffer, size_t bytes, long long offset, uint64_t data)
{
    struct iocb b;
    memset(&b, 0, sizeof b);
    b.aio_lio_opcode = op;
    b.aio_fildes = fd;
    b.aio_buf = (uintptr_t)buffer;
    b.aio_nbytes = bytes;
    b.aio_offset = offset;
    b.aio_data = data;
    return b;
}

/* Submits one request and waits for its result. */
static long one(aio_context_t context, struct iocb *b)
{
    struct io_event event;
    memset(&event, 0, sizeof event);
    if (io_submit(context, 1, &b) != 1)
        return -1000 - errno;
    CHECK_EQUAL(1, io_getevents(context, 1, 1, &event, NULL));
    CHECK_EQUAL((uintptr_t)b, event.obj);
    CHECK_EQUAL(b->aio_data, event.data);
    CHECK_EQUAL(0, event.res2);
    return event.res;
}

static void test_contexts(void)
{
    aio_context_t context = 0, second = 0;
    CHECK_ERRNO(EINVAL, io_setup(0, &context));
    CHECK_ERRNO(EINVAL, io_setup(-1, &context));
    CHECK_ERRNO(EAGAIN, io_setup(4000000, &context));
    CHECK_ERRNO(EFAULT, io_setup(1, (void *)8));
    CHECK_EQUAL(0, io_setup(16, &context));
    CHECK(context != 0);
    CHECK_ERRNO(EINVAL, io_setup(16, &context));
    CHECK_EQUAL(0, io_setup(16, &second));
    CHECK(second != context);
    CHECK_EQUAL(0, io_destroy(second));
    CHECK_ERRNO(EINVAL, io_destroy(second));
    CHECK_ERRNO(EINVAL, io_destroy(0));
    CHECK_EQUAL(0, io_submit(context, 0, NULL));
    CHECK_ERRNO(EINVAL, io_submit(context, -1, NULL));
    CHECK_ERRNO(EFAULT, io_submit(context, 1, NULL));
    CHECK_ERRNO(EINVAL, io_submit(12345, 0, NULL));
    struct timespec none = {0, 0};
    struct io_event event;
    CHECK_EQUAL(0, io_getevents(context, 1, 1, &event, &none));
    CHECK_EQUAL(0, io_getevents(context, 0, 1, &event, NULL));
    CHECK_ERRNO(EINVAL, io_getevents(context, 2, 1, &event, &none));
    CHECK_ERRNO(EINVAL, io_getevents(77, 1, 1, &event, &none));
    struct timespec soon = {0, 20000000};
    CHECK_EQUAL(0, io_getevents(context, 1, 1, &event, &soon));
    /* A child has none of them. */
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(io_destroy(context) == -1 && errno == EINVAL ? 0 : 1);
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, io_destroy(context));
}

static void test_files(void)
{
    aio_context_t context = 0;
    char name[] = "/tmp/aio.XXXXXX", in[32] = "";
    int fd = mkstemp(name);
    unlink(name);
    CHECK_EQUAL(0, io_setup(4, &context));
    struct iocb b = block(IOCB_CMD_PWRITE, fd, "0123456789", 10, 0, 42);
    b.aio_key = 99;
    CHECK_EQUAL(10, one(context, &b));
    CHECK_EQUAL(0, b.aio_key);
    b = block(IOCB_CMD_PREAD, fd, in, 32, 4, 7);
    CHECK_EQUAL(6, one(context, &b));
    CHECK_EQUAL(0, memcmp(in, "456789", 6));
    struct iovec v[2] = {{"ab", 2}, {"cde", 3}};
    b = block(IOCB_CMD_PWRITEV, fd, v, 2, 8, 1);
    CHECK_EQUAL(5, one(context, &b));
    struct iovec w[2] = {{in, 3}, {in + 3, 10}};
    b = block(IOCB_CMD_PREADV, fd, w, 2, 7, 1);
    CHECK_EQUAL(6, one(context, &b));
    CHECK_EQUAL(0, memcmp(in, "7abcde", 6));
    b = block(IOCB_CMD_FSYNC, fd, NULL, 0, 0, 1);
    CHECK_EQUAL(0, one(context, &b));
    b = block(IOCB_CMD_FDSYNC, fd, NULL, 0, 0, 1);
    CHECK_EQUAL(0, one(context, &b));
    b = block(IOCB_CMD_PREAD, -1, in, 1, 0, 1);
    CHECK_EQUAL(-1000 - EBADF, one(context, &b));
    b = block(77, fd, in, 1, 0, 1);
    CHECK_EQUAL(-1000 - EINVAL, one(context, &b));
    b = block(IOCB_CMD_PREAD, fd, in, 1, 0, 1);
    b.aio_reserved2 = 1;
    CHECK_EQUAL(-1000 - EINVAL, one(context, &b));
    b = block(IOCB_CMD_PREAD, fd, (void *)8, 1, 0, 1);
    CHECK_EQUAL(-EFAULT, one(context, &b));
    /* The second is bad: the first goes. */
    struct iocb good = block(IOCB_CMD_PREAD, fd, in, 1, 0, 1), wrong = block(77, fd, in, 1, 0, 2);
    struct iocb *both[2] = {&good, &wrong};
    CHECK_EQUAL(1, io_submit(context, 2, both));
    struct io_event events[4];
    CHECK_EQUAL(1, io_getevents(context, 1, 4, events, NULL));
    int readonly = open("/dev/zero", O_RDONLY);
    b = block(IOCB_CMD_PWRITE, readonly, in, 1, 0, 1);
    CHECK_EQUAL(-1000 - EBADF, one(context, &b));
    close(readonly);
    close(fd);
    CHECK_EQUAL(0, io_destroy(context));
}

static void test_events(void)
{
    aio_context_t context = 0;
    char in[4][8];
    int fd = open("/dev/zero", O_RDONLY);
    int counter = eventfd(0, EFD_NONBLOCK);
    struct iocb b[4], *list[4];
    struct io_event events[4];
    CHECK_EQUAL(0, io_setup(8, &context));
    for (int i = 0; i < 4; i++) {
        b[i] = block(IOCB_CMD_PREAD, fd, in[i], 8, 0, i);
        b[i].aio_flags = IOCB_FLAG_RESFD;
        b[i].aio_resfd = counter;
        list[i] = &b[i];
    }
    CHECK_EQUAL(4, io_submit(context, 4, list));
    CHECK_EQUAL(3, io_getevents(context, 3, 3, events, NULL));
    CHECK_EQUAL(1, io_getevents(context, 1, 4, events + 3, NULL));
    unsigned seen = 0;
    for (int i = 0; i < 4; i++) {
        CHECK_EQUAL(8, events[i].res);
        seen |= 1 << events[i].data;
    }
    CHECK_EQUAL(15, seen);
    uint64_t count = 0;
    CHECK_EQUAL(8, read(counter, &count, 8));
    CHECK_EQUAL(4, count);
    b[0].aio_resfd = fd;
    CHECK_ERRNO(EINVAL, io_submit(context, 1, list));
    b[0].aio_resfd = -1;
    CHECK_ERRNO(EBADF, io_submit(context, 1, list));
    close(fd);
    close(counter);
    CHECK_EQUAL(0, io_destroy(context));
}

static void test_poll(void)
{
    aio_context_t context = 0;
    int p[2];
    CHECK_EQUAL(0, pipe(p));
    CHECK_EQUAL(0, io_setup(4, &context));
    struct iocb b = block(IOCB_CMD_POLL, p[0], NULL, 0, 0, 5), *list = &b;
    b.aio_buf = POLLIN;
    CHECK_EQUAL(1, io_submit(context, 1, &list));
    struct io_event event;
    struct timespec none = {0, 0};
    CHECK_EQUAL(0, io_getevents(context, 1, 1, &event, &none));
    CHECK_EQUAL(1, write(p[1], "x", 1));
    CHECK_EQUAL(1, io_getevents(context, 1, 1, &event, NULL));
    CHECK_EQUAL(5, event.data);
    CHECK_EQUAL(POLLIN, event.res & POLLIN);
    char c;
    CHECK_EQUAL(1, read(p[0], &c, 1));
    /* Cancelled: the event comes all the same. */
    CHECK_EQUAL(1, io_submit(context, 1, &list));
    CHECK_ERRNO(EINPROGRESS, syscall(SYS_io_cancel, context, &b, &event));
    CHECK_EQUAL(1, io_getevents(context, 1, 1, &event, NULL));
    CHECK_EQUAL((uintptr_t)&b, event.obj);
    CHECK_ERRNO(EINVAL, syscall(SYS_io_cancel, context, &b, &event));
    /* Interrupted. */
    signal(SIGALRM, SIG_IGN);
    sigset_t blocked, empty;
    sigemptyset(&empty);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    raise(SIGUSR1);
    struct {
        const sigset_t *mask;
        size_t bytes;
    } usig = {&blocked, 8};
    CHECK_EQUAL(0, syscall(SYS_io_pgetevents, context, 1, 1, &event, &none, &usig));
    usig.bytes = 4;
    CHECK_ERRNO(EINVAL, syscall(SYS_io_pgetevents, context, 1, 1, &event, &none, &usig));
    signal(SIGUSR1, SIG_IGN);
    CHECK_EQUAL(1, io_submit(context, 1, &list));
    close(p[0]);
    close(p[1]);
    CHECK_EQUAL(0, io_destroy(context));
}

/* More at once than anybody's memory for one call would hold. */
static void test_many(void)
{
    enum { MANY = 4000 };
    aio_context_t context = 0;
    int p[2];
    CHECK_EQUAL(0, pipe(p));
    CHECK_EQUAL(0, io_setup(MANY, &context));
    struct iocb *blocks = calloc(MANY, sizeof *blocks), **list = calloc(MANY, sizeof *list);
    struct io_event *events = calloc(MANY, sizeof *events);
    for (int i = 0; i < MANY; i++) {
        blocks[i] = block(IOCB_CMD_POLL, p[0], NULL, 0, 0, i + 1);
        blocks[i].aio_buf = POLLIN;
        list[i] = &blocks[i];
    }
    CHECK_EQUAL(MANY, io_submit(context, MANY, list));
    CHECK_EQUAL(1, write(p[1], "x", 1));
    CHECK_EQUAL(MANY, io_getevents(context, MANY, MANY, events, NULL));
    long long sum = 0;
    for (int i = 0; i < MANY; i++)
        sum += events[i].data;
    CHECK_EQUAL(MANY * (MANY + 1LL) / 2, sum);
    close(p[0]);
    close(p[1]);
    CHECK_EQUAL(0, io_destroy(context));
    free(blocks);
    free(list);
    free(events);
}

int main(void)
{
    aio_context_t context = 0;
    if (HOST_LACKS(io_setup(1, &context) < 0 && errno == ENOSYS))
        return check_skipped("this kernel has no native aio");
    io_destroy(context);
    test_contexts();
    test_files();
    test_events();
    test_poll();
    test_many();
    return check_done();
}
