/*
 * Urgent data of local streams, unix(7): MSG_OOB carries one byte, which is read beside the others, SO_OOBINLINE puts
 * it among them, SIOCATMARK tells when it is next, POLLPRI and SIGURG that it is there.
 */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>

static int pair[2];
static char buffer[64];

static void begin(int type)
{
    CHECK_EQUAL(0, socketpair(AF_UNIX, type, 0, pair));
    CHECK_EQUAL(0, fcntl(pair[1], F_SETFL, O_NONBLOCK));
}

static void end(void)
{
    close(pair[0]);
    close(pair[1]);
}

static int at_mark(void)
{
    int is = -1;
    CHECK_EQUAL(0, ioctl(pair[1], SIOCATMARK, &is));
    return is;
}

static int events(void)
{
    struct pollfd one = {pair[1], POLLIN | POLLPRI, 0};
    CHECK(poll(&one, 1, 0) >= 0);
    return one.revents;
}

static int queued(void)
{
    int bytes = -1;
    CHECK_EQUAL(0, ioctl(pair[1], FIONREAD, &bytes));
    return bytes;
}

#define RECEIVES(text, length, flags)                                                   \
    do {                                                                                \
        memset(buffer, 0, sizeof buffer);                                               \
        CHECK_EQUAL(strlen(text), recv(pair[1], buffer, length, flags));                \
        CHECK(strcmp(text, buffer) == 0);                                               \
        if (strcmp(text, buffer) != 0) {                                                \
            printf("    received \"%s\" and not \"%s\"\n", buffer, text);               \
        }                                                                               \
    } while (0)

static void last_byte_is_urgent(void)
{
    begin(SOCK_STREAM);
    CHECK_ERRNO(EINVAL, recv(pair[1], buffer, 1, MSG_OOB));
    CHECK_EQUAL(0, events());
    CHECK_EQUAL(5, send(pair[0], "hello", 5, MSG_OOB));
    CHECK_EQUAL(3, send(pair[0], "abc", 3, 0));
    CHECK_EQUAL(POLLIN | POLLPRI, events());
    CHECK_EQUAL(8, queued());
    CHECK_EQUAL(0, at_mark());
    RECEIVES("o", 5, MSG_OOB | MSG_PEEK);
    RECEIVES("hell", 32, MSG_PEEK);
    RECEIVES("o", 5, MSG_OOB);
    CHECK_ERRNO(EINVAL, recv(pair[1], buffer, 1, MSG_OOB));
    CHECK_EQUAL(POLLIN, events());
    CHECK_EQUAL(7, queued());
    /* Reading stops where it was. */
    RECEIVES("hell", 32, 0);
    CHECK_EQUAL(1, at_mark());
    RECEIVES("abc", 32, 0);
    CHECK_EQUAL(0, at_mark());
    CHECK_ERRNO(EAGAIN, recv(pair[1], buffer, 1, 0));
    end();
}

static void reading_on_loses_it(void)
{
    begin(SOCK_STREAM);
    CHECK_EQUAL(3, send(pair[0], "abX", 3, MSG_OOB));
    CHECK_EQUAL(2, send(pair[0], "cd", 2, 0));
    RECEIVES("a", 1, 0);
    CHECK_EQUAL(0, at_mark());
    RECEIVES("b", 32, 0);
    CHECK_EQUAL(1, at_mark());
    CHECK_EQUAL(POLLIN | POLLPRI, events());
    RECEIVES("cd", 32, MSG_PEEK);
    CHECK_EQUAL(1, at_mark());
    RECEIVES("cd", 32, 0);
    CHECK_ERRNO(EINVAL, recv(pair[1], buffer, 1, MSG_OOB));
    CHECK_EQUAL(0, events());
    /* Alone, it is lost too, and the reader waits. */
    CHECK_EQUAL(1, send(pair[0], "X", 1, MSG_OOB));
    CHECK_EQUAL(1, at_mark());
    CHECK_ERRNO(EAGAIN, recv(pair[1], buffer, 32, 0));
    CHECK_ERRNO(EINVAL, recv(pair[1], buffer, 1, MSG_OOB));
    end();
}

static void later_one_takes_its_place(void)
{
    begin(SOCK_STREAM);
    CHECK_EQUAL(3, send(pair[0], "abX", 3, MSG_OOB));
    CHECK_EQUAL(3, send(pair[0], "cdY", 3, MSG_OOB));
    RECEIVES("Y", 1, MSG_OOB);
    RECEIVES("abXcd", 32, 0);
    CHECK_EQUAL(1, at_mark());
    CHECK_ERRNO(EAGAIN, recv(pair[1], buffer, 32, 0));
    end();
}

static void inline_byte_is_among_the_others(void)
{
    begin(SOCK_STREAM);
    int on = 1, off = 0;
    socklen_t length = sizeof off;
    CHECK_EQUAL(0, setsockopt(pair[1], SOL_SOCKET, SO_OOBINLINE, &on, sizeof on));
    CHECK_EQUAL(0, getsockopt(pair[1], SOL_SOCKET, SO_OOBINLINE, &off, &length));
    CHECK_EQUAL(1, off);
    CHECK_EQUAL(3, send(pair[0], "abX", 3, MSG_OOB));
    CHECK_EQUAL(2, send(pair[0], "cd", 2, 0));
    CHECK_ERRNO(EINVAL, recv(pair[1], buffer, 1, MSG_OOB));
    CHECK_EQUAL(POLLIN | POLLPRI, events());
    RECEIVES("ab", 32, 0);
    CHECK_EQUAL(1, at_mark());
    RECEIVES("Xcd", 32, MSG_PEEK);
    RECEIVES("X", 1, 0);
    CHECK_EQUAL(0, at_mark());
    CHECK_EQUAL(POLLIN, events());
    RECEIVES("cd", 32, 0);
    end();
}

