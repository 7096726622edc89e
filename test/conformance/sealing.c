/*
 * Memory that a program forbids itself to change: mseal(2), PR_SET_MDWE(2const); what mremap(2) leaves behind with
 * MREMAP_DONTUNMAP; and what /proc/PID/smaps, proc_pid_smaps(5), tells of mappings.
 */
#include "child.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef SYS_mseal
#define SYS_mseal 462
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif
#define PR_MDWE_NO_INHERIT 2
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif

enum { PAGE = 4096, READ_WRITE = PROT_READ | PROT_WRITE };

static char *map(size_t pages, int protection)
{
    char *start = mmap(NULL, pages * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(start != MAP_FAILED);
    return start;
}

static long seal(void *start, size_t bytes, unsigned long flags)
{
    return syscall(SYS_mseal, start, bytes, flags);
}

static void sealed(void)
{
    char *start = map(4, READ_WRITE);
    start[PAGE] = 7;
    CHECK_ERRNO(EINVAL, seal(start, PAGE, 1));
    CHECK_ERRNO(EINVAL, seal(start + 1, PAGE, 0));
    CHECK_ERRNO(EINVAL, seal(start, -PAGE, 0));
    CHECK_EQUAL(0, seal(start, 0, 0));
    CHECK_EQUAL(0, seal(start + PAGE, PAGE + 1, 0));
    CHECK_EQUAL(0, seal(start + PAGE, 2 * PAGE, 0));

    CHECK_ERRNO(EPERM, munmap(start, 4 * PAGE));
    CHECK_ERRNO(EPERM, mprotect(start + 2 * PAGE, PAGE, PROT_READ));
    CHECK_ERRNO(EPERM, (long)mmap(start + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    CHECK_ERRNO(EPERM, (long)mremap(start + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
    char *other = map(1, READ_WRITE);
    CHECK_ERRNO(EPERM, (long)mremap(other, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, start + PAGE));
    CHECK_EQUAL(0, munmap(other, PAGE));
    CHECK_EQUAL(7, start[PAGE]);
    /* What may be written to may be emptied as well. */
    CHECK_EQUAL(0, madvise(start + PAGE, PAGE, MADV_DONTNEED));
    CHECK_EQUAL(0, start[PAGE]);
    CHECK_EQUAL(0, munmap(start, PAGE));
    CHECK_EQUAL(0, mprotect(start + 3 * PAGE, PAGE, PROT_READ));
    CHECK_ERRNO(ENOMEM, seal(start, 4 * PAGE, 0));

    char *constant = map(1, READ_WRITE);
    *constant = 9;
    CHECK_EQUAL(0, mprotect(constant, PAGE, PROT_READ));
    CHECK_EQUAL(0, seal(constant, PAGE, 0));
    CHECK_ERRNO(EPERM, madvise(constant, PAGE, MADV_DONTNEED));
    CHECK_ERRNO(EPERM, madvise(constant, PAGE, MADV_DONTFORK));
    CHECK_EQUAL(0, madvise(constant, PAGE, MADV_WILLNEED));
    pid_t child = fork();
    if (child == 0) {
        _exit(munmap(constant, PAGE) == 0 || errno != EPERM);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void refuses_execution(void)
{
    CHECK_ERRNO(EINVAL, prctl(PR_SET_MDWE, 4, 0, 0, 0));
    CHECK_ERRNO(EINVAL, prctl(PR_SET_MDWE, PR_MDWE_NO_INHERIT, 0, 0, 0));
    CHECK_ERRNO(EINVAL, prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 1));
    CHECK_ERRNO(EINVAL, prctl(PR_GET_MDWE, 1, 0, 0, 0));
    CHECK_EQUAL(0, prctl(PR_GET_MDWE, 0, 0, 0, 0));
    char *code = map(1, PROT_READ | PROT_EXEC);
    CHECK_EQUAL(0, prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0));
    CHECK_EQUAL(PR_MDWE_REFUSE_EXEC_GAIN, prctl(PR_GET_MDWE, 0, 0, 0, 0));
    CHECK_EQUAL(0, prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0));
    CHECK_ERRNO(EPERM, prctl(PR_SET_MDWE, 0, 0, 0, 0));

    char *data = map(1, READ_WRITE);
    CHECK_ERRNO(EACCES, mprotect(data, PAGE, PROT_READ | PROT_EXEC));
    CHECK_EQUAL(0, mprotect(data, PAGE, PROT_READ));
    CHECK_ERRNO(EACCES, mprotect(data, PAGE, PROT_EXEC));
    CHECK_EQUAL(0, mprotect(code, PAGE, PROT_READ | PROT_EXEC));
    CHECK_EQUAL(0, mprotect(code, PAGE, PROT_READ));
    CHECK_ERRNO(EACCES, mprotect(code, PAGE, PROT_READ | PROT_EXEC));
    CHECK_ERRNO(EACCES, (long)mmap(NULL, PAGE, READ_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK(mmap(NULL, PAGE, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    pid_t child = fork();
    if (child == 0) {
        _exit(prctl(PR_GET_MDWE, 0, 0, 0, 0));
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(PR_MDWE_REFUSE_EXEC_GAIN << 8, status);
}

static void refuses_alone(void)
{
    CHECK_EQUAL(0, prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT, 0, 0, 0));
    pid_t child = fork();
    if (child == 0) {
        _exit(prctl(PR_GET_MDWE, 0, 0, 0, 0));
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void moved_away(void)
{
    char *start = map(2, READ_WRITE);
    start[0] = 1;
    start[PAGE] = 2;
    CHECK_ERRNO(EINVAL, (long)mremap(start, 2 * PAGE, 2 * PAGE, MREMAP_DONTUNMAP));
    CHECK_ERRNO(EINVAL, (long)mremap(start, 2 * PAGE, PAGE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE, NULL));
    char *other = mremap(start, 2 * PAGE, 2 * PAGE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE, NULL);
    CHECK(other != MAP_FAILED && other != start);
    CHECK(other[0] == 1 && other[PAGE] == 2);
    CHECK(start[0] == 0 && start[PAGE] == 0);
    start[0] = 3;
    CHECK_EQUAL(1, other[0]);
    char *place = map(1, PROT_NONE);
    CHECK(place == mremap(other, PAGE, PAGE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE | MREMAP_FIXED, place));
    CHECK(place[0] == 1 && other[0] == 0 && other[PAGE] == 2);

    char *shared = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared[0] = 5;
    char *twin = mremap(shared, PAGE, PAGE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE, NULL);
    CHECK(twin != MAP_FAILED && twin[0] == 5 && shared[0] == 5);
    shared[0] = 6;
    CHECK_EQUAL(6, twin[0]);
}

/* The value in kB of a line of an address in smaps; -1 for none. In flags: whether VmFlags have the two letters. */
static long tells(char *address, const char *name, const char *flag)
{
    FILE *file = fopen("/proc/self/smaps", "r");
    char line[512];
    int inside = 0;
    long value = -1;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned long start, end;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2 && strchr(line, '-') != NULL && strstr(line, "kB") == NULL) {
            inside = (unsigned long)address >= start && (unsigned long)address < end;
        } else if (inside && strncmp(line, name, strlen(name)) == 0) {
            value = flag == NULL ? atol(line + strlen(name)) : strstr(line, flag) != NULL;
        }
    }
    fclose(file);
    return value;
}

static long rolled_up(const char *name)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    char line[512];
    long value = -1;
    CHECK(fgets(line, sizeof line, file) != NULL && strstr(line, " ---p 00000000 00:00 0 ") != NULL);
    CHECK(strstr(line, " [rollup]\n") != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            value = atol(line + strlen(name));
        }
    }
    fclose(file);
    return value;
}

static void sizes(void)
{
    char *start = map(8, READ_WRITE);
    char *middle = start + 3 * PAGE;
    CHECK_EQUAL(0, mprotect(start, 3 * PAGE, PROT_READ));
    CHECK_EQUAL(0, mprotect(start + 7 * PAGE, PAGE, PROT_NONE));
    CHECK_EQUAL(16, tells(middle, "Size:", NULL));
    CHECK_EQUAL(0, tells(middle, "Rss:", NULL));
    /* All of it, since what is next to a page may come in with it. */
    memset(middle, 1, 4 * PAGE);
    CHECK_EQUAL(16, tells(middle, "Rss:", NULL));
    CHECK_EQUAL(16, tells(middle, "Pss:", NULL));
    CHECK_EQUAL(16, tells(middle, "Private_Dirty:", NULL));
    CHECK_EQUAL(16, tells(middle, "Anonymous:", NULL));
    CHECK_EQUAL(0, tells(middle, "Shared_Dirty:", NULL));
    CHECK_EQUAL(0, tells(middle, "Swap:", NULL));
    CHECK_EQUAL(1, tells(middle, "VmFlags:", " rd wr mr mw me "));
    CHECK_EQUAL(1, tells(start, "VmFlags:", " rd mr mw me "));
    CHECK_EQUAL(0, tells(middle, "VmFlags:", " sh "));
    CHECK(rolled_up("Rss:") >= 16 && rolled_up("Private_Dirty:") >= 16);

    pid_t child = fork();
    if (child == 0) {
        /* Shared with the parent until one of both writes. */
        middle[PAGE] = 2;
        long own = tells(middle, "Private_Dirty:", NULL);
        long shared = tells(middle, "Shared_Dirty:", NULL) + tells(middle, "Shared_Clean:", NULL);
        CHECK_EQUAL(16, tells(middle, "Rss:", NULL));
        CHECK(own >= 4 && shared > 0 && own + shared == 16);
        CHECK_EQUAL(own + shared / 2, tells(middle, "Pss:", NULL));
        fflush(stdout);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);

    CHECK_EQUAL(0, tells(middle, "Locked:", NULL));
    CHECK_EQUAL(0, syscall(SYS_mlock2, middle, 4 * PAGE, MLOCK_ONFAULT));
    CHECK_EQUAL(1, tells(middle, "VmFlags:", " lo "));
    CHECK_EQUAL(1, tells(middle, "VmFlags:", " lf "));
    CHECK_EQUAL(16, tells(middle, "Locked:", NULL));
    CHECK_EQUAL(0, mlock(middle, 4 * PAGE));
    CHECK_EQUAL(0, tells(middle, "VmFlags:", " lf "));
    CHECK_EQUAL(16, tells(middle, "Locked:", NULL));
    CHECK_EQUAL(0, munlock(middle, 4 * PAGE));
    CHECK_EQUAL(0, tells(middle, "VmFlags:", " lo "));
    CHECK_EQUAL(0, madvise(middle, 4 * PAGE, MADV_DONTFORK));
    CHECK_EQUAL(1, tells(middle, "VmFlags:", " dc "));
    CHECK_EQUAL(1, tells((char *)&status, "VmFlags:", " gd "));

    char *shared = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared[0] = 1;
    CHECK_EQUAL(1, tells(shared, "VmFlags:", " sh mr mw me ms "));
    CHECK_EQUAL(0, tells(shared, "Anonymous:", NULL));
    CHECK_EQUAL(4, tells(shared, "Rss:", NULL));
}

int main(void)
{
    sealed();
    CHECK_EQUAL(0, in_child(refuses_execution));
    CHECK_EQUAL(0, in_child(refuses_alone));
    moved_away();
    sizes();
    return check_done();
}
