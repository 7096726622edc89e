/* sendfile(2), splice(2), tee(2), copy_file_range(2), memfd_create(2) with seals, posix_fadvise(2). */
#include "check.h"
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/timerfd.h>

static char text[100000];
static char back[100000];

static int filled(void)
{
    char name[] = "/tmp/transfers.XXXXXX";
    int fd = mkstemp(name);
    CHECK_EQUAL(sizeof text, write(fd, text, sizeof text));
    CHECK_EQUAL(0, lseek(fd, 0, SEEK_SET));
    unlink(name);
    return fd;
}

static void sending(void)
{
    int in = filled();
    int out = filled();
    CHECK_EQUAL(0, ftruncate(out, 0));
    CHECK_EQUAL(70000, sendfile(out, in, NULL, 70000));
    CHECK_EQUAL(70000, lseek(in, 0, SEEK_CUR));
    off_t offset = 5;
    CHECK_EQUAL(10, sendfile(out, in, &offset, 10));
    CHECK_EQUAL(15, offset);
    CHECK_EQUAL(70000, lseek(in, 0, SEEK_CUR));
    CHECK_EQUAL(30000, sendfile(out, in, NULL, 1 << 20));
    CHECK_EQUAL(0, sendfile(out, in, NULL, 1 << 20));
    CHECK_EQUAL(100010, lseek(out, 0, SEEK_END));
    CHECK_EQUAL(70000, pread(out, back, 70000, 0));
    CHECK(memcmp(back, text, 70000) == 0);
    CHECK_ERRNO(EBADF, sendfile(out, -1, NULL, 1));
    int ends[2];
    CHECK_EQUAL(0, pipe2(ends, O_NONBLOCK));
    CHECK_EQUAL(0, lseek(in, 0, SEEK_SET));
    CHECK_EQUAL(65536, sendfile(ends[1], in, NULL, sizeof text));
    CHECK_ERRNO(EAGAIN, sendfile(ends[1], in, NULL, 1));
    CHECK_EQUAL(65536, lseek(in, 0, SEEK_CUR));
    close(ends[0]);
    close(ends[1]);
    close(in);
    close(out);
}

static void copying(void)
{
    int in = filled();
    int out = filled();
    off_t from = 10, to = 3;
    CHECK_EQUAL(20, copy_file_range(in, &from, out, &to, 20, 0));
    CHECK_EQUAL(30, from);
    CHECK_EQUAL(23, to);
    CHECK_EQUAL(20, pread(out, back, 20, 3));
    CHECK(memcmp(back, text + 10, 20) == 0);
    CHECK_EQUAL(100, copy_file_range(in, NULL, out, NULL, 100, 0));
    CHECK_EQUAL(100, lseek(in, 0, SEEK_CUR));
    CHECK_ERRNO(EINVAL, copy_file_range(in, NULL, out, NULL, 1, 99));
    CHECK_ERRNO(EINVAL, copy_file_range(in, NULL, in, NULL, 1, 0));
    CHECK_EQUAL(0, posix_fadvise(in, 0, 0, POSIX_FADV_SEQUENTIAL));
    CHECK_EQUAL(EINVAL, posix_fadvise(in, 0, 0, 77));
    close(in);
    close(out);
}

static void splicing(void)
{
    int in = filled();
    int out = filled();
    int one[2], two[2];
    CHECK_EQUAL(0, pipe2(one, O_NONBLOCK));
    CHECK_EQUAL(0, pipe2(two, O_NONBLOCK));
    CHECK_ERRNO(EAGAIN, splice(one[0], NULL, out, NULL, 10, 0));
    off_t offset = 100;
    CHECK_EQUAL(5000, splice(in, &offset, one[1], NULL, 5000, 0));
    CHECK_EQUAL(5100, offset);
    CHECK_EQUAL(3000, tee(one[0], two[1], 3000, 0));
    CHECK_EQUAL(5000, splice(one[0], NULL, out, NULL, 10000, 0));
    CHECK_EQUAL(5000, pread(out, back, 5000, 0));
    CHECK(memcmp(back, text + 100, 5000) == 0);
    CHECK_EQUAL(3000, read(two[0], back, sizeof back));
    CHECK(memcmp(back, text + 100, 3000) == 0);
    CHECK_EQUAL(2, write(one[1], "hi", 2));
    /* The length has no sign. */
    CHECK_EQUAL(2, tee(one[0], two[1], SIZE_MAX, 0));
    CHECK_EQUAL(2, read(two[0], back, 10));
    CHECK_EQUAL(2, splice(one[0], NULL, two[1], NULL, 10, 0));
    CHECK_EQUAL(2, read(two[0], back, 10));
    CHECK_ERRNO(EINVAL, splice(in, NULL, out, NULL, 10, 0));
    CHECK_ERRNO(ESPIPE, splice(one[0], &offset, out, NULL, 10, 0));
    CHECK_ERRNO(EINVAL, tee(in, two[1], 10, 0));
    CHECK_ERRNO(EBADF, splice(one[1], NULL, out, NULL, 10, 0));
    close(one[1]);
    CHECK_EQUAL(0, splice(one[0], NULL, out, NULL, 10, 0));
    close(one[0]);
    close(two[0]);
    close(two[1]);
    close(in);
    close(out);
}

