/*
 * Who may do what to which kind of file, as tables: each kind, each user, and what is expected; what chattr(1) keeps
 * from everybody; what mounts forbid. As root in a tree of mounts of its own.
 */
#include "check.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>

enum { OWNER = 1001, GROUP = 1001, MEMBER = 1002, OTHER = 1004 };
enum { REGULAR, DIRECTORY, FIFO, BLOCK, CHARACTER, SOCKET, LINK, KINDS };

static const struct user {
    uid_t id;
    gid_t group, further;
} users[] = {{0, 0, 0}, {OWNER, GROUP, GROUP}, {MEMBER, GROUP, GROUP}, {1003, 1003, GROUP}, {OTHER, OTHER, OTHER}};
enum { USERS = sizeof(users) / sizeof(*users) };

/* Runs a call as a user: 0, or its errno. */
static int as(const struct user *user, int (*call)(void))
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (user->id != 0 && (setgroups(1, &user->further) || setgid(user->group) || setuid(user->id)))
            _exit(255);
        _exit(call() < 0 ? errno : 0);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define AS(user, expected, call)                                                       \
    do {                                                                               \
        int gave = as(user, call);                                                     \
        if (gave != (expected))                                                        \
            printf("user %d, kind %d, mode %o: ", (user)->id, kind_made, mode_made);   \
        CHECK_EQUAL(expected, gave);                                                   \
    } while (0)

static int kind_made, mode_made;

static void make(int kind, const char *name, mode_t mode)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = -1;
    kind_made = kind;
    mode_made = mode;
    switch (kind) {
    case REGULAR: CHECK((fd = open(name, O_CREAT | O_EXCL | O_RDWR, 0600)) >= 0); break;
    case DIRECTORY: CHECK_EQUAL(0, mkdir(name, 0700)); break;
    case FIFO: CHECK_EQUAL(0, mkfifo(name, 0600)); break;
    case BLOCK: CHECK_EQUAL(0, mknod(name, S_IFBLK | 0600, makedev(1, 2))); break;
    case CHARACTER: CHECK_EQUAL(0, mknod(name, S_IFCHR | 0600, makedev(1, 3))); break;
    case LINK: CHECK_EQUAL(0, symlink("nowhere", name)); return;
    case SOCKET:
        strcpy(address.sun_path, name);
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        CHECK_EQUAL(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
        break;
    }
    close(fd);
    CHECK_EQUAL(0, chown(name, OWNER, GROUP));
    CHECK_EQUAL(0, chmod(name, mode));
}

static int keeps_owner(void) { return lchown("file", -1, -1); }

/* Whoever asks for no change takes the bits away all the same, and that is the owner's right alone. */
static void bits_go_by_the_owner_alone(void)
{
    static const int kinds[] = {REGULAR, FIFO, SOCKET};
    for (unsigned kind = 0; kind < 3; kind++) {
        for (unsigned user = 0; user < USERS; user++) {
            make(kinds[kind], "file", 06755);
            AS(&users[user], user < 2 ? 0 : EPERM, keeps_owner);
            struct stat status = {0};
            CHECK_EQUAL(0, lstat("file", &status));
            CHECK_EQUAL(user < 2 ? 0755 : 06755, status.st_mode & 07777);
            CHECK_EQUAL(0, unlink("file"));
        }
    }
    make(REGULAR, "file", 0755);
    AS(&users[4], 0, keeps_owner);
    unlink("file");
}

static int opens(void) { return open("file", O_RDWR | O_NONBLOCK); }
static int opens_directly(void) { return open("file", O_RDONLY | O_DIRECT | O_NONBLOCK); }
static int opens_oddly(void) { return open("file", O_ACCMODE | O_NONBLOCK); }

