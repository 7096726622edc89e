/* packet(7): frames of lo as they pass, filters of classic BPF, statistics, the ring that tcpdump maps. */
#include "check.h"
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

static char buffer[70000];
static int sender, port;

static int open_packet(int type, int protocol)
{
    int fd = socket(AF_PACKET, type, htons(protocol));
    CHECK(fd >= 0);
    struct timeval limit = {20, 0};
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    struct sockaddr_ll name = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol),
            .sll_ifindex = if_nametoindex("lo")};
    CHECK_EQUAL(0, bind(fd, (struct sockaddr *)&name, sizeof name));
    return fd;
}

static void transmit(const char *text)
{
    struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(port),
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK_EQUAL(strlen(text), sendto(sender, text, strlen(text), 0, (struct sockaddr *)&target, sizeof target));
}

/* Only our datagrams, whatever else passes on the host's lo: UDP to our port, the text behind it. */
static void attach(int fd, int network)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, network + 9),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 4),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, network),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, network + 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0x40000),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog filter = {sizeof program / sizeof program[0], program};
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
}

static void frames(void)
{
    int fd = open_packet(SOCK_RAW, ETH_P_ALL), on = 1;
    attach(fd, ETH_HLEN);
    CHECK_EQUAL(0, setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on));
    transmit("frames");
    int kinds = 0;
    for (int i = 0; i < 2; i++) {
        struct sockaddr_ll from;
        char control[128];
        struct iovec part = {buffer, sizeof buffer};
        struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
                .msg_control = control, .msg_controllen = sizeof control};
        CHECK_EQUAL(ETH_HLEN + 20 + 8 + 6, recvmsg(fd, &message, 0));
        CHECK_EQUAL(htons(ETH_P_IP), ((struct ethhdr *)buffer)->h_proto);
        CHECK(memcmp(buffer + ETH_HLEN + 28, "frames", 6) == 0);
        CHECK_EQUAL(AF_PACKET, from.sll_family);
        CHECK_EQUAL(htons(ETH_P_IP), from.sll_protocol);
        CHECK_EQUAL(if_nametoindex("lo"), from.sll_ifindex);
        CHECK_EQUAL(772, from.sll_hatype);
        CHECK_EQUAL(6, from.sll_halen);
        kinds |= 1 << from.sll_pkttype;
        struct cmsghdr *one = CMSG_FIRSTHDR(&message);
        CHECK(one != NULL && one->cmsg_level == SOL_PACKET && one->cmsg_type == PACKET_AUXDATA);
        if (one != NULL) {
            struct tpacket_auxdata *data = (struct tpacket_auxdata *)CMSG_DATA(one);
            CHECK_EQUAL(ETH_HLEN + 34, data->tp_len);
            CHECK_EQUAL(ETH_HLEN + 34, data->tp_snaplen);
            CHECK_EQUAL(ETH_HLEN, data->tp_net);
        }
    }
    CHECK_EQUAL(1 << PACKET_OUTGOING | 1 << PACKET_HOST, kinds);
    struct tpacket_stats statistics;
    socklen_t length = sizeof statistics;
    CHECK_EQUAL(0, getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length));
    CHECK_EQUAL(2, statistics.tp_packets);
    CHECK_EQUAL(0, statistics.tp_drops);
    CHECK_EQUAL(0, getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length));
    CHECK_EQUAL(0, statistics.tp_packets);
    close(fd);
}

