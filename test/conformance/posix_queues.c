/* mq_overview(7): order, limits, waiting, notification. */
#include "check.h"
#include <linux/netlink.h>
#include <sys/syscall.h>
#include <sys/socket.h>
#include <sys/epoll.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static volatile int notified;

static void note(int signal, siginfo_t *info, void *context)
{
    (void)context;
    if (signal == SIGUSR1 && info->si_code == SI_MESGQ && info->si_value.sival_int == 42) {
        notified++;
    }
}

static mqd_t queue;

static void *send_later(void *unused)
{
    usleep(20000);
    mq_send(queue, "x", 1, 1);
    return unused;
}

static int told;

static void by_thread(union sigval value)
{
    CHECK_EQUAL(77, value.sival_int);
    told = 1;
}

/* SIGEV_THREAD, for which a thread of the C library reads from a socket. */
static void notified_by_thread(void)
{
    char cookie[32] = "cookie";
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = by_thread};
    event.sigev_value.sival_int = 77;
    mqd_t other = mq_open("/by_thread", O_RDWR | O_CREAT, 0600, NULL);
    CHECK_EQUAL(0, mq_unlink("/by_thread"));
    CHECK_EQUAL(0, mq_notify(other, &event));
    CHECK_ERRNO(EBUSY, mq_notify(other, &event));
    CHECK_EQUAL(0, mq_notify(other, NULL));
    CHECK_EQUAL(0, mq_notify(other, &event));
    CHECK_EQUAL(0, mq_send(other, "x", 1, 0));
    for (int i = 0; i < 200 && !told; i++)
        usleep(10000);
    CHECK_EQUAL(1, told);

    /* What the library does, by hand. */
    int socket_ = socket(AF_NETLINK, SOCK_RAW, 0), pair[2];
    struct { void *value; int signal, notify; char rest[48]; } raw = {cookie, socket_, SIGEV_THREAD, ""};
    char answer[64];
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    CHECK_EQUAL(0, syscall(SYS_mq_notify, other, &raw));
    CHECK_EQUAL(0, syscall(SYS_mq_notify, other, NULL));
    CHECK_EQUAL(32, recv(socket_, answer, sizeof answer, 0));
    CHECK_EQUAL(0, memcmp(cookie, answer, 31));
    CHECK_EQUAL(2, answer[31]);
    raw.signal = pair[0];
    CHECK_ERRNO(EINVAL, syscall(SYS_mq_notify, other, &raw));
    raw.signal = 999;
    CHECK_ERRNO(EBADF, syscall(SYS_mq_notify, other, &raw));
    raw.signal = socket_;
    raw.value = (void *)1;
    CHECK_ERRNO(EFAULT, syscall(SYS_mq_notify, other, &raw));

    /* Who ends is told of no more. */
    struct timeval limit = {5, 0};
    CHECK_EQUAL(0, setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    raw.value = cookie;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        mqd_t own = mq_open("/by_thread", O_RDWR | O_CREAT, 0600, NULL);
        mq_unlink("/by_thread");
        _exit(syscall(SYS_mq_notify, own, &raw) == 0 ? 0 : 1);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    answer[31] = 0;
    CHECK_EQUAL(32, recv(socket_, answer, sizeof answer, 0));
    CHECK_EQUAL(2, answer[31]);
    close(pair[0]);
    close(pair[1]);
    close(socket_);
    mq_close(other);
}

