/* preadv2(2), pwritev2(2) with their flags, vmsplice(2), and iovecs at their limits, readv(2). */
#include "check.h"
#include <sys/eventfd.h>

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND 0x20
#endif

static int temporary(void)
{
    char name[] = "/tmp/vector_io.XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    unlink(name);
    return fd;
}

static void scattered(void)
{
    int fd = temporary();
    char a[4], b[4];
    struct iovec out[3] = {{"one", 3}, {NULL, 0}, {"two!", 4}}, in[2] = {{a, 4}, {b, 4}};
    CHECK_EQUAL(7, writev(fd, out, 3));
    CHECK_EQUAL(7, lseek(fd, 0, SEEK_CUR));
    CHECK_EQUAL(7, preadv(fd, in, 2, 0));
    CHECK_EQUAL(0, memcmp(a, "onet", 4));
    CHECK_EQUAL(0, memcmp(b, "wo!", 3));
    CHECK_EQUAL(7, lseek(fd, 0, SEEK_CUR));
    /* With an offset of -1 the file's own place is used, and moves. */
    CHECK_EQUAL(7, pwritev2(fd, out, 3, -1, 0));
    CHECK_EQUAL(14, lseek(fd, 0, SEEK_CUR));
    CHECK_EQUAL(3, lseek(fd, 3, SEEK_SET));
    CHECK_EQUAL(8, preadv2(fd, in, 2, -1, 0));
    CHECK_EQUAL(11, lseek(fd, 0, SEEK_CUR));
    CHECK_ERRNO(EINVAL, preadv(fd, in, 2, -1));
    CHECK_ERRNO(EINVAL, preadv2(fd, in, 2, -2, 0));
    /* Faults in the middle: what came before counts. */
    struct iovec torn[2] = {{a, 4}, {(void *)8, 4}};
    CHECK_EQUAL(4, preadv(fd, torn, 2, 0));
    CHECK_ERRNO(EFAULT, preadv(fd, torn + 1, 1, 0));
    CHECK_ERRNO(EFAULT, readv(fd, (void *)8, 1));
    CHECK_EQUAL(0, readv(fd, (void *)8, 0));
    CHECK_ERRNO(EINVAL, readv(fd, in, -1));
    CHECK_ERRNO(EINVAL, readv(fd, in, IOV_MAX + 1));
    struct iovec negative = {a, SIZE_MAX};
    CHECK_ERRNO(EINVAL, readv(fd, &negative, 1));
    static struct iovec many[IOV_MAX];
    for (int i = 0; i < IOV_MAX; i++)
        many[i] = (struct iovec){"x", 1};
    CHECK_EQUAL(IOV_MAX, pwritev(fd, many, IOV_MAX, 100));
    CHECK_EQUAL(100 + IOV_MAX, lseek(fd, 0, SEEK_END));
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    CHECK_ERRNO(ESPIPE, preadv(ends[0], in, 1, 0));
    CHECK_ERRNO(ESPIPE, pwritev2(ends[1], out, 1, 0, 0));
    CHECK_EQUAL(3, pwritev2(ends[1], out, 1, -1, 0));
    CHECK_ERRNO(EBADF, readv(ends[1], in, 1));
    CHECK_ERRNO(EBADF, writev(ends[0], out, 1));
    close(ends[0]);
    close(ends[1]);
    close(fd);
}

