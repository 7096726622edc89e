/*
 * What frames go through, a stream socket or a TAP device. Not Java: host system calls, and the descriptor has to be
 * there before the seal.
 */
#include "platform.h"
#include <asm/poll.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/if_tun.h>
#include <linux/ioctl.h>
#include <linux/un.h>
#include <linux/virtio_net.h>

/* linux/socket.h has them only for the kernel itself. */
#define SOCK_STREAM 1
#define SOCK_CLOEXEC 02000000

/* struct ifreq, as far as TUNSETIFF reads it: linux/if.h does not go without the C library. */
struct interface_request { char name[16]; short flags; char rest[22]; };

/* linux/if_ether.h: what IPv4 has at least, and Ethernet has usually. */
#define MTU_DEFAULT_BYTES 1500

/* What asking for a frame in vain costs, some dozens of times. */
#define DRY_NS 20000l

/* linux/if_tun.h since 6.2. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

int net_is_tap;
static int cuts_datagrams;

/* Up to the string's end or a space; refuses to start when there is no room. */
static void take_word(char *to, size_t room, const char *word) {
    size_t length = 0;
    for (; word[length] != 0 && word[length] != ' '; length++) {
        if (length == room - 1) {
            refuse("the name of the network's device or socket is too long", NULL);
        }
        to[length] = word[length];
    }
}

static void connect_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = 1};
    take_word(address.sun_path, sizeof address.sun_path, path);
    long descriptor = HOST(__NR_socket, 1, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || HOST(__NR_connect, descriptor, &address, sizeof address) != 0) {
        refuse("the network's socket cannot be connected to", address.sun_path);
    }
    descriptors.net = descriptor;
}

