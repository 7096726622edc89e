/* "Managing signals" of fcntl(2): F_SETOWN, F_SETSIG, O_ASYNC, FIOASYNC; SIGIO of signal(7) and sigaction(2). */
#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>

#ifndef POLL_IN
#error "siginfo codes are missing"
#endif

static int told = -1;

static void own(int fd, int signal)
{
    CHECK_EQUAL(0, fcntl(fd, F_SETOWN, getpid()));
    CHECK_EQUAL(0, fcntl(fd, F_SETSIG, signal));
    CHECK_EQUAL(0, fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC));
    CHECK(fcntl(fd, F_GETFL) & O_ASYNC);
    CHECK_EQUAL(signal, fcntl(fd, F_GETSIG));
}

/* All of the signals are blocked: takes the next one, within a second if any is expected. */
static int next(siginfo_t *info, int expected)
{
    sigset_t all;
    sigfillset(&all);
    struct timespec limit = {expected ? 5 : 0, 0};
    memset(info, 0, sizeof *info);
    return sigtimedwait(&all, info, &limit);
}

static void expect(int signal, int code, int band, int fd)
{
    siginfo_t info;
    CHECK_EQUAL(signal, next(&info, 1));
    CHECK_EQUAL(code, info.si_code);
    if (code != SI_KERNEL) {
        CHECK_EQUAL(band, info.si_band);
        CHECK_EQUAL(fd, info.si_fd);
    }
}

static void nothing(void)
{
    siginfo_t info;
    CHECK_EQUAL(-1, next(&info, 0));
    CHECK_EQUAL(0, info.si_signo);
}

static void pipes(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(0, fcntl(ends[0], F_GETOWN));
    CHECK_EQUAL(0, fcntl(ends[0], F_GETSIG));
    own(ends[0], 0);
    CHECK_EQUAL(getpid(), fcntl(ends[0], F_GETOWN));
    CHECK_EQUAL(1, write(ends[1], "x", 1));
    expect(SIGIO, SI_KERNEL, 0, 0);
    nothing();
    own(ends[0], SIGRTMIN + 1);
    CHECK_EQUAL(1, write(ends[1], "y", 1));
    expect(SIGRTMIN + 1, POLL_IN, POLLIN | POLLRDNORM, ends[0]);
    /* Data that joins data is told as well. */
    CHECK_EQUAL(1, write(ends[1], "z", 1));
    CHECK_EQUAL(1, write(ends[1], "z", 1));
    expect(SIGRTMIN + 1, POLL_IN, POLLIN | POLLRDNORM, ends[0]);
    expect(SIGRTMIN + 1, POLL_IN, POLLIN | POLLRDNORM, ends[0]);
    nothing();
    CHECK_EQUAL(0, fcntl(ends[0], F_SETFL, 0));
    CHECK_EQUAL(1, write(ends[1], "z", 1));
    nothing();
    /* By FIOASYNC, from another descriptor of the same open file. */
    int twin = dup(ends[0]), on = 1;
    CHECK_EQUAL(0, ioctl(twin, FIOASYNC, &on));
    CHECK(fcntl(ends[0], F_GETFL) & O_ASYNC);
    CHECK_EQUAL(1, write(ends[1], "z", 1));
    expect(SIGRTMIN + 1, POLL_IN, POLLIN | POLLRDNORM, twin);
    close(twin);
    CHECK_EQUAL(0, close(ends[1]));
    expect(SIGRTMIN + 1, POLL_IN, POLLIN | POLLRDNORM, twin);
    close(ends[0]);
    nothing();
}

static void room_in_pipes(void)
{
    int ends[2];
    static char block[65536];
    CHECK_EQUAL(0, pipe2(ends, O_NONBLOCK));
    CHECK_EQUAL(65536, write(ends[1], block, sizeof block));
    own(ends[1], SIGRTMIN + 2);
    CHECK_EQUAL(65536, read(ends[0], block, sizeof block));
    expect(SIGRTMIN + 2, POLL_OUT, POLLOUT | POLLWRNORM | POLLWRBAND, ends[1]);
    close(ends[0]);
    siginfo_t info;
    CHECK_EQUAL(SIGRTMIN + 2, next(&info, 1));
    close(ends[1]);
}

