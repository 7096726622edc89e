/* socket(7), tcp(7), ip(7), ipv6(7): options that servers set, and that they do what they say. */
#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static char buffer[300000];

static struct sockaddr_in local(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int port_of(int fd)
{
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    CHECK_EQUAL(0, getsockname(fd, (struct sockaddr *)&name, &length));
    return ntohs(name.sin_port);
}

static int bound(int type, int port, int reuse)
{
    int fd = socket(AF_INET, type, 0);
    struct timeval limit = {20, 0};
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    if (reuse != 0) {
        int on = 1;
        CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, reuse, &on, sizeof on));
    }
    struct sockaddr_in address = local(port);
    CHECK_EQUAL(0, bind(fd, (struct sockaddr *)&address, sizeof address));
    return fd;
}

static void pair(int ends[2])
{
    int listener = bound(SOCK_STREAM, 0, 0);
    CHECK_EQUAL(0, listen(listener, 8));
    struct sockaddr_in address = local(port_of(listener));
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(ends[0], (struct sockaddr *)&address, sizeof address));
    ends[1] = accept(listener, NULL, NULL);
    CHECK(ends[1] >= 0);
    close(listener);
}

static int get(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    CHECK_EQUAL(0, getsockopt(fd, level, option, &value, &length));
    return value;
}

static int set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value);
}

static void round_trip(int fd, int level, int option, int value)
{
    CHECK_EQUAL(0, set(fd, level, option, value));
    CHECK_EQUAL(value, get(fd, level, option));
}

/* Something to tell network namespaces apart by: all sockets here are in one. */
static void namespaces(void)
{
    uint64_t cookies[3] = {0};
    int fds[] = {socket(AF_INET, SOCK_STREAM, 0), socket(AF_INET6, SOCK_DGRAM, 0), socket(AF_UNIX, SOCK_DGRAM, 0)};
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(1, get(fds[i], SOL_SOCKET, SO_SNDLOWAT));
        socklen_t length = sizeof *cookies;
        CHECK_EQUAL(0, getsockopt(fds[i], SOL_SOCKET, SO_NETNS_COOKIE, &cookies[i], &length));
        CHECK_EQUAL(sizeof *cookies, length);
        CHECK_ERRNO(ENOPROTOOPT, setsockopt(fds[i], SOL_SOCKET, SO_NETNS_COOKIE, &cookies[i], length));
        close(fds[i]);
    }
    CHECK(cookies[0] != 0 && cookies[0] == cookies[1] && cookies[0] == cookies[2]);
}

