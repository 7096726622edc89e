/* netlink(7), rtnetlink(7), sock_diag(7), getifaddrs(3), if_nameindex(3): interfaces, addresses, routes and sockets. */
#include "check.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

static char buffer[65536] __attribute__((aligned(8)));

struct request {
    struct nlmsghdr header;
    char body[256];
};

static int open_netlink(int protocol)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    CHECK(fd >= 0);
    struct timeval limit = {20, 0};
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    return fd;
}

static void begin(struct request *request, int type, int flags, size_t body)
{
    memset(request, 0, sizeof *request);
    request->header.nlmsg_len = NLMSG_LENGTH(body);
    request->header.nlmsg_type = type;
    request->header.nlmsg_flags = NLM_F_REQUEST | flags;
    request->header.nlmsg_seq = 4711;
}

static void attribute(struct request *request, int type, const void *data, int length)
{
    struct rtattr *one = (struct rtattr *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));
    one->rta_type = type;
    one->rta_len = RTA_LENGTH(length);
    memcpy(RTA_DATA(one), data, length);
    request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(one->rta_len);
}

static void ask(int fd, struct request *request)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    CHECK_EQUAL(request->header.nlmsg_len, sendto(fd, request, request->header.nlmsg_len, 0,
            (struct sockaddr *)&kernel, sizeof kernel));
}

/* The error that the kernel answers. */
static int acknowledged(int fd)
{
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    struct nlmsghdr *header = (struct nlmsghdr *)buffer;
    CHECK(n >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)));
    CHECK_EQUAL(NLMSG_ERROR, header->nlmsg_type);
    CHECK_EQUAL(4711, header->nlmsg_seq);
    return ((struct nlmsgerr *)NLMSG_DATA(header))->error;
}

typedef int visitor(struct nlmsghdr *header);

/* Goes through the answer to a dump; how many messages the visitor has liked. */
static int walk(int fd, int type, visitor *visit)
{
    int liked = 0;
    while (1) {
        struct sockaddr_nl from;
        socklen_t from_length = sizeof from;
        ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &from_length);
        CHECK(n > 0);
        if (n <= 0) {
            return -1;
        }
        CHECK_EQUAL(sizeof from, from_length);
        CHECK_EQUAL(0, from.nl_pid);
        for (struct nlmsghdr *one = (struct nlmsghdr *)buffer; NLMSG_OK(one, n); one = NLMSG_NEXT(one, n)) {
            CHECK_EQUAL(4711, one->nlmsg_seq);
            CHECK((one->nlmsg_flags & NLM_F_MULTI) != 0);
            if (one->nlmsg_type == NLMSG_DONE) {
                return liked;
            }
            CHECK_EQUAL(type, one->nlmsg_type);
            liked += visit(one);
        }
    }
}

static struct rtattr *find(struct nlmsghdr *header, size_t body, int type)
{
    int length = header->nlmsg_len - NLMSG_SPACE(body);
    struct rtattr *one = (struct rtattr *)((char *)header + NLMSG_SPACE(body));
    while (RTA_OK(one, length)) {
        if ((one->rta_type & 0x3fff) == type) {
            return one;
        }
        one = RTA_NEXT(one, length);
    }
    return NULL;
}

static int is_loopback(struct nlmsghdr *header)
{
    struct ifinfomsg *link = NLMSG_DATA(header);
    struct rtattr *name = find(header, sizeof *link, IFLA_IFNAME), *mtu = find(header, sizeof *link, IFLA_MTU);
    if (name == NULL || strcmp(RTA_DATA(name), "lo") != 0) {
        return 0;
    }
    CHECK_EQUAL(772, link->ifi_type);
    CHECK_EQUAL(1, link->ifi_index);
    CHECK((link->ifi_flags & IFF_LOOPBACK) != 0);
    CHECK(mtu != NULL && *(unsigned *)RTA_DATA(mtu) >= 1280);
    CHECK(find(header, sizeof *link, IFLA_ADDRESS) != NULL && find(header, sizeof *link, IFLA_STATS64) != NULL);
    return 1;
}

static int is_loopback_address(struct nlmsghdr *header)
{
    struct ifaddrmsg *address = NLMSG_DATA(header);
    struct rtattr *local = find(header, sizeof *address, IFA_LOCAL);
    if (address->ifa_family != AF_INET || local == NULL || *(uint32_t *)RTA_DATA(local) != htonl(INADDR_LOOPBACK)) {
        return 0;
    }
    CHECK_EQUAL(8, address->ifa_prefixlen);
    CHECK_EQUAL(RT_SCOPE_HOST, address->ifa_scope);
    CHECK_EQUAL(1, address->ifa_index);
    return 1;
}

