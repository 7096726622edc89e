/* dup(2), fcntl(2), close_range(2), ioctl(2), FIFOs, /dev, /proc/self/fd. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>

static void duplicates(void)
{
    int fd = open("/dev/null", O_RDWR);
    CHECK_EQUAL(200, dup2(fd, 200));
    CHECK_EQUAL(200, dup2(200, 200));
    CHECK_ERRNO(EBADF, dup2(199, 199));
    CHECK_ERRNO(EBADF, dup2(fd, -1));
    CHECK_ERRNO(EINVAL, dup3(fd, fd, 0));
    CHECK_EQUAL(201, dup3(fd, 201, O_CLOEXEC));
    CHECK_EQUAL(FD_CLOEXEC, fcntl(201, F_GETFD));
    CHECK_EQUAL(202, fcntl(fd, F_DUPFD, 200));
    CHECK_EQUAL(203, fcntl(fd, F_DUPFD_CLOEXEC, 200));
    CHECK_EQUAL(FD_CLOEXEC, fcntl(203, F_GETFD));
    CHECK_ERRNO(EINVAL, fcntl(fd, F_DUPFD, -1));
    CHECK_ERRNO(EBADF, fcntl(999, F_GETFD));
    CHECK_ERRNO(EINVAL, fcntl(fd, 12345));
    CHECK_EQUAL(0, ioctl(202, FIOCLEX));
    CHECK_EQUAL(FD_CLOEXEC, fcntl(202, F_GETFD));
    CHECK_ERRNO(ENOTTY, ioctl(fd, TCGETS, NULL));
    CHECK_EQUAL(0, syscall(SYS_close_range, 200, 202, 0));
    CHECK_ERRNO(EBADF, fcntl(202, F_GETFD));
    CHECK_EQUAL(0, fcntl(203, F_GETFL) & O_APPEND);
    CHECK_EQUAL(0, syscall(SYS_close_range, 203, ~0u, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_close_range, 5, 4, 0));
    struct rlimit limit, low;
    CHECK_EQUAL(0, getrlimit(RLIMIT_NOFILE, &limit));
    low = limit;
    low.rlim_cur = 20;
    CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &low));
    CHECK_ERRNO(EINVAL, fcntl(fd, F_DUPFD, 20));
    CHECK_ERRNO(EBADF, dup2(fd, 20));
    int last;
    do {
        last = dup(fd);
    } while (last >= 0);
    CHECK_EQUAL(EMFILE, errno);
    CHECK_EQUAL(0, fcntl(19, F_GETFD));
    CHECK_EQUAL(0, syscall(SYS_close_range, fd, ~0u, 0));
    CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &limit));
}

static void devices(void)
{
    char buffer[64];
    memset(buffer, 'x', sizeof buffer);
    int zero = open("/dev/zero", O_RDWR);
    CHECK_EQUAL(64, read(zero, buffer, 64));
    CHECK(buffer[0] == 0 && buffer[63] == 0);
    CHECK_EQUAL(10, write(zero, buffer, 10));
    int full = open("/dev/full", O_RDWR);
    CHECK_ERRNO(ENOSPC, write(full, buffer, 1));
    int null = open("/dev/null", O_RDWR);
    CHECK_EQUAL(0, read(null, buffer, 1));
    CHECK_EQUAL(64, write(null, buffer, 64));
    int random = open("/dev/urandom", O_RDONLY);
    char other[64];
    CHECK_EQUAL(64, read(random, buffer, 64));
    CHECK_EQUAL(64, read(random, other, 64));
    CHECK(memcmp(buffer, other, 64) != 0);
    struct stat stat;
    CHECK_EQUAL(0, fstat(null, &stat));
    CHECK(S_ISCHR(stat.st_mode));
    CHECK_EQUAL(0x103, stat.st_rdev);
    close(zero);
    close(full);
    close(null);
    close(random);
}

static void fifos(void)
{
    char name[] = "/tmp/fifo.XXXXXX";
    close(mkstemp(name));
    unlink(name);
    CHECK_EQUAL(0, mkfifo(name, 0600));
    CHECK_ERRNO(ENXIO, open(name, O_WRONLY | O_NONBLOCK));
    int reader = open(name, O_RDONLY | O_NONBLOCK);
    char buffer[16];
    CHECK_EQUAL(0, read(reader, buffer, 1));
    int writer = open(name, O_WRONLY);
    CHECK(writer >= 0);
    CHECK_ERRNO(EAGAIN, read(reader, buffer, 1));
    CHECK_EQUAL(4, write(writer, "fifo", 4));
    struct pollfd one = {reader, POLLIN, 0};
    CHECK_EQUAL(1, poll(&one, 1, 1000));
    CHECK_EQUAL(4, read(reader, buffer, sizeof buffer));
    close(writer);
    CHECK_EQUAL(0, read(reader, buffer, 1));
    one.events = 0;
    CHECK_EQUAL(1, poll(&one, 1, 0));
    CHECK_EQUAL(POLLHUP, one.revents);
    close(reader);
    int both = open(name, O_RDWR);
    CHECK_EQUAL(2, write(both, "ab", 2));
    CHECK_EQUAL(2, read(both, buffer, 16));
    close(both);
    unlink(name);
}

static void magic_links(void)
{
    char name[] = "/tmp/magic.XXXXXX";
    int fd = mkstemp(name);
    CHECK_EQUAL(5, write(fd, "magic", 5));
    char place[64], buffer[64];
    snprintf(place, sizeof place, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(place, buffer, sizeof buffer);
    CHECK(n == (ssize_t)strlen(name) && memcmp(buffer, name, n) == 0);
    CHECK_EQUAL(0, unlink(name));
    int again = open(place, O_RDONLY);
    CHECK(again >= 0);
    CHECK_EQUAL(5, read(again, buffer, sizeof buffer));
    CHECK_EQUAL(5, lseek(fd, 0, SEEK_CUR));
    close(again);
    close(fd);
    CHECK_ERRNO(ENOENT, open(place, O_RDONLY));
    /* A pipe that lost its writers: opening it waits for nobody, unlike a FIFO. */
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(3, write(ends[1], "abc", 3));
    close(ends[1]);
    snprintf(place, sizeof place, "/proc/self/fd/%d", ends[0]);
    again = open(place, O_RDONLY);
    CHECK(again >= 0);
    close(ends[0]);
    CHECK_EQUAL(3, read(again, buffer, sizeof buffer));
    struct pollfd hung = {again, POLLIN, 0};
    CHECK_EQUAL(1, poll(&hung, 1, 0));
    CHECK_EQUAL(POLLHUP, hung.revents);
    CHECK_EQUAL(0, read(again, buffer, sizeof buffer));
    close(again);
    int path = open("/tmp", O_PATH);
    CHECK_ERRNO(EBADF, read(path, buffer, 1));
    CHECK_ERRNO(EBADF, ioctl(path, FIONREAD, buffer));
    int twin = dup(path);
    CHECK(twin >= 0);
    close(twin);
    close(path);
}

