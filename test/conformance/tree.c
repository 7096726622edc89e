/* openat(2) with O_TMPFILE and O_PATH, openat2(2), faccessat(2), fchownat(2), truncate(2), fallocate(2), lseek(2) in holes,
 * statfs(2), mknod(2), linkat(2), utimensat(2), the xattr family, mount(2) and slashes at the end of paths. */
#include "check.h"
#include <grp.h>
#include <sys/wait.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/xattr.h>

static int touch(const char *name)
{
    int fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0644);
    return fd < 0 ? fd : close(fd);
}

static void flags(void)
{
    CHECK_EQUAL(0, mkdir("dir", 0755));
    CHECK_EQUAL(0, touch("dir/f"));
    CHECK_ERRNO(EISDIR, open("dir", O_RDONLY | O_CREAT, 0644));
    CHECK_ERRNO(EISDIR, open("dir/new/", O_WRONLY | O_CREAT, 0644));
    CHECK_ERRNO(EINVAL, open(".", O_TMPFILE | O_RDONLY, 0600));
    int fd = open("dir", O_TMPFILE | O_RDWR, 0600);
    CHECK(fd >= 0);
    struct stat st;
    CHECK_EQUAL(0, fstat(fd, &st));
    CHECK_EQUAL(0, st.st_nlink);
    CHECK_EQUAL(3, write(fd, "tmp", 3));
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    CHECK_EQUAL(0, linkat(AT_FDCWD, link, AT_FDCWD, "dir/named", AT_SYMLINK_FOLLOW));
    CHECK_EQUAL(0, stat("dir/named", &st));
    CHECK_EQUAL(1, st.st_nlink);
    CHECK_EQUAL(3, st.st_size);
    close(fd);
    fd = open("dir/named", O_RDWR | O_TRUNC | O_APPEND);
    CHECK_EQUAL(0, fstat(fd, &st));
    CHECK_EQUAL(0, st.st_size);
    CHECK_EQUAL(O_RDWR | O_APPEND | 0100000, fcntl(fd, F_GETFL));
    close(fd);
    CHECK_EQUAL(0, unlink("dir/named"));
    fd = open("dir/f", O_PATH | O_CREAT | O_TRUNC);
    CHECK_ERRNO(EBADF, fchmod(fd, 0600));
    CHECK_ERRNO(EBADF, ftruncate(fd, 0));
    CHECK_ERRNO(ENOTDIR, fchdir(fd));
    CHECK_ERRNO(ENOTDIR, openat(fd, "x", O_RDONLY));
    close(fd);
    CHECK_ERRNO(EBADF, openat(-1, "x", O_RDONLY));
    fd = openat(-1, "/", O_RDONLY);
    CHECK(fd >= 0);
    close(fd);
}

static long openat2_(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = {.flags = flags, .resolve = resolve};
    return syscall(SYS_openat2, dir, path, &how, sizeof how);
}

static void resolutions(void)
{
    int dir = open("dir", O_PATH | O_DIRECTORY);
    int fd = openat2_(dir, "f", O_RDONLY, RESOLVE_BENEATH);
    CHECK(fd >= 0);
    close(fd);
    CHECK_ERRNO(EXDEV, openat2_(dir, "../dir/f", O_RDONLY, RESOLVE_BENEATH));
    CHECK_ERRNO(EXDEV, openat2_(dir, "/", O_RDONLY, RESOLVE_BENEATH));
    CHECK_ERRNO(EXDEV, openat2_(dir, "/proc/self", O_RDONLY, RESOLVE_NO_XDEV));
    int proc = open("/proc", O_RDONLY | O_DIRECTORY);
    char place[64];
    /* A magic link may lead to where it stands. */
    snprintf(place, sizeof place, "self/fd/%d", proc);
    fd = openat2_(proc, place, O_RDONLY, RESOLVE_NO_XDEV);
    CHECK(fd >= 0);
    close(fd);
    CHECK_ERRNO(EXDEV, openat2_(proc, "self/root", O_RDONLY, RESOLVE_NO_XDEV));
    close(proc);
    fd = openat2_(dir, "/../f", O_RDONLY, RESOLVE_IN_ROOT);
    CHECK(fd >= 0);
    close(fd);
    CHECK_ERRNO(ENOENT, openat2_(dir, "/proc/self", O_RDONLY, RESOLVE_IN_ROOT));
    CHECK_ERRNO(EINVAL, openat2_(dir, "f", O_RDONLY, RESOLVE_IN_ROOT | RESOLVE_BENEATH));
    CHECK_EQUAL(0, symlink("f", "dir/s"));
    CHECK_ERRNO(ELOOP, openat2_(dir, "s", O_RDONLY, RESOLVE_NO_SYMLINKS));
    CHECK_ERRNO(EINVAL, openat2_(dir, "f", 1ull << 40, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_openat2, dir, "f", "", 8));
    CHECK_EQUAL(0, unlink("dir/s"));
    close(dir);
}

