/* kcmp(2), and syslog(2). */
#include "check.h"
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static long compare(pid_t a, pid_t b, int type, long first, long second)
{
    return syscall(SYS_kcmp, a, b, type, first, second);
}

static int wait_for_end(void *ends)
{
    char byte;
    close(((int *) ends)[1]);
    return read(((int *) ends)[0], &byte, 1) == 0 ? 0 : 1;
}

static void files(void)
{
    pid_t self = getpid();
    int one = open("/", O_RDONLY), same = dup(one), other = open("/", O_RDONLY);
    CHECK_EQUAL(0, compare(self, self, KCMP_FILE, one, same));
    CHECK(compare(self, self, KCMP_FILE, one, other) > 0);
    CHECK_ERRNO(EBADF, compare(self, self, KCMP_FILE, one, 900));
    CHECK_ERRNO(EINVAL, compare(self, self, 99, 0, 0));
    CHECK_ERRNO(ESRCH, compare(self, 4000000, KCMP_VM, 0, 0));
    close(one);
    close(same);
    close(other);
}

/* KCMP_EPOLL_TFD: whether a file is the one that an epoll was given under a number. */
static void epolled(void)
{
    pid_t self = getpid();
    int epoll = epoll_create1(0), ends[2], first[2];
    struct epoll_event event = {.events = EPOLLIN};
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(0, pipe(first));
    int kept = dup(first[0]);
    CHECK_EQUAL(0, epoll_ctl(epoll, EPOLL_CTL_ADD, first[0], &event));
    /* The number stands for another file now, and both are watched under it. */
    CHECK_EQUAL(first[0], dup2(ends[0], first[0]));
    CHECK_EQUAL(0, epoll_ctl(epoll, EPOLL_CTL_ADD, first[0], &event));
    struct kcmp_epoll_slot slot = {.efd = epoll, .tfd = first[0]};
    int found = 0;
    for (slot.toff = 0; slot.toff < 2; slot.toff++) {
        found += compare(self, self, KCMP_EPOLL_TFD, kept, (long) &slot) == 0 ? 1 : 0;
        found += compare(self, self, KCMP_EPOLL_TFD, ends[0], (long) &slot) == 0 ? 10 : 0;
    }
    CHECK_EQUAL(11, found);
    CHECK_ERRNO(ENOENT, compare(self, self, KCMP_EPOLL_TFD, kept, (long) &slot));
    slot = (struct kcmp_epoll_slot){.efd = ends[0], .tfd = first[0]};
    CHECK_ERRNO(EINVAL, compare(self, self, KCMP_EPOLL_TFD, kept, (long) &slot));
    slot.efd = 900;
    CHECK_ERRNO(EBADF, compare(self, self, KCMP_EPOLL_TFD, kept, (long) &slot));
    CHECK_ERRNO(EBADF, compare(self, self, KCMP_EPOLL_TFD, 900, (long) &slot));
    CHECK_ERRNO(EFAULT, compare(self, self, KCMP_EPOLL_TFD, kept, 8));
    int all[] = {epoll, kept, first[0], first[1], ends[0], ends[1]};
    for (int i = 0; i < 6; i++) {
        close(all[i]);
    }
}

static void tasks(void)
{
    static const struct {
        int type, flag;
    } kinds[] = {{KCMP_VM, CLONE_VM}, {KCMP_FILES, CLONE_FILES}, {KCMP_FS, CLONE_FS}, {KCMP_SIGHAND, CLONE_SIGHAND}};
    static int ends[2];
    enum { STACK = 65536 };
    for (int shared = 0; shared < 2; shared++) {
        char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK_EQUAL(0, pipe(ends));
        int flags = shared ? CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_IO : 0;
        pid_t child = clone(wait_for_end, stack + STACK, flags | SIGCHLD, ends);
        CHECK(child > 0);
        for (int i = 0; i < 4; i++) {
            int same = compare(getpid(), child, kinds[i].type, 0, 0) == 0;
            CHECK_EQUAL((flags & kinds[i].flag) != 0, same);
        }
        CHECK_EQUAL(0, compare(getpid(), child, KCMP_FILE, ends[0], ends[0]));
        close(ends[1]);
        int status = -1;
        CHECK_EQUAL(child, waitpid(child, &status, 0));
        CHECK_EQUAL(0, status);
        close(ends[0]);
        munmap(stack, STACK);
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        setresuid(1000, 1000, 1000);
        _exit(compare(getpid(), getppid(), KCMP_VM, 0, 0) == -1 && errno == EPERM ? 0 : 1);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void kernel_log(void)
{
    static char text[1 << 16];
    CHECK_ERRNO(EINVAL, klogctl(11, NULL, 0));
    if (klogctl(9, NULL, 0) == -1 && errno == EPERM) {
        /* Root of a container may lack CAP_SYSLOG. */
        return;
    }
    CHECK_ERRNO(EINVAL, klogctl(3, NULL, 1));
    CHECK_ERRNO(EINVAL, klogctl(3, text, -1));
    CHECK_ERRNO(EINVAL, klogctl(8, NULL, 9));
    int size = klogctl(10, NULL, 0);
    CHECK(size >= 4096);
    int length = klogctl(3, text, sizeof text);
    CHECK(length > 0 && text[0] == '<' && text[length - 1] == '\n');
    CHECK(klogctl(9, NULL, 0) >= 0);
}

int main(void)
{
    files();
    epolled();
    tasks();
    kernel_log();
    return check_done();
}
