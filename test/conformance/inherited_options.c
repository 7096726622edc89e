/*
 * What a socket that accept(2) returns has of its listener's options: all of them but those of one connection, as Linux
 * copies the listener. And the two options that let a socket be bound to an address of others, ip(7).
 */
#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#define SOCKET(option, value) {SOL_SOCKET, option, value, #option}
#define IP(option, value) {IPPROTO_IP, option, value, #option}
#define IP6(option, value) {IPPROTO_IPV6, option, value, #option}
#define TCP(option, value) {IPPROTO_TCP, option, value, #option}

static const struct option {
    int level, option, value;
    const char *name;
} options[] = {
    SOCKET(SO_DEBUG, 1), SOCKET(SO_DONTROUTE, 1), SOCKET(SO_REUSEADDR, 1), SOCKET(SO_BROADCAST, 1),
    SOCKET(SO_SNDBUF, 20000), SOCKET(SO_RCVBUF, 20000), SOCKET(SO_KEEPALIVE, 1), SOCKET(SO_OOBINLINE, 1),
    SOCKET(SO_NO_CHECK, 1), SOCKET(SO_REUSEPORT, 1), SOCKET(SO_RCVLOWAT, 7), SOCKET(SO_TIMESTAMP, 1),
    SOCKET(SO_TIMESTAMPNS, 1), SOCKET(SO_MARK, 5), SOCKET(SO_RXQ_OVFL, 1), SOCKET(SO_SELECT_ERR_QUEUE, 1),
    SOCKET(SO_BUSY_POLL, 30), SOCKET(SO_MAX_PACING_RATE, 100000),
    SOCKET(SO_ZEROCOPY, 1), SOCKET(69 /* SO_PREFER_BUSY_POLL */, 1),
    TCP(TCP_NODELAY, 1), TCP(TCP_CORK, 1), TCP(TCP_KEEPIDLE, 11), TCP(TCP_KEEPINTVL, 12), TCP(TCP_KEEPCNT, 3),
    TCP(TCP_SYNCNT, 4), TCP(TCP_LINGER2, 20), TCP(TCP_WINDOW_CLAMP, 20000), TCP(TCP_USER_TIMEOUT, 5000),
    TCP(TCP_NOTSENT_LOWAT, 777), TCP(36 /* TCP_INQ */, 1),
    IP(IP_TOS, 16), IP(IP_TTL, 33), IP(IP_RECVOPTS, 1), IP(IP_RETOPTS, 1), IP(IP_PKTINFO, 1), IP(IP_MTU_DISCOVER, 0),
    IP(IP_RECVERR, 1), IP(IP_RECVTTL, 1), IP(IP_RECVTOS, 1), IP(IP_FREEBIND, 1), IP(IP_TRANSPARENT, 1),
    IP(IP_BIND_ADDRESS_NO_PORT, 1), IP(IP_MULTICAST_LOOP, 0), IP(50 /* IP_UNICAST_IF of lo */, 1 << 24),
    IP(20 /* IP_RECVORIGDSTADDR */, 1),
    IP6(IPV6_UNICAST_HOPS, 33), IP6(IPV6_MTU_DISCOVER, 0), IP6(IPV6_RECVERR, 1), IP6(IPV6_V6ONLY, 1),
    IP6(IPV6_RECVPKTINFO, 1), IP6(IPV6_RECVHOPLIMIT, 1), IP6(IPV6_RECVTCLASS, 1), IP6(IPV6_TCLASS, 16),
    IP6(IPV6_TRANSPARENT, 1), IP6(IPV6_FREEBIND, 1), IP6(IPV6_RECVHOPOPTS, 1), IP6(70 /* IPV6_AUTOFLOWLABEL */, 0),
};

/* What is a connection's own, and what it begins with. */
static const struct option own[] = {
    SOCKET(SO_PRIORITY, 3), TCP(TCP_DEFER_ACCEPT, 3), TCP(TCP_FASTOPEN, 5),
};

static int number(int fd, const struct option *option)
{
    int value = -12345;
    socklen_t length = sizeof value;
    CHECK_EQUAL(0, getsockopt(fd, option->level, option->option, &value, &length));
    return value;
}

