/*
 * What a mounted proc and tmpfs are: their contents, options and limits, proc(5), tmpfs(5); and the seals of memfds
 * that stop what is to come, memfd_create(2), fcntl(2). As root alone.
 */
#include "check.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x10
#endif

static int make(const char *path, size_t bytes)
{
    static char zeros[65536];
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
    if (fd < 0)
        return -errno;
    while (bytes > 0) {
        ssize_t n = write(fd, zeros, bytes < sizeof zeros ? bytes : sizeof zeros);
        if (n < 0) {
            int error = errno;
            close(fd);
            return -error;
        }
        bytes -= n;
    }
    return close(fd);
}

static void proc(void)
{
    char target[64], own[32];
    struct statfs fs;
    CHECK_EQUAL(0, mkdir("p", 0755));
    CHECK_EQUAL(0, mount("proc", "p", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
    CHECK_EQUAL(0, statfs("p", &fs));
    CHECK_EQUAL(0x9fa0, fs.f_type);
    ssize_t n = readlink("p/self", target, sizeof target - 1);
    CHECK(n > 0);
    target[n > 0 ? n : 0] = 0;
    snprintf(own, sizeof own, "%d", getpid());
    CHECK(strcmp(target, own) == 0);
    CHECK_EQUAL(0, access("p/self/status", R_OK));
    CHECK_EQUAL(0, access("p/sys/kernel/pid_max", R_OK));
    CHECK_ERRNO(ENOENT, access("p/999999999", F_OK));
    CHECK_ERRNO(ENODEV, mount("x", "p", "nosuchfs", 0, NULL));
    CHECK_EQUAL(0, umount("p"));
    CHECK_ERRNO(ENOENT, access("p/self", F_OK));
}

static void size_limits(void)
{
    struct statfs fs;
    struct stat st;
    CHECK_EQUAL(0, mkdir("t", 0755));
    CHECK_EQUAL(0, mount("t", "t", "tmpfs", 0, "size=64k,nr_inodes=5,mode=1770,uid=12,gid=34"));
    CHECK_EQUAL(0, stat("t", &st));
    CHECK_EQUAL(S_IFDIR | 01770, st.st_mode);
    CHECK_EQUAL(12, st.st_uid);
    CHECK_EQUAL(34, st.st_gid);
    CHECK_EQUAL(0, statfs("t", &fs));
    CHECK_EQUAL(16, fs.f_blocks);
    CHECK_EQUAL(5, fs.f_files);
    CHECK_EQUAL(-ENOSPC, make("t/large", 100000));
    CHECK_EQUAL(0, stat("t/large", &st));
    CHECK(st.st_size <= 65536);
    CHECK_EQUAL(0, unlink("t/large"));
    CHECK_EQUAL(0, make("t/fits", 60000));
    CHECK_EQUAL(0, statfs("t", &fs));
    CHECK(fs.f_bavail <= 1);
    CHECK_EQUAL(0, make("t/1", 0));
    CHECK_EQUAL(0, make("t/2", 0));
    CHECK_EQUAL(0, make("t/3", 0));
    CHECK_EQUAL(-ENOSPC, make("t/4", 0));
    CHECK_ERRNO(ENOSPC, mkdir("t/4", 0755));
    /* Made larger while it is used; not smaller than what is there. */
    CHECK_EQUAL(0, mount(NULL, "t", NULL, MS_REMOUNT, "size=1m,nr_inodes=100"));
    CHECK_EQUAL(0, make("t/large", 100000));
    CHECK_ERRNO(EINVAL, mount(NULL, "t", NULL, MS_REMOUNT, "size=8k"));
    CHECK_EQUAL(0, mount(NULL, "t", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    CHECK_EQUAL(-EROFS, make("t/5", 0));
    CHECK_ERRNO(EROFS, unlink("t/1"));
    CHECK_EQUAL(0, umount("t"));
    CHECK_ERRNO(EINVAL, mount("t", "t", "tmpfs", 0, "nonsense=1"));
    CHECK_ERRNO(EINVAL, mount("t", "t", "tmpfs", 0, "size=abc"));
}

/* No limit, no figures, and whatever options but mode=, ramfs-rootfs-initramfs.rst of Linux. */
static void ram(void)
{
    struct statfs fs;
    struct stat st;
    CHECK_EQUAL(0, mkdir("r", 0755));
    CHECK_EQUAL(0, mount("x", "r", "ramfs", 0, "size=4k,mode=700"));
    CHECK_EQUAL(0, statfs("r", &fs));
    CHECK_EQUAL(0x858458f6, fs.f_type);
    CHECK_EQUAL(0, fs.f_blocks);
    CHECK_EQUAL(255, fs.f_namelen);
    CHECK_EQUAL(0, stat("r", &st));
    CHECK_EQUAL(S_IFDIR | 0700, st.st_mode);
    CHECK_EQUAL(0, make("r/large", 100000));
    CHECK_EQUAL(0, umount("r"));
    CHECK_EQUAL(0, mount("x", "r", "tmpfs", 0, "size=4k,inode64"));
    CHECK_EQUAL(-ENOSPC, make("r/large", 100000));
    CHECK_EQUAL(0, umount("r"));
    CHECK_ERRNO(EINVAL, mount("x", "r", "tmpfs", 0, "inode65"));
}

static void future_writes(void)
{
    int fd = memfd_create("sealed", MFD_ALLOW_SEALING);
    CHECK_EQUAL(0, ftruncate(fd, 4096));
    char *before = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK_EQUAL(0, fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
    CHECK_EQUAL(F_SEAL_FUTURE_WRITE, fcntl(fd, F_GET_SEALS));
    before[0] = 'x';
    CHECK_ERRNO(EPERM, pwrite(fd, "abc", 3, 0));
    CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EPERM);
    char *after = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(after != MAP_FAILED && after[0] == 'x');
    CHECK_ERRNO(EACCES, mprotect(after, 4096, PROT_READ | PROT_WRITE));
    char *private = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(private != MAP_FAILED);
    private[0] = 'y';
    CHECK_EQUAL('x', before[0]);
    CHECK_ERRNO(EPERM, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
    /* What another opens by name is sealed too. */
    char place[64];
    snprintf(place, sizeof place, "/proc/self/fd/%d", fd);
    int again = open(place, O_RDWR);
    CHECK_ERRNO(EPERM, write(again, "abc", 3));
    close(again);
    again = open(place, O_RDONLY);
    CHECK_ERRNO(EPERM, fcntl(again, F_ADD_SEALS, F_SEAL_GROW));
    close(again);
    close(fd);
    fd = open("/dev/null", O_RDWR);
    CHECK_ERRNO(EINVAL, fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
    close(fd);
}

int main(void)
{
    if (HOST_LACKS(geteuid() != 0 || (unshare(CLONE_NEWNS) < 0 && errno != EINVAL)))
        return check_skipped("there is no tree of mounts for us");
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK(mkdir("/tmp/mount_kinds", 0755) == 0 || errno == EEXIST);
    CHECK_EQUAL(0, mount("t", "/tmp/mount_kinds", "tmpfs", 0, NULL));
    CHECK_EQUAL(0, chdir("/tmp/mount_kinds"));
    proc();
    size_limits();
    ram();
    future_writes();
    return check_done();
}
