/* xattr(7): setxattr(2), getxattr(2), listxattr(2), removexattr(2) and their variants, on a file in /tmp. */
#include "check.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

int main(void)
{
    char name[] = "/tmp/attributes.XXXXXX", link[64], value[256];
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, listxattr(name, NULL, 0));
    CHECK_ERRNO(ENODATA, getxattr(name, "user.one", value, sizeof value));
    CHECK_EQUAL(0, setxattr(name, "user.one", "first", 5, 0));
    CHECK_EQUAL(5, getxattr(name, "user.one", NULL, 0));
    CHECK_EQUAL(5, fgetxattr(fd, "user.one", value, sizeof value));
    CHECK_EQUAL(0, memcmp(value, "first", 5));
    CHECK_ERRNO(ERANGE, getxattr(name, "user.one", value, 4));
    CHECK_ERRNO(EEXIST, setxattr(name, "user.one", "x", 1, XATTR_CREATE));
    CHECK_ERRNO(ENODATA, setxattr(name, "user.two", "x", 1, XATTR_REPLACE));
    CHECK_ERRNO(EINVAL, setxattr(name, "user.two", "x", 1, 4));
    CHECK_EQUAL(0, fsetxattr(fd, "user.one", "longer than before", 18, XATTR_REPLACE));
    CHECK_EQUAL(18, getxattr(name, "user.one", value, sizeof value));
    CHECK_EQUAL(0, setxattr(name, "user.empty", NULL, 0, XATTR_CREATE));
    CHECK_EQUAL(0, getxattr(name, "user.empty", value, sizeof value));
    CHECK_EQUAL(20, listxattr(name, NULL, 0));
    CHECK_EQUAL(20, flistxattr(fd, value, sizeof value));
    CHECK_ERRNO(ERANGE, listxattr(name, value, 19));
    CHECK_EQUAL(0, removexattr(name, "user.empty"));
    CHECK_ERRNO(ENODATA, removexattr(name, "user.empty"));
    CHECK_EQUAL(9, listxattr(name, value, sizeof value));
    CHECK_EQUAL(0, strcmp(value, "user.one"));

    CHECK_ERRNO(EOPNOTSUPP, setxattr(name, "nothing.known", "x", 1, 0));
    CHECK_ERRNO(EOPNOTSUPP, setxattr(name, "noprefix", "x", 1, 0));
    CHECK_ERRNO(EINVAL, setxattr(name, "user.", "x", 1, 0));
    CHECK_ERRNO(ERANGE, setxattr(name, "", "x", 1, 0));
    char big[300] = "user.";
    memset(big + 5, 'a', 280);
    CHECK_ERRNO(ERANGE, setxattr(name, big, "x", 1, 0));
    CHECK_ERRNO(E2BIG, setxattr(name, "user.big", "x", 65537, 0));
    CHECK_ERRNO(EFAULT, setxattr(name, "user.bad", (void *)8, 10, 0));
    CHECK_ERRNO(ENOENT, getxattr("/tmp/attributes.none", "user.one", value, 1));
    CHECK_ERRNO(EBADF, fgetxattr(-1, "user.one", value, 1));

    sprintf(link, "%s.link", name);
    CHECK_EQUAL(0, symlink(name, link));
    CHECK_EQUAL(18, getxattr(link, "user.one", value, sizeof value));
    CHECK_ERRNO(ENODATA, lgetxattr(link, "user.one", value, sizeof value));
    CHECK_ERRNO(EPERM, lsetxattr(link, "user.one", "x", 1, 0));
    if (geteuid() == 0) {
        CHECK_EQUAL(0, setxattr(name, "trusted.mine", "t", 1, 0));
        CHECK_EQUAL(1, getxattr(name, "trusted.mine", value, sizeof value));
        CHECK_EQUAL(22, listxattr(name, value, sizeof value));
        CHECK_EQUAL(0, removexattr(name, "trusted.mine"));
        CHECK_EQUAL(0, fchmod(fd, 0600));
        CHECK_EQUAL(0, chmod(name, 0644));
        CHECK_EQUAL(0, seteuid(4242));
        CHECK_EQUAL(18, getxattr(name, "user.one", value, sizeof value));
        CHECK_ERRNO(EACCES, setxattr(name, "user.one", "x", 1, 0));
        CHECK_ERRNO(EPERM, setxattr(name, "trusted.mine", "x", 1, 0));
        CHECK_ERRNO(ENODATA, getxattr(name, "trusted.mine", value, 1));
        CHECK_EQUAL(0, seteuid(0));
    }
    int path = open(name, O_PATH);
    CHECK_ERRNO(EBADF, fgetxattr(path, "user.one", value, 1));
    unlink(link);
    unlink(name);
    return check_done();
}
