/* credentials(7) and capabilities(7): what identities and capabilities become by set*id, execve, prctl and capset. */
#include "child.h"
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define BIT(capability) (1ULL << (capability))
#define PR_CAP_AMBIENT_OPTION 47

struct sets {
    unsigned long long effective, permitted, inheritable;
};

static char directory[64];
static char twin[128];
/* What the program that is executed was given: its own arguments tell it what to expect. */
static char self[256];

static struct sets get(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    CHECK_EQUAL(0, syscall(SYS_capget, &header, data));
    return (struct sets){data[0].effective | (unsigned long long)data[1].effective << 32,
                         data[0].permitted | (unsigned long long)data[1].permitted << 32,
                         data[0].inheritable | (unsigned long long)data[1].inheritable << 32};
}

static int set(unsigned long long effective, unsigned long long permitted, unsigned long long inheritable)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {(unsigned)effective, (unsigned)permitted, (unsigned)inheritable},
        {(unsigned)(effective >> 32), (unsigned)(permitted >> 32), (unsigned)(inheritable >> 32)}};
    return syscall(SYS_capset, &header, data);
}

static int ambient(int what, int capability)
{
    return prctl(PR_CAP_AMBIENT_OPTION, what, capability, 0, 0);
}

/* Executes this program again, which prints nothing and exits with 0 when it finds what is expected. */
static int exec_status(const char *program, unsigned uid, unsigned euid, unsigned long long effective,
                       unsigned long long permitted, int secure)
{
    char text[5][32];
    snprintf(text[0], 32, "%u", uid);
    snprintf(text[1], 32, "%u", euid);
    snprintf(text[2], 32, "%llx", effective);
    snprintf(text[3], 32, "%llx", permitted);
    snprintf(text[4], 32, "%d", secure);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execl(program, "privileges", "expect", text[0], text[1], text[2], text[3], text[4], NULL);
        _exit(99);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    return status >> 8;
}

static int expected(char **argument)
{
    struct sets now = get();
    unsigned long long effective = strtoull(argument[4], NULL, 16), permitted = strtoull(argument[5], NULL, 16);
    uid_t real, effective_uid, saved;
    getresuid(&real, &effective_uid, &saved);
    int wrong = real != strtoul(argument[2], NULL, 10) ? 1 : 0;
    wrong |= effective_uid != strtoul(argument[3], NULL, 10) || saved != effective_uid ? 2 : 0;
    wrong |= now.effective != effective ? 4 : 0;
    wrong |= now.permitted != permitted ? 8 : 0;
    wrong |= (getauxval(AT_SECURE) != 0) != (atoi(argument[6]) != 0) ? 16 : 0;
    wrong |= prctl(PR_GET_KEEPCAPS) != 0 ? 32 : 0;
    return wrong;
}

static unsigned long long all;

static void dropping(void)
{
    CHECK_EQUAL(all, get().permitted);
    CHECK_EQUAL(all, get().effective);
    /* The effective id alone: the effective set follows it, and comes back. */
    CHECK_EQUAL(0, seteuid(1000));
    CHECK_EQUAL(0, get().effective);
    CHECK_EQUAL(all, get().permitted);
    CHECK_EQUAL(0, prctl(PR_GET_DUMPABLE));
    CHECK_EQUAL(0, seteuid(0));
    CHECK_EQUAL(all, get().effective);
    /* The file system id: only what concerns files. */
    CHECK_EQUAL(0, setfsuid(1000));
    CHECK_EQUAL(1000, setfsuid(-1));
    CHECK_EQUAL(0, get().effective & BIT(CAP_DAC_OVERRIDE));
    CHECK(get().effective & BIT(CAP_KILL));
    CHECK_EQUAL(1000, setfsuid(0));
    CHECK_EQUAL(all, get().effective);
    /* All ids: nothing is left. */
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    CHECK_EQUAL(0, get().permitted);
    CHECK_EQUAL(0, get().effective);
    CHECK_ERRNO(EPERM, setuid(0));
    CHECK_ERRNO(EPERM, set(BIT(CAP_KILL), BIT(CAP_KILL), 0));
    CHECK_EQUAL(0, exec_status(self, 1000, 1000, 0, 0, 0));
    CHECK_EQUAL(0, exec_status(twin, 1000, 0, all, all, 1));
}