static void kept(void)
{
    int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0), six = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK_EQUAL(212992, get(udp, SOL_SOCKET, SO_RCVBUF));
    round_trip(udp, SOL_SOCKET, SO_BROADCAST, 1);
    round_trip(tcp, SOL_SOCKET, SO_KEEPALIVE, 1);
    round_trip(tcp, SOL_SOCKET, SO_PRIORITY, 4);
    round_trip(tcp, SOL_SOCKET, SO_OOBINLINE, 1);
    round_trip(tcp, SOL_SOCKET, SO_RCVLOWAT, 10);
    round_trip(tcp, IPPROTO_TCP, TCP_NODELAY, 1);
    round_trip(tcp, IPPROTO_TCP, TCP_KEEPIDLE, 61);
    round_trip(tcp, IPPROTO_TCP, TCP_KEEPINTVL, 7);
    round_trip(tcp, IPPROTO_TCP, TCP_KEEPCNT, 5);
    round_trip(tcp, IPPROTO_TCP, TCP_SYNCNT, 3);
    round_trip(tcp, IPPROTO_TCP, TCP_LINGER2, 10);
    round_trip(tcp, IPPROTO_TCP, TCP_USER_TIMEOUT, 12345);
    round_trip(tcp, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 16384);
    round_trip(tcp, IPPROTO_IP, IP_TOS, 0x10);
    round_trip(tcp, IPPROTO_IP, IP_TTL, 77);
    round_trip(tcp, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
    round_trip(tcp, IPPROTO_IP, IP_FREEBIND, 1);
    round_trip(tcp, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, 1);
    round_trip(udp, IPPROTO_IP, IP_RECVERR, 1);
    round_trip(udp, IPPROTO_IP, IP_MULTICAST_TTL, 9);
    round_trip(udp, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
    round_trip(six, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    round_trip(six, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 88);
    round_trip(six, IPPROTO_IPV6, IPV6_TCLASS, 0x20);
    CHECK_ERRNO(EINVAL, set(tcp, IPPROTO_IP, IP_TTL, 256));
    CHECK_ERRNO(EINVAL, set(tcp, IPPROTO_TCP, TCP_KEEPCNT, 0));
    CHECK_ERRNO(EINVAL, set(tcp, IPPROTO_TCP, TCP_MAXSEG, 10));
    CHECK_ERRNO(ENOPROTOOPT, set(tcp, SOL_SOCKET, 9999, 1));
    CHECK_ERRNO(ENOPROTOOPT, set(tcp, IPPROTO_TCP, 9999, 1));
    CHECK_ERRNO(ENOPROTOOPT, set(tcp, IPPROTO_IP, 9999, 1));
    CHECK_ERRNO(ENOPROTOOPT, set(six, IPPROTO_IPV6, 9999, 1));
    CHECK_ERRNO(ENODEV, setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, "nonesuch0", 10));
    CHECK_EQUAL(0, set(tcp, SOL_SOCKET, SO_RCVBUF, 50000));
    CHECK_EQUAL(100000, get(tcp, SOL_SOCKET, SO_RCVBUF));
    CHECK_EQUAL(0, set(udp, SOL_SOCKET, SO_SNDBUF, 20000));
    CHECK_EQUAL(40000, get(udp, SOL_SOCKET, SO_SNDBUF));
    CHECK_EQUAL(0, set(udp, SOL_SOCKET, SO_RCVBUF, 1 << 30));
    CHECK(get(udp, SOL_SOCKET, SO_RCVBUF) >= 2 * 212992 && get(udp, SOL_SOCKET, SO_RCVBUF) < 1 << 30);
    close(tcp);
    close(udp);
    close(six);
}

/* A receive buffer bounds what a datagram socket holds. */
static void bounded(void)
{
    int receiver = bound(SOCK_DGRAM, 0, 0), sender = socket(AF_INET, SOCK_DGRAM, 0), received = 0;
    CHECK_EQUAL(0, set(receiver, SOL_SOCKET, SO_RCVBUF, 4096));
    struct sockaddr_in address = local(port_of(receiver));
    for (int i = 0; i < 100; i++) {
        CHECK_EQUAL(1000, sendto(sender, buffer, 1000, 0, (struct sockaddr *)&address, sizeof address));
    }
    while (recv(receiver, buffer, sizeof buffer, MSG_DONTWAIT) == 1000) {
        received++;
    }
    CHECK(received >= 1 && received < 20);
    close(receiver);
    close(sender);
}

/* SO_REUSEPORT: several listeners and several datagram sockets share what comes. */
static void spread(void)
{
    enum { SERVERS = 4, CLIENTS = 64 };
    int servers[SERVERS], datagrams[SERVERS], counts[SERVERS] = {0}, used = 0, total = 0;
    servers[0] = bound(SOCK_STREAM, 0, SO_REUSEPORT);
    datagrams[0] = bound(SOCK_DGRAM, 0, SO_REUSEPORT);
    for (int i = 0; i < SERVERS; i++) {
        servers[i] = i == 0 ? servers[0] : bound(SOCK_STREAM, port_of(servers[0]), SO_REUSEPORT);
        datagrams[i] = i == 0 ? datagrams[0] : bound(SOCK_DGRAM, port_of(datagrams[0]), SO_REUSEPORT);
        CHECK_EQUAL(0, listen(servers[i], 128));
        CHECK_EQUAL(0, fcntl(servers[i], F_SETFL, O_NONBLOCK));
    }
    struct sockaddr_in address = local(port_of(servers[0]));
    int clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM, 0);
        CHECK_EQUAL(0, connect(clients[i], (struct sockaddr *)&address, sizeof address));
    }
    for (int i = 0; i < SERVERS; i++) {
        for (int fd; (fd = accept(servers[i], NULL, NULL)) >= 0; counts[i]++) {
            close(fd);
        }
        used += counts[i] > 0;
        total += counts[i];
        close(servers[i]);
    }
    CHECK_EQUAL(CLIENTS, total);
    CHECK(used >= 3);
    address = local(port_of(datagrams[0]));
    for (int i = 0; i < CLIENTS; i++) {
        close(clients[i]);
        int fd = socket(AF_INET, SOCK_DGRAM, 0);
        CHECK_EQUAL(1, sendto(fd, "x", 1, 0, (struct sockaddr *)&address, sizeof address));
        CHECK_EQUAL(1, sendto(fd, "y", 1, 0, (struct sockaddr *)&address, sizeof address));
        close(fd);
    }
    used = total = 0;
    for (int i = 0; i < SERVERS; i++) {
        int count = 0;
        while (recv(datagrams[i], buffer, 10, MSG_DONTWAIT) == 1) {
            count++;
        }
        /* Two of one sender come to the same. */
        CHECK_EQUAL(0, count % 2);
        used += count > 0;
        total += count;
        close(datagrams[i]);
    }
    CHECK_EQUAL(2 * CLIENTS, total);
    CHECK(used >= 3);
}

