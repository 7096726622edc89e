/*
 * What NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE and NLM_F_APPEND do with routes and addresses, netlink(7) and
 * rtnetlink(7): `ip route add` is CREATE and EXCL, `replace` CREATE and REPLACE, `change` REPLACE, `append` CREATE and
 * APPEND, `prepend` CREATE. In a network of its own where there is such a thing.
 */
#include "check.h"
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static char buffer[65536] __attribute__((aligned(8)));
static int fd, lo;

struct request {
    struct nlmsghdr header;
    char body[256];
};

static void attribute(struct request *request, int type, const void *data, int length)
{
    struct rtattr *one = (struct rtattr *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));
    one->rta_type = type;
    one->rta_len = RTA_LENGTH(length);
    memcpy(RTA_DATA(one), data, length);
    request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(one->rta_len);
}

/* Sends it, and the error that the kernel answers. */
static int answer(struct request *request)
{
    CHECK_EQUAL(request->header.nlmsg_len, send(fd, request, request->header.nlmsg_len, 0));
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    struct nlmsghdr *header = (struct nlmsghdr *)buffer;
    CHECK(n >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)));
    CHECK_EQUAL(NLMSG_ERROR, header->nlmsg_type);
    return ((struct nlmsgerr *)NLMSG_DATA(header))->error;
}

static int address_of(const char *text, unsigned char *out)
{
    int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    CHECK_EQUAL(1, inet_pton(family, text, out));
    return family;
}

/* RTAX_MTU of the routes to come; 0 for none. */
static int mtu;

/* A route through lo; who made it tells routes of one target apart. */
static int route(int type, int flags, const char *target, int bits, int metric, int protocol)
{
    struct request request = {.header = {NLMSG_LENGTH(sizeof(struct rtmsg)), type, NLM_F_REQUEST | NLM_F_ACK | flags,
            1, 0}};
    struct rtmsg *body = (struct rtmsg *)request.body;
    unsigned char address[16];
    body->rtm_family = address_of(target, address);
    body->rtm_dst_len = bits;
    body->rtm_table = RT_TABLE_MAIN;
    body->rtm_protocol = protocol;
    body->rtm_scope = type == RTM_DELROUTE ? RT_SCOPE_NOWHERE : body->rtm_family == AF_INET ? RT_SCOPE_LINK : 0;
    body->rtm_type = type == RTM_DELROUTE ? 0 : RTN_UNICAST;
    attribute(&request, RTA_DST, address, body->rtm_family == AF_INET ? 4 : 16);
    attribute(&request, RTA_OIF, &lo, sizeof lo);
    if (metric != 0) {
        attribute(&request, RTA_PRIORITY, &metric, sizeof metric);
    }
    if (mtu != 0) {
        char metrics[RTA_LENGTH(sizeof mtu)];
        struct rtattr *inner = (struct rtattr *)metrics;
        inner->rta_type = RTAX_MTU;
        inner->rta_len = sizeof metrics;
        memcpy(RTA_DATA(inner), &mtu, sizeof mtu);
        attribute(&request, RTA_METRICS, metrics, sizeof metrics);
    }
    return answer(&request);
}

/* Writes who made the routes of a target, in their order and with their metrics, as "3@0 4@7". */
static const char *routes_of(const char *target, int bits)
{
    static char text[256];
    unsigned char address[16];
    int family = address_of(target, address), done = 0;
    struct request request = {.header = {NLMSG_LENGTH(sizeof(struct rtmsg)), RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP,
            2, 0}};
    ((struct rtmsg *)request.body)->rtm_family = family;
    CHECK_EQUAL(request.header.nlmsg_len, send(fd, &request, request.header.nlmsg_len, 0));
    text[0] = 0;
    while (!done) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        CHECK(n > 0);
        for (struct nlmsghdr *one = (struct nlmsghdr *)buffer; NLMSG_OK(one, n); one = NLMSG_NEXT(one, n)) {
            if (one->nlmsg_type == NLMSG_DONE) {
                done = 1;
                break;
            }
            struct rtmsg *body = NLMSG_DATA(one);
            int left = RTM_PAYLOAD(one), metric = 0, same = 0;
            for (struct rtattr *at = RTM_RTA(body); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
                same |= at->rta_type == RTA_DST && memcmp(RTA_DATA(at), address, family == AF_INET ? 4 : 16) == 0;
                metric = at->rta_type == RTA_PRIORITY ? *(int *)RTA_DATA(at) : metric;
            }
            if (same && body->rtm_dst_len == bits && body->rtm_table == RT_TABLE_MAIN) {
                sprintf(text + strlen(text), "%s%d@%d", text[0] ? " " : "", body->rtm_protocol, metric);
            }
        }
    }
    return text;
}

