/* /dev/kmsg, Documentation/ABI/testing/dev-kmsg of Linux: a record at a time. */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define ACTION_CLEAR 5

static int ready(int file)
{
    struct pollfd one = {.fd = file, .events = POLLIN | POLLOUT};
    poll(&one, 1, 0);
    return one.revents;
}

/* Reads until a record ends in the text; whether there was one, with all of it in `record`. */
static int found(int file, const char *text, char *record, size_t size)
{
    for (;;) {
        ssize_t length = read(file, record, size - 1);
        if (length < 0 && errno == EPIPE)
            continue;
        if (length < 0)
            return 0;
        record[length] = 0;
        char *semicolon = strchr(record, ';');
        char *newline = strchr(record, '\n');
        CHECK(semicolon != NULL && newline != NULL);
        if (semicolon == NULL || newline == NULL)
            return 0;
        newline[1] = 0;
        if (strcmp(semicolon + 1, text) == 0)
            return 1;
    }
}

/* Linux shows a line without its end only with the next one: we write whole lines. */
static void say(int file, const char *text)
{
    CHECK_EQUAL(strlen(text), write(file, text, strlen(text)));
}

static void writes_become_records(int file)
{
    char record[8192];
    char flag = 0;
    unsigned priority = 0;
    unsigned long long first = 0, second = 0, microseconds = 0;
    CHECK_EQUAL(0, lseek(file, 0, SEEK_END));
    say(file, "demitasse: of no priority\n");
    say(file, "<27>demitasse: a \\ and a \t\n");
    say(file, "<3>demitasse: not the kernel\n");
    CHECK(found(file, "demitasse: of no priority\n", record, sizeof record));
    CHECK_EQUAL(4, sscanf(record, "%u,%llu,%llu,%c", &priority, &first, &microseconds, &flag));
    CHECK(flag == '-' || flag == 'c');
    CHECK_EQUAL(12, priority);
    CHECK(found(file, "demitasse: a \\x5c and a \\x09\n", record, sizeof record));
    CHECK_EQUAL(2, sscanf(record, "%u,%llu,", &priority, &second));
    CHECK_EQUAL(27, priority);
    CHECK(second > first);
    CHECK(found(file, "demitasse: not the kernel\n", record, sizeof record));
    CHECK_EQUAL(1, sscanf(record, "%u,", &priority));
    CHECK_EQUAL(8 + 3, priority);
    char large[1025];
    memset(large, 'x', sizeof large);
    CHECK_ERRNO(EINVAL, write(file, large, sizeof large));
    char *volatile nowhere = (char *)8;
    CHECK_ERRNO(EFAULT, write(file, nowhere, 10));
}

static void has_three_places(int file)
{
    char record[8192];
    int other = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    CHECK(other >= 0);
    CHECK(found(other, "demitasse: of no priority\n", record, sizeof record));
    say(file, "demitasse: one more\n");
    CHECK((ready(file) & POLLIN) != 0);
    CHECK_EQUAL(0, lseek(other, 0, SEEK_SET));
    CHECK(found(other, "demitasse: of no priority\n", record, sizeof record));
    CHECK_ERRNO(EINVAL, lseek(other, 0, SEEK_CUR));
    CHECK_ERRNO(ESPIPE, lseek(other, 1, SEEK_SET));
    CHECK_ERRNO(EBADF, write(other, "x", 1));
    /* A record that was not taken whole is gone. */
    CHECK_EQUAL(0, lseek(other, 0, SEEK_END));
    say(file, "demitasse: too long\n");
    CHECK_ERRNO(EINVAL, read(other, record, 4));
    CHECK(!found(other, "demitasse: too long\n", record, sizeof record));
    CHECK_EQUAL(EAGAIN, errno);
    CHECK_EQUAL(0, ready(other));
    if (check_is_ours()) {
        /* Not on the host, whose log is others' too. */
        CHECK_EQUAL(0, klogctl(ACTION_CLEAR, NULL, 0));
        say(file, "demitasse: after all was cleared\n");
        CHECK_EQUAL(0, lseek(other, 0, SEEK_DATA));
        CHECK(read(other, record, sizeof record) > 0);
        CHECK(strstr(record, ";demitasse: after all was cleared\n") != NULL);
    }
    close(other);
}

int main(void)
{
    int file = open("/dev/kmsg", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (HOST_LACKS(file < 0))
        return check_skipped("/dev/kmsg is for root, and not in every container");
    struct stat status;
    CHECK_EQUAL(0, fstat(file, &status));
    CHECK_EQUAL(makedev(1, 11), status.st_rdev);
    writes_become_records(file);
    has_three_places(file);
    close(file);
    return check_done();
}
