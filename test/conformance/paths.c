/* open(2), mkdir(2), rename(2), link(2), symlink(2), unlink(2), stat(2), getdents(2), path_resolution(7). */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

static int touch(const char *name)
{
    int fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0644);
    return fd < 0 ? fd : close(fd);
}

static void opens(void)
{
    CHECK_EQUAL(0, touch("a"));
    CHECK_ERRNO(EEXIST, open("a", O_CREAT | O_EXCL | O_WRONLY, 0644));
    CHECK_ERRNO(ENOTDIR, open("a/b", O_RDONLY));
    CHECK_ERRNO(ENOTDIR, open("a", O_RDONLY | O_DIRECTORY));
    CHECK_ERRNO(ENOTDIR, open("a/", O_RDONLY));
    CHECK_ERRNO(ENOENT, open("", O_RDONLY));
    CHECK_ERRNO(ENOENT, open("none", O_RDONLY));
    CHECK_ERRNO(EISDIR, open(".", O_WRONLY));
    CHECK_ERRNO(EFAULT, open((char *)8, O_RDONLY));
    char longName[300];
    memset(longName, 'n', sizeof longName);
    longName[256] = 0;
    CHECK_ERRNO(ENAMETOOLONG, open(longName, O_RDONLY));
    char longPath[PATH_MAX + 2];
    memset(longPath, '/', sizeof longPath);
    longPath[PATH_MAX] = 0;
    CHECK_ERRNO(ENAMETOOLONG, open(longPath, O_RDONLY));
    mode_t old = umask(077);
    CHECK_EQUAL(0, touch("private"));
    struct stat st;
    CHECK_EQUAL(0, stat("private", &st));
    CHECK_EQUAL(S_IFREG | 0600, st.st_mode);
    umask(old);
    int path = open("a", O_PATH);
    char byte;
    CHECK_ERRNO(EBADF, read(path, &byte, 1));
    CHECK_EQUAL(0, fstat(path, &st));
    close(path);
}

static void links(void)
{
    struct stat st, other;
    CHECK_EQUAL(0, link("a", "b"));
    CHECK_EQUAL(0, stat("a", &st));
    CHECK_EQUAL(0, stat("b", &other));
    CHECK_EQUAL(2, st.st_nlink);
    CHECK_EQUAL(st.st_ino, other.st_ino);
    CHECK_ERRNO(EEXIST, link("a", "b"));
    CHECK_ERRNO(EPERM, link(".", "directory"));
    CHECK_EQUAL(0, unlink("b"));
    CHECK_EQUAL(0, symlink("a", "s"));
    CHECK_EQUAL(0, lstat("s", &st));
    CHECK(S_ISLNK(st.st_mode));
    CHECK_EQUAL(1, st.st_size);
    char target[8];
    CHECK_EQUAL(1, readlink("s", target, sizeof target));
    CHECK_ERRNO(EINVAL, readlink("a", target, sizeof target));
    CHECK_ERRNO(ELOOP, open("s", O_RDONLY | O_NOFOLLOW));
    CHECK_EQUAL(0, symlink("loop", "loop"));
    CHECK_ERRNO(ELOOP, open("loop", O_RDONLY));
    CHECK_EQUAL(0, symlink("nowhere", "dangling"));
    CHECK_ERRNO(ENOENT, open("dangling", O_RDONLY));
    CHECK_EQUAL(0, close(open("dangling", O_CREAT | O_WRONLY, 0600)));
    CHECK_EQUAL(0, access("nowhere", F_OK));
    CHECK_EQUAL(0, unlink("loop"));
}

