/*
 * The flags of mmap(2) that are about more than access: MAP_GROWSDOWN, MAP_POPULATE, MAP_HUGETLB, MAP_STACK, hints of
 * madvise(2), and the limits of getrlimit(2) that memory meets: RLIMIT_AS, RLIMIT_STACK.
 */
#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

enum { PAGE = 4096 };

static char *anonymous(size_t bytes, int flags)
{
    return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static int resident(char *start, size_t bytes)
{
    unsigned char pages[64] = {0};
    int count = 0;
    CHECK_EQUAL(0, mincore(start, bytes, pages));
    for (size_t i = 0; i < bytes / PAGE; i++)
        count += pages[i] & 1;
    return count;
}

static void populating(void)
{
    char *lazy = anonymous(16 * PAGE, 0);
    CHECK_EQUAL(0, resident(lazy, 16 * PAGE));
    char *eager = anonymous(16 * PAGE, MAP_POPULATE);
    CHECK_EQUAL(16, resident(eager, 16 * PAGE));
    CHECK_EQUAL(0, eager[5 * PAGE]);
    lazy[3 * PAGE] = 1;
    CHECK(resident(lazy + 3 * PAGE, PAGE) == 1);
    CHECK_EQUAL(0, madvise(lazy, 8 * PAGE, MADV_POPULATE_WRITE));
    CHECK(resident(lazy, 16 * PAGE) >= 8);
    CHECK_EQUAL(1, lazy[3 * PAGE]);
    CHECK_EQUAL(0, madvise(lazy, 16 * PAGE, MADV_POPULATE_READ));
    CHECK_EQUAL(16, resident(lazy, 16 * PAGE));
    CHECK_EQUAL(0, mprotect(lazy, 16 * PAGE, PROT_READ));
    CHECK_ERRNO(EINVAL, madvise(lazy, PAGE, MADV_POPULATE_WRITE));
    munmap(lazy + 8 * PAGE, PAGE);
    CHECK_ERRNO(ENOMEM, madvise(lazy, 16 * PAGE, MADV_POPULATE_READ));
    CHECK_ERRNO(ENOMEM, mincore(lazy, 16 * PAGE, (unsigned char[16]){0}));
    CHECK_ERRNO(EINVAL, mincore(lazy + 1, PAGE, (unsigned char[16]){0}));
    CHECK_ERRNO(EFAULT, mincore(lazy, PAGE, (unsigned char *)8));
    munmap(lazy, 16 * PAGE);
    munmap(eager, 16 * PAGE);
}

static void hints(void)
{
    char *memory = anonymous(16 * PAGE, MAP_STACK | MAP_NORESERVE);
    CHECK(memory != MAP_FAILED);
    CHECK(madvise(memory, 16 * PAGE, MADV_HUGEPAGE) == 0 || errno == EINVAL);
    CHECK(madvise(memory, 16 * PAGE, MADV_NOHUGEPAGE) == 0 || errno == EINVAL);
    memory[0] = 1;
    CHECK_EQUAL(0, madvise(memory, 16 * PAGE, MADV_SEQUENTIAL));
    CHECK_EQUAL(0, madvise(memory, 16 * PAGE, MADV_WILLNEED));
    CHECK_EQUAL(1, memory[0]);
    CHECK_ERRNO(EINVAL, madvise(memory, PAGE, 9999));
    CHECK_ERRNO(EINVAL, madvise(memory + 1, PAGE, MADV_NORMAL));
    munmap(memory, 16 * PAGE);
    /* There are no huge pages unless somebody set some aside. */
    FILE *reserved = fopen("/proc/sys/vm/nr_hugepages", "r");
    int count = -1;
    if (reserved != NULL) {
        CHECK_EQUAL(1, fscanf(reserved, "%d", &count));
        fclose(reserved);
    }
    if (count == 0)
        CHECK(anonymous(2 << 20, MAP_HUGETLB) == MAP_FAILED && errno == ENOMEM);
    int fd = open("/dev/zero", O_RDONLY);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_HUGETLB, fd, 0) == MAP_FAILED && errno == EINVAL);
    close(fd);
}