/* Of one protocol, without the link header, cut by the filter. */
static void datagrams(void)
{
    int fd = open_packet(SOCK_DGRAM, ETH_P_IP);
    attach(fd, 0);
    transmit("datagrams");
    CHECK_EQUAL(20 + 8 + 9, recv(fd, buffer, sizeof buffer, 0));
    CHECK_EQUAL(4, ((struct iphdr *)buffer)->version);
    CHECK_ERRNO(EAGAIN, recv(fd, buffer, sizeof buffer, MSG_DONTWAIT));
    int bytes = -1, two = 2;
    CHECK_EQUAL(0, ioctl(fd, FIONREAD, &bytes));
    CHECK_EQUAL(0, bytes);
    transmit("datagrams");
    CHECK_EQUAL(0, ioctl(fd, FIONREAD, &bytes));
    CHECK_EQUAL(37, bytes);
    CHECK_EQUAL(37, recv(fd, buffer, 10, MSG_TRUNC));
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &two, sizeof two));
    socklen_t length = sizeof two;
    CHECK_EQUAL(0, getsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &two, &length));
    CHECK_EQUAL(0, two);
    struct sock_filter cut[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    struct sock_fprog filter = {1, cut};
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
    transmit("datagrams");
    CHECK_ERRNO(EAGAIN, recv(fd, buffer, sizeof buffer, MSG_DONTWAIT));
    CHECK_EQUAL(0, setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &filter, sizeof filter));
    CHECK_ERRNO(ENOENT, setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &filter, sizeof filter));
    close(fd);
}

static void programs(void)
{
    struct sockaddr_ll name = {.sll_family = AF_INET};
    socklen_t length = sizeof name;
    int packets = socket(AF_PACKET, SOCK_RAW, 0);
    CHECK_ERRNO(EINVAL, bind(packets, (void *)&name, sizeof name));
    CHECK_ERRNO(EOPNOTSUPP, getpeername(packets, (void *)&name, &length));
    close(packets);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sock_filter endless[] = {BPF_STMT(BPF_LD | BPF_IMM, 1)};
    struct sock_filter jumps[] = {BPF_JUMP(BPF_JMP | BPF_JA, 5, 0, 0), BPF_STMT(BPF_RET | BPF_K, 1)};
    struct sock_filter divides[] = {BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, 1)};
    struct sock_filter unknown[] = {{0x1234, 0, 0, 0}, BPF_STMT(BPF_RET | BPF_K, 1)};
    struct sock_filter memory[] = {BPF_STMT(BPF_ST, 16), BPF_STMT(BPF_RET | BPF_K, 1)};
    struct sock_fprog filter = {1, endless};
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
    filter = (struct sock_fprog){2, jumps};
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
    filter.filter = divides;
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
    filter.filter = unknown;
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
    filter.filter = memory;
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
    struct sock_filter unset[] = {BPF_STMT(BPF_LD | BPF_MEM, 3), BPF_STMT(BPF_RET | BPF_A, 0)};
    filter.filter = unset;
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
    filter.filter = (void *)1;
    CHECK_ERRNO(EFAULT, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
    filter.len = 0;
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, 4));
    close(fd);
}