static void information(void)
{
    int ends[2];
    pair(ends);
    CHECK_EQUAL(30000, send(ends[0], buffer, 30000, 0));
    CHECK_EQUAL(30000, recv(ends[1], buffer, 30000, MSG_WAITALL));
    CHECK_EQUAL(7, send(ends[1], buffer, 7, 0));
    CHECK_EQUAL(7, recv(ends[0], buffer, 100, 0));
    struct tcp_info info;
    memset(&info, 0, sizeof info);
    socklen_t length = sizeof info;
    CHECK_EQUAL(0, getsockopt(ends[0], IPPROTO_TCP, TCP_INFO, &info, &length));
    CHECK(length >= 192);
    CHECK_EQUAL(1, info.tcpi_state);
    CHECK_EQUAL(30000, info.tcpi_bytes_acked & ~1);
    CHECK_EQUAL(7, info.tcpi_bytes_received);
    CHECK(info.tcpi_segs_out >= 2 && info.tcpi_segs_in >= 2);
    CHECK(info.tcpi_data_segs_out >= 1 && info.tcpi_data_segs_in >= 1);
    CHECK(info.tcpi_snd_mss > 500 && info.tcpi_pmtu > 1000 && info.tcpi_snd_cwnd > 0);
    CHECK(info.tcpi_rto >= 200000 && info.tcpi_rtt > 0 && info.tcpi_last_data_sent < 20000);
    CHECK_EQUAL(0, info.tcpi_total_retrans);
    CHECK((info.tcpi_options & TCPI_OPT_WSCALE) != 0 && info.tcpi_snd_wscale > 0);
    /* Somebody of older days knows less of it. */
    length = 104;
    CHECK_EQUAL(0, getsockopt(ends[0], IPPROTO_TCP, TCP_INFO, &info, &length));
    CHECK_EQUAL(104, length);
    CHECK(get(ends[0], IPPROTO_IP, IP_MTU) > 1000);
    close(ends[0]);
    close(ends[1]);
}

