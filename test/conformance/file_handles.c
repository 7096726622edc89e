/* name_to_handle_at(2) and open_by_handle_at(2), on a tmpfs of its own; what has no handles says so. */
#include "check.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

static const char *directory = "/tmp/conformance_handles";
static int top;

struct handle {
    struct file_handle head;
    unsigned char bytes[MAX_HANDLE_SZ];
};

static struct handle named(int at, const char *path, int flags)
{
    struct handle handle;
    int mount_id = -1;
    memset(&handle, 0, sizeof handle);
    handle.head.handle_bytes = MAX_HANDLE_SZ;
    CHECK_EQUAL(0, name_to_handle_at(at, path, &handle.head, &mount_id, flags));
    CHECK(handle.head.handle_bytes > 0 && handle.head.handle_bytes <= MAX_HANDLE_SZ);
    CHECK(mount_id > 0);
    return handle;
}

static int opened(struct handle *handle, int flags)
{
    return open_by_handle_at(top, &handle->head, flags);
}

static int same(struct handle one, struct handle other)
{
    return one.head.handle_bytes == other.head.handle_bytes && one.head.handle_type == other.head.handle_type
           && memcmp(one.head.f_handle, other.head.f_handle, one.head.handle_bytes) == 0;
}

static void handles_open_files(void)
{
    int fd = openat(top, "a", O_RDWR | O_CREAT, 0600);
    CHECK_EQUAL(5, write(fd, "hello", 5));
    struct handle handle = named(top, "a", 0), again = named(fd, "", AT_EMPTY_PATH);
    CHECK(same(handle, again));
    struct stat first, second;
    CHECK_EQUAL(0, fstat(fd, &first));
    close(fd);
    fd = opened(&handle, O_RDWR);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, fstat(fd, &second));
    CHECK(first.st_ino == second.st_ino && first.st_dev == second.st_dev);
    char text[8] = "";
    CHECK_EQUAL(5, read(fd, text, sizeof text));
    CHECK(strcmp(text, "hello") == 0);
    CHECK_EQUAL(1, write(fd, "!", 1));
    close(fd);
    /* Whatever it is called. */
    CHECK_EQUAL(0, renameat(top, "a", top, "b"));
    fd = opened(&handle, O_RDONLY);
    CHECK_EQUAL(6, read(fd, text, sizeof text));
    CHECK_ERRNO(EBADF, write(fd, "x", 1));
    close(fd);
    fd = opened(&handle, O_WRONLY | O_TRUNC | O_CLOEXEC);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(fd, F_GETFD));
    CHECK_EQUAL(0, fstat(fd, &second));
    CHECK_EQUAL(0, second.st_size);
    close(fd);
    /* And as long as it is. */
    CHECK_EQUAL(0, unlinkat(top, "b", 0));
    CHECK_ERRNO(ESTALE, opened(&handle, O_RDONLY));
    close(openat(top, "b", O_RDWR | O_CREAT, 0600));
    CHECK_ERRNO(ESTALE, opened(&handle, O_RDONLY));
    CHECK(!same(handle, named(top, "b", 0)));
    CHECK_EQUAL(0, unlinkat(top, "b", 0));
}

static void links_are_followed_when_asked(void)
{
    close(openat(top, "target", O_RDWR | O_CREAT, 0600));
    CHECK_EQUAL(0, symlinkat("target", top, "link"));
    struct handle link = named(top, "link", 0), target = named(top, "target", 0);
    CHECK(!same(link, target));
    CHECK(same(target, named(top, "link", AT_SYMLINK_FOLLOW)));
    CHECK_ERRNO(ELOOP, opened(&link, O_RDONLY));
    int fd = opened(&link, O_PATH);
    char text[16] = "";
    CHECK_EQUAL(6, readlinkat(fd, "", text, sizeof text));
    CHECK(strcmp(text, "target") == 0);
    close(fd);
    CHECK_EQUAL(0, unlinkat(top, "link", 0));
    CHECK_EQUAL(0, unlinkat(top, "target", 0));
}

static void room_is_asked_for(void)
{
    struct handle handle, whole;
    int mount_id = -1;
    close(openat(top, "c", O_RDWR | O_CREAT, 0600));
    whole = named(top, "c", 0);
    memset(&handle, 0, sizeof handle);
    CHECK_ERRNO(EOVERFLOW, name_to_handle_at(top, "c", &handle.head, &mount_id, 0));
    CHECK_EQUAL(whole.head.handle_bytes, handle.head.handle_bytes);
    CHECK(mount_id > 0);
    CHECK_EQUAL(0, name_to_handle_at(top, "c", &handle.head, &mount_id, 0));
    CHECK(same(whole, handle));
    CHECK_EQUAL(0, unlinkat(top, "c", 0));
}

