/* unix(7): socketpair, bind, listen, connect, accept, send and receive with files and credentials, shutdown. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

static char buffer[300000];

static short poll_of(int fd, short events)
{
    struct pollfd one = {fd, events, 0};
    CHECK(poll(&one, 1, 0) >= 0);
    return one.revents;
}

static void pairs(void)
{
    int ends[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    CHECK_EQUAL(FD_CLOEXEC, fcntl(ends[1], F_GETFD));
    CHECK_EQUAL(POLLOUT, poll_of(ends[0], POLLIN | POLLOUT));
    CHECK_EQUAL(5, send(ends[0], "hello", 5, 0));
    CHECK_EQUAL(3, write(ends[0], "abc", 3));
    int waiting = 0;
    CHECK_EQUAL(0, ioctl(ends[1], FIONREAD, &waiting));
    CHECK_EQUAL(8, waiting);
    CHECK_EQUAL(2, recv(ends[1], buffer, 2, MSG_PEEK));
    CHECK_EQUAL(8, recv(ends[1], buffer, 100, 0));
    CHECK(memcmp(buffer, "helloabc", 8) == 0);
    CHECK_ERRNO(EAGAIN, recv(ends[1], buffer, 1, MSG_DONTWAIT));
    CHECK_EQUAL(0, shutdown(ends[0], SHUT_WR));
    CHECK_EQUAL(0, recv(ends[1], buffer, 1, 0));
    CHECK_EQUAL(POLLIN | POLLRDHUP, poll_of(ends[1], POLLIN | POLLRDHUP));
    CHECK_ERRNO(EPIPE, send(ends[0], "x", 1, MSG_NOSIGNAL));
    CHECK_EQUAL(1, send(ends[1], "y", 1, 0));
    CHECK_EQUAL(1, read(ends[0], buffer, 1));
    CHECK_EQUAL(0, close(ends[1]));
    CHECK(poll_of(ends[0], POLLIN) & POLLHUP);
    CHECK_EQUAL(0, read(ends[0], buffer, 1));
    CHECK_ERRNO(EPIPE, send(ends[0], "x", 1, MSG_NOSIGNAL));
    close(ends[0]);
    struct stat stat;
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    CHECK_EQUAL(0, fstat(ends[0], &stat));
    CHECK(S_ISSOCK(stat.st_mode));
    CHECK_EQUAL(3, send(ends[0], "abc", 3, 0));
    CHECK_EQUAL(0, send(ends[0], "", 0, 0));
    CHECK_EQUAL(2, send(ends[0], "de", 2, 0));
    CHECK_EQUAL(2, recv(ends[1], buffer, 2, 0));
    CHECK_EQUAL(0, recv(ends[1], buffer, 2, 0));
    CHECK_EQUAL(2, recv(ends[1], buffer, 1, MSG_TRUNC));
    CHECK_ERRNO(EAGAIN, recv(ends[1], buffer, 1, MSG_DONTWAIT));
    close(ends[0]);
    close(ends[1]);
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends));
    CHECK_EQUAL(3, write(ends[0], "abc", 3));
    CHECK_EQUAL(3, write(ends[0], "def", 3));
    CHECK_EQUAL(3, read(ends[1], buffer, 100));
    CHECK_EQUAL(3, read(ends[1], buffer, 100));
    CHECK_ERRNO(EAGAIN, read(ends[1], buffer, 100));
    close(ends[0]);
    CHECK_EQUAL(0, read(ends[1], buffer, 100));
    close(ends[1]);
    CHECK_ERRNO(EAFNOSUPPORT, socket(99, SOCK_STREAM, 0));
    CHECK_ERRNO(ESOCKTNOSUPPORT, socket(AF_UNIX, 9, 0));
    CHECK_ERRNO(EPROTONOSUPPORT, socket(AF_UNIX, SOCK_STREAM, 77));
    CHECK_ERRNO(ENOTSOCK, send(1, "x", 1, 0));
    CHECK_ERRNO(EBADF, send(-1, "x", 1, 0));
}

static socklen_t address_of(struct sockaddr_un *address, const char *path)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (path[0] == '@') {
        strcpy(address->sun_path + 1, path + 1);
        return offsetof(struct sockaddr_un, sun_path) + strlen(path);
    }
    strcpy(address->sun_path, path);
    return sizeof *address;
}

static void servers(const char *path)
{
    struct sockaddr_un address, other;
    socklen_t length = address_of(&address, path);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_ERRNO(path[0] == '@' ? ECONNREFUSED : ENOENT, connect(client, (struct sockaddr *)&address, length));
    CHECK_ERRNO(EINVAL, listen(server, 5));
    CHECK_EQUAL(0, bind(server, (struct sockaddr *)&address, length));
    CHECK_ERRNO(EADDRINUSE, bind(client, (struct sockaddr *)&address, length));
    CHECK_ERRNO(ECONNREFUSED, connect(client, (struct sockaddr *)&address, length));
    CHECK_ERRNO(EINVAL, accept(server, NULL, NULL));
    CHECK_EQUAL(0, listen(server, 5));
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, length));
    CHECK_ERRNO(EISCONN, connect(client, (struct sockaddr *)&address, length));
    CHECK_EQUAL(POLLIN, poll_of(server, POLLIN));
    socklen_t room = sizeof other;
    int connection = accept4(server, (struct sockaddr *)&other, &room, SOCK_CLOEXEC);
    CHECK(connection >= 0);
    CHECK_EQUAL(2, room);
    CHECK_EQUAL(4, write(client, "ping", 4));
    CHECK_EQUAL(4, read(connection, buffer, 10));
    CHECK_EQUAL(4, write(connection, "pong", 4));
    CHECK_EQUAL(4, read(client, buffer, 10));
    room = sizeof other;
    CHECK_EQUAL(0, getpeername(client, (struct sockaddr *)&other, &room));
    CHECK(memcmp(&other, &address, path[0] == '@' ? length : 2 + strlen(path) + 1) == 0);
    struct ucred peer;
    room = sizeof peer;
    CHECK_EQUAL(0, getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &room));
    CHECK_EQUAL(getpid(), peer.pid);
    CHECK_EQUAL(getuid(), peer.uid);
    int value = 0;
    room = sizeof value;
    CHECK_EQUAL(0, getsockopt(server, SOL_SOCKET, SO_ACCEPTCONN, &value, &room));
    CHECK_EQUAL(1, value);
    CHECK_ERRNO(ENOPROTOOPT, getsockopt(server, SOL_SOCKET, 9999, &value, &room));
    struct timeval soon = {0, 10000};
    CHECK_EQUAL(0, setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon));
    CHECK_ERRNO(EAGAIN, read(connection, buffer, 1));
    CHECK_EQUAL(1, write(client, "!", 1));
    close(connection);
    CHECK_ERRNO(ECONNRESET, read(client, buffer, 1));
    CHECK_EQUAL(0, read(client, buffer, 1));
    close(client);
    close(server);
    if (path[0] != '@') {
        struct stat stat;
        CHECK_EQUAL(0, lstat(path, &stat));
        CHECK(S_ISSOCK(stat.st_mode));
        CHECK_ERRNO(ENXIO, open(path, O_RDONLY));
        CHECK_EQUAL(0, unlink(path));
    }
}

static void datagrams(void)
{
    struct sockaddr_un address, from;
    socklen_t length = address_of(&address, "@conformance-datagrams");
    int server = socket(AF_UNIX, SOCK_DGRAM, 0);
    int client = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK_ERRNO(ENOTCONN, send(client, "x", 1, 0));
    CHECK_ERRNO(ECONNREFUSED, sendto(client, "x", 1, 0, (struct sockaddr *)&address, length));
    CHECK_EQUAL(0, bind(server, (struct sockaddr *)&address, length));
    CHECK_EQUAL(5, sendto(client, "first", 5, 0, (struct sockaddr *)&address, length));
    socklen_t room = sizeof from;
    CHECK_EQUAL(5, recvfrom(server, buffer, 100, 0, (struct sockaddr *)&from, &room));
    CHECK_EQUAL(0, room);
    CHECK_EQUAL(0, bind(client, (struct sockaddr *)&(struct sockaddr_un){.sun_family = AF_UNIX}, 2));
    CHECK_EQUAL(6, sendto(client, "second", 6, 0, (struct sockaddr *)&address, length));
    room = sizeof from;
    CHECK_EQUAL(6, recvfrom(server, buffer, 100, 0, (struct sockaddr *)&from, &room));
    CHECK_EQUAL(8, room);
    CHECK_EQUAL(5, sendto(server, "reply", 5, 0, (struct sockaddr *)&from, room));
    CHECK_EQUAL(5, recv(client, buffer, 100, 0));
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, length));
    CHECK_EQUAL(1, write(client, "z", 1));
    CHECK_EQUAL(1, read(server, buffer, 10));
    close(server);
    CHECK_ERRNO(ECONNREFUSED, write(client, "z", 1));
    close(client);
}

static void ancillary(int type)
{
    int ends[2], pipes[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, type, 0, ends));
    CHECK_EQUAL(0, pipe(pipes));
    CHECK_EQUAL(2, write(ends[0], "ab", 2));
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } control;
    memset(&control, 0, sizeof control);
    struct iovec vector = {"cd", 2};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = CMSG_SPACE(2 * sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(header), pipes, sizeof pipes);
    CHECK_EQUAL(2, sendmsg(ends[0], &message, 0));
    CHECK_EQUAL(2, write(ends[0], "ef", 2));
    close(pipes[0]);
    close(pipes[1]);
    CHECK_EQUAL(2, read(ends[1], buffer, type == SOCK_STREAM ? 2 : 100));
    memset(&control, 0, sizeof control);
    vector = (struct iovec){buffer, 100};
    message.msg_controllen = sizeof control.bytes;
    CHECK_EQUAL(2, recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC));
    CHECK(memcmp(buffer, "cd", 2) == 0);
    header = CMSG_FIRSTHDR(&message);
    CHECK(header != NULL && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(2 * sizeof(int)));
    int received[2];
    memcpy(received, CMSG_DATA(header), sizeof received);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(received[0], F_GETFD));
    CHECK_EQUAL(4, write(received[1], "pipe", 4));
    CHECK_EQUAL(4, read(received[0], buffer, 10));
    close(received[0]);
    close(received[1]);
    CHECK_EQUAL(2, read(ends[1], buffer, 100));
    CHECK(memcmp(buffer, "ef", 2) == 0);
    int on = 1;
    CHECK_EQUAL(0, setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    CHECK_EQUAL(1, write(ends[0], "g", 1));
    message.msg_controllen = sizeof control.bytes;
    CHECK_EQUAL(1, recvmsg(ends[1], &message, 0));
    header = CMSG_FIRSTHDR(&message);
    CHECK(header != NULL && header->cmsg_type == SCM_CREDENTIALS);
    struct ucred who;
    memcpy(&who, CMSG_DATA(header), sizeof who);
    CHECK_EQUAL(getpid(), who.pid);
    CHECK_EQUAL(getgid(), who.gid);
    close(ends[0]);
    close(ends[1]);
}

/* socket(7): options that a local socket keeps, each by itself. */
static void kept_options(void)
{
    static const int bits[] = {SO_DEBUG, SO_REUSEADDR, SO_DONTROUTE, SO_BROADCAST, SO_KEEPALIVE, SO_NO_CHECK};
    static const int numbers[] = {SO_PRIORITY, SO_MARK};
    int ends[2], value;
    socklen_t length = sizeof value;
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    for (unsigned i = 0; i < sizeof bits / sizeof *bits; i++) {
        for (int on = 5; on >= 0; on -= 5) {
            CHECK_EQUAL(0, setsockopt(ends[0], SOL_SOCKET, bits[i], &on, sizeof on));
            CHECK_EQUAL(0, getsockopt(ends[0], SOL_SOCKET, bits[i], &value, &length));
            CHECK_EQUAL(on != 0, value);
            CHECK_EQUAL(0, getsockopt(ends[0], SOL_SOCKET, bits[(i + 1) % 6], &value, &length));
            CHECK_EQUAL(0, value);
        }
    }
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int number = 3 + i;
        CHECK_EQUAL(0, setsockopt(ends[0], SOL_SOCKET, numbers[i], &number, sizeof number));
        CHECK_EQUAL(0, getsockopt(ends[0], SOL_SOCKET, numbers[i], &value, &length));
        CHECK_EQUAL(number, value);
        CHECK_EQUAL(0, getsockopt(ends[1], SOL_SOCKET, numbers[i], &value, &length));
        CHECK_EQUAL(0, value);
    }
    struct linger linger = {7, 9}, found = {0, 0};
    length = sizeof found;
    CHECK_EQUAL(0, setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    CHECK_EQUAL(0, getsockopt(ends[0], SOL_SOCKET, SO_LINGER, &found, &length));
    CHECK_EQUAL(1, found.l_onoff);
    CHECK_EQUAL(9, found.l_linger);
    int on = 1;
    CHECK_ERRNO(EINVAL, setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &on, sizeof on));
    CHECK_ERRNO(EOPNOTSUPP, setsockopt(ends[0], SOL_SOCKET, SO_REUSEPORT, &on, sizeof on));
    CHECK_ERRNO(ENOPROTOOPT, setsockopt(ends[0], SOL_SOCKET, 0x7fff, &on, sizeof on));
    CHECK_ERRNO(ENOPROTOOPT, setsockopt(ends[0], SOL_SOCKET, -1, &on, sizeof on));
    close(ends[0]);
    close(ends[1]);
}

