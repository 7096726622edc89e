/*
 * Of packet(7) what tcpdump and its like use to see many frames: rings of blocks, TPACKET_V3 of packet_mmap.rst, and
 * PACKET_FANOUT, by which sockets share the frames. On lo, in a network of its own where there is such a thing.
 */
#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define BLOCK 16384
#define BLOCKS 4

static int lo, receiver, port;

static int open_packet(int type, int protocol)
{
    int fd = socket(AF_PACKET, type | SOCK_NONBLOCK, htons(protocol));
    CHECK(fd >= 0);
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = lo};
    CHECK_EQUAL(0, bind(fd, (struct sockaddr *)&at, sizeof at));
    return fd;
}

/* A datagram through lo, of a sender of its own or always the same. */
static void send_datagram(int fd, const void *data, int length)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK_EQUAL(length, sendto(fd, data, length, 0, (struct sockaddr *)&to, sizeof to));
    char got[4096];
    CHECK_EQUAL(length, recv(receiver, got, sizeof got, 0));
}

static int version(int fd, int wanted)
{
    int value = wanted;
    return setsockopt(fd, SOL_PACKET, PACKET_VERSION, &value, sizeof value);
}

static void blocks_hold_frames(int type)
{
    static char data[3000];
    int sender = socket(AF_INET, SOCK_DGRAM, 0), fd = open_packet(type, ETH_P_IP);
    int headers = TPACKET_V3;
    socklen_t length = sizeof headers;
    CHECK_EQUAL(0, version(fd, TPACKET_V3));
    CHECK_EQUAL(0, getsockopt(fd, SOL_PACKET, PACKET_VERSION, &headers, &length));
    CHECK_EQUAL(TPACKET_V3, headers);
    CHECK_EQUAL(0, getsockopt(fd, SOL_PACKET, PACKET_HDRLEN, &headers, &length));
    CHECK_EQUAL(sizeof(struct tpacket3_hdr), headers);
    struct tpacket_req3 wanted = {.tp_block_size = BLOCK, .tp_block_nr = BLOCKS, .tp_frame_size = 2048,
            .tp_frame_nr = BLOCKS * BLOCK / 2048, .tp_retire_blk_tov = 60, .tp_sizeof_priv = 13};
    struct tpacket_req3 wrong = wanted;
    wrong.tp_sizeof_priv = BLOCK;
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &wrong, sizeof wrong));
    wrong = wanted;
    wrong.tp_frame_nr--;
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &wrong, sizeof wrong));
    CHECK_ERRNO(EINVAL, setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &wanted, sizeof(struct tpacket_req)));
    CHECK_EQUAL(0, setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &wanted, sizeof wanted));
    CHECK_ERRNO(EBUSY, version(fd, TPACKET_V2));
    char *ring = mmap(NULL, BLOCK * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(ring != MAP_FAILED);
    struct pollfd poller = {fd, POLLIN, 0};
    CHECK_EQUAL(0, poll(&poller, 1, 0));

    int sizes[3] = {1, 100, 777};
    for (int i = 0; i < 3; i++) {
        memset(data, 'a' + i, sizeof data);
        send_datagram(sender, data, sizes[i]);
    }
    struct tpacket_block_desc *block = (struct tpacket_block_desc *)ring;
    /* Not full: the time of the block brings it. */
    CHECK_EQUAL(1, poll(&poller, 1, 5000));
    CHECK_EQUAL(POLLIN, poller.revents);
    CHECK_EQUAL(TP_STATUS_USER | TP_STATUS_BLK_TMO, block->hdr.bh1.block_status);
    CHECK_EQUAL(2, block->version);
    CHECK_EQUAL(48, block->offset_to_priv);
    CHECK_EQUAL(3, block->hdr.bh1.num_pkts);
    CHECK_EQUAL(64, block->hdr.bh1.offset_to_first_pkt);
    CHECK_EQUAL(1, block->hdr.bh1.seq_num);
    unsigned used = 64;
    struct tpacket3_hdr *frame = (struct tpacket3_hdr *)((char *)block + block->hdr.bh1.offset_to_first_pkt);
    for (int i = 0; i < 3; i++) {
        int link = type == SOCK_RAW ? 14 : 0;
        CHECK_EQUAL(link + 28 + sizes[i], frame->tp_len);
        CHECK_EQUAL(frame->tp_len, frame->tp_snaplen);
        CHECK_EQUAL(96, frame->tp_net);
        CHECK_EQUAL(96 - link, frame->tp_mac);
        CHECK((frame->tp_status & TP_STATUS_USER) != 0);
        struct sockaddr_ll *from = (struct sockaddr_ll *)((char *)frame + TPACKET_ALIGN(sizeof *frame));
        CHECK_EQUAL(AF_PACKET, from->sll_family);
        CHECK_EQUAL(htons(ETH_P_IP), from->sll_protocol);
        CHECK_EQUAL(lo, from->sll_ifindex);
        CHECK_EQUAL(PACKET_HOST, from->sll_pkttype);
        unsigned char *ip = (unsigned char *)frame + frame->tp_net;
        CHECK_EQUAL(0x45, ip[0]);
        CHECK_EQUAL('a' + i, ip[28 + sizes[i] - 1]);
        CHECK(frame->tp_sec >= block->hdr.bh1.ts_first_pkt.ts_sec);
        unsigned taken = (frame->tp_mac + frame->tp_snaplen + 7) & -8;
        used += taken;
        CHECK_EQUAL(i < 2 ? taken : 0, frame->tp_next_offset);
        frame = (struct tpacket3_hdr *)((char *)frame + taken);
    }
    CHECK_EQUAL(used, block->hdr.bh1.blk_len);
    block->hdr.bh1.block_status = TP_STATUS_KERNEL;
    CHECK_EQUAL(0, poll(&poller, 1, 0));

    /* Full blocks come at once; when all are the program's, frames are dropped until it gives one back. */
    int sent = 0;
    for (; sent < 40; sent++) {
        send_datagram(sender, data, sizeof data);
    }
    CHECK_EQUAL(1, poll(&poller, 1, 0));
    int seen = 0;
    for (int i = 1; i <= BLOCKS; i++) {
        block = (struct tpacket_block_desc *)(ring + i % BLOCKS * BLOCK);
        for (int wait = 0; wait < 100 && (block->hdr.bh1.block_status & TP_STATUS_USER) == 0; wait++) {
            usleep(10000);
        }
        CHECK((block->hdr.bh1.block_status & TP_STATUS_USER) != 0);
        CHECK_EQUAL(1 + i, block->hdr.bh1.seq_num);
        CHECK_EQUAL(5, block->hdr.bh1.num_pkts);
        CHECK_EQUAL(0, block->hdr.bh1.block_status & TP_STATUS_BLK_TMO);
        seen += block->hdr.bh1.num_pkts;
    }
    union tpacket_stats_u numbers;
    memset(&numbers, 0, sizeof numbers);
    length = sizeof numbers;
    CHECK_EQUAL(0, getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &numbers, &length));
    CHECK_EQUAL(sizeof(struct tpacket_stats_v3), length);
    CHECK_EQUAL(43, numbers.stats3.tp_packets);
    CHECK_EQUAL(40 - seen, numbers.stats3.tp_drops);
    CHECK(numbers.stats3.tp_freeze_q_cnt >= 1);
    for (int i = 1; i <= BLOCKS; i++) {
        block = (struct tpacket_block_desc *)(ring + i % BLOCKS * BLOCK);
        block->hdr.bh1.block_status = TP_STATUS_KERNEL;
    }
    send_datagram(sender, data, 10);
    CHECK_EQUAL(1, poll(&poller, 1, 5000));
    block = (struct tpacket_block_desc *)(ring + BLOCK);
    CHECK_EQUAL(1, block->hdr.bh1.num_pkts);
    munmap(ring, BLOCK * BLOCKS);
    close(fd);
    close(sender);
}

