/*
 * What narrows an Internet socket, ip(7), ipv6(7), udp(7), tcp(7), socket(7): ports, hops, groups, filters; datagrams
 * in parts; where MSG_PEEK begins; the SYN that is kept; times of messages.
 */
#include "check.h"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif
#ifndef UDP_CORK
#define UDP_CORK 1
#endif
#ifndef SO_TXTIME
#define SO_TXTIME 61
#endif

static const int on = 1;

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int bound(int type, struct sockaddr_in *name)
{
    int fd = socket(AF_INET, type, 0);
    socklen_t length = sizeof *name;
    *name = loopback(0);
    CHECK_EQUAL(0, bind(fd, (struct sockaddr *)name, sizeof *name));
    CHECK_EQUAL(0, getsockname(fd, (struct sockaddr *)name, &length));
    return fd;
}

static int listener(struct sockaddr_in *name)
{
    int fd = bound(SOCK_STREAM, name);
    CHECK_EQUAL(0, listen(fd, 8));
    return fd;
}

static int sender_to(struct sockaddr_in *target)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQUAL(0, connect(fd, (struct sockaddr *)target, sizeof *target));
    return fd;
}

static int option(int fd, int level, int name)
{
    int value = -77;
    socklen_t length = sizeof value;
    return getsockopt(fd, level, name, &value, &length) == 0 ? value : -errno;
}

static int set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value);
}

/* IP_LOCAL_PORT_RANGE: bind(2) and connect(2) choose within it; one that is used up is no error of the port's. */
static void ports(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (HOST_LACKS(option(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE) < 0)) {
        close(fd);
        return;
    }
    CHECK_EQUAL(0, option(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE));
    CHECK_ERRNO(EINVAL, set(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, 41000 << 16 | 41001));
    CHECK_ERRNO(EINVAL, setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &on, 2));
    close(fd);
    struct sockaddr_in name;
    int peer = listener(&name);
    for (int type = 0; type < 3; type++) {
        int fds[3];
        int ports[3] = {0};
        for (int i = 0; i < 3; i++) {
            struct sockaddr_in mine = loopback(0);
            socklen_t length = sizeof mine;
            fds[i] = socket(AF_INET, type == 1 ? SOCK_DGRAM : SOCK_STREAM, 0);
            CHECK_EQUAL(0, set(fds[i], IPPROTO_IP, IP_LOCAL_PORT_RANGE, 41001 << 16 | 41000));
            CHECK_EQUAL(41001 << 16 | 41000, option(fds[i], IPPROTO_IP, IP_LOCAL_PORT_RANGE));
            int result = type == 2 ? connect(fds[i], (struct sockaddr *)&name, sizeof name)
                                   : bind(fds[i], (struct sockaddr *)&mine, sizeof mine);
            if (i == 2) {
                CHECK_EQUAL(-1, result);
                CHECK_EQUAL(type == 2 ? EADDRNOTAVAIL : EADDRINUSE, errno);
            } else {
                CHECK_EQUAL(0, result);
                CHECK_EQUAL(0, getsockname(fds[i], (struct sockaddr *)&mine, &length));
                ports[i] = ntohs(mine.sin_port);
            }
        }
        CHECK_EQUAL(82001, ports[0] + ports[1]);
        for (int i = 0; i < 3; i++) {
            close(fds[i]);
        }
    }
    close(peer);
    /* What lies outside of the range of all changes nothing. */
    fd = socket(AF_INET6, SOCK_DGRAM, 0);
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    socklen_t length = sizeof six;
    CHECK_EQUAL(0, set(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, 20 << 16 | 10));
    CHECK_EQUAL(0, bind(fd, (struct sockaddr *)&six, sizeof six));
    CHECK_EQUAL(0, getsockname(fd, (struct sockaddr *)&six, &length));
    CHECK(ntohs(six.sin6_port) >= 1024);
    close(fd);
}

