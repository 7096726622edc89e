/*
 * What files lose and keep when others change them: the bits that make programs privileged, and their times; and in
 * which order a mount that is read-only, or busy, refuses. As root in a tree of mounts of its own.
 */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

static mode_t mode_of(const char *name)
{
    struct stat status = {0};
    CHECK_EQUAL(0, lstat(name, &status));
    return status.st_mode & 07777;
}

/* Runs as a user whose only group has the same number. */
static void as(int id, void (*what)(void))
{
    pid_t child = fork();
    if (child == 0) {
        gid_t group = id;
        check_failures = 0;
        CHECK_EQUAL(0, setgroups(1, &group));
        CHECK_EQUAL(0, setgid(id));
        CHECK_EQUAL(0, setuid(id));
        what();
        fflush(stdout);
        _exit(check_failures != 0);
    }
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void writes(void)
{
    int fd = open("program", O_WRONLY);
    CHECK_EQUAL(1, write(fd, "x", 1));
    close(fd);
}

static void empties(void)
{
    int fd = open("program", O_WRONLY | O_TRUNC);
    CHECK(fd >= 0);
    close(fd);
}

static void reserves(void)
{
    int fd = open("program", O_WRONLY);
    CHECK_EQUAL(0, fallocate(fd, 0, 0, 4096));
    close(fd);
}

static void copies(void)
{
    int fd = open("program", O_WRONLY), from = open("source", O_RDONLY);
    CHECK_EQUAL(1, copy_file_range(from, NULL, fd, NULL, 1, 0));
    close(from);
    close(fd);
}

static void sends(void)
{
    int fd = open("program", O_WRONLY), from = open("source", O_RDONLY);
    CHECK_EQUAL(1, sendfile(fd, from, NULL, 1));
    close(from);
    close(fd);
}

static void splices(void)
{
    int fd = open("program", O_WRONLY), ends[2];
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(1, write(ends[1], "x", 1));
    CHECK_EQUAL(1, splice(ends[0], NULL, fd, NULL, 1, 0));
    close(ends[0]);
    close(ends[1]);
    close(fd);
}

static void privileged_bits(void)
{
    void (*const changes[])(void) = {writes, empties, reserves, copies, sends, splices};
    int fd = open("source", O_CREAT | O_WRONLY, 0644);
    CHECK_EQUAL(1, write(fd, "x", 1));
    close(fd);
    fd = open("program", O_CREAT | O_WRONLY, 0600);
    close(fd);
    CHECK_EQUAL(0, chown("program", 100, 100));
    for (int i = 0; i < 6; i++) {
        CHECK_EQUAL(0, chmod("program", 06777));
        as(200, changes[i]);
        CHECK_EQUAL(0777, mode_of("program"));
        /* Without the right to execute it the bit is no privilege; only strangers take it away. */
        CHECK_EQUAL(0, chmod("program", 02666));
        as(200, changes[i]);
        CHECK_EQUAL(0666, mode_of("program"));
        CHECK_EQUAL(0, chmod("program", 02666));
        as(100, changes[i]);
        CHECK_EQUAL(02666, mode_of("program"));
    }
}

static void makes(void)
{
    umask(0);
    close(open("group/program", O_CREAT | O_WRONLY, 02775));
    close(open("group/data", O_CREAT | O_WRONLY, 02664));
    CHECK_EQUAL(0, mkdir("group/directory", 0700));
}

static void bits_of_new_files(void)
{
    CHECK_EQUAL(0, mkdir("group", 0777));
    CHECK_EQUAL(0, chown("group", 50, 60));
    CHECK_EQUAL(0, chmod("group", 02777));
    as(200, makes);
    CHECK_EQUAL(0775, mode_of("group/program"));
    CHECK_EQUAL(02664, mode_of("group/data"));
    CHECK_EQUAL(02700, mode_of("group/directory"));
}

static void times_that_change(void)
{
    struct timespec old[2] = {{100, 0}, {200, 0}};
    struct stat status;
    int fd = open("sized", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(0, ftruncate(fd, 10));
    CHECK_EQUAL(0, utimensat(AT_FDCWD, "sized", old, 0));
    CHECK_EQUAL(0, truncate("sized", 10));
    CHECK_EQUAL(0, fstat(fd, &status));
    CHECK_EQUAL(200, status.st_mtim.tv_sec);
    CHECK_EQUAL(0, ftruncate(fd, 10));
    CHECK_EQUAL(0, fstat(fd, &status));
    CHECK(status.st_mtim.tv_sec > 200);
    close(fd);
    CHECK_EQUAL(0, symlink("sized", "link"));
    CHECK_EQUAL(0, utimensat(AT_FDCWD, "link", old, AT_SYMLINK_NOFOLLOW));
    CHECK_EQUAL(0, stat("link", &status));
    CHECK_EQUAL(0, lstat("link", &status));
    CHECK(status.st_atim.tv_sec > 200);
    CHECK_EQUAL(0, mkdir("listed", 0700));
    CHECK_EQUAL(0, utimensat(AT_FDCWD, "listed", old, 0));
    DIR *directory = opendir("listed");
    CHECK(readdir(directory) != NULL);
    closedir(directory);
    CHECK_EQUAL(0, stat("listed", &status));
    CHECK(status.st_atim.tv_sec > 200);
}

static void read_only_mounts(void)
{
    struct statvfs statistics;
    CHECK_EQUAL(0, mkdir("mount", 0700));
    CHECK_EQUAL(0, mount("t", "mount", "tmpfs", 0, NULL));
    int fd = open("mount/file", O_CREAT | O_WRONLY, 0600);
    CHECK_ERRNO(EBUSY, mount(NULL, "mount", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    close(fd);
    CHECK_EQUAL(0, mount(NULL, "mount", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    CHECK_ERRNO(EROFS, unlink("mount/none"));
    CHECK_ERRNO(EROFS, rmdir("mount/none"));
    CHECK_ERRNO(EROFS, rename("mount/none", "mount/other"));
    CHECK_ERRNO(EXDEV, rename("/", "mount/other"));
    CHECK_EQUAL(0, statvfs("mount", &statistics));
    CHECK_EQUAL(ST_RDONLY | ST_RELATIME, statistics.f_flag & (ST_RDONLY | ST_RELATIME | ST_NOSUID));
    CHECK_EQUAL(0, umount("mount"));
}

int main(void)
{
    if (HOST_LACKS(geteuid() != 0 || (unshare(CLONE_NEWNS) < 0 && errno != EINVAL)))
        return check_skipped("there is no tree of mounts for us");
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK(mkdir("/tmp/file_bits", 0755) == 0 || errno == EEXIST);
    CHECK_EQUAL(0, mount("t", "/tmp/file_bits", "tmpfs", 0, NULL));
    CHECK_EQUAL(0, chdir("/tmp/file_bits"));
    umask(0);
    privileged_bits();
    bits_of_new_files();
    times_that_change();
    read_only_mounts();
    return check_done();
}
