/* raw(7), icmp(7), ip(7), ipv6(7): echoes over raw sockets and those of SOCK_DGRAM, headers of one's own, errors with
 * what they are about, and what recvmsg(2) and sendmsg(2) tell and take beside the bytes. */
#include "check.h"
#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#ifndef ICMP_FILTER
#define ICMP_FILTER 1
#endif
static char buffer[70000];

static struct sockaddr_in local(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static unsigned short sum_of(const void *data, size_t length)
{
    const unsigned char *bytes = data;
    unsigned long sum = 0;
    for (size_t i = 0; i + 1 < length; i += 2) {
        sum += bytes[i] << 8 | bytes[i + 1];
    }
    sum += (length & 1) != 0 ? bytes[length - 1] << 8 : 0;
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return htons(~sum & 0xffff);
}

static int open_limited(int family, int type, int protocol)
{
    int fd = socket(family, type, protocol);
    struct timeval limit = {20, 0};
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    return fd;
}

static void set(int fd, int level, int option, int value)
{
    CHECK_EQUAL(0, setsockopt(fd, level, option, &value, sizeof value));
    int got = -1;
    socklen_t length = sizeof got;
    CHECK_EQUAL(0, getsockopt(fd, level, option, &got, &length));
    CHECK_EQUAL(value, got);
}

static void kinds(void)
{
    struct sockaddr_in address = local(0);
    int rebound = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
    CHECK_EQUAL(0, bind(rebound, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, bind(rebound, (struct sockaddr *)&address, sizeof address));
    close(rebound);
    CHECK_ERRNO(ESOCKTNOSUPPORT, socket(AF_INET, SOCK_SEQPACKET, 0));
    CHECK_ERRNO(EPROTONOSUPPORT, socket(AF_INET, SOCK_RAW, 0));
    CHECK_ERRNO(EPROTONOSUPPORT, socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP));
    CHECK_ERRNO(EPROTONOSUPPORT, socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMPV6));
    CHECK_ERRNO(EINVAL, socket(AF_INET, SOCK_RAW, -1));
    if (geteuid() != 0) {
        CHECK_ERRNO(EPERM, socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    }
}

static void raw_echo(void)
{
    int fd = open_limited(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    struct icmp_filter filter = {~(1U << ICMP_ECHOREPLY)};
    CHECK_EQUAL(0, setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof filter));
    set(fd, IPPROTO_IP, IP_RECVTTL, 1);
    set(fd, SOL_SOCKET, SO_TIMESTAMP, 1);
    struct {
        struct icmphdr header;
        char data[20];
    } echo = {.header = {.type = ICMP_ECHO, .un.echo = {.id = htons(0x1234), .sequence = htons(7)}}, .data = "payload"};
    echo.header.checksum = sum_of(&echo, sizeof echo);
    struct sockaddr_in target = local(0), from;
    CHECK_EQUAL(sizeof echo, sendto(fd, &echo, sizeof echo, 0, (struct sockaddr *)&target, sizeof target));
    char control[256];
    struct iovec part = {buffer, sizeof buffer};
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
            .msg_control = control, .msg_controllen = sizeof control};
    CHECK_EQUAL(sizeof(struct iphdr) + sizeof echo, recvmsg(fd, &message, 0));
    struct iphdr *ip = (struct iphdr *)buffer;
    struct icmphdr *reply = (struct icmphdr *)(buffer + ip->ihl * 4);
    CHECK_EQUAL(IPPROTO_ICMP, ip->protocol);
    CHECK_EQUAL(htonl(INADDR_LOOPBACK), ip->saddr);
    CHECK_EQUAL(sizeof(struct iphdr) + sizeof echo, ntohs(ip->tot_len));
    CHECK_EQUAL(ICMP_ECHOREPLY, reply->type);
    CHECK_EQUAL(htons(0x1234), reply->un.echo.id);
    CHECK(memcmp(reply + 1, "payload", 7) == 0);
    CHECK_EQUAL(htonl(INADDR_LOOPBACK), from.sin_addr.s_addr);
    int ttl = 0, times = 0;
    for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one != NULL; one = CMSG_NXTHDR(&message, one)) {
        if (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_TTL) {
            ttl = *(int *)CMSG_DATA(one);
        }
        if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SO_TIMESTAMP) {
            struct timeval *then = (struct timeval *)CMSG_DATA(one), now;
            gettimeofday(&now, NULL);
            long us = (now.tv_sec - then->tv_sec) * 1000000 + now.tv_usec - then->tv_usec;
            times = us >= 0 && us < 20000000;
        }
    }
    CHECK_EQUAL(64, ttl);
    CHECK_EQUAL(1, times);
    /* The filter keeps the echo itself out, which lo has brought as well. */
    CHECK_ERRNO(EAGAIN, recv(fd, buffer, sizeof buffer, MSG_DONTWAIT));
    close(fd);
}

