/* Capabilities of files: the attribute "security.capability", setxattr(2), and what execve(2) makes of it,
   capabilities(7). */
#include "check.h"
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static const char *copy = "/tmp/file-capabilities";
static const char attribute[] = "security.capability";
enum { NET_RAW = 1 << CAP_NET_RAW, CHOWN = 1 << CAP_CHOWN };

static void give(unsigned magic, unsigned permitted, unsigned inheritable)
{
    struct vfs_cap_data data = {.magic_etc = magic, .data = {{permitted, inheritable}}};
    CHECK_EQUAL(0, setxattr(copy, attribute, &data, sizeof data, 0));
}

/* What a program that an ordinary user executes has got: permitted sets bits 0, effective 1, AT_SECURE bit 2. */
static int executed(int no_new_privileges, unsigned inheritable)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
        struct __user_cap_data_struct data[2] = {{.inheritable = inheritable, .permitted = -1u, .effective = -1u}};
        syscall(SYS_capget, &header, data);
        data[0].inheritable = inheritable;
        syscall(SYS_capset, &header, data);
        if (no_new_privileges) {
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        }
        setresgid(1000, 1000, 1000);
        setresuid(1000, 1000, 1000);
        execl(copy, copy, "look", NULL);
        _exit(errno == EPERM ? 100 : 101);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int look(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    syscall(SYS_capget, &header, data);
    return (data[0].permitted & NET_RAW ? 1 : 0) | (data[0].effective & NET_RAW ? 2 : 0)
            | (data[0].permitted & CHOWN ? 4 : 0) | (secure_getenv("PATH") == NULL ? 8 : 0);
}

static void copy_self(const char *self)
{
    char buffer[65536];
    int in = open(self, O_RDONLY), out = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    CHECK(in >= 0 && out >= 0);
    for (ssize_t n; (n = read(in, buffer, sizeof buffer)) > 0;) {
        CHECK_EQUAL(n, write(out, buffer, n));
    }
    close(in);
    close(out);
    chmod(copy, 0755);
}

static void attributes(void)
{
    struct vfs_cap_data data = {.magic_etc = VFS_CAP_REVISION_2};
    CHECK_ERRNO(ENODATA, getxattr(copy, attribute, &data, sizeof data));
    CHECK_ERRNO(EINVAL, setxattr(copy, attribute, "short", 5, 0));
    data.magic_etc = 0x09000000;
    CHECK_ERRNO(EINVAL, setxattr(copy, attribute, &data, sizeof data, 0));
    give(VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, NET_RAW, 0);
    CHECK_EQUAL(sizeof data, getxattr(copy, attribute, &data, sizeof data));
    CHECK_EQUAL(NET_RAW, data.data[0].permitted);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        setresuid(1000, 1000, 1000);
        _exit(setxattr(copy, attribute, &data, sizeof data, 0) == -1 && errno == EPERM
                && removexattr(copy, attribute) == -1 && errno == EPERM ? 0 : 1);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

int main(int count, char **arguments)
{
    if (count == 2) {
        return look();
    }
    setenv("PATH", "/bin", 1);
    copy_self(arguments[0]);
    CHECK_EQUAL(0, executed(0, 0));
    attributes();
    CHECK_EQUAL(1 | 2 | 8, executed(0, 0));
    CHECK_EQUAL(8, executed(1, 0));
    give(VFS_CAP_REVISION_2, NET_RAW, 0);
    CHECK_EQUAL(1 | 8, executed(0, 0));
    give(VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, 0, NET_RAW | CHOWN);
    CHECK_EQUAL(8, executed(0, 0));
    CHECK_EQUAL(1 | 2 | 8, executed(0, NET_RAW));
    /* A new owner of the file has not given them. */
    give(VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, NET_RAW, 0);
    CHECK_EQUAL(0, chown(copy, 0, 1000));
    CHECK_ERRNO(ENODATA, getxattr(copy, attribute, NULL, 0));
    /* Nor are they those of what is written into it. */
    give(VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, NET_RAW, 0);
    int fd = open(copy, O_WRONLY | O_APPEND);
    CHECK_EQUAL(1, write(fd, "", 1));
    close(fd);
    CHECK_ERRNO(ENODATA, getxattr(copy, attribute, NULL, 0));
    /* As are the bits of a file that an ordinary user writes into. */
    CHECK_EQUAL(0, chmod(copy, 06777));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct stat stat;
        setresgid(1000, 1000, 1000);
        setresuid(1000, 1000, 1000);
        fd = open(copy, O_WRONLY | O_APPEND);
        check_failures = 0;
        CHECK_EQUAL(1, write(fd, "", 1));
        CHECK_EQUAL(0, fstat(fd, &stat));
        CHECK_EQUAL(0777, stat.st_mode & 07777);
        fflush(stdout);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    unlink(copy);
    return check_done();
}
