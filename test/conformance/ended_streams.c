/* What shutdown(2) of both directions of a stream means for what comes afterwards, and for what came before. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    char buffer[8];
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(server, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, getsockname(server, (struct sockaddr *)&address, &length));
    CHECK_EQUAL(0, listen(server, 8));
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    int accepted = accept(server, NULL, NULL);
    struct pollfd here = {accepted, POLLIN, 0};
    CHECK_EQUAL(5, write(client, "first", 5));
    CHECK_EQUAL(1, poll(&here, 1, 1000));
    CHECK_EQUAL(0, shutdown(accepted, SHUT_RDWR));
    struct pollfd there = {client, POLLIN, 0};
    CHECK_EQUAL(1, poll(&there, 1, 1000));
    CHECK_EQUAL(POLLIN, there.revents);
    /* Nobody will read this. */
    CHECK_EQUAL(4, write(client, "more", 4));
    there.events = 0;
    CHECK_EQUAL(1, poll(&there, 1, 1000));
    CHECK_EQUAL(POLLERR | POLLHUP, there.revents);
    CHECK_ERRNO(EPIPE, send(client, "x", 1, MSG_NOSIGNAL));
    CHECK_EQUAL(5, recv(accepted, buffer, sizeof buffer, MSG_DONTWAIT));
    CHECK_ERRNO(ECONNRESET, recv(accepted, buffer, sizeof buffer, MSG_DONTWAIT));
    CHECK_EQUAL(0, recv(accepted, buffer, sizeof buffer, MSG_DONTWAIT));
    close(accepted);
    close(client);
    close(server);
    return check_done();
}