/* Sends a message with a descriptor, or with who sends it; returns what sendmsg does. */
static ssize_t send_control(int fd, int type, const void *data, size_t bytes, const char *text)
{
    char control[128] = {0};
    struct iovec vector = {(void *)text, strlen(text)};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = CMSG_SPACE(bytes)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(bytes);
    memcpy(CMSG_DATA(header), data, bytes);
    return sendmsg(fd, &message, 0);
}

/* Receives into the buffer; closes a descriptor that came along, and tells how much control data there was. */
static ssize_t receive_control(int fd, size_t room, struct msghdr *message)
{
    static char control[128];
    static struct iovec vector;
    memset(control, 0, sizeof control);
    vector = (struct iovec){buffer, sizeof buffer};
    *message = (struct msghdr){.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
    ssize_t n = recvmsg(fd, message, MSG_DONTWAIT);
    struct cmsghdr *header = n < 0 ? NULL : CMSG_FIRSTHDR(message);
    if (header != NULL && header->cmsg_type == SCM_RIGHTS) {
        close(*(int *)CMSG_DATA(header));
    }
    return n;
}

static void messages_of_streams(void)
{
    int ends[2], on = 1, file = 0;
    struct msghdr message;
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    CHECK_EQUAL(0, send_control(ends[0], SCM_RIGHTS, &file, sizeof file, ""));
    CHECK_ERRNO(EAGAIN, recv(ends[1], buffer, 10, MSG_DONTWAIT));
    /* Plain bytes are read together with those behind them that a descriptor came with. */
    CHECK_EQUAL(2, send(ends[0], "no", 2, 0));
    CHECK_EQUAL(2, send_control(ends[0], SCM_RIGHTS, &file, sizeof file, "fd"));
    CHECK_EQUAL(2, send_control(ends[0], SCM_RIGHTS, &file, sizeof file, "fe"));
    CHECK_EQUAL(4, receive_control(ends[1], 128, &message));
    CHECK_EQUAL(CMSG_SPACE(sizeof file), message.msg_controllen);
    CHECK_EQUAL(2, receive_control(ends[1], 128, &message));
    /* Who sends is who writes, not who made the pair. */
    CHECK_EQUAL(0, setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    pid_t child = fork();
    if (child == 0) {
        _exit(send(ends[0], "c", 1, 0) != 1);
    }
    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    CHECK_EQUAL(1, receive_control(ends[1], 128, &message));
    CHECK_EQUAL(child, ((struct ucred *)CMSG_DATA(CMSG_FIRSTHDR(&message)))->pid);
    /* What does not fit is cut, not left out. */
    CHECK_EQUAL(1, send(ends[0], "c", 1, 0));
    CHECK_EQUAL(1, receive_control(ends[1], 20, &message));
    CHECK_EQUAL(20, message.msg_controllen);
    CHECK_EQUAL(MSG_CTRUNC, message.msg_flags);
    CHECK_EQUAL(20, CMSG_FIRSTHDR(&message)->cmsg_len);
    struct ucred nobody = {1 << 29, getuid(), getgid()};
    CHECK_EQUAL(-1, send_control(ends[0], SCM_CREDENTIALS, &nobody, sizeof nobody, "c"));
    CHECK(errno == ESRCH || errno == EPERM);
    close(ends[0]);
    close(ends[1]);
}

static void peers_of_datagrams(const char *path)
{
    struct sockaddr_un address;
    int server = socket(AF_UNIX, SOCK_DGRAM, 0), client = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    int stream = socket(AF_UNIX, SOCK_STREAM, 0);
    socklen_t length = address_of(&address, path);
    CHECK_EQUAL(0, bind(server, (void *)&address, length));
    CHECK_ERRNO(EADDRINUSE, bind(server, (void *)&address, length));
    CHECK_EQUAL(0, connect(client, (void *)&address, length));
    CHECK_ERRNO(EPROTOTYPE, connect(stream, (void *)&address, length));
    /* Whoever has a peer hears that one only. */
    CHECK_EQUAL(0, connect(server, (void *)&address, length));
    CHECK_ERRNO(EPERM, send(client, "x", 1, 0));
    CHECK_ERRNO(EPERM, connect(client, (void *)&address, length));
    close(server);
    CHECK_ERRNO(ECONNREFUSED, send(client, "x", 1, 0));
    CHECK_ERRNO(ENOTCONN, send(client, "x", 1, 0));
    CHECK_EQUAL(0, shutdown(client, SHUT_RD));
    CHECK_ERRNO(EAGAIN, recv(client, buffer, 1, 0));
    CHECK_EQUAL(0, fcntl(client, F_SETFL, 0));
    CHECK_EQUAL(0, recv(client, buffer, 1, 0));
    CHECK_EQUAL(0, bind(stream, (void *)&address, sizeof(sa_family_t)));
    CHECK_EQUAL(0, bind(stream, (void *)&address, sizeof(sa_family_t)));
    unlink(path);
    close(client);
    close(stream);
}

/* SO_SNDBUF bounds a message. */
static void longest_message(void)
{
    int ends[2], bytes = 0;
    socklen_t length = sizeof bytes;
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
    CHECK_EQUAL(0, getsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &bytes, &length));
    CHECK_ERRNO(EMSGSIZE, send(ends[0], buffer, bytes - 31, MSG_DONTWAIT));
    CHECK_EQUAL(bytes - 32, send(ends[0], buffer, bytes - 32, MSG_DONTWAIT));
    CHECK_EQUAL(bytes - 32, recv(ends[1], buffer, sizeof buffer, 0));
    bytes = 0;
    CHECK_EQUAL(0, setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes));
    CHECK_EQUAL(0, getsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &bytes, &length));
    CHECK_EQUAL(4608, bytes);
    CHECK_ERRNO(EMSGSIZE, send(ends[0], buffer, 4608, 0));
    close(ends[0]);
    close(ends[1]);
}

