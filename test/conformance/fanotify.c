/* fanotify(7): what happens to files, mounts and file systems, told with a descriptor of each file. */
#include "child.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static const char place[] = "/tmp/fanotify-test";

static int group(unsigned flags)
{
    int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK | flags, O_RDONLY);
    CHECK(fd >= 0);
    return fd;
}

static int mark(int fd, unsigned flags, uint64_t mask, const char *path)
{
    return fanotify_mark(fd, flags, mask, AT_FDCWD, path);
}

static struct fanotify_event_metadata event;

/* The next event's mask, with the end of its file's name in told; 0 for none. */
static char told[256];

static uint64_t next(int fd)
{
    told[0] = 0;
    ssize_t n = read(fd, &event, sizeof(event));
    if (n != sizeof(event)) {
        CHECK_EQUAL(EAGAIN, errno);
        return 0;
    }
    CHECK_EQUAL(sizeof(event), event.event_len);
    CHECK_EQUAL(FANOTIFY_METADATA_VERSION, event.vers);
    CHECK_EQUAL(sizeof(event), event.metadata_len);
    if (event.fd >= 0) {
        char link[32];
        snprintf(link, sizeof(link), "/proc/self/fd/%d", event.fd);
        ssize_t length = readlink(link, told, sizeof(told) - 1);
        told[length < 0 ? 0 : length] = 0;
        char *slash = strrchr(told, '/');
        memmove(told, slash == NULL ? told : slash + 1, strlen(slash == NULL ? told : slash + 1) + 1);
        close(event.fd);
    }
    return event.mask;
}

static int is_told(int fd, uint64_t mask, const char *name)
{
    return next(fd) == mask && strcmp(told, name) == 0;
}

static void write_to(const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT, 0600);
    CHECK_EQUAL(1, write(fd, "x", 1));
    close(fd);
}

static void read_from(const char *name)
{
    char byte;
    int fd = open(name, O_RDONLY);
    CHECK_EQUAL(1, read(fd, &byte, 1));
    close(fd);
}

static void files(void)
{
    int fd = group(0), queued = -1;
    write_to("file");
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD, FAN_OPEN | FAN_MODIFY | FAN_CLOSE | FAN_ACCESS, "file"));
    int file = open("file", O_RDWR);
    CHECK(is_told(fd, FAN_OPEN, "file"));
    CHECK_EQUAL(getpid(), event.pid);
    CHECK_EQUAL(1, write(file, "y", 1));
    CHECK_EQUAL(1, write(file, "y", 1));
    CHECK_EQUAL(0, ioctl(fd, FIONREAD, &queued));
    CHECK_EQUAL(24, queued);
    CHECK(is_told(fd, FAN_MODIFY, "file"));
    CHECK_EQUAL(0, next(fd));
    close(file);
    CHECK(is_told(fd, FAN_CLOSE_WRITE, "file"));
    /* What one process does to one file is told at once. */
    read_from("file");
    CHECK(is_told(fd, FAN_OPEN | FAN_ACCESS | FAN_CLOSE_NOWRITE, "file"));
    CHECK_EQUAL(0, next(fd));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_REMOVE, FAN_OPEN | FAN_ACCESS, "file"));
    read_from("file");
    CHECK(is_told(fd, FAN_CLOSE_NOWRITE, "file"));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_REMOVE, FAN_CLOSE | FAN_MODIFY, "file"));
    CHECK_ERRNO(ENOENT, mark(fd, FAN_MARK_REMOVE, FAN_CLOSE, "file"));
    char small[8];
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD, FAN_OPEN, "file"));
    read_from("file");
    CHECK_ERRNO(EINVAL, read(fd, small, sizeof(small)));
    CHECK(is_told(fd, FAN_OPEN, "file"));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_FLUSH, 0, NULL));
    read_from("file");
    CHECK_EQUAL(0, next(fd));
    close(fd);
    fd = group(0);
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD, FAN_CLOSE, "file"));
    read_from("file");
    pid_t child = fork();
    if (child == 0) {
        read_from("file");
        _exit(0);
    }
    waitpid(child, NULL, 0);
    CHECK(is_told(fd, FAN_CLOSE_NOWRITE, "file"));
    CHECK_EQUAL(getpid(), event.pid);
    CHECK(is_told(fd, FAN_CLOSE_NOWRITE, "file"));
    CHECK_EQUAL(child, event.pid);
    close(fd);
    unlink("file");
}