static void errors(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    CHECK_ERRNO(EINVAL, fcntl(ends[0], F_SETSIG, 65));
    CHECK_ERRNO(EINVAL, fcntl(ends[0], F_SETSIG, -1));
    CHECK_ERRNO(ESRCH, fcntl(ends[0], F_SETOWN, 99999999));
    CHECK_ERRNO(ESRCH, fcntl(ends[0], F_SETOWN, -99999999));
    struct f_owner_ex owner = {7, 1};
    CHECK_ERRNO(EINVAL, fcntl(ends[0], F_SETOWN_EX, &owner));
    CHECK_ERRNO(EFAULT, fcntl(ends[0], F_SETOWN_EX, 8));
    CHECK_EQUAL(0, fcntl(ends[0], F_GETOWN_EX, &owner));
    CHECK_EQUAL(0, owner.pid);
    owner.type = F_OWNER_TID;
    owner.pid = getpid();
    CHECK_EQUAL(0, fcntl(ends[0], F_SETOWN_EX, &owner));
    memset(&owner, 9, sizeof owner);
    CHECK_EQUAL(0, fcntl(ends[0], F_GETOWN_EX, &owner));
    CHECK_EQUAL(F_OWNER_TID, owner.type);
    CHECK_EQUAL(getpid(), owner.pid);
    CHECK_EQUAL(0, fcntl(ends[0], F_SETOWN, 0));
    CHECK_EQUAL(0, fcntl(ends[0], F_GETOWN));
    int on = 1, off = 0;
    CHECK_ERRNO(ENOTTY, ioctl(ends[0], FIOSETOWN, &on));
    CHECK_ERRNO(EFAULT, ioctl(ends[0], FIOASYNC, 8));
    /* An eventfd sends no signals: F_SETFL is content, FIOASYNC is not. */
    int event = eventfd(0, 0);
    CHECK_EQUAL(0, ioctl(event, FIOASYNC, &off));
    CHECK_ERRNO(ENOTTY, ioctl(event, FIOASYNC, &on));
    CHECK_EQUAL(0, fcntl(event, F_SETFL, O_ASYNC));
    CHECK_EQUAL(0, fcntl(event, F_GETFL) & O_ASYNC);
    CHECK_EQUAL(0, fcntl(event, F_SETOWN, getpid()));
    CHECK_EQUAL(getpid(), fcntl(event, F_GETOWN));
    uint64_t one = 1;
    CHECK_EQUAL(8, write(event, &one, 8));
    nothing();
    close(event);
    close(ends[0]);
    close(ends[1]);
}

static void sockets(int family)
{
    int pair[2];
    CHECK_EQUAL(0, socketpair(AF_UNIX, family, 0, pair));
    int me = getpid(), who = 0, on = 1;
    CHECK_EQUAL(0, ioctl(pair[0], FIOSETOWN, &me));
    CHECK_EQUAL(0, ioctl(pair[0], SIOCGPGRP, &who));
    CHECK_EQUAL(me, who);
    CHECK_EQUAL(0, ioctl(pair[0], FIOASYNC, &on));
    CHECK_EQUAL(0, fcntl(pair[0], F_SETSIG, SIGRTMIN));
    CHECK_EQUAL(3, send(pair[1], "abc", 3, 0));
    expect(SIGRTMIN, POLL_IN, POLLIN | POLLRDNORM, pair[0]);
    nothing();
    char data[8];
    CHECK_EQUAL(3, recv(pair[0], data, 8, 0));
    nothing();
    CHECK_EQUAL(0, close(pair[1]));
    if (family != SOCK_DGRAM) {
        expect(SIGRTMIN, POLL_HUP, POLLHUP | POLLERR, pair[0]);
    }
    close(pair[0]);
    nothing();
}