static void slashes(void)
{
    CHECK_EQUAL(0, mkdir("one/", 0755));
    CHECK_ERRNO(ENOTDIR, rename("dir/f/", "dir/g"));
    CHECK_ERRNO(ENOTDIR, rename("dir/f", "dir/g/"));
    CHECK_EQUAL(0, rename("one/", "two/"));
    CHECK_ERRNO(ENOENT, symlink("x", "dir/link/"));
    CHECK_ERRNO(ENOENT, link("dir/f", "dir/link/"));
    CHECK_ERRNO(EISDIR, unlink("two/"));
    CHECK_ERRNO(ENOTDIR, unlink("dir/f/"));
    CHECK_ERRNO(EBUSY, rename("two/.", "three"));
    CHECK_ERRNO(ENOTEMPTY, rmdir("two/.."));
    CHECK_EQUAL(0, rmdir("two/"));
    CHECK_ERRNO(ENOENT, symlink("", "dir/link"));
    struct stat st;
    CHECK_ERRNO(ENOTDIR, stat("dir/f/.", &st));
}

static void sizes(void)
{
    int fd = open("sparse", O_CREAT | O_RDWR, 0644);
    CHECK_EQUAL(0, ftruncate(fd, 1 << 20));
    CHECK_EQUAL(1, pwrite(fd, "x", 1, 512 << 10));
    struct stat st;
    CHECK_EQUAL(0, fstat(fd, &st));
    CHECK(st.st_blocks > 0 && st.st_blocks < 1024);
    CHECK_EQUAL(512 << 10, lseek(fd, 0, SEEK_DATA));
    CHECK_EQUAL(0, lseek(fd, 0, SEEK_HOLE));
    CHECK_ERRNO(ENXIO, lseek(fd, 1 << 20, SEEK_DATA));
    CHECK_EQUAL(0, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 512 << 10, 4096));
    char byte = 'y';
    CHECK_EQUAL(1, pread(fd, &byte, 1, 512 << 10));
    CHECK_EQUAL(0, byte);
    CHECK_EQUAL(0, fallocate(fd, 0, 1 << 20, 4096));
    CHECK_EQUAL(0, fstat(fd, &st));
    CHECK_EQUAL((1 << 20) + 4096, st.st_size);
    CHECK_ERRNO(EINVAL, fallocate(fd, 0, -1, 4096));
    CHECK_ERRNO(EINVAL, fallocate(fd, 0, 0, 0));
    CHECK_ERRNO(EOPNOTSUPP, fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 4096));
    CHECK_EQUAL(0, truncate("sparse", 3));
    CHECK_ERRNO(EINVAL, truncate("sparse", -1));
    CHECK_ERRNO(EISDIR, truncate("dir", 0));
    CHECK_EQUAL(0, fsync(fd));
    CHECK_EQUAL(0, fdatasync(fd));
    close(fd);
    fd = open("sparse", O_RDONLY);
    CHECK_ERRNO(EINVAL, ftruncate(fd, 0));
    CHECK_ERRNO(EBADF, fallocate(fd, 0, 0, 1));
    close(fd);
    CHECK_EQUAL(0, unlink("sparse"));
    struct statfs fs;
    CHECK_EQUAL(0, statfs(".", &fs));
    CHECK(fs.f_bsize > 0 && fs.f_blocks >= fs.f_bfree && fs.f_namelen == 255);
    CHECK_ERRNO(ENOENT, statfs("none", &fs));
}

