/* What calls answer at their edges, where suites look: which of several errors comes first, and what an odd argument
   means. One function per topic, each with its man page. */
#include "check.h"
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/kcmp.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#define PAGE 4096
/* Not below the end of user addresses. */
#define KERNEL_ADDRESS ((void *)-1)

static char directory[64];

/* Runs as nobody in a child; its exit status is the number of failures. */
static void as_nobody(void (*test)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        CHECK_EQUAL(0, setresgid(65534, 65534, 65534));
        CHECK_EQUAL(0, setresuid(65534, 65534, 65534));
        test();
        fflush(stdout);
        _exit(check_failures > 100 ? 100 : check_failures);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static int make(const char *name, const char *text)
{
    int fd = open(name, O_CREAT | O_TRUNC | O_RDWR, 0644);
    CHECK_EQUAL(strlen(text), write(fd, text, strlen(text)));
    return fd;
}

/* path_resolution(7): a slash at the end asks for a directory. */
static void slashes(void)
{
    close(make("file", ""));
    mkdir("dir", 0755);
    symlink("file", "link");
    CHECK_ERRNO(EISDIR, open("file/", O_RDWR | O_CREAT, 0644));
    CHECK_ERRNO(EISDIR, open("link/", O_RDWR | O_CREAT, 0644));
    CHECK_ERRNO(EISDIR, open("new/", O_RDWR | O_CREAT, 0644));
    CHECK_ERRNO(EISDIR, open("dir/", O_RDONLY | O_CREAT | O_EXCL, 0644));
    CHECK_ERRNO(ENOTDIR, open("file/x/", O_RDWR | O_CREAT, 0644));
    CHECK_ERRNO(EEXIST, mknod("file/", S_IFREG | 0644, 0));
    CHECK_ERRNO(ENOENT, mknod("new/", S_IFREG | 0644, 0));
    CHECK_ERRNO(EEXIST, symlink("a", "dir/"));
    CHECK_ERRNO(ENOENT, symlink("a", "new/"));
    CHECK_ERRNO(EEXIST, link("file", "link/"));
    CHECK_ERRNO(ENOENT, link("file", "new/"));
    CHECK_ERRNO(EFAULT, syscall(SYS_readlink, NULL, directory, sizeof directory));
}

/* chown(2), fcntl(2), sched_setaffinity(2), unshare(2), clone(2): what somebody else may not. */
static void strangers(void)
{
    CHECK_EQUAL(0, chown("owned", -1, -1));
    CHECK_ERRNO(EPERM, chown("owned", 65534, -1));
    int fd = open("owned", O_RDONLY);
    CHECK_ERRNO(EPERM, fcntl(fd, F_SETFL, O_NOATIME));
    CHECK_EQUAL(0, fcntl(fd, F_SETFL, O_NONBLOCK));
    CHECK_ERRNO(EACCES, fcntl(fd, F_SETLEASE, F_RDLCK));
    cpu_set_t cpus;
    CHECK_EQUAL(0, sched_getaffinity(0, sizeof cpus, &cpus));
    CHECK_EQUAL(0, sched_setaffinity(0, sizeof cpus, &cpus));
    CHECK_ERRNO(EPERM, sched_setaffinity(getppid(), sizeof cpus, &cpus));
    CHECK_ERRNO(EPERM, unshare(CLONE_NEWNS));
    CHECK_ERRNO(EPERM, syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, NULL, NULL, NULL, 0));
}

/* read(2), write(2), lseek(2): the address is looked at even where nothing would be moved. */
static void transfers(void)
{
    int fd = make("data", "abc");
    CHECK_ERRNO(EFAULT, read(fd, KERNEL_ADDRESS, 1));
    int null = open("/dev/null", O_RDWR);
    CHECK_ERRNO(EFAULT, write(null, KERNEL_ADDRESS, 1));
    CHECK_ERRNO(EFAULT, read(null, KERNEL_ADDRESS, 1));
    CHECK_ERRNO(EINVAL, lseek(fd, LONG_MAX, SEEK_END));
    CHECK_ERRNO(EINVAL, lseek(fd, -1, SEEK_SET));
    int sockets[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
    char byte;
    CHECK_EQUAL(0, read(sockets[0], &byte, 0));
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets));
    CHECK_EQUAL(1, write(sockets[1], "x", 1));
    CHECK_EQUAL(0, read(sockets[0], &byte, 0));
    CHECK_EQUAL(1, read(sockets[0], &byte, 1));
    int pipes[2];
    CHECK_EQUAL(0, pipe(pipes));
    CHECK_EQUAL(PAGE, fcntl(pipes[1], F_SETPIPE_SZ, 0));
    int readable = open("data", O_RDONLY);
    CHECK_ERRNO(EINVAL, fallocate(readable, 0, -1, 1));
    CHECK_ERRNO(EOPNOTSUPP, fallocate(readable, FALLOC_FL_PUNCH_HOLE, 0, 1));
    CHECK_ERRNO(EBADF, fallocate(readable, 0, 0, 1));
}