/* A whole packet with its header; the kernel completes length, checksum and identification. */
static void own_header(void)
{
    int sender = open_limited(AF_INET, SOCK_RAW, IPPROTO_RAW), receiver = open_limited(AF_INET, SOCK_RAW, 253);
    int value = -1;
    socklen_t length = sizeof value;
    CHECK_EQUAL(0, getsockopt(sender, IPPROTO_IP, IP_HDRINCL, &value, &length));
    CHECK_EQUAL(1, value);
    struct {
        struct iphdr ip;
        char data[11];
    } __attribute__((packed)) packet = {.ip = {.version = 4, .ihl = 5, .ttl = 33, .tos = 0x20, .protocol = 253,
            .daddr = htonl(INADDR_LOOPBACK)}, .data = "own header"};
    struct sockaddr_in target = local(0);
    CHECK_EQUAL(sizeof packet, sendto(sender, &packet, sizeof packet, 0, (struct sockaddr *)&target, sizeof target));
    CHECK_EQUAL(sizeof packet, recv(receiver, buffer, sizeof buffer, 0));
    struct iphdr *ip = (struct iphdr *)buffer;
    CHECK_EQUAL(33, ip->ttl);
    CHECK_EQUAL(0x20, ip->tos);
    CHECK_EQUAL(htonl(INADDR_LOOPBACK), ip->saddr);
    CHECK_EQUAL(sizeof packet, ntohs(ip->tot_len));
    CHECK_EQUAL(0, sum_of(ip, sizeof *ip));
    CHECK(memcmp(ip + 1, "own header", 10) == 0);
    CHECK_ERRNO(EINVAL, sendto(sender, &packet, 10, 0, (struct sockaddr *)&target, sizeof target));
    /* Connected and bound, like any other socket. */
    CHECK_EQUAL(0, connect(receiver, (struct sockaddr *)&target, sizeof target));
    CHECK_EQUAL(4, send(receiver, "more", 4, 0));
    CHECK_EQUAL(24, recv(receiver, buffer, sizeof buffer, 0));
    CHECK(memcmp(buffer + 20, "more", 4) == 0);
    target.sin_addr.s_addr = htonl(0x7f000002);
    int elsewhere = open_limited(AF_INET, SOCK_RAW, 253);
    CHECK_EQUAL(0, bind(elsewhere, (struct sockaddr *)&target, sizeof target));
    CHECK_EQUAL(5, send(receiver, "again", 5, 0));
    CHECK_ERRNO(EAGAIN, recv(elsewhere, buffer, sizeof buffer, MSG_DONTWAIT));
    close(elsewhere);
    close(sender);
    close(receiver);
}

