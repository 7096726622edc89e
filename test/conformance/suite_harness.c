/*
 * What test suites do around each of their tests, as LTP's library does: results in memory shared with children that
 * execute programs, a heart that beats by signals, a time limit that ends a process group, a directory of one's own,
 * checkpoints, settings that are put back, and a look at what the kernel says of itself.
 */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/futex.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

struct region {
    int magic, passed, beats, gate, go;
};

enum { MAGIC = 0x1234abcd };

static struct region *results;
static char region_path[64];
static volatile sig_atomic_t timed_out, beats;
static pid_t test_group;

static void on_alarm(int signal)
{
    (void)signal;
    timed_out = 1;
    kill(-test_group, SIGKILL);
}

static void on_beat(int signal)
{
    (void)signal;
    beats++;
    alarm(5);
}

static struct region *open_region(int create)
{
    int fd = open(region_path, create ? O_CREAT | O_EXCL | O_RDWR : O_RDWR, 0600);
    CHECK(fd >= 0);
    if (create) {
        CHECK_EQUAL(0, chmod(region_path, 0666));
        CHECK_EQUAL(0, ftruncate(fd, 4096));
    }
    struct region *region = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(region != MAP_FAILED);
    close(fd);
    return region;
}

/* A checkpoint: who comes waits until it is woken, as often as it takes. */
static void wait_at(int *gate)
{
    struct timespec limit = {5, 0};
    CHECK_EQUAL(0, syscall(SYS_futex, gate, FUTEX_WAIT, *gate, &limit));
}

static void wake_at(int *gate)
{
    for (int i = 0; i < 5000; i++) {
        if (syscall(SYS_futex, gate, FUTEX_WAKE, 1, NULL) == 1)
            return;
        usleep(1000);
    }
    CHECK(!"nobody came to the checkpoint");
}

/* The executed child finds the region by the environment. */
static int executed(void)
{
    snprintf(region_path, sizeof region_path, "%s", getenv("SUITE_REGION"));
    results = open_region(0);
    CHECK_EQUAL(MAGIC, results->magic);
    kill(results->beats, SIGUSR1);
    wait_at(&results->gate);
    __atomic_fetch_add(&results->passed, 1, __ATOMIC_SEQ_CST);
    return check_failures != 0;
}

static void run_test(pid_t library)
{
    signal(SIGALRM, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
    CHECK_EQUAL(0, setpgid(0, 0));
    results->beats = library;
    kill(library, SIGUSR1);
    pid_t child = fork();
    if (child == 0) {
        char *arguments[] = {"suite_harness", "executed", NULL};
        execv("/proc/self/exe", arguments);
        _exit(99);
    }
    wake_at(&results->gate);
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    __atomic_fetch_add(&results->passed, 1, __ATOMIC_SEQ_CST);
    _exit(check_failures != 0);
}

static void library(void)
{
    snprintf(region_path, sizeof region_path, "%s/suite_%d", access("/dev/shm", F_OK) == 0 ? "/dev/shm" : "/tmp",
             getpid());
    results = open_region(1);
    results->magic = MAGIC;
    CHECK_EQUAL(0, setenv("SUITE_REGION", region_path, 1));
    struct sigaction alarmed = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct sigaction beaten = {.sa_handler = on_beat, .sa_flags = SA_RESTART};
    CHECK_EQUAL(0, sigaction(SIGALRM, &alarmed, NULL));
    CHECK_EQUAL(0, sigaction(SIGUSR1, &beaten, NULL));
    alarm(5);
    pid_t self = getpid();
    fflush(stdout);
    test_group = fork();
    if (test_group == 0)
        run_test(self);
    int status = -1;
    CHECK_EQUAL(test_group, waitpid(test_group, &status, 0));
    CHECK_EQUAL(0, status);
    alarm(0);
    CHECK_EQUAL(2, results->passed);
    CHECK(beats >= 1);
    CHECK_EQUAL(0, timed_out);
    /* One that hangs, with a child that does too and ignores what can be ignored. */
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    test_group = fork();
    if (test_group == 0) {
        setpgid(0, 0);
        signal(SIGTERM, SIG_IGN);
        if (fork() == 0)
            signal(SIGINT, SIG_IGN);
        for (;;)
            pause();
    }
    alarm(1);
    CHECK_EQUAL(test_group, waitpid(test_group, &status, 0));
    CHECK(timed_out && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    /* All of the group is gone when nobody holds the pipe. */
    close(ends[1]);
    char byte;
    CHECK_EQUAL(0, read(ends[0], &byte, 1));
    close(ends[0]);
    CHECK_EQUAL(0, unlink(region_path));
    munmap(results, 4096);
}

static int discard(const char *path, const struct stat *st, int kind, struct FTW *place)
{
    (void)st, (void)kind, (void)place;
    return remove(path);
}

static void own_directory(void)
{
    char name[] = "/tmp/suite.XXXXXX", here[256], back[256];
    struct statfs fs;
    CHECK(getcwd(back, sizeof back) != NULL);
    CHECK(mkdtemp(name) == name);
    CHECK_EQUAL(0, chmod(name, 0777));
    CHECK_EQUAL(0, chown(name, -1, getgid()));
    CHECK_EQUAL(0, statfs(name, &fs));
    CHECK(fs.f_bavail > 0);
    CHECK_EQUAL(0, chdir(name));
    CHECK(getcwd(here, sizeof here) != NULL && strcmp(here, name) == 0);
    CHECK_EQUAL(0, mkdir("mntpoint", 0777));
    CHECK_EQUAL(0, mkdir("mntpoint/deep", 0700));
    for (int i = 0; i < 300; i++) {
        char file[64];
        snprintf(file, sizeof file, "mntpoint/deep/file%d", i);
        close(creat(file, 0600));
    }
    CHECK_EQUAL(0, symlink("nowhere", "mntpoint/link"));
    CHECK_EQUAL(0, mkfifo("mntpoint/fifo", 0600));
    CHECK_EQUAL(0, chdir(back));
    CHECK_EQUAL(0, nftw(name, discard, 20, FTW_DEPTH | FTW_PHYS));
    CHECK_ERRNO(ENOENT, access(name, F_OK));
}

/* An ordinary user cannot write where only root may. */
static void as_nobody(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        CHECK_EQUAL(0, setgid(65534));
        CHECK_EQUAL(0, seteuid(65534));
        CHECK_ERRNO(EACCES, open("/suite_harness.nobody", O_CREAT | O_RDWR, 0600));
        CHECK_EQUAL(0, seteuid(0));
        CHECK_EQUAL(0, setuid(65534));
        CHECK_ERRNO(EPERM, kill(getppid(), 0));
        CHECK_ERRNO(EPERM, seteuid(0));
        fflush(stdout);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static long long number_in(const char *path)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(text, sizeof text, file) == NULL) {
        printf("%s cannot be read\n", path);
        CHECK(!"a setting cannot be read");
    }
    if (file != NULL)
        fclose(file);
    return (long long)strtoull(text, NULL, 10);
}

static int write_number(const char *path, long long number)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return -1;
    fprintf(file, "%llu", number);
    return fclose(file);
}