#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#define SO_PEERPIDFD 77
#endif
#define SCM_PIDFD_TYPE 4

/* What SCM_CREDENTIALS says of the next byte, and whether a descriptor of the process came along. */
static struct ucred who_sent(int fd, int *pidfd)
{
    char byte, control[128];
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    struct ucred sender = {-1, -1, -1};
    *pidfd = -1;
    CHECK_EQUAL(1, recvmsg(fd, &message, 0));
    for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one != NULL; one = CMSG_NXTHDR(&message, one)) {
        CHECK_EQUAL(SOL_SOCKET, one->cmsg_level);
        if (one->cmsg_type == SCM_CREDENTIALS) {
            memcpy(&sender, CMSG_DATA(one), sizeof sender);
        } else {
            CHECK_EQUAL(SCM_PIDFD_TYPE, one->cmsg_type);
            memcpy(pidfd, CMSG_DATA(one), sizeof *pidfd);
        }
    }
    return sender;
}

/* Whoever writes is told, by whatever call, and not who made the socket; nobody where nobody asked in time. */
static void writers(int type)
{
    int ends[2], on = 1, off = 0, pidfd, told[2];
    struct ucred sender;
    CHECK_EQUAL(0, socketpair(AF_UNIX, type, 0, ends));
    CHECK_EQUAL(0, pipe(told));
    CHECK_EQUAL(1, write(ends[1], "a", 1));
    CHECK_EQUAL(0, setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    sender = who_sent(ends[0], &pidfd);
    CHECK_EQUAL(0, sender.pid);
    CHECK_EQUAL(65534, sender.uid);
    CHECK_EQUAL(65534, sender.gid);
    CHECK_EQUAL(1, write(ends[1], "b", 1));
    CHECK_EQUAL(getpid(), who_sent(ends[0], &pidfd).pid);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct iovec vector = {"d", 1};
        _exit(write(ends[1], "c", 1) != 1 || writev(ends[1], &vector, 1) != 1 || read(told[0], buffer, 1) != 1);
    }
    sender = who_sent(ends[0], &pidfd);
    CHECK_EQUAL(child, sender.pid);
    CHECK_EQUAL(getuid(), sender.uid);
    CHECK_EQUAL(getgid(), sender.gid);
    CHECK_EQUAL(-1, pidfd);
    int lacks = HOST_LACKS(setsockopt(ends[0], SOL_SOCKET, SO_PASSPIDFD, &on, sizeof on) < 0);
    CHECK_EQUAL(child, who_sent(ends[0], &pidfd).pid);
    CHECK(lacks || pidfd >= 0);
    if (!lacks) {
        CHECK(fcntl(pidfd, F_GETFD) & FD_CLOEXEC);
        CHECK_EQUAL(0, poll_of(pidfd, POLLIN));
        close(pidfd);
        socklen_t length = sizeof pidfd;
        CHECK_EQUAL(0, getsockopt(ends[0], SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length));
        CHECK_EQUAL(sizeof pidfd, length);
        CHECK_EQUAL(0, poll_of(pidfd, POLLIN));
        close(pidfd);
        int alone = socket(AF_UNIX, type, 0);
        CHECK_ERRNO(ENODATA, getsockopt(alone, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length));
        close(alone);
    }
    CHECK_EQUAL(1, write(told[1], "x", 1));
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &off, sizeof off));
    gid_t groups[64];
    socklen_t length = sizeof groups;
    CHECK_EQUAL(0, getsockopt(ends[0], SOL_SOCKET, 59 /* SO_PEERGROUPS */, groups, &length));
    CHECK_EQUAL(getgroups(0, NULL) * sizeof(gid_t), length);
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(told[i]);
    }
}