static void keeping(void)
{
    CHECK_EQUAL(0, prctl(PR_SET_DUMPABLE, 1));
    CHECK_EQUAL(0, prctl(PR_SET_KEEPCAPS, 1));
    CHECK_EQUAL(1, prctl(PR_GET_KEEPCAPS));
    CHECK_ERRNO(EINVAL, prctl(PR_SET_KEEPCAPS, 2));
    CHECK_EQUAL(SECBIT_KEEP_CAPS, prctl(PR_GET_SECUREBITS));
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    CHECK_EQUAL(all, get().permitted);
    CHECK_EQUAL(0, get().effective);
    CHECK_EQUAL(0, set(BIT(CAP_SETUID), BIT(CAP_SETUID) | BIT(CAP_KILL), 0));
    CHECK_EQUAL(BIT(CAP_SETUID), get().effective);
    CHECK_ERRNO(EPERM, set(BIT(CAP_CHOWN), BIT(CAP_SETUID), 0));
    CHECK_EQUAL(0, setresuid(1001, 1002, 1003));
    CHECK_EQUAL(BIT(CAP_SETUID), get().effective);
    /* A program gets nothing of it. */
    CHECK_EQUAL(0, exec_status(self, 1001, 1002, 0, 0, 1));
}

static void ambience(void)
{
    CHECK_EQUAL(0, prctl(PR_SET_KEEPCAPS, 1));
    CHECK_EQUAL(0, setresgid(1000, 1000, 1000));
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    unsigned long long kept = BIT(CAP_KILL) | BIT(CAP_SETGID);
    CHECK_ERRNO(EPERM, ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL));
    CHECK_EQUAL(0, set(kept, kept, BIT(CAP_KILL)));
    CHECK_EQUAL(0, ambient(PR_CAP_AMBIENT_IS_SET, CAP_KILL));
    CHECK_EQUAL(0, ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL));
    CHECK_EQUAL(1, ambient(PR_CAP_AMBIENT_IS_SET, CAP_KILL));
    CHECK_ERRNO(EPERM, ambient(PR_CAP_AMBIENT_RAISE, CAP_SETGID));
    CHECK_ERRNO(EINVAL, ambient(PR_CAP_AMBIENT_RAISE, 63));
    CHECK_ERRNO(EINVAL, ambient(9, CAP_KILL));
    CHECK_EQUAL(0, exec_status(self, 1000, 1000, BIT(CAP_KILL), BIT(CAP_KILL), 0));
    CHECK_EQUAL(0, exec_status(twin, 1000, 0, all, all, 1));
    /* What is not permitted or inheritable any more is not ambient either. */
    CHECK_EQUAL(0, set(kept, kept, 0));
    CHECK_EQUAL(0, ambient(PR_CAP_AMBIENT_IS_SET, CAP_KILL));
    CHECK_EQUAL(0, set(kept, kept, BIT(CAP_KILL)));
    CHECK_EQUAL(0, ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL));
    CHECK_EQUAL(0, ambient(PR_CAP_AMBIENT_CLEAR_ALL, 0));
    CHECK_EQUAL(0, ambient(PR_CAP_AMBIENT_IS_SET, CAP_KILL));
    CHECK_EQUAL(0, exec_status(self, 1000, 1000, 0, 0, 0));
}

static void bounding(void)
{
    CHECK_EQUAL(1, prctl(PR_CAPBSET_READ, CAP_SYS_TIME));
    CHECK_ERRNO(EINVAL, prctl(PR_CAPBSET_READ, 64));
    CHECK_EQUAL(0, prctl(PR_CAPBSET_DROP, CAP_SYS_TIME));
    CHECK_EQUAL(0, prctl(PR_CAPBSET_READ, CAP_SYS_TIME));
    CHECK_EQUAL(all, get().permitted);
    unsigned long long rest = all & ~BIT(CAP_SYS_TIME);
    CHECK_EQUAL(0, exec_status(self, 0, 0, rest, rest, 0));
    CHECK_ERRNO(EPERM, set(all, all, BIT(CAP_SYS_TIME)));
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    CHECK_ERRNO(EPERM, prctl(PR_CAPBSET_DROP, CAP_KILL));
}

static void secure_bits(void)
{
    CHECK_EQUAL(0, prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP));
    CHECK_EQUAL(0, setresuid(1000, 1000, 0));
    CHECK_EQUAL(all, get().effective);
    CHECK_EQUAL(0, setresuid(0, 0, 0));
    CHECK_ERRNO(EPERM, prctl(PR_SET_SECUREBITS, 1 << 12));
    CHECK_EQUAL(0, prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED));
    CHECK_ERRNO(EPERM, prctl(PR_SET_SECUREBITS, 0));
    CHECK_ERRNO(EPERM, prctl(PR_SET_SECUREBITS, SECBIT_NOROOT));
    CHECK_EQUAL(0, exec_status(self, 0, 0, 0, 0, 0));
    CHECK_EQUAL(0, prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE));
    CHECK_EQUAL(0, set(all, all, BIT(CAP_KILL)));
    CHECK_ERRNO(EPERM, ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL));
}

