/*
 * Random mmap(2), munmap(2), mprotect(2), mremap(2), madvise(2) and accesses against a model of pages, and calls with
 * nonsense in between. The numbers are the same in every run, so a failure can be repeated.
 */
#include "check.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { PAGE = 4096, PAGES = 96, STEPS = 20000, UNMAPPED = -1 };

static char *const base = (char *)0x100000000;
static struct {
    int protection;
    int value;
} model[PAGES];
static uint64_t state = 88172645463325252u;
static sigjmp_buf back;

static unsigned long next(unsigned long limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return limit == 0 ? state : state % limit;
}

static void on_fault(int signal)
{
    siglongjmp(back, signal);
}

static int faults(int page, int write, int *value)
{
    volatile int *word = (int *)(base + (long)page * PAGE);
    int signal = sigsetjmp(back, 1);
    if (signal == 0) {
        if (write) {
            *word = *value;
        } else {
            *value = *word;
        }
    }
    return signal != 0;
}

static int all_mapped(int page, int count)
{
    for (int i = page; i < page + count; i++) {
        if (model[i].protection == UNMAPPED) {
            return 0;
        }
    }
    return 1;
}

static void set(int page, int count, int protection, int value)
{
    for (int i = page; i < page + count; i++) {
        model[i].protection = protection;
        model[i].value = value;
    }
}

static void access_page(int page, int write)
{
    int value = (int)next(0);
    int protection = model[page].protection;
    int expected = protection <= 0 || (write && (protection & PROT_WRITE) == 0);
    CHECK_EQUAL(expected, faults(page, write, &value));
    if (!expected && write) {
        model[page].value = value;
    } else if (!expected) {
        CHECK_EQUAL(model[page].value, value);
    }
}

static void move(int page, int count, int target)
{
    if (!all_mapped(page, count) || (target < page + count && page < target + count)) {
        return;
    }
    char *to = base + (long)target * PAGE;
    void *moved = mremap(base + (long)page * PAGE, (long)count * PAGE, (long)count * PAGE,
                         MREMAP_MAYMOVE | MREMAP_FIXED, to);
    if (moved == MAP_FAILED) {
        /* The pages were of several mappings, which Linux moves since 6.17 only. Whether the target is cleared before
           that is noticed depends on the version, too. */
        CHECK_EQUAL(EFAULT, errno);
        CHECK_EQUAL(0, munmap(to, (size_t)count * PAGE));
        set(target, count, UNMAPPED, 0);
        return;
    }
    CHECK(moved == to);
    memcpy(&model[target], &model[page], (size_t)count * sizeof model[0]);
    set(page, count, UNMAPPED, 0);
}

static void step(void)
{
    static const int protections[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE};
    int page = (int)next(PAGES), count = 1 + (int)next(PAGES - page < 24 ? PAGES - page : 24);
    int protection = protections[next(4)];
    char *at = base + (long)page * PAGE;
    size_t bytes = (size_t)count * PAGE;
    switch (next(9)) {
    case 0:
        CHECK(mmap(at, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == at);
        set(page, count, protection, 0);
        break;
    case 1:
        CHECK_EQUAL(0, munmap(at, bytes));
        set(page, count, UNMAPPED, 0);
        break;
    case 2:
        if (all_mapped(page, count)) {
            CHECK_EQUAL(0, mprotect(at, bytes, protection));
            for (int i = page; i < page + count; i++) {
                model[i].protection = protection;
            }
        }
        break;
    case 3:
        if (all_mapped(page, count)) {
            CHECK_EQUAL(0, madvise(at, bytes, MADV_DONTNEED));
            for (int i = page; i < page + count; i++) {
                model[i].value = 0;
            }
        }
        break;
    case 4:
        move(page, count, (int)next(PAGES - count + 1));
        break;
    default:
        access_page(page, next(2) != 0);
    }
}

/* Arguments that cannot be right: every call fails, and nothing of ours changes. */
static void nonsense(void)
{
    unsigned long kernel = ~0ul << 47 | next(0) << 12;
    unsigned long odd = (unsigned long)base + 1 + next(PAGE - 1);
    CHECK(syscall(SYS_mmap, kernel, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == -1);
    CHECK(syscall(SYS_mmap, odd, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == -1);
    CHECK(syscall(SYS_munmap, kernel, PAGE) == -1);
    CHECK(syscall(SYS_munmap, base, ~0ul - next(1ul << 40)) == -1);
    CHECK(syscall(SYS_mprotect, odd, PAGE, PROT_READ) == -1);
    CHECK(syscall(SYS_mprotect, base, PAGE, 1 << 16) == -1);
    CHECK(syscall(SYS_mremap, odd, PAGE, PAGE, MREMAP_MAYMOVE, 0) == -1);
    CHECK(syscall(SYS_mremap, base, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, kernel) == -1);
    CHECK(syscall(SYS_madvise, odd, PAGE, MADV_DONTNEED) == -1);
    CHECK(syscall(SYS_mincore, base, PAGES * PAGE, kernel) == -1);
    CHECK(syscall(SYS_msync, odd, PAGE, MS_SYNC) == -1);
}

int main(void)
{
    CHECK(signal(SIGSEGV, on_fault) != SIG_ERR);
    CHECK_EQUAL(0, munmap(base, PAGES * PAGE));
    set(0, PAGES, UNMAPPED, 0);
    for (int i = 0; i < STEPS; i++) {
        step();
        if (i % 64 == 0) {
            nonsense();
        }
    }
    for (int page = 0; page < PAGES; page++) {
        access_page(page, 0);
    }
    return check_done();
}