#define CHECK_ROUTES(expected, target, bits)                                                 \
    do {                                                                                     \
        const char *check_is = routes_of(target, bits);                                      \
        CHECK(strcmp(expected, check_is) == 0);                                              \
        if (strcmp(expected, check_is) != 0) {                                               \
            printf("    they are \"%s\" and not \"%s\"\n", check_is, expected);              \
        }                                                                                    \
    } while (0)

enum { CREATE = NLM_F_CREATE, EXCL = NLM_F_EXCL, REPLACE = NLM_F_REPLACE, APPEND = NLM_F_APPEND };

static void ipv4_routes(void)
{
    const char *at = "10.9.0.0";
    CHECK_EQUAL(-ENOENT, route(RTM_NEWROUTE, 0, at, 16, 0, 3));
    CHECK_EQUAL(-ENOENT, route(RTM_NEWROUTE, REPLACE, at, 16, 0, 3));
    CHECK_EQUAL(-ENOENT, route(RTM_NEWROUTE, EXCL, at, 16, 0, 3));
    CHECK_EQUAL(-ENOENT, route(RTM_NEWROUTE, APPEND, at, 16, 0, 3));
    CHECK_ROUTES("", at, 16);
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | EXCL, at, 16, 0, 10));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, CREATE | EXCL, at, 16, 0, 10));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, CREATE | EXCL, at, 16, 0, 11));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, EXCL, at, 16, 0, 11));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, CREATE, at, 16, 0, 10));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, 0, at, 16, 0, 10));
    CHECK_EQUAL(-ENOENT, route(RTM_NEWROUTE, 0, at, 16, 0, 11));
    CHECK_EQUAL(-ENOENT, route(RTM_NEWROUTE, APPEND, at, 16, 0, 11));
    CHECK_ROUTES("10@0", at, 16);
    /* In front without APPEND, behind with it. */
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | APPEND, at, 16, 0, 11));
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE, at, 16, 0, 12));
    CHECK_ROUTES("12@0 10@0 11@0", at, 16);
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, CREATE | APPEND, at, 16, 0, 11));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, CREATE, at, 16, 0, 10));
    /* The first is replaced, unless another is the same. */
    CHECK_EQUAL(0, route(RTM_NEWROUTE, REPLACE, at, 16, 0, 13));
    CHECK_ROUTES("13@0 10@0 11@0", at, 16);
    CHECK_EQUAL(0, route(RTM_NEWROUTE, REPLACE, at, 16, 0, 13));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, REPLACE, at, 16, 0, 11));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, CREATE | REPLACE | EXCL, at, 16, 0, 14));
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | REPLACE, at, 16, 0, 14));
    CHECK_ROUTES("14@0 10@0 11@0", at, 16);
    /* Another metric is another route. */
    CHECK_EQUAL(-ENOENT, route(RTM_NEWROUTE, REPLACE, at, 16, 7, 14));
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | EXCL, at, 16, 7, 14));
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | REPLACE, at, 16, 5, 15));
    CHECK_ROUTES("14@0 10@0 11@0 15@5 14@7", at, 16);
    CHECK_EQUAL(-EINVAL, route(RTM_NEWROUTE, CREATE | EXCL, "10.9.1.0", 16, 0, 10));
    CHECK_EQUAL(-EINVAL, route(RTM_DELROUTE, 0, "10.9.1.0", 16, 0, 0));
    /* The errors of the way come first. */
    int there = lo;
    lo = 4711;
    CHECK_EQUAL(-ENODEV, route(RTM_NEWROUTE, CREATE | EXCL, at, 16, 0, 10));
    CHECK_EQUAL(-ENODEV, route(RTM_NEWROUTE, 0, at, 16, 0, 10));
    lo = there;
    /* Who made it is asked for. */
    CHECK_EQUAL(-ESRCH, route(RTM_DELROUTE, 0, at, 16, 0, 77));
    CHECK_EQUAL(0, route(RTM_DELROUTE, 0, at, 16, 0, 11));
    CHECK_ROUTES("14@0 10@0 15@5 14@7", at, 16);
    for (int i = 0; i < 4; i++) {
        CHECK_EQUAL(0, route(RTM_DELROUTE, 0, at, 16, 0, 0));
    }
    CHECK_EQUAL(-ESRCH, route(RTM_DELROUTE, 0, at, 16, 0, 0));
}