int main(void)
{
    notified_by_thread();
    mq_unlink("/conformance");
    struct mq_attr limits = {.mq_maxmsg = 3, .mq_msgsize = 16};
    CHECK_ERRNO(ENOENT, mq_open("/conformance", O_RDWR));
    queue = mq_open("/conformance", O_RDWR | O_CREAT | O_EXCL, 0600, &limits);
    CHECK(queue >= 0);
    CHECK_ERRNO(EEXIST, mq_open("/conformance", O_RDWR | O_CREAT | O_EXCL, 0600, &limits));
    limits.mq_maxmsg = 0;
    CHECK_ERRNO(EINVAL, mq_open("/conformance2", O_RDWR | O_CREAT, 0600, &limits));

    int epoll = epoll_create1(0);
    struct epoll_event waits = {.events = EPOLLIN};
    CHECK_EQUAL(0, epoll_ctl(epoll, EPOLL_CTL_ADD, queue, &waits));
    CHECK_EQUAL(0, epoll_wait(epoll, &waits, 1, 0));
    close(epoll);
    struct pollfd ready = {.fd = queue, .events = POLLIN | POLLOUT};
    CHECK_EQUAL(1, poll(&ready, 1, 0));
    CHECK_EQUAL(POLLOUT, ready.revents);
    CHECK_EQUAL(0, mq_send(queue, "low", 3, 1));
    CHECK_EQUAL(0, mq_send(queue, "high", 4, 9));
    CHECK_EQUAL(0, mq_send(queue, "high2", 5, 9));
    CHECK_EQUAL(1, poll(&ready, 1, 0));
    CHECK_EQUAL(POLLIN, ready.revents);
    CHECK_ERRNO(EMSGSIZE, mq_send(queue, "0123456789abcdefg", 17, 1));
    CHECK_ERRNO(EINVAL, mq_send(queue, "x", 1, 32768));
    struct timespec past = {1, 0};
    CHECK_ERRNO(ETIMEDOUT, mq_timedsend(queue, "x", 1, 1, &past));
    past.tv_nsec = -1;
    CHECK_ERRNO(EINVAL, mq_timedsend(queue, "x", 1, 1, &past));
    struct mq_attr now, set = {.mq_flags = O_NONBLOCK};
    CHECK_EQUAL(0, mq_setattr(queue, &set, &now));
    CHECK_EQUAL(0, now.mq_flags);
    CHECK_EQUAL(3, now.mq_curmsgs);
    CHECK_EQUAL(3, now.mq_maxmsg);
    CHECK_EQUAL(16, now.mq_msgsize);
    CHECK_ERRNO(EAGAIN, mq_send(queue, "x", 1, 1));
    char text[64];
    unsigned priority = 0;
    CHECK_ERRNO(EMSGSIZE, mq_receive(queue, text, 15, NULL));
    CHECK_EQUAL(4, mq_receive(queue, text, sizeof text, &priority));
    CHECK_EQUAL(9, priority);
    CHECK_EQUAL(5, mq_receive(queue, text, sizeof text, NULL));
    CHECK_EQUAL(3, mq_receive(queue, text, sizeof text, &priority));
    CHECK_EQUAL(1, priority);
    CHECK_ERRNO(EAGAIN, mq_receive(queue, text, sizeof text, NULL));
    set.mq_flags = 0;
    CHECK_EQUAL(0, mq_setattr(queue, &set, NULL));
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    CHECK_ERRNO(ETIMEDOUT, mq_timedreceive(queue, text, sizeof text, NULL, &soon));
    pthread_t thread;
    pthread_create(&thread, NULL, send_later, NULL);
    CHECK_EQUAL(1, mq_receive(queue, text, sizeof text, NULL));
    pthread_join(thread, NULL);

    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, NULL);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
    CHECK_EQUAL(0, mq_notify(queue, &event));
    CHECK_ERRNO(EBUSY, mq_notify(queue, &event));
    CHECK_EQUAL(0, mq_send(queue, "a", 1, 0));
    CHECK_EQUAL(1, notified);
    CHECK_EQUAL(0, mq_send(queue, "b", 1, 0));
    CHECK_EQUAL(1, notified);
    CHECK_EQUAL(0, mq_notify(queue, &event));
    CHECK_EQUAL(0, mq_notify(queue, NULL));

    mqd_t reader = mq_open("/conformance", O_RDONLY);
    CHECK(reader >= 0);
    CHECK_ERRNO(EBADF, mq_send(reader, "x", 1, 0));
    CHECK_ERRNO(EBADF, mq_getattr(0, &now));
    struct stat stat;
    CHECK_EQUAL(0, fstat(reader, &stat));
    CHECK_EQUAL(S_IFREG | 0600, stat.st_mode);
    CHECK_EQUAL(80, stat.st_size);
    CHECK_EQUAL(0, mq_unlink("/conformance"));
    CHECK_ERRNO(ENOENT, mq_unlink("/conformance"));
    /* Who has ended is not registered any more, also of a queue without a name. */
    pid_t child = fork();
    if (child == 0) {
        _exit(mq_notify(queue, &event) == 0 ? 7 : 1);
    }
    int status = 0;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(7, WEXITSTATUS(status));
    CHECK_EQUAL(0, mq_notify(queue, &event));
    CHECK_EQUAL(0, mq_notify(queue, NULL));
    CHECK_EQUAL(1, mq_receive(reader, text, sizeof text, NULL));
    CHECK_EQUAL(0, mq_close(reader));
    CHECK_ERRNO(EINVAL, mq_open("conformance", O_RDWR));
    return check_done();
}