static void internet(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, listen(listener, 5));
    CHECK_EQUAL(0, getsockname(listener, (struct sockaddr *)&address, &length));
    own(listener, SIGRTMIN + 3);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(client, (struct sockaddr *)&address, sizeof address));
    expect(SIGRTMIN + 3, POLL_IN, POLLIN | POLLRDNORM, listener);
    int served = accept(listener, NULL, NULL);
    CHECK(served >= 0);
    CHECK((fcntl(served, F_GETFL) & O_ASYNC) == 0);
    own(served, SIGRTMIN + 4);
    CHECK_EQUAL(2, write(client, "hi", 2));
    expect(SIGRTMIN + 4, POLL_IN, POLLIN | POLLRDNORM, served);
    close(client);
    siginfo_t info;
    CHECK_EQUAL(SIGRTMIN + 4, next(&info, 1));
    CHECK_EQUAL(served, info.si_fd);
    close(served);
    close(listener);
    while (next(&info, 0) > 0) {
    }
    int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    address.sin_port = 0;
    CHECK_EQUAL(0, bind(datagrams, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, getsockname(datagrams, (struct sockaddr *)&address, &length));
    own(datagrams, 0);
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQUAL(1, sendto(sender, "x", 1, 0, (struct sockaddr *)&address, sizeof address));
    expect(SIGIO, SI_KERNEL, 0, 0);
    close(sender);
    close(datagrams);
}

static void terminals(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(master >= 0);
    CHECK_EQUAL(0, grantpt(master));
    CHECK_EQUAL(0, unlockpt(master));
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    CHECK(slave >= 0);
    struct termios modes;
    CHECK_EQUAL(0, tcgetattr(slave, &modes));
    modes.c_lflag &= ~ECHO;
    CHECK_EQUAL(0, tcsetattr(slave, TCSANOW, &modes));
    /* A terminal without a foreground group tells who asked. */
    CHECK_EQUAL(0, fcntl(slave, F_SETSIG, SIGRTMIN + 5));
    CHECK_EQUAL(0, fcntl(slave, F_SETFL, O_RDWR | O_ASYNC));
    CHECK_EQUAL(getpid(), fcntl(slave, F_GETOWN));
    CHECK_EQUAL(3, write(master, "ab\n", 3));
    siginfo_t info;
    CHECK_EQUAL(SIGRTMIN + 5, next(&info, 1));
    CHECK_EQUAL(POLL_IN, info.si_code);
    CHECK_EQUAL(slave, info.si_fd);
    close(slave);
    close(master);
    while (next(&info, 0) > 0) {
    }
}

static void watches(void)
{
    int watch = inotify_init();
    CHECK(inotify_add_watch(watch, "/tmp", IN_CREATE) >= 0);
    own(watch, SIGRTMIN + 6);
    char name[64];
    snprintf(name, sizeof name, "/tmp/async-%d", getpid());
    close(open(name, O_CREAT | O_WRONLY, 0600));
    siginfo_t info;
    CHECK_EQUAL(SIGRTMIN + 6, next(&info, 1));
    CHECK_EQUAL(watch, info.si_fd);
    unlink(name);
    close(watch);
    while (next(&info, 0) > 0) {
    }
}

