/* read(2), write(2), pread(2), pwrite(2), readv(2), writev(2), lseek(2), cachestat(2) on a regular file. */
#include "check.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

static char *const BAD = (char *)8;

struct cached {
    uint64_t pages, dirty, writeback, evicted, recently_evicted;
};

static long cache_of(int fd, uint64_t offset, uint64_t length, struct cached *out, unsigned flags)
{
    uint64_t range[2] = {offset, length};
    memset(out, 0xee, sizeof *out);
    return syscall(SYS_cachestat, fd, range, out, flags);
}

/* cachestat(2): what of a file is in memory. */
static void cached(void)
{
    struct cached found;
    int fd = memfd_create("cached", 0);
    CHECK_EQUAL(0, ftruncate(fd, 64 * 4096));
    CHECK_EQUAL(0, cache_of(fd, 0, 0, &found, 0));
    CHECK(found.pages == 0 && found.dirty == 0 && found.writeback == 0 && found.evicted == 0);
    char page[4096] = {1};
    for (int i = 8; i < 24; i++) {
        CHECK_EQUAL(4096, pwrite(fd, page, 4096, i * 4096));
    }
    CHECK_EQUAL(7, lseek(fd, 7, SEEK_SET));
    CHECK_EQUAL(0, cache_of(fd, 0, 0, &found, 0));
    CHECK_EQUAL(16, found.pages);
    CHECK_EQUAL(0, cache_of(fd, 0, 8 * 4096, &found, 0));
    CHECK_EQUAL(0, found.pages);
    CHECK_EQUAL(0, cache_of(fd, 0, 8 * 4096 + 1, &found, 0));
    CHECK_EQUAL(1, found.pages);
    CHECK_EQUAL(0, cache_of(fd, 20 * 4096 + 5, 1 << 20, &found, 0));
    CHECK_EQUAL(4, found.pages);
    CHECK_EQUAL(0, cache_of(fd, 1 << 20, 0, &found, 0));
    CHECK_EQUAL(0, found.pages);
    CHECK_EQUAL(7, lseek(fd, 0, SEEK_CUR));
    CHECK_ERRNO(EINVAL, cache_of(fd, 0, 0, &found, 1));
    CHECK_ERRNO(EBADF, cache_of(-1, 0, 0, &found, 0));
    CHECK_ERRNO(EFAULT, syscall(SYS_cachestat, fd, BAD, &found, 0));
    close(fd);
    fd = open("/dev/null", O_RDWR);
    CHECK_EQUAL(0, cache_of(fd, 0, 0, &found, 0));
    CHECK_EQUAL(0, found.pages);
    close(fd);
}

int main(void)
{
    char name[] = "/tmp/read_write.XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    CHECK_EQUAL(5, write(fd, "hello", 5));
    CHECK_EQUAL(5, lseek(fd, 0, SEEK_CUR));
    CHECK_EQUAL(0, read(fd, name, 0));

    char buffer[64] = {0};
    CHECK_EQUAL(0, read(fd, buffer, sizeof buffer));
    CHECK_EQUAL(3, pread(fd, buffer, 3, 1));
    CHECK(memcmp(buffer, "ell", 3) == 0);
    CHECK_EQUAL(5, lseek(fd, 0, SEEK_CUR));
    CHECK_EQUAL(2, pwrite(fd, "YZ", 2, 8));
    CHECK_EQUAL(10, lseek(fd, 0, SEEK_END));
    memset(buffer, 'x', sizeof buffer);
    CHECK_EQUAL(10, pread(fd, buffer, sizeof buffer, 0));
    CHECK(memcmp(buffer, "hello\0\0\0YZ", 10) == 0);
    CHECK_EQUAL(0, pread(fd, buffer, 1, 1000));

    struct iovec out[3] = {{"ab", 2}, {NULL, 0}, {"cde", 3}};
    CHECK_EQUAL(0, lseek(fd, 0, SEEK_SET));
    CHECK_EQUAL(5, writev(fd, out, 3));
    char left[2], right[2];
    struct iovec in[2] = {{left, 2}, {right, 2}};
    CHECK_EQUAL(4, preadv(fd, in, 2, 0));
    CHECK(memcmp(left, "ab", 2) == 0 && memcmp(right, "cd", 2) == 0);
    CHECK_EQUAL(0, writev(fd, out, 0));
    CHECK_ERRNO(EINVAL, writev(fd, out, -1));
    static struct iovec many[IOV_MAX + 1];
    CHECK_ERRNO(EINVAL, writev(fd, many, IOV_MAX + 1));
    struct iovec negative = {buffer, (size_t)-1};
    CHECK_ERRNO(EINVAL, writev(fd, &negative, 1));
    CHECK_ERRNO(EFAULT, readv(fd, (struct iovec *)BAD, 1));

    CHECK_ERRNO(EFAULT, write(fd, BAD, 4));
    CHECK_EQUAL(0, lseek(fd, 0, SEEK_SET));
    CHECK_ERRNO(EFAULT, read(fd, BAD, 4));
    CHECK_EQUAL(0, lseek(fd, 0, SEEK_CUR));
    CHECK_ERRNO(EINVAL, pread(fd, buffer, 1, -1));
    CHECK_ERRNO(EINVAL, lseek(fd, -1, SEEK_SET));
    CHECK_ERRNO(EINVAL, lseek(fd, 0, 99));
    CHECK_ERRNO(EBADF, write(-1, "x", 1));
    CHECK_ERRNO(EBADF, read(1000, buffer, 1));

    int reader = open(name, O_RDONLY);
    int writer = open(name, O_WRONLY | O_APPEND);
    CHECK_ERRNO(EBADF, write(reader, "x", 1));
    CHECK_ERRNO(EBADF, read(writer, buffer, 1));
    CHECK_EQUAL(1, write(writer, "!", 1));
    CHECK_EQUAL(11, lseek(reader, 0, SEEK_END));
    int directory = open("/tmp", O_RDONLY | O_DIRECTORY);
    CHECK_ERRNO(EISDIR, read(directory, buffer, 1));
    CHECK_EQUAL(0, ftruncate(fd, 3));
    CHECK_EQUAL(3, lseek(fd, 0, SEEK_END));
    CHECK_ERRNO(EINVAL, ftruncate(reader, 0));
    CHECK_ERRNO(EINVAL, ftruncate(fd, -1));
    CHECK_EQUAL(0, unlink(name));
    CHECK_EQUAL(3, pread(fd, buffer, 10, 0));
    CHECK_ERRNO(ENOENT, open(name, O_RDONLY));
    cached();
    return check_done();
}
