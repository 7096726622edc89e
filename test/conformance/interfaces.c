/* netdevice(7), if_nametoindex(3), sendmmsg(2), recvmmsg(2): interfaces by name, many datagrams. */
#include "check.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#define MESSAGES 5

static struct ifreq request_of(const char *name)
{
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, name);
    return request;
}

static uint32_t address_in(const struct ifreq *request)
{
    const struct sockaddr_in *address = (const struct sockaddr_in *)&request->ifr_addr;
    CHECK_EQUAL(AF_INET, address->sin_family);
    return ntohl(address->sin_addr.s_addr);
}

static void loopback(int family)
{
    int fd = socket(family, SOCK_DGRAM, 0);
    struct ifreq request = request_of("lo");
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFINDEX, &request));
    int index = request.ifr_ifindex;
    CHECK_EQUAL((int)if_nametoindex("lo"), index);
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFFLAGS, &request));
    CHECK_EQUAL(IFF_UP | IFF_LOOPBACK | IFF_RUNNING, request.ifr_flags);
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFMTU, &request));
    CHECK_EQUAL(65536, request.ifr_mtu);
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFHWADDR, &request));
    CHECK_EQUAL(772, request.ifr_hwaddr.sa_family);
    memset(&request, 0, sizeof request);
    request.ifr_ifindex = index;
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFNAME, &request));
    CHECK_EQUAL(0, strcmp("lo", request.ifr_name));
    request = request_of("nosuch0");
    CHECK_ERRNO(ENODEV, ioctl(fd, SIOCGIFMTU, &request));
    request.ifr_ifindex = 9999;
    CHECK_ERRNO(ENODEV, ioctl(fd, SIOCGIFNAME, &request));
    CHECK_ERRNO(EFAULT, ioctl(fd, SIOCGIFMTU, (void *)8));
    CHECK_EQUAL(0, close(fd));
}

static void addresses(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct ifreq request = request_of("lo");
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFADDR, &request));
    CHECK_EQUAL(INADDR_LOOPBACK, address_in(&request));
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFNETMASK, &request));
    CHECK_EQUAL(0xff000000, address_in(&request));
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFDSTADDR, &request));
    CHECK_EQUAL(INADDR_LOOPBACK, address_in(&request));
    struct ifreq array[16];
    struct ifconf list = {.ifc_len = 0, .ifc_buf = NULL};
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFCONF, &list));
    CHECK(list.ifc_len >= (int)sizeof *array && list.ifc_len % sizeof *array == 0);
    list.ifc_len = sizeof array;
    list.ifc_req = array;
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFCONF, &list));
    int found = 0;
    for (unsigned i = 0; i < list.ifc_len / sizeof *array; i++) {
        found += strcmp("lo", array[i].ifr_name) == 0 && address_in(&array[i]) == INADDR_LOOPBACK;
    }
    CHECK_EQUAL(1, found);
    list.ifc_len = sizeof *array - 1;
    CHECK_EQUAL(0, ioctl(fd, SIOCGIFCONF, &list));
    CHECK_EQUAL(0, list.ifc_len);
    CHECK_EQUAL(0, close(fd));
}

static void many_messages(void)
{
    int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, from[MESSAGES];
    socklen_t length = sizeof address;
    CHECK_EQUAL(0, bind(receiver, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, getsockname(receiver, (struct sockaddr *)&address, &length));
    struct mmsghdr messages[MESSAGES];
    struct iovec vectors[MESSAGES];
    char texts[MESSAGES][16];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < MESSAGES; i++) {
        vectors[i] = (struct iovec){texts[i], sprintf(texts[i], "%.*s", i + 1, "abcdefgh")};
        messages[i].msg_hdr = (struct msghdr){.msg_name = &address, .msg_namelen = sizeof address,
                                              .msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    CHECK_EQUAL(MESSAGES, sendmmsg(sender, messages, MESSAGES, 0));
    for (int i = 0; i < MESSAGES; i++) {
        CHECK_EQUAL(i + 1, messages[i].msg_len);
        vectors[i] = (struct iovec){texts[i], sizeof texts[i]};
        messages[i].msg_hdr.msg_name = &from[i];
        messages[i].msg_len = 99;
    }
    CHECK_EQUAL(2, recvmmsg(receiver, messages, 2, 0, NULL));
    CHECK_EQUAL(MESSAGES - 2, recvmmsg(receiver, messages + 2, MESSAGES - 2, MSG_WAITFORONE, NULL));
    for (int i = 0; i < MESSAGES; i++) {
        CHECK_EQUAL(i + 1, messages[i].msg_len);
        CHECK_EQUAL(0, memcmp("abcdefgh", texts[i], i + 1));
        CHECK_EQUAL(INADDR_LOOPBACK, ntohl(from[i].sin_addr.s_addr));
    }
    CHECK_ERRNO(EAGAIN, recvmmsg(receiver, messages, MESSAGES, MSG_DONTWAIT, NULL));
    struct timespec wrong = {0, 1000000000};
    CHECK_ERRNO(EINVAL, recvmmsg(receiver, messages, 1, MSG_DONTWAIT, &wrong));
    CHECK_EQUAL(0, sendmmsg(sender, messages, 0, 0));
    CHECK_ERRNO(EBADF, sendmmsg(-1, messages, 1, 0));
    CHECK_ERRNO(EFAULT, sendmmsg(sender, (void *)8, 1, 0));
    /* Of an error behind the first message only the count tells. */
    for (int i = 0; i < 2; i++) {
        vectors[i].iov_len = 1;
        messages[i].msg_hdr.msg_name = &address;
    }
    messages[1].msg_hdr.msg_iov = (void *)8;
    CHECK_EQUAL(1, sendmmsg(sender, messages, 2, 0));
    CHECK_EQUAL(0, close(sender));
    CHECK_EQUAL(0, close(receiver));
}

int main(void)
{
    loopback(AF_INET);
    loopback(AF_INET6);
    loopback(AF_UNIX);
    addresses();
    many_messages();
    return check_done();
}
