/* inotify(7): what is told about a file and a directory, in which order, and when a watch ends. */
#include "check.h"
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static int notify;
static char buffer[65536] __attribute__((aligned(8)));
static char *next, *end;

/* The next event, or one of zeros. */
static struct inotify_event *event(void)
{
    static struct inotify_event none;
    if (next == end) {
        ssize_t n = read(notify, buffer, sizeof buffer);
        if (n <= 0) {
            return &none;
        }
        next = buffer;
        end = buffer + n;
    }
    struct inotify_event *one = (struct inotify_event *)next;
    next += sizeof *one + one->len;
    return one;
}

static void expect(int line, int wd, uint32_t mask, const char *name)
{
    struct inotify_event *one = event();
    check_count++;
    int same = one->wd == wd && one->mask == mask && strcmp(one->len ? one->name : "", name) == 0;
    if (!same) {
        check_failures++;
        printf("line %d: wd %d mask %x name %s, expected %d %x %s\n", line, one->wd, one->mask,
               one->len ? one->name : "", wd, mask, name);
    }
}

#define EXPECT(wd, mask, name) expect(__LINE__, wd, mask, name)
#define NOTHING() EXPECT(0, 0, "")

/* A directory that is moved tells so itself, without saying that it is one. */
static void moved_directory(void)
{
    int own = inotify_init1(IN_NONBLOCK);
    CHECK_EQUAL(0, mkdir("old", 0700));
    CHECK_EQUAL(1, inotify_add_watch(own, "old", IN_MOVE_SELF | IN_DELETE_SELF));
    CHECK_EQUAL(0, rename("old", "new"));
    CHECK_EQUAL(0, rmdir("new"));
    struct inotify_event events[4];
    CHECK_EQUAL(3 * sizeof *events, read(own, events, sizeof events));
    CHECK_EQUAL(IN_MOVE_SELF, events[0].mask);
    CHECK_EQUAL(IN_DELETE_SELF, events[1].mask);
    CHECK_EQUAL(IN_IGNORED, events[2].mask);
    close(own);
}

/* Who sets one time alone does as a read or a write would have; memory that is reserved is content. */
static void times_and_sizes(void)
{
    int own = inotify_init1(IN_NONBLOCK), fd = open("set", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(1, inotify_add_watch(own, "set", IN_ALL_EVENTS));
    struct timespec access[] = {{5, 5}, {0, UTIME_OMIT}}, change[] = {{0, UTIME_OMIT}, {5, 5}};
    CHECK_EQUAL(0, fallocate(fd, 0, 0, 10));
    CHECK_EQUAL(0, futimens(fd, NULL) | futimens(fd, access) | futimens(fd, change));
    struct inotify_event events[6];
    CHECK_EQUAL(4 * sizeof *events, read(own, events, sizeof events));
    CHECK_EQUAL(IN_MODIFY, events[0].mask);
    CHECK_EQUAL(IN_ATTRIB, events[1].mask);
    CHECK_EQUAL(IN_ACCESS, events[2].mask);
    CHECK_EQUAL(IN_MODIFY, events[3].mask);
    close(fd);
    close(own);
    CHECK_EQUAL(0, unlink("set"));
}

/* A file that nobody else has goes before its directory says so. */
static void order_of_going(void)
{
    int own = inotify_init1(IN_NONBLOCK);
    close(open("going", O_CREAT | O_RDWR, 0600));
    CHECK_EQUAL(1, inotify_add_watch(own, ".", IN_DELETE));
    CHECK_EQUAL(2, inotify_add_watch(own, "going", IN_DELETE_SELF));
    CHECK_EQUAL(0, unlink("going"));
    struct inotify_event events[6];
    CHECK_EQUAL(4 * sizeof *events, read(own, events, sizeof events));
    CHECK_EQUAL(IN_DELETE_SELF, events[0].mask);
    CHECK_EQUAL(IN_IGNORED, events[1].mask);
    CHECK_EQUAL(IN_DELETE, events[2].mask);
    close(own);
}

/* What fdinfo tells of the watch of a directory. */
static void shown(const char *where, int watch, unsigned mask)
{
    char path[64], line[512], head[128], tail[64];
    int found = 0;
    struct stat stat;
    CHECK_EQUAL(0, lstat(where, &stat));
    snprintf(head, sizeof head, "inotify wd:%x ino:%lx sdev:%x ", watch, stat.st_ino,
             major(stat.st_dev) << 20 | minor(stat.st_dev));
    snprintf(tail, sizeof tail, " mask:%x ignored_mask:0 ", mask);
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", notify);
    FILE *in = fopen(path, "r");
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        found += strncmp(line, head, strlen(head)) == 0 && strstr(line, tail) != NULL;
    }
    if (in != NULL) {
        fclose(in);
    }
    CHECK_EQUAL(1, found);
}

