/*
 * What test suites of system calls ask about that no program here asked before: one question each, of many calls.
 */
#include "check.h"
#include "child.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

enum { PAGE = 4096 };

static const char *directory = "/tmp/suite_questions";

/* personality(2): what old programs are told of the system. */
static void names_of_old(void)
{
    struct utsname names;
    CHECK(personality(PER_LINUX | UNAME26) >= 0);
    CHECK_EQUAL(0, uname(&names));
    CHECK(strncmp(names.release, "2.6.", 4) == 0);
    CHECK(personality(PER_LINUX32) >= 0);
    CHECK_EQUAL(0, uname(&names));
    CHECK(strcmp(names.machine, "i686") == 0);
    CHECK(strncmp(names.release, "2.6.", 4) != 0);
}

/* A tracer of a stopped process may look at it at once, ptrace(2): attaching waits for the stop. */
static void attaching_to_stopped(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        raise(SIGSTOP);
        _exit(7);
    }
    CHECK_EQUAL(child, waitpid(child, &status, WUNTRACED));
    CHECK_EQUAL(0, ptrace(PTRACE_ATTACH, child, NULL, NULL));
    struct user_regs_struct registers;
    CHECK_EQUAL(0, ptrace(PTRACE_GETREGS, child, NULL, &registers));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    CHECK_EQUAL(0, ptrace(PTRACE_DETACH, child, NULL, NULL));
    CHECK_EQUAL(0, kill(child, SIGCONT));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

/* MADV_DONTDUMP: marked in smaps, and MADV_DODUMP takes the mark away. */
static int is_marked(char *page)
{
    char line[400], start[40];
    snprintf(start, sizeof start, "%lx-", (unsigned long)page);
    FILE *maps = fopen("/proc/self/smaps", "r");
    int here = 0, marked = -1;
    while (maps && fgets(line, sizeof line, maps)) {
        here |= strncmp(line, start, strlen(start)) == 0;
        if (here && strncmp(line, "VmFlags:", 8) == 0) {
            marked = strstr(line, " dd") != NULL;
            break;
        }
    }
    fclose(maps);
    return marked;
}

static void not_dumped(void)
{
    char *pages = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_EQUAL(0, madvise(pages + PAGE, PAGE, MADV_DONTDUMP));
    CHECK_EQUAL(1, is_marked(pages + PAGE));
    CHECK_EQUAL(0, madvise(pages + PAGE, PAGE, MADV_DODUMP));
    CHECK(is_marked(pages + PAGE) != 1);
}