static void what_is_refused(void)
{
    struct handle handle = named(top, ".", 0);
    int mount_id;
    CHECK_ERRNO(EINVAL, name_to_handle_at(top, ".", &handle.head, &mount_id, 0x10));
    handle.head.handle_bytes = MAX_HANDLE_SZ + 1;
    CHECK_ERRNO(EINVAL, name_to_handle_at(top, ".", &handle.head, &mount_id, 0));
    CHECK_ERRNO(EINVAL, opened(&handle, O_RDONLY));
    handle.head.handle_bytes = 0;
    CHECK_ERRNO(EINVAL, opened(&handle, O_RDONLY));
    handle.head.handle_bytes = MAX_HANDLE_SZ;
    CHECK_ERRNO(ENOENT, name_to_handle_at(top, "nothing", &handle.head, &mount_id, 0));
    CHECK_ERRNO(ENOENT, name_to_handle_at(top, "", &handle.head, &mount_id, 0));
    CHECK_ERRNO(EBADF, name_to_handle_at(4711, "a", &handle.head, &mount_id, 0));
    CHECK_ERRNO(EFAULT, name_to_handle_at(top, ".", NULL, &mount_id, 0));
    CHECK_ERRNO(EOPNOTSUPP, name_to_handle_at(AT_FDCWD, "/proc/self/status", &handle.head, &mount_id, 0));
    handle = named(top, ".", 0);
    CHECK_ERRNO(EBADF, open_by_handle_at(4711, &handle.head, O_RDONLY));
    memset(handle.head.f_handle, 0x77, handle.head.handle_bytes);
    CHECK_ERRNO(ESTALE, opened(&handle, O_RDONLY));
    handle = named(top, ".", 0);
    CHECK_EQUAL(0, seteuid(1000));
    CHECK_ERRNO(EPERM, opened(&handle, O_RDONLY));
    CHECK_EQUAL(0, seteuid(0));
}

static int shows(int fd, const char *end)
{
    char link[32], place[256] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, place, sizeof place - 1);
    return length >= (ssize_t)strlen(end) && strcmp(place + length - strlen(end), end) == 0;
}

static void directories_are_found_by_their_names(void)
{
    CHECK_EQUAL(0, mkdirat(top, "d", 0700) | mkdirat(top, "d/inner", 0700));
    close(openat(top, "d/inner/f", O_RDWR | O_CREAT, 0600));
    struct handle inner = named(top, "d/inner", 0), itself = named(top, ".", 0);
    int fd = opened(&inner, O_RDONLY | O_DIRECTORY);
    CHECK_EQUAL(0, faccessat(fd, "f", F_OK, 0));
    close(fd);
    CHECK_EQUAL(0, renameat(top, "d", top, "g"));
    fd = opened(&inner, O_RDONLY);
    CHECK(shows(fd, "/g/inner"));
    CHECK_EQUAL(0, mkdirat(fd, "made", 0700));
    CHECK_EQUAL(0, unlinkat(top, "g/inner/made", AT_REMOVEDIR));
    CHECK_EQUAL(0, faccessat(fd, "../../g", F_OK, 0));
    close(fd);
    fd = opened(&inner, O_PATH);
    CHECK(shows(fd, "/g/inner"));
    close(fd);
    CHECK_ERRNO(EISDIR, opened(&inner, O_RDWR));
    fd = opened(&itself, O_RDONLY);
    CHECK_EQUAL(0, faccessat(fd, "g", F_OK, 0));
    close(fd);
    CHECK_EQUAL(0, unlinkat(top, "g/inner/f", 0) | unlinkat(top, "g/inner", AT_REMOVEDIR));
    CHECK_ERRNO(ESTALE, opened(&inner, O_RDONLY));
    CHECK_EQUAL(0, unlinkat(top, "g", AT_REMOVEDIR));
}

/* Files that were made on the root have handles as well; on the host that depends on what it is. */
static void handles_on_the_root(void)
{
    struct { struct file_handle head; char bytes[128]; } handle = {.head.handle_bytes = 128};
    int mount_id = -1, fd = open("/tmp/handle", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(5, write(fd, "hello", 5));
    CHECK_EQUAL(0, name_to_handle_at(AT_FDCWD, "/tmp/handle", &handle.head, &mount_id, 0));
    int again = open_by_handle_at(AT_FDCWD, &handle.head, O_RDONLY);
    char text[8] = "";
    CHECK_EQUAL(5, read(again, text, sizeof text));
    CHECK_EQUAL(0, memcmp(text, "hello", 5));
    struct stat one, two;
    CHECK_EQUAL(0, fstat(fd, &one) | fstat(again, &two));
    CHECK(one.st_ino == two.st_ino && one.st_dev == two.st_dev);
    close(again);
    close(fd);
    CHECK_EQUAL(0, unlink("/tmp/handle"));
    CHECK_ERRNO(ESTALE, open_by_handle_at(AT_FDCWD, &handle.head, O_RDONLY));
    CHECK_EQUAL(0, mkdir("/tmp/handles", 0700));
    handle.head.handle_bytes = 128;
    CHECK_EQUAL(0, name_to_handle_at(AT_FDCWD, "/tmp/handles", &handle.head, &mount_id, 0));
    close(open("/tmp/handles/f", O_CREAT | O_RDWR, 0600));
    again = open_by_handle_at(AT_FDCWD, &handle.head, O_RDONLY | O_DIRECTORY);
    CHECK_EQUAL(0, faccessat(again, "f", F_OK, 0));
    CHECK(shows(again, "/tmp/handles"));
    CHECK_EQUAL(0, unlinkat(again, "f", 0));
    close(again);
    CHECK_EQUAL(0, rmdir("/tmp/handles"));
    CHECK_ERRNO(ESTALE, open_by_handle_at(AT_FDCWD, &handle.head, O_RDONLY));
}

int main(void)
{
    if (geteuid() != 0) {
        printf("handles are for root\n");
        return 1;
    }
    if (unshare(CLONE_NEWNS) == 0) {
        CHECK_EQUAL(0, mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
    }
    mkdir(directory, 0755);
    CHECK_EQUAL(0, mount("handles", directory, "tmpfs", 0, NULL));
    top = open(directory, O_RDONLY | O_DIRECTORY);
    CHECK(top >= 0);
    handles_open_files();
    links_are_followed_when_asked();
    room_is_asked_for();
    directories_are_found_by_their_names();
    what_is_refused();
    if (getpid() == 1)
        handles_on_the_root();
    close(top);
    CHECK_EQUAL(0, umount(directory));
    rmdir(directory);
    return check_done();
}