/* IPPROTO_RAW of IPv6 sends the header that it is given, and fragments with it. */
static void own_header6(void)
{
    int sender = open_limited(AF_INET6, SOCK_RAW, IPPROTO_RAW), receiver = open_limited(AF_INET6, SOCK_RAW, 253);
    struct {
        struct ip6_hdr ip;
        struct ip6_frag part;
        char data[8];
    } __attribute__((packed)) packet = {.ip = {.ip6_flow = htonl(6U << 28), .ip6_nxt = IPPROTO_FRAGMENT,
            .ip6_plen = htons(16), .ip6_hops = 33, .ip6_src = in6addr_loopback, .ip6_dst = in6addr_loopback},
            .part = {.ip6f_nxt = 253, .ip6f_ident = 77, .ip6f_offlg = IP6F_MORE_FRAG}, .data = {"own head"}};
    struct sockaddr_in6 target = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    CHECK_EQUAL(sizeof packet, sendto(sender, &packet, sizeof packet, 0, (struct sockaddr *)&target, sizeof target));
    packet.part.ip6f_offlg = htons(8);
    memcpy(packet.data, "er of 6.", 8);
    CHECK_EQUAL(sizeof packet, sendto(sender, &packet, sizeof packet, 0, (struct sockaddr *)&target, sizeof target));
    CHECK_EQUAL(16, recv(receiver, buffer, sizeof buffer, 0));
    CHECK(memcmp(buffer, "own header of 6.", 16) == 0);
    CHECK_ERRNO(EINVAL, sendto(sender, &packet, 39, 0, (struct sockaddr *)&target, sizeof target));
    close(sender);
    close(receiver);
}

static void raw_echo6(void)
{
    int fd = open_limited(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    struct icmp6_filter { uint32_t data[8]; } filter;
    memset(&filter, 0xff, sizeof filter);
    filter.data[ICMPV6_ECHO_REPLY >> 5] &= ~(1U << (ICMPV6_ECHO_REPLY & 31));
    CHECK_EQUAL(0, setsockopt(fd, IPPROTO_ICMPV6, 1, &filter, sizeof filter));
    set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
    set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    struct icmp6hdr echo = {.icmp6_type = ICMPV6_ECHO_REQUEST};
    echo.icmp6_identifier = htons(0x4321);
    struct sockaddr_in6 target = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    CHECK_EQUAL(sizeof echo, sendto(fd, &echo, sizeof echo, 0, (struct sockaddr *)&target, sizeof target));
    char control[256];
    struct iovec part = {buffer, sizeof buffer};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
            .msg_controllen = sizeof control};
    CHECK_EQUAL(sizeof echo, recvmsg(fd, &message, 0));
    struct icmp6hdr *reply = (struct icmp6hdr *)buffer;
    CHECK_EQUAL(ICMPV6_ECHO_REPLY, reply->icmp6_type);
    CHECK_EQUAL(htons(0x4321), reply->icmp6_identifier);
    int hops = 0, here = 0;
    for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one != NULL; one = CMSG_NXTHDR(&message, one)) {
        hops = one->cmsg_type == IPV6_HOPLIMIT ? *(int *)CMSG_DATA(one) : hops;
        here += one->cmsg_type == IPV6_PKTINFO
                && memcmp(CMSG_DATA(one), &in6addr_loopback, sizeof in6addr_loopback) == 0;
    }
    CHECK_EQUAL(64, hops);
    CHECK_EQUAL(1, here);
    close(fd);
}

/* The kernel numbers these echoes and makes their checksums. */
static void ping_socket(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
    if (fd < 0 && errno == EACCES) {
        return;
    }
    struct timeval limit = {20, 0};
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    struct icmphdr echo = {.type = ICMP_ECHO, .un.echo = {.id = htons(1), .sequence = htons(3)}};
    struct sockaddr_in target = local(0), name;
    CHECK_EQUAL(sizeof echo, sendto(fd, &echo, sizeof echo, 0, (struct sockaddr *)&target, sizeof target));
    socklen_t length = sizeof name;
    CHECK_EQUAL(0, getsockname(fd, (struct sockaddr *)&name, &length));
    CHECK(name.sin_port != 0);
    CHECK_EQUAL(sizeof echo, recv(fd, buffer, sizeof buffer, 0));
    struct icmphdr *reply = (struct icmphdr *)buffer;
    CHECK_EQUAL(ICMP_ECHOREPLY, reply->type);
    CHECK_EQUAL(name.sin_port, reply->un.echo.id);
    CHECK_EQUAL(htons(3), reply->un.echo.sequence);
    echo.type = ICMP_ECHOREPLY;
    CHECK_ERRNO(EINVAL, sendto(fd, &echo, sizeof echo, 0, (struct sockaddr *)&target, sizeof target));
    CHECK_ERRNO(EINVAL, sendto(fd, &echo, 4, 0, (struct sockaddr *)&target, sizeof target));
    close(fd);
}