int main(void)
{
    char where[] = "/tmp/watching.XXXXXX", text[8];
    CHECK(mkdtemp(where) != NULL);
    CHECK_EQUAL(0, chdir(where));
    moved_directory();
    times_and_sizes();
    order_of_going();
    CHECK_ERRNO(EINVAL, inotify_init1(1));
    notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    CHECK(notify >= 0);
    CHECK_ERRNO(EAGAIN, read(notify, buffer, sizeof buffer));
    int dir = inotify_add_watch(notify, ".", IN_ALL_EVENTS);
    CHECK_EQUAL(1, dir);
    CHECK_EQUAL(dir, inotify_add_watch(notify, where, IN_ALL_EVENTS));
    CHECK_ERRNO(EEXIST, inotify_add_watch(notify, where, IN_ALL_EVENTS | IN_MASK_CREATE));
    CHECK_ERRNO(EINVAL, inotify_add_watch(notify, where, 0));
    CHECK_ERRNO(ENOENT, inotify_add_watch(notify, "none", IN_OPEN));
    CHECK_ERRNO(EINVAL, inotify_add_watch(0, where, IN_OPEN));
    CHECK_ERRNO(EBADF, inotify_add_watch(-1, where, IN_OPEN));

    shown(where, dir, IN_ALL_EVENTS);
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    EXPECT(dir, IN_CREATE, "file");
    EXPECT(dir, IN_OPEN, "file");
    NOTHING();
    CHECK_EQUAL(3, write(fd, "abc", 3));
    CHECK_EQUAL(3, write(fd, "def", 3));
    CHECK_EQUAL(3, pread(fd, text, 3, 0));
    int pending = 0;
    CHECK_EQUAL(0, ioctl(notify, FIONREAD, &pending));
    CHECK_EQUAL(64, pending);
    CHECK_ERRNO(EINVAL, read(notify, buffer, 31));
    EXPECT(dir, IN_MODIFY, "file");
    EXPECT(dir, IN_ACCESS, "file");
    CHECK_EQUAL(0, ftruncate(fd, 1));
    CHECK_EQUAL(0, fchmod(fd, 0644));
    close(fd);
    EXPECT(dir, IN_MODIFY, "file");
    EXPECT(dir, IN_ATTRIB, "file");
    EXPECT(dir, IN_CLOSE_WRITE, "file");

    int file = inotify_add_watch(notify, "file", IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
    CHECK_EQUAL(2, file);
    CHECK_ERRNO(ENOTDIR, inotify_add_watch(notify, "file", IN_OPEN | IN_ONLYDIR));
    CHECK_EQUAL(0, mkdir("sub", 0700));
    EXPECT(dir, IN_CREATE | IN_ISDIR, "sub");
    CHECK_EQUAL(0, rename("file", "sub/moved"));
    struct inotify_event *from = event();
    CHECK_EQUAL(IN_MOVED_FROM, from->mask);
    CHECK(from->cookie != 0);
    EXPECT(file, IN_MOVE_SELF, "");
    CHECK_EQUAL(0, rename("sub/moved", "again"));
    EXPECT(dir, IN_MOVED_TO, "again");
    EXPECT(file, IN_MOVE_SELF, "");
    CHECK_EQUAL(0, rename("again", "third"));
    from = event();
    uint32_t cookie = from->cookie;
    CHECK_EQUAL(IN_MOVED_FROM, from->mask);
    struct inotify_event *to = event();
    CHECK_EQUAL(IN_MOVED_TO, to->mask);
    CHECK_EQUAL(cookie, to->cookie);
    EXPECT(file, IN_MOVE_SELF, "");

    fd = open("third", O_RDONLY);
    EXPECT(dir, IN_OPEN, "third");
    CHECK_EQUAL(0, unlink("third"));
    EXPECT(file, IN_ATTRIB, "");
    EXPECT(dir, IN_DELETE, "third");
    NOTHING();
    close(fd);
    EXPECT(dir, IN_CLOSE_NOWRITE, "third");
    EXPECT(file, IN_DELETE_SELF, "");
    EXPECT(file, IN_IGNORED, "");
    CHECK_ERRNO(EINVAL, inotify_rm_watch(notify, file));

    int sub = inotify_add_watch(notify, "sub", IN_CREATE | IN_ONESHOT);
    CHECK_EQUAL(3, sub);
    CHECK_EQUAL(0, mkdir("sub/one", 0700));
    CHECK_EQUAL(0, mkdir("sub/two", 0700));
    EXPECT(sub, IN_CREATE | IN_ISDIR, "one");
    EXPECT(sub, IN_IGNORED, "");
    NOTHING();
    CHECK_EQUAL(0, rmdir("sub/one"));
    CHECK_EQUAL(0, rmdir("sub/two"));
    CHECK_EQUAL(0, inotify_add_watch(notify, ".", IN_DELETE) - dir);
    CHECK_EQUAL(0, rmdir("sub"));
    EXPECT(dir, IN_DELETE | IN_ISDIR, "sub");
    CHECK_EQUAL(0, inotify_rm_watch(notify, dir));
    EXPECT(dir, IN_IGNORED, "");
    NOTHING();
    CHECK_EQUAL(4, inotify_add_watch(notify, ".", IN_DELETE_SELF));
    CHECK_EQUAL(0, chdir("/"));
    CHECK_EQUAL(0, rmdir(where));
    EXPECT(4, IN_DELETE_SELF, "");
    EXPECT(4, IN_IGNORED, "");
    return check_done();
}