static void opening_asks_for_rights_first(void)
{
    for (unsigned user = 0; user < USERS; user++) {
        make(SOCKET, "file", 0600);
        AS(&users[user], user < 2 ? ENXIO : EACCES, opens);
        unlink("file");
    }
    static const int direct[KINDS] = {0, EINVAL, EINVAL, 0, EINVAL, ENXIO, ENOENT};
    for (int kind = 0; kind < KINDS; kind++) {
        if (kind != BLOCK) {
            make(kind, "file", 0600);
            AS(&users[0], direct[kind], opens_directly);
            remove("file");
        }
    }
    make(FIFO, "file", 0600);
    AS(&users[0], EINVAL, opens_oddly);
    unlink("file");
}

static int makes_device(void) { return mknod("directory/new", S_IFCHR | 0600, makedev(1, 3)); }
static int makes_existing(void) { return mknod("directory/old", S_IFBLK | 0600, makedev(1, 3)); }
static int makes_whiteout(void) { return mknod("directory/none", S_IFCHR | 0600, 0); }

static void devices_need_the_directory_first(void)
{
    make(DIRECTORY, "directory", 0755);
    make(REGULAR, "directory/old", 0644);
    AS(&users[1], EPERM, makes_device);
    AS(&users[4], EACCES, makes_device);
    AS(&users[4], EEXIST, makes_existing);
    AS(&users[4], EACCES, makes_whiteout);
    AS(&users[1], 0, makes_whiteout);
    unlink("directory/none");
    unlink("directory/old");
    rmdir("directory");
}

static int trades(void) { return renameat2(AT_FDCWD, "mine/a", AT_FDCWD, "other/b", RENAME_EXCHANGE); }

/* A directory that gets another parent must be writable: both, when two trade places. */
static void traded_directories_are_writable(void)
{
    make(DIRECTORY, "mine", 0777);
    make(DIRECTORY, "other", 0777);
    make(DIRECTORY, "mine/a", 0755);
    make(DIRECTORY, "other/b", 0755);
    AS(&users[1], 0, trades);
    CHECK_EQUAL(0, chown("other/b", OTHER, OTHER));
    AS(&users[1], EACCES, trades);
    CHECK_EQUAL(0, chown("other/b", OWNER, GROUP));
    CHECK_EQUAL(0, chown("mine/a", OTHER, OTHER));
    AS(&users[1], EACCES, trades);
    AS(&users[0], 0, trades);
    CHECK_EQUAL(0, rmdir("mine/a") | rmdir("other/b") | rmdir("mine") | rmdir("other"));
}

static int set_flags(const char *name, int flags)
{
    int fd = open(name, O_RDONLY), error = ioctl(fd, FS_IOC_SETFLAGS, &flags);
    close(fd);
    return error;
}

static int clears_flags(void) { return set_flags("file", 0); }
static int now(const char *name) { return utimensat(AT_FDCWD, name, NULL, 0); }

static int set_times(const char *name)
{
    struct timespec times[2] = {{1, 1}, {1, 1}};
    return utimensat(AT_FDCWD, name, times, 0);
}

static int set_modified(const char *name)
{
    struct timespec times[2] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
    return utimensat(AT_FDCWD, name, times, 0);
}