/* IP_MINTTL, RFC 5082: who is further away finds nobody. */
static void hops(void)
{
    struct sockaddr_in name;
    int server = listener(&name);
    CHECK_ERRNO(EINVAL, set(server, IPPROTO_IP, IP_MINTTL, 256));
    CHECK_ERRNO(EINVAL, set(server, IPPROTO_IP, IP_MINTTL, -1));
    CHECK_EQUAL(0, set(server, IPPROTO_IP, IP_MINTTL, 255));
    CHECK_EQUAL(255, option(server, IPPROTO_IP, IP_MINTTL));
    int far = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_ERRNO(EINPROGRESS, connect(far, (struct sockaddr *)&name, sizeof name));
    struct pollfd wait = {.fd = far, .events = POLLOUT};
    CHECK_EQUAL(0, poll(&wait, 1, 200));
    int near = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_EQUAL(0, set(near, IPPROTO_IP, IP_TTL, 255));
    CHECK_ERRNO(EINPROGRESS, connect(near, (struct sockaddr *)&name, sizeof name));
    wait.fd = near;
    CHECK_EQUAL(1, poll(&wait, 1, 2000));
    CHECK_EQUAL(0, option(near, SOL_SOCKET, SO_ERROR));
    close(far);
    close(near);
    close(server);
    int six = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK_EQUAL(0, set(six, IPPROTO_IPV6, IPV6_MINHOPCOUNT, 64));
    CHECK_EQUAL(64, option(six, IPPROTO_IPV6, IPV6_MINHOPCOUNT));
    close(six);
}

/* IP_MULTICAST_ALL: without it only groups that the socket itself has joined are heard. */
static void groups(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET};
    socklen_t length = sizeof any;
    int fds[2];
    for (int i = 0; i < 2; i++) {
        fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        CHECK_EQUAL(0, set(fds[i], SOL_SOCKET, SO_REUSEADDR, 1));
        CHECK_EQUAL(1, option(fds[i], IPPROTO_IP, IP_MULTICAST_ALL));
        CHECK_EQUAL(0, bind(fds[i], (struct sockaddr *)&any, sizeof any));
        CHECK_EQUAL(0, getsockname(fds[i], (struct sockaddr *)&any, &length));
    }
    struct ip_mreqn join = {.imr_ifindex = 1};
    join.imr_multiaddr.s_addr = htonl(0xe9010203);
    CHECK_EQUAL(0, setsockopt(fds[0], IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof join));
    CHECK_ERRNO(EINVAL, set(fds[1], IPPROTO_IP, IP_MULTICAST_ALL, 2));
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQUAL(0, setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &join, sizeof join));
    any.sin_addr = join.imr_multiaddr;
    for (int all = 1; all >= 0; all--) {
        char byte;
        CHECK_EQUAL(0, set(fds[1], IPPROTO_IP, IP_MULTICAST_ALL, all));
        CHECK_EQUAL(1, sendto(sender, "m", 1, 0, (struct sockaddr *)&any, sizeof any));
        CHECK_EQUAL(1, recv(fds[0], &byte, 1, 0));
        CHECK_EQUAL(all ? 1 : -1, recv(fds[1], &byte, 1, 0));
    }
    close(sender);
    close(fds[0]);
    close(fds[1]);
    int six = socket(AF_INET6, SOCK_DGRAM, 0);
    CHECK_EQUAL(0, option(six, IPPROTO_IPV6, IPV6_DONTFRAG));
    CHECK_EQUAL(0, set(six, IPPROTO_IPV6, IPV6_DONTFRAG, 1));
    CHECK_EQUAL(1, option(six, IPPROTO_IPV6, IPV6_DONTFRAG));
    char way[64];
    socklen_t room = sizeof way;
    CHECK_ERRNO(ENOTCONN, getsockopt(six, IPPROTO_IPV6, IPV6_PATHMTU, way, &room));
    struct sockaddr_in6 target = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_port = 9};
    CHECK_EQUAL(0, connect(six, (struct sockaddr *)&target, sizeof target));
    CHECK_EQUAL(0, getsockopt(six, IPPROTO_IPV6, IPV6_PATHMTU, way, &room));
    CHECK_EQUAL(32, room);
    close(six);
}