static void limits(void)
{
    struct rlimit old, small = {4096, 4096};
    CHECK_EQUAL(0, getrlimit(RLIMIT_FSIZE, &old));
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    CHECK_EQUAL(0, setrlimit(RLIMIT_FSIZE, &small));
    int fd = open("limited", O_CREAT | O_RDWR, 0600);
    char bytes[5000] = {0};
    CHECK_EQUAL(4096, write(fd, bytes, sizeof bytes));
    CHECK_ERRNO(EFBIG, write(fd, bytes, 1));
    CHECK_ERRNO(EFBIG, pwrite(fd, bytes, 1, 9999));
    CHECK_EQUAL(6, pwrite(fd, bytes, 10, 4090));
    struct iovec parts[2] = {{bytes, 3}, {bytes, 30}};
    CHECK_EQUAL(6, pwritev(fd, parts, 2, 4090));
    CHECK_ERRNO(EFBIG, pwritev(fd, parts, 2, 4096));
    CHECK_ERRNO(EFBIG, ftruncate(fd, 4097));
    CHECK_ERRNO(EFBIG, truncate("limited", 4097));
    CHECK_ERRNO(EFBIG, fallocate(fd, 0, 0, 4097));
    CHECK_EQUAL(0, ftruncate(fd, 10));
    /* Nor does it grow by what comes from elsewhere. */
    int from = open("limited", O_RDONLY), pipe_[2];
    off64_t end = 4096, near = 4090, start = 0;
    CHECK_ERRNO(EFBIG, copy_file_range(from, &start, fd, &end, 10, 0));
    CHECK_EQUAL(6, copy_file_range(from, &start, fd, &near, 10, 0));
    CHECK_EQUAL(4096, lseek(fd, 4096, SEEK_SET));
    CHECK_ERRNO(EFBIG, sendfile(fd, from, NULL, 10));
    CHECK_EQUAL(0, pipe(pipe_));
    CHECK_EQUAL(10, write(pipe_[1], bytes, 10));
    CHECK_ERRNO(EFBIG, splice(pipe_[0], NULL, fd, &end, 10, 0));
    near = 4090;
    CHECK_EQUAL(6, splice(pipe_[0], NULL, fd, &near, 10, 0));
    CHECK_EQUAL(4, read(pipe_[0], bytes, 10));
    close(from);
    close(pipe_[0]);
    close(pipe_[1]);
    CHECK_EQUAL(0, setrlimit(RLIMIT_FSIZE, &old));
    CHECK_EQUAL(0, ftruncate(fd, 5000));
    signal(SIGXFSZ, SIG_DFL);
    close(fd);
    CHECK_EQUAL(0, unlink("limited"));
}

static void owners(void)
{
    struct stat st;
    CHECK_EQUAL(0, chmod("dir/f", 06755));
    CHECK_EQUAL(0, chown("dir/f", 12, 34));
    CHECK_EQUAL(0, stat("dir/f", &st));
    CHECK_EQUAL(12, st.st_uid);
    CHECK_EQUAL(34, st.st_gid);
    CHECK_EQUAL(S_IFREG | 0755, st.st_mode);
    CHECK_EQUAL(0, chown("dir/f", -1, 35));
    CHECK_EQUAL(0, stat("dir/f", &st));
    CHECK_EQUAL(12, st.st_uid);
    CHECK_EQUAL(35, st.st_gid);
    CHECK_EQUAL(0, symlink("f", "dir/s"));
    CHECK_EQUAL(0, lchown("dir/s", 7, 7));
    CHECK_EQUAL(0, lstat("dir/s", &st));
    CHECK_EQUAL(7, st.st_uid);
    CHECK_EQUAL(0, stat("dir/s", &st));
    CHECK_EQUAL(12, st.st_uid);
    CHECK_EQUAL(0, unlink("dir/s"));
    CHECK_EQUAL(0, chmod("dir/f", 0600));
    CHECK_ERRNO(EACCES, faccessat(AT_FDCWD, "dir/f", X_OK, 0));
    CHECK_EQUAL(0, faccessat(AT_FDCWD, "dir/f", R_OK | W_OK, 0));
    CHECK_ERRNO(EINVAL, faccessat(AT_FDCWD, "dir/f", 8, 0));
}