static void ipv6_routes(void)
{
    const char *at = "2001:db8:9::";
    CHECK_EQUAL(-ENOENT, route(RTM_NEWROUTE, REPLACE, at, 48, 0, 3));
    CHECK_ROUTES("", at, 48);
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | EXCL, at, 48, 0, 10));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, CREATE | EXCL, at, 48, 0, 11));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, EXCL, at, 48, 0, 11));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, CREATE, at, 48, 0, 11));
    CHECK_EQUAL(-EEXIST, route(RTM_NEWROUTE, CREATE | APPEND, at, 48, 0, 11));
    CHECK_ROUTES("10@1024", at, 48);
    CHECK_EQUAL(0, route(RTM_NEWROUTE, REPLACE, at, 48, 0, 13));
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | REPLACE, at, 48, 0, 14));
    CHECK_ROUTES("14@1024", at, 48);
    CHECK_EQUAL(-ENOENT, route(RTM_NEWROUTE, REPLACE, at, 48, 7, 14));
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | REPLACE, at, 48, 7, 15));
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE, at, 48, 2000, 16));
    CHECK_ROUTES("15@7 14@1024 16@2000", at, 48);
    CHECK_EQUAL(0, route(RTM_DELROUTE, 0, at, 48, 1024, 0));
    CHECK_ROUTES("15@7 16@2000", at, 48);
    /* Without NLM_F_CREATE a route is made all the same, as it was before there was that flag. */
    CHECK_EQUAL(0, route(RTM_NEWROUTE, 0, at, 48, 30, 17));
    CHECK_ROUTES("15@7 17@30 16@2000", at, 48);
    CHECK_EQUAL(-ESRCH, route(RTM_DELROUTE, 0, at, 48, 0, 77));
    CHECK_EQUAL(0, route(RTM_DELROUTE, 0, at, 48, 0, 17));
    CHECK_ROUTES("15@7 16@2000", at, 48);
    for (int i = 0; i < 2; i++) {
        CHECK_EQUAL(0, route(RTM_DELROUTE, 0, at, 48, 0, 0));
    }
    CHECK_EQUAL(-ESRCH, route(RTM_DELROUTE, 0, at, 48, 0, 0));
}

static int address(int type, int flags, const char *local, int bits)
{
    struct request request = {.header = {NLMSG_LENGTH(sizeof(struct ifaddrmsg)), type,
            NLM_F_REQUEST | NLM_F_ACK | flags, 1, 0}};
    struct ifaddrmsg *body = (struct ifaddrmsg *)request.body;
    unsigned char bytes[16];
    body->ifa_family = address_of(local, bytes);
    body->ifa_prefixlen = bits;
    body->ifa_index = lo;
    attribute(&request, IFA_LOCAL, bytes, body->ifa_family == AF_INET ? 4 : 16);
    attribute(&request, IFA_ADDRESS, bytes, body->ifa_family == AF_INET ? 4 : 16);
    return answer(&request);
}

