/* tcp(7), recv(2), sockatmark(3), socket(7): urgent data of TCP, and a close(2) that waits for the peer. */
#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

static int writer, reader;
static volatile int urgents;

static void on_urgent(int signal)
{
    (void) signal;
    urgents++;
}

static int listener(struct sockaddr_in *name)
{
    socklen_t bytes = sizeof *name;
    *name = (struct sockaddr_in) {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int made = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(made, (struct sockaddr *) name, sizeof *name));
    CHECK_EQUAL(0, listen(made, 5));
    CHECK_EQUAL(0, getsockname(made, (struct sockaddr *) name, &bytes));
    return made;
}

static void connect_both(void)
{
    struct sockaddr_in name;
    int listening = listener(&name);
    writer = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(writer, (struct sockaddr *) &name, sizeof name));
    reader = accept(listening, NULL, NULL);
    CHECK(reader >= 0);
    close(listening);
}

static void close_both(void)
{
    close(writer);
    close(reader);
}

static int events_of(int fd, int wanted)
{
    struct pollfd one = {fd, wanted, 0};
    CHECK(poll(&one, 1, 0) >= 0);
    return one.revents;
}

/* What comes by lo comes at once, or soon. */
static void await(int fd, int wanted)
{
    struct pollfd one = {fd, wanted, 0};
    CHECK_EQUAL(1, poll(&one, 1, 5000));
}

static int bytes_in(int fd)
{
    int bytes = -1;
    CHECK_EQUAL(0, ioctl(fd, FIONREAD, &bytes));
    return bytes;
}

static void read_stops_at_the_mark(void)
{
    char buffer[100];
    connect_both();
    CHECK_EQUAL(0, sockatmark(reader));
    CHECK_ERRNO(EINVAL, recv(reader, buffer, 1, MSG_OOB));
    CHECK_EQUAL(3, send(writer, "abc", 3, 0));
    CHECK_EQUAL(2, send(writer, "dX", 2, MSG_OOB));
    await(reader, POLLPRI);
    CHECK_EQUAL(3, send(writer, "efg", 3, 0));
    usleep(20000);
    CHECK_EQUAL(POLLPRI | POLLIN, events_of(reader, POLLPRI | POLLIN));
    CHECK_EQUAL(4, bytes_in(reader));
    CHECK_EQUAL(0, sockatmark(reader));
    CHECK_EQUAL(1, recv(reader, buffer, 10, MSG_OOB | MSG_PEEK));
    CHECK_EQUAL(4, recv(reader, buffer, sizeof buffer, MSG_PEEK));
    CHECK_EQUAL(4, recv(reader, buffer, sizeof buffer, MSG_WAITALL));
    CHECK(memcmp(buffer, "abcd", 4) == 0);
    CHECK_EQUAL(1, sockatmark(reader));
    CHECK_EQUAL(0, bytes_in(reader));
    CHECK_EQUAL(1, recv(reader, buffer, 10, MSG_OOB));
    CHECK_EQUAL('X', buffer[0]);
    CHECK_EQUAL(POLLIN, events_of(reader, POLLPRI | POLLIN));
    CHECK_ERRNO(EINVAL, recv(reader, buffer, 1, MSG_OOB));
    CHECK_EQUAL(1, sockatmark(reader));
    CHECK_EQUAL(3, read(reader, buffer, sizeof buffer));
    CHECK(memcmp(buffer, "efg", 3) == 0);
    CHECK_EQUAL(0, sockatmark(reader));
    CHECK_ERRNO(EINVAL, recv(reader, buffer, 1, MSG_OOB));
    close_both();
}

/* Who reads on past the urgent byte has lost it. */
static void byte_that_is_passed_is_lost(void)
{
    char buffer[100];
    connect_both();
    CHECK_EQUAL(1, send(writer, "X", 1, MSG_OOB));
    await(reader, POLLPRI);
    CHECK_EQUAL(POLLPRI, events_of(reader, POLLPRI | POLLIN));
    CHECK_EQUAL(1, sockatmark(reader));
    CHECK_ERRNO(EAGAIN, recv(reader, buffer, 10, MSG_DONTWAIT));
    CHECK_EQUAL(0, sockatmark(reader));
    CHECK_EQUAL(0, events_of(reader, POLLPRI | POLLIN));
    CHECK_ERRNO(EINVAL, recv(reader, buffer, 1, MSG_OOB));
    CHECK_EQUAL(2, send(writer, "yz", 2, 0));
    await(reader, POLLIN);
    CHECK_EQUAL(2, recv(reader, buffer, 10, 0));
    CHECK_EQUAL('y', buffer[0]);
    close_both();
}

