/* The packet mode of pipes, pipe2(2) O_DIRECT: each write is a packet of its own, and a read takes one at most. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <sys/wait.h>

static int ends[2];
static char buffer[70000];

static void begin(int flags)
{
    CHECK_EQUAL(0, pipe2(ends, flags));
}

static void end(void)
{
    close(ends[0]);
    close(ends[1]);
}

#define READS(text, length)                                      \
    do {                                                         \
        memset(buffer, 0, 64);                                   \
        CHECK_EQUAL(strlen(text), read(ends[0], buffer, length)); \
        CHECK(strcmp(text, buffer) == 0);                        \
    } while (0)

static int queued(void)
{
    int bytes = -1;
    CHECK_EQUAL(0, ioctl(ends[0], FIONREAD, &bytes));
    return bytes;
}

static void reads_take_packets(void)
{
    begin(O_DIRECT | O_NONBLOCK | O_CLOEXEC);
    CHECK_EQUAL(O_DIRECT | O_NONBLOCK | O_WRONLY, fcntl(ends[1], F_GETFL) & ~0100000);
    CHECK_EQUAL(O_NONBLOCK, fcntl(ends[0], F_GETFL) & ~0100000);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(ends[0], F_GETFD));
    CHECK_EQUAL(3, write(ends[1], "abc", 3));
    CHECK_EQUAL(5, write(ends[1], "defgh", 5));
    CHECK_EQUAL(0, write(ends[1], "", 0));
    CHECK_EQUAL(1, write(ends[1], "i", 1));
    CHECK_EQUAL(9, queued());
    READS("abc", 64);
    /* What finds no room is gone. */
    READS("de", 2);
    CHECK_EQUAL(1, queued());
    CHECK_EQUAL(0, read(ends[0], buffer, 0));
    READS("i", 64);
    CHECK_ERRNO(EAGAIN, read(ends[0], buffer, 1));
    close(ends[1]);
    CHECK_EQUAL(0, read(ends[0], buffer, 1));
    close(ends[0]);
}

static void vectors_are_one_packet(void)
{
    begin(O_DIRECT | O_NONBLOCK);
    struct iovec parts[2] = {{"abc", 3}, {"de", 2}};
    char first[4] = "", second[4] = "";
    struct iovec into[2] = {{first, 2}, {second, 2}};
    CHECK_EQUAL(5, writev(ends[1], parts, 2));
    CHECK_EQUAL(5, writev(ends[1], parts, 2));
    READS("abcde", 64);
    CHECK_EQUAL(4, readv(ends[0], into, 2));
    CHECK(strcmp(first, "ab") == 0 && strcmp(second, "cd") == 0);
    CHECK_ERRNO(EAGAIN, read(ends[0], buffer, 1));
    end();
}

/* Longer ones are cut at PIPE_BUF. */
static void long_writes_are_several(void)
{
    begin(O_DIRECT | O_NONBLOCK);
    memset(buffer, 'x', sizeof buffer);
    CHECK_EQUAL(10000, write(ends[1], buffer, 10000));
    CHECK_EQUAL(4096, read(ends[0], buffer, sizeof buffer));
    CHECK_EQUAL(4096, read(ends[0], buffer, sizeof buffer));
    CHECK_EQUAL(1808, read(ends[0], buffer, sizeof buffer));
    CHECK_ERRNO(EAGAIN, read(ends[0], buffer, 1));
    end();
}

/* A packet takes a page of the pipe, whatever its size. */
static void room_is_counted_in_packets(void)
{
    begin(O_DIRECT | O_NONBLOCK);
    struct pollfd out = {ends[1], POLLOUT, 0};
    int count = 0;
    while (write(ends[1], "x", 1) == 1) {
        count++;
    }
    CHECK_EQUAL(EAGAIN, errno);
    CHECK_EQUAL(16, count);
    CHECK_EQUAL(0, poll(&out, 1, 0));
    CHECK_EQUAL(16, queued());
    CHECK_ERRNO(EBUSY, fcntl(ends[1], F_SETPIPE_SZ, 4096));
    CHECK_EQUAL(8 * 65536, fcntl(ends[1], F_SETPIPE_SZ, 8 * 65536));
    CHECK_EQUAL(1, poll(&out, 1, 0));
    CHECK_EQUAL(1, write(ends[1], "y", 1));
    for (int i = 0; i < 16; i++) {
        READS("x", 64);
    }
    READS("y", 64);
    CHECK_EQUAL(4096, fcntl(ends[1], F_SETPIPE_SZ, 1));
    CHECK_EQUAL(1, write(ends[1], "z", 1));
    CHECK_ERRNO(EAGAIN, write(ends[1], "z", 1));
    READS("z", 64);
    end();
}

/* fcntl(2) turns it on and off; only the writer's matters. */
static void mode_may_change(void)
{
    begin(O_NONBLOCK);
    CHECK_EQUAL(0, fcntl(ends[1], F_SETFL, O_DIRECT | O_NONBLOCK));
    CHECK_EQUAL(O_DIRECT, fcntl(ends[1], F_GETFL) & O_DIRECT);
    CHECK_EQUAL(2, write(ends[1], "ab", 2));
    CHECK_EQUAL(2, write(ends[1], "cd", 2));
    CHECK_EQUAL(0, fcntl(ends[1], F_SETFL, O_NONBLOCK));
    CHECK_EQUAL(2, write(ends[1], "ef", 2));
    CHECK_EQUAL(2, write(ends[1], "gh", 2));
    READS("ab", 64);
    READS("c", 1);
    READS("efgh", 64);
    /* What joins bytes that are no packet is none. */
    CHECK_EQUAL(2, write(ends[1], "ij", 2));
    CHECK_EQUAL(0, fcntl(ends[1], F_SETFL, O_DIRECT | O_NONBLOCK));
    CHECK_EQUAL(2, write(ends[1], "kl", 2));
    READS("ijkl", 64);
    /* A packet ends a read, and what is no packet does not. */
    CHECK_EQUAL(0, fcntl(ends[1], F_SETFL, O_NONBLOCK));
    memset(buffer, 'x', 4096);
    CHECK_EQUAL(4096, write(ends[1], buffer, 4096));
    CHECK_EQUAL(0, fcntl(ends[1], F_SETFL, O_DIRECT | O_NONBLOCK));
    CHECK_EQUAL(2, write(ends[1], "mn", 2));
    CHECK_EQUAL(2, write(ends[1], "op", 2));
    CHECK_EQUAL(4098, read(ends[0], buffer, 8192));
    CHECK(memcmp(buffer + 4096, "mn", 2) == 0);
    READS("op", 64);
    end();
}

static void writer_waits_for_room(void)
{
    begin(O_DIRECT);
    for (int i = 0; i < 16; i++) {
        CHECK_EQUAL(1, write(ends[1], "x", 1));
    }
    pid_t child = fork();
    if (child == 0) {
        usleep(50000);
        _exit(read(ends[0], buffer, 64) == 1 ? 0 : 1);
    }
    CHECK_EQUAL(5, write(ends[1], "after", 5));
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    for (int i = 0; i < 15; i++) {
        READS("x", 64);
    }
    READS("after", 64);
    end();
}

int main(void)
{
    reads_take_packets();
    vectors_are_one_packet();
    long_writes_are_several();
    room_is_counted_in_packets();
    mode_may_change();
    writer_waits_for_room();
    return check_done();
}