static void self_description(void)
{
    struct utsname name;
    int version, level, mounts = 0;
    CHECK_EQUAL(0, uname(&name));
    CHECK_EQUAL(2, sscanf(name.release, "%d.%d", &version, &level));
    CHECK(version >= 5);
    FILE *table = setmntent("/proc/mounts", "r");
    CHECK(table != NULL);
    for (struct mntent *entry; table != NULL && (entry = getmntent(table)) != NULL;)
        mounts += strcmp(entry->mnt_type, "proc") == 0 || strcmp(entry->mnt_dir, "/") == 0;
    CHECK(mounts >= 2);
    if (table != NULL)
        endmntent(table);
    CHECK(number_in("/proc/sys/kernel/tainted") >= 0);
    CHECK(number_in("/proc/sys/kernel/pid_max") >= 32768);
    CHECK(number_in("/proc/sys/kernel/threads-max") > 0);
    CHECK(number_in("/proc/sys/fs/file-max") > 0);
    CHECK(number_in("/proc/sys/fs/nr_open") >= 1024);
    CHECK(number_in("/proc/sys/fs/pipe-max-size") >= 4096);
    CHECK_EQUAL(65534, number_in("/proc/sys/kernel/overflowuid"));
    CHECK(number_in("/proc/sys/vm/overcommit_memory") <= 2);
    CHECK(number_in("/proc/sys/kernel/randomize_va_space") <= 2);
    if (access("/proc/sys/fs/mqueue", F_OK) == 0) {
        CHECK(number_in("/proc/sys/fs/mqueue/msg_max") >= 1);
        CHECK(number_in("/proc/sys/fs/mqueue/queues_max") >= 1);
    }
    CHECK_ERRNO(EINVAL, write_number("/proc/sys/vm/drop_caches", 99));
}

/* A setting is kept, changed, felt, and put back; in a namespace of one's own where there are any. */
static void settings(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        if (unshare(CLONE_NEWIPC) != 0 && errno == EPERM)
            _exit(0);
        const char *path = "/proc/sys/kernel/shmmax";
        long long before = number_in(path);
        if (access(path, W_OK) != 0 || write_number(path, before) != 0)
            _exit(0);
        CHECK_EQUAL(before, number_in(path));
        CHECK_EQUAL(0, write_number(path, 8192));
        CHECK_EQUAL(8192, number_in(path));
        CHECK_ERRNO(EINVAL, shmget(IPC_PRIVATE, 8193, 0600));
        int segment = shmget(IPC_PRIVATE, 8192, 0600);
        CHECK(segment >= 0);
        CHECK_EQUAL(0, shmctl(segment, IPC_RMID, NULL));
        CHECK_EQUAL(0, write_number(path, before));
        CHECK_EQUAL(before, number_in(path));
        CHECK_EQUAL(0, write_number("/proc/sys/kernel/msgmnb", number_in("/proc/sys/kernel/msgmnb")));
        fflush(stdout);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "executed") == 0)
        return executed();
    library();
    own_directory();
    as_nobody();
    self_description();
    settings();
    return check_done();
}