/* fcntl(2) F_SETLEASE: granted or not, the refusals are the same. */
static void leases(void)
{
    int fd = make("leased", ""), other = open("leased", O_RDONLY);
    CHECK_EQUAL(F_UNLCK, fcntl(fd, F_GETLEASE));
    CHECK_ERRNO(EAGAIN, fcntl(fd, F_SETLEASE, F_RDLCK));
    CHECK_ERRNO(EAGAIN, fcntl(other, F_SETLEASE, F_WRLCK));
    CHECK_ERRNO(EAGAIN, fcntl(fd, F_SETLEASE, F_UNLCK));
    CHECK_ERRNO(EINVAL, fcntl(fd, F_SETLEASE, 9));
    CHECK_ERRNO(EINVAL, fcntl(open(".", O_RDONLY), F_SETLEASE, F_RDLCK));
}

/* waitid(2), setpgid(2), process_vm_readv(2), kcmp(2), futex(2). */
static void processes(void)
{
    siginfo_t info;
    CHECK_ERRNO(EINVAL, waitid(P_PIDFD, -1, &info, WEXITED));
    CHECK_ERRNO(EBADF, waitid(P_PIDFD, 999, &info, WEXITED));
    CHECK_ERRNO(EINVAL, syscall(SYS_waitid, P_PGID, -5, &info, WEXITED, NULL));
    CHECK_ERRNO(EINVAL, setpgid(-1, 0));
    CHECK_EQUAL(0, process_vm_readv(99999, NULL, 0, NULL, 0, 0));
    /* Neither has semaphores to undo: a parent with threads may have. */
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    CHECK_EQUAL(0, syscall(SYS_kcmp, getpid(), child, KCMP_SYSVSEM, 0, 0));
    kill(child, SIGKILL);
    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    uint32_t word = 1;
    CHECK_ERRNO(ENOSYS, syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 2, NULL, NULL, 0));
}

/* clock_nanosleep(2), timer_create(2): clocks that can be read and not waited for. */
static void clocks(void)
{
    struct timespec none = {0, 0};
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    CHECK_EQUAL(EOPNOTSUPP, clock_nanosleep(CLOCK_MONOTONIC_RAW, 0, &none, NULL));
    CHECK_EQUAL(EOPNOTSUPP, clock_nanosleep(CLOCK_REALTIME_COARSE, 0, &none, NULL));
    CHECK_EQUAL(EINVAL, clock_nanosleep(77, 0, &none, NULL));
    CHECK_ERRNO(EOPNOTSUPP, syscall(SYS_timer_create, CLOCK_MONOTONIC_COARSE, &event, &timer));
    CHECK_ERRNO(EINVAL, syscall(SYS_timer_create, 77, &event, &timer));
}

/* mmap(2), madvise(2). */
static void mappings(void)
{
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0) == MAP_FAILED
        && errno == EINVAL);
    int fd = memfd_create("removed", 0);
    CHECK_EQUAL(0, ftruncate(fd, 3 * PAGE));
    char *shared = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    memset(shared, 'x', 3 * PAGE);
    CHECK_EQUAL(0, madvise(shared + PAGE, PAGE, MADV_REMOVE));
    CHECK(shared[PAGE - 1] == 'x' && shared[PAGE] == 0 && shared[2 * PAGE - 1] == 0 && shared[2 * PAGE] == 'x');
    struct stat stat;
    CHECK_EQUAL(0, fstat(fd, &stat));
    CHECK_EQUAL(3 * PAGE, stat.st_size);
    CHECK_EQUAL(0, mprotect(shared, PAGE, PROT_READ));
    CHECK_EQUAL(0, madvise(shared, PAGE, MADV_REMOVE));
    int readable = open("data", O_RDONLY);
    char *file = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, readable, 0);
    CHECK(file != MAP_FAILED);
    CHECK_ERRNO(EACCES, madvise(file, PAGE, MADV_REMOVE));
    struct timespec old[2] = {{1, 0}, {2, 0}};
    CHECK_EQUAL(0, futimens(readable, old));
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, readable, 0) != MAP_FAILED);
    CHECK_EQUAL(0, fstat(readable, &stat));
    CHECK(stat.st_atime > 2);
    char *private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_ERRNO(EINVAL, madvise(private, PAGE, MADV_REMOVE));
}

/* mq_notify(3): whoever is to be told stops being so with close(2). */
static void notifications(void)
{
    mqd_t mine = mq_open("/edges", O_CREAT | O_RDWR, 0600, NULL), other = mq_open("/edges", O_RDWR);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    CHECK_EQUAL(0, mq_notify(mine, &event));
    CHECK_ERRNO(EBUSY, mq_notify(other, &event));
    CHECK_EQUAL(0, mq_close(mine));
    CHECK_EQUAL(0, mq_notify(other, &event));
    CHECK_EQUAL(0, mq_close(other));
    CHECK_EQUAL(0, mq_unlink("/edges"));
}

int main(void)
{
    strcpy(directory, "/tmp/edges-XXXXXX");
    CHECK(mkdtemp(directory) != NULL);
    CHECK_EQUAL(0, chdir(directory));
    CHECK_EQUAL(0, chmod(".", 0755));
    close(make("owned", "text"));
    slashes();
    as_nobody(strangers);
    transfers();
    leases();
    processes();
    clocks();
    mappings();
    notifications();
    return check_done();
}