static void directories(void)
{
    int fd = group(0);
    CHECK_EQUAL(0, mkdir("dir", 0700) | mkdir("dir/sub", 0700));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD, FAN_OPEN | FAN_CLOSE, "dir"));
    write_to("dir/file");
    CHECK_EQUAL(0, next(fd));
    close(open("dir", O_RDONLY));
    CHECK_EQUAL(0, next(fd));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD, FAN_EVENT_ON_CHILD, "dir"));
    write_to("dir/file");
    CHECK(is_told(fd, FAN_OPEN | FAN_CLOSE_WRITE, "file"));
    close(open("dir/sub", O_RDONLY));
    CHECK_EQUAL(0, next(fd));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD, FAN_ONDIR, "dir"));
    close(open("dir", O_RDONLY));
    CHECK(is_told(fd, FAN_OPEN | FAN_CLOSE_NOWRITE, "dir"));
    close(open("dir/sub", O_RDONLY));
    CHECK(is_told(fd, FAN_OPEN | FAN_CLOSE_NOWRITE, "sub"));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_FLUSH, 0, NULL));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD, FAN_ACCESS | FAN_ONDIR, "dir"));
    DIR *list = opendir("dir");
    CHECK(readdir(list) != NULL);
    closedir(list);
    CHECK(is_told(fd, FAN_ACCESS, "dir"));
    close(fd);
    unlink("dir/file");
    rmdir("dir/sub");
    rmdir("dir");
}

static void ignored(void)
{
    int fd = group(0);
    write_to("file");
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN, "."));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK, FAN_OPEN, "file"));
    close(open("file", O_RDONLY));
    CHECK_EQUAL(0, next(fd));
    /* Until it changes. */
    write_to("file");
    CHECK_EQUAL(0, next(fd));
    close(open("file", O_RDONLY));
    CHECK(is_told(fd, FAN_OPEN, "file"));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY, FAN_OPEN, "file"));
    write_to("file");
    close(open("file", O_RDONLY));
    CHECK_EQUAL(0, next(fd));
    close(fd);
    unlink("file");
}

static void mounts(void)
{
    int of_mount = group(0), of_all = group(0);
    CHECK_EQUAL(0, mark(of_mount, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_CLOSE_WRITE, "."));
    CHECK_EQUAL(0, mark(of_all, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_CLOSE_WRITE, "."));
    CHECK_EQUAL(0, mkdir("deep", 0700) | mkdir("deep/er", 0700));
    write_to("deep/er/file");
    CHECK(is_told(of_mount, FAN_CLOSE_WRITE, "file"));
    CHECK(is_told(of_all, FAN_CLOSE_WRITE, "file"));
    write_to("/tmp/outside");
    CHECK_EQUAL(0, next(of_mount));
    CHECK_EQUAL(0, next(of_all));
    CHECK_EQUAL(0, mount("deep", "deep", NULL, MS_BIND, NULL));
    write_to("deep/er/file");
    CHECK_EQUAL(0, next(of_mount));
    CHECK(is_told(of_all, FAN_CLOSE_WRITE, "file"));
    CHECK_EQUAL(0, umount("deep"));
    CHECK_ERRNO(ENOENT, mark(of_all, FAN_MARK_REMOVE | FAN_MARK_MOUNT, FAN_CLOSE_WRITE, "."));
    CHECK_EQUAL(0, mark(of_all, FAN_MARK_FLUSH | FAN_MARK_FILESYSTEM, 0, NULL));
    write_to("deep/er/file");
    CHECK_EQUAL(0, next(of_all));
    close(of_mount);
    close(of_all);
    unlink("/tmp/outside");
    unlink("deep/er/file");
    rmdir("deep/er");
    rmdir("deep");
}

static void executed(void)
{
    int fd = group(0);
    int program = open("program", O_CREAT | O_WRONLY, 0700), self = open("/proc/self/exe", O_RDONLY);
    char bytes[4096];
    for (ssize_t n; (n = read(self, bytes, sizeof(bytes))) > 0;) {
        CHECK_EQUAL(n, write(program, bytes, n));
    }
    close(program);
    close(self);
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD, FAN_OPEN | FAN_OPEN_EXEC, "program"));
    pid_t child = fork();
    if (child == 0) {
        execl("program", "program", "nothing", NULL);
        _exit(1);
    }
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK(is_told(fd, FAN_OPEN | FAN_OPEN_EXEC, "program"));
    CHECK_EQUAL(child, event.pid);
    close(open("program", O_RDONLY));
    CHECK(is_told(fd, FAN_OPEN, "program"));
    close(fd);
    unlink("program");
}

static pid_t reader_tid;

static void *reads(void *unused)
{
    reader_tid = syscall(SYS_gettid);
    read_from("file");
    return unused;
}

static void threads(void)
{
    pthread_t thread;
    int fd = group(FAN_REPORT_TID);
    write_to("file");
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD, FAN_ACCESS, "file"));
    pthread_create(&thread, NULL, reads, NULL);
    pthread_join(thread, NULL);
    CHECK_EQUAL(FAN_ACCESS, next(fd));
    CHECK_EQUAL(reader_tid, event.pid);
    CHECK(reader_tid != getpid());
    close(fd);
    unlink("file");
}

/* Processes have the numbers of the namespace in which the group was made. */
static void first_of_namespace(void)
{
    int numbered = group(0);
    CHECK_EQUAL(1, getpid());
    write_to("file");
    CHECK_EQUAL(0, mark(numbered, FAN_MARK_ADD, FAN_OPEN, "file"));
    read_from("file");
    CHECK(is_told(numbered, FAN_OPEN, "file"));
    CHECK_EQUAL(1, event.pid);
    pid_t child = fork();
    if (child == 0) {
        read_from("file");
        _exit(0);
    }
    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    CHECK(is_told(numbered, FAN_OPEN, "file"));
    CHECK_EQUAL(child, event.pid);
}