static void memory_files(void)
{
    int fd = memfd_create("a name", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK(fd >= 0);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(fd, F_GETFD));
    CHECK_EQUAL(5, write(fd, "hello", 5));
    CHECK_EQUAL(0, ftruncate(fd, 8192));
    char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(map != MAP_FAILED && memcmp(map, "hello", 6) == 0);
    map[4096] = 'x';
    CHECK_EQUAL(1, pread(fd, back, 1, 4096));
    CHECK(back[0] == 'x');
    CHECK_ERRNO(EBUSY, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    munmap(map, 8192);
    CHECK_EQUAL(0, fcntl(fd, F_GET_SEALS));
    CHECK_EQUAL(0, fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
    CHECK_ERRNO(EPERM, ftruncate(fd, 1));
    CHECK_ERRNO(EPERM, ftruncate(fd, 10000));
    CHECK_ERRNO(EPERM, pwrite(fd, "abc", 3, 8192));
    CHECK_EQUAL(3, pwrite(fd, "abc", 3, 8189));
    /* Nor by what is appended, wherever the offset is; and to write zeros is no way to write. */
    CHECK_EQUAL(0, lseek(fd, 0, SEEK_SET));
    CHECK_EQUAL(0, fcntl(fd, F_SETFL, O_APPEND));
    CHECK_ERRNO(EPERM, write(fd, "abc", 3));
    CHECK_EQUAL(0, fcntl(fd, F_SETFL, 0));
    CHECK_EQUAL(8192, lseek(fd, 0, SEEK_END));
    CHECK_ERRNO(EOPNOTSUPP, fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, 3));
    CHECK_EQUAL(0, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL));
    CHECK_ERRNO(EPERM, pwrite(fd, "abc", 3, 0));
    CHECK(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EPERM);
    CHECK_ERRNO(EPERM, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    char place[64];
    snprintf(place, sizeof place, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(place, back, sizeof back);
    CHECK(n == 23 && memcmp(back, "/memfd:a name (deleted)", 23) == 0);
    close(fd);
    fd = memfd_create("unsealable", 0);
    CHECK_EQUAL(F_SEAL_SEAL, fcntl(fd, F_GET_SEALS));
    CHECK_ERRNO(EPERM, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    close(fd);
    CHECK_ERRNO(EINVAL, memfd_create("x", 0x1000));
    CHECK_ERRNO(EFAULT, memfd_create((char *)8, 0));
}

/* What takes no stream of bytes is refused at once, also while the pipe has none. */
static void no_bytes_are_taken(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    int in = filled();
    int targets[] = {eventfd(0, 0), timerfd_create(CLOCK_MONOTONIC, 0), epoll_create1(0)};
    for (unsigned i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
        CHECK_ERRNO(EINVAL, splice(ends[0], NULL, targets[i], NULL, 8, 0));
        CHECK_ERRNO(EINVAL, sendfile(targets[i], in, NULL, 8));
        close(targets[i]);
    }
    close(in);
    close(ends[0]);
    close(ends[1]);
}

/* Ranges that no file can have. */
static void ranges_out_of_reach(void)
{
    char name[] = "/tmp/ranges.XXXXXX";
    int fd = mkstemp(name), other = open(name, O_RDWR);
    loff_t from = 0, to = 200;
    CHECK_EQUAL(5, write(fd, "hello", 5));
    CHECK_ERRNO(EOVERFLOW, copy_file_range(fd, &from, other, &to, -1, 0));
    from = INT64_MAX;
    CHECK_EQUAL(0, copy_file_range(fd, &from, other, &to, 5, 0));
    close(other);
    close(fd);
    unlink(name);
}

/* What hands out records, or nothing, is no source for a pipe. */
static void no_bytes_to_splice(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    int sources[] = {inotify_init1(IN_NONBLOCK), eventfd(1, EFD_NONBLOCK), epoll_create1(0), open("/tmp", O_RDONLY),
        timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), open("/proc", O_RDONLY)};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        loff_t place = 0;
        CHECK(sources[i] >= 0);
        CHECK_ERRNO(EINVAL, splice(sources[i], NULL, ends[1], NULL, 100, 0));
        CHECK_ERRNO(EINVAL, splice(sources[i], &place, ends[1], NULL, 100, 0));
        CHECK_ERRNO(ESPIPE, splice(ends[0], &place, sources[i], NULL, 1, SPLICE_F_NONBLOCK));
        close(sources[i]);
    }
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)(i * 7 + i / 251);
    }
    sending();
    copying();
    splicing();
    memory_files();
    no_bytes_to_splice();
    no_bytes_are_taken();
    ranges_out_of_reach();
    return check_done();
}
