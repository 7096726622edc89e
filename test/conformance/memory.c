/* mmap(2), munmap(2), mprotect(2), mremap(2), brk(2), madvise(2), and what faults raise. */
#include "check.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

static sigjmp_buf back;
static volatile int caught, code;
static void *volatile where;

static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)context;
    caught = signal;
    code = info->si_code;
    where = info->si_addr;
    siglongjmp(back, 1);
}

/* The signal that a one-byte access raises, or 0. */
static int touch(volatile char *address, int write)
{
    caught = 0;
    if (sigsetjmp(back, 1) == 0) {
        if (write) {
            *address = 1;
        } else {
            (void)*address;
        }
    }
    return caught;
}

static void anonymous(void)
{
    char *m = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(m != MAP_FAILED);
    for (int i = 0; i < 8 * PAGE; i += 512) {
        CHECK_EQUAL(0, m[i]);
    }
    memset(m, 7, 8 * PAGE);
    CHECK_EQUAL(0, mprotect(m + PAGE, PAGE, PROT_READ));
    CHECK_EQUAL(SIGSEGV, touch(m + PAGE + 5, 1));
    CHECK_EQUAL(SEGV_ACCERR, code);
    CHECK(where == m + PAGE + 5);
    CHECK_EQUAL(0, touch(m + PAGE + 5, 0));
    CHECK_EQUAL(0, munmap(m + 2 * PAGE, PAGE));
    CHECK_EQUAL(SIGSEGV, touch(m + 2 * PAGE, 0));
    CHECK_EQUAL(SEGV_MAPERR, code);
    CHECK_EQUAL(7, m[3 * PAGE]);
    CHECK_EQUAL(0, madvise(m + 4 * PAGE, PAGE, MADV_DONTNEED));
    CHECK_EQUAL(0, m[4 * PAGE]);
    CHECK_ERRNO(ENOMEM, mprotect(m, 4 * PAGE, PROT_READ | PROT_WRITE));
    CHECK_ERRNO(EINVAL, munmap(m + 1, PAGE));
    CHECK_ERRNO(EINVAL, munmap(m, 0));
    CHECK_EQUAL(0, munmap(m, 8 * PAGE));
    CHECK_EQUAL(0, munmap(m, 8 * PAGE));
    CHECK_ERRNO(EINVAL, (long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK_ERRNO(EINVAL, (long)mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
    CHECK_ERRNO(EBADF, (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0));
    CHECK_ERRNO(ENOMEM, (long)mmap(NULL, 1UL << 62, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    char *huge = mmap(NULL, 1UL << 36, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(huge != MAP_FAILED);
    CHECK_EQUAL(0, munmap(huge, 1UL << 36));
}

static void placed(void)
{
    char *m = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    m[0] = 1;
    CHECK_ERRNO(EEXIST, (long)mmap(m, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
    CHECK(mmap(m, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == m);
    CHECK_EQUAL(0, m[0]);
    m[2 * PAGE] = 5;
    char *moved = mremap(m + 2 * PAGE, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED);
    CHECK_EQUAL(5, moved[0]);
    CHECK_EQUAL(0, moved[63 * PAGE]);
    CHECK(mremap(moved, 64 * PAGE, PAGE, 0) == moved);
    CHECK_EQUAL(SIGSEGV, touch(moved + PAGE, 0));
    CHECK_ERRNO(EFAULT, (long)mremap((void *)(1UL << 40), PAGE, 2 * PAGE, MREMAP_MAYMOVE));
    void *top = sbrk(0);
    CHECK(sbrk(3 * PAGE) == top);
    memset(top, 1, 3 * PAGE);
    CHECK(sbrk(-3 * PAGE) != (void *)-1);
    CHECK(sbrk(0) == top);
}

static void files(void)
{
    char name[] = "/tmp/memory.XXXXXX";
    int fd = mkstemp(name);
    CHECK_EQUAL(0, ftruncate(fd, PAGE + 100));
    CHECK_EQUAL(3, pwrite(fd, "abc", 3, 0));
    char *shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *private = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(memcmp(shared, "abc", 3) == 0);
    shared[1] = 'X';
    char buffer[3];
    CHECK_EQUAL(3, pread(fd, buffer, 3, 0));
    CHECK(memcmp(buffer, "aXc", 3) == 0);
    CHECK_EQUAL('X', private[1]);
    private[1] = 'P';
    CHECK_EQUAL('X', shared[1]);
    CHECK_EQUAL(3, pwrite(fd, "xyz", 3, PAGE));
    CHECK_EQUAL('y', shared[PAGE + 1]);
    CHECK_EQUAL(0, shared[PAGE + 200]);
    CHECK_EQUAL(0, msync(shared, 2 * PAGE, MS_SYNC));
    CHECK_EQUAL(0, ftruncate(fd, PAGE));
    CHECK_EQUAL(SIGBUS, touch(shared + PAGE, 0));
    CHECK_EQUAL(0, munmap(shared, 2 * PAGE));
    int reader = open(name, O_RDONLY);
    CHECK_ERRNO(EACCES, (long)mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, reader, 0));
    CHECK_ERRNO(EINVAL, (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 100));
    CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, reader, 0) != MAP_FAILED);
    int directory = open("/tmp", O_RDONLY);
    CHECK_ERRNO(ENODEV, (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, directory, 0));
    unlink(name);
}

/* remap_file_pages(2): the pages of a file in another order. */
static void remapped(void)
{
    char name[] = "/tmp/remapped.XXXXXX", page[PAGE];
    int fd = mkstemp(name);
    unlink(name);
    for (int i = 0; i < 4; i++) {
        memset(page, 'a' + i, sizeof page);
        CHECK_EQUAL(PAGE, write(fd, page, sizeof page));
    }
    char *map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    close(fd);
    CHECK_EQUAL('a', map[0]);
    for (int i = 0; i < 4; i++)
        CHECK_EQUAL(0, remap_file_pages(map + i * PAGE, PAGE, 0, 3 - i, 0));
    for (int i = 0; i < 4; i++)
        CHECK_EQUAL('d' - i, map[i * PAGE]);
    map[0] = 'x';
    CHECK_EQUAL(0, remap_file_pages(map, PAGE, 0, 0, 0));
    CHECK_EQUAL('a', map[0]);
    CHECK_EQUAL(0, remap_file_pages(map, PAGE, 0, 3, 0));
    CHECK_EQUAL('x', map[0]);
    CHECK_ERRNO(EINVAL, remap_file_pages(own, PAGE, 0, 0, 0));
    CHECK_ERRNO(EINVAL, remap_file_pages(map, PAGE, PROT_READ, 0, 0));
    CHECK_ERRNO(EINVAL, remap_file_pages(map, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, remap_file_pages((void *)4096, PAGE, 0, 0, 0));
    CHECK_ERRNO(EINVAL, remap_file_pages(map, PAGE, 0, -1UL, 0));
    CHECK_ERRNO(EOVERFLOW, remap_file_pages(map, PAGE, 0, (1UL << 52) + 1, 0));
    CHECK_ERRNO(EOVERFLOW, remap_file_pages(map, PAGE, 0, 1UL << 63, 0));
    /* What was locked stays so. */
    CHECK_EQUAL(0, mlock(map, 2 * PAGE));
    CHECK_EQUAL(0, remap_file_pages(map, PAGE, 0, 1, 0));
    CHECK_ERRNO(EBUSY, msync(map, PAGE, MS_INVALIDATE));
    CHECK_EQUAL(0, munlock(map, 2 * PAGE));
    CHECK_EQUAL(0, msync(map, PAGE, MS_INVALIDATE));
    munmap(own, PAGE);
    munmap(map, 4 * PAGE);
}

/* What is locked does not go before its time. */
static void locked(void)
{
    char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_EQUAL(0, mlock(page, PAGE));
    CHECK_ERRNO(EINVAL, madvise(page, PAGE, MADV_FREE));
    CHECK_ERRNO(EINVAL, madvise(page, PAGE, MADV_COLD));
    CHECK_ERRNO(EINVAL, madvise(page, PAGE, MADV_PAGEOUT));
    CHECK_EQUAL(0, munlock(page, PAGE));
    CHECK_EQUAL(0, madvise(page, PAGE, MADV_COLD));
    munmap(page, PAGE);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    CHECK_EQUAL(0, sigaction(SIGSEGV, &action, NULL));
    CHECK_EQUAL(0, sigaction(SIGBUS, &action, NULL));
    anonymous();
    locked();
    remapped();
    placed();
    files();
    CHECK_EQUAL(SIGSEGV, touch(NULL, 0));
    CHECK_EQUAL(SIGSEGV, touch((char *)0x7ffffffff000UL + PAGE * 16, 0));
    return check_done();
}