static void strangers(void)
{
    /* Effective user only: the real one stays root, so that we can come back; access(2) asks about the real one. */
    CHECK_EQUAL(0, chmod("dir", 0755));
    CHECK_EQUAL(0, seteuid(1000));
    CHECK_ERRNO(EACCES, open("dir/f", O_RDONLY));
    CHECK_ERRNO(EACCES, open("dir/new", O_CREAT | O_WRONLY, 0600));
    CHECK_ERRNO(EACCES, unlink("dir/f"));
    CHECK_ERRNO(EACCES, mkdir("dir/d", 0700));
    CHECK_ERRNO(EPERM, chmod("dir/f", 0777));
    CHECK_ERRNO(EPERM, chown("dir/f", 1000, -1));
    CHECK_ERRNO(EACCES, utimensat(AT_FDCWD, "dir/f", NULL, 0));
    struct timespec times[2] = {{1, 0}, {1, 0}};
    CHECK_ERRNO(EPERM, utimensat(AT_FDCWD, "dir/f", times, 0));
    CHECK_ERRNO(EPERM, chroot("."));
    CHECK_ERRNO(EACCES, mknod("dir/device", S_IFCHR | 0600, makedev(1, 3)));
    CHECK_EQUAL(0, access("dir/f", R_OK));
    CHECK_ERRNO(EACCES, faccessat(AT_FDCWD, "dir/f", R_OK, AT_EACCESS));
    CHECK_EQUAL(0, seteuid(0));
    CHECK_EQUAL(0, chmod("dir", 01777));
    CHECK_EQUAL(0, seteuid(1000));
    CHECK_EQUAL(0, touch("dir/mine"));
    CHECK_ERRNO(EPERM, mknod("dir/device", S_IFCHR | 0600, makedev(1, 3)));
    CHECK_ERRNO(EPERM, unlink("dir/f"));
    CHECK_ERRNO(EPERM, rename("dir/f", "dir/g"));
    CHECK_EQUAL(0, unlink("dir/mine"));
    CHECK_EQUAL(0, seteuid(0));
}

static void nodes(void)
{
    struct stat st;
    CHECK_EQUAL(0, mknod("dir/null", S_IFCHR | 0666, makedev(1, 3)));
    CHECK_EQUAL(0, stat("dir/null", &st));
    CHECK_EQUAL(makedev(1, 3), st.st_rdev);
    CHECK_EQUAL(0, mknod("dir/plain", 0600, 0));
    CHECK_EQUAL(0, stat("dir/plain", &st));
    CHECK(S_ISREG(st.st_mode));
    CHECK_ERRNO(EEXIST, mknod("dir/plain", S_IFIFO | 0600, 0));
    CHECK_ERRNO(EPERM, mknod("dir/d", S_IFDIR | 0700, 0));
    CHECK_EQUAL(0, mkfifo("dir/fifo", 0600));
    CHECK_ERRNO(ENXIO, open("dir/fifo", O_WRONLY | O_NONBLOCK));
    int reader = open("dir/fifo", O_RDONLY | O_NONBLOCK);
    int writer = open("dir/fifo", O_WRONLY | O_NONBLOCK);
    CHECK(reader >= 0 && writer >= 0);
    CHECK_EQUAL(2, write(writer, "ab", 2));
    char bytes[2];
    CHECK_EQUAL(2, read(reader, bytes, 2));
    close(reader);
    close(writer);
    CHECK_EQUAL(0, unlink("dir/null"));
    CHECK_EQUAL(0, unlink("dir/plain"));
    CHECK_EQUAL(0, unlink("dir/fifo"));
}

static void times(void)
{
    struct stat st;
    struct timespec past[2] = {{-5, 7}, {2000000000, 999999999}};
    CHECK_EQUAL(0, utimensat(AT_FDCWD, "dir/f", past, 0));
    CHECK_EQUAL(0, stat("dir/f", &st));
    CHECK_EQUAL(-5, st.st_atime);
    CHECK_EQUAL(7, st.st_atim.tv_nsec);
    CHECK_EQUAL(2000000000, st.st_mtime);
    CHECK_EQUAL(999999999, st.st_mtim.tv_nsec);
    struct timeval micro[2] = {{10, 5}, {11, 6}};
    CHECK_EQUAL(0, utimes("dir/f", micro));
    CHECK_EQUAL(0, stat("dir/f", &st));
    CHECK_EQUAL(5000, st.st_atim.tv_nsec);
    CHECK_EQUAL(11, st.st_mtime);
    past[0].tv_nsec = 1000000000;
    CHECK_ERRNO(EINVAL, utimensat(AT_FDCWD, "dir/f", past, 0));
    int fd = open("dir/f", O_RDONLY);
    CHECK_EQUAL(0, futimens(fd, NULL));
    CHECK_EQUAL(0, fstat(fd, &st));
    CHECK(st.st_mtime > 1000000000);
    struct stat before = st;
    CHECK_EQUAL(0, fchmod(fd, 0640));
    CHECK_EQUAL(0, fstat(fd, &st));
    CHECK_EQUAL(before.st_mtim.tv_nsec, st.st_mtim.tv_nsec);
    CHECK(st.st_ctim.tv_sec > before.st_ctim.tv_sec || st.st_ctim.tv_nsec >= before.st_ctim.tv_nsec);
    close(fd);
}

