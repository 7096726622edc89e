/* What names Internet sockets may have, when they lose them, and what becomes of them without a peer. */
#include "check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

static struct sockaddr_in on_loopback(int port)
{
    return (struct sockaddr_in){AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {0}};
}

static struct sockaddr_in name_of(int fd)
{
    struct sockaddr_in name = {0};
    socklen_t length = sizeof name;
    CHECK_EQUAL(0, getsockname(fd, (void *)&name, &length));
    return name;
}

/* A listener's port, or one that nobody listens at. */
static int free_port(int listens, int *fd)
{
    struct sockaddr_in any = on_loopback(0);
    *fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(*fd, (void *)&any, sizeof any));
    if (listens) {
        CHECK_EQUAL(0, listen(*fd, 4));
    }
    return ntohs(name_of(*fd).sin_port);
}

static void refused_connection_may_be_tried_again(void)
{
    int other;
    struct sockaddr_in nobody = on_loopback(free_port(0, &other)), any = on_loopback(0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), error = 0;
    socklen_t length = sizeof error;
    CHECK_ERRNO(EINPROGRESS, connect(fd, (void *)&nobody, sizeof nobody));
    struct pollfd wait = {fd, POLLOUT, 0};
    CHECK_EQUAL(1, poll(&wait, 1, 2000));
    CHECK_EQUAL(0, getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length));
    CHECK_EQUAL(ECONNREFUSED, error);
    CHECK_ERRNO(ECONNABORTED, connect(fd, (void *)&nobody, sizeof nobody));
    CHECK_ERRNO(EINPROGRESS, connect(fd, (void *)&nobody, sizeof nobody));
    close(fd);
    /* The port that the attempt had is gone, so that bind(2) may give one. */
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(ECONNREFUSED, connect(fd, (void *)&nobody, sizeof nobody));
    CHECK_EQUAL(0, bind(fd, (void *)&any, sizeof any));
    /* A name that could not be had leaves none. */
    close(fd);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(EADDRINUSE, bind(fd, (void *)&nobody, sizeof nobody));
    CHECK_EQUAL(0, name_of(fd).sin_port);
    close(fd);
    close(other);
}

static void listeners_share_and_end(void)
{
    int first = socket(AF_INET, SOCK_STREAM, 0), second = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in name = on_loopback(0);
    setsockopt(first, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    CHECK_EQUAL(0, bind(first, (void *)&name, sizeof name));
    name = name_of(first);
    CHECK_EQUAL(0, bind(second, (void *)&name, sizeof name));
    /* Only one of those that share a port listens, the first that asks. */
    CHECK_EQUAL(0, listen(first, 1));
    CHECK_ERRNO(EADDRINUSE, listen(second, 1));
    close(second);
    CHECK_EQUAL(0, shutdown(first, SHUT_WR));
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    CHECK_EQUAL(0, connect(first, &none, sizeof none));
    CHECK_EQUAL(htonl(INADDR_LOOPBACK), name_of(first).sin_addr.s_addr);
    int accepting = 1;
    socklen_t length = sizeof accepting;
    CHECK_EQUAL(0, getsockopt(first, SOL_SOCKET, SO_ACCEPTCONN, &accepting, &length));
    CHECK_EQUAL(0, accepting);
    close(first);
}

static void ended_connection_has_no_peer(void)
{
    int listener, error = 0;
    struct sockaddr_in name = on_loopback(free_port(1, &listener)), peer;
    socklen_t length = sizeof peer;
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (void *)&name, sizeof name));
    int server = accept(listener, NULL, NULL);
    CHECK_EQUAL(1, send(client, "q", 1, 0));
    char byte;
    CHECK_EQUAL(1, recvfrom(server, &byte, 1, 0, (void *)&peer, &length));
    CHECK_EQUAL(0, length);
    CHECK_EQUAL(0, shutdown(client, SHUT_WR));
    CHECK_EQUAL(0, read(server, &byte, 1));
    CHECK_EQUAL(0, shutdown(server, SHUT_WR));
    CHECK_EQUAL(0, read(client, &byte, 1));
    usleep(20000);
    length = sizeof peer;
    CHECK_ERRNO(ENOTCONN, getpeername(client, (void *)&peer, &length));
    CHECK_ERRNO(ENOTCONN, shutdown(client, SHUT_RD));
    close(client);
    close(server);
    client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (void *)&name, sizeof name));
    server = accept(listener, NULL, NULL);
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    CHECK_EQUAL(0, connect(client, &none, sizeof none));
    length = sizeof error;
    CHECK_EQUAL(0, getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &length));
    CHECK_EQUAL(ECONNRESET, error);
    CHECK_EQUAL(0, connect(client, (void *)&name, sizeof name));
    close(client);
    close(server);
    close(listener);
}

