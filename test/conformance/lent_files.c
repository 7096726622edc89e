/*
 * sendfile(2) into TCP connections: files at odd offsets, with holes, mixed with ordinary writes; and files that are cut
 * off, written over, extended and removed while their bytes are on their way. NOTES of the man page: what is changed
 * then may arrive old or new. It must arrive as one of the two, and never as bytes of anybody else.
 */
#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

enum { PAGE = 4096, FILE_BYTES = 150 * PAGE + 1234, STREAM_MAX = 8 << 20 };

static unsigned char content[FILE_BYTES];
static unsigned char expected[STREAM_MAX];
static unsigned char got[STREAM_MAX];
static size_t sent, received;
static int sender, receiver;
static unsigned seed = 1;

static unsigned any(unsigned limit)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 8) % limit;
}

static void connect_both(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof name;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *) &name, sizeof name));
    CHECK_EQUAL(0, getsockname(listener, (struct sockaddr *) &name, &bytes));
    CHECK_EQUAL(0, listen(listener, 1));
    sender = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(sender, (struct sockaddr *) &name, sizeof name));
    receiver = accept(listener, NULL, NULL);
    CHECK(receiver >= 0);
    CHECK_EQUAL(0, fcntl(sender, F_SETFL, O_NONBLOCK));
    CHECK_EQUAL(0, fcntl(receiver, F_SETFL, O_NONBLOCK));
    close(listener);
    sent = received = 0;
}

/* With a hole of three pages, one at the place of half a page, and an end within a page. */
static int new_file(void)
{
    int file = memfd_create("lent", 0);
    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (unsigned char) (i * 31 + (i >> 11) + 1);
    }
    memset(content + 10 * PAGE, 0, 3 * PAGE);
    memset(content + 40 * PAGE + 100, 0, PAGE);
    CHECK_EQUAL(sizeof content, write(file, content, sizeof content));
    CHECK_EQUAL(0, fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 10 * PAGE, 3 * PAGE));
    CHECK_EQUAL(0, fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 40 * PAGE + 100, PAGE));
    return file;
}

static void receive_some(size_t most)
{
    ssize_t n = recv(receiver, got + received, most < STREAM_MAX - received ? most : STREAM_MAX - received, 0);
    if (n > 0) {
        received += (size_t) n;
    }
}

static void receive_all(void)
{
    while (received < sent) {
        struct pollfd readable = {.fd = receiver, .events = POLLIN};
        CHECK_EQUAL(1, poll(&readable, 1, 10000));
        if (readable.revents == 0) {
            return;
        }
        receive_some(STREAM_MAX);
    }
}

static void send_file(int file, size_t from, size_t count)
{
    off_t offset = (off_t) from;
    ssize_t n = sendfile(sender, file, &offset, count);
    if (n < 0) {
        CHECK_EQUAL(EAGAIN, errno);
        return;
    }
    CHECK_EQUAL(from + (size_t) n, offset);
    memcpy(expected + sent, content + from, (size_t) n);
    sent += (size_t) n;
}

static void send_bytes(size_t from, size_t count, int flags)
{
    ssize_t n = send(sender, content + from, count, flags);
    if (n > 0) {
        memcpy(expected + sent, content + from, (size_t) n);
        sent += (size_t) n;
    }
}

static void close_both(void)
{
    close(sender);
    close(receiver);
}

/* Pieces of all sizes, from anywhere, between them what a program writes, read in pieces of all sizes. */
static void mixed(void)
{
    int file = new_file();
    connect_both();
    for (int i = 0; i < 400 && sent < STREAM_MAX - FILE_BYTES; i++) {
        switch (any(4)) {
        case 0:
            send_bytes(any(PAGE), any(3) == 0 ? any(9000) : any(300), any(2) ? MSG_MORE : 0);
            break;
        case 1:
            receive_some(any(200000));
            break;
        default: {
            size_t from = any(2) ? any(FILE_BYTES) : any(FILE_BYTES / PAGE) * PAGE;
            send_file(file, from, any(4) == 0 ? FILE_BYTES : any(60000));
        }
        }
    }
    receive_all();
    CHECK_EQUAL(sent, received);
    CHECK(memcmp(expected, got, sent) == 0);
    close_both();
    close(file);
}

/* Sends a file from an offset to its end, again and again, until the connection is full, so that much of it stays with the sender. */
static void fill(int file, size_t from)
{
    size_t before = 1;
    while (sent < STREAM_MAX - FILE_BYTES && sent != before) {
        before = sent;
        send_file(file, from + sent % (FILE_BYTES - from), FILE_BYTES);
    }
}

/* What came is what was sent, or, where that is allowed, something else. */
static void check_stream(size_t from, int (*is_allowed)(size_t place, unsigned char byte))
{
    size_t wrong = 0;
    receive_all();
    CHECK_EQUAL(sent, received);
    for (size_t i = 0; i < received; i++) {
        size_t place = from + i % (FILE_BYTES - from);
        if (got[i] != expected[i] && !(is_allowed != NULL && is_allowed(place, got[i]))) {
            wrong++;
        }
    }
    CHECK_EQUAL(0, wrong);
}

