/* proc(5): what /proc/PID tells of processes that have ended, and of those of another user, ptrace(2). */
#include "check.h"
#include "child.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { NOBODY = 65534 };

static pid_t target;

static int of(pid_t pid, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return open(path, O_RDONLY);
}

/* What reading a byte gives: 1, 0 at the end, or -errno; of opening as well. */
static int byte_at(int directory, const char *name)
{
    char byte;
    int fd = openat(directory, name, O_RDONLY);
    if (fd < 0) {
        return -errno;
    }
    ssize_t n = read(fd, &byte, 1);
    n = n < 0 ? -errno : n;
    close(fd);
    return n;
}

static int link_at(int directory, const char *name)
{
    char to[64];
    return readlinkat(directory, name, to, sizeof to) < 0 ? -errno : 1;
}

static void another_user(void)
{
    static const char *const memory[] = {"maps", "smaps", "smaps_rollup", "environ", "auxv", "mem", "pagemap", "io",
            "syscall", "personality", "fd", "fdinfo", "fdinfo/0"};
    static const char *const links[] = {"exe", "cwd", "root"};
    CHECK_EQUAL(0, syscall(SYS_setgid, NOBODY));
    CHECK_EQUAL(0, syscall(SYS_setuid, NOBODY));
    char path[32];
    snprintf(path, sizeof path, "/proc/%d", target);
    int directory = open(path, O_RDONLY | O_DIRECTORY);
    CHECK(directory >= 0);
    for (unsigned i = 0; i < sizeof memory / sizeof *memory; i++) {
        errno = 0;
        int result = byte_at(directory, memory[i]);
        if (result != -EACCES) {
            printf("%s: %d\n", memory[i], result);
        }
        CHECK_EQUAL(-EACCES, result);
    }
    for (unsigned i = 0; i < sizeof links / sizeof *links; i++) {
        CHECK_EQUAL(-EACCES, link_at(directory, links[i]));
        CHECK_EQUAL(-1, openat(directory, links[i], O_RDONLY));
        CHECK_EQUAL(EACCES, errno);
    }
    CHECK_EQUAL(-EPERM, byte_at(directory, "timerslack_ns"));
    CHECK_EQUAL(1, byte_at(directory, "stat"));
    CHECK_EQUAL(1, byte_at(directory, "status"));
    CHECK_EQUAL(1, byte_at(directory, "limits"));
    CHECK_EQUAL(1, byte_at(directory, "cmdline"));
    CHECK_EQUAL(1, byte_at(directory, "comm"));
    /* But of one's own everything, unless it is to be hidden, prctl(2) PR_SET_DUMPABLE. */
    CHECK_EQUAL(0, prctl(PR_SET_DUMPABLE, 1));
    CHECK_EQUAL(1, byte_at(AT_FDCWD, "/proc/self/maps"));
    CHECK_EQUAL(1, link_at(AT_FDCWD, "/proc/self/exe"));
    close(directory);
}

/* prctl(2) PR_SET_DUMPABLE: the files are root's then, but not the directories that are open to all. */
static void hidden(void)
{
    struct stat about;
    CHECK_EQUAL(0, syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY));
    CHECK_EQUAL(0, syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY));
    CHECK_EQUAL(0, prctl(PR_SET_DUMPABLE, 1));
    CHECK_EQUAL(0, stat("/proc/self/stat", &about));
    CHECK_EQUAL(NOBODY, about.st_uid);
    CHECK_EQUAL(0, prctl(PR_SET_DUMPABLE, 0));
    CHECK_EQUAL(0, stat("/proc/self/stat", &about));
    CHECK_EQUAL(0, about.st_uid);
    CHECK_EQUAL(0, about.st_gid);
    CHECK_EQUAL(0, stat("/proc/self/fd", &about));
    CHECK_EQUAL(0, about.st_uid);
    CHECK_EQUAL(0, stat("/proc/self", &about));
    CHECK_EQUAL(NOBODY, about.st_uid);
    CHECK_EQUAL(0, stat("/proc/self/task", &about));
    CHECK_EQUAL(NOBODY, about.st_uid);
    CHECK_EQUAL(-EACCES, byte_at(AT_FDCWD, "/proc/self/environ"));
    CHECK_EQUAL(1, byte_at(AT_FDCWD, "/proc/self/maps"));
}