/* A stack of one's own making: it grows to where it is touched, but not close to what lies below it. */
static void growing(void)
{
    enum { ROOM = 1024 * PAGE };
    char *area = mmap(NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_EQUAL(0, munmap(area, ROOM));
    char *stack = mmap(area + ROOM - 2 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
    CHECK(stack == area + ROOM - 2 * PAGE);
    for (volatile char *place = stack + PAGE; place > stack - 100 * PAGE; place -= PAGE)
        *place = 7;
    CHECK_EQUAL(7, stack[-99 * PAGE]);
    CHECK_EQUAL(7, stack[PAGE]);
    unsigned char page;
    CHECK_EQUAL(0, mincore(stack - 99 * PAGE, PAGE, &page));
    CHECK_ERRNO(ENOMEM, mincore(stack - 200 * PAGE, PAGE, &page));
    /* The gap of 256 pages to another mapping stays. */
    char *below = mmap(area, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(below == area);
    for (volatile char *place = stack - 100 * PAGE; place > area + 300 * PAGE; place -= PAGE)
        *place = 8;
    area[200 * PAGE] = 9;
    CHECK(!"the gap was not kept");
}

static void only_private_memory_grows(void)
{
    int fd = open("/proc/self/exe", O_RDONLY);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0) == MAP_FAILED && errno == EINVAL);
    close(fd);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0) == MAP_FAILED
          && errno == EINVAL);
}

static void address_space(void)
{
    char *kept = anonymous(64 * PAGE, 0);
    struct rlimit limit = {128 << 20, 512 << 20}, now;
    CHECK_EQUAL(0, setrlimit(RLIMIT_AS, &limit));
    CHECK_EQUAL(0, getrlimit(RLIMIT_AS, &now));
    CHECK_EQUAL(128 << 20, now.rlim_cur);
    char *half = anonymous(60 << 20, 0);
    CHECK(half != MAP_FAILED);
    CHECK(anonymous(100 << 20, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(mmap(NULL, 100 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED);
    CHECK(mremap(kept, 64 * PAGE, 100 << 20, MREMAP_MAYMOVE) == MAP_FAILED && errno == ENOMEM);
    CHECK(sbrk(100 << 20) == (void *)-1 && errno == ENOMEM);
    CHECK(malloc(100 << 20) == NULL);
    CHECK_EQUAL(0, munmap(half, 60 << 20));
    limit.rlim_cur = limit.rlim_max;
    CHECK_EQUAL(0, setrlimit(RLIMIT_AS, &limit));
    CHECK(anonymous(100 << 20, 0) != MAP_FAILED);
    limit.rlim_cur = limit.rlim_max + 1;
    CHECK_ERRNO(EINVAL, setrlimit(RLIMIT_AS, &limit));
}

static __attribute__((noinline)) int deep(int frames)
{
    volatile char frame[16384];
    frame[0] = frames;
    return frames == 0 ? 0 : deep(frames - 1) + frame[0];
}

static void one_megabyte_of_stack(void)
{
    struct rlimit limit = {1 << 20, RLIM_INFINITY};
    CHECK_EQUAL(0, setrlimit(RLIMIT_STACK, &limit));
    CHECK(deep(30) >= 0);
    deep(100);
    CHECK(!"the limit of the stack does not bind");
}

static void four_megabytes_of_stack(void)
{
    struct rlimit limit = {4 << 20, RLIM_INFINITY};
    CHECK_EQUAL(0, setrlimit(RLIMIT_STACK, &limit));
    deep(150);
}

/* Where valgrind loads programs and linkers put fixed ones: all of it is the program's. */
static void low_addresses(void)
{
    for (size_t at = 0x100000; at < 0x400000; at += 0x100000) {
        void *wanted = (void *)at;
        CHECK(mmap(wanted, 0x100000, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == wanted);
        CHECK_EQUAL(0, munmap(wanted, 0x100000));
    }
}

int main(void)
{
    low_addresses();
    populating();
    hints();
    only_private_memory_grows();
    int status = in_child(growing);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    CHECK_EQUAL(0, in_child(address_space));
    status = in_child(one_megabyte_of_stack);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    CHECK_EQUAL(0, in_child(four_megabytes_of_stack));
    return check_done();
}