static void kept_file(int flag)
{
    int appends = flag == FS_APPEND_FL, fd = open("file", O_RDWR), flags = -1;
    struct statx status = {0};
    CHECK_EQUAL(0, set_flags("file", flag | FS_NODUMP_FL));
    CHECK_EQUAL(0, ioctl(fd, FS_IOC_GETFLAGS, &flags));
    CHECK_EQUAL(flag | FS_NODUMP_FL, flags);
    CHECK_EQUAL(0, statx(AT_FDCWD, "file", 0, STATX_BASIC_STATS, &status));
    int shown = STATX_ATTR_APPEND | STATX_ATTR_IMMUTABLE | STATX_ATTR_NODUMP;
    CHECK_EQUAL(flag | FS_NODUMP_FL, status.stx_attributes & shown);
    CHECK_EQUAL(shown, status.stx_attributes_mask & shown);
    CHECK_EQUAL(0, close(open("file", O_RDONLY)));
    CHECK_ERRNO(EPERM, open("file", O_WRONLY));
    CHECK_ERRNO(EPERM, open("file", O_RDWR));
    CHECK_ERRNO(EPERM, open("file", O_RDONLY | O_TRUNC));
    CHECK_ERRNO(EPERM, open("file", O_WRONLY | O_APPEND | O_TRUNC));
    int appending = open("file", O_WRONLY | O_APPEND);
    CHECK_EQUAL(appends, appending >= 0);
    if (appends) {
        CHECK_EQUAL(4, write(appending, "more", 4));
        CHECK_ERRNO(EPERM, fcntl(appending, F_SETFL, 0));
        CHECK(mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EACCES);
        CHECK_EQUAL(0, now("file"));
    } else {
        CHECK_ERRNO(EPERM, open("file", O_RDWR | O_APPEND));
        CHECK_ERRNO(EPERM, now("file"));
    }
    close(appending);
    CHECK_ERRNO(EPERM, truncate("file", 0));
    CHECK_ERRNO(EPERM, unlink("file"));
    CHECK_ERRNO(EPERM, rename("file", "other"));
    CHECK_ERRNO(EPERM, link("file", "other"));
    CHECK_ERRNO(EPERM, chmod("file", 0600));
    CHECK_ERRNO(EPERM, fchown(fd, 1, 1));
    CHECK_ERRNO(EPERM, set_times("file"));
    CHECK_ERRNO(EPERM, set_modified("file"));
    CHECK_ERRNO(EPERM, setxattr("file", "user.x", "v", 1, 0));
    CHECK_EQUAL(appends ? 0 : -1, fallocate(fd, 0, 0, 100));
    CHECK_ERRNO(EPERM, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 100));
    // Who had it open before may still write.
    CHECK_EQUAL(1, pwrite(fd, "x", 1, 0));
    AS(&users[1], EPERM, clears_flags);
    CHECK_EQUAL(0, set_flags("file", 0));
    close(fd);
}

static void flags_keep_files(void)
{
    make(REGULAR, "file", 0644);
    if (HOST_LACKS(set_flags("file", 0) != 0))
        return;
    kept_file(FS_IMMUTABLE_FL);
    kept_file(FS_APPEND_FL);
    CHECK_ERRNO(EOPNOTSUPP, set_flags("file", FS_COMPR_FL));
    CHECK_ERRNO(ENOTTY, set_flags("/dev/null", 0));
    CHECK_EQUAL(0, unlink("file"));

    make(DIRECTORY, "directory", 0755);
    make(REGULAR, "directory/old", 0644);
    CHECK_EQUAL(0, set_flags("directory", FS_APPEND_FL));
    CHECK_EQUAL(0, mkdir("directory/new", 0755));
    CHECK_EQUAL(0, close(open("directory/file", O_CREAT | O_RDWR, 0600)));
    CHECK_ERRNO(EPERM, rmdir("directory/new"));
    CHECK_ERRNO(EPERM, unlink("directory/file"));
    CHECK_ERRNO(EPERM, rename("directory/old", "file"));
    CHECK_EQUAL(0, set_flags("directory", FS_IMMUTABLE_FL));
    CHECK_ERRNO(EPERM, mkdir("directory/newer", 0755));
    CHECK_ERRNO(EPERM, open("directory/newer", O_CREAT | O_RDWR, 0600));
    CHECK_ERRNO(EPERM, unlink("directory/old"));
    CHECK_EQUAL(0, truncate("directory/old", 5));
    CHECK_EQUAL(0, set_flags("directory", 0));
    CHECK_EQUAL(0, rmdir("directory/new") | unlink("directory/file") | unlink("directory/old") | rmdir("directory"));
}