static void datagrams_without_a_peer(void)
{
    struct sockaddr_in name = on_loopback(0), peer;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    socklen_t length = sizeof peer;
    char byte;
    CHECK_EQUAL(0, connect(fd, (void *)&name, sizeof name));
    CHECK_ERRNO(ENOTCONN, getpeername(fd, (void *)&peer, &length));
    CHECK_EQUAL(1, send(fd, "x", 1, 0));
    name.sin_port = htons(9);
    CHECK_EQUAL(0, connect(fd, (void *)&name, sizeof name));
    CHECK(name_of(fd).sin_port != 0);
    int error;
    socklen_t error_length = sizeof error;
    usleep(20000);
    CHECK_EQUAL(0, getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_length));
    CHECK_EQUAL(ECONNREFUSED, error);
    CHECK_EQUAL(0, shutdown(fd, SHUT_RD));
    CHECK_ERRNO(EAGAIN, recv(fd, &byte, 1, 0));
    CHECK_EQUAL(0, fcntl(fd, F_SETFL, 0));
    CHECK_EQUAL(0, recv(fd, &byte, 1, 0));
    /* Neither the address nor the port was asked for. */
    CHECK_EQUAL(0, connect(fd, &none, sizeof none));
    CHECK_EQUAL(0, name_of(fd).sin_port);
    CHECK_EQUAL(0, name_of(fd).sin_addr.s_addr);
    close(fd);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_ERRNO(EDESTADDRREQ, send(fd, "x", 1, 0));
    CHECK(name_of(fd).sin_port != 0);
    close(fd);
}

/* Sockets of IPv6 and addresses of IPv4. */
static void both_versions(void)
{
    struct sockaddr_in ipv4 = on_loopback(9);
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6}, own = {.sin6_family = AF_INET6};
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
    own.sin6_addr = in6addr_loopback;
    int on = 1, fd = socket(AF_INET6, SOCK_DGRAM, 0);
    CHECK_EQUAL(0, connect(fd, (void *)&ipv4, sizeof ipv4));
    CHECK_EQUAL(1, sendto(fd, "x", 1, 0, (void *)&ipv4, sizeof ipv4));
    close(fd);
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK_ERRNO(EINVAL, connect(fd, (void *)&ipv4, sizeof ipv4));
    CHECK_EQUAL(0, bind(fd, (void *)&mapped, sizeof mapped));
    own.sin6_port = htons(9);
    CHECK_ERRNO(EAFNOSUPPORT, connect(fd, (void *)&own, sizeof own));
    close(fd);
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK_EQUAL(0, setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on));
    mapped.sin6_port = htons(9);
    CHECK_ERRNO(ENETUNREACH, connect(fd, (void *)&mapped, sizeof mapped));
    inet_pton(AF_INET6, "ff02::1", &own.sin6_addr);
    CHECK_ERRNO(EINVAL, bind(fd, (void *)&own, sizeof own));
    close(fd);
    ipv4 = on_loopback(0);
    ipv4.sin_family = AF_UNSPEC;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(EAFNOSUPPORT, bind(fd, (void *)&ipv4, sizeof ipv4));
    ipv4.sin_addr.s_addr = INADDR_ANY;
    CHECK_EQUAL(0, bind(fd, (void *)&ipv4, sizeof ipv4));
    close(fd);
}

/* SO_ATTACH_FILTER: a connection whose segments nobody wants hears nothing. TCP_INQ tells what waits. */
static void streams_are_filtered(void)
{
    struct sock_filter refuse[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    struct sock_fprog program = {1, refuse};
    int listener, zero = 0, on = 1;
    struct sockaddr_in name = on_loopback(free_port(1, &listener));
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(ENOENT, setsockopt(client, SOL_SOCKET, SO_DETACH_FILTER, &zero, sizeof zero));
    CHECK_EQUAL(0, connect(client, (void *)&name, sizeof name));
    int server = accept(listener, NULL, NULL);
    CHECK_EQUAL(0, setsockopt(server, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    CHECK_EQUAL(3, send(client, "abc", 3, 0));
    usleep(20000);
    char bytes[8], control[64];
    CHECK_ERRNO(EAGAIN, recv(server, bytes, 8, MSG_DONTWAIT));
    CHECK_EQUAL(0, setsockopt(server, SOL_SOCKET, SO_DETACH_FILTER, &zero, sizeof zero));
    CHECK_EQUAL(0, setsockopt(server, IPPROTO_TCP, 36 /* TCP_INQ */, &on, sizeof on));
    CHECK_EQUAL(3, recv(server, bytes, 3, MSG_WAITALL | MSG_PEEK));
    struct iovec vector = {bytes, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    CHECK_EQUAL(1, recvmsg(server, &message, 0));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    CHECK(header != NULL && header->cmsg_level == IPPROTO_TCP && *(int *)CMSG_DATA(header) == 2);
    close(client);
    close(server);
    close(listener);
}

int main(void)
{
    refused_connection_may_be_tried_again();
    listeners_share_and_end();
    ended_connection_has_no_peer();
    datagrams_without_a_peer();
    both_versions();
    streams_are_filtered();
    return check_done();
}
