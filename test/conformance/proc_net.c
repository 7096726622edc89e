/* proc(5): /proc/net/dev, tcp, tcp6, udp, if_inet6, route in the formats that netstat(8) and others read. */
#include "check.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

static int port_of(int fd)
{
    struct sockaddr_in6 name;
    socklen_t length = sizeof name;
    CHECK_EQUAL(0, getsockname(fd, (struct sockaddr *)&name, &length));
    return ntohs(name.sin6_port);
}

static unsigned long inode_of(int fd)
{
    struct stat file;
    CHECK_EQUAL(0, fstat(fd, &file));
    return file.st_ino;
}

/* How many lines show a socket with this local end, state and inode. */
static int shown(const char *path, const char *local, unsigned state, unsigned long inode)
{
    char line[512], seen_local[80], seen_remote[80];
    unsigned seen_state, uid;
    unsigned long seen_inode;
    int count = 0;
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    CHECK(fgets(line, sizeof line, file) != NULL && strstr(line, "local_address") != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        int fields = sscanf(line, " %*d: %79s %79s %x %*x:%*x %*x:%*x %*x %u %*d %lu", seen_local, seen_remote,
                            &seen_state, &uid, &seen_inode);
        CHECK_EQUAL(5, fields);
        count += strcmp(local, seen_local) == 0 && state == seen_state && inode == seen_inode;
    }
    fclose(file);
    return count;
}

static void sockets(void)
{
    char local[80];
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&ipv4, sizeof ipv4));
    CHECK_EQUAL(0, listen(listener, 4));
    sprintf(local, "0100007F:%04X", port_of(listener));
    CHECK_EQUAL(1, shown("/proc/net/tcp", local, 0x0a, inode_of(listener)));
    CHECK_EQUAL(1, shown("/proc/self/net/tcp", local, 0x0a, inode_of(listener)));
    ipv4.sin_port = htons(port_of(listener));
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&ipv4, sizeof ipv4));
    int accepted = accept(listener, NULL, NULL);
    CHECK_EQUAL(1, shown("/proc/net/tcp", local, 0x01, inode_of(accepted)));
    sprintf(local, "0100007F:%04X", port_of(client));
    CHECK_EQUAL(1, shown("/proc/net/tcp", local, 0x01, inode_of(client)));
    int datagrams = socket(AF_INET, SOCK_DGRAM, 0), sixth = socket(AF_INET6, SOCK_STREAM, 0);
    ipv4.sin_port = 0;
    CHECK_EQUAL(0, bind(datagrams, (struct sockaddr *)&ipv4, sizeof ipv4));
    sprintf(local, "0100007F:%04X", port_of(datagrams));
    CHECK_EQUAL(1, shown("/proc/net/udp", local, 0x07, inode_of(datagrams)));
    if (bind(sixth, (struct sockaddr *)&ipv6, sizeof ipv6) == 0) {
        CHECK_EQUAL(0, listen(sixth, 4));
        sprintf(local, "00000000000000000000000001000000:%04X", port_of(sixth));
        CHECK_EQUAL(1, shown("/proc/net/tcp6", local, 0x0a, inode_of(sixth)));
        CHECK_EQUAL(0, shown("/proc/net/tcp", local, 0x0a, inode_of(sixth)));
    }
    close(listener);
    close(client);
    close(accepted);
    close(datagrams);
    close(sixth);
}

static void interfaces(void)
{
    char line[512];
    unsigned long in_bytes, in_packets, out_bytes, out_packets;
    int found = 0;
    FILE *file = fopen("/proc/net/dev", "r");
    CHECK(fgets(line, sizeof line, file) != NULL && strncmp(line, "Inter-|   Receive", 17) == 0);
    CHECK(fgets(line, sizeof line, file) != NULL && strncmp(line, " face |bytes    packets", 23) == 0);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "    lo: %lu %lu %*u %*u %*u %*u %*u %*u %lu %lu", &in_bytes, &in_packets, &out_bytes,
                   &out_packets) == 4) {
            found++;
            CHECK(in_packets > 0 && in_bytes >= 40 * in_packets);
            CHECK_EQUAL(in_packets, out_packets);
            CHECK_EQUAL(in_bytes, out_bytes);
        }
    }
    CHECK_EQUAL(1, found);
    fclose(file);
    file = fopen("/proc/net/route", "r");
    CHECK(fgets(line, sizeof line, file) != NULL && strncmp(line, "Iface\tDestination\tGateway \tFlags", 32) == 0);
    fclose(file);
    file = fopen("/proc/net/if_inet6", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "00000000000000000000000000000001", 32) == 0) {
            CHECK_EQUAL(0, strcmp(line + 32, " 01 80 10 80       lo\n"));
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* A number behind words at the start of a line; -1 without such a line. */
static int number_in(const char *path, const char *words)
{
    char line[512];
    int number = -1;
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, words, strlen(words)) == 0) {
            number = atoi(line + strlen(words));
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return number;
}

static void sockets_in_use(void)
{
    int udp = number_in("/proc/net/sockstat", "UDP: inuse "), udp6 = number_in("/proc/net/sockstat6", "UDP6: inuse ");
    int tcp6 = number_in("/proc/net/sockstat6", "TCP6: inuse ");
    CHECK(udp >= 0 && udp6 >= 0 && tcp6 >= 0);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int datagrams = socket(AF_INET6, SOCK_DGRAM, 0), stream = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(datagrams, (struct sockaddr *)&any, sizeof any));
    CHECK_EQUAL(0, bind(stream, (struct sockaddr *)&any, sizeof any));
    CHECK_EQUAL(0, listen(stream, 1));
    CHECK_EQUAL(udp6 + 1, number_in("/proc/net/sockstat6", "UDP6: inuse "));
    CHECK_EQUAL(tcp6 + 1, number_in("/proc/net/sockstat6", "TCP6: inuse "));
    CHECK_EQUAL(udp, number_in("/proc/net/sockstat", "UDP: inuse "));
    close(datagrams);
    close(stream);
}

static void routes_of_ipv6(void)
{
    char line[512];
    int found = 0;
    FILE *file = fopen("/proc/net/ipv6_route", "r");
    CHECK(file != NULL);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        CHECK_EQUAL(150, strlen(line));
        found += strncmp(line, "00000000000000000000000000000001 80 00000000000000000000000000000000 00 "
                         "00000000000000000000000000000000 ", 105) == 0;
    }
    CHECK(found >= 1);
    if (file != NULL) {
        fclose(file);
    }
}

int main(void)
{
    sockets();
    sockets_in_use();
    routes_of_ipv6();
    interfaces();
    return check_done();
}