static void attributes(void)
{
    char value[16];
    CHECK_ERRNO(ENOENT, getxattr("none", "user.a", value, sizeof value));
    CHECK_ERRNO(ERANGE, getxattr("dir/f", "", value, sizeof value));
    CHECK_ERRNO(EOPNOTSUPP, getxattr("dir/f", "nonsense", value, sizeof value));
    CHECK_EQUAL(0, listxattr("dir/f", NULL, 0));
    CHECK_ERRNO(EBADF, flistxattr(-1, NULL, 0));
}

static void removed(void)
{
    CHECK_EQUAL(0, mkdir("gone", 0755));
    CHECK_EQUAL(0, chdir("gone"));
    CHECK_EQUAL(0, rmdir("../gone"));
    char path[100];
    CHECK_ERRNO(ENOENT, syscall(SYS_getcwd, path, sizeof path));
    CHECK_ERRNO(ENOENT, open("x", O_CREAT | O_WRONLY, 0600));
    CHECK_ERRNO(ENOENT, mkdir("x", 0700));
    int fd = open(".", O_RDONLY);
    CHECK(fd >= 0);
    CHECK_ERRNO(ENOENT, syscall(SYS_getdents64, fd, path, sizeof path));
    close(fd);
    CHECK_EQUAL(0, chdir(".."));
    fd = open("dir", O_RDONLY);
    CHECK_ERRNO(EINVAL, syscall(SYS_getdents64, fd, path, 8));
    CHECK_ERRNO(EISDIR, read(fd, path, 8));
    close(fd);
}