/* A frame that a program has made itself. */
static void own_frames(void)
{
    int viewer = open_packet(SOCK_RAW, ETH_P_ALL), fd = open_packet(SOCK_RAW, 0);
    attach(viewer, ETH_HLEN);
    struct {
        struct ethhdr link;
        struct iphdr ip;
        struct udphdr udp;
        char data[4];
    } __attribute__((packed)) frame = {.link.h_proto = htons(ETH_P_IP),
            .ip = {.version = 4, .ihl = 5, .ttl = 9, .protocol = IPPROTO_UDP, .tot_len = htons(32),
                    .saddr = htonl(INADDR_LOOPBACK), .daddr = htonl(INADDR_LOOPBACK)},
            .udp = {.source = htons(9), .dest = htons(port), .len = htons(12)}, .data = "made"};
    unsigned long sum = 0;
    for (int i = 0; i < 10; i++) {
        sum += ((unsigned short *)&frame.ip)[i];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    frame.ip.check = ~((sum & 0xffff) + (sum >> 16));
    CHECK_EQUAL(sizeof frame, send(fd, &frame, sizeof frame, 0));
    CHECK_EQUAL(sizeof frame, recv(viewer, buffer, sizeof buffer, 0));
    CHECK(memcmp(buffer, &frame, sizeof frame) == 0);
    CHECK_ERRNO(EINVAL, send(fd, &frame, 5, 0));
    struct sockaddr_ll nowhere = {.sll_family = AF_PACKET, .sll_ifindex = 9999};
    CHECK_ERRNO(ENXIO, sendto(fd, &frame, sizeof frame, 0, (struct sockaddr *)&nowhere, sizeof nowhere));
    /* Nobody looks at the family of an address. */
    struct sockaddr_ll lo = {.sll_ifindex = if_nametoindex("lo")};
    int unbound = socket(AF_PACKET, SOCK_RAW, 0);
    CHECK_EQUAL(sizeof frame, sendto(unbound, &frame, sizeof frame, 0, (struct sockaddr *)&lo, sizeof lo));
    CHECK_EQUAL(sizeof frame, recv(viewer, buffer, sizeof buffer, 0));
    close(unbound);
    close(fd);
    close(viewer);
}

static void ring(void)
{
    int fd = open_packet(SOCK_RAW, ETH_P_ALL), version = TPACKET_V2, header = TPACKET_V2;
    socklen_t length = sizeof header;
    attach(fd, ETH_HLEN);
    CHECK_EQUAL(0, getsockopt(fd, SOL_PACKET, PACKET_HDRLEN, &header, &length));
    CHECK_EQUAL(sizeof(struct tpacket2_hdr), header);
    CHECK_EQUAL(0, setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version));
    struct tpacket_req request = {.tp_block_size = 8192, .tp_block_nr = 2, .tp_frame_size = 2048, .tp_frame_nr = 9};
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request));
    request.tp_frame_nr = 8;
    CHECK_EQUAL(0, setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request));
    CHECK_ERRNO(EBUSY, setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request));
    char *memory = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(memory != MAP_FAILED);
    struct pollfd one = {fd, POLLIN, 0};
    CHECK_EQUAL(0, poll(&one, 1, 0));
    for (int i = 0; i < 6; i++) {
        transmit("in the ring");
    }
    CHECK_EQUAL(1, poll(&one, 1, 20000));
    for (int i = 0; i < 8; i++) {
        struct tpacket2_hdr *slot = (struct tpacket2_hdr *)(memory + i * 2048);
        CHECK((__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) != 0);
        CHECK_EQUAL(ETH_HLEN + 28 + 11, slot->tp_len);
        CHECK_EQUAL(slot->tp_len, slot->tp_snaplen);
        CHECK_EQUAL(ETH_HLEN, slot->tp_net - slot->tp_mac);
        CHECK(memcmp((char *)slot + slot->tp_net + 28, "in the ring", 11) == 0);
        CHECK(slot->tp_sec > 1500000000);
        struct sockaddr_ll *from = (struct sockaddr_ll *)((char *)slot + TPACKET_ALIGN(sizeof *slot));
        CHECK_EQUAL(htons(ETH_P_IP), from->sll_protocol);
        CHECK_EQUAL(i % 2 == 0 ? PACKET_OUTGOING : PACKET_HOST, from->sll_pkttype);
    }
    struct tpacket_stats statistics;
    length = sizeof statistics;
    CHECK_EQUAL(0, getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length));
    CHECK_EQUAL(12, statistics.tp_packets);
    CHECK_EQUAL(4, statistics.tp_drops);
    for (int i = 0; i < 8; i++) {
        __atomic_store_n(&((struct tpacket2_hdr *)(memory + i * 2048))->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    }
    CHECK_EQUAL(0, poll(&one, 1, 0));
    transmit("in the ring");
    CHECK_EQUAL(1, poll(&one, 1, 20000));
    CHECK((((struct tpacket2_hdr *)memory)->tp_status & TP_STATUS_USER) != 0);
    CHECK_EQUAL(0, munmap(memory, 16384));
    close(fd);
}

int main(void)
{
    sender = socket(AF_INET, SOCK_DGRAM, 0);
    int receiver = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    CHECK_EQUAL(0, bind(receiver, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, getsockname(receiver, (struct sockaddr *)&address, &length));
    port = ntohs(address.sin_port);
    programs();
    if (geteuid() == 0) {
        frames();
        datagrams();
        own_frames();
        ring();
    } else {
        CHECK_ERRNO(EPERM, socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
    }
    return check_done();
}