static void no_new_privileges(void)
{
    CHECK_EQUAL(0, setresgid(1000, 1000, 1000));
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    CHECK_EQUAL(0, exec_status(twin, 1000, 0, all, all, 1));
    CHECK_EQUAL(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    CHECK_EQUAL(0, exec_status(twin, 1000, 1000, 0, 0, 0));
    CHECK_EQUAL(0, exec_status(self, 1000, 1000, 0, 0, 0));
}

static int try_open(const char *name, int flags)
{
    int fd = open(name, flags);
    if (fd >= 0) {
        close(fd);
    }
    return fd;
}

static void files(void)
{
    char name[128], inner[160];
    snprintf(name, sizeof name, "%s/closed", directory);
    CHECK_EQUAL(0, mkdir(name, 0700));
    snprintf(inner, sizeof inner, "%s/file", name);
    int fd = open(inner, O_CREAT | O_WRONLY, 0600);
    CHECK(fd >= 0);
    close(fd);
    CHECK_EQUAL(0, prctl(PR_SET_KEEPCAPS, 1));
    CHECK_EQUAL(0, setresgid(1000, 1000, 1000));
    CHECK_EQUAL(0, setgroups(0, NULL));
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    CHECK_ERRNO(EACCES, try_open(inner, O_RDONLY));
    /* One capability at a time. */
    CHECK_EQUAL(0, set(BIT(CAP_DAC_READ_SEARCH), all, 0));
    CHECK(try_open(inner, O_RDONLY) >= 0);
    CHECK_ERRNO(EACCES, try_open(inner, O_WRONLY));
    CHECK_ERRNO(EPERM, chmod(inner, 0644));
    CHECK_EQUAL(0, set(BIT(CAP_DAC_OVERRIDE), all, 0));
    CHECK(try_open(inner, O_RDWR) >= 0);
    CHECK_ERRNO(EACCES, execl(inner, inner, NULL));
    /* access(2) asks for the real user, who is nobody special. */
    CHECK_ERRNO(EACCES, access(inner, R_OK));
    CHECK_EQUAL(0, faccessat(AT_FDCWD, inner, R_OK, AT_EACCESS));
    CHECK_EQUAL(0, set(BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER), all, 0));
    CHECK_EQUAL(0, chmod(inner, 0640));
    CHECK_ERRNO(EPERM, chown(inner, 1000, 1000));
    CHECK_EQUAL(0, set(BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_CHOWN), all, 0));
    CHECK_EQUAL(0, chown(inner, 1000, 1000));
    CHECK_EQUAL(0, set(BIT(CAP_DAC_READ_SEARCH), all, 0));
    CHECK(try_open(inner, O_RDWR) >= 0);
    CHECK_ERRNO(EPERM, chroot("/tmp"));
    CHECK_EQUAL(0, set(BIT(CAP_DAC_OVERRIDE), all, 0));
    CHECK_ERRNO(EPERM, mknod("/tmp/no-device", S_IFCHR | 0600, 0x103));
    CHECK_EQUAL(0, unlink(inner));
    CHECK_EQUAL(0, rmdir(name));
}

static void groups(void)
{
    gid_t many[300];
    for (int i = 0; i < 300; i++) {
        many[i] = 2000 + i;
    }
    CHECK_EQUAL(0, setgroups(300, many));
    CHECK_EQUAL(300, getgroups(0, NULL));
    memset(many, 0, sizeof many);
    CHECK_ERRNO(EINVAL, getgroups(299, many));
    CHECK_EQUAL(300, getgroups(300, many));
    CHECK_EQUAL(2000, many[0]);
    CHECK_EQUAL(2299, many[299]);
    char name[128];
    snprintf(name, sizeof name, "%s/of-group", directory);
    int fd = open(name, O_CREAT | O_WRONLY, 0600);
    CHECK_EQUAL(0, fchown(fd, 0, 2299));
    CHECK_EQUAL(0, fchmod(fd, 0040));
    close(fd);
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    CHECK(try_open(name, O_RDONLY) >= 0);
    CHECK_ERRNO(EACCES, try_open(name, O_WRONLY));
    CHECK_ERRNO(EPERM, setgroups(0, NULL));
}

/* The kernel keeps identities per thread; the C library is what makes them one per process. */
static void *other_thread(void *unused)
{
    (void)unused;
    CHECK_EQUAL(0, syscall(SYS_setresuid, 1000, 1000, 1000));
    CHECK_EQUAL(1000, geteuid());
    CHECK_EQUAL(0, get().effective);
    CHECK_ERRNO(EPERM, syscall(SYS_setresuid, 0, 0, 0));
    char name[128];
    snprintf(name, sizeof name, "%s/of-root", directory);
    CHECK_ERRNO(EACCES, try_open(name, O_RDONLY));
    return NULL;
}