/* Needs more than user 0 on the host, where a container may not mount. */
static void mounts(void)
{
    CHECK_EQUAL(0, mkdir("mnt", 0755));
    CHECK_ERRNO(ENOENT, mount("none", "missing", "tmpfs", 0, ""));
    if (mount("none", "mnt", "tmpfs", MS_NOSUID, "size=64k,mode=700") < 0) {
        CHECK_EQUAL(EPERM, errno);
        CHECK_EQUAL(0, rmdir("mnt"));
        return;
    }
    struct stat st, outside;
    CHECK_EQUAL(0, stat("mnt", &st));
    CHECK_EQUAL(S_IFDIR | 0700, st.st_mode);
    CHECK_EQUAL(0, stat(".", &outside));
    CHECK(st.st_dev != outside.st_dev);
    int fd = open("mnt/f", O_CREAT | O_RDWR, 0600);
    CHECK_ERRNO(ENOSPC, fallocate(fd, 0, 0, 1 << 20));
    CHECK_ERRNO(EBUSY, umount("mnt"));
    CHECK_ERRNO(EBUSY, rmdir("mnt"));
    CHECK_ERRNO(EXDEV, link("mnt/f", "f"));
    CHECK_ERRNO(EXDEV, rename("mnt/f", "f"));
    CHECK_ERRNO(EINVAL, umount("mnt/f"));
    /* A rename in vain holds nothing. */
    struct statfs before, after;
    CHECK_EQUAL(0, statfs("mnt", &before));
    CHECK_EQUAL(0, mkdir("mnt/d", 0700));
    CHECK_ERRNO(EXDEV, rename("dir", "mnt/d/dir"));
    CHECK_EQUAL(0, rmdir("mnt/d"));
    CHECK_EQUAL(0, statfs("mnt", &after));
    CHECK_EQUAL(before.f_ffree, after.f_ffree);
    close(fd);
    /* RENAME_WHITEOUT leaves the device by which an overlay knows that a name is gone. */
    CHECK_EQUAL(0, syscall(SYS_renameat2, AT_FDCWD, "mnt/f", AT_FDCWD, "mnt/g", 4));
    CHECK_EQUAL(0, stat("mnt/f", &st));
    CHECK_EQUAL(S_IFCHR, st.st_mode);
    CHECK_EQUAL(0, st.st_rdev);
    CHECK_ERRNO(EINVAL, syscall(SYS_renameat2, AT_FDCWD, "mnt/g", AT_FDCWD, "mnt/f", 4 | 2));
    CHECK_ERRNO(EEXIST, syscall(SYS_renameat2, AT_FDCWD, "mnt/g", AT_FDCWD, "mnt/f", 4 | 1));
    CHECK_EQUAL(0, rename("mnt/g", "mnt/f"));
    CHECK_EQUAL(0, mount(NULL, "mnt", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    CHECK_ERRNO(EROFS, open("mnt/f", O_WRONLY));
    CHECK_ERRNO(EROFS, unlink("mnt/f"));
    CHECK_ERRNO(EROFS, chmod("mnt/f", 0777));
    CHECK_ERRNO(EROFS, access("mnt/f", W_OK));
    CHECK_EQUAL(0, umount("mnt"));
    CHECK_ERRNO(EINVAL, umount("mnt"));
    CHECK_ERRNO(ENODEV, mount("none", "mnt", "nosuchfs", 0, ""));
    CHECK_ERRNO(EINVAL, mount("none", "mnt", "tmpfs", 0, "nonsense=1"));
    CHECK_EQUAL(0, rmdir("mnt"));
}

/* linkat(2) brings nothing back, but what open(2) made without a name. */
static void nameless(void)
{
    int gone = open("gone", O_CREAT | O_RDWR, 0600), never = open(".", O_TMPFILE | O_RDWR, 0600);
    CHECK_EQUAL(0, unlink("gone"));
    CHECK_ERRNO(ENOENT, linkat(gone, "", AT_FDCWD, "back", AT_EMPTY_PATH));
    if (never >= 0) {
        CHECK_EQUAL(0, linkat(never, "", AT_FDCWD, "back", AT_EMPTY_PATH));
        CHECK_EQUAL(0, unlink("back"));
    }
    close(never);
    close(gone);
    CHECK_ERRNO(ENOENT, fchmodat(-1, "", 0600, 0));
    CHECK_ERRNO(EINVAL, ftruncate(-1, -1));
}

/* Only members make programs that run as the group of a directory. */
static void group_of_a_directory(void)
{
    struct stat made;
    CHECK_EQUAL(0, mkdir("group", 0777));
    CHECK_EQUAL(0, chown("group", 0, 4321));
    CHECK_EQUAL(0, chmod("group", 02777));
    mode_t before = umask(0);
    fflush(stdout);
    if (fork() == 0) {
        check_failures = 0;
        CHECK_EQUAL(0, setgroups(0, NULL));
        CHECK_EQUAL(0, setgid(1000));
        CHECK_EQUAL(0, setuid(1000));
        CHECK_EQUAL(0, close(open("group/program", O_CREAT | O_RDWR, 02755)));
        CHECK_EQUAL(0, stat("group/program", &made));
        CHECK_EQUAL(4321, made.st_gid);
        CHECK_EQUAL(S_IFREG | 0755, made.st_mode);
        CHECK_EQUAL(0, mknod("group/plain", S_IFREG | 02644, 0));
        CHECK_EQUAL(0, stat("group/plain", &made));
        CHECK_EQUAL(S_IFREG | 02644, made.st_mode);
        CHECK_EQUAL(0, mkdir("group/directory", 0700));
        CHECK_EQUAL(0, stat("group/directory", &made));
        CHECK_EQUAL(S_IFDIR | 02700, made.st_mode);
        fflush(stdout);
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK(wait(&status) > 0);
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, close(open("group/root", O_CREAT | O_RDWR, 02755)));
    CHECK_EQUAL(0, stat("group/root", &made));
    CHECK_EQUAL(S_IFREG | 02755, made.st_mode);
    umask(before);
    CHECK_EQUAL(0, unlink("group/root") | unlink("group/program") | unlink("group/plain") | rmdir("group/directory"));
    CHECK_EQUAL(0, rmdir("group"));
}

int main(void)
{
    char directory[] = "/tmp/tree.XXXXXX";
    CHECK(mkdtemp(directory) != NULL);
    CHECK_EQUAL(0, chmod(directory, 0755));
    CHECK_EQUAL(0, chdir(directory));
    umask(022);
    flags();
    resolutions();
    slashes();
    sizes();
    limits();
    nameless();
    if (geteuid() == 0) {
        group_of_a_directory();
        owners();
        strangers();
        nodes();
        mounts();
    }
    times();
    attributes();
    removed();
    CHECK_EQUAL(0, unlink("dir/f"));
    CHECK_EQUAL(0, rmdir("dir"));
    CHECK_EQUAL(0, chdir("/"));
    CHECK_EQUAL(0, rmdir(directory));
    return check_done();
}