/* A page that one process has locked is in memory for all that map the file, private mappings too. */
static void locked_by_another(void)
{
    unsigned char there[3];
    int ends[2], fd = open("locked", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(0, ftruncate(fd, sizeof there * PAGE));
    char *pages = mmap(NULL, sizeof there * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK_EQUAL(0, pipe(ends));
    pid_t child = fork();
    if (child == 0) {
        char result = mlock(pages, sizeof there * PAGE) == 0 ? 'y' : 'n';
        _exit(write(ends[1], &result, 1) == 1 && pause() ? 1 : 0);
    }
    char result;
    CHECK_EQUAL(1, read(ends[0], &result, 1));
    CHECK_EQUAL('y', result);
    CHECK_EQUAL(0, mincore(pages, sizeof there * PAGE, there));
    CHECK((there[0] & 1) && (there[1] & 1) && (there[2] & 1));
    kill(child, SIGKILL);
    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    CHECK_EQUAL(0, unlink("locked"));
}

static void flags_of_mappings(void)
{
    int fd = open("mapped", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(0, ftruncate(fd, PAGE));
    int validate = 3 /* MAP_SHARED_VALIDATE */;
    CHECK_ERRNO(EOPNOTSUPP, (long)mmap(NULL, PAGE, PROT_READ, validate | 0x200, fd, 0));
    CHECK((long)mmap(NULL, PAGE, PROT_READ, validate | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK, fd, 0) != -1);
    CHECK_EQUAL(0, close(fd));
    CHECK_EQUAL(0, unlink("mapped"));
}

/* sched(7): a round-robin task has a tenth of a second, as /proc says. */
static void round_robin(void)
{
    struct sched_param one = {.sched_priority = 1};
    struct timespec slice;
    if (HOST_LACKS(sched_setscheduler(0, SCHED_RR, &one) < 0)) {
        return;
    }
    CHECK_EQUAL(0, sched_rr_get_interval(0, &slice));
    CHECK_EQUAL(100000000, slice.tv_nsec);
    CHECK_EQUAL(0, slice.tv_sec);
}

/* open(2): with O_EXCL a file without a name never gets one; and a mount may forbid devices. */
static void refused_opening(void)
{
    char path[40];
    int fd = open(".", O_TMPFILE | O_RDWR, 0600);
    CHECK(fd >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK_EQUAL(0, linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
    CHECK_EQUAL(0, unlink("named"));
    CHECK_EQUAL(0, close(fd));
    fd = open(".", O_TMPFILE | O_EXCL | O_RDWR, 0600);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK_ERRNO(ENOENT, linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
    CHECK_EQUAL(0, close(fd));
    if (HOST_LACKS(unshare(CLONE_NEWNS) < 0)) {
        return;
    }
    CHECK_EQUAL(0, mkdir("nodev", 0755));
    CHECK_EQUAL(0, mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("none", "nodev", "tmpfs", MS_NODEV, NULL));
    CHECK_EQUAL(0, mknod("nodev/null", S_IFCHR | 0666, makedev(1, 3)));
    CHECK_ERRNO(EACCES, open("nodev/null", O_RDONLY));
    CHECK((fd = open("nodev/null", O_PATH)) >= 0);
    CHECK_EQUAL(0, close(fd));
    uint64_t nothing[4] = {0};
    CHECK_EQUAL(0, syscall(SYS_mount_setattr, AT_FDCWD, "nodev/null", 0, nothing, sizeof nothing));
    CHECK_EQUAL(0, umount("nodev"));
    CHECK_EQUAL(0, rmdir("nodev"));
}

/* Calls that look at the descriptor before they look at the rest. */
static void descriptors_first(void)
{
    int fd = open("seals", O_CREAT | O_RDONLY, 0600);
    CHECK_ERRNO(EPERM, fcntl(fd, F_ADD_SEALS, 0));
    CHECK_EQUAL(0, close(fd));
    CHECK_EQUAL(0, unlink("seals"));
    int full = open("/dev/full", O_RDWR);
    CHECK_ERRNO(ENOSPC, write(full, "", 0));
    CHECK_EQUAL(0, close(full));
    int ends[2];
    struct iovec part = {"bytes", 5};
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(5, pwritev2(ends[1], &part, 1, -1, RWF_DSYNC));
    int group = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY), path = open("/tmp", O_PATH);
    if (!HOST_LACKS(group < 0)) {
        CHECK_ERRNO(EBADF, fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN, path, NULL));
    }
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    size_t much = 1 << 20;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = calloc(1, much), .msg_controllen = much};
    CHECK_ERRNO(ENOBUFS, sendmsg(ends[0], &message, 0));
}

/* proc(5) /proc/sys/kernel/sem: four limits in a line, of which the first may be written alone. */
static void limits_of_semaphores(void)
{
    char before[100] = "";
    int fd = open("/proc/sys/kernel/sem", O_RDWR);
    if (HOST_LACKS(fd < 0)) {
        return;
    }
    CHECK(read(fd, before, sizeof before - 1) > 0);
    int largest, all, operations, sets;
    CHECK_EQUAL(4, sscanf(before, "%d %d %d %d", &largest, &all, &operations, &sets));
    struct seminfo use;
    CHECK(semctl(0, 0, SEM_INFO, &use) >= 0);
    int room = use.semusz + 2, made[2];
    char wanted[100];
    int length = snprintf(wanted, sizeof wanted, "%d\t%d\t%d\t%d\n", largest, all, operations, room);
    CHECK_EQUAL(length, pwrite(fd, wanted, length, 0));
    for (int i = 0; i < 2; i++) {
        CHECK((made[i] = semget(IPC_PRIVATE, 1, 0600)) >= 0);
    }
    CHECK_ERRNO(ENOSPC, semget(IPC_PRIVATE, 1, 0600));
    CHECK_EQUAL(0, semctl(made[0], 0, IPC_RMID));
    CHECK(pwrite(fd, "5", 1, 0) == 1);
    CHECK_ERRNO(EINVAL, semget(IPC_PRIVATE, 6, 0600));
    CHECK_EQUAL(0, semctl(made[1], 0, IPC_RMID));
    CHECK_EQUAL(strlen(before), pwrite(fd, before, strlen(before), 0));
    CHECK((made[0] = semget(IPC_PRIVATE, 6, 0600)) >= 0);
    CHECK_EQUAL(0, semctl(made[0], 0, IPC_RMID));
    CHECK_EQUAL(0, close(fd));
}

int main(void)
{
    mkdir(directory, 0755);
    CHECK_EQUAL(0, chdir(directory));
    CHECK_EQUAL(0, in_child(names_of_old));
    attaching_to_stopped();
    not_dumped();
    locked_by_another();
    flags_of_mappings();
    CHECK_EQUAL(0, in_child(round_robin));
    CHECK_EQUAL(0, in_child(refused_opening));
    descriptors_first();
    limits_of_semaphores();
    CHECK_EQUAL(0, chdir("/"));
    CHECK_EQUAL(0, rmdir(directory));
    return check_done();
}