static void mounts_forbid(void)
{
    struct statfs status = {0};
    CHECK_EQUAL(0, mkdir("mount", 0755));
    CHECK_EQUAL(0, mount("none", "mount", "tmpfs", MS_NODEV, NULL));
    CHECK_EQUAL(0, mknod("mount/null", S_IFCHR | 0666, makedev(1, 3)));
    CHECK_ERRNO(EACCES, open("mount/null", O_RDONLY));
    int place = open("mount/null", O_PATH);
    CHECK(place >= 0);
    close(place);
    CHECK_EQUAL(0, umount("mount"));

    enum { NO_SYMLINK_FOLLOW = 256, SHOWN = 0x2000 };
    CHECK_EQUAL(0, mount("none", "mount", "tmpfs", NO_SYMLINK_FOLLOW, NULL));
    CHECK_EQUAL(0, mkdir("mount/directory", 0755));
    CHECK_EQUAL(0, symlink("directory", "mount/link"));
    CHECK_ERRNO(ELOOP, open("mount/link", O_RDONLY));
    CHECK_ERRNO(ELOOP, mkdir("mount/link/new", 0755));
    char text[20];
    CHECK_EQUAL(9, readlink("mount/link", text, sizeof(text)));
    CHECK_EQUAL(0, statfs("mount", &status));
    CHECK_EQUAL(SHOWN, status.f_flags & SHOWN);
    CHECK_EQUAL(0, umount("mount"));

    CHECK_EQUAL(0, mount("none", "mount", "tmpfs", MS_NOATIME, NULL));
    CHECK_EQUAL(0, mount(NULL, "mount", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    CHECK_EQUAL(0, statfs("mount", &status));
    CHECK_EQUAL(ST_NOATIME | ST_RDONLY, status.f_flags & (ST_NOATIME | ST_RDONLY | ST_RELATIME));
    CHECK_EQUAL(0, mount(NULL, "mount", NULL, MS_REMOUNT | MS_RELATIME, NULL));
    CHECK_EQUAL(0, statfs("mount", &status));
    CHECK_EQUAL(ST_RELATIME, status.f_flags & (ST_NOATIME | ST_RDONLY | ST_RELATIME));
    CHECK_EQUAL(0, umount("mount"));

    CHECK_EQUAL(0, mkdir("lower", 0755) | mkdir("upper", 0755) | mkdir("work", 0755));
    if (!HOST_LACKS(mount("none", "mount", "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work"))) {
        CHECK_ERRNO(EPERM, mknod("mount/none", S_IFCHR | 0600, 0));
        CHECK_EQUAL(0, mknod("mount/null", S_IFCHR | 0600, makedev(1, 3)));
        CHECK_EQUAL(0, unlink("mount/null"));
        CHECK_EQUAL(0, umount("mount"));
    }
}

static long type_of(int fd)
{
    struct statfs status = {0};
    CHECK_EQUAL(0, fstatfs(fd, &status));
    close(fd);
    return status.f_type;
}

/* File systems that nobody mounts have types as well. */
static void unmounted_types(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(0x50495045, type_of(ends[0]));
    close(ends[1]);
    CHECK_EQUAL(0x534f434b, type_of(socket(AF_UNIX, SOCK_STREAM, 0)));
    CHECK_EQUAL(0x01021994, type_of(memfd_create("memory", 0)));
    CHECK_EQUAL(0x09041934, type_of(eventfd(0, 0)));
}

int main(void)
{
    umask(0);
    if (HOST_LACKS(geteuid() != 0))
        return check_skipped("needs root");
    char name[] = "/tmp/rules-XXXXXX";
    CHECK(mkdtemp(name) != NULL);
    CHECK_EQUAL(0, chmod(name, 0755));
    if (HOST_LACKS(unshare(CLONE_NEWNS)))
        return check_skipped("needs a mount namespace");
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("none", name, "tmpfs", 0, "mode=777"));
    CHECK_EQUAL(0, chdir(name));
    bits_go_by_the_owner_alone();
    opening_asks_for_rights_first();
    devices_need_the_directory_first();
    traded_directories_are_writable();
    flags_keep_files();
    mounts_forbid();
    unmounted_types();
    CHECK_EQUAL(0, chdir("/"));
    CHECK_EQUAL(0, umount2(name, MNT_DETACH));
    CHECK_EQUAL(0, rmdir(name));
    return check_done();
}
