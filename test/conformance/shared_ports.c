/* Several sockets with one port, socket(7): SO_REUSEADDR of those of TCP, SO_REUSEPORT of IPv4 and IPv6. */
#include "check.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

static char buffer[8];

static struct sockaddr_in local(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static short poll_of(int fd, short events, int timeout_ms)
{
    struct pollfd one = {fd, events, 0};
    CHECK(poll(&one, 1, timeout_ms) >= 0);
    return one.revents;
}

/* SO_REUSEADDR lets several be bound to a port of which one listens. */
static void bound_twice(void)
{
    int ends[2], on = 1;
    struct sockaddr_in address = local(0);
    socklen_t length = sizeof address;
    for (int i = 0; i < 2; i++) {
        ends[i] = socket(AF_INET, SOCK_STREAM, 0);
        CHECK_EQUAL(0, setsockopt(ends[i], SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
        CHECK_EQUAL(0, bind(ends[i], (struct sockaddr *)&address, sizeof address));
        CHECK_EQUAL(0, getsockname(ends[i], (struct sockaddr *)&address, &length));
    }
    CHECK_EQUAL(0, listen(ends[0], 8));
    CHECK_ERRNO(EADDRINUSE, listen(ends[1], 8));
    close(ends[0]);
    CHECK_EQUAL(0, listen(ends[1], 8));
    close(ends[1]);
}

/* Of two that share a port the one for IPv4 alone gets what comes by IPv4. */
static void own_family_first(int type)
{
    int four = socket(AF_INET, type, 0), six = socket(AF_INET6, type, 0), on = 1, off = 0;
    struct sockaddr_in any = {.sin_family = AF_INET};
    socklen_t length = sizeof any;
    CHECK_EQUAL(0, setsockopt(four, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on));
    CHECK_EQUAL(0, setsockopt(six, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on));
    CHECK_EQUAL(0, setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off));
    CHECK_EQUAL(0, bind(four, (struct sockaddr *)&any, sizeof any));
    CHECK_EQUAL(0, getsockname(four, (struct sockaddr *)&any, &length));
    struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = any.sin_port};
    CHECK_EQUAL(0, bind(six, (struct sockaddr *)&any6, sizeof any6));
    if (type == SOCK_STREAM) {
        CHECK_EQUAL(0, listen(four, 32));
        CHECK_EQUAL(0, listen(six, 32));
    }
    for (int i = 0; i < 8; i++) {
        int client = socket(AF_INET, type, 0);
        struct sockaddr_in target = local(ntohs(any.sin_port));
        CHECK_EQUAL(0, connect(client, (struct sockaddr *)&target, sizeof target));
        CHECK_EQUAL(1, send(client, "x", 1, 0));
        CHECK_EQUAL(POLLIN, poll_of(four, POLLIN, 1000));
        if (type == SOCK_STREAM) {
            close(accept(four, NULL, NULL));
        } else {
            CHECK_EQUAL(1, recv(four, buffer, 1, 0));
        }
        close(client);
    }
    CHECK_EQUAL(0, poll_of(six, POLLIN, 0));
    close(four);
    close(six);
}

int main(void)
{
    bound_twice();
    own_family_first(SOCK_STREAM);
    own_family_first(SOCK_DGRAM);
    return check_done();
}