/* Each frame is behind a struct virtio_net_hdr of ten bytes, and may be one that a device would have to cut. */
static void attach_tap(const char *name) {
    struct interface_request request = {.flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    take_word(request.name, sizeof request.name, name);
    long descriptor = HOST(__NR_openat, AT_FDCWD, "/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0 || HOST(__NR_ioctl, descriptor, TUNSETIFF, &request) != 0) {
        refuse("the tap device cannot be attached to", request.name);
    }
    long offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    /* A device that stays keeps what the one before had set: QEMU a longer header. */
    int header_bytes = sizeof(struct virtio_net_hdr);
    cuts_datagrams = HOST(__NR_ioctl, descriptor, TUNSETOFFLOAD, offloads | TUN_F_USO4 | TUN_F_USO6) == 0;
    if (HOST(__NR_ioctl, descriptor, TUNSETVNETHDRSZ, &header_bytes) != 0
            || (!cuts_datagrams && HOST(__NR_ioctl, descriptor, TUNSETOFFLOAD, offloads) != 0)) {
        refuse("the tap device cannot be attached to", request.name);
    }
    descriptors.net = descriptor;
    net_is_tap = 1;
}

/* Six bytes in hexadecimal, colons between; 0 for anything else. */
static int64_t parse_mac(const char *text) {
    int64_t address = 0;
    for (int i = 0; i < 17; i++) {
        char c = text[i] | 0x20;
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (i % 3 == 2 ? text[i] != ':' : digit < 0) {
            return 0;
        }
        address = i % 3 == 2 ? address : address << 4 | digit;
    }
    return address;
}

void net_open(const char *where, const char *mac, uint64_t mtu_bytes) {
    const char *tap = after_prefix(where, "tap:");
    if (tap != NULL) {
        attach_tap(tap);
    } else {
        connect_socket(where);
    }
    /* Otherwise one that is locally administered, not multicast: IEEE 802, clause 8.2.2. */
    int64_t address = mac != NULL ? parse_mac(mac) : 0;
    linux_facts.net_address = address != 0 ? address : (linux_entropy() & 0xffffffffff) | 0x020000000000;
    linux_facts.net_mtu_bytes = mtu_bytes != 0 ? mtu_bytes : MTU_DEFAULT_BYTES;
}

/* News of the socket interrupt a program that computes, fcntl(2): F_SETOWN, O_ASYNC. Not those of a TAP device, whose
   frames are so many that a signal for each would cost more than the frame: it is looked at by the clock. */
void net_start(void) {
    if (descriptors.net < 0 || net_is_tap) {
        return;
    }
    long self = HOST(__NR_getpid);
    if (HOST(__NR_fcntl, descriptors.net, F_SETOWN, self) != 0
            || HOST(__NR_fcntl, descriptors.net, F_SETFL, O_RDWR | FASYNC) != 0) {
        refuse("the host refuses signals of the network's socket", NULL);
    }
}

static int ended, full;
static int64_t dry_until_ns;

/* To sleep and be woken takes longer than many a peer needs to answer, on a virtual CPU above all. So a TAP device is
   asked for a while before sleep, as KVM does for a virtual CPU that halts (Linux
   Documentation/virt/kvm/halt-polling.rst): when the last frame came soon, and asking has been of use. It is of none
   where the peer needs the CPU that asks: each time in a row that it was in vain, it is left out for twice as many. */
#define ASK_NS 50000l
#define VAIN_MAX 10

static struct {
    int64_t since_ns;   /* 0 while there is work */
    int slept, soon, vain, left_out;
} waiting;

int net_asks_on(int64_t now_ns) {
    if (!net_is_tap || ended) {
        return 0;
    }
    if (waiting.since_ns == 0) {
        waiting.since_ns = now_ns;
        waiting.slept = 0;
    }
    int asks = waiting.soon && waiting.left_out == 0 && now_ns - waiting.since_ns < ASK_NS;
    waiting.slept |= !asks;
    dry_until_ns = 0;
    return asks;
}

static void note_arrival(void) {
    int asked = waiting.soon && waiting.left_out == 0;
    if (asked && waiting.slept) {
        waiting.vain += waiting.vain < VAIN_MAX;
        waiting.left_out = 1 << waiting.vain;
    } else if (asked) {
        waiting.vain = 0;
    }
    waiting.left_out -= waiting.left_out > 0;
    waiting.soon = linux_monotonic_ns() - waiting.since_ns < 2 * ASK_NS;
    waiting.since_ns = 0;
}

short net_events(void) {
    return descriptors.net < 0 || ended ? 0 : full ? POLLIN | POLLOUT : POLLIN;
}

int32_t linux_net_kind(void) {
    return descriptors.net < 0 ? NET_NONE : net_is_tap ? NET_TAP : NET_STREAM;
}

int32_t linux_tap_cuts_datagrams(void) {
    return cuts_datagrams;
}

/* A frame goes out whole and at once, or is lost as on any wire. */
int32_t linux_tap_write(int64_t address, int32_t length_bytes) {
    return HOST(__NR_write, descriptors.net, address, length_bytes);
}

int32_t linux_tap_gather(int64_t vector, int32_t count) {
    return HOST(__NR_writev, descriptors.net, vector, count);
}

/* After nothing was there, the host is asked again only when some time has passed or sleep has ended: each turn of the
   loop comes by. */
int32_t linux_tap_read(int64_t address, int32_t length_bytes) {
    if (dry_until_ns != 0) {
        if (linux_monotonic_ns() < dry_until_ns) {
            return -EAGAIN;
        }
        dry_until_ns = 0;
    }
    long received = HOST(__NR_read, descriptors.net, address, length_bytes);
    if (received == -EAGAIN) {
        dry_until_ns = linux_monotonic_ns() + DRY_NS;
    }
    if (received >= 0 && waiting.since_ns != 0) {
        note_arrival();
    }
    /* Nothing now, or a device that is down; anything else is a device that is no more. */
    ended = received < 0 && received != -EAGAIN && received != -EINTR && received != -EIO;
    return ended ? 0 : received;
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
