/* The memory of another process: process_madvise(2), process_mrelease(2); names of memory, PR_SET_VMA of prctl(2). */
#include "child.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif
#define PAGE 4096

static long advise(int pidfd, const struct iovec *vector, size_t count, int advice, unsigned flags)
{
    return syscall(440, pidfd, vector, count, advice, flags);
}

static long release(int pidfd, unsigned flags)
{
    return syscall(448, pidfd, flags);
}

static int pidfd_of(pid_t pid)
{
    return syscall(434, pid, 0);
}

static void advice_to_itself(void)
{
    char *memory = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec whole = {memory, 2 * PAGE}, parts[2] = {{memory, PAGE}, {memory + PAGE, PAGE}};
    int self = pidfd_of(getpid()), file = open("/dev/null", O_RDWR);
    CHECK_EQUAL(2 * PAGE, advise(self, &whole, 1, MADV_COLD, 0));
    CHECK_EQUAL(0, advise(self, &whole, 0, MADV_COLD, 0));
    CHECK_ERRNO(EINVAL, advise(self, &whole, 1, MADV_COLD, 1));
    CHECK_ERRNO(EINVAL, advise(self, &whole, 1025, MADV_COLD, 0));
    CHECK_ERRNO(EINVAL, advise(self, &whole, 1, 99, 0));
    CHECK_ERRNO(EFAULT, advise(self, (void *)8, 1, MADV_COLD, 0));
    CHECK_ERRNO(EBADF, advise(file, &whole, 1, MADV_COLD, 0));
    CHECK_ERRNO(EBADF, advise(-1, &whole, 1, MADV_COLD, 0));
    munmap(memory + PAGE, PAGE);
    CHECK_ERRNO(ENOMEM, advise(self, &whole, 1, MADV_COLD, 0));
    CHECK_EQUAL(PAGE, advise(self, parts, 2, MADV_PAGEOUT, 0));
    CHECK_EQUAL(PAGE, advise(self, parts, 2, MADV_WILLNEED, 0));
}

static void others(void)
{
    char *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec page = {memory, PAGE};
    pid_t child = fork();
    if (child == 0) {
        memset(memory, 1, PAGE);
        pause();
    }
    int pidfd = pidfd_of(child);
    CHECK_EQUAL(PAGE, advise(pidfd, &page, 1, MADV_COLD, 0));
    CHECK_ERRNO(EINVAL, advise(pidfd, &page, 1, MADV_DONTNEED, 0));
    CHECK_ERRNO(EINVAL, release(pidfd, 0));
    CHECK_ERRNO(EINVAL, release(pidfd, 1));
    CHECK_ERRNO(EBADF, release(-1, 0));
    CHECK_ERRNO(EBADF, release(0, 0));
    if (geteuid() == 0 && setresuid(-1, 1, 0) == 0) {
        CHECK_ERRNO(EACCES, advise(pidfd, &page, 1, MADV_COLD, 0));
        CHECK_EQUAL(0, setresuid(-1, 0, 0));
    }
    kill(child, SIGKILL);
    /* It is killed, or gone already. */
    long released = release(pidfd, 0);
    CHECK(released == 0 || errno == ESRCH);
    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    CHECK_ERRNO(ESRCH, release(pidfd, 0));
    CHECK_ERRNO(ESRCH, advise(pidfd, &page, 1, MADV_COLD, 0));
}

static int named(const char *name, const char *start)
{
    char line[512], from[32];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    snprintf(from, sizeof(from), "%08lx-", (unsigned long)start);
    while (fgets(line, sizeof(line), maps) != NULL) {
        found |= strncmp(line, from, strlen(from)) == 0 && strstr(line, name) != NULL;
    }
    fclose(maps);
    return found;
}

static int call_it(void *start, size_t length, const char *name)
{
    return prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, start, length, name);
}

static void names(void)
{
    char *memory = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(memory + 4 * PAGE, PAGE);
    if (HOST_LACKS(call_it(memory, PAGE, "first") < 0)) {
        return;
    }
    CHECK(named(" [anon:first]\n", memory));
    CHECK(!named("first", memory + PAGE));
    CHECK_EQUAL(0, call_it(memory + 2 * PAGE, PAGE, "third one"));
    CHECK(named(" [anon:third one]\n", memory + 2 * PAGE));
    CHECK_EQUAL(0, call_it(memory, 4 * PAGE, NULL));
    CHECK(!named("[anon:", memory));
    CHECK_ERRNO(EINVAL, call_it(memory, PAGE, "a[b"));
    CHECK_ERRNO(EINVAL, call_it(memory, PAGE, "a\nb"));
    CHECK_ERRNO(EINVAL, call_it(memory + 1, PAGE, "odd"));
    CHECK_ERRNO(EFAULT, call_it(memory, PAGE, (char *)8));
    CHECK_ERRNO(EINVAL, call_it(memory, PAGE,
        "a name of more than eighty bytes is too long to be a name of memory in a mapping"));
    CHECK_ERRNO(ENOMEM, call_it(memory, 5 * PAGE, "beyond"));
    CHECK(named("[anon:beyond]", memory));
    CHECK_ERRNO(EINVAL, prctl(PR_SET_VMA, 1, memory, PAGE, "what"));
    char *shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK_EQUAL(0, call_it(shared, PAGE, "shared"));
    CHECK(named(" [anon_shmem:shared]\n", shared));
    int program = open("/proc/self/exe", O_RDONLY);
    char *text = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, program, 0);
    CHECK_ERRNO(EBADF, call_it(text, PAGE, "text"));
}

int main(void)
{
    CHECK_EQUAL(0, in_child(advice_to_itself));
    CHECK_EQUAL(0, in_child(others));
    CHECK_EQUAL(0, in_child(names));
    return check_done();
}
