/* Network namespaces: network_namespaces(7). */
#include "child.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/un.h>

static const unsigned short port = 48765;

static struct sockaddr_in local(unsigned short number)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(number)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int flags_of_lo(void)
{
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFFLAGS, &request));
    close(fd);
    return request.ifr_flags;
}

static int set_lo(int up)
{
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    request.ifr_flags = up ? IFF_UP : 0;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int result = ioctl(fd, SIOCSIFFLAGS, &request);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

static int addresses(void)
{
    struct ifaddrs *all, *one;
    int count = 0;
    CHECK_EQUAL(0, getifaddrs(&all));
    for (one = all; one != NULL; one = one->ifa_next)
        count += one->ifa_addr != NULL && (one->ifa_addr->sa_family == AF_INET || one->ifa_addr->sa_family == AF_INET6);
    freeifaddrs(all);
    return count;
}

/* A connection over lo, with words both ways. */
static void talks(void)
{
    struct sockaddr_in address = local(port);
    int on = 1;
    char text[8] = "";
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, listen(listener, 4));
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    int server = accept(listener, NULL, NULL);
    CHECK(server >= 0);
    CHECK_EQUAL(5, write(client, "hello", 5));
    CHECK_EQUAL(5, read(server, text, sizeof text));
    CHECK_EQUAL(3, write(server, "you", 3));
    CHECK_EQUAL(3, read(client, text, sizeof text));
    static char bulk[1 << 20];
    pid_t child = fork();
    if (child == 0) {
        size_t sent = 0;
        while (sent < sizeof bulk) {
            ssize_t some = write(client, bulk + sent, sizeof bulk - sent);
            if (some <= 0)
                _exit(1);
            sent += some;
        }
        _exit(0);
    }
    size_t got = 0;
    while (got < sizeof bulk) {
        ssize_t some = read(server, bulk, sizeof bulk);
        if (some <= 0)
            break;
        got += some;
    }
    CHECK_EQUAL(sizeof bulk, got);
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    close(client);
    CHECK_EQUAL(0, read(server, text, sizeof text));
    close(server);
    close(listener);
    int one = socket(AF_INET, SOCK_DGRAM, 0), other = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQUAL(0, bind(one, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(2, sendto(other, "hi", 2, 0, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(2, recv(one, text, sizeof text, 0));
    close(one);
    close(other);
}

static int outside;

static void apart(void)
{
    struct sockaddr_in address = local(port);
    CHECK_EQUAL(0, unshare(CLONE_NEWNET));
    CHECK_EQUAL(0, flags_of_lo() & IFF_UP);
    CHECK_EQUAL(IFF_LOOPBACK, flags_of_lo() & IFF_LOOPBACK);
    CHECK_EQUAL(0, addresses());
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_ERRNO(ENETUNREACH, connect(fd, (struct sockaddr *)&address, sizeof address));
    struct sockaddr_in elsewhere = address;
    elsewhere.sin_addr.s_addr = inet_addr("192.0.2.1");
    CHECK_ERRNO(ENETUNREACH, connect(fd, (struct sockaddr *)&elsewhere, sizeof elsewhere));
    close(fd);
    CHECK_EQUAL(0, set_lo(1));
    CHECK_EQUAL(IFF_UP, flags_of_lo() & IFF_UP);
    CHECK_EQUAL(2, addresses());
    /* The port is free here, whoever has it outside. */
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(ECONNREFUSED, connect(fd, (struct sockaddr *)&address, sizeof address));
    close(fd);
    talks();
    /* A socket stays where it was made, and so does what it accepts. */
    int accepted = accept(outside, NULL, NULL);
    CHECK(accepted >= 0);
    char text[8];
    CHECK_EQUAL(4, read(accepted, text, sizeof text));
    CHECK_EQUAL(4, write(accepted, "back", 4));
    close(accepted);
    char line[256];
    int found = 0;
    FILE *in = fopen("/proc/net/dev", "r");
    while (fgets(line, sizeof line, in) != NULL)
        found += strchr(line, ':') != NULL;
    fclose(in);
    CHECK_EQUAL(1, found);
}

static void socket_of_another(void)
{
    int own = open("/proc/self/ns/net", O_RDONLY);
    CHECK_EQUAL(0, unshare(CLONE_NEWNET));
    CHECK_EQUAL(0, set_lo(1));
    struct sockaddr_in address = local(port + 1);
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, listen(listener, 1));
    CHECK_EQUAL(0, setns(own, CLONE_NEWNET));
    /* Only its sockets keep it now. */
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    int server = accept(listener, NULL, NULL);
    char text[8];
    CHECK_EQUAL(4, write(client, "kept", 4));
    CHECK_EQUAL(4, read(server, text, sizeof text));
    int other = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(ECONNREFUSED, connect(other, (struct sockaddr *)&address, sizeof address));
    CHECK_ERRNO(EINVAL, setns(own, CLONE_NEWNS));
}

static void unprivileged(void)
{
    CHECK_EQUAL(0, setresgid(1000, 1000, 1000));
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    CHECK_ERRNO(EPERM, unshare(CLONE_NEWNET));
    CHECK_EQUAL(0, unshare(CLONE_NEWUSER));
    CHECK_ERRNO(EPERM, set_lo(1));
    CHECK_ERRNO(EPERM, socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    CHECK_EQUAL(0, unshare(CLONE_NEWNET));
    CHECK_EQUAL(0, set_lo(1));
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    CHECK(fd >= 0);
    close(fd);
    struct sockaddr_in address = local(80);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(fd, (struct sockaddr *)&address, sizeof address));
    close(fd);
    talks();
}

static void many(void)
{
    for (int i = 0; i < 200; i++)
        CHECK_EQUAL(0, unshare(CLONE_NEWNET));
    CHECK_EQUAL(0, set_lo(1));
    talks();
}

static socklen_t abstract_name(struct sockaddr_un *name)
{
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    strcpy(name->sun_path + 1, "demitasse of a network");
    return offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name->sun_path + 1);
}

static uint64_t cookie_of(int fd)
{
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    CHECK_EQUAL(0, getsockopt(fd, SOL_SOCKET, 71 /* SO_NETNS_COOKIE */, &cookie, &length));
    return cookie;
}

/* Abstract names of unix(7) belong to a network, and each type of sockets has its own. */
static void abstract_names(void)
{
    struct sockaddr_un name;
    socklen_t length = abstract_name(&name);
    int stream = socket(AF_UNIX, SOCK_STREAM, 0), datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK_EQUAL(0, bind(stream, (struct sockaddr *)&name, length));
    CHECK_EQUAL(0, listen(stream, 4));
    CHECK_EQUAL(0, bind(datagram, (struct sockaddr *)&name, length));
    int before = socket(AF_UNIX, SOCK_STREAM, 0), inet = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQUAL(cookie_of(stream), cookie_of(inet));
    CHECK_EQUAL(0, unshare(CLONE_NEWNET));
    int client = socket(AF_UNIX, SOCK_STREAM, 0), sender = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK(cookie_of(client) != 0 && cookie_of(client) != cookie_of(stream));
    CHECK_ERRNO(ECONNREFUSED, connect(client, (struct sockaddr *)&name, length));
    CHECK_ERRNO(ECONNREFUSED, sendto(sender, "x", 1, 0, (struct sockaddr *)&name, length));
    /* A socket stays in the network where it was made. */
    CHECK_EQUAL(0, connect(before, (struct sockaddr *)&name, length));
    CHECK_EQUAL(0, bind(sender, (struct sockaddr *)&name, length));
    CHECK_EQUAL(1, sendto(sender, "x", 1, 0, (struct sockaddr *)&name, length));
    char line[512];
    int found = 0;
    FILE *in = fopen("/proc/self/net/unix", "r");
    while (in != NULL && fgets(line, sizeof line, in) != NULL)
        found += strstr(line, "@demitasse of a network") != NULL;
    if (in != NULL)
        fclose(in);
    CHECK_EQUAL(1, found);
}

int main(void)
{
    if (HOST_LACKS(geteuid() != 0 || syscall(SYS_unshare, CLONE_NEWNET) != 0))
        return check_skipped("not allowed to make namespaces");
    CHECK_EQUAL(0, set_lo(1));
    struct sockaddr_in address = local(port);
    outside = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(outside, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, listen(outside, 4));
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(4, write(client, "ring", 4));
    CHECK_EQUAL(0, in_child(apart));
    char text[8];
    CHECK_EQUAL(4, read(client, text, sizeof text));
    close(client);
    CHECK_EQUAL(0, in_child(socket_of_another));
    CHECK_EQUAL(0, in_child(unprivileged));
    CHECK_EQUAL(0, in_child(many));
    CHECK_EQUAL(0, in_child(abstract_names));
    return check_done();
}