/* SO_ATTACH_FILTER of a listener sees SYNs; SO_LOCK_FILTER. */
static void filters(void)
{
    struct sock_filter none[] = {{BPF_RET | BPF_K, 0, 0, 0}};
    struct sock_fprog nothing = {.len = 1, .filter = none};
    struct sockaddr_in name;
    int server = listener(&name);
    CHECK_EQUAL(0, setsockopt(server, SOL_SOCKET, SO_ATTACH_FILTER, &nothing, sizeof nothing));
    int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_ERRNO(EINPROGRESS, connect(client, (struct sockaddr *)&name, sizeof name));
    struct pollfd wait = {.fd = client, .events = POLLOUT};
    CHECK_EQUAL(0, poll(&wait, 1, 200));
    CHECK_EQUAL(0, set(server, SOL_SOCKET, SO_DETACH_FILTER, 0));
    CHECK_EQUAL(1, poll(&wait, 1, 5000));
    CHECK_EQUAL(0, option(client, SOL_SOCKET, SO_ERROR));
    CHECK_EQUAL(0, option(server, SOL_SOCKET, SO_LOCK_FILTER));
    CHECK_EQUAL(0, set(server, SOL_SOCKET, SO_LOCK_FILTER, 1));
    CHECK_EQUAL(1, option(server, SOL_SOCKET, SO_LOCK_FILTER));
    CHECK_ERRNO(EPERM, set(server, SOL_SOCKET, SO_LOCK_FILTER, 0));
    CHECK_ERRNO(EPERM, setsockopt(server, SOL_SOCKET, SO_ATTACH_FILTER, &nothing, sizeof nothing));
    close(client);
    close(server);
}

/* SO_ATTACH_REUSEPORT_CBPF: the payload says whose a datagram is. */
static void choice(void)
{
    /* The first byte, less '0'; what is no member's number is spread as ever. */
    struct sock_filter first[] = {
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, 0}, {BPF_ALU | BPF_SUB | BPF_K, 0, 0, '0'}, {BPF_RET | BPF_A, 0, 0, 0}};
    struct sock_fprog program = {.len = 3, .filter = first};
    struct sockaddr_in name = loopback(0);
    socklen_t length = sizeof name;
    int fds[3];
    int alone = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_ERRNO(EINVAL, setsockopt(alone, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program));
    close(alone);
    for (int i = 0; i < 3; i++) {
        fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        CHECK_EQUAL(0, set(fds[i], SOL_SOCKET, SO_REUSEPORT, 1));
        CHECK_EQUAL(0, bind(fds[i], (struct sockaddr *)&name, sizeof name));
        CHECK_EQUAL(0, getsockname(fds[i], (struct sockaddr *)&name, &length));
    }
    CHECK_EQUAL(0, setsockopt(fds[1], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program));
    for (int i = 0; i < 12; i++) {
        int sender = sender_to(&name);
        char number = '0' + i % 3;
        char byte = 0;
        CHECK_EQUAL(1, send(sender, &number, 1, 0));
        CHECK_EQUAL(1, recv(fds[i % 3], &byte, 1, 0));
        CHECK_EQUAL(number, byte);
        close(sender);
    }
    for (int i = 0; i < 3; i++) {
        close(fds[i]);
    }
}