static void in_namespace(void)
{
    CHECK_EQUAL(0, unshare(CLONE_NEWPID));
    CHECK_EQUAL(0, in_child(first_of_namespace));
}

static void refused(void)
{
    CHECK_ERRNO(EINVAL, fanotify_init(0x80000000, O_RDONLY));
    CHECK_ERRNO(EINVAL, fanotify_init(FAN_CLASS_CONTENT | FAN_CLASS_PRE_CONTENT, O_RDONLY));
    CHECK_ERRNO(EINVAL, fanotify_init(FAN_CLASS_NOTIF, O_CREAT));
    CHECK_ERRNO(EINVAL, fanotify_init(FAN_CLASS_NOTIF, 3));
    int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC, O_RDWR | O_CLOEXEC | O_LARGEFILE);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(fd, F_GETFD));
    close(fd);
    fd = group(0);
    CHECK_EQUAL(0, fcntl(fd, F_GETFD));
    write_to("file");
    CHECK_EQUAL(0, symlink("file", "link"));
    CHECK_ERRNO(EINVAL, mark(fd, FAN_MARK_ADD, 0, "file"));
    CHECK_ERRNO(EINVAL, mark(fd, 0, FAN_OPEN, "file"));
    CHECK_ERRNO(EINVAL, mark(fd, FAN_MARK_ADD | FAN_MARK_REMOVE, FAN_OPEN, "file"));
    CHECK_ERRNO(EINVAL, mark(fd, FAN_MARK_ADD | 0x8000000, FAN_OPEN, "file"));
    CHECK_ERRNO(EINVAL, mark(fd, FAN_MARK_ADD, 1ull << 40, "file"));
    CHECK_ERRNO(EINVAL, mark(fd, FAN_MARK_ADD | FAN_MARK_MOUNT | FAN_MARK_FILESYSTEM, FAN_OPEN, "file"));
    CHECK_ERRNO(EINVAL, mark(fd, FAN_MARK_FLUSH | FAN_MARK_ONLYDIR, 0, "file"));
    CHECK_ERRNO(EINVAL, mark(fd, FAN_MARK_ADD, FAN_CREATE, "."));
    CHECK_ERRNO(EINVAL, mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, "file"));
    CHECK_ERRNO(ENOTDIR, mark(fd, FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_OPEN, "file"));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_OPEN, "."));
    CHECK_ERRNO(ENOENT, mark(fd, FAN_MARK_ADD, FAN_OPEN, "absent"));
    CHECK_ERRNO(EBADF, mark(-1, FAN_MARK_ADD, FAN_OPEN, "file"));
    CHECK_ERRNO(EINVAL, mark(0, FAN_MARK_ADD, FAN_OPEN, "file"));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD | FAN_MARK_DONT_FOLLOW, FAN_OPEN, "link"));
    close(open("file", O_RDONLY));
    CHECK_EQUAL(0, next(fd));
    CHECK_EQUAL(0, mark(fd, FAN_MARK_ADD, FAN_OPEN, "link"));
    close(open("file", O_RDONLY));
    CHECK(is_told(fd, FAN_OPEN, "file"));
    int by_descriptor = open("file", O_RDONLY);
    CHECK_EQUAL(FAN_OPEN, next(fd));
    CHECK_EQUAL(0, fanotify_mark(fd, FAN_MARK_ADD, FAN_ACCESS, by_descriptor, NULL));
    CHECK_ERRNO(EINVAL, write(fd, "12345678", 8));
    if (setresuid(1, 1, 1) == 0) {
        CHECK_ERRNO(EPERM, fanotify_init(FAN_CLASS_NOTIF, O_RDONLY));
    }
}

int main(int count, char **arguments)
{
    if (count > 1) {
        return strcmp(arguments[1], "nothing");
    }
    int probe = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY);
    if (HOST_LACKS(probe < 0)) {
        return check_skipped("no fanotify, or not root");
    }
    close(probe);
    if (unshare(CLONE_NEWNS) == 0) {
        CHECK_EQUAL(0, mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
    }
    CHECK_EQUAL(0, mkdir(place, 0755));
    CHECK_EQUAL(0, mount("fanotify", place, "tmpfs", 0, NULL));
    CHECK_EQUAL(0, chdir(place));
    CHECK_EQUAL(0, in_child(files));
    CHECK_EQUAL(0, in_child(directories));
    CHECK_EQUAL(0, in_child(ignored));
    CHECK_EQUAL(0, in_child(mounts));
    CHECK_EQUAL(0, in_child(executed));
    CHECK_EQUAL(0, in_child(threads));
    CHECK_EQUAL(0, in_child(in_namespace));
    CHECK_EQUAL(0, in_child(refused));
    CHECK_EQUAL(0, chdir("/"));
    CHECK_EQUAL(0, umount(place));
    CHECK_EQUAL(0, rmdir(place));
    return check_done();
}