/* TCP_DEFER_ACCEPT: a connection without data is not handed out yet. */
static void deferred(void)
{
    int listener = bound(SOCK_STREAM, 0, 0);
    CHECK_EQUAL(0, set(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5));
    CHECK_EQUAL(0, listen(listener, 8));
    struct sockaddr_in address = local(port_of(listener));
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    struct pollfd one = {listener, POLLIN, 0};
    CHECK_EQUAL(0, poll(&one, 1, 50));
    CHECK_EQUAL(5, send(client, "hello", 5, 0));
    CHECK_EQUAL(1, poll(&one, 1, 20000));
    int server = accept(listener, NULL, NULL);
    CHECK_EQUAL(5, recv(server, buffer, 10, MSG_DONTWAIT));
    close(client);
    close(server);
    close(listener);
}

/* SO_RCVLOWAT: poll(2) tells of no less. */
static void low_water(void)
{
    int ends[2];
    pair(ends);
    CHECK_EQUAL(0, set(ends[1], SOL_SOCKET, SO_RCVLOWAT, 10));
    struct pollfd one = {ends[1], POLLIN, 0};
    CHECK_EQUAL(4, send(ends[0], "four", 4, 0));
    CHECK_EQUAL(0, poll(&one, 1, 50));
    CHECK_EQUAL(6, send(ends[0], "andsix", 6, 0));
    CHECK_EQUAL(1, poll(&one, 1, 20000));
    close(ends[0]);
    close(ends[1]);
}

static void message_flags(void)
{
    int ends[2];
    pair(ends);
    CHECK_EQUAL(3, send(ends[0], "abc", 3, MSG_MORE));
    struct pollfd one = {ends[1], POLLIN, 0};
    CHECK_EQUAL(0, poll(&one, 1, 20));
    CHECK_EQUAL(3, send(ends[0], "def", 3, 0));
    CHECK_EQUAL(6, recv(ends[1], buffer, 6, MSG_WAITALL));
    CHECK(memcmp(buffer, "abcdef", 6) == 0);
    CHECK_EQUAL(5, send(ends[0], "12345", 5, 0));
    CHECK_EQUAL(1, poll(&one, 1, 20000));
    CHECK_EQUAL(5, recv(ends[1], NULL, 100, MSG_TRUNC));
    CHECK_ERRNO(EAGAIN, recv(ends[1], buffer, 1, MSG_DONTWAIT));
    CHECK_ERRNO(EAGAIN, recv(ends[1], buffer, 1, MSG_ERRQUEUE));
    /* Through a pipe into a socket and out again. */
    int pipe_ends[2];
    CHECK_EQUAL(0, pipe(pipe_ends));
    CHECK_EQUAL(6, write(pipe_ends[1], "spliced", 6));
    CHECK_EQUAL(6, splice(pipe_ends[0], NULL, ends[0], NULL, 100, 0));
    CHECK_EQUAL(1, poll(&one, 1, 20000));
    CHECK_EQUAL(6, splice(ends[1], NULL, pipe_ends[1], NULL, 100, 0));
    CHECK_EQUAL(6, read(pipe_ends[0], buffer, 100));
    CHECK(memcmp(buffer, "splice", 6) == 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    close(ends[0]);
    close(ends[1]);
}

static void one_shot(void)
{
    int ends[2];
    pair(ends);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT};
    CHECK_EQUAL(0, epoll_ctl(epoll, EPOLL_CTL_ADD, ends[1], &event));
    CHECK_EQUAL(1, send(ends[0], "a", 1, 0));
    CHECK_EQUAL(1, epoll_wait(epoll, &event, 1, 20000));
    CHECK_EQUAL(1, send(ends[0], "b", 1, 0));
    CHECK_EQUAL(0, epoll_wait(epoll, &event, 1, 20));
    event.events = EPOLLIN | EPOLLONESHOT;
    CHECK_EQUAL(0, epoll_ctl(epoll, EPOLL_CTL_MOD, ends[1], &event));
    CHECK_EQUAL(1, epoll_wait(epoll, &event, 1, 20000));
    close(epoll);
    close(ends[0]);
    close(ends[1]);
}

