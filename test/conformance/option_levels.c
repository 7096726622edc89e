/* Which levels of options a socket has, getsockopt(2), setsockopt(2): ip(7), ipv6(7), tcp(7), udp(7), raw(7). */
#include "check.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static int value;
static socklen_t length;

static int get(int fd, int level, int option)
{
    length = sizeof value;
    return getsockopt(fd, level, option, &value, &length);
}

static int set(int fd, int level, int option)
{
    value = 1;
    return setsockopt(fd, level, option, &value, sizeof value);
}

int main(void)
{
    int tcp = socket(AF_INET, SOCK_STREAM, 0), tcp6 = socket(AF_INET6, SOCK_STREAM, 0);
    int udp = socket(AF_INET, SOCK_DGRAM, 0), udp6 = socket(AF_INET6, SOCK_DGRAM, 0);
    int local = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(tcp >= 0 && tcp6 >= 0 && udp >= 0 && udp6 >= 0 && local >= 0);
    CHECK_ERRNO(EOPNOTSUPP, get(tcp, IPPROTO_IPV6, IPV6_V6ONLY));
    CHECK_ERRNO(ENOPROTOOPT, set(tcp, IPPROTO_IPV6, IPV6_V6ONLY));
    CHECK_ERRNO(ENOPROTOOPT, set(udp, IPPROTO_IPV6, IPV6_MULTICAST_IF));
    CHECK_ERRNO(EOPNOTSUPP, get(udp, IPPROTO_TCP, TCP_NODELAY));
    CHECK_ERRNO(ENOPROTOOPT, get(udp6, IPPROTO_TCP, TCP_NODELAY));
    CHECK_ERRNO(ENOPROTOOPT, set(udp6, IPPROTO_TCP, TCP_NODELAY));
    CHECK_ERRNO(EOPNOTSUPP, get(tcp, IPPROTO_RAW, 1));
    CHECK_ERRNO(ENOPROTOOPT, get(tcp6, IPPROTO_RAW, 1));
    CHECK_ERRNO(EOPNOTSUPP, get(local, IPPROTO_IP, IP_TTL));
    /* One that takes mapped addresses as well has the options of both. */
    CHECK_EQUAL(0, set(tcp6, IPPROTO_IP, IP_TOS));
    CHECK_EQUAL(0, get(tcp6, IPPROTO_IP, IP_TTL));
    CHECK_EQUAL(64, value);
    struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_port = htons(9)};
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_ERRNO(ENOTCONN, get(udp, IPPROTO_IP, IP_MTU));
    CHECK_EQUAL(0, connect(udp, (void *)&loopback, sizeof loopback));
    CHECK_EQUAL(0, get(udp, IPPROTO_IP, IP_MTU));
    CHECK_EQUAL(65535, value);
    int raw6 = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    if (raw6 < 0) {
        CHECK_EQUAL(EPERM, errno);
    } else {
        CHECK_ERRNO(ENOPROTOOPT, get(raw6, IPPROTO_IP, IP_TTL));
        CHECK_ERRNO(ENOPROTOOPT, set(raw6, IPPROTO_IP, IP_TTL));
        CHECK_EQUAL(0, get(raw6, IPPROTO_IPV6, IPV6_UNICAST_HOPS));
    }
    return check_done();
}
