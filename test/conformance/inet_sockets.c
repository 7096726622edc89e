/* ip(7), tcp(7), udp(7), ipv6(7) over the loopback interface: connections, errors, options, readiness, bulk data. */
#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define BULK (8 << 20)
static char buffer[300000];

static short poll_of(int fd, short events, int timeout_ms)
{
    struct pollfd one = {fd, events, 0};
    CHECK(poll(&one, 1, timeout_ms) >= 0);
    return one.revents;
}

static struct sockaddr_in local(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int port_of(int fd)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    CHECK_EQUAL(0, getsockname(fd, (struct sockaddr *)&name, &length));
    return ntohs(name.ss_family == AF_INET ? ((struct sockaddr_in *)&name)->sin_port
                                           : ((struct sockaddr_in6 *)&name)->sin6_port);
}

static int listening(int backlog)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    struct sockaddr_in address = local(0);
    CHECK_EQUAL(0, bind(fd, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, listen(fd, backlog));
    return fd;
}

static void pair(int ends[2])
{
    int listener = listening(8);
    struct sockaddr_in address = local(port_of(listener));
    ends[0] = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    CHECK_EQUAL(0, connect(ends[0], (struct sockaddr *)&address, sizeof address));
    ends[1] = accept(listener, NULL, NULL);
    CHECK(ends[1] >= 0);
    CHECK_EQUAL(0, close(listener));
}

static int integer_option(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    CHECK_EQUAL(0, getsockopt(fd, level, option, &value, &length));
    return value;
}

static void connections(void)
{
    int listener = listening(8);
    int port = port_of(listener);
    CHECK(port >= 1024);
    CHECK_EQUAL(0, poll_of(listener, POLLIN, 0));
    CHECK_EQUAL(1, integer_option(listener, SOL_SOCKET, SO_ACCEPTCONN));
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(client, F_GETFD));
    CHECK_EQUAL(POLLOUT | POLLHUP, poll_of(client, POLLIN | POLLOUT, 0));
    CHECK_ERRNO(ENOTCONN, recv(client, buffer, 1, 0));
    CHECK_ERRNO(EPIPE, send(client, buffer, 1, MSG_NOSIGNAL));
    struct sockaddr_in address = local(port), peer;
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    CHECK_ERRNO(EISCONN, connect(client, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(POLLIN, poll_of(listener, POLLIN, 60000));
    socklen_t length = sizeof peer;
    int server = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK);
    CHECK_EQUAL(sizeof peer, length);
    CHECK_EQUAL(port_of(client), ntohs(peer.sin_port));
    CHECK_EQUAL(INADDR_LOOPBACK, ntohl(peer.sin_addr.s_addr));
    CHECK_EQUAL(port, port_of(server));
    CHECK_ERRNO(EAGAIN, recv(server, buffer, 1, 0));
    CHECK_EQUAL(5, send(client, "hello", 5, 0));
    CHECK_EQUAL(POLLIN | POLLOUT, poll_of(server, POLLIN | POLLOUT, 60000));
    int waiting = 0;
    CHECK_EQUAL(0, ioctl(server, FIONREAD, &waiting));
    CHECK_EQUAL(5, waiting);
    CHECK_EQUAL(2, recv(server, buffer, 2, MSG_PEEK));
    CHECK_EQUAL(5, recv(server, buffer, 100, 0));
    CHECK(memcmp(buffer, "hello", 5) == 0);
    CHECK_EQUAL(0, shutdown(client, SHUT_WR));
    CHECK_EQUAL(POLLIN | POLLRDHUP, poll_of(server, POLLIN | POLLRDHUP, 60000));
    CHECK_EQUAL(0, recv(server, buffer, 1, 0));
    CHECK_ERRNO(EPIPE, send(client, "x", 1, MSG_NOSIGNAL));
    CHECK_EQUAL(3, send(server, "bye", 3, 0));
    CHECK_EQUAL(3, recv(client, buffer, 100, 0));
    CHECK_EQUAL(0, close(server));
    CHECK_EQUAL(0, recv(client, buffer, 1, 0));
    CHECK_EQUAL(POLLIN | POLLHUP, poll_of(client, POLLIN, 60000));
    CHECK_EQUAL(0, close(client));
    CHECK_EQUAL(0, close(listener));
}