/* F_GET_RW_HINT, F_SET_RW_HINT, and F_DUPFD_QUERY of Linux 6.10. */
static void hints(void)
{
    char name[] = "/tmp/hints.XXXXXX";
    int fd = mkstemp(name), same = dup(fd), other = open(name, O_RDWR);
    uint64_t hint = 99;
    CHECK_EQUAL(0, fcntl(fd, 1024 + 11, &hint));
    CHECK_EQUAL(0, hint);
    hint = 3;
    CHECK_EQUAL(0, fcntl(fd, 1024 + 12, &hint));
    hint = 6;
    CHECK_ERRNO(EINVAL, fcntl(fd, 1024 + 12, &hint));
    CHECK_ERRNO(EFAULT, fcntl(fd, 1024 + 12, 1));
    CHECK_EQUAL(0, fcntl(other, 1024 + 11, &hint));
    CHECK_EQUAL(3, hint);
    CHECK_ERRNO(EFAULT, fcntl(fd, 1024 + 11, 1));
    int query = fcntl(fd, 1024 + 3, same);
    if (query >= 0 || errno != EINVAL) {
        CHECK_EQUAL(1, query);
        CHECK_EQUAL(0, fcntl(fd, 1024 + 3, other));
    }
    close(other);
    close(same);
    close(fd);
    unlink(name);
}

/* F_CREATED_QUERY of Linux 6.12: whether this open made the file. */
static void created(void)
{
    char name[] = "/tmp/created.XXXXXX";
    close(mkstemp(name));
    unlink(name);
    int fd = open(name, O_CREAT | O_RDWR, 0600), again = open(name, O_CREAT | O_RDWR, 0600);
    if (!HOST_LACKS(fcntl(fd, 1024 + 4) < 0 && errno == EINVAL)) {
        int twin = dup(fd), path = open(name, O_PATH);
        CHECK_EQUAL(1, fcntl(fd, 1024 + 4));
        CHECK_EQUAL(1, fcntl(twin, 1024 + 4));
        CHECK_EQUAL(0, fcntl(again, 1024 + 4));
        CHECK_EQUAL(0, fcntl(path, 1024 + 4));
        CHECK_ERRNO(EBADF, fcntl(-1, 1024 + 4));
        close(twin);
        close(path);
    }
    close(fd);
    close(again);
    unlink(name);
}

int main(void)
{
    hints();
    created();
    duplicates();
    devices();
    fifos();
    magic_links();
    return check_done();
}