/* What is larger than a frame counts little more than it holds: a request, its answer, and a queue of datagrams. */
static void larger_messages_fit_the_buffer(void)
{
    static char message[3000];
    int fd = open_limited(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    struct icmphdr *echo = (struct icmphdr *)message;
    *echo = (struct icmphdr){.type = ICMP_ECHO, .un.echo = {.id = htons(77), .sequence = htons(1)}};
    echo->checksum = sum_of(message, sizeof message);
    struct sockaddr_in target = local(0);
    CHECK_EQUAL(sizeof message, sendto(fd, message, sizeof message, 0, (struct sockaddr *)&target, sizeof target));
    for (int i = 0; i < 2; i++) {
        CHECK_EQUAL(20 + sizeof message, recv(fd, buffer, sizeof buffer, 0));
    }
    close(fd);
    int receiver = open_limited(AF_INET, SOCK_DGRAM, 0), sender = open_limited(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in name = local(0);
    socklen_t length = sizeof name;
    CHECK_EQUAL(0, bind(receiver, (struct sockaddr *)&name, sizeof name));
    CHECK_EQUAL(0, getsockname(receiver, (struct sockaddr *)&name, &length));
    for (int i = 0; i < 10; i++) {
        CHECK_EQUAL(sizeof message, sendto(sender, message, sizeof message, 0, (struct sockaddr *)&name, sizeof name));
    }
    for (int i = 0; i < 10; i++) {
        CHECK_EQUAL(sizeof message, recv(receiver, buffer, sizeof buffer, 0));
    }
    close(receiver);
    close(sender);
}

/* IP_RECVERR: a closed port, with the datagram that did not arrive. */
static void errors(void)
{
    int closed = socket(AF_INET, SOCK_DGRAM, 0), fd = open_limited(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in address = local(0), from;
    socklen_t length = sizeof address;
    CHECK_EQUAL(0, bind(closed, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, getsockname(closed, (struct sockaddr *)&address, &length));
    close(closed);
    set(fd, IPPROTO_IP, IP_RECVERR, 1);
    CHECK_ERRNO(EAGAIN, recv(fd, buffer, sizeof buffer, MSG_ERRQUEUE));
    CHECK_EQUAL(5, sendto(fd, "lost!", 5, 0, (struct sockaddr *)&address, sizeof address));
    struct pollfd one = {fd, 0, 0};
    CHECK_EQUAL(1, poll(&one, 1, 20000));
    CHECK_EQUAL(POLLERR, one.revents);
    char control[256];
    struct iovec part = {buffer, sizeof buffer};
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
            .msg_control = control, .msg_controllen = sizeof control};
    CHECK_EQUAL(5, recvmsg(fd, &message, MSG_ERRQUEUE));
    CHECK(memcmp(buffer, "lost!", 5) == 0);
    CHECK_EQUAL(MSG_ERRQUEUE, message.msg_flags);
    CHECK_EQUAL(address.sin_port, from.sin_port);
    CHECK_EQUAL(address.sin_addr.s_addr, from.sin_addr.s_addr);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    CHECK(header != NULL && header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR);
    if (header != NULL) {
        struct sock_extended_err *error = (struct sock_extended_err *)CMSG_DATA(header);
        CHECK_EQUAL(ECONNREFUSED, error->ee_errno);
        CHECK_EQUAL(SO_EE_ORIGIN_ICMP, error->ee_origin);
        CHECK_EQUAL(ICMP_DEST_UNREACH, error->ee_type);
        CHECK_EQUAL(ICMP_PORT_UNREACH, error->ee_code);
        struct sockaddr_in *offender = (struct sockaddr_in *)SO_EE_OFFENDER(error);
        CHECK_EQUAL(AF_INET, offender->sin_family);
        CHECK_EQUAL(htonl(INADDR_LOOPBACK), offender->sin_addr.s_addr);
    }
    CHECK_ERRNO(EAGAIN, recv(fd, buffer, sizeof buffer, MSG_ERRQUEUE));
    close(fd);
}

/* IP_PKTINFO both ways, IP_TTL and IP_TOS for one message, IP_RECVTOS. */
static void message_options(void)
{
    int receiver = open_limited(AF_INET, SOCK_DGRAM, 0), sender = open_limited(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in any = {.sin_family = AF_INET}, from;
    socklen_t length = sizeof any;
    CHECK_EQUAL(0, bind(receiver, (struct sockaddr *)&any, sizeof any));
    CHECK_EQUAL(0, getsockname(receiver, (struct sockaddr *)&any, &length));
    set(receiver, IPPROTO_IP, IP_PKTINFO, 1);
    set(receiver, IPPROTO_IP, IP_RECVTTL, 1);
    set(receiver, IPPROTO_IP, IP_RECVTOS, 1);
    struct sockaddr_in target = local(ntohs(any.sin_port));
    target.sin_addr.s_addr = htonl(0x7f000003);
    char control[256] = "";
    struct iovec part = {"hello", 5};
    struct msghdr message = {.msg_name = &target, .msg_namelen = sizeof target, .msg_iov = &part, .msg_iovlen = 1,
            .msg_control = control, .msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo)) + 2 * CMSG_SPACE(4)};
    struct cmsghdr *one = CMSG_FIRSTHDR(&message);
    one->cmsg_level = IPPROTO_IP;
    one->cmsg_type = IP_PKTINFO;
    one->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    ((struct in_pktinfo *)CMSG_DATA(one))->ipi_spec_dst.s_addr = htonl(0x7f000009);
    one = CMSG_NXTHDR(&message, one);
    one->cmsg_level = IPPROTO_IP;
    one->cmsg_type = IP_TTL;
    one->cmsg_len = CMSG_LEN(4);
    *(int *)CMSG_DATA(one) = 17;
    one = CMSG_NXTHDR(&message, one);
    one->cmsg_level = IPPROTO_IP;
    one->cmsg_type = IP_TOS;
    one->cmsg_len = CMSG_LEN(4);
    *(int *)CMSG_DATA(one) = 0x48;
    CHECK_EQUAL(5, sendmsg(sender, &message, 0));
    part = (struct iovec){buffer, sizeof buffer};
    message = (struct msghdr){.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
            .msg_control = control, .msg_controllen = sizeof control};
    CHECK_EQUAL(5, recvmsg(receiver, &message, 0));
    CHECK_EQUAL(htonl(0x7f000009), from.sin_addr.s_addr);
    int seen = 0;
    for (one = CMSG_FIRSTHDR(&message); one != NULL; one = CMSG_NXTHDR(&message, one)) {
        if (one->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(one);
            CHECK_EQUAL(htonl(0x7f000003), info->ipi_addr.s_addr);
            CHECK_EQUAL(1, info->ipi_ifindex);
            seen |= 1;
        } else if (one->cmsg_type == IP_TTL) {
            CHECK_EQUAL(17, *(int *)CMSG_DATA(one));
            seen |= 2;
        } else if (one->cmsg_type == IP_TOS) {
            CHECK_EQUAL(0x48, *(unsigned char *)CMSG_DATA(one));
            seen |= 4;
        }
    }
    CHECK_EQUAL(7, seen);
    /* Too little room for it. */
    CHECK_EQUAL(5, sendto(sender, "again", 5, 0, (struct sockaddr *)&target, sizeof target));
    message.msg_controllen = 8;
    CHECK_EQUAL(5, recvmsg(receiver, &message, 0));
    CHECK_EQUAL(MSG_CTRUNC, message.msg_flags);
    close(sender);
    close(receiver);
}

int main(void)
{
    kinds();
    if (geteuid() == 0) {
        raw_echo();
        own_header();
        own_header6();
        raw_echo6();
    }
    ping_socket();
    larger_messages_fit_the_buffer();
    errors();
    message_options();
    return check_done();
}