static void refusals(void)
{
    int free_port = listening(1);
    struct sockaddr_in address = local(port_of(free_port));
    close(free_port);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(ECONNREFUSED, connect(client, (struct sockaddr *)&address, sizeof address));
    close(client);
    client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_ERRNO(EINPROGRESS, connect(client, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(POLLERR | POLLHUP | POLLOUT, poll_of(client, POLLOUT, 60000));
    CHECK_EQUAL(ECONNREFUSED, integer_option(client, SOL_SOCKET, SO_ERROR));
    CHECK_EQUAL(0, integer_option(client, SOL_SOCKET, SO_ERROR));
    close(client);
    int listener = listening(8);
    address = local(port_of(listener));
    client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_ERRNO(EINPROGRESS, connect(client, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(POLLOUT, poll_of(client, POLLOUT, 60000));
    CHECK_EQUAL(0, integer_option(client, SOL_SOCKET, SO_ERROR));
    close(client);
    int other = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(EADDRINUSE, bind(other, (struct sockaddr *)&address, sizeof address));
    address.sin_addr.s_addr = htonl(0x08080808);
    address.sin_port = 0;
    CHECK_ERRNO(EADDRNOTAVAIL, bind(other, (struct sockaddr *)&address, sizeof address));
    address.sin_family = AF_UNIX;
    CHECK_ERRNO(EAFNOSUPPORT, bind(other, (struct sockaddr *)&address, sizeof address));
    CHECK_ERRNO(EINVAL, bind(other, (struct sockaddr *)&address, 4));
    CHECK_ERRNO(EINVAL, accept(other, NULL, NULL));
    close(other);
    close(listener);
    CHECK_ERRNO(EPROTONOSUPPORT, socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
    CHECK_ERRNO(EINVAL, socket(AF_INET, SOCK_STREAM | 0x100000, 0));
}

static void resets(void)
{
    int ends[2];
    pair(ends);
    CHECK_EQUAL(3, send(ends[0], "abc", 3, 0));
    CHECK_EQUAL(POLLIN, poll_of(ends[1], POLLIN, 60000));
    close(ends[1]);
    CHECK_EQUAL(POLLIN | POLLERR | POLLHUP, poll_of(ends[0], POLLIN, 60000) | POLLIN);
    CHECK_ERRNO(ECONNRESET, recv(ends[0], buffer, 1, 0));
    CHECK_EQUAL(0, recv(ends[0], buffer, 1, 0));
    CHECK_ERRNO(EPIPE, send(ends[0], "x", 1, MSG_NOSIGNAL));
    close(ends[0]);
    pair(ends);
    struct linger now = {1, 0};
    CHECK_EQUAL(0, setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &now, sizeof now));
    close(ends[0]);
    CHECK_ERRNO(ECONNRESET, recv(ends[1], buffer, 1, 0));
    close(ends[1]);
}

static void options(void)
{
    int ends[2];
    pair(ends);
    int on = 1;
    CHECK_EQUAL(0, integer_option(ends[0], IPPROTO_TCP, TCP_NODELAY));
    CHECK_EQUAL(0, setsockopt(ends[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    CHECK(integer_option(ends[0], IPPROTO_TCP, TCP_NODELAY) != 0);
    CHECK_EQUAL(0, setsockopt(ends[0], SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on));
    CHECK_EQUAL(1, integer_option(ends[0], SOL_SOCKET, SO_KEEPALIVE));
    int seconds = 30;
    CHECK_EQUAL(0, setsockopt(ends[0], IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds));
    CHECK_EQUAL(30, integer_option(ends[0], IPPROTO_TCP, TCP_KEEPIDLE));
    seconds = 0;
    CHECK_ERRNO(EINVAL, setsockopt(ends[0], IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds));
    CHECK_EQUAL(SOCK_STREAM, integer_option(ends[0], SOL_SOCKET, SO_TYPE));
    CHECK_EQUAL(AF_INET, integer_option(ends[0], SOL_SOCKET, SO_DOMAIN));
    CHECK_EQUAL(IPPROTO_TCP, integer_option(ends[0], SOL_SOCKET, SO_PROTOCOL));
    CHECK_ERRNO(ENOPROTOOPT, setsockopt(ends[0], SOL_SOCKET, 9999, &on, sizeof on));
    CHECK_ERRNO(EINVAL, setsockopt(ends[0], IPPROTO_TCP, TCP_NODELAY, &on, 1));
    char name[16] = "";
    socklen_t length = sizeof name;
    CHECK_EQUAL(0, getsockopt(ends[0], IPPROTO_TCP, TCP_CONGESTION, name, &length));
    CHECK(name[0] != 0);
    CHECK_ERRNO(ENOENT, setsockopt(ends[0], IPPROTO_TCP, TCP_CONGESTION, "nonesuch", 8));
    struct tcp_info info;
    length = sizeof info;
    CHECK_EQUAL(0, getsockopt(ends[0], IPPROTO_TCP, TCP_INFO, &info, &length));
    CHECK_EQUAL(1, info.tcpi_state);
    struct timeval short_time = {0, 20000};
    CHECK_EQUAL(0, setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time));
    CHECK_ERRNO(EAGAIN, recv(ends[1], buffer, 1, 0));
    CHECK_EQUAL(0, setsockopt(ends[0], IPPROTO_TCP, TCP_CORK, &on, sizeof on));
    CHECK_EQUAL(2, send(ends[0], "ab", 2, 0));
    CHECK_EQUAL(0, poll_of(ends[1], POLLIN, 20));
    on = 0;
    CHECK_EQUAL(0, setsockopt(ends[0], IPPROTO_TCP, TCP_CORK, &on, sizeof on));
    CHECK_EQUAL(POLLIN, poll_of(ends[1], POLLIN, 60000));
    close(ends[0]);
    close(ends[1]);
}

static void *sink(void *argument)
{
    int fd = *(int *)argument;
    unsigned long expected = 0, wrong = 0;
    static char taken[100000];
    ssize_t n;
    while ((n = recv(fd, taken, sizeof taken, 0)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            wrong += (unsigned char)taken[i] != (unsigned char)((expected + i) * 31 >> 3);
        }
        expected += n;
    }
    CHECK_EQUAL(0, n);
    CHECK_EQUAL(0, wrong);
    CHECK_EQUAL(BULK, expected);
    return NULL;
}

static void bulk(void)
{
    int ends[2];
    pair(ends);
    pthread_t reader;
    CHECK_EQUAL(0, pthread_create(&reader, NULL, sink, &ends[1]));
    unsigned long sent = 0;
    while (sent < BULK) {
        size_t some = BULK - sent < 77777 ? BULK - sent : 77777;
        for (size_t i = 0; i < some; i++) {
            buffer[i] = (char)((sent + i) * 31 >> 3);
        }
        CHECK_EQUAL(some, send(ends[0], buffer, some, 0));
        sent += some;
    }
    CHECK_EQUAL(0, shutdown(ends[0], SHUT_WR));
    CHECK_EQUAL(0, pthread_join(reader, NULL));
    close(ends[0]);
    close(ends[1]);
}

/* A writer without a reader fills the buffers, then waits for room. */
static void full_buffers(void)
{
    int ends[2];
    pair(ends);
    CHECK_EQUAL(0, fcntl(ends[0], F_SETFL, O_NONBLOCK));
    unsigned long sent = 0;
    ssize_t n;
    while ((n = send(ends[0], buffer, 65536, 0)) > 0) {
        sent += n;
    }
    CHECK_EQUAL(EAGAIN, errno);
    CHECK_EQUAL(0, poll_of(ends[0], POLLOUT, 0));
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLOUT | EPOLLET};
    CHECK_EQUAL(0, epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
    CHECK_EQUAL(0, epoll_wait(epoll, &event, 1, 0));
    while (sent > 0) {
        n = recv(ends[1], buffer, sizeof buffer, 0);
        CHECK(n > 0);
        if (n <= 0) {
            break;
        }
        sent -= n;
    }
    CHECK_EQUAL(1, epoll_wait(epoll, &event, 1, 60000));
    CHECK_EQUAL(EPOLLOUT, event.events);
    close(epoll);
    close(ends[0]);
    close(ends[1]);
}

static void edges(void)
{
    int ends[2];
    pair(ends);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET | EPOLLRDHUP};
    CHECK_EQUAL(0, epoll_ctl(epoll, EPOLL_CTL_ADD, ends[1], &event));
    CHECK_EQUAL(0, epoll_wait(epoll, &event, 1, 0));
    CHECK_EQUAL(1, send(ends[0], "a", 1, 0));
    CHECK_EQUAL(1, epoll_wait(epoll, &event, 1, 60000));
    CHECK_EQUAL(0, epoll_wait(epoll, &event, 1, 0));
    CHECK_EQUAL(1, send(ends[0], "b", 1, 0));
    CHECK_EQUAL(1, epoll_wait(epoll, &event, 1, 60000));
    CHECK_EQUAL(2, recv(ends[1], buffer, 10, 0));
    close(ends[0]);
    CHECK_EQUAL(1, epoll_wait(epoll, &event, 1, 60000));
    CHECK_EQUAL(EPOLLIN | EPOLLRDHUP, event.events);
    close(epoll);
    close(ends[1]);
}

static void datagrams(int family)
{
    int server = socket(family, SOCK_DGRAM, 0), client = socket(family, SOCK_DGRAM, 0);
    struct sockaddr_storage address = {0}, from;
    socklen_t bytes = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (family == AF_INET) {
        *(struct sockaddr_in *)&address = local(0);
    } else {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address;
        six->sin6_family = AF_INET6;
        six->sin6_addr = in6addr_loopback;
    }
    CHECK_EQUAL(0, bind(server, (struct sockaddr *)&address, bytes));
    int port = port_of(server);
    if (family == AF_INET) {
        ((struct sockaddr_in *)&address)->sin_port = htons(port);
    } else {
        ((struct sockaddr_in6 *)&address)->sin6_port = htons(port);
    }
    CHECK_ERRNO(EDESTADDRREQ, send(client, "x", 1, 0));
    CHECK_EQUAL(5, sendto(client, "first", 5, 0, (struct sockaddr *)&address, bytes));
    CHECK_EQUAL(0, sendto(client, "", 0, 0, (struct sockaddr *)&address, bytes));
    CHECK_EQUAL(40000, sendto(client, buffer, 40000, 0, (struct sockaddr *)&address, bytes));
    CHECK_ERRNO(EMSGSIZE, sendto(client, buffer, 70000, 0, (struct sockaddr *)&address, bytes));
    socklen_t length = sizeof from;
    CHECK_EQUAL(5, recvfrom(server, buffer, 3, MSG_TRUNC, (struct sockaddr *)&from, &length));
    CHECK_EQUAL(bytes, length);
    CHECK_EQUAL(family, from.ss_family);
    CHECK_EQUAL(0, recv(server, buffer, 10, 0));
    struct iovec part = {buffer, 100};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_name = &from, .msg_namelen = sizeof from};
    CHECK_EQUAL(100, recvmsg(server, &message, 0));
    CHECK_EQUAL(MSG_TRUNC, message.msg_flags);
    CHECK_EQUAL(bytes, message.msg_namelen);
    CHECK_ERRNO(EAGAIN, recv(server, buffer, 1, MSG_DONTWAIT));
    CHECK_EQUAL(2, sendto(server, "ok", 2, 0, (struct sockaddr *)&from, bytes));
    CHECK_EQUAL(2, recv(client, buffer, 10, 0));
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, bytes));
    CHECK_EQUAL(1, send(client, "y", 1, 0));
    CHECK_EQUAL(1, recv(server, buffer, 10, 0));
    close(server);
    CHECK_EQUAL(1, send(client, "z", 1, 0));
    CHECK_EQUAL(POLLERR | POLLIN, (poll_of(client, POLLIN, 60000) | POLLIN) & (POLLERR | POLLIN));
    CHECK_ERRNO(ECONNREFUSED, recv(client, buffer, 1, 0));
    close(client);
}

static void both_families(void)
{
    int listener = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6}, peer;
    int off = 0;
    CHECK_EQUAL(0, setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off));
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&any, sizeof any));
    CHECK_EQUAL(0, listen(listener, 4));
    struct sockaddr_in address = local(port_of(listener));
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    socklen_t length = sizeof peer;
    int server = accept(listener, (struct sockaddr *)&peer, &length);
    CHECK(server >= 0);
    CHECK_EQUAL(AF_INET6, peer.sin6_family);
    CHECK(IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr));
    close(client);
    close(server);
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port_of(listener))};
    six.sin6_addr = in6addr_loopback;
    client = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&six, sizeof six));
    server = accept(listener, NULL, NULL);
    CHECK_EQUAL(4, send(client, "six!", 4, 0));
    CHECK_EQUAL(4, recv(server, buffer, 10, 0));
    close(client);
    close(server);
    close(listener);
}