static int fanout(int fd, int id, int kind)
{
    int value = id | kind << 16;
    return setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &value, sizeof value);
}

static int frames_at(int fd)
{
    char frame[4096];
    int count = 0;
    while (recv(fd, frame, sizeof frame, 0) > 0) {
        count++;
    }
    return count;
}

static void sockets_share_frames(void)
{
    int members[3], other = open_packet(SOCK_RAW, ETH_P_IP), sender = socket(AF_INET, SOCK_DGRAM, 0);
    for (int i = 0; i < 3; i++) {
        members[i] = open_packet(SOCK_RAW, ETH_P_IP);
        CHECK_EQUAL(0, fanout(members[i], 77, PACKET_FANOUT_LB));
    }
    int value = 0;
    socklen_t length = sizeof value;
    CHECK_EQUAL(0, getsockopt(members[0], SOL_PACKET, PACKET_FANOUT, &value, &length));
    CHECK_EQUAL(77 | PACKET_FANOUT_LB << 16, value);
    CHECK_EQUAL(0, getsockopt(other, SOL_PACKET, PACKET_FANOUT, &value, &length));
    CHECK_EQUAL(0, value);
    for (int i = 0; i < 30; i++) {
        send_datagram(sender, "x", 1);
    }
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(10, frames_at(members[i]));
    }
    CHECK_EQUAL(30, frames_at(other));
    /* Who leaves is not served any more. */
    close(members[2]);
    for (int i = 0; i < 30; i++) {
        send_datagram(sender, "x", 1);
    }
    CHECK_EQUAL(15, frames_at(members[0]));
    CHECK_EQUAL(15, frames_at(members[1]));

    /* What cannot be joined. */
    CHECK_ERRNO(EALREADY, fanout(members[0], 78, PACKET_FANOUT_LB));
    CHECK_ERRNO(EINVAL, fanout(other, 77, PACKET_FANOUT_HASH));
    CHECK_ERRNO(EINVAL, fanout(other, 80, PACKET_FANOUT_ROLLOVER | PACKET_FANOUT_FLAG_ROLLOVER));
    CHECK_ERRNO(EINVAL, fanout(other, 77, 99));
    int unlike = open_packet(SOCK_RAW, ETH_P_IPV6), idle = socket(AF_PACKET, SOCK_RAW, 0);
    CHECK_ERRNO(EINVAL, fanout(unlike, 77, PACKET_FANOUT_LB));
    CHECK_ERRNO(EINVAL, fanout(idle, 79, PACKET_FANOUT_LB));
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = lo};
    CHECK_ERRNO(EINVAL, bind(members[0], (struct sockaddr *)&at, sizeof at));
    close(unlike);
    close(idle);
    close(other);
    close(sender);
    close(members[0]);
    close(members[1]);
}