static void directories(void)
{
    CHECK_EQUAL(0, mkdir("d", 0755));
    CHECK_ERRNO(EEXIST, mkdir("d", 0755));
    CHECK_ERRNO(ENOENT, mkdir("no/d", 0755));
    CHECK_EQUAL(0, touch("d/x"));
    CHECK_ERRNO(ENOTEMPTY, rmdir("d"));
    CHECK_ERRNO(EISDIR, unlink("d"));
    CHECK_ERRNO(ENOTDIR, rmdir("a"));
    CHECK_ERRNO(EINVAL, rmdir("d/."));
    CHECK_EQUAL(0, rename("a", "d/a"));
    CHECK_ERRNO(ENOENT, rename("a", "d/a"));
    CHECK_ERRNO(EINVAL, rename("d", "d/inside"));
    CHECK_ERRNO(ENOTDIR, rename("d", "private"));
    CHECK_ERRNO(EISDIR, rename("private", "d"));
    CHECK_ERRNO(EEXIST, renameat2(AT_FDCWD, "private", AT_FDCWD, "d/a", RENAME_NOREPLACE));
    CHECK_EQUAL(0, renameat2(AT_FDCWD, "private", AT_FDCWD, "d/a", RENAME_EXCHANGE));
    struct stat st;
    CHECK_EQUAL(0, stat("d/a", &st));
    CHECK_EQUAL(0600, st.st_mode & 0777);
    char where[PATH_MAX], before[PATH_MAX];
    CHECK(getcwd(before, sizeof before) != NULL);
    CHECK_EQUAL(0, chdir("d"));
    CHECK(getcwd(where, sizeof where) != NULL);
    CHECK_EQUAL(strlen(before) + 2, strlen(where));
    CHECK_EQUAL(0, access("../d/../d/x", R_OK | W_OK));
    CHECK_EQUAL(0, chdir(".."));
    CHECK_ERRNO(ENOTDIR, chdir("d/x"));
    CHECK_ERRNO(ERANGE, syscall(79, where, 2));
}

static void listing(void)
{
    CHECK_EQUAL(0, mkdir("many", 0755));
    char name[32];
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "many/file%d", i);
        CHECK_EQUAL(0, touch(name));
    }
    int seen = 0;
    DIR *directory = opendir("many");
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] != '.') {
            seen++;
            snprintf(name, sizeof name, "many/%.20s", entry->d_name);
            CHECK_EQUAL(0, unlink(name));
        }
    }
    closedir(directory);
    CHECK_EQUAL(500, seen);
    CHECK_EQUAL(0, rmdir("many"));
}

static void attributes(void)
{
    struct stat st;
    CHECK_EQUAL(0, chmod("d/x", 04711));
    CHECK_EQUAL(0, stat("d/x", &st));
    CHECK_EQUAL(S_IFREG | 04711, st.st_mode);
    struct timespec times[2] = {{1000, 5}, {0, UTIME_OMIT}};
    time_t modified = st.st_mtime;
    CHECK_EQUAL(0, utimensat(AT_FDCWD, "d/x", times, 0));
    CHECK_EQUAL(0, stat("d/x", &st));
    CHECK_EQUAL(1000, st.st_atime);
    CHECK_EQUAL(5, st.st_atim.tv_nsec);
    CHECK_EQUAL(modified, st.st_mtime);
    struct statx sx;
    CHECK_EQUAL(0, statx(AT_FDCWD, "d/x", 0, STATX_BASIC_STATS, &sx));
    CHECK_EQUAL(st.st_ino, sx.stx_ino);
    CHECK_EQUAL(1000, sx.stx_atime.tv_sec);
    int d = open("d", O_RDONLY | O_DIRECTORY);
    CHECK_EQUAL(0, fstatat(d, "x", &st, 0));
    CHECK_EQUAL(0, fstatat(d, "", &st, AT_EMPTY_PATH));
    CHECK(S_ISDIR(st.st_mode));
    CHECK_ERRNO(ENOENT, fstatat(d, "", &st, 0));
    CHECK_ERRNO(EBADF, fstatat(999, "x", &st, 0));
    CHECK_ERRNO(EFAULT, syscall(262, d, "x", 8, 0));
    close(d);
}

int main(void)
{
    char directory[] = "/tmp/paths.XXXXXX";
    CHECK(mkdtemp(directory) != NULL);
    CHECK_EQUAL(0, chdir(directory));
    opens();
    links();
    directories();
    listing();
    attributes();
    unlink("d/a");
    unlink("d/x");
    unlink("private");
    unlink("s");
    unlink("dangling");
    unlink("nowhere");
    CHECK_EQUAL(0, rmdir("d"));
    CHECK_EQUAL(0, chdir("/"));
    CHECK_EQUAL(0, rmdir(directory));
    return check_done();
}