static int is_local_route(struct nlmsghdr *header)
{
    struct rtmsg *route = NLMSG_DATA(header);
    struct rtattr *target = find(header, sizeof *route, RTA_DST);
    return route->rtm_family == AF_INET && route->rtm_table == RT_TABLE_LOCAL && route->rtm_dst_len == 8
            && target != NULL && *(uint32_t *)RTA_DATA(target) == htonl(0x7f000000);
}

static void names(void)
{
    CHECK_ERRNO(EPROTONOSUPPORT, socket(AF_NETLINK, SOCK_RAW, 99));
    CHECK_ERRNO(ESOCKTNOSUPPORT, socket(AF_NETLINK, SOCK_STREAM, NETLINK_ROUTE));
    int fd = open_netlink(NETLINK_ROUTE), other = open_netlink(NETLINK_ROUTE);
    struct sockaddr_nl name = {.nl_family = AF_NETLINK};
    socklen_t length = sizeof name;
    CHECK_EQUAL(0, getsockname(fd, (struct sockaddr *)&name, &length));
    CHECK_EQUAL(sizeof name, length);
    CHECK_EQUAL(AF_NETLINK, name.nl_family);
    CHECK_EQUAL(0, name.nl_pid);
    CHECK_EQUAL(0, bind(fd, (struct sockaddr *)&name, sizeof name));
    CHECK_EQUAL(0, getsockname(fd, (struct sockaddr *)&name, &length));
    CHECK_EQUAL(getpid(), name.nl_pid);
    CHECK_ERRNO(EADDRINUSE, bind(other, (struct sockaddr *)&name, sizeof name));
    CHECK_ERRNO(EINVAL, bind(other, (struct sockaddr *)&name, 4));
    name.nl_pid = 0;
    CHECK_EQUAL(0, bind(other, (struct sockaddr *)&name, sizeof name));
    CHECK_EQUAL(0, getsockname(other, (struct sockaddr *)&name, &length));
    CHECK(name.nl_pid != 0 && name.nl_pid != (unsigned)getpid());
    int value = -1;
    length = sizeof value;
    CHECK_EQUAL(0, getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &value, &length));
    CHECK_EQUAL(AF_NETLINK, value);
    CHECK_ERRNO(EAGAIN, recv(fd, buffer, sizeof buffer, MSG_DONTWAIT));
    close(fd);
    close(other);
}

