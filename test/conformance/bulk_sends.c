/* socket(7) SO_ZEROCOPY with MSG_ZEROCOPY of send(2), and udp(7) UDP_SEGMENT and UDP_GRO: much by one call. */
#include "check.h"
#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef SOL_UDP
#define SOL_UDP 17
#endif

static int sender, receiver;
static struct sockaddr_in name;

static void connect_both(int type)
{
    socklen_t bytes = sizeof name;
    name = (struct sockaddr_in) {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int bound = socket(AF_INET, type, 0);
    CHECK_EQUAL(0, bind(bound, (struct sockaddr *) &name, sizeof name));
    CHECK_EQUAL(0, getsockname(bound, (struct sockaddr *) &name, &bytes));
    if (type == SOCK_STREAM) {
        CHECK_EQUAL(0, listen(bound, 1));
    }
    sender = socket(AF_INET, type, 0);
    CHECK_EQUAL(0, connect(sender, (struct sockaddr *) &name, sizeof name));
    receiver = type == SOCK_STREAM ? accept(bound, NULL, NULL) : bound;
    CHECK(receiver >= 0);
    if (receiver != bound) {
        close(bound);
    }
}

static void close_both(void)
{
    close(sender);
    close(receiver);
}

/* Reads one notice: from and to which message the memory is free; what recvmsg(2) gives. */
static ssize_t notice(unsigned *from, unsigned *to)
{
    char control[200];
    struct msghdr message = {.msg_control = control, .msg_controllen = sizeof control};
    ssize_t result = recvmsg(sender, &message, MSG_ERRQUEUE);
    if (result < 0) {
        return result;
    }
    CHECK_EQUAL(MSG_ERRQUEUE, message.msg_flags & MSG_ERRQUEUE);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    CHECK(header != NULL);
    if (header != NULL) {
        struct sock_extended_err error;
        CHECK_EQUAL(SOL_IP, header->cmsg_level);
        CHECK_EQUAL(IP_RECVERR, header->cmsg_type);
        memcpy(&error, CMSG_DATA(header), sizeof error);
        CHECK_EQUAL(0, error.ee_errno);
        CHECK_EQUAL(SO_EE_ORIGIN_ZEROCOPY, error.ee_origin);
        CHECK((error.ee_code & ~SO_EE_CODE_ZEROCOPY_COPIED) == 0);
        *from = error.ee_info;
        *to = error.ee_data;
    }
    return result;
}

static int ends_with_error_queue(int wanted)
{
    struct pollfd one = {sender, 0, 0};
    for (int i = 0; i < 500; i++) {
        CHECK(poll(&one, 1, 10) >= 0);
        if (((one.revents & POLLERR) != 0) == wanted) {
            return 1;
        }
    }
    return 0;
}

static void lent_memory_is_given_back(int type)
{
    static char block[20000], got[20000];
    int on = 1, value = 0;
    unsigned from = 99, to = 99, next = 0;
    socklen_t bytes = sizeof value;
    connect_both(type);
    /* Without the option the flag means nothing. */
    CHECK_EQUAL(100, send(sender, block, 100, MSG_ZEROCOPY));
    CHECK_ERRNO(EAGAIN, notice(&from, &to));
    CHECK_EQUAL(100, recv(receiver, got, 100, MSG_WAITALL));
    CHECK_EQUAL(0, getsockopt(sender, SOL_SOCKET, SO_ZEROCOPY, &value, &bytes));
    CHECK_EQUAL(0, value);
    CHECK_EQUAL(0, setsockopt(sender, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on));
    CHECK_EQUAL(0, getsockopt(sender, SOL_SOCKET, SO_ZEROCOPY, &value, &bytes));
    CHECK_EQUAL(1, value);
    CHECK_EQUAL(100, send(sender, block, 100, 0));
    CHECK_EQUAL(100, recv(receiver, got, 100, MSG_WAITALL));
    CHECK_ERRNO(EAGAIN, notice(&from, &to));
    for (int i = 0; i < 3; i++) {
        memset(block, 'a' + i, sizeof block);
        CHECK_EQUAL((ssize_t) sizeof block, send(sender, block, sizeof block, MSG_ZEROCOPY));
        CHECK_EQUAL((ssize_t) sizeof block, recv(receiver, got, sizeof got, MSG_WAITALL));
        CHECK(memcmp(got, block, sizeof block) == 0);
    }
    while (next < 3) {
        CHECK(ends_with_error_queue(1));
        if (notice(&from, &to) < 0 || from != next || to < from || to > 2) {
            CHECK(!"the notices tell of each message once and in order");
            break;
        }
        next = to + 1;
    }
    CHECK(ends_with_error_queue(0));
    CHECK_ERRNO(EAGAIN, notice(&from, &to));
    close_both();
}

static void only_streams_and_datagrams_lend(void)
{
    int on = 1, two = 2, pair[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    CHECK_ERRNO(EOPNOTSUPP, setsockopt(pair[0], SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on));
    close(pair[0]);
    close(pair[1]);
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(EINVAL, setsockopt(stream, SOL_SOCKET, SO_ZEROCOPY, &two, sizeof two));
    CHECK_ERRNO(EAGAIN, recv(stream, &two, 1, MSG_ERRQUEUE));
    close(stream);
}

static ssize_t send_segments(const char *data, size_t bytes, unsigned short segment)
{
    char control[CMSG_SPACE(sizeof segment)] = {0};
    struct iovec part = {(void *) data, bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
            .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof segment);
    memcpy(CMSG_DATA(header), &segment, sizeof segment);
    return sendmsg(sender, &message, 0);
}

static void long_message_leaves_in_segments(void)
{
    static char data[60000], got[60000];
    int segment = 1000, value = -1, wrong = 65536;
    socklen_t bytes = sizeof value;
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = i / 7;
    }
    connect_both(SOCK_DGRAM);
    CHECK_EQUAL(0, getsockopt(sender, SOL_UDP, UDP_SEGMENT, &value, &bytes));
    CHECK_EQUAL(0, value);
    CHECK_ERRNO(EINVAL, setsockopt(sender, SOL_UDP, UDP_SEGMENT, &wrong, sizeof wrong));
    CHECK_EQUAL(0, setsockopt(sender, SOL_UDP, UDP_SEGMENT, &segment, sizeof segment));
    CHECK_EQUAL(0, getsockopt(sender, SOL_UDP, UDP_SEGMENT, &value, &bytes));
    CHECK_EQUAL(1000, value);
    CHECK_EQUAL(2500, send(sender, data, 2500, 0));
    CHECK_EQUAL(1000, recv(receiver, got, sizeof got, 0));
    CHECK_EQUAL(1000, recv(receiver, got + 1000, sizeof got, 0));
    CHECK_EQUAL(500, recv(receiver, got + 2000, sizeof got, 0));
    CHECK(memcmp(data, got, 2500) == 0);
    CHECK_EQUAL(1000, send(sender, data, 1000, 0));
    CHECK_EQUAL(1000, recv(receiver, got, sizeof got, 0));
    /* For one message otherwise. */
    CHECK_EQUAL(30, send_segments(data, 30, 20));
    CHECK_EQUAL(20, recv(receiver, got, sizeof got, 0));
    CHECK_EQUAL(10, recv(receiver, got, sizeof got, 0));
    CHECK_EQUAL(3000, send_segments(data, 3000, 0));
    CHECK_EQUAL(3000, recv(receiver, got, sizeof got, 0));
    /* Too many. */
    CHECK_ERRNO(EINVAL, send_segments(data, 2000, 1));
    CHECK_ERRNO(EAGAIN, recv(receiver, got, sizeof got, MSG_DONTWAIT));
    close_both();
}

static void segments_arrive_together_where_wanted(void)
{
    static char data[60000], got[60000];
    int on = 1, value = 0, segment = 0;
    socklen_t bytes = sizeof value;
    connect_both(SOCK_DGRAM);
    CHECK_EQUAL(0, setsockopt(receiver, SOL_UDP, UDP_GRO, &on, sizeof on));
    CHECK_EQUAL(0, getsockopt(receiver, SOL_UDP, UDP_GRO, &value, &bytes));
    CHECK_EQUAL(1, value);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = i / 7;
    }
    CHECK_EQUAL(4200, send_segments(data, 4200, 1000));
    char control[200];
    struct iovec part = {got, sizeof got};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
            .msg_controllen = sizeof control};
    CHECK_EQUAL(4200, recvmsg(receiver, &message, 0));
    CHECK(memcmp(data, got, 4200) == 0);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    CHECK(header != NULL && header->cmsg_level == SOL_UDP && header->cmsg_type == UDP_GRO);
    if (header != NULL) {
        memcpy(&segment, CMSG_DATA(header), sizeof segment);
    }
    CHECK_EQUAL(1000, segment);
    /* One alone is one alone. */
    CHECK_EQUAL(70, send(sender, data, 70, 0));
    message.msg_controllen = sizeof control;
    CHECK_EQUAL(70, recvmsg(receiver, &message, 0));
    CHECK_EQUAL(0, message.msg_controllen);
    close_both();
}

/* Some hundreds of small datagrams fit into a buffer that nobody has enlarged: as many as one call may send do. */
static void as_many_segments_as_may_be(void)
{
    static char data[64];
    connect_both(SOCK_DGRAM);
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(64, send_segments(data, 64, 1));
    }
    for (int i = 0; i < 192; i++) {
        CHECK_EQUAL(1, recv(receiver, data, sizeof data, MSG_DONTWAIT));
    }
    CHECK_ERRNO(EAGAIN, recv(receiver, data, sizeof data, MSG_DONTWAIT));
    close_both();
}

int main(void)
{
    lent_memory_is_given_back(SOCK_STREAM);
    lent_memory_is_given_back(SOCK_DGRAM);
    only_streams_and_datagrams_lend();
    long_message_leaves_in_segments();
    segments_arrive_together_where_wanted();
    as_many_segments_as_may_be();
    return check_done();
}