static void reading_for_all_ends_at_the_mark(void)
{
    begin(SOCK_STREAM);
    CHECK_EQUAL(0, fcntl(pair[1], F_SETFL, 0));
    CHECK_EQUAL(3, send(pair[0], "abX", 3, MSG_OOB));
    CHECK_EQUAL(2, send(pair[0], "cd", 2, 0));
    RECEIVES("ab", 32, MSG_WAITALL);
    RECEIVES("cd", 2, MSG_WAITALL);
    end();
}

static void messages_tell(void)
{
    begin(SOCK_STREAM);
    struct iovec part = {buffer, 5};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    CHECK_EQUAL(2, send(pair[0], "aX", 2, MSG_OOB));
    CHECK_EQUAL(1, recvmsg(pair[1], &message, MSG_OOB));
    CHECK_EQUAL('X', buffer[0]);
    CHECK_EQUAL(MSG_OOB, message.msg_flags & MSG_OOB);
    CHECK_EQUAL(1, recvmsg(pair[1], &message, 0));
    CHECK_EQUAL(0, message.msg_flags & MSG_OOB);
    end();
}

static volatile int urgent_signals;

static void note(int signal)
{
    (void)signal;
    urgent_signals++;
}

static void owner_is_told(void)
{
    begin(SOCK_STREAM);
    struct sigaction action = {.sa_handler = note};
    CHECK_EQUAL(0, sigaction(SIGURG, &action, NULL));
    CHECK_EQUAL(1, send(pair[0], "X", 1, MSG_OOB));
    CHECK_EQUAL(0, urgent_signals);
    CHECK_EQUAL(0, fcntl(pair[1], F_SETOWN, getpid()));
    CHECK_EQUAL(1, send(pair[0], "Y", 1, MSG_OOB));
    CHECK_EQUAL(1, urgent_signals);
    CHECK_EQUAL(1, send(pair[0], "z", 1, 0));
    CHECK_EQUAL(1, urgent_signals);
    end();
}

static void others_have_none(void)
{
    int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};
    for (int i = 0; i < 2; i++) {
        begin(types[i]);
        CHECK_ERRNO(EOPNOTSUPP, send(pair[0], "a", 1, MSG_OOB));
        CHECK_ERRNO(EOPNOTSUPP, recv(pair[1], buffer, 1, MSG_OOB));
        end();
    }
    begin(SOCK_STREAM);
    CHECK_ERRNO(EOPNOTSUPP, send(pair[0], "", 0, MSG_OOB));
    end();
    int alone = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_ERRNO(EINVAL, recv(alone, buffer, 1, MSG_OOB));
    CHECK_ERRNO(ENOTCONN, send(alone, "a", 1, MSG_OOB | MSG_NOSIGNAL));
    close(alone);
}

/* A reader that has taken all but a mark has taken all. */
static void marks_are_no_data(void)
{
    begin(SOCK_STREAM);
    CHECK_EQUAL(1, send(pair[0], "X", 1, MSG_OOB));
    RECEIVES("X", 1, MSG_OOB);
    CHECK_EQUAL(0, queued());
    CHECK_EQUAL(1, at_mark());
    CHECK_EQUAL(0, close(pair[1]));
    CHECK_ERRNO(EPIPE, send(pair[0], "a", 1, MSG_NOSIGNAL));
    close(pair[0]);
    begin(SOCK_STREAM);
    CHECK_EQUAL(1, send(pair[0], "X", 1, MSG_OOB));
    RECEIVES("X", 1, MSG_OOB);
    CHECK_EQUAL(0, close(pair[0]));
    CHECK_EQUAL(0, recv(pair[1], buffer, 1, 0));
    close(pair[1]);
}

/* A mark ends a read only as long as no later urgent byte has come, manage_oob() of Linux. */
static void later_one_lets_marks_pass(void)
{
    begin(SOCK_STREAM);
    CHECK_EQUAL(4, send(pair[0], "abcd", 4, MSG_OOB));
    CHECK_EQUAL(1, recv(pair[1], buffer, 1, MSG_OOB));
    CHECK_EQUAL(4, send(pair[0], "efgh", 4, MSG_OOB));
    CHECK_EQUAL(2, send(pair[0], "ij", 2, 0));
    CHECK_EQUAL(5, recv(pair[1], buffer, 5, 0));
    CHECK(memcmp(buffer, "abcef", 5) == 0);
    CHECK_EQUAL(1, recv(pair[1], buffer, 8, 0));
    CHECK_EQUAL('g', buffer[0]);
    CHECK_EQUAL(1, at_mark());
    CHECK_EQUAL(2, recv(pair[1], buffer, 8, 0));
    CHECK(memcmp(buffer, "ij", 2) == 0);
    end();
}

int main(void)
{
    last_byte_is_urgent();
    reading_on_loses_it();
    later_one_takes_its_place();
    inline_byte_is_among_the_others();
    reading_for_all_ends_at_the_mark();
    messages_tell();
    owner_is_told();
    others_have_none();
    marks_are_no_data();
    later_one_lets_marks_pass();
    return check_done();
}
