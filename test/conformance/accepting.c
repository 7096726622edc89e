/*
 * accept(2) where something is in the way: no descriptor is free, or the peer has gone already.
 */
#include "check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_in address;

static int listening(void)
{
    socklen_t length = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = 0;
    CHECK_EQUAL(0, bind(server, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, getsockname(server, (struct sockaddr *)&address, &length));
    CHECK_EQUAL(0, listen(server, 8));
    return server;
}

static int connected(void)
{
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    return client;
}

/* Lets no more descriptors be opened; answers the limit that was. */
static rlim_t close_the_table(void)
{
    struct rlimit limit;
    CHECK_EQUAL(0, getrlimit(RLIMIT_NOFILE, &limit));
    rlim_t before = limit.rlim_cur;
    int next = dup(0);
    close(next);
    limit.rlim_cur = next;
    CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &limit));
    return before;
}

static void open_the_table(rlim_t before)
{
    struct rlimit limit;
    CHECK_EQUAL(0, getrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = before;
    CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &limit));
}

/* Who finds no descriptor waits on: its connection is the next that is accepted. */
static void without_descriptors(int server, int client)
{
    char buffer[8];
    CHECK_EQUAL(5, write(client, "early", 5));
    rlim_t before = close_the_table();
    CHECK_ERRNO(EMFILE, accept(server, NULL, NULL));
    CHECK_ERRNO(EMFILE, accept4(server, NULL, NULL, SOCK_NONBLOCK));
    struct pollfd waits = {server, POLLIN, 0};
    CHECK_EQUAL(1, poll(&waits, 1, 0));
    open_the_table(before);
    int accepted = accept(server, NULL, NULL);
    CHECK(accepted >= 0);
    CHECK_EQUAL(5, read(accepted, buffer, sizeof buffer));
    close(accepted);
    /* It is found out before anything is waited for. */
    before = close_the_table();
    CHECK_ERRNO(EMFILE, accept(server, NULL, NULL));
    open_the_table(before);
    close(client);
}

static void local_without_descriptors(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0accepting"};
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(server, (struct sockaddr *)&name, sizeof name));
    CHECK_EQUAL(0, listen(server, 8));
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&name, sizeof name));
    without_descriptors(server, client);
    close(server);
}

/* SO_SNDTIMEO ends the wait for a place among those who wait, too. */
static void no_place_in_time(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0accepting too"};
    struct timeval time = {0, 50000};
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    int first = socket(AF_UNIX, SOCK_STREAM, 0);
    int second = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(server, (struct sockaddr *)&name, sizeof name));
    CHECK_EQUAL(0, listen(server, 0));
    CHECK_EQUAL(0, connect(first, (struct sockaddr *)&name, sizeof name));
    CHECK_EQUAL(0, setsockopt(second, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time));
    CHECK_ERRNO(EAGAIN, connect(second, (struct sockaddr *)&name, sizeof name));
    close(accept(server, NULL, NULL));
    CHECK_EQUAL(0, connect(second, (struct sockaddr *)&name, sizeof name));
    close(first);
    close(second);
    close(server);
}

/* Whoever was told of a connection finds it, though its peer has reset it meanwhile, and reads what it had sent. */
static void after_a_reset(void)
{
    int server = listening();
    int client = connected();
    char buffer[8];
    struct linger at_once = {1, 0};
    CHECK_EQUAL(5, write(client, "early", 5));
    struct pollfd waits = {server, POLLIN, 0};
    CHECK_EQUAL(1, poll(&waits, 1, 1000));
    CHECK_EQUAL(0, setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
    close(client);
    CHECK_EQUAL(1, poll(&waits, 1, 0));
    struct sockaddr_in peer = {0};
    socklen_t length = sizeof peer;
    int accepted = accept4(server, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK);
    CHECK(accepted >= 0);
    CHECK_EQUAL(htonl(INADDR_LOOPBACK), peer.sin_addr.s_addr);
    CHECK_ERRNO(ENOTCONN, getpeername(accepted, (struct sockaddr *)&peer, &length));
    CHECK_EQUAL(5, read(accepted, buffer, sizeof buffer));
    CHECK_ERRNO(ECONNRESET, read(accepted, buffer, sizeof buffer));
    CHECK_EQUAL(0, read(accepted, buffer, sizeof buffer));
    close(accepted);
    CHECK_EQUAL(0, poll(&waits, 1, 0));
    close(server);
}

int main(void)
{
    int server = listening();
    without_descriptors(server, connected());
    close(server);
    local_without_descriptors();
    no_place_in_time();
    after_a_reset();
    return check_done();
}