/* An address without a port yet: connect(2) chooses it. */
static void late_port(void)
{
    int listener = bound(SOCK_STREAM, 0, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, listen(listener, 8));
    CHECK_EQUAL(0, set(client, IPPROTO_IP, 24, 1));
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000007)}, peer;
    CHECK_EQUAL(0, bind(client, (struct sockaddr *)&own, sizeof own));
    CHECK_EQUAL(0, port_of(client));
    struct sockaddr_in address = local(port_of(listener));
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    CHECK(port_of(client) != 0);
    socklen_t length = sizeof peer;
    int server = accept(listener, (struct sockaddr *)&peer, &length);
    CHECK_EQUAL(htonl(0x7f000007), peer.sin_addr.s_addr);
    close(server);
    close(client);
    close(listener);
    int free = socket(AF_INET, SOCK_DGRAM, 0);
    own.sin_addr.s_addr = htonl(0x01020304);
    CHECK_ERRNO(EADDRNOTAVAIL, bind(free, (struct sockaddr *)&own, sizeof own));
    CHECK_EQUAL(0, set(free, IPPROTO_IP, IP_FREEBIND, 1));
    CHECK_EQUAL(0, bind(free, (struct sockaddr *)&own, sizeof own));
    close(free);
}

/* TCP_INQ: each recvmsg(2) tells how much more there is. */
static int unread_after(int fd, size_t bytes)
{
    static char text[100];
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec part = {text, bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
        .msg_controllen = sizeof control};
    CHECK_EQUAL(bytes, recvmsg(fd, &message, MSG_WAITALL));
    struct cmsghdr *first = CMSG_FIRSTHDR(&message);
    int unread = -1;
    if (first != NULL && first->cmsg_level == IPPROTO_TCP && first->cmsg_type == TCP_INQ) {
        memcpy(&unread, CMSG_DATA(first), sizeof unread);
    }
    return unread;
}

static void unread(void)
{
    static char text[100];
    int ends[2], on = 1, value = -1;
    socklen_t length = sizeof value;
    pair(ends);
    CHECK_EQUAL(100, send(ends[0], text, 100, 0));
    CHECK_EQUAL(-1, unread_after(ends[1], 10));
    CHECK_EQUAL(0, getsockopt(ends[1], IPPROTO_TCP, TCP_INQ, &value, &length));
    CHECK_EQUAL(0, value);
    value = 2;
    CHECK_ERRNO(EINVAL, setsockopt(ends[1], IPPROTO_TCP, TCP_INQ, &value, sizeof value));
    CHECK_EQUAL(0, setsockopt(ends[1], IPPROTO_TCP, TCP_INQ, &on, sizeof on));
    CHECK_EQUAL(0, getsockopt(ends[1], IPPROTO_TCP, TCP_INQ, &value, &length));
    CHECK_EQUAL(1, value);
    CHECK_EQUAL(50, unread_after(ends[1], 40));
    CHECK_EQUAL(0, unread_after(ends[1], 50));
    CHECK_EQUAL(10, send(ends[0], text, 10, 0));
    CHECK_EQUAL(0, shutdown(ends[0], SHUT_WR));
    struct pollfd end = {.fd = ends[1], .events = POLLRDHUP};
    CHECK_EQUAL(1, poll(&end, 1, 1000));
    /* The end counts, so that a program goes on reading. */
    CHECK_EQUAL(7, unread_after(ends[1], 4));
    CHECK_EQUAL(1, unread_after(ends[1], 6));
    CHECK_EQUAL(0, recv(ends[1], text, 1, 0));
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    unread();
    namespaces();
    kept();
    bounded();
    spread();
    information();
    deferred();
    low_water();
    message_flags();
    one_shot();
    late_port();
    return check_done();
}
