/* ip(7) and ipv6(7): groups are joined, heard and left, over lo; one datagram reaches all who are bound to it. */
#include "check.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#define LO 1
#define GROUP "239.77.88.99"
#define GROUP6 "ff11::7788:9944"

static int bound(int family, int port)
{
    int one = 1;
    int fd = socket(family, SOCK_DGRAM, 0);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    CHECK_EQUAL(0, family == AF_INET ? bind(fd, (void *)&v4, sizeof v4) : bind(fd, (void *)&v6, sizeof v6));
    return fd;
}

static int port_of(int fd)
{
    struct sockaddr_in6 name;
    socklen_t length = sizeof name;
    CHECK_EQUAL(0, getsockname(fd, (void *)&name, &length));
    return ntohs(name.sin6_port);
}

static int change(int fd, int option, const char *group, int interface)
{
    struct ip_mreqn request = {.imr_multiaddr.s_addr = inet_addr(group), .imr_ifindex = interface};
    return setsockopt(fd, IPPROTO_IP, option, &request, sizeof request);
}

static int change6(int fd, int option, const char *group, int interface)
{
    struct ipv6_mreq request = {.ipv6mr_interface = interface};
    CHECK_EQUAL(1, inet_pton(AF_INET6, group, &request.ipv6mr_multiaddr));
    return setsockopt(fd, IPPROTO_IPV6, option, &request, sizeof request);
}

/* How many datagrams with this byte wait, all of which are taken. */
static int taken(int fd, char byte)
{
    char got;
    int count = 0;
    struct pollfd one = {.fd = fd, .events = POLLIN};
    while (poll(&one, 1, 50) == 1 && recv(fd, &got, 1, MSG_DONTWAIT) == 1) {
        CHECK_EQUAL(byte, got);
        count++;
    }
    return count;
}

static void errors(void)
{
    int fd = bound(AF_INET, 0);
    CHECK_ERRNO(EADDRNOTAVAIL, change(fd, IP_DROP_MEMBERSHIP, GROUP, LO));
    CHECK_ERRNO(EINVAL, change(fd, IP_ADD_MEMBERSHIP, "10.0.0.1", LO));
    CHECK_ERRNO(ENODEV, change(fd, IP_ADD_MEMBERSHIP, GROUP, 777));
    CHECK_EQUAL(0, change(fd, IP_ADD_MEMBERSHIP, GROUP, LO));
    CHECK_ERRNO(EADDRINUSE, change(fd, IP_ADD_MEMBERSHIP, GROUP, LO));
    CHECK_EQUAL(0, change(fd, IP_DROP_MEMBERSHIP, GROUP, LO));
    CHECK_ERRNO(EADDRNOTAVAIL, change(fd, IP_DROP_MEMBERSHIP, GROUP, LO));
    struct ip_mreqn through = {.imr_ifindex = 777};
    CHECK_ERRNO(EADDRNOTAVAIL, setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &through, sizeof through));
    through.imr_ifindex = LO;
    CHECK_EQUAL(0, setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &through, sizeof through));
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
    char name[16];
    socklen_t length = 15;
    CHECK_ERRNO(EINVAL, getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &length));
    CHECK_EQUAL(0, close(fd));
    fd = bound(AF_INET6, 0);
    CHECK_ERRNO(EINVAL, change6(fd, IPV6_JOIN_GROUP, "2001:db8::1", LO));
    CHECK_ERRNO(ENODEV, change6(fd, IPV6_JOIN_GROUP, GROUP6, 777));
    CHECK_ERRNO(EADDRNOTAVAIL, change6(fd, IPV6_LEAVE_GROUP, GROUP6, LO));
    CHECK_EQUAL(0, close(fd));
}

static void delivery(void)
{
    int one = bound(AF_INET, 0);
    int other = bound(AF_INET, port_of(one));
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    struct ip_mreqn through = {.imr_ifindex = LO};
    CHECK_EQUAL(0, setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &through, sizeof through));
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port_of(one)),
        .sin_addr.s_addr = inet_addr(GROUP)};
    CHECK_EQUAL(1, sendto(sender, "a", 1, 0, (void *)&to, sizeof to));
    CHECK_EQUAL(0, taken(one, 'a'));
    CHECK_EQUAL(0, change(one, IP_ADD_MEMBERSHIP, GROUP, LO));
    CHECK_EQUAL(1, sendto(sender, "b", 1, 0, (void *)&to, sizeof to));
    CHECK_EQUAL(1, taken(one, 'b'));
    CHECK_EQUAL(1, taken(other, 'b'));
    CHECK_EQUAL(0, close(one));
    CHECK_EQUAL(1, sendto(sender, "c", 1, 0, (void *)&to, sizeof to));
    CHECK_EQUAL(0, taken(other, 'c'));
    CHECK_EQUAL(0, close(other));
    CHECK_EQUAL(0, close(sender));
}

/* Linux has no way to groups of IPv6 through lo, so nothing is sent. */
static void membership6(void)
{
    int fd = bound(AF_INET6, 0);
    int through = LO;
    CHECK_EQUAL(0, setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &through, sizeof through));
    CHECK_EQUAL(0, change6(fd, IPV6_JOIN_GROUP, GROUP6, LO));
    CHECK_ERRNO(EADDRINUSE, change6(fd, IPV6_JOIN_GROUP, GROUP6, LO));
    CHECK_EQUAL(0, change6(fd, IPV6_LEAVE_GROUP, GROUP6, LO));
    CHECK_ERRNO(EADDRNOTAVAIL, change6(fd, IPV6_LEAVE_GROUP, GROUP6, LO));
    CHECK_EQUAL(0, close(fd));
}

int main(void)
{
    errors();
    delivery();
    membership6();
    return check_done();
}