/* UDP_CORK and MSG_MORE: several sends, one datagram. */
static void parts(void)
{
    struct sockaddr_in name, other;
    char buffer[64];
    int receiver = bound(SOCK_DGRAM, &name);
    int elsewhere = bound(SOCK_DGRAM, &other);
    int sender = sender_to(&name);
    CHECK_EQUAL(3, send(sender, "one", 3, MSG_MORE));
    CHECK_EQUAL(-1, recv(receiver, buffer, sizeof buffer, MSG_DONTWAIT));
    /* Where the rest is sent to does not matter any more. */
    CHECK_EQUAL(4, sendto(sender, " two", 4, 0, (struct sockaddr *)&other, sizeof other));
    CHECK_EQUAL(7, recv(receiver, buffer, sizeof buffer, MSG_DONTWAIT));
    CHECK(memcmp(buffer, "one two", 7) == 0);
    CHECK_EQUAL(-1, recv(elsewhere, buffer, sizeof buffer, MSG_DONTWAIT));
    CHECK_EQUAL(0, option(sender, IPPROTO_UDP, UDP_CORK));
    CHECK_EQUAL(0, set(sender, IPPROTO_UDP, UDP_CORK, 1));
    CHECK_EQUAL(1, option(sender, IPPROTO_UDP, UDP_CORK));
    CHECK_EQUAL(1, send(sender, "a", 1, 0));
    CHECK_EQUAL(1, send(sender, "b", 1, 0));
    CHECK_EQUAL(-1, recv(receiver, buffer, sizeof buffer, MSG_DONTWAIT));
    CHECK_EQUAL(0, set(sender, IPPROTO_UDP, UDP_CORK, 0));
    CHECK_EQUAL(2, recv(receiver, buffer, sizeof buffer, MSG_DONTWAIT));
    CHECK(memcmp(buffer, "ab", 2) == 0);
    /* Too much of it is nothing of it. */
    static char much[40000];
    CHECK_EQUAL(sizeof much, send(sender, much, sizeof much, MSG_MORE));
    CHECK_ERRNO(EMSGSIZE, send(sender, much, sizeof much, 0));
    CHECK_EQUAL(1, send(sender, "c", 1, 0));
    CHECK_EQUAL(1, recv(receiver, buffer, sizeof buffer, MSG_DONTWAIT));
    close(sender);
    close(receiver);
    close(elsewhere);
}

/* What is held back grows with its parts, and many may hold little back. */
static void growing_parts(void)
{
    enum { COUNT = 400 };
    static const int parts[] = {1, 1900, 200, 9000, 2000, 45000, 7};
    static char sent[60000], got[sizeof sent + 1];
    struct sockaddr_in name;
    int receiver = bound(SOCK_DGRAM, &name);
    int sender = sender_to(&name);
    int fds[COUNT];
    int length = 0;
    for (unsigned i = 0; i < sizeof sent; i++) {
        sent[i] = i * 31 >> 3;
    }
    CHECK_EQUAL(0, set(sender, IPPROTO_UDP, UDP_CORK, 1));
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
        CHECK_EQUAL(parts[i], send(sender, sent + length, parts[i], 0));
        length += parts[i];
    }
    CHECK_EQUAL(0, set(sender, IPPROTO_UDP, UDP_CORK, 0));
    CHECK_EQUAL(length, recv(receiver, got, sizeof got, MSG_DONTWAIT));
    CHECK(memcmp(sent, got, length) == 0);
    for (int i = 0; i < COUNT; i++) {
        fds[i] = sender_to(&name);
        CHECK_EQUAL(1, send(fds[i], sent + i, 1, MSG_MORE));
    }
    for (int i = 0; i < COUNT; i++) {
        CHECK_EQUAL(1, send(fds[i], sent, 1, 0));
        CHECK_EQUAL(2, recv(receiver, got, sizeof got, MSG_DONTWAIT));
        CHECK_EQUAL(sent[i], got[0]);
        close(fds[i]);
    }
    close(sender);
    close(receiver);
}