static void flags(void)
{
    int fd = temporary(), ends[2];
    char a[4];
    struct iovec out = {"abc", 3}, in = {a, 4};
    CHECK_EQUAL(3, pwritev2(fd, &out, 1, 0, RWF_DSYNC));
    CHECK_EQUAL(3, pwritev2(fd, &out, 1, 0, RWF_SYNC));
    CHECK_EQUAL(3, lseek(fd, 0, SEEK_END));
    /* RWF_APPEND: to the end, whatever the offset says. */
    CHECK_EQUAL(3, pwritev2(fd, &out, 1, 0, RWF_APPEND));
    CHECK_EQUAL(6, lseek(fd, 0, SEEK_END));
    CHECK_EQUAL(0, lseek(fd, 0, SEEK_SET));
    CHECK_EQUAL(3, pwritev2(fd, &out, 1, -1, RWF_APPEND));
    CHECK_EQUAL(9, lseek(fd, 0, SEEK_CUR));
    /* RWF_NOAPPEND, which Linux has since 6.9: not to the end, though the file was opened so. */
    CHECK_EQUAL(0, fcntl(fd, F_SETFL, O_APPEND));
    int placed = pwritev2(fd, &out, 1, 1, RWF_NOAPPEND);
    CHECK(placed == 3 || (placed == -1 && errno == EOPNOTSUPP));
    CHECK_EQUAL(9, lseek(fd, 0, SEEK_END));
    CHECK_EQUAL(3, pwritev2(fd, &out, 1, 1, 0));
    CHECK_EQUAL(12, lseek(fd, 0, SEEK_END));
    CHECK_ERRNO(EOPNOTSUPP, preadv2(fd, &in, 1, 0, 1 << 30));
    CHECK_ERRNO(EOPNOTSUPP, pwritev2(fd, &out, 1, 0, 1 << 30));
    int result = preadv2(fd, &in, 1, 0, RWF_NOWAIT);
    CHECK(result == 4 || (result == -1 && (errno == EAGAIN || errno == EOPNOTSUPP)));
    CHECK_EQUAL(0, pipe(ends));
    CHECK_ERRNO(EAGAIN, preadv2(ends[0], &in, 1, -1, RWF_NOWAIT));
    close(ends[0]);
    close(ends[1]);
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    CHECK_ERRNO(EAGAIN, preadv2(ends[0], &in, 1, -1, RWF_NOWAIT));
    close(ends[0]);
    close(ends[1]);
    close(fd);
}

static void from_memory(void)
{
    int ends[2], fd = temporary();
    char in[16] = "", *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_EQUAL(0, pipe2(ends, O_NONBLOCK));
    strcpy(page + 4090, "spliced");
    struct iovec out[2] = {{page + 4090, 7}, {"!", 1}};
    CHECK_EQUAL(8, vmsplice(ends[1], out, 2, 0));
    CHECK_EQUAL(8, read(ends[0], in, sizeof in));
    CHECK_EQUAL(0, memcmp(in, "spliced!", 8));
    /* From a pipe into memory. */
    CHECK_EQUAL(4, write(ends[1], "back", 4));
    struct iovec into[2] = {{page, 2}, {page + 10, 5}};
    CHECK_EQUAL(4, vmsplice(ends[0], into, 2, 0));
    CHECK_EQUAL(0, memcmp(page, "ba", 2));
    CHECK_EQUAL(0, memcmp(page + 10, "ck", 2));
    CHECK_ERRNO(EAGAIN, vmsplice(ends[0], into, 1, SPLICE_F_NONBLOCK));
    CHECK_ERRNO(EBADF, vmsplice(fd, out, 1, 0));
    CHECK_ERRNO(EBADF, vmsplice(-1, out, 1, 0));
    CHECK_ERRNO(EFAULT, vmsplice(ends[1], (void *)8, 1, 0));
    CHECK_ERRNO(EINVAL, vmsplice(ends[1], out, IOV_MAX + 1, 0));
    CHECK_EQUAL(0, vmsplice(ends[1], out, 0, 0));
    CHECK_EQUAL(7, vmsplice(ends[1], out, 1, SPLICE_F_NONBLOCK | SPLICE_F_GIFT));
    close(ends[0]);
    close(ends[1]);
    close(fd);
}

/* Nothing is asked of a file when there is no room for anything. */
static void nothing(void)
{
    char byte;
    struct iovec none = {&byte, 0};
    int quiet = eventfd(0, EFD_NONBLOCK), directory = open("/", O_RDONLY), socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
    int read_only = open("/", O_RDONLY | O_DIRECTORY);
    CHECK_EQUAL(0, readv(quiet, &none, 1));
    CHECK_EQUAL(0, readv(quiet, &none, 0));
    CHECK_EQUAL(0, writev(quiet, &none, 1));
    CHECK_EQUAL(0, readv(directory, &none, 1));
    CHECK_EQUAL(0, writev(socket_, &none, 1));
    CHECK_ERRNO(EBADF, writev(read_only, &none, 1));
    /* But some files have nothing to do with bytes. */
    int others[] = {epoll_create1(0), syscall(SYS_pidfd_open, getpid(), 0)};
    for (int i = 0; i < 2; i++) {
        CHECK_ERRNO(EINVAL, readv(others[i], &none, 1));
        CHECK_ERRNO(EINVAL, writev(others[i], &none, 1));
        CHECK_ERRNO(EINVAL, read(others[i], &byte, 0));
        CHECK_ERRNO(EINVAL, write(others[i], &byte, 0));
        close(others[i]);
    }
    close(read_only);
    close(socket_);
    close(directory);
    close(quiet);
}

int main(void)
{
    nothing();
    scattered();
    flags();
    from_memory();
    return check_done();
}