/* A second urgent byte takes the place of the first, which becomes an ordinary one. */
static void second_mark_takes_the_place_of_the_first(void)
{
    char buffer[100];
    connect_both();
    CHECK_EQUAL(2, send(writer, "aX", 2, MSG_OOB));
    await(reader, POLLPRI);
    CHECK_EQUAL(2, send(writer, "bY", 2, MSG_OOB));
    usleep(20000);
    CHECK_EQUAL(3, bytes_in(reader));
    CHECK_EQUAL(1, recv(reader, buffer, 10, MSG_OOB));
    CHECK_EQUAL('Y', buffer[0]);
    CHECK_EQUAL(3, recv(reader, buffer, sizeof buffer, 0));
    CHECK(memcmp(buffer, "aXb", 3) == 0);
    CHECK_EQUAL(1, sockatmark(reader));
    close_both();
}

static void byte_is_read_in_its_place_if_wanted(void)
{
    char buffer[100];
    int on = 1, got = 0;
    socklen_t bytes = sizeof got;
    connect_both();
    CHECK_EQUAL(0, setsockopt(reader, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on));
    CHECK_EQUAL(0, getsockopt(reader, SOL_SOCKET, SO_OOBINLINE, &got, &bytes));
    CHECK_EQUAL(1, got);
    CHECK_EQUAL(3, send(writer, "abX", 3, MSG_OOB));
    await(reader, POLLPRI);
    CHECK_EQUAL(1, send(writer, "c", 1, 0));
    usleep(20000);
    CHECK_EQUAL(4, bytes_in(reader));
    CHECK_ERRNO(EINVAL, recv(reader, buffer, 1, MSG_OOB));
    CHECK_EQUAL(2, recv(reader, buffer, sizeof buffer, 0));
    CHECK_EQUAL(1, sockatmark(reader));
    CHECK_EQUAL(2, recv(reader, buffer, sizeof buffer, 0));
    CHECK(memcmp(buffer, "Xc", 2) == 0);
    CHECK_EQUAL(0, sockatmark(reader));
    close_both();
}

static void owner_gets_sigurg(void)
{
    char buffer[10];
    connect_both();
    signal(SIGURG, on_urgent);
    CHECK_EQUAL(1, send(writer, "X", 1, MSG_OOB));
    await(reader, POLLPRI);
    CHECK_EQUAL(0, urgents);
    CHECK_EQUAL(1, recv(reader, buffer, 1, MSG_OOB));
    CHECK_EQUAL(0, fcntl(reader, F_SETOWN, getpid()));
    CHECK_EQUAL(1, send(writer, "Y", 1, MSG_OOB));
    for (int i = 0; i < 500 && urgents == 0; i++) {
        usleep(10000);
    }
    CHECK_EQUAL(1, urgents);
    CHECK_EQUAL(0, fcntl(reader, F_SETOWN, 0));
    close_both();
}

static void epoll_and_messages_tell_of_it(void)
{
    char buffer[10];
    connect_both();
    int all = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLPRI};
    CHECK_EQUAL(0, epoll_ctl(all, EPOLL_CTL_ADD, reader, &event));
    CHECK_EQUAL(0, epoll_wait(all, &event, 1, 0));
    CHECK_EQUAL(1, send(writer, "X", 1, MSG_OOB));
    CHECK_EQUAL(1, epoll_wait(all, &event, 1, 5000));
    CHECK_EQUAL(EPOLLPRI, event.events);
    struct iovec part = {buffer, sizeof buffer};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    CHECK_EQUAL(1, recvmsg(reader, &message, MSG_OOB));
    CHECK_EQUAL(MSG_OOB, message.msg_flags & MSG_OOB);
    CHECK_EQUAL(0, epoll_wait(all, &event, 1, 0));
    close(all);
    close_both();
    int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK_ERRNO(EOPNOTSUPP, sendto(datagrams, "x", 1, MSG_OOB, (struct sockaddr *) &name, sizeof name));
    close(datagrams);
}

static long ms_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

/* A writer with more in its buffer than the peer takes, so that its end waits behind it. */
static void fill(void)
{
    static char block[65536];
    int flags = fcntl(writer, F_GETFL);
    CHECK_EQUAL(0, fcntl(writer, F_SETFL, flags | O_NONBLOCK));
    while (write(writer, block, sizeof block) > 0) {
    }
    CHECK_EQUAL(EAGAIN, errno);
    CHECK_EQUAL(0, fcntl(writer, F_SETFL, flags));
}