static void strangers_learn_little(void)
{
    target = fork();
    if (target == 0) {
        pause();
        _exit(0);
    }
    CHECK_EQUAL(0, in_child(another_user));
    kill(target, SIGKILL);
    waitpid(target, NULL, 0);
    CHECK_EQUAL(0, in_child(hidden));
}

/* The name of a thread is for the threads beside it alone. */
static void rename_the_parent(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/comm", getppid());
    int fd = open(path, O_WRONLY);
    CHECK(fd >= 0);
    CHECK_ERRNO(EINVAL, write(fd, "x", 1));
    close(fd);
}

static void *writes(void *bytes)
{
    char path[64], text[512] = "";
    int nothing = open("/dev/null", O_WRONLY);
    for (int i = 0; i < 3 && bytes != NULL; i++) {
        CHECK_EQUAL(100, write(nothing, bytes, 100));
    }
    close(nothing);
    snprintf(path, sizeof path, "/proc/%d/task/%d/io", getpid(), gettid());
    int fd = open(path, O_RDONLY);
    CHECK(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    CHECK(strstr(text, bytes == NULL ? "wchar: 0\n" : "wchar: 300\n") != NULL);
    CHECK(strstr(text, bytes == NULL ? "syscw: 0\n" : "syscw: 3\n") != NULL);
    return NULL;
}

/* /proc/PID/task and what is below it. */
static void threads(void)
{
    char data[100];
    pthread_t one;
    struct stat about;
    CHECK_EQUAL(0, stat("/proc/self/task", &about));
    CHECK_EQUAL(3, about.st_nlink);
    CHECK_EQUAL(0, pthread_create(&one, NULL, writes, data));
    pthread_join(one, NULL);
    CHECK_EQUAL(0, pthread_create(&one, NULL, writes, NULL));
    pthread_join(one, NULL);
    int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
    CHECK_EQUAL(0, lseek(fd, 0, SEEK_END));
    CHECK_ERRNO(EINVAL, lseek(fd, 0, 17));
    close(fd);
    CHECK_EQUAL(0, in_child(rename_the_parent));
}

/* The same files before and after the end, before and after wait(2). */
static void the_ended(void)
{
    int ready[2];
    CHECK_EQUAL(0, pipe(ready));
    pid_t child = fork();
    if (child == 0) {
        char byte;
        _exit(read(ready[0], &byte, 1) == 1 ? 0 : 1);
    }
    int directory = of(child, "");
    int maps = of(child, "maps");
    int stat = of(child, "stat");
    int memory = of(child, "mem");
    CHECK(directory >= 0 && maps >= 0 && stat >= 0 && memory >= 0);
    CHECK_EQUAL(1, write(ready[1], "x", 1));
    siginfo_t info;
    CHECK_EQUAL(0, waitid(P_PID, child, &info, WEXITED | WNOWAIT));

    char byte;
    CHECK_EQUAL(0, read(maps, &byte, 1));
    CHECK_EQUAL(1, read(stat, &byte, 1));
    CHECK_EQUAL(0, pread(memory, &byte, 1, (off_t)(uintptr_t)&byte));
    CHECK_EQUAL(0, byte_at(directory, "maps"));
    CHECK_EQUAL(0, byte_at(directory, "cmdline"));
    CHECK_EQUAL(0, byte_at(directory, "coredump_filter"));
    CHECK_EQUAL(-ESRCH, byte_at(directory, "environ"));
    CHECK_EQUAL(-ESRCH, byte_at(directory, "auxv"));
    CHECK_EQUAL(-ESRCH, byte_at(directory, "smaps_rollup"));
    CHECK_EQUAL(-EINVAL, byte_at(directory, "mounts"));
    CHECK_EQUAL(-EINVAL, byte_at(directory, "mountinfo"));
    CHECK_EQUAL(1, byte_at(directory, "stat"));
    CHECK_EQUAL(1, byte_at(directory, "status"));
    CHECK_EQUAL(1, byte_at(directory, "oom_score_adj"));
    CHECK_EQUAL(-ENOENT, link_at(directory, "exe"));

    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    CHECK_EQUAL(-1, pread(stat, &byte, 1, 0));
    CHECK_EQUAL(ESRCH, errno);
    CHECK_EQUAL(0, pread(memory, &byte, 1, (off_t)(uintptr_t)&byte));
    CHECK_EQUAL(-ESRCH, byte_at(directory, "stat"));
    CHECK_EQUAL(-ESRCH, byte_at(directory, "no such name"));
    CHECK_EQUAL(-ESRCH, link_at(directory, "exe"));
    char entries[1024];
    CHECK_ERRNO(ENOENT, syscall(SYS_getdents64, directory, entries, sizeof entries));
    close(directory);
    close(maps);
    close(stat);
    close(memory);
    close(ready[0]);
    close(ready[1]);
}

/* A line of a file of ours that begins with an address, or NULL. */
static const char *line_of(const char *file, const void *address)
{
    static char line[512];
    char start[32];
    snprintf(start, sizeof start, "%08lx", (unsigned long)address);
    FILE *in = fopen(file, "r");
    bool found = false;
    while (in != NULL && !found && fgets(line, sizeof line, in) != NULL) {
        found = strncmp(line, start, strlen(start)) == 0;
    }
    fclose(in);
    return found ? line : NULL;
}

static void mappings_by_name(void)
{
    char *shared = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared[0] = 1;
    const char *line = line_of("/proc/self/maps", shared);
    CHECK(line != NULL && strstr(line, " rw-s 00000000 ") != NULL && strstr(line, " /dev/zero (deleted)\n") != NULL);
    if (!HOST_LACKS(access("/proc/self/numa_maps", R_OK) < 0)) {
        line = line_of("/proc/self/numa_maps", shared);
        CHECK(line != NULL && strstr(line, " default ") != NULL && strstr(line, " N0=1 ") != NULL);
        unsigned long node = 1;
        CHECK_EQUAL(0, syscall(SYS_mbind, shared, 2 * 4096, 3 /* MPOL_INTERLEAVE */, &node, 64, 0));
        line = line_of("/proc/self/numa_maps", shared);
        CHECK(line != NULL && strstr(line, " interleave:0 ") != NULL);
    }
    munmap(shared, 2 * 4096);
    FILE *mounts = fopen("/proc/self/mountstats", "r");
    char first[256] = "";
    CHECK(mounts != NULL && fgets(first, sizeof first, mounts) != NULL);
    CHECK(strncmp(first, "device ", 7) == 0 && strstr(first, " mounted on ") != NULL
            && strstr(first, " with fstype ") != NULL);
    fclose(mounts);
}

/* Fields 26 to 28 and 47 to 51 of stat: where program, stack, heap, arguments and environment are. */
static void places_of_a_program(char **argv)
{
    char text[1024] = "";
    unsigned long fields[53] = {0};
    int fd = open("/proc/self/stat", O_RDONLY);
    CHECK(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    char *at = strrchr(text, ')');
    CHECK(at != NULL);
    for (int i = 3; i <= 52 && (at = strchr(at + 1, ' ')) != NULL; i++) {
        fields[i] = strtoul(at + 1, NULL, 10);
    }
    unsigned long code = (unsigned long)places_of_a_program;
    CHECK(code >= fields[26] && code < fields[27]);
    CHECK(fields[28] > (unsigned long)&fields && fields[28] <= (unsigned long)argv);
    CHECK(fields[47] != 0 && fields[47] <= (unsigned long)sbrk(0));
    CHECK_EQUAL((long)argv[0], fields[48]);
    CHECK(fields[49] > fields[48] && fields[50] == fields[49] && fields[51] >= fields[50]);
}

static void what_cannot_be_written(void)
{
    int fd = open("/proc/self/stat", O_WRONLY);
    CHECK_ERRNO(EINVAL, write(fd, "x", 1));
    close(fd);
    fd = open("/proc/self/maps", O_WRONLY);
    CHECK_ERRNO(EINVAL, write(fd, "x", 1));
    close(fd);
    fd = open("/proc/cpuinfo", O_WRONLY);
    CHECK_ERRNO(EIO, write(fd, "x", 1));
    close(fd);
    fd = open("/proc/stat", O_WRONLY);
    CHECK_ERRNO(EIO, write(fd, "x", 1));
    close(fd);
}

int main(int argc, char **argv)
{
    (void)argc;
    strangers_learn_little();
    threads();
    the_ended();
    mappings_by_name();
    places_of_a_program(argv);
    what_cannot_be_written();
    return check_done();
}