static void dumps(void)
{
    int fd = open_netlink(NETLINK_ROUTE);
    struct request request;
    begin(&request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
    ask(fd, &request);
    struct pollfd poll_one = {fd, POLLIN, 0};
    CHECK_EQUAL(1, poll(&poll_one, 1, 20000));
    /* Somebody who wants to know how much there is. */
    ssize_t whole = recv(fd, buffer, 0, MSG_PEEK | MSG_TRUNC);
    CHECK(whole >= (ssize_t)NLMSG_LENGTH(sizeof(struct ifinfomsg)));
    CHECK_EQUAL(1, walk(fd, RTM_NEWLINK, is_loopback));
    begin(&request, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
    ask(fd, &request);
    CHECK_EQUAL(1, walk(fd, RTM_NEWADDR, is_loopback_address));
    begin(&request, RTM_GETROUTE, NLM_F_DUMP, sizeof(struct rtmsg));
    ask(fd, &request);
    CHECK_EQUAL(1, walk(fd, RTM_NEWROUTE, is_local_route));
    begin(&request, RTM_GETNEIGH, NLM_F_DUMP, sizeof(struct ndmsg));
    ask(fd, &request);
    CHECK(walk(fd, RTM_NEWNEIGH, is_local_route) >= 0);
    CHECK_ERRNO(EAGAIN, recv(fd, buffer, sizeof buffer, MSG_DONTWAIT));
    close(fd);
}

static void single_answers(void)
{
    int fd = open_netlink(NETLINK_ROUTE);
    struct request request;
    begin(&request, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
    attribute(&request, IFLA_IFNAME, "lo", 3);
    ask(fd, &request);
    CHECK(recv(fd, buffer, sizeof buffer, 0) > 0);
    struct nlmsghdr *header = (struct nlmsghdr *)buffer;
    CHECK_EQUAL(RTM_NEWLINK, header->nlmsg_type);
    CHECK_EQUAL(0, header->nlmsg_flags & NLM_F_MULTI);
    CHECK_EQUAL(1, is_loopback(header));
    begin(&request, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
    attribute(&request, IFLA_IFNAME, "nonesuch", 9);
    ask(fd, &request);
    CHECK_EQUAL(-ENODEV, acknowledged(fd));
    begin(&request, RTM_GETROUTE, 0, sizeof(struct rtmsg));
    struct rtmsg *route = (struct rtmsg *)request.body;
    route->rtm_family = AF_INET;
    route->rtm_dst_len = 32;
    uint32_t target = htonl(INADDR_LOOPBACK);
    attribute(&request, RTA_DST, &target, sizeof target);
    ask(fd, &request);
    CHECK(recv(fd, buffer, sizeof buffer, 0) > 0);
    CHECK_EQUAL(RTM_NEWROUTE, header->nlmsg_type);
    route = NLMSG_DATA(header);
    CHECK_EQUAL(RTN_LOCAL, route->rtm_type);
    struct rtattr *through = find(header, sizeof *route, RTA_OIF), *source = find(header, sizeof *route, RTA_PREFSRC);
    CHECK(through != NULL && *(int *)RTA_DATA(through) == 1);
    CHECK(source != NULL && *(uint32_t *)RTA_DATA(source) == target);
    /* A type that nobody knows, and an acknowledgement of what went well. */
    begin(&request, 1000, 0, sizeof(struct rtgenmsg));
    ask(fd, &request);
    CHECK_EQUAL(-EOPNOTSUPP, acknowledged(fd));
    begin(&request, NLMSG_NOOP, NLM_F_ACK, 0);
    ask(fd, &request);
    CHECK_EQUAL(0, acknowledged(fd));
    close(fd);
}

/* Who may not change anything hears so. */
static void refusals(void)
{
    if (geteuid() != 0) {
        int fd = open_netlink(NETLINK_ROUTE);
        struct request request;
        begin(&request, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, sizeof(struct ifaddrmsg));
        ask(fd, &request);
        CHECK_EQUAL(-EPERM, acknowledged(fd));
        close(fd);
    }
}

/* Of a request that is wrong the kernel says what is: errnos as those of Linux. */
static void wrong_requests(void)
{
    struct request request;
    int wrong = 7777, fd = open_netlink(NETLINK_ROUTE);
    /* Who asks nothing is answered nothing. */
    begin(&request, RTM_GETLINK, NLM_F_ACK, 0);
    ask(fd, &request);
    CHECK_EQUAL(0, acknowledged(fd));
    begin(&request, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
    attribute(&request, IFLA_IFNAME, "a name that is too long", 24);
    ask(fd, &request);
    CHECK_EQUAL(-ERANGE, acknowledged(fd));
    begin(&request, RTM_GETROUTE, 0, sizeof(struct rtmsg));
    ask(fd, &request);
    CHECK_EQUAL(-EOPNOTSUPP, acknowledged(fd));
    struct rtmsg *route = NLMSG_DATA(&request.header);
    begin(&request, RTM_GETROUTE, 0, sizeof *route);
    route->rtm_family = AF_INET;
    attribute(&request, RTA_DST, "abcd", 4);
    attribute(&request, RTA_OIF, &wrong, sizeof wrong);
    ask(fd, &request);
    CHECK_EQUAL(-ENODEV, acknowledged(fd));
    begin(&request, RTM_GETROUTE, 0, sizeof *route);
    route->rtm_family = AF_INET;
    attribute(&request, RTA_DST, "abcd", 4);
    attribute(&request, RTA_OIF, &wrong, 2);
    ask(fd, &request);
    CHECK_EQUAL(-ERANGE, acknowledged(fd));
    close(fd);
    fd = open_netlink(NETLINK_SOCK_DIAG);
    begin(&request, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, 0);
    ask(fd, &request);
    CHECK_EQUAL(-EINVAL, acknowledged(fd));
    close(fd);
}

static void library(void)
{
    CHECK_EQUAL(1, if_nametoindex("lo"));
    struct if_nameindex *names = if_nameindex();
    CHECK(names != NULL);
    int found = 0;
    for (int i = 0; names != NULL && names[i].if_index != 0; i++) {
        found += strcmp(names[i].if_name, "lo") == 0;
    }
    CHECK_EQUAL(1, found);
    if_freenameindex(names);
    struct ifaddrs *addresses = NULL;
    CHECK_EQUAL(0, getifaddrs(&addresses));
    int ipv4 = 0, packet = 0;
    for (struct ifaddrs *one = addresses; one != NULL; one = one->ifa_next) {
        int is_lo = strcmp(one->ifa_name, "lo") == 0 && one->ifa_addr != NULL;
        ipv4 += is_lo && one->ifa_addr->sa_family == AF_INET
                && ((struct sockaddr_in *)one->ifa_addr)->sin_addr.s_addr == htonl(INADDR_LOOPBACK)
                && ((struct sockaddr_in *)one->ifa_netmask)->sin_addr.s_addr == htonl(0xff000000);
        packet += is_lo && one->ifa_addr->sa_family == AF_PACKET;
    }
    CHECK_EQUAL(1, ipv4);
    CHECK_EQUAL(1, packet);
    freeifaddrs(addresses);
    struct addrinfo hints = {.ai_family = AF_INET, .ai_flags = AI_NUMERICHOST,
            .ai_socktype = SOCK_STREAM}, *results = NULL;
    CHECK_EQUAL(0, getaddrinfo("127.0.0.1", "80", &hints, &results));
    CHECK(results != NULL && results->ai_next == NULL);
    freeaddrinfo(results);
}

static int wanted_port;

static int is_wanted_port(struct nlmsghdr *header)
{
    struct inet_diag_msg *one = NLMSG_DATA(header);
    if (ntohs(one->id.idiag_sport) != wanted_port) {
        return 0;
    }
    CHECK_EQUAL(AF_INET, one->idiag_family);
    CHECK_EQUAL(htonl(INADDR_LOOPBACK), one->id.idiag_src[0]);
    CHECK(one->idiag_inode != 0);
    CHECK_EQUAL(geteuid(), one->idiag_uid);
    return 1 << one->idiag_state;
}

static int diagnosed(int fd, int protocol)
{
    struct request request;
    begin(&request, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof(struct inet_diag_req_v2));
    struct inet_diag_req_v2 *body = (struct inet_diag_req_v2 *)request.body;
    body->sdiag_family = AF_INET;
    body->sdiag_protocol = protocol;
    body->idiag_states = -1;
    body->idiag_ext = 1 << (INET_DIAG_INFO - 1);
    ask(fd, &request);
    return walk(fd, SOCK_DIAG_BY_FAMILY, is_wanted_port);
}

static unsigned wanted_inode;

static int is_wanted_inode(struct nlmsghdr *header)
{
    struct unix_diag_msg *one = NLMSG_DATA(header);
    if (one->udiag_ino != wanted_inode) {
        return 0;
    }
    struct rtattr *name = find(header, sizeof *one, UNIX_DIAG_NAME);
    CHECK_EQUAL(SOCK_STREAM, one->udiag_type);
    CHECK_EQUAL(10, one->udiag_state);
    CHECK(name != NULL && memcmp(RTA_DATA(name), "\0netlink-test", 13) == 0);
    return 1;
}

static void diagnosis(void)
{
    int fd = open_netlink(NETLINK_SOCK_DIAG);
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, listen(listener, 5));
    CHECK_EQUAL(0, getsockname(listener, (struct sockaddr *)&address, &length));
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    int server = accept(listener, NULL, NULL);
    wanted_port = ntohs(address.sin_port);
    CHECK_EQUAL(1 << 10 | 1 << 1, diagnosed(fd, IPPROTO_TCP));
    close(server);
    close(client);
    close(listener);
    int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    address.sin_port = 0;
    CHECK_EQUAL(0, bind(datagrams, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, getsockname(datagrams, (struct sockaddr *)&address, &length));
    wanted_port = ntohs(address.sin_port);
    CHECK_EQUAL(1 << 7, diagnosed(fd, IPPROTO_UDP));
    close(datagrams);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0netlink-test"};
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&name, 2 + 13));
    CHECK_EQUAL(0, listen(listener, 5));
    char link[64] = "", path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", listener);
    CHECK(readlink(path, link, sizeof link - 1) > 0);
    wanted_inode = atoi(link + 8);
    struct request request;
    begin(&request, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof(struct unix_diag_req));
    struct unix_diag_req *body = (struct unix_diag_req *)request.body;
    body->sdiag_family = AF_UNIX;
    body->udiag_states = -1;
    body->udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN;
    ask(fd, &request);
    CHECK_EQUAL(1, walk(fd, SOCK_DIAG_BY_FAMILY, is_wanted_inode));
    close(listener);
    close(fd);
}

/* The errno that a change of a neighbour is answered with. */
static int change_neighbour(int fd, int type, int flags, int index, const void *target, int target_bytes)
{
    struct request request;
    begin(&request, type, NLM_F_ACK | flags, sizeof(struct ndmsg));
    struct ndmsg *body = (struct ndmsg *)request.body;
    body->ndm_family = AF_INET;
    body->ndm_ifindex = index;
    body->ndm_state = NUD_PERMANENT;
    if (target_bytes > 0) {
        attribute(&request, NDA_DST, target, target_bytes);
    }
    attribute(&request, NDA_LLADDR, "\2\0\0\0\0\1", 6);
    ask(fd, &request);
    return acknowledged(fd);
}

static void neighbours(void)
{
    int fd = open_netlink(NETLINK_ROUTE), lo = if_nametoindex("lo");
    CHECK_EQUAL(-EINVAL, change_neighbour(fd, RTM_NEWNEIGH, NLM_F_CREATE, lo, NULL, 0));
    CHECK_EQUAL(-ENODEV, change_neighbour(fd, RTM_NEWNEIGH, NLM_F_CREATE, 4711, "\12\1\2\3", 4));
    CHECK_EQUAL(-EINVAL, change_neighbour(fd, RTM_NEWNEIGH, NLM_F_CREATE, 0, "\12\1\2\3", 4));
    CHECK_EQUAL(-EINVAL, change_neighbour(fd, RTM_NEWNEIGH, NLM_F_CREATE, lo, "\12\1", 2));
    CHECK_EQUAL(-ENOENT, change_neighbour(fd, RTM_NEWNEIGH, 0, lo, "\12\1\2\3", 4));
    CHECK_EQUAL(-ENOENT, change_neighbour(fd, RTM_DELNEIGH, 0, lo, "\12\1\2\3", 4));
    CHECK_EQUAL(-EINVAL, change_neighbour(fd, RTM_DELNEIGH, 0, lo, NULL, 0));
    close(fd);
}

static int family_asked_for;

static int is_family(struct nlmsghdr *header)
{
    struct rtattr *one = (struct rtattr *)((char *)NLMSG_DATA(header) + GENL_HDRLEN);
    int left = header->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), named = 0;
    for (; RTA_OK(one, left); one = RTA_NEXT(one, left)) {
        if (one->rta_type == CTRL_ATTR_FAMILY_NAME) {
            named = strcmp(RTA_DATA(one), "nlctrl") == 0;
        }
        if (one->rta_type == CTRL_ATTR_FAMILY_ID) {
            family_asked_for = *(unsigned short *)RTA_DATA(one);
        }
    }
    return named;
}

static void begin_generic(struct request *request, int type, int flags, int command)
{
    begin(request, type, flags, GENL_HDRLEN);
    ((struct genlmsghdr *)request->body)->cmd = command;
    ((struct genlmsghdr *)request->body)->version = 1;
}

static void generic(void)
{
    struct request request;
    int fd = open_netlink(NETLINK_GENERIC);
    begin_generic(&request, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
    attribute(&request, CTRL_ATTR_FAMILY_NAME, "nlctrl", 7);
    ask(fd, &request);
    struct nlmsghdr *header = (struct nlmsghdr *)buffer;
    CHECK(recv(fd, buffer, sizeof buffer, 0) > (ssize_t)NLMSG_LENGTH(GENL_HDRLEN));
    CHECK_EQUAL(GENL_ID_CTRL, header->nlmsg_type);
    CHECK_EQUAL(4711, header->nlmsg_seq);
    CHECK_EQUAL(CTRL_CMD_NEWFAMILY, ((struct genlmsghdr *)NLMSG_DATA(header))->cmd);
    CHECK_EQUAL(1, is_family(header));
    CHECK_EQUAL(GENL_ID_CTRL, family_asked_for);
    begin_generic(&request, GENL_ID_CTRL, NLM_F_DUMP, CTRL_CMD_GETFAMILY);
    ask(fd, &request);
    CHECK_EQUAL(1, walk(fd, GENL_ID_CTRL, is_family));
    begin_generic(&request, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
    attribute(&request, CTRL_ATTR_FAMILY_NAME, "nonesuch", 9);
    ask(fd, &request);
    CHECK_EQUAL(-ENOENT, acknowledged(fd));
    begin_generic(&request, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
    ask(fd, &request);
    CHECK_EQUAL(-EINVAL, acknowledged(fd));
    begin_generic(&request, GENL_ID_CTRL, 0, 77);
    ask(fd, &request);
    CHECK_EQUAL(-EOPNOTSUPP, acknowledged(fd));
    begin_generic(&request, 0x3ff, 0, 1);
    ask(fd, &request);
    CHECK_EQUAL(-ENOENT, acknowledged(fd));
    close(fd);
}

int main(void)
{
    generic();
    neighbours();
    names();
    dumps();
    single_answers();
    refusals();
    wrong_requests();
    library();
    diagnosis();
    return check_done();
}