/* A flow stays with one of them. */
static void flows_stay_together(void)
{
    int members[2];
    for (int i = 0; i < 2; i++) {
        members[i] = open_packet(SOCK_RAW, ETH_P_IP);
        CHECK_EQUAL(0, fanout(members[i], 77, PACKET_FANOUT_HASH));
    }
    int used[2] = {0, 0};
    for (int flow = 0; flow < 40; flow++) {
        int sender = socket(AF_INET, SOCK_DGRAM, 0);
        for (int i = 0; i < 5; i++) {
            send_datagram(sender, "x", 1);
        }
        int first = frames_at(members[0]), second = frames_at(members[1]);
        CHECK((first == 5 && second == 0) || (first == 0 && second == 5));
        used[0] += first != 0;
        used[1] += second != 0;
        close(sender);
    }
    CHECK(used[0] > 0 && used[1] > 0);
    close(members[0]);
    close(members[1]);
}

/* By the CPU, or at random, each frame comes once; a number of one's own is given out. */
static void other_kinds(int kind)
{
    int members[2], sender = socket(AF_INET, SOCK_DGRAM, 0), value = 0;
    socklen_t length = sizeof value;
    members[0] = open_packet(SOCK_RAW, ETH_P_IP);
    members[1] = open_packet(SOCK_RAW, ETH_P_IP);
    CHECK_EQUAL(0, fanout(members[0], 0, kind | PACKET_FANOUT_FLAG_UNIQUEID));
    CHECK_EQUAL(0, getsockopt(members[0], SOL_PACKET, PACKET_FANOUT, &value, &length));
    CHECK_EQUAL(0, fanout(members[1], value & 0xffff, kind));
    for (int i = 0; i < 40; i++) {
        send_datagram(sender, "x", 1);
    }
    CHECK_EQUAL(40, frames_at(members[0]) + frames_at(members[1]));
    close(members[0]);
    close(members[1]);
    close(sender);
}

