/* What the calls of interrupts.c block on: descriptors, queues, locks, each made anew for every run. */
#ifndef BLOCKING_H
#define BLOCKING_H

#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#define LONG_SECONDS 1000

struct shared {
    volatile int handled, entered, done, error;
    volatile long result;
    volatile int word;
};

static struct shared *shared;
static char directory[64];
static char path[128];
static pid_t child;
/* What the calls work on; made anew for each run. */
static int one, other, event, queue_id = -1, semaphores = -1;
static mqd_t queue = -1;
static char block[1 << 20];

static void make_pipe(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    one = ends[0];
    other = ends[1];
}

static void fill(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    while (write(fd, block, 65536) > 0) {
    }
    while (write(fd, block, 1) > 0) {
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

static void drain(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    while (read(fd, block, sizeof block) > 0) {
    }
}

static void make_full_pipe(void)
{
    make_pipe();
    fill(other);
}

static void make_pair(void)
{
    int pair[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    one = pair[0];
    other = pair[1];
}

static void make_full_pair(void)
{
    make_pair();
    fill(other);
}

static void make_pair_with_timeout(void)
{
    make_pair();
    struct timeval limit = {LONG_SECONDS, 0};
    CHECK_EQUAL(0, setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
}

static struct sockaddr_un local;

static void make_local_listener(void)
{
    local.sun_family = AF_UNIX;
    snprintf(local.sun_path, sizeof local.sun_path, "%s/socket", directory);
    one = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(one, (struct sockaddr *)&local, sizeof local));
    CHECK_EQUAL(0, listen(one, 4));
    other = socket(AF_UNIX, SOCK_STREAM, 0);
}

static void connect_local(void)
{
    CHECK_EQUAL(0, connect(other, (struct sockaddr *)&local, sizeof local));
}

static struct sockaddr_in internet;

static void make_listener(void)
{
    socklen_t length = sizeof internet;
    internet.sin_family = AF_INET;
    internet.sin_port = 0;
    internet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    one = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(one, (struct sockaddr *)&internet, sizeof internet));
    CHECK_EQUAL(0, listen(one, 4));
    CHECK_EQUAL(0, getsockname(one, (struct sockaddr *)&internet, &length));
    other = socket(AF_INET, SOCK_STREAM, 0);
}

static void connect_internet(void)
{
    CHECK_EQUAL(0, connect(other, (struct sockaddr *)&internet, sizeof internet));
}

static void make_connection(void)
{
    make_listener();
    connect_internet();
    int served = accept(one, NULL, NULL);
    close(one);
    one = served;
}

static void make_datagrams(void)
{
    socklen_t length = sizeof internet;
    internet.sin_family = AF_INET;
    internet.sin_port = 0;
    internet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    one = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQUAL(0, bind(one, (struct sockaddr *)&internet, sizeof internet));
    CHECK_EQUAL(0, getsockname(one, (struct sockaddr *)&internet, &length));
    other = socket(AF_INET, SOCK_DGRAM, 0);
    connect_internet();
}

static void make_terminal(void)
{
    other = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK_EQUAL(0, grantpt(other));
    CHECK_EQUAL(0, unlockpt(other));
    one = open(ptsname(other), O_RDWR | O_NOCTTY);
    CHECK(one >= 0);
}

static void make_event(void)
{
    one = other = eventfd(0, 0);
}

static void make_timer(void)
{
    one = timerfd_create(CLOCK_MONOTONIC, 0);
    other = -1;
}

static void make_signal_file(void)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR2);
    one = signalfd(-1, &wanted, 0);
    other = -1;
}

static void make_watch(void)
{
    one = inotify_init();
    CHECK(inotify_add_watch(one, directory, IN_CREATE) >= 0);
    other = -1;
}

static void make_epoll(void)
{
    make_pipe();
    event = epoll_create1(0);
    struct epoll_event wanted = {.events = EPOLLIN};
    CHECK_EQUAL(0, epoll_ctl(event, EPOLL_CTL_ADD, one, &wanted));
}

static void make_lock(void)
{
    snprintf(path, sizeof path, "%s/file", directory);
    one = open(path, O_CREAT | O_RDWR, 0600);
    other = open(path, O_RDWR);
    CHECK_EQUAL(0, flock(one, LOCK_EX));
    struct flock lock = {.l_type = F_WRLCK};
    CHECK_EQUAL(0, fcntl(one, F_SETLK, &lock));
}

static void unlock(void)
{
    CHECK_EQUAL(0, flock(one, LOCK_UN));
    struct flock lock = {.l_type = F_UNLCK};
    CHECK_EQUAL(0, fcntl(one, F_SETLK, &lock));
}

static void make_fifo(void)
{
    snprintf(path, sizeof path, "%s/fifo", directory);
    CHECK_EQUAL(0, mkfifo(path, 0600));
    one = other = -1;
}

static void make_messages(void)
{
    queue_id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    CHECK(queue_id >= 0);
    one = other = -1;
}

struct message {
    long type;
    char text[1000];
};

static void make_full_messages(void)
{
    make_messages();
    struct message message = {.type = 1};
    while (msgsnd(queue_id, &message, sizeof message.text, IPC_NOWAIT) == 0) {
    }
}

static void make_semaphores(void)
{
    semaphores = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    CHECK(semaphores >= 0);
    one = other = -1;
}

static void open_queue(void)
{
    struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = 8};
    char name[64];
    snprintf(name, sizeof name, "/interrupts-%d", getpid());
    queue = mq_open(name, O_CREAT | O_RDWR, 0600, &attributes);
    CHECK(queue != (mqd_t)-1);
    mq_unlink(name);
    one = other = -1;
}

static void open_full_queue(void)
{
    open_queue();
    CHECK_EQUAL(0, mq_send(queue, "x", 1, 0));
    CHECK_EQUAL(0, mq_send(queue, "x", 1, 0));
}

static void nothing(void)
{
    one = other = -1;
}

#endif