/* Who connects is who the other side meets, though another has made the socket. */
static void who_connects(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0conformance-connects"};
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + sizeof "conformance-connects";
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(server, (struct sockaddr *)&name, length));
    CHECK_EQUAL(0, listen(server, 1));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        _exit(connect(client, (struct sockaddr *)&name, length) != 0);
    }
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    int accepted = accept(server, NULL, NULL);
    struct ucred peer;
    length = sizeof peer;
    CHECK_EQUAL(0, getsockopt(accepted, SOL_SOCKET, SO_PEERCRED, &peer, &length));
    CHECK_EQUAL(child, peer.pid);
    close(accepted);
    close(client);
    close(server);
}

/* A message without bytes takes room as well, and makes some when it is read. */
static void empty_messages_make_room(void)
{
    int ends[2];
    struct timeval limit = {5, 0};
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    while (send(ends[0], "", 0, MSG_DONTWAIT) == 0) {
    }
    CHECK_EQUAL(EAGAIN, errno);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        _exit(send(ends[0], "", 0, 0) != 0);
    }
    usleep(100000);
    CHECK_EQUAL(0, recv(ends[1], buffer, 1, 0));
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    close(ends[0]);
    close(ends[1]);
}

/* SO_PEEK_OFF: MSG_PEEK goes on where the last one ended. */
static void peek_offsets(int type)
{
    int ends[2], offset = -7, start = 1;
    socklen_t length = sizeof offset;
    CHECK_EQUAL(0, socketpair(AF_UNIX, type, 0, ends));
    CHECK_EQUAL(0, getsockopt(ends[0], SOL_SOCKET, SO_PEEK_OFF, &offset, &length));
    CHECK_EQUAL(-1, offset);
    CHECK_EQUAL(0, setsockopt(ends[0], SOL_SOCKET, SO_PEEK_OFF, &start, sizeof start));
    CHECK_EQUAL(4, send(ends[1], "abcd", 4, 0));
    CHECK_EQUAL(2, send(ends[1], "ef", 2, 0));
    CHECK_EQUAL(2, recv(ends[0], buffer, 2, MSG_PEEK | MSG_DONTWAIT));
    CHECK(memcmp(buffer, "bc", 2) == 0);
    CHECK_EQUAL(1, recv(ends[0], buffer, 1, MSG_PEEK | MSG_DONTWAIT));
    CHECK_EQUAL('d', buffer[0]);
    CHECK_EQUAL(2, recv(ends[0], buffer, 8, MSG_PEEK | MSG_DONTWAIT));
    CHECK(memcmp(buffer, "ef", 2) == 0);
    CHECK_ERRNO(EAGAIN, recv(ends[0], buffer, 8, MSG_PEEK | MSG_DONTWAIT));
    CHECK_EQUAL(4, recv(ends[0], buffer, 4, 0));
    CHECK_EQUAL(0, getsockopt(ends[0], SOL_SOCKET, SO_PEEK_OFF, &offset, &length));
    CHECK_EQUAL(2, offset);
    CHECK_EQUAL(2, recv(ends[0], buffer, 8, 0));
    close(ends[0]);
    close(ends[1]);
}

/* A name without a place tells how long it is. */
static void lengths(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), inet = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t length = 0;
    CHECK_EQUAL(0, getsockname(fd, NULL, &length));
    CHECK_EQUAL(sizeof(sa_family_t), length);
    length = 0;
    CHECK_EQUAL(0, getsockname(inet, NULL, &length));
    CHECK_EQUAL(16, length);
    CHECK_ERRNO(EFAULT, getsockname(fd, NULL, &length));
    CHECK_ERRNO(EFAULT, getsockname(fd, NULL, NULL));
    close(fd);
    close(inet);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    pairs();
    char name[] = "/tmp/local.XXXXXX";
    close(mkstemp(name));
    unlink(name);
    servers(name);
    servers("@conformance-stream");
    datagrams();
    ancillary(SOCK_STREAM);
    ancillary(SOCK_DGRAM);
    kept_options();
    messages_of_streams();
    peers_of_datagrams(name);
    longest_message();
    writers(SOCK_STREAM);
    writers(SOCK_DGRAM);
    who_connects();
    empty_messages_make_room();
    peek_offsets(SOCK_STREAM);
    peek_offsets(SOCK_DGRAM);
    lengths();
    return check_done();
}