/* SO_PEEK_OFF: MSG_PEEK goes on where the last one ended. */
static void peeking(void)
{
    struct sockaddr_in name;
    char buffer[8];
    int receiver = bound(SOCK_DGRAM, &name);
    int sender = sender_to(&name);
    CHECK_EQUAL(-1, option(receiver, SOL_SOCKET, SO_PEEK_OFF));
    CHECK_EQUAL(4, send(sender, "abcd", 4, 0));
    CHECK_EQUAL(3, send(sender, "efg", 3, 0));
    CHECK_EQUAL(0, set(receiver, SOL_SOCKET, SO_PEEK_OFF, 1));
    CHECK_EQUAL(2, recv(receiver, buffer, 2, MSG_PEEK | MSG_DONTWAIT));
    CHECK(memcmp(buffer, "bc", 2) == 0);
    CHECK_EQUAL(3, option(receiver, SOL_SOCKET, SO_PEEK_OFF));
    CHECK_EQUAL(1, recv(receiver, buffer, 8, MSG_PEEK | MSG_DONTWAIT));
    CHECK_EQUAL('d', buffer[0]);
    CHECK_EQUAL(3, recv(receiver, buffer, 8, MSG_PEEK | MSG_DONTWAIT));
    CHECK_EQUAL('e', buffer[0]);
    CHECK_EQUAL(4, recv(receiver, buffer, 8, MSG_DONTWAIT));
    CHECK_EQUAL(3, option(receiver, SOL_SOCKET, SO_PEEK_OFF));
    CHECK_ERRNO(EAGAIN, recv(receiver, buffer, 8, MSG_PEEK | MSG_DONTWAIT));
    CHECK_EQUAL(0, set(receiver, SOL_SOCKET, SO_PEEK_OFF, -1));
    CHECK_EQUAL(3, recv(receiver, buffer, 8, MSG_PEEK | MSG_DONTWAIT));
    close(sender);
    close(receiver);
    int server = listener(&name);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&name, sizeof name));
    int accepted = accept(server, NULL, NULL);
    if (!HOST_LACKS(set(accepted, SOL_SOCKET, SO_PEEK_OFF, 0) < 0)) {
        CHECK_EQUAL(6, send(client, "stream", 6, 0));
        CHECK_EQUAL(2, recv(accepted, buffer, 2, MSG_PEEK));
        CHECK_EQUAL(4, recv(accepted, buffer, 8, MSG_PEEK));
        CHECK(memcmp(buffer, "ream", 4) == 0);
        CHECK_ERRNO(EAGAIN, recv(accepted, buffer, 8, MSG_PEEK | MSG_DONTWAIT));
        CHECK_EQUAL(5, recv(accepted, buffer, 5, 0));
        CHECK_EQUAL(1, option(accepted, SOL_SOCKET, SO_PEEK_OFF));
    }
    close(accepted);
    close(client);
    close(server);
}

/* TCP_SAVE_SYN, TCP_SAVED_SYN, TCP_ULP. */
static void kept_syn(void)
{
    struct sockaddr_in name, mine;
    socklen_t length = sizeof mine;
    unsigned char headers[200];
    int server = listener(&name);
    CHECK_ERRNO(EINVAL, set(server, IPPROTO_TCP, TCP_SAVE_SYN, 3));
    CHECK_EQUAL(0, set(server, IPPROTO_TCP, TCP_SAVE_SYN, 1));
    CHECK_EQUAL(1, option(server, IPPROTO_TCP, TCP_SAVE_SYN));
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&name, sizeof name));
    CHECK_EQUAL(0, getsockname(client, (struct sockaddr *)&mine, &length));
    int accepted = accept(server, NULL, NULL);
    length = 10;
    CHECK_ERRNO(EINVAL, getsockopt(accepted, IPPROTO_TCP, TCP_SAVED_SYN, headers, &length));
    CHECK(length >= 40 && length <= 120);
    length = sizeof headers;
    CHECK_EQUAL(0, getsockopt(accepted, IPPROTO_TCP, TCP_SAVED_SYN, headers, &length));
    CHECK(length >= 40 && length <= 120);
    CHECK_EQUAL(0x45, headers[0]);
    CHECK_EQUAL(ntohs(mine.sin_port), headers[20] << 8 | headers[21]);
    CHECK_EQUAL(2, headers[33] & 0x3f);
    length = sizeof headers;
    CHECK_EQUAL(0, getsockopt(accepted, IPPROTO_TCP, TCP_SAVED_SYN, headers, &length));
    CHECK_EQUAL(0, length);
    CHECK_ERRNO(ENOENT, setsockopt(client, IPPROTO_TCP, TCP_ULP, "nosuch", 6));
    length = sizeof headers;
    CHECK_EQUAL(0, getsockopt(client, IPPROTO_TCP, TCP_ULP, headers, &length));
    CHECK_EQUAL(0, length);
    close(accepted);
    close(client);
    close(server);
}