static void set_linger(int fd, int seconds)
{
    struct linger linger = {1, seconds}, got = {0, 0};
    socklen_t bytes = sizeof got;
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    CHECK_EQUAL(0, getsockopt(fd, SOL_SOCKET, SO_LINGER, &got, &bytes));
    CHECK_EQUAL(1, got.l_onoff);
    CHECK_EQUAL(seconds, got.l_linger);
}

static void *read_all(void *argument)
{
    static char block[65536];
    (void) argument;
    usleep(300000);
    while (read(reader, block, sizeof block) > 0) {
    }
    return NULL;
}

static void close_waits_for_its_time(void)
{
    connect_both();
    fill();
    set_linger(writer, 1);
    long before = ms_now();
    /* shutdown(2) does not, whatever socket(7) says. */
    int copy = dup(writer);
    CHECK_EQUAL(0, close(writer));
    CHECK(ms_now() - before < 500);
    CHECK_EQUAL(0, shutdown(copy, SHUT_WR));
    CHECK(ms_now() - before < 500);
    CHECK_EQUAL(0, close(copy));
    CHECK(ms_now() - before >= 900);
    CHECK(ms_now() - before < 5000);
    close(reader);
}

static void close_ends_when_the_peer_has_all(void)
{
    pthread_t other;
    connect_both();
    fill();
    set_linger(writer, 60);
    CHECK_EQUAL(0, fcntl(writer, F_SETFL, fcntl(writer, F_GETFL) | O_NONBLOCK));
    CHECK_EQUAL(0, pthread_create(&other, NULL, read_all, NULL));
    long before = ms_now();
    CHECK_EQUAL(0, close(writer));
    CHECK(ms_now() - before >= 250);
    CHECK(ms_now() - before < 20000);
    CHECK_EQUAL(0, pthread_join(other, NULL));
    close(reader);
    /* Nothing to wait for: at once. */
    connect_both();
    set_linger(writer, 60);
    before = ms_now();
    close(writer);
    CHECK(ms_now() - before < 5000);
    close(reader);
}

static void on_alarm(int signal)
{
    (void) signal;
}

/* The descriptor is gone, whatever ends the waiting: close(2) succeeds. */
static void signal_ends_the_waiting(void)
{
    struct sigaction action = {.sa_handler = on_alarm};
    connect_both();
    fill();
    set_linger(writer, 60);
    sigaction(SIGALRM, &action, NULL);
    alarm(1);
    long before = ms_now();
    CHECK_EQUAL(0, close(writer));
    CHECK(ms_now() - before < 20000);
    CHECK_ERRNO(EBADF, fcntl(writer, F_GETFD));
    close(reader);
}

/* The last descriptor may go by dup2(2) and close_range(2) as well; what they make is there meanwhile. */
static void other_ways_to_close_wait_too(void)
{
    int null = open("/dev/null", O_RDWR);
    connect_both();
    fill();
    set_linger(writer, 1);
    long before = ms_now();
    CHECK_EQUAL(writer, dup2(null, writer));
    CHECK(ms_now() - before >= 900);
    CHECK(ms_now() - before < 5000);
    CHECK_EQUAL(1, write(writer, "x", 1));
    CHECK_EQUAL(0, close(writer));
    close(reader);

    pthread_t other;
    connect_both();
    fill();
    set_linger(writer, 60);
    CHECK_EQUAL(0, pthread_create(&other, NULL, read_all, NULL));
    before = ms_now();
    CHECK_EQUAL(writer, dup3(null, writer, O_CLOEXEC));
    CHECK(ms_now() - before >= 250);
    CHECK(ms_now() - before < 20000);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(writer, F_GETFD));
    CHECK_EQUAL(0, close(writer));
    CHECK_EQUAL(0, pthread_join(other, NULL));
    close(reader);

    connect_both();
    fill();
    set_linger(writer, 1);
    int first = dup2(writer, 100), second = dup2(null, 101);
    CHECK_EQUAL(0, close(writer));
    before = ms_now();
    CHECK_EQUAL(0, syscall(SYS_close_range, 100, 101, 0));
    CHECK(ms_now() - before >= 900);
    CHECK(ms_now() - before < 5000);
    CHECK_ERRNO(EBADF, fcntl(first, F_GETFD));
    CHECK_ERRNO(EBADF, fcntl(second, F_GETFD));
    close(reader);
    close(null);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    read_stops_at_the_mark();
    byte_that_is_passed_is_lost();
    second_mark_takes_the_place_of_the_first();
    byte_is_read_in_its_place_if_wanted();
    owner_gets_sigurg();
    epoll_and_messages_tell_of_it();
    close_waits_for_its_time();
    close_ends_when_the_peer_has_all();
    signal_ends_the_waiting();
    other_ways_to_close_wait_too();
    return check_done();
}
