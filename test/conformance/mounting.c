/* mount(2), umount2(2), pivot_root(2), the new mount calls, and what /proc/self/mountinfo tells; as root alone. */
#include "check.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 4
#endif
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* The C library may not know them yet. */
#define SYS_statmount_ 457
#define SYS_listmount_ 458

struct attr {
    uint64_t set, clear, propagation, userns;
};

static void make(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
    CHECK(fd >= 0);
    CHECK_EQUAL(strlen(text), write(fd, text, strlen(text)));
    close(fd);
}

static int exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The options of the last mount at a path, with its root before them and its propagation behind; "" for none. */
static const char *info(const char *path)
{
    static char found[512];
    char line[1024];
    FILE *f = fopen("/proc/self/mountinfo", "r");
    found[0] = 0;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        char root[256], point[256], options[256], tail[256] = "";
        int end = 0;
        if (sscanf(line, "%*d %*d %*s %255s %255s %255s%n", root, point, options, &end) == 3 && !strcmp(point, path)) {
            sscanf(line + end, "%255[^-]", tail);
            snprintf(found, sizeof found, "%s %s%s", root, options, tail);
        }
    }
    if (f != NULL)
        fclose(f);
    return found;
}

static void test_bind(void)
{
    mkdir("a", 0755);
    mkdir("b", 0755);
    mkdir("a/in", 0755);
    make("a/file", "a");
    make("target", "t");
    CHECK_ERRNO(EINVAL, mount(NULL, "b", NULL, MS_BIND, NULL));
    CHECK_ERRNO(ENOENT, mount("nowhere", "b", NULL, MS_BIND, NULL));
    CHECK_ERRNO(ENOTDIR, mount("a", "target", NULL, MS_BIND, NULL));
    CHECK_ERRNO(ENOTDIR, mount("target", "b", NULL, MS_BIND, NULL));
    CHECK_EQUAL(0, mount("a", "b", NULL, MS_BIND, NULL));
    CHECK(exists("b/file"));
    make("b/new", "n");
    CHECK(exists("a/new"));
    CHECK(strncmp(info("/tmp/mounting/b"), "/a rw", 5) == 0);
    /* Up from the root of a bind leads to where it is mounted. */
    CHECK(exists("b/in/../../target"));
    CHECK_ERRNO(EXDEV, link("a/file", "b/link"));
    /* Its own flags. */
    CHECK_EQUAL(0, mount(NULL, "b", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
    CHECK_ERRNO(EROFS, open("b/other", O_CREAT | O_WRONLY, 0644));
    make("a/other", "o");
    CHECK_EQUAL(0, unlink("a/other"));
    CHECK_ERRNO(EINVAL, mount(NULL, "b/in", NULL, MS_BIND | MS_REMOUNT, NULL));
    int fd = open("b/file", O_RDONLY);
    CHECK_ERRNO(EBUSY, umount("b"));
    close(fd);
    CHECK_ERRNO(EBUSY, rmdir("b"));
    CHECK_EQUAL(0, umount("b"));
    CHECK(!exists("b/file"));
    CHECK_ERRNO(EINVAL, umount("b"));
    /* On itself, with more of itself below, as containers do to parts of /proc. */
    CHECK_EQUAL(0, mount("/proc/sys", "/proc/sys", NULL, MS_BIND, NULL));
    CHECK_EQUAL(0, mount("/proc/sys/net", "/proc/sys/net", NULL, MS_BIND, NULL));
    CHECK_EQUAL(0, mount(NULL, "/proc/sys", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
    CHECK(strncmp(info("/proc/sys"), "/sys ro", 7) == 0);
    CHECK(strncmp(info("/proc/sys/net"), "/sys/net rw", 11) == 0);
    CHECK_ERRNO(EROFS, open("/proc/sys/kernel/hostname", O_WRONLY));
    CHECK_EQUAL(0, umount("/proc/sys/net"));
    CHECK_EQUAL(0, umount("/proc/sys"));
    CHECK_ERRNO(EINVAL, umount("/proc/sys"));
    /* A file. */
    CHECK_EQUAL(0, mount("a/file", "target", NULL, MS_BIND, NULL));
    char c = 0;
    fd = open("target", O_RDONLY);
    CHECK_EQUAL(1, read(fd, &c, 1));
    CHECK_EQUAL('a', c);
    close(fd);
    CHECK_EQUAL(0, umount2("target", 0));
    /* What is mounted below comes along only when asked for. */
    CHECK_EQUAL(0, mount("t", "a/in", "tmpfs", 0, NULL));
    make("a/in/deep", "d");
    CHECK_EQUAL(0, mount("a", "b", NULL, MS_BIND, NULL));
    CHECK(!exists("b/in/deep"));
    CHECK_EQUAL(0, umount("b"));
    CHECK_EQUAL(0, mount("a", "b", NULL, MS_BIND | MS_REC, NULL));
    CHECK(exists("b/in/deep"));
    CHECK_ERRNO(EBUSY, umount("b"));
    /* At once, with what is below, whoever is in there. */
    fd = open("b/in/deep", O_RDONLY);
    CHECK_EQUAL(0, umount2("b", MNT_DETACH));
    CHECK(!exists("b/in"));
    CHECK_EQUAL(1, read(fd, &c, 1));
    CHECK_EQUAL('d', c);
    close(fd);
    CHECK_EQUAL(0, umount("a/in"));
    CHECK_ERRNO(EINVAL, umount2("b", 0x1000));
    CHECK_ERRNO(EINVAL, umount2("b", MNT_EXPIRE | MNT_FORCE));
}

static void test_move(void)
{
    CHECK_EQUAL(0, mount("t", "a", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=1m,mode=700"));
    CHECK(strstr(info("/tmp/mounting/a"), "nosuid,nodev,noexec") != NULL);
    struct stat st;
    CHECK_EQUAL(0, stat("a", &st));
    CHECK_EQUAL(0700, st.st_mode & 07777);
    make("a/moved", "m");
    CHECK_EQUAL(0, mount("a", "b", NULL, MS_MOVE, NULL));
    CHECK(exists("b/moved"));
    CHECK(!exists("a/moved"));
    CHECK_ERRNO(EINVAL, mount("a", "b", NULL, MS_MOVE, NULL));
    mkdir("b/sub", 0755);
    CHECK_ERRNO(ELOOP, mount("b", "b/sub", NULL, MS_MOVE, NULL));
    /* Not at the first time. */
    CHECK_ERRNO(EAGAIN, umount2("b", MNT_EXPIRE));
    CHECK_EQUAL(0, umount2("b", MNT_EXPIRE));
    CHECK_ERRNO(ENODEV, mount("t", "a", "nosuchfs", 0, NULL));
    CHECK_ERRNO(EINVAL, mount("t", "a", NULL, 0, NULL));
    CHECK_ERRNO(EINVAL, mount(NULL, "a", NULL, MS_SHARED | MS_PRIVATE, NULL));
    CHECK_ERRNO(EINVAL, mount(NULL, "a", NULL, MS_SHARED, NULL));
}

static void test_propagation(void)
{
    CHECK_EQUAL(0, mount("t", "a", "tmpfs", 0, NULL));
    mkdir("a/sub", 0755);
    CHECK_EQUAL(0, mount(NULL, "a", NULL, MS_SHARED, NULL));
    CHECK(strstr(info("/tmp/mounting/a"), " shared:") != NULL);
    CHECK_EQUAL(0, mount("a", "b", NULL, MS_BIND, NULL));
    CHECK_EQUAL(0, mount("u", "a/sub", "tmpfs", 0, NULL));
    make("a/sub/seen", "s");
    CHECK(exists("b/sub/seen"));
    CHECK_EQUAL(0, umount("b/sub"));
    CHECK(!exists("a/sub/seen"));
    CHECK_EQUAL(0, mount(NULL, "b", NULL, MS_SLAVE, NULL));
    CHECK(strstr(info("/tmp/mounting/b"), " master:") != NULL);
    CHECK_EQUAL(0, mount("u", "a/sub", "tmpfs", 0, NULL));
    make("a/sub/seen", "s");
    CHECK(exists("b/sub/seen"));
    CHECK_EQUAL(0, umount("b/sub"));
    CHECK(exists("a/sub/seen"));
    CHECK_EQUAL(0, umount("a/sub"));
    CHECK_EQUAL(0, mount(NULL, "b", NULL, MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("u", "a/sub", "tmpfs", 0, NULL));
    make("a/sub/seen", "s");
    CHECK(!exists("b/sub/seen"));
    CHECK_EQUAL(0, umount("a/sub"));
    CHECK_EQUAL(0, umount("b"));
    CHECK_EQUAL(0, mount(NULL, "a", NULL, MS_UNBINDABLE, NULL));
    CHECK(strstr(info("/tmp/mounting/a"), " unbindable") != NULL);
    CHECK_ERRNO(EINVAL, mount("a", "b", NULL, MS_BIND, NULL));
    CHECK_EQUAL(0, umount("a"));
}

static void test_new_calls(void)
{
    CHECK_ERRNO(ENODEV, syscall(SYS_fsopen, "nosuchfs", 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_fsopen, "tmpfs", 8));
    int fs = syscall(SYS_fsopen, "tmpfs", 1);
    CHECK(fs >= 0);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(fs, F_GETFD));
    CHECK_EQUAL(0, syscall(SYS_fsconfig, fs, 1, "source", "named", 0));
    CHECK_EQUAL(0, syscall(SYS_fsconfig, fs, 1, "mode", "0711", 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_fsconfig, fs, 1, NULL, "x", 0));
    CHECK_ERRNO(EOPNOTSUPP, syscall(SYS_fsconfig, fs, 99, NULL, NULL, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_fsmount, fs, 0, 0));
    CHECK_EQUAL(0, syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0));
    CHECK_ERRNO(EBUSY, syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0));
    int tree = syscall(SYS_fsmount, fs, 1, 2);
    CHECK(tree >= 0);
    close(fs);
    struct stat st;
    CHECK_EQUAL(0, fstat(tree, &st));
    CHECK_EQUAL(0711, st.st_mode & 07777);
    CHECK_EQUAL(0, mkdirat(tree, "early", 0755));
    CHECK_EQUAL(0, syscall(SYS_move_mount, tree, "", AT_FDCWD, "a", MOVE_MOUNT_F_EMPTY_PATH));
    close(tree);
    CHECK(exists("a/early"));
    CHECK(strstr(info("/tmp/mounting/a"), "nosuid") != NULL);
    /* A copy of a tree, which goes when nobody wants it. */
    tree = syscall(SYS_open_tree, AT_FDCWD, "a", OPEN_TREE_CLONE | O_CLOEXEC);
    CHECK(tree >= 0);
    CHECK_EQUAL(0, faccessat(tree, "early", F_OK, 0));
    close(tree);
    tree = syscall(SYS_open_tree, AT_FDCWD, "a", OPEN_TREE_CLONE | AT_RECURSIVE);
    CHECK_EQUAL(0, syscall(SYS_move_mount, tree, "", AT_FDCWD, "b", MOVE_MOUNT_F_EMPTY_PATH));
    close(tree);
    CHECK(exists("b/early"));
    CHECK_ERRNO(EINVAL, syscall(SYS_open_tree, AT_FDCWD, "a", AT_RECURSIVE));
    tree = syscall(SYS_open_tree, AT_FDCWD, "a", 0);
    CHECK(tree >= 0);
    CHECK_ERRNO(EBADF, read(tree, &st, 1));
    close(tree);
    struct attr attr = {.set = 1 | 8};
    CHECK_EQUAL(0, syscall(SYS_mount_setattr, AT_FDCWD, "b", 0, &attr, sizeof attr));
    CHECK_ERRNO(EROFS, mkdir("b/late", 0755));
    CHECK(strncmp(info("/tmp/mounting/b"), "/ ro", 4) == 0);
    attr = (struct attr){.clear = 1};
    CHECK_EQUAL(0, syscall(SYS_mount_setattr, AT_FDCWD, "b", 0, &attr, sizeof attr));
    CHECK_EQUAL(0, mkdir("b/late", 0755));
    CHECK(exists("a/late"));
    attr = (struct attr){.set = 0x10};
    CHECK_ERRNO(EINVAL, syscall(SYS_mount_setattr, AT_FDCWD, "b", 0, &attr, sizeof attr));
    CHECK_ERRNO(EINVAL, syscall(SYS_mount_setattr, AT_FDCWD, "b/late", 0, &attr, sizeof attr));
    CHECK_ERRNO(EINVAL, syscall(SYS_mount_setattr, AT_FDCWD, "b", 0, &attr, 8));
    CHECK_EQUAL(0, umount("b"));
    CHECK_EQUAL(0, umount("a"));
}

struct request {
    uint32_t size, spare;
    uint64_t mount, parameter;
};

static void test_listing(void)
{
    uint64_t ids[64];
    struct {
        uint32_t size, options;
        uint64_t mask;
        uint32_t major, minor;
        uint64_t magic;
        uint32_t flags, type;
        uint64_t id, parent;
        uint32_t old_id, old_parent;
        uint64_t attributes, propagation, peers, master, from;
        uint32_t root, point;
        char rest[512 - 112];
        char strings[1024];
    } info;
    struct statx sx;
    CHECK_EQUAL(0, mount("t", "a", "tmpfs", MS_NOEXEC, NULL));
    CHECK_EQUAL(0, mount("u", "a", "tmpfs", 0, NULL));
    CHECK_EQUAL(0, statx(AT_FDCWD, "a", 0, 0x4000, &sx));
    if (HOST_LACKS((sx.stx_mask & 0x4000) == 0
                   || (syscall(SYS_listmount_, NULL, NULL, 0, 0) < 0 && errno == ENOSYS))) {
        CHECK_EQUAL(0, umount("a"));
        CHECK_EQUAL(0, umount("a"));
        return;
    }
    struct request request = {.size = 24, .mount = sx.stx_mnt_id, .parameter = 2 | 8 | 16 | 32};
    CHECK_EQUAL(0, syscall(SYS_statmount_, &request, &info, sizeof info, 0));
    CHECK_EQUAL(2 | 8 | 16 | 32, info.mask);
    CHECK_EQUAL(sx.stx_mnt_id, info.id);
    CHECK(strcmp(info.strings + info.type, "tmpfs") == 0);
    CHECK(strcmp(info.strings + info.root, "/") == 0);
    CHECK(strcmp(info.strings + info.point, "/tmp/mounting/a") == 0);
    CHECK_EQUAL(MS_PRIVATE, info.propagation);
    uint64_t under = info.parent;
    CHECK_ERRNO(EOVERFLOW, syscall(SYS_statmount_, &request, &info, 520, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_statmount_, &request, &info, sizeof info, 1));
    request.mount = under;
    request.parameter = 2;
    CHECK_EQUAL(0, syscall(SYS_statmount_, &request, &info, sizeof info, 0));
    CHECK_EQUAL(8, info.attributes & 15);
    request.parameter = 0;
    CHECK_EQUAL(1, syscall(SYS_listmount_, &request, ids, 64, 0));
    CHECK_EQUAL(sx.stx_mnt_id, ids[0]);
    CHECK_EQUAL(0, umount("a"));
    CHECK_EQUAL(0, syscall(SYS_listmount_, &request, ids, 64, 0));
    CHECK_EQUAL(0, umount("a"));
    CHECK_ERRNO(ENOENT, syscall(SYS_listmount_, &request, ids, 64, 0));
    /* A number of the old kind, which Linux before 6.11 did not tell from others. */
    request.mount = 5;
    CHECK_EQUAL(-1, syscall(SYS_listmount_, &request, ids, 64, 0));
    CHECK_EQUAL(-1, syscall(SYS_statmount_, &request, &info, sizeof info, 0));
    CHECK(errno == EINVAL || !check_is_ours());
}

static void test_overlay(void)
{
    CHECK_EQUAL(0, mount("t", "a", "tmpfs", 0, NULL));
    CHECK_EQUAL(0, mkdir("a/lower", 0755));
    CHECK_EQUAL(0, mkdir("a/upper", 0755));
    CHECK_EQUAL(0, mkdir("a/work", 0755));
    make("a/lower/below", "1");
    make("a/lower/gone", "2");
    CHECK_ERRNO(EINVAL, mount("o", "b", "overlay", 0, "lowerdir=a/lower,upperdir=a/upper"));
    CHECK_ERRNO(ENOENT, mount("o", "b", "overlay", 0, "lowerdir=a/none,upperdir=a/upper,workdir=a/work"));
    CHECK_EQUAL(0, mount("o", "b", "overlay", 0, "lowerdir=a/lower,upperdir=a/upper,workdir=a/work"));
    CHECK(exists("b/below"));
    make("b/above", "3");
    make("b/below", "44");
    CHECK_EQUAL(0, unlink("b/gone"));
    CHECK(!exists("b/gone"));
    CHECK(exists("a/upper/above"));
    CHECK(exists("a/lower/gone"));
    struct stat st;
    CHECK_EQUAL(0, stat("a/lower/below", &st));
    CHECK_EQUAL(1, st.st_size);
    CHECK_EQUAL(0, stat("b/below", &st));
    CHECK_EQUAL(2, st.st_size);
    CHECK_EQUAL(0, umount("b"));
    CHECK_EQUAL(0, umount("a"));
}

static void test_pivot(void)
{
    CHECK_EQUAL(0, mount("t", "a", "tmpfs", 0, NULL));
    CHECK_EQUAL(0, mkdir("a/old", 0755));
    make("a/inside", "i");
    CHECK_ERRNO(EINVAL, syscall(SYS_pivot_root, "b", "b"));
    CHECK_ERRNO(EBUSY, syscall(SYS_pivot_root, "/", "/tmp"));
    CHECK_EQUAL(0, syscall(SYS_pivot_root, "a", "a/old"));
    CHECK(exists("/inside"));
    CHECK(exists("/old/tmp/mounting/b"));
    CHECK_EQUAL(0, chdir("/"));
    CHECK_EQUAL(0, umount2("/old", MNT_DETACH));
    CHECK(!exists("/old/tmp"));
}

int main(void)
{
    if (HOST_LACKS(geteuid() != 0))
        return check_skipped("only root may mount");
    /* On a system that others use too. Where there is one tree of mounts alone, it is ours. */
    if (HOST_LACKS(unshare(CLONE_NEWNS) < 0 && errno != EINVAL))
        return check_skipped("there is no namespace of mounts for us");
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK(mkdir("/tmp/mounting", 0755) == 0 || errno == EEXIST);
    CHECK_EQUAL(0, mount("t", "/tmp/mounting", "tmpfs", 0, NULL));
    CHECK_EQUAL(0, chdir("/tmp/mounting"));
    test_bind();
    test_move();
    test_propagation();
    test_new_calls();
    test_listing();
    test_overlay();
    test_pivot();
    return check_done();
}