static void file_to_socket(void)
{
    int ends[2];
    pair(ends);
    int file = open("/tmp/inet_sockets_file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK_EQUAL(6, write(file, "abcdef", 6));
    off_t offset = 2;
    CHECK_EQUAL(4, sendfile(ends[0], file, &offset, 100));
    CHECK_EQUAL(4, recv(ends[1], buffer, 100, 0));
    CHECK(memcmp(buffer, "cdef", 4) == 0);
    close(file);
    unlink("/tmp/inet_sockets_file");
    close(ends[0]);
    close(ends[1]);
}

/* Behind a header, so that the file's pages and the connection's bytes do not begin together; and to the end of the file
   and beyond, where there is nothing to wait for even if the connection is full. */
static void large_file_to_socket(void)
{
    enum { HEADER = 7 };
    int file = open("/tmp/inet_sockets_file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (size_t at = 0; at < BULK; at += 65536) {
        for (size_t i = 0; i < 65536; i++) {
            buffer[i] = (char)((at + i) * 31 >> 3);
        }
        CHECK_EQUAL(65536, write(file, buffer, 65536));
    }
    int ends[2];
    pair(ends);
    pthread_t reader;
    CHECK_EQUAL(0, pthread_create(&reader, NULL, sink, &ends[1]));
    CHECK_EQUAL(HEADER, pread(file, buffer, HEADER, 0));
    CHECK_EQUAL(HEADER, send(ends[0], buffer, HEADER, MSG_MORE));
    off_t offset = HEADER;
    while (offset < BULK && sendfile(ends[0], file, &offset, 2 * BULK) > 0) {
    }
    CHECK_EQUAL(BULK, offset);
    CHECK_EQUAL(0, sendfile(ends[0], file, &offset, 1));
    CHECK_EQUAL(0, shutdown(ends[0], SHUT_WR));
    CHECK_EQUAL(0, pthread_join(reader, NULL));
    close(ends[0]);
    close(ends[1]);
    pair(ends);
    CHECK_EQUAL(0, fcntl(ends[0], F_SETFL, O_NONBLOCK));
    do {
        offset = 0;
    } while (sendfile(ends[0], file, &offset, BULK) > 0);
    CHECK_EQUAL(EAGAIN, errno);
    offset = BULK;
    CHECK_EQUAL(0, sendfile(ends[0], file, &offset, 1));
    close(ends[0]);
    close(ends[1]);
    close(file);
    unlink("/tmp/inet_sockets_file");
}

/* The port of a server that has closed its connections first can be listened to again. */
static void time_wait(void)
{
    int listener = listening(8), on = 1;
    struct sockaddr_in address = local(port_of(listener));
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    int server = accept(listener, NULL, NULL);
    close(server);
    CHECK_EQUAL(0, recv(client, buffer, 1, 0));
    close(client);
    close(listener);
    int again = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(EADDRINUSE, bind(again, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, setsockopt(again, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    CHECK_EQUAL(0, bind(again, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, listen(again, 1));
    close(again);
}

/* bind(2) to any port does not find one of connections whose listener has gone: naming it later would fail. */
static void ports_of_connections(void)
{
    enum { CONNECTIONS = 64, BINDS = 5000 };
    static char taken[65536];
    int ends[CONNECTIONS][2], found = 0;
    for (int i = 0; i < CONNECTIONS; i++) {
        pair(ends[i]);
        taken[port_of(ends[i][1])] = 1;
    }
    for (int i = 0; i < BINDS; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in address = local(0);
        socklen_t length = sizeof address;
        found += bind(fd, (struct sockaddr *)&address, length) != 0;
        found += getsockname(fd, (struct sockaddr *)&address, &length) != 0 || taken[ntohs(address.sin_port)];
        close(fd);
    }
    CHECK_EQUAL(0, found);
    for (int i = 0; i < CONNECTIONS; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
}

/* A port that bind(2) did not get is not used by connect(2) either. */
static void failed_binds(void)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, other = {0};
    socklen_t length = sizeof own;
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(server, (struct sockaddr *)&own, sizeof own));
    CHECK_EQUAL(0, getsockname(server, (struct sockaddr *)&own, &length));
    CHECK_EQUAL(0, listen(server, 1));
    CHECK_ERRNO(EADDRINUSE, bind(client, (struct sockaddr *)&own, sizeof own));
    CHECK_EQUAL(0, getsockname(client, (struct sockaddr *)&other, &length));
    CHECK_EQUAL(0, other.sin_port);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&own, sizeof own));
    CHECK_EQUAL(0, getsockname(client, (struct sockaddr *)&other, &length));
    CHECK(other.sin_port != own.sin_port);
    int accepted = accept4(server, NULL, NULL, SOCK_NONBLOCK);
    CHECK(accepted >= 0);

    /* What the header of a message may be. */
    char byte = 'x';
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1025};
    CHECK_ERRNO(EMSGSIZE, sendmsg(client, &message, 0));
    CHECK_ERRNO(EMSGSIZE, recvmsg(client, &message, MSG_DONTWAIT));
    message.msg_iovlen = -1;
    CHECK_ERRNO(EMSGSIZE, sendmsg(client, &message, 0));
    message.msg_iovlen = 1;
    message.msg_name = &other;
    message.msg_namelen = -1;
    CHECK_ERRNO(EINVAL, sendmsg(client, &message, 0));
    CHECK_ERRNO(EINVAL, recvmsg(client, &message, MSG_DONTWAIT));
    message.msg_name = NULL;
    message.msg_controllen = 1UL << 32;
    CHECK_ERRNO(ENOBUFS, sendmsg(client, &message, 0));
    /* Who receives may have as much room as he likes. */
    message.msg_control = &byte;
    CHECK_ERRNO(EAGAIN, recvmsg(client, &message, MSG_DONTWAIT));
    close(accepted);
    close(client);
    close(server);
}

int main(void)
{
    connections();
    failed_binds();
    refusals();
    resets();
    options();
    bulk();
    full_buffers();
    edges();
    datagrams(AF_INET);
    datagrams(AF_INET6);
    both_families();
    file_to_socket();
    large_file_to_socket();
    time_wait();
    ports_of_connections();
    return check_done();
}