static void addresses(const char *local, int bits)
{
    CHECK_EQUAL(0, address(RTM_NEWADDR, CREATE | EXCL, local, bits));
    CHECK_EQUAL(-EEXIST, address(RTM_NEWADDR, CREATE | EXCL, local, bits));
    CHECK_EQUAL(-EEXIST, address(RTM_NEWADDR, CREATE, local, bits));
    CHECK_EQUAL(-EEXIST, address(RTM_NEWADDR, 0, local, bits));
    CHECK_EQUAL(-EEXIST, address(RTM_NEWADDR, CREATE | EXCL | REPLACE, local, bits));
    CHECK_EQUAL(0, address(RTM_NEWADDR, CREATE | REPLACE, local, bits));
    CHECK_EQUAL(0, address(RTM_NEWADDR, REPLACE, local, bits));
    CHECK_EQUAL(0, address(RTM_DELADDR, 0, local, bits));
    CHECK_EQUAL(-EADDRNOTAVAIL, address(RTM_DELADDR, 0, local, bits));
    /* Nobody has ever had to say NLM_F_CREATE. */
    CHECK_EQUAL(0, address(RTM_NEWADDR, 0, local, bits));
    CHECK_EQUAL(0, address(RTM_DELADDR, 0, local, bits));
    CHECK_EQUAL(0, address(RTM_NEWADDR, REPLACE, local, bits));
    CHECK_EQUAL(0, address(RTM_DELADDR, 0, local, bits));
}

/* One address with two masks are two addresses for IPv4, and one for IPv6. */
static void masks(void)
{
    CHECK_EQUAL(0, address(RTM_NEWADDR, CREATE | EXCL, "10.8.0.1", 24));
    CHECK_EQUAL(0, address(RTM_NEWADDR, CREATE | EXCL, "10.8.0.1", 16));
    CHECK_EQUAL(-EEXIST, address(RTM_NEWADDR, CREATE | EXCL, "10.8.0.1", 16));
    CHECK_EQUAL(0, address(RTM_DELADDR, 0, "10.8.0.1", 24));
    CHECK_EQUAL(-EADDRNOTAVAIL, address(RTM_DELADDR, 0, "10.8.0.1", 24));
    CHECK_EQUAL(0, address(RTM_DELADDR, 0, "10.8.0.1", 16));
    CHECK_EQUAL(0, address(RTM_NEWADDR, CREATE | EXCL, "2001:db8:8::1", 64));
    CHECK_EQUAL(-EEXIST, address(RTM_NEWADDR, CREATE | EXCL, "2001:db8:8::1", 48));
    CHECK_EQUAL(0, address(RTM_DELADDR, 0, "2001:db8:8::1", 64));
}

static int mtu_to(const char *target)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    int value = -1, datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    socklen_t length = sizeof value;
    CHECK_EQUAL(1, inet_pton(AF_INET, target, &to.sin_addr));
    CHECK_EQUAL(0, connect(datagrams, (struct sockaddr *)&to, sizeof to));
    CHECK_EQUAL(0, getsockopt(datagrams, IPPROTO_IP, IP_MTU, &value, &length));
    close(datagrams);
    return value;
}

/* `ip route add 10.6.0.0/16 dev lo mtu 1400`. */
static void sizes(void)
{
    mtu = 1400;
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | EXCL, "10.6.0.0", 16, 0, 3));
    CHECK_EQUAL(1400, mtu_to("10.6.7.8"));
    mtu = 1300;
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | REPLACE, "10.6.0.0", 16, 0, 3));
    CHECK_EQUAL(1300, mtu_to("10.6.7.8"));
    mtu = 0;
    CHECK_EQUAL(0, route(RTM_NEWROUTE, CREATE | EXCL, "10.6.7.0", 24, 0, 3));
    CHECK(mtu_to("10.6.7.8") > 1400);
    CHECK_EQUAL(1300, mtu_to("10.6.8.8"));
    CHECK_EQUAL(0, route(RTM_DELROUTE, 0, "10.6.7.0", 24, 0, 0));
    CHECK_EQUAL(0, route(RTM_DELROUTE, 0, "10.6.0.0", 16, 0, 0));
}

int main(void)
{
    if (unshare(CLONE_NEWNET) < 0 && errno != EINVAL && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
        printf("no network to change\n");
        return 1;
    }
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int inet = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQUAL(0, ioctl(inet, SIOCSIFFLAGS, &up));
    lo = if_nametoindex("lo");
    fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    struct timeval limit = {20, 0};
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    ipv4_routes();
    ipv6_routes();
    addresses("10.8.0.1", 24);
    addresses("2001:db8:8::1", 64);
    masks();
    sizes();
    return check_done();
}