/* The first control message of the next message, in a buffer that stays; null for none. */
static struct cmsghdr *control_of(int fd, struct msghdr *message)
{
    static char control[256];
    static char data[16];
    static struct iovec vector = {data, sizeof data};
    memset(message, 0, sizeof *message);
    message->msg_iov = &vector;
    message->msg_iovlen = 1;
    message->msg_control = control;
    message->msg_controllen = sizeof control;
    CHECK(recvmsg(fd, message, MSG_DONTWAIT) >= 0);
    return CMSG_FIRSTHDR(message);
}

/* SIOCGSTAMP, SO_TIMESTAMPING and SO_TIMESTAMP of a stream, SO_TXTIME. */
static void times(void)
{
    struct sockaddr_in name;
    struct msghdr message;
    struct timeval time, again;
    struct timespec now, stamp;
    int receiver = bound(SOCK_DGRAM, &name);
    int sender = sender_to(&name);
    CHECK_ERRNO(ENOENT, ioctl(receiver, SIOCGSTAMP, &time));
    CHECK_EQUAL(1, send(sender, "1", 1, 0));
    CHECK(control_of(receiver, &message) == NULL);
    CHECK_EQUAL(0, ioctl(receiver, SIOCGSTAMP, &time));
    clock_gettime(CLOCK_REALTIME, &now);
    CHECK(time.tv_sec >= now.tv_sec - 5 && time.tv_sec <= now.tv_sec);
    /* What tells its time itself leaves that as it is. */
    CHECK_EQUAL(0, set(receiver, SOL_SOCKET, SO_TIMESTAMP, 1));
    CHECK_EQUAL(1, send(sender, "2", 1, 0));
    CHECK(control_of(receiver, &message) != NULL);
    CHECK_EQUAL(0, ioctl(receiver, SIOCGSTAMP, &again));
    CHECK(memcmp(&time, &again, sizeof time) == 0);
    CHECK_EQUAL(0, ioctl(receiver, SIOCGSTAMPNS, &stamp));
    CHECK_EQUAL(time.tv_sec, stamp.tv_sec);
    CHECK_EQUAL(0, set(receiver, SOL_SOCKET, SO_TIMESTAMP, 0));
    CHECK_EQUAL(0, set(receiver, SOL_SOCKET, SO_TIMESTAMPING,
                       SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE));
    CHECK_EQUAL(SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE,
                option(receiver, SOL_SOCKET, SO_TIMESTAMPING));
    struct cmsghdr *header = NULL;
    for (int i = 0; i < 100 && header == NULL; i++) {
        /* Linux begins to look at the clock some time after it was asked to. */
        usleep(i == 0 ? 0 : 10000);
        CHECK_EQUAL(1, send(sender, "3", 1, 0));
        header = control_of(receiver, &message);
    }
    CHECK(header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_TIMESTAMPING);
    if (header != NULL) {
        CHECK_EQUAL(CMSG_LEN(sizeof(struct scm_timestamping)), header->cmsg_len);
        memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
        CHECK(stamp.tv_sec >= now.tv_sec && stamp.tv_sec <= now.tv_sec + 5);
    }
    CHECK_ERRNO(EINVAL, set(receiver, SOL_SOCKET, SO_TIMESTAMPING, 1 << 30));
    struct { int clock; unsigned flags; } departure = {CLOCK_MONOTONIC, 4};
    CHECK_ERRNO(EINVAL, setsockopt(sender, SOL_SOCKET, SO_TXTIME, &departure, sizeof departure));
    departure.flags = 1;
    CHECK_EQUAL(0, setsockopt(sender, SOL_SOCKET, SO_TXTIME, &departure, sizeof departure));
    memset(&departure, 0, sizeof departure);
    socklen_t length = sizeof departure;
    CHECK_EQUAL(0, getsockopt(sender, SOL_SOCKET, SO_TXTIME, &departure, &length));
    CHECK_EQUAL(CLOCK_MONOTONIC, departure.clock);
    CHECK_EQUAL(1, departure.flags);
    close(sender);
    close(receiver);
    int server = listener(&name);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&name, sizeof name));
    int accepted = accept(server, NULL, NULL);
    CHECK_EQUAL(0, set(accepted, SOL_SOCKET, SO_TIMESTAMP, 1));
    header = NULL;
    for (int i = 0; i < 100 && header == NULL; i++) {
        usleep(i == 0 ? 0 : 10000);
        CHECK_EQUAL(1, send(client, "s", 1, 0));
        header = control_of(accepted, &message);
    }
    CHECK(header != NULL && header->cmsg_type == SO_TIMESTAMP);
    close(accepted);
    close(client);
    close(server);
}