/* PACKET_FANOUT_CBPF: a program says which member's a frame is, by what follows the link header. */
static void program_chooses(void)
{
    struct sock_filter by_payload[] = {{BPF_LD | BPF_B | BPF_ABS, 0, 0, 28}, {BPF_RET | BPF_A, 0, 0, 0}};
    struct sock_fprog program = {.len = 2, .filter = by_payload};
    int members[3], sender = socket(AF_INET, SOCK_DGRAM, 0);
    for (int i = 0; i < 3; i++) {
        members[i] = open_packet(SOCK_RAW, ETH_P_IP);
        CHECK_ERRNO(EINVAL, setsockopt(members[i], SOL_PACKET, PACKET_FANOUT_DATA, &program, sizeof program));
        CHECK_EQUAL(0, fanout(members[i], 80, PACKET_FANOUT_CBPF));
    }
    CHECK_EQUAL(0, setsockopt(members[1], SOL_PACKET, PACKET_FANOUT_DATA, &program, sizeof program));
    for (char byte = 0; byte < 12; byte++) {
        send_datagram(sender, &byte, 1);
        for (int i = 0; i < 3; i++) {
            CHECK_EQUAL(i == byte % 3, frames_at(members[i]));
        }
    }
    for (int i = 0; i < 3; i++) {
        close(members[i]);
    }
    close(sender);
}

/* TPACKET_V1, which is what a socket has that says nothing: slots as with TPACKET_V2, with other headers. */
static void oldest_slots(void)
{
    int sender = socket(AF_INET, SOCK_DGRAM, 0), fd = open_packet(SOCK_RAW, ETH_P_IP), value = -1;
    socklen_t length = sizeof value;
    CHECK_EQUAL(0, getsockopt(fd, SOL_PACKET, PACKET_VERSION, &value, &length));
    CHECK_EQUAL(TPACKET_V1, value);
    CHECK_EQUAL(0, getsockopt(fd, SOL_PACKET, PACKET_HDRLEN, &value, &length));
    CHECK_EQUAL(sizeof(struct tpacket_hdr), value);
    struct tpacket_req wanted = {.tp_block_size = BLOCK, .tp_block_nr = 1, .tp_frame_size = 2048,
            .tp_frame_nr = BLOCK / 2048};
    CHECK_EQUAL(0, setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &wanted, sizeof wanted));
    char *ring = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(ring != MAP_FAILED);
    struct pollfd poller = {fd, POLLIN, 0};
    for (int i = 0; i < 2; i++) {
        struct tpacket_hdr *slot = (struct tpacket_hdr *)(ring + 2048 * i);
        CHECK_EQUAL(0, slot->tp_status);
        send_datagram(sender, "slot", 4);
        CHECK_EQUAL(1, poll(&poller, 1, 1000));
        CHECK((slot->tp_status & TP_STATUS_USER) != 0);
        CHECK_EQUAL(46, slot->tp_len);
        CHECK_EQUAL(46, slot->tp_snaplen);
        CHECK_EQUAL(slot->tp_mac + 14, slot->tp_net);
        CHECK(slot->tp_sec > 1000000000 && slot->tp_usec < 1000000);
        CHECK(memcmp((char *)slot + slot->tp_net + 28, "slot", 4) == 0);
        struct sockaddr_ll *from = (struct sockaddr_ll *)((char *)slot + TPACKET_ALIGN(sizeof *slot));
        CHECK_EQUAL(AF_PACKET, from->sll_family);
        CHECK_EQUAL(lo, from->sll_ifindex);
        slot->tp_status = TP_STATUS_KERNEL;
    }
    munmap(ring, BLOCK);
    close(fd);
    close(sender);
}

int main(void)
{
    if (unshare(CLONE_NEWNET) < 0 && errno != EINVAL && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
        printf("no network to look at\n");
        return 1;
    }
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    receiver = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQUAL(0, ioctl(receiver, SIOCSIFFLAGS, &up));
    lo = if_nametoindex("lo");
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    CHECK_EQUAL(0, bind(receiver, (struct sockaddr *)&at, sizeof at));
    CHECK_EQUAL(0, getsockname(receiver, (struct sockaddr *)&at, &length));
    port = at.sin_port;
    blocks_hold_frames(SOCK_RAW);
    blocks_hold_frames(SOCK_DGRAM);
    sockets_share_frames();
    flows_stay_together();
    program_chooses();
    oldest_slots();
    other_kinds(PACKET_FANOUT_CPU);
    other_kinds(PACKET_FANOUT_RND);
    other_kinds(PACKET_FANOUT_QM);
    other_kinds(PACKET_FANOUT_ROLLOVER);
    return check_done();
}
