/* What is read below /sys and in /proc/sysvipc, and unshare(2) without namespaces. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>
#include <sys/wait.h>

/* The beginning of a file, without its last newline; "?" for one that cannot be read. */
static const char *text(const char *path)
{
    static char buffer[8192];
    int fd = open(path, O_RDONLY);
    long n = fd < 0 ? -1 : read(fd, buffer, sizeof buffer - 1);
    close(fd);
    if (n < 0)
        return "?";
    buffer[n] = 0;
    if (n > 0 && buffer[n - 1] == '\n')
        buffer[n - 1] = 0;
    return buffer;
}

static void test_processors(void)
{
    char list[64];
    struct statfs fs;
    CHECK_EQUAL(0, statfs("/sys", &fs));
    CHECK_EQUAL(0x62656572, fs.f_type);
    int count = get_nprocs_conf();
    CHECK(count >= 1);
    if (count == 1)
        snprintf(list, sizeof list, "0");
    else
        snprintf(list, sizeof list, "0-%d", count - 1);
    CHECK(strcmp(text("/sys/devices/system/cpu/present"), list) == 0);
    CHECK(text("/sys/devices/system/cpu/online")[0] == '0');
    CHECK(text("/sys/devices/system/cpu/possible")[0] == '0');
    CHECK(strcmp(text("/sys/devices/system/cpu/cpu0/topology/physical_package_id"), "0") == 0);
    CHECK(text("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list")[0] == '0');
    CHECK(text("/sys/devices/system/node/online")[0] == '0');
    CHECK(strstr(text("/sys/devices/system/node/node0/meminfo"), "Node 0 MemTotal:") != NULL);
    CHECK(strstr(text("/sys/kernel/mm/transparent_hugepage/enabled"), "[") != NULL);
    struct stat st;
    CHECK_EQUAL(0, stat("/sys/fs/cgroup", &st));
    CHECK(S_ISDIR(st.st_mode));
    CHECK_ERRNO(ENOENT, stat("/sys/devices/system/cpu/cpu4000", &st));
    CHECK(open("/sys/devices/system/cpu/new", O_CREAT | O_WRONLY, 0644) < 0);
    int seen = 0;
    DIR *directory = opendir("/sys/devices/system/cpu");
    CHECK(directory != NULL);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
        seen += strcmp(entry->d_name, "cpu0") == 0;
    closedir(directory);
    CHECK_EQUAL(1, seen);
}

/* Whether a table has a line for an object, with these words in it. */
static int listed(const char *path, int key, int id, const char *words)
{
    char line[512];
    int found = 0, k, i;
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        found |= sscanf(line, "%d %d", &k, &i) == 2 && k == key && i == id && strstr(line, words) != NULL;
    if (f != NULL)
        fclose(f);
    return found;
}

static void test_sysvipc(void)
{
    int key = 0x1000000 + getpid();
    int shm = shmget(key, 10000, IPC_CREAT | 0600), msg = msgget(key, IPC_CREAT | 0640);
    int sem = semget(key, 3, IPC_CREAT | 0644);
    CHECK(shm >= 0 && msg >= 0 && sem >= 0);
    CHECK(listed("/proc/sysvipc/shm", key, shm, "   600                 10000 "));
    CHECK(listed("/proc/sysvipc/msg", key, msg, ""));
    CHECK(listed("/proc/sysvipc/sem", key, sem, ""));
    CHECK(strstr(text("/proc/sysvipc/shm"), "      shmid perms                  size") != NULL);
    CHECK_EQUAL(0, shmctl(shm, IPC_RMID, NULL));
    CHECK_EQUAL(0, msgctl(msg, IPC_RMID, NULL));
    CHECK_EQUAL(0, semctl(sem, 0, IPC_RMID));
    CHECK(!listed("/proc/sysvipc/shm", key, shm, ""));
    CHECK(!listed("/proc/sysvipc/msg", key, msg, ""));
    CHECK(!listed("/proc/sysvipc/sem", key, sem, ""));
}

static void test_mqueue(void)
{
    struct stat st;
    struct statfs fs;
    char name[64], path[96];
    if (statfs("/dev/mqueue", &fs) != 0 || fs.f_type != 0x19800202)
        return;
    snprintf(name, sizeof name, "/sysfs-%d", getpid());
    snprintf(path, sizeof path, "/dev/mqueue%s", name);
    CHECK_ERRNO(ENOENT, stat(path, &st));
    mqd_t queue = mq_open(name, O_CREAT | O_RDWR, 0600, NULL);
    CHECK(queue >= 0);
    CHECK_EQUAL(0, mq_send(queue, "twelve bytes", 12, 0));
    CHECK_EQUAL(0, stat(path, &st));
    CHECK_EQUAL(0600, st.st_mode & 0777);
    CHECK(strncmp(text(path), "QSIZE:12 ", 9) == 0);
    int seen = 0;
    DIR *directory = opendir("/dev/mqueue");
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
        seen += strcmp(entry->d_name, name + 1) == 0;
    closedir(directory);
    CHECK_EQUAL(1, seen);
    CHECK_EQUAL(0, unlink(path));
    CHECK_ERRNO(ENOENT, mq_open(name, O_RDWR));
    mq_close(queue);
}

static int shared_child(void *argument)
{
    if (argument != NULL && (unshare(CLONE_FILES | CLONE_FS) != 0))
        return 1;
    umask(0);
    return close(40) == 0 && chdir("/") == 0 ? 0 : 2;
}

static void test_unshare(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    int status;
    CHECK_EQUAL(0, unshare(0));
    CHECK_ERRNO(EINVAL, unshare(1));
    CHECK_EQUAL(0, chdir("/tmp"));
    umask(027);
    for (int apart = 0; apart <= 1; apart++) {
        CHECK_EQUAL(40, dup2(0, 40));
        CHECK_EQUAL(0, chdir("/tmp"));
        umask(027);
        int flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_FS | SIGCHLD;
        pid_t child = clone(shared_child, stack + sizeof stack, flags, apart ? stack : NULL);
        CHECK_EQUAL(child, waitpid(child, &status, 0));
        CHECK_EQUAL(0, status);
        char name[64];
        CHECK(getcwd(name, sizeof name) != NULL);
        CHECK(strcmp(name, apart ? "/tmp" : "/") == 0);
        CHECK_EQUAL(apart ? 027 : 0, umask(022));
        CHECK_EQUAL(apart ? 0 : -1, close(40));
    }
    CHECK_ERRNO(EBADF, setns(-1, 0));
    CHECK_ERRNO(EINVAL, setns(0, 0));
}

int main(void)
{
    if (access("/sys/devices", F_OK) != 0) {
        CHECK(!"there is a /sys");
        return check_done();
    }
    test_processors();
    test_sysvipc();
    test_mqueue();
    test_unshare();
    return check_done();
}