static void threads(void)
{
    char name[128];
    snprintf(name, sizeof name, "%s/of-root", directory);
    close(open(name, O_CREAT | O_WRONLY, 0600));
    pthread_t thread;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, other_thread, NULL));
    CHECK_EQUAL(0, pthread_join(thread, NULL));
    CHECK_EQUAL(0, geteuid());
    CHECK_EQUAL(all, get().effective);
    CHECK(try_open(name, O_RDONLY) >= 0);
    unlink(name);
}

/* kill(2): the real or effective user of the sender, the real or saved one of the target. */
static void killing(void)
{
    pid_t target = fork();
    if (target == 0) {
        if (setresuid(1000, 1001, 1002) != 0) {
            _exit(1);
        }
        raise(SIGSTOP);
        for (;;) {
            pause();
        }
    }
    int status;
    CHECK_EQUAL(target, waitpid(target, &status, WUNTRACED));
    CHECK(WIFSTOPPED(status));
    static const struct {
        unsigned uid, euid;
        int may;
    } senders[] = {{1000, 5000, 1}, {5000, 1000, 1}, {1001, 5000, 0}, {5000, 1001, 0}, {1002, 5000, 1}, {5000, 1002, 1},
                   {5000, 5001, 0}};
    for (unsigned i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        pid_t sender = fork();
        if (sender == 0) {
            if (setresuid(senders[i].uid, senders[i].euid, 5000) != 0) {
                _exit(2);
            }
            int may = kill(target, 0) == 0;
            /* SIGCONT within the session is always allowed; one process to itself too. */
            _exit(may == senders[i].may && (may || errno == EPERM) && kill(getpid(), 0) == 0 ? 0 : 1);
        }
        CHECK_EQUAL(sender, waitpid(sender, &status, 0));
        CHECK_EQUAL(0, status);
    }
    CHECK_EQUAL(0, kill(target, SIGKILL));
    CHECK_EQUAL(target, waitpid(target, &status, 0));
}

static void by_file(void)
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY);
    long size = read(fd, text, sizeof text - 1);
    close(fd);
    text[size > 0 ? size : 0] = 0;
    char line[64];
    snprintf(line, sizeof line, "\nCapEff:\t%016llx\n", get().effective);
    CHECK(strstr(text, line) != NULL);
    CHECK(strstr(text, "\nCapAmb:\t0000000000000000\n") != NULL);
}

static void setgid_program(void)
{
    CHECK_EQUAL(0, chown(twin, 0, 3000));
    CHECK_EQUAL(0, chmod(twin, 02755));
    CHECK_EQUAL(0, setresgid(1000, 1000, 1000));
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    CHECK_EQUAL(0, exec_status(twin, 1000, 1000, 0, 0, 1));
}

static void copy_self(const char *name, mode_t mode)
{
    int from = open("/proc/self/exe", O_RDONLY), to = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0755);
    static char block[65536];
    long n;
    while ((n = read(from, block, sizeof block)) > 0) {
        CHECK_EQUAL(n, write(to, block, n));
    }
    CHECK_EQUAL(0, fchmod(to, mode));
    close(from);
    close(to);
}

int main(int count, char **argument)
{
    if (count == 7) {
        return expected(argument);
    }
    all = get().permitted;
    snprintf(directory, sizeof directory, "/tmp/privileges-%d", getpid());
    if (HOST_LACKS(getuid() != 0 || get().effective != all || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0
                   || all >> CAP_SYS_ADMIN == 0))
        return check_skipped("this needs root with its capabilities");
    CHECK_EQUAL(0, mkdir(directory, 0755));
    CHECK_EQUAL(0, chmod(directory, 0755));
    snprintf(twin, sizeof twin, "%s/set-user-id", directory);
    snprintf(self, sizeof self, "%s/plain", directory);
    copy_self(twin, 04755);
    copy_self(self, 0755);
    CHECK_EQUAL(0, in_child(dropping));
    CHECK_EQUAL(0, in_child(keeping));
    CHECK_EQUAL(0, in_child(ambience));
    CHECK_EQUAL(0, in_child(bounding));
    CHECK_EQUAL(0, in_child(secure_bits));
    CHECK_EQUAL(0, in_child(no_new_privileges));
    CHECK_EQUAL(0, in_child(files));
    CHECK_EQUAL(0, in_child(groups));
    CHECK_EQUAL(0, in_child(threads));
    CHECK_EQUAL(0, in_child(killing));
    CHECK_EQUAL(0, in_child(by_file));
    CHECK_EQUAL(0, in_child(setgid_program));
    char name[160];
    snprintf(name, sizeof name, "%s/of-group", directory);
    unlink(name);
    unlink(twin);
    unlink(self);
    CHECK_EQUAL(0, rmdir(directory));
    return check_done();
}
