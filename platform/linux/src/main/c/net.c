/*
 * The stream socket that frames go through. Not Java: host system calls, and the connection has to be there
 * before the seal.
 */
#include "platform.h"
#include <asm/poll.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/un.h>

/* linux/socket.h has them only for the kernel itself. */
#define SOCK_STREAM 1
#define SOCK_CLOEXEC 02000000

/* Connects to the socket of a path that ends with the string or at a space; refuses to start otherwise. */
void net_open(const char *path) {
    struct sockaddr_un address = {.sun_family = 1};
    size_t length = 0;
    while (path[length] != 0 && path[length] != ' ') {
        if (length == sizeof address.sun_path - 1) {
            refuse("the path of the network's socket is too long", NULL);
        }
        address.sun_path[length] = path[length];
        length++;
    }
    long descriptor = HOST(__NR_socket, 1, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || HOST(__NR_connect, descriptor, &address, sizeof address) != 0) {
        refuse("the network's socket cannot be connected to", address.sun_path);
    }
    descriptors.net = descriptor;
}

/* News of the socket interrupt a program that computes, fcntl(2): F_SETOWN, O_ASYNC. */
void net_start(void) {
    if (descriptors.net < 0) {
        return;
    }
    long self = HOST(__NR_getpid);
    if (HOST(__NR_fcntl, descriptors.net, F_SETOWN, self) != 0
            || HOST(__NR_fcntl, descriptors.net, F_SETFL, O_RDWR | FASYNC) != 0) {
        refuse("the host refuses signals of the network's socket", NULL);
    }
}

static int ended, full;

short net_events(void) {
    return descriptors.net < 0 || ended ? 0 : full ? POLLIN | POLLOUT : POLLIN;
}

int32_t linux_net_is_open(void) {
    return descriptors.net >= 0;
}

int32_t linux_net_send(int64_t address, int32_t length_bytes) {
    long sent = HOST(__NR_sendto, descriptors.net, address, length_bytes, NET_SEND_FLAGS, 0, 0);
    full = sent < length_bytes;
    return sent == -EINTR ? -EAGAIN : sent;
}

/* An error of the socket is its end: passt(1) is gone. */
int32_t linux_net_receive(int64_t address, int32_t length_bytes) {
    long received = HOST(__NR_recvfrom, descriptors.net, address, length_bytes, NET_RECEIVE_FLAGS, 0, 0);
    if (received == -EINTR || received == -EAGAIN) {
        return -EAGAIN;
    }
    ended = received <= 0;
    return ended ? 0 : received;
}
