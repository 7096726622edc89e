/* acct(2): a record of each process that ends. */
#include "child.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/acct.h>
#include <sys/stat.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

static char place[] = "/tmp/accountingXXXXXX";

static void refused(void)
{
    CHECK_ERRNO(EISDIR, acct("/"));
    CHECK_ERRNO(EACCES, acct("/dev/null"));
    CHECK_ERRNO(ENOENT, acct("absent"));
    CHECK_ERRNO(ENOTDIR, acct("file/"));
    CHECK_ERRNO(EFAULT, acct((char *)8));
    CHECK_EQUAL(0, symlink("loop", "loop"));
    CHECK_ERRNO(ELOOP, acct("loop"));
    CHECK(setresuid(1, 1, 1) == 0);
    CHECK_ERRNO(EPERM, acct("file"));
    CHECK_ERRNO(EPERM, acct(NULL));
}

/* The record of a process; 0 when there is none. */
static int find(int fd, pid_t pid, struct acct_v3 *record)
{
    lseek(fd, 0, SEEK_SET);
    while (read(fd, record, sizeof(*record)) == sizeof(*record)) {
        if (record->ac_pid == (uint32_t)pid) {
            return 1;
        }
    }
    return 0;
}

static pid_t run(int status, int signal)
{
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NAME, "accounted");
        if (signal != 0) {
            raise(signal);
        }
        usleep(50000);
        _exit(status);
    }
    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    return child;
}

static void records(void)
{
    struct acct_v3 record;
    int fd = open("file", O_RDONLY);
    time_t now = time(NULL);
    CHECK_EQUAL(0, acct("file"));
    pid_t ended = run(3, 0), killed = run(0, SIGKILL);
    CHECK_EQUAL(0, acct(NULL));
    pid_t unseen = run(0, 0);
    CHECK(find(fd, ended, &record));
    CHECK_EQUAL(3, record.ac_version);
    CHECK_EQUAL(3 << 8, record.ac_exitcode);
    CHECK_EQUAL(AFORK, record.ac_flag);
    CHECK_EQUAL(getpid(), record.ac_ppid);
    CHECK_EQUAL(0, record.ac_uid);
    CHECK_EQUAL(0, record.ac_gid);
    CHECK_EQUAL(0, strcmp("accounted", record.ac_comm));
    CHECK(record.ac_btime + 2 >= now && record.ac_btime <= now + 2);
    float ticks;
    memcpy(&ticks, &record.ac_etime, sizeof(ticks));
    CHECK(ticks >= 5 && ticks < 500);
    CHECK(find(fd, killed, &record));
    CHECK_EQUAL(SIGKILL, record.ac_exitcode);
    CHECK_EQUAL(AFORK | AXSIG, record.ac_flag);
    CHECK(!find(fd, unseen, &record));
}

/* Processes have the numbers of who has turned it on. */
static void records_here(void)
{
    struct acct_v3 record;
    CHECK_EQUAL(0, truncate("file", 0));
    int fd = open("file", O_RDONLY);
    CHECK_EQUAL(0, acct("file"));
    pid_t ended = run(3, 0);
    CHECK_EQUAL(0, acct(NULL));
    CHECK_EQUAL(2, ended);
    CHECK(find(fd, ended, &record));
    CHECK_EQUAL(1, record.ac_ppid);
}

static void in_namespace(void)
{
    CHECK_EQUAL(0, unshare(CLONE_NEWPID));
    CHECK_EQUAL(0, in_child(records_here));
}

int main(void)
{
    if (HOST_LACKS(acct(NULL) < 0)) {
        return check_skipped("no process accounting, or not root");
    }
    CHECK(mkdtemp(place) != NULL);
    CHECK_EQUAL(0, chdir(place));
    close(open("file", O_CREAT | O_WRONLY, 0600));
    CHECK_EQUAL(0, in_child(refused));
    CHECK_EQUAL(0, in_child(records));
    CHECK_EQUAL(0, in_child(in_namespace));
    unlink("file");
    unlink("loop");
    rmdir(place);
    return check_done();
}