static int is_cut_page(size_t place, unsigned char byte)
{
    return place / PAGE == 70 && byte == 0;
}

/* Whole pages that are cut off are sent all the same, the one that is cut may end in zeros. */
static void cut_off(int removed)
{
    int file = new_file();
    connect_both();
    fill(file, 5);
    CHECK_EQUAL(0, ftruncate(file, 70 * PAGE + 50));
    /* Their memory, if it were free, would be used here. */
    int other = memfd_create("other", 0);
    for (int i = 0; i < 400; i++) {
        CHECK_EQUAL(PAGE, write(other, memset(got, 0xee, PAGE), PAGE));
    }
    CHECK_EQUAL(3, pwrite(file, "end", 3, 200 * PAGE));
    if (removed) {
        close(file);
    }
    check_stream(5, is_cut_page);
    close_both();
    close(other);
    if (!removed) {
        close(file);
    }
}

static int is_new(size_t place, unsigned char byte)
{
    return place / PAGE >= 20 && place / PAGE < 100 && byte == 0x77;
}

static void written_over(void)
{
    static unsigned char fresh[80 * PAGE];
    int file = new_file();
    unsigned char *shared = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    unsigned char *copied = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    CHECK(shared != MAP_FAILED && copied != MAP_FAILED);
    connect_both();
    fill(file, 0);
    memset(copied, 0x55, FILE_BYTES);
    memset(fresh, 0x77, sizeof fresh);
    CHECK_EQUAL(sizeof fresh / 2, pwrite(file, fresh, sizeof fresh / 2, 20 * PAGE));
    memset(shared + 60 * PAGE, 0x77, sizeof fresh / 2);
    check_stream(0, is_new);
    CHECK(memcmp(shared, content, 20 * PAGE) == 0 && shared[100 * PAGE - 1] == 0x77);
    CHECK(copied[0] == 0x55 && copied[FILE_BYTES - 1] == 0x55);
    munmap(shared, FILE_BYTES);
    munmap(copied, FILE_BYTES);
    close_both();
    close(file);
}

/* What is written behind the end, in the page that is on its way too, is not sent with it. */
static void extended(void)
{
    int file = new_file();
    connect_both();
    fill(file, 0);
    memset(got, 0xee, 5000);
    CHECK_EQUAL(5000, pwrite(file, got, 5000, FILE_BYTES));
    check_stream(0, NULL);
    close_both();
    close(file);
}

static int is_hole(size_t place, unsigned char byte)
{
    return byte == 0 && place >= 30 * PAGE && place < 60 * PAGE;
}

static void punched(void)
{
    int file = new_file();
    connect_both();
    fill(file, 0);
    CHECK_EQUAL(0, fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 30 * PAGE + 7, 30 * PAGE - 14));
    CHECK_EQUAL(10, pwrite(file, content, 10, 31 * PAGE));
    check_stream(0, is_hole);
    close_both();
    close(file);
}

/* An end of either side while a file is on its way, in order and by a reset; others are then sent as ever. */
static void ended(int resets)
{
    struct linger at_once = {.l_onoff = 1};
    int file = new_file();
    connect_both();
    fill(file, 0);
    if (resets) {
        CHECK_EQUAL(0, setsockopt(receiver, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
        close(receiver);
        off_t offset = 0;
        ssize_t n = sendfile(sender, file, &offset, PAGE);
        CHECK(n < 0 && (errno == ECONNRESET || errno == EPIPE));
        close(sender);
    } else {
        close(sender);
        close(file);
        check_stream(0, NULL);
        CHECK_EQUAL(0, recv(receiver, got, 1, 0));
        close(receiver);
        file = new_file();
    }
    connect_both();
    send_file(file, 0, 100 * PAGE);
    check_stream(0, NULL);
    close_both();
    close(file);
}

/* A file that was there before any program ran. */
static void own_program(void)
{
    static unsigned char program[200000];
    int file = open("/proc/self/exe", O_RDONLY);
    ssize_t length = pread(file, program, sizeof program, 33);
    CHECK(length > 10000);
    connect_both();
    while (sent < (size_t) length) {
        off_t offset = 33 + (off_t) sent;
        ssize_t n = sendfile(sender, file, &offset, (size_t) length - sent);
        if (n <= 0) {
            CHECK_EQUAL(EAGAIN, errno);
            receive_all();
        } else {
            sent += (size_t) n;
        }
    }
    receive_all();
    CHECK(received == (size_t) length && memcmp(program, got, received) == 0);
    close_both();
    close(file);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    mixed();
    cut_off(0);
    cut_off(1);
    written_over();
    extended();
    punched();
    ended(0);
    ended(1);
    own_program();
    return check_done();
}