/* What is set belongs to the open file: a child shares it, and what it writes is told to the owner alone. */
static void processes(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    own(ends[0], SIGRTMIN + 7);
    pid_t child = fork();
    if (child == 0) {
        siginfo_t info;
        _exit(write(ends[1], "x", 1) == 1 && next(&info, 0) < 0 && fcntl(ends[0], F_GETOWN) == getppid() ? 0 : 1);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    siginfo_t info;
    int told_of_data = 0;
    while (next(&info, 0) > 0) {
        told_of_data |= info.si_signo == SIGRTMIN + 7 && info.si_fd == ends[0];
    }
    CHECK(told_of_data);
    /* To a group: every member is told. The leader of a new group is the child. */
    int back[2];
    CHECK_EQUAL(0, pipe(back));
    child = fork();
    if (child == 0) {
        setpgid(0, 0);
        CHECK_EQUAL(1, write(back[1], "r", 1));
        int got = next(&info, 1);
        _exit(got == SIGRTMIN + 7 && info.si_fd == ends[0] ? 0 : 1);
    }
    char ready;
    CHECK_EQUAL(1, read(back[0], &ready, 1));
    CHECK_EQUAL(0, fcntl(ends[0], F_SETOWN, -child));
    struct f_owner_ex owner;
    CHECK_EQUAL(0, fcntl(ends[0], F_GETOWN_EX, &owner));
    CHECK_EQUAL(F_OWNER_PGRP, owner.type);
    CHECK_EQUAL(child, owner.pid);
    CHECK_EQUAL(1, write(ends[1], "x", 1));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, fcntl(ends[0], F_GETOWN));
    close(ends[0]);
    close(ends[1]);
    close(back[0]);
    close(back[1]);
    while (next(&info, 0) > 0) {
    }
}

static void *one_thread(void *argument)
{
    int *ends = argument;
    struct f_owner_ex owner = {F_OWNER_TID, gettid()};
    CHECK_EQUAL(0, fcntl(ends[0], F_SETOWN_EX, &owner));
    CHECK_EQUAL(1, write(ends[1], "x", 1));
    siginfo_t info;
    CHECK_EQUAL(SIGRTMIN + 1, next(&info, 1));
    told = info.si_fd;
    return NULL;
}

static void threads(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    own(ends[0], SIGRTMIN + 1);
    pthread_t thread;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, one_thread, ends));
    CHECK_EQUAL(0, pthread_join(thread, NULL));
    CHECK_EQUAL(ends[0], told);
    CHECK_EQUAL(0, fcntl(ends[0], F_GETOWN));
    CHECK_EQUAL(1, write(ends[1], "x", 1));
    nothing();
    close(ends[0]);
    close(ends[1]);
}

/* A full queue of real-time signals: SIGIO says that there is more. */
static void overflow(void)
{
    siginfo_t info;
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    own(ends[0], SIGRTMIN + 1);
    pid_t child = fork();
    if (child == 0) {
        fcntl(ends[0], F_SETOWN, getpid());
        for (int i = 0; i < 60000 && next(&info, 0) != SIGIO; i += 1) {
            /* Nobody reads: each byte is one signal, until none can wait any more. */
            for (int k = 0; k < 60 && write(ends[1], "x", 1) == 1; k++) {
            }
            char data[64];
            (void)!read(ends[0], data, sizeof data);
            sigset_t waiting;
            sigpending(&waiting);
            if (sigismember(&waiting, SIGIO)) {
                _exit(0);
            }
        }
        _exit(1);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    close(ends[0]);
    close(ends[1]);
    while (next(&info, 0) > 0) {
    }
}

/* The fields of signalfd(2). */
static void by_descriptor(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    own(ends[0], SIGRTMIN + 1);
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGRTMIN + 1);
    int fd = signalfd(-1, &wanted, 0);
    CHECK_EQUAL(1, write(ends[1], "x", 1));
    struct signalfd_siginfo info;
    CHECK_EQUAL(sizeof info, read(fd, &info, sizeof info));
    CHECK_EQUAL(SIGRTMIN + 1, info.ssi_signo);
    CHECK_EQUAL(POLL_IN, info.ssi_code);
    CHECK_EQUAL(ends[0], info.ssi_fd);
    CHECK_EQUAL(POLLIN | POLLRDNORM, info.ssi_band);
    close(fd);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    pipes();
    room_in_pipes();
    errors();
    sockets(SOCK_STREAM);
    sockets(SOCK_SEQPACKET);
    sockets(SOCK_DGRAM);
    internet();
    terminals();
    watches();
    processes();
    threads();
    overflow();
    by_descriptor();
    return check_done();
}