static int accepted(int listener, int family, int *client)
{
    struct sockaddr_in6 address = {.sin6_family = family};
    socklen_t length = family == AF_INET6 ? sizeof address : sizeof(struct sockaddr_in);
    if (family == AF_INET6) {
        address.sin6_addr = in6addr_loopback;
    } else {
        ((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&address, length));
    CHECK_EQUAL(0, listen(listener, 3));
    CHECK_EQUAL(0, getsockname(listener, (struct sockaddr *)&address, &length));
    *client = socket(family, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(*client, (struct sockaddr *)&address, length));
    CHECK_EQUAL(1, write(*client, "x", 1));
    return accept(listener, NULL, NULL);
}

static void listeners_pass_on(const struct option *option, int inherited)
{
    int family = option->level == IPPROTO_IPV6 ? AF_INET6 : AF_INET;
    int listener = socket(family, SOCK_STREAM, 0);
    int client;
    int before = check_failures;
    CHECK_EQUAL(0, setsockopt(listener, option->level, option->option, &option->value, sizeof option->value));
    int set = number(listener, option);
    int doubled = option->level == SOL_SOCKET && (option->option == SO_SNDBUF || option->option == SO_RCVBUF);
    CHECK_EQUAL(doubled ? 2 * option->value : option->value, set);
    int fd = accepted(listener, family, &client);
    CHECK(fd >= 0);
    CHECK_EQUAL(inherited ? set : 0, number(fd, option));
    if (check_failures > before) {
        printf("that was %s\n", option->name);
    }
    close(fd);
    close(client);
    close(listener);
}

static void structures_are_passed_on(void)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct linger linger = {1, 3};
    struct timeval receive = {2, 0}, send = {3, 500000};
    CHECK_EQUAL(0, setsockopt(listener, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    CHECK_EQUAL(0, setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &receive, sizeof receive));
    CHECK_EQUAL(0, setsockopt(listener, SOL_SOCKET, SO_SNDTIMEO, &send, sizeof send));
    CHECK_EQUAL(0, setsockopt(listener, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
    CHECK_EQUAL(0, setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
    int client;
    int fd = accepted(listener, AF_INET, &client);
    memset(&linger, 0, sizeof linger);
    memset(&receive, 0, sizeof receive);
    memset(&send, 0, sizeof send);
    char name[16] = "";
    socklen_t length = sizeof linger;
    CHECK_EQUAL(0, getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length));
    CHECK(linger.l_onoff == 1 && linger.l_linger == 3);
    length = sizeof receive;
    CHECK_EQUAL(0, getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &receive, &length));
    CHECK_EQUAL(2, receive.tv_sec);
    CHECK_EQUAL(0, getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send, &length));
    CHECK(send.tv_sec == 3 && send.tv_usec == 500000);
    length = sizeof name;
    CHECK_EQUAL(0, getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &length));
    CHECK_EQUAL(3, length);
    CHECK(strcmp(name, "lo") == 0);
    length = sizeof name;
    CHECK_EQUAL(0, getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &length));
    CHECK(strcmp(name, "reno") == 0);
    CHECK_EQUAL(0, fcntl(fd, F_GETFD));
    char byte;
    CHECK_EQUAL(1, read(fd, &byte, 1));
    close(client);
    close(fd);
    close(listener);
}

/* IP_FREEBIND lets any address be bound; only IP_TRANSPARENT lets it send. */
static void foreign_address(int type, int option, int other)
{
    struct sockaddr_in foreign = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr("192.0.2.7")};
    struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(9),
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);
    int on = 1, value = -1;
    socklen_t length = sizeof value;
    CHECK_ERRNO(EADDRNOTAVAIL, bind(fd, (struct sockaddr *)&foreign, sizeof foreign));
    CHECK_EQUAL(0, setsockopt(fd, IPPROTO_IP, option, &on, sizeof on));
    CHECK_EQUAL(0, getsockopt(fd, IPPROTO_IP, other, &value, &length));
    CHECK_EQUAL(0, value);
    CHECK_EQUAL(0, bind(fd, (struct sockaddr *)&foreign, sizeof foreign));
    if (option == IP_FREEBIND) {
        CHECK_ERRNO(ENETUNREACH, connect(fd, (struct sockaddr *)&target, sizeof target));
        if (type == SOCK_DGRAM) {
            CHECK_ERRNO(ENETUNREACH, sendto(fd, "x", 1, 0, (struct sockaddr *)&target, sizeof target));
        }
    } else if (type == SOCK_DGRAM) {
        CHECK_EQUAL(1, sendto(fd, "x", 1, 0, (struct sockaddr *)&target, sizeof target));
    } else {
        CHECK_ERRNO(EINPROGRESS, connect(fd, (struct sockaddr *)&target, sizeof target));
    }
    close(fd);
}

/* It takes CAP_NET_ADMIN or CAP_NET_RAW to turn IP_TRANSPARENT on, and nothing to turn it off. */
static void transparent_takes_privilege(void)
{
    if (geteuid() != 0) {
        return;
    }
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int on = 1, off = 0;
    CHECK_EQUAL(0, setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on));
    CHECK_EQUAL(0, seteuid(1000));
    CHECK_EQUAL(0, setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof on));
    CHECK_EQUAL(0, setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &off, sizeof off));
    CHECK_ERRNO(EPERM, setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on));
    CHECK_EQUAL(0, seteuid(0));
    close(fd);
}

int main(void)
{
    for (unsigned i = 0; i < sizeof options / sizeof *options; i++) {
        listeners_pass_on(&options[i], 1);
    }
    for (unsigned i = 0; i < sizeof own / sizeof *own; i++) {
        listeners_pass_on(&own[i], 0);
    }
    structures_are_passed_on();
    foreign_address(SOCK_DGRAM, IP_FREEBIND, IP_TRANSPARENT);
    foreign_address(SOCK_STREAM, IP_FREEBIND, IP_TRANSPARENT);
    foreign_address(SOCK_DGRAM, IP_TRANSPARENT, IP_FREEBIND);
    foreign_address(SOCK_STREAM, IP_TRANSPARENT, IP_FREEBIND);
    transparent_takes_privilege();
    return check_done();
}