/* A connect(2) that fails leaves the address as it was; a connection that exists is none to be had again. */
static void failed_connects(void)
{
    struct sockaddr_in name, mine = {.sin_family = AF_INET}, target;
    socklen_t length = sizeof mine;
    int server = listener(&name);
    int fds[2];
    for (int i = 0; i < 2; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        CHECK_EQUAL(0, set(fds[i], SOL_SOCKET, SO_REUSEADDR, 1));
        CHECK_EQUAL(0, bind(fds[i], (struct sockaddr *)&mine, sizeof mine));
        CHECK_EQUAL(0, getsockname(fds[i], (struct sockaddr *)&mine, &length));
    }
    CHECK_EQUAL(0, connect(fds[0], (struct sockaddr *)&name, sizeof name));
    CHECK_ERRNO(EADDRNOTAVAIL, connect(fds[1], (struct sockaddr *)&name, sizeof name));
    CHECK_EQUAL(0, getsockname(fds[1], (struct sockaddr *)&mine, &length));
    CHECK_EQUAL(0, mine.sin_addr.s_addr);
    close(fds[0]);
    close(fds[1]);
    /* Who gives up while it connects hears so, and a refused one is at its end. */
    int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    close(bound(SOCK_STREAM, &target));
    CHECK_ERRNO(EINPROGRESS, connect(client, (struct sockaddr *)&target, sizeof target));
    struct pollfd wait = {.fd = client, .events = POLLIN};
    char byte;
    CHECK_EQUAL(1, poll(&wait, 1, 1000));
    CHECK_ERRNO(ECONNREFUSED, recv(client, &byte, 1, 0));
    CHECK_EQUAL(0, recv(client, &byte, 1, 0));
    CHECK_ERRNO(ECONNABORTED, connect(client, (struct sockaddr *)&target, sizeof target));
    close(client);
    close(server);
    client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(ENOTCONN, recv(client, &byte, 0, 0));
    close(client);
    server = bound(SOCK_STREAM, &name);
    CHECK_EQUAL(0, listen(server, 0));
    int first = socket(AF_INET, SOCK_STREAM, 0);
    client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_EQUAL(0, connect(first, (struct sockaddr *)&name, sizeof name));
    CHECK_ERRNO(EINPROGRESS, connect(client, (struct sockaddr *)&name, sizeof name));
    CHECK_EQUAL(0, shutdown(client, SHUT_RD));
    wait = (struct pollfd) {.fd = client};
    CHECK_EQUAL(1, poll(&wait, 1, 0));
    CHECK_EQUAL(POLLHUP | POLLERR, wait.revents);
    close(client);
    close(first);
    close(server);
}

/* SO_RCVBUF counts what datagrams take of memory: the last of these is lost. */
static void full_buffers(void)
{
    struct sockaddr_in name;
    static char data[2304];
    int receiver = bound(SOCK_DGRAM, &name);
    int sender = sender_to(&name);
    CHECK_EQUAL(0, set(receiver, SOL_SOCKET, SO_RCVBUF, 4608));
    CHECK_EQUAL(9216, option(receiver, SOL_SOCKET, SO_RCVBUF));
    for (int i = 0; i < 4; i++) {
        CHECK_EQUAL(sizeof data, send(sender, data, sizeof data, 0));
    }
    int taken = 0;
    while (recv(receiver, data, sizeof data, MSG_DONTWAIT) == sizeof data) {
        taken++;
    }
    CHECK(taken == 2 || taken == 3);
    close(sender);
    close(receiver);
}

int main(void)
{
    alarm(60);
    ports();
    hops();
    groups();
    filters();
    choice();
    parts();
    growing_parts();
    peeking();
    kept_syn();
    times();
    failed_connects();
    full_buffers();
    return check_done();
}
