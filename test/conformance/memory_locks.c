/* mlock(2), mlock2(2), mlockall(2), RLIMIT_MEMLOCK, and what else heeds locked memory. */
#include "check.h"
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { PAGE = 4096 };

static long locked_kb(void)
{
    char line[256];
    long kb = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        sscanf(line, "VmLck: %ld", &kb);
    }
    fclose(status);
    return kb;
}

static char *map(int pages, int flags)
{
    return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void locking(void)
{
    unsigned char in[8];
    char *pages = map(8, 0);
    CHECK_EQUAL(0, locked_kb());
    CHECK_EQUAL(0, mlock(pages + PAGE + 5, PAGE));
    CHECK_EQUAL(8, locked_kb());
    CHECK_EQUAL(0, mincore(pages, 8 * PAGE, in));
    CHECK_EQUAL(0, in[0] & 1);
    CHECK_EQUAL(1, in[1] & 1);
    CHECK_EQUAL(1, in[2] & 1);
    CHECK_EQUAL(0, in[3] & 1);
    CHECK_EQUAL(0, mlock(pages, 8 * PAGE));
    CHECK_EQUAL(32, locked_kb());
    CHECK_ERRNO(EINVAL, madvise(pages, PAGE, MADV_DONTNEED));
    CHECK_ERRNO(EBUSY, msync(pages, PAGE, MS_SYNC | MS_INVALIDATE));
    CHECK_EQUAL(0, munlock(pages + 4 * PAGE, 2 * PAGE));
    CHECK_EQUAL(24, locked_kb());
    CHECK_EQUAL(0, madvise(pages + 4 * PAGE, PAGE, MADV_DONTNEED));
    pid_t child = fork();
    if (child == 0) {
        _exit(locked_kb() != 0);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, munmap(pages, 8 * PAGE));
    CHECK_EQUAL(0, locked_kb());
    CHECK_ERRNO(ENOMEM, mlock(pages, PAGE));
    CHECK_ERRNO(EINVAL, syscall(SYS_mlock2, pages, PAGE, 2));
    pages = map(2, 0);
    CHECK_EQUAL(0, syscall(SYS_mlock2, pages, 2 * PAGE, MLOCK_ONFAULT));
    CHECK_EQUAL(8, locked_kb());
    CHECK_EQUAL(0, mincore(pages, 2 * PAGE, in));
    CHECK_EQUAL(0, in[0] & 1);
    munmap(pages, 2 * PAGE);
    pages = map(2, MAP_LOCKED);
    CHECK_EQUAL(8, locked_kb());
    CHECK_EQUAL(0, mincore(pages, 2 * PAGE, in));
    CHECK_EQUAL(1, in[1] & 1);
    munmap(pages, 2 * PAGE);
}

static void everything(void)
{
    unsigned char in[1];
    CHECK_ERRNO(EINVAL, mlockall(0));
    CHECK_ERRNO(EINVAL, mlockall(MCL_ONFAULT));
    CHECK_ERRNO(EINVAL, mlockall(64));
    CHECK_EQUAL(0, mlockall(MCL_FUTURE));
    CHECK_EQUAL(0, locked_kb());
    char *page = map(1, 0);
    CHECK_EQUAL(4, locked_kb());
    CHECK_EQUAL(0, mincore(page, PAGE, in));
    CHECK_EQUAL(1, in[0] & 1);
    munmap(page, PAGE);
    CHECK_EQUAL(0, mlockall(MCL_CURRENT));
    CHECK(locked_kb() > 100);
    page = map(1, 0);
    CHECK_EQUAL(0, mincore(page, PAGE, in));
    CHECK_EQUAL(0, in[0] & 1);
    CHECK_EQUAL(0, munlockall());
    CHECK_EQUAL(0, locked_kb());
    munmap(page, PAGE);
}

static void limited(void)
{
    struct rlimit limit = {4 * PAGE, 4 * PAGE};
    char *pages = map(8, 0);
    CHECK_EQUAL(0, setrlimit(RLIMIT_MEMLOCK, &limit));
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    CHECK_EQUAL(0, mlock(pages, 3 * PAGE));
    CHECK_EQUAL(0, mlock(pages + PAGE, 3 * PAGE));
    CHECK_ERRNO(ENOMEM, mlock(pages + 4 * PAGE, PAGE));
    CHECK_ERRNO(EAGAIN, map(1, MAP_LOCKED) == MAP_FAILED ? -1 : 0);
    CHECK_ERRNO(ENOMEM, mlockall(MCL_CURRENT));
    CHECK_EQUAL(0, mlockall(MCL_FUTURE));
    CHECK_ERRNO(EAGAIN, map(1, 0) == MAP_FAILED ? -1 : 0);
    CHECK_EQUAL(0, munlock(pages, PAGE));
    CHECK(map(1, 0) != MAP_FAILED);
    limit.rlim_cur = 0;
    CHECK_EQUAL(0, setrlimit(RLIMIT_MEMLOCK, &limit));
    CHECK_ERRNO(EPERM, mlock(pages, PAGE));
    CHECK_ERRNO(EPERM, mlockall(MCL_CURRENT));
    CHECK_EQUAL(0, munlockall());
    CHECK_ERRNO(EPERM, map(1, MAP_LOCKED) == MAP_FAILED ? -1 : 0);
    CHECK(map(1, 0) != MAP_FAILED);
}

int main(void)
{
    locking();
    everything();
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        limited();
        fflush(stdout);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    return check_done();
}
