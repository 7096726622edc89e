/* Thousands of mounts on each other are copied, shared and taken away as quickly as others; as root alone. */
#include "check.h"
#include "child.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { HEIGHT = 1500 };

static int lines_of(const char *path)
{
    int lines = 0, c;
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    while (file != NULL && (c = getc(file)) != EOF)
        lines += c == '\n';
    if (file != NULL)
        fclose(file);
    return lines;
}

static int mounts(void)
{
    return lines_of("/proc/self/mountinfo");
}

/* Each stands on the root of the one before, seen at the same place. */
static void tower(const char *path)
{
    for (int i = 0; i < HEIGHT && check_failures == 0; i++)
        CHECK_EQUAL(0, mount(path, path, NULL, MS_BIND, NULL));
}

static void in_another_namespace(void)
{
    int before = mounts();
    CHECK_EQUAL(0, unshare(CLONE_NEWNS));
    CHECK_EQUAL(before, mounts());
    CHECK_EQUAL(0, access("a/t/file", F_OK));
}

int main(void)
{
    if (HOST_LACKS(geteuid() != 0))
        return check_skipped("only root may mount");
    if (HOST_LACKS(unshare(CLONE_NEWNS) < 0))
        return check_skipped("there is no namespace of mounts for us");
    CHECK_EQUAL(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK(mkdir("/tmp/mount_towers", 0755) == 0 || errno == EEXIST);
    CHECK_EQUAL(0, mount("t", "/tmp/mount_towers", "tmpfs", 0, NULL));
    CHECK_EQUAL(0, chdir("/tmp/mount_towers"));
    CHECK_EQUAL(0, mkdir("a", 0755));
    CHECK_EQUAL(0, mkdir("b", 0755));
    CHECK_EQUAL(0, mount("a", "a", "tmpfs", 0, NULL));
    CHECK_EQUAL(0, mkdir("a/t", 0755));
    CHECK_EQUAL(0, close(open("a/t/file", O_CREAT | O_WRONLY, 0644)));
    int before = mounts();
    tower("a/t");
    CHECK_EQUAL(before + HEIGHT, mounts());
    CHECK_EQUAL(0, in_child(in_another_namespace));

    CHECK_EQUAL(0, mount("a", "b", NULL, MS_BIND | MS_REC, NULL));
    CHECK_EQUAL(before + 2 * HEIGHT + 1, mounts());
    CHECK_EQUAL(0, access("b/t/file", F_OK));
    CHECK_EQUAL(0, umount("b/t"));
    CHECK_EQUAL(before + 2 * HEIGHT, mounts());
    CHECK_EQUAL(0, umount2("b", MNT_DETACH));
    CHECK_EQUAL(before + HEIGHT, mounts());
    CHECK_EQUAL(0, mount(NULL, "a", NULL, MS_SHARED | MS_REC, NULL));
    CHECK_EQUAL(0, umount2("a", MNT_DETACH));
    CHECK_EQUAL(before - 1, mounts());
    return check_done();
}
