/*
 * Calls on files of a kind that they are not made for: which errno comes first, and what works all the same. lseek(2),
 * pread(2), epoll_ctl(2), copy_file_range(2), ioctl(2), fcntl(2), fexecve(3), futimens(3), shutdown(2), socketpair(2).
 */
#include "check.h"
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>

static const char *directory = "wrong_kinds.d";

static void anonymous(int fd)
{
    char bytes[16];
    CHECK_EQUAL(0, lseek(fd, 5, SEEK_SET));
    CHECK_EQUAL(0, lseek(fd, 0, SEEK_END));
    CHECK_ERRNO(ESPIPE, pread(fd, bytes, sizeof bytes, 0));
    CHECK_ERRNO(ESPIPE, pwrite(fd, bytes, sizeof bytes, 0));
    CHECK_EQUAL(0, close(fd));
}

static void places(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    anonymous(eventfd(1, EFD_NONBLOCK));
    anonymous(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    anonymous(signalfd(-1, &signals, SFD_NONBLOCK));
    anonymous(inotify_init1(IN_NONBLOCK));
    anonymous(epoll_create1(0));
    int ends[2];
    char byte;
    CHECK_EQUAL(0, pipe(ends));
    CHECK_ERRNO(ESPIPE, pread(ends[1], &byte, 1, 0));
    CHECK_ERRNO(ESPIPE, pwrite(ends[0], &byte, 1, 0));
    CHECK_ERRNO(EBADF, read(ends[1], &byte, 1));
    close(ends[0]);
    close(ends[1]);
}

static void devices_cannot_be_awaited(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    const char *names[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/urandom"};
    for (int i = 0; i < 4; i++) {
        int fd = open(names[i], O_RDONLY);
        CHECK(fd >= 0);
        CHECK_ERRNO(EPERM, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
        struct pollfd poll_fd = {fd, POLLIN, 0};
        CHECK_EQUAL(1, poll(&poll_fd, 1, 0));
        close(fd);
    }
    int random = open("/dev/random", O_RDONLY);
    CHECK_EQUAL(0, epoll_ctl(epoll, EPOLL_CTL_ADD, random, &event));
    int value;
    CHECK_ERRNO(EINVAL, ioctl(epoll, FIONREAD, &value));
    close(random);
    close(epoll);
}

static void copies(int file, int folder)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    int memory = memfd_create("source", 0);
    CHECK_EQUAL(4, write(memory, "data", 4));
    CHECK_EQUAL(0, lseek(memory, 0, SEEK_SET));
    CHECK_ERRNO(EINVAL, copy_file_range(ends[1], NULL, file, NULL, 4, 0));
    CHECK_ERRNO(EISDIR, copy_file_range(folder, NULL, file, NULL, 4, 0));
    CHECK_ERRNO(EXDEV, copy_file_range(memory, NULL, file, NULL, 4, 0));
    CHECK_ERRNO(EINVAL, copy_file_range(memory, NULL, file, NULL, 4, 1));
    CHECK_ERRNO(EBADF, copy_file_range(-1, NULL, file, NULL, 4, 0));
    CHECK_ERRNO(EINVAL, sendfile(ends[1], folder, NULL, 4));
    CHECK_EQUAL(0, sync_file_range(folder, 0, 0, SYNC_FILE_RANGE_WRITE));
    CHECK_ERRNO(ESPIPE, sync_file_range(ends[0], 0, 0, SYNC_FILE_RANGE_WRITE));
    close(memory);
    close(ends[0]);
    close(ends[1]);
}

static void requests(int file)
{
    int ends[2], value = -1;
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(0, ioctl(ends[0], FIGETBSZ, &value));
    CHECK_EQUAL(4096, value);
    CHECK_ERRNO(EFAULT, ioctl(ends[0], FIGETBSZ, (void *)8));
    CHECK_EQUAL(0, ioctl(file, FIGETBSZ, &value));
    CHECK(value > 0);
    CHECK_ERRNO(ENOTTY, ioctl(ends[0], FIBMAP, &value));
    /* Where what it is on has no blocks. */
    struct fiemap extents = {.fm_length = 4096};
    CHECK_ERRNO(EOPNOTSUPP, ioctl(ends[0], FS_IOC_FIEMAP, &extents));
    int local = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_ERRNO(EINVAL, fcntl(local, F_SETFL, O_DIRECT));
    CHECK_EQUAL(0, fcntl(ends[1], F_SETFL, O_DIRECT));
    struct timespec times[2] = {{1000, 5}, {2000, 7}};
    struct stat stat;
    CHECK_EQUAL(0, futimens(ends[0], times));
    CHECK_EQUAL(0, fstat(ends[0], &stat));
    CHECK_EQUAL(1000, stat.st_atim.tv_sec);
    CHECK_EQUAL(2000, stat.st_mtim.tv_sec);
    CHECK_EQUAL(7, stat.st_mtim.tv_nsec);
    CHECK_EQUAL(0, futimens(local, times));
    close(local);
    close(ends[0]);
    close(ends[1]);
}

/* A program in memory is run by its descriptor, as runc runs itself. */
static void programs_in_memory(void)
{
    int memory = memfd_create("program", MFD_CLOEXEC);
    int self = open("/proc/self/exe", O_RDONLY);
    static char bytes[65536];
    ssize_t n;
    while ((n = read(self, bytes, sizeof bytes)) > 0) {
        CHECK_EQUAL(n, write(memory, bytes, n));
    }
    CHECK_EQUAL(0, n);
    pid_t child = fork();
    if (child == 0) {
        char *arguments[] = {"program", "7", NULL}, *none[] = {NULL};
        fexecve(memory, arguments, none);
        _exit(1);
    }
    int status = 0;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(7, WEXITSTATUS(status));
    close(self);
    close(memory);
}

static void no_sockets(int file)
{
    struct msghdr *nowhere = (void *)8;
    CHECK_ERRNO(EBADF, recvmmsg(-1, NULL, 0, 0, NULL));
    CHECK_ERRNO(ENOTSOCK, recvmmsg(file, NULL, 0, 0, NULL));
    CHECK_ERRNO(ENOTSOCK, sendmmsg(file, NULL, 0, 0));
    CHECK_ERRNO(EBADF, sendmsg(-1, nowhere, 0));
    CHECK_ERRNO(ENOTSOCK, recvmsg(file, nowhere, 0));
    int pair[2];
    CHECK_ERRNO(EAFNOSUPPORT, socketpair(0, SOCK_STREAM, 0, pair));
    CHECK_ERRNO(EOPNOTSUPP, socketpair(AF_INET, SOCK_STREAM, 0, pair));
    CHECK_ERRNO(ESOCKTNOSUPPORT, socketpair(AF_INET, SOCK_SEQPACKET, 0, pair));
    CHECK_ERRNO(EINVAL, socket(AF_UNIX, 11, 0));
    CHECK_ERRNO(EINVAL, socket(AF_APPLETALK, 15, 0));
}

static void *accepts(void *listener)
{
    return accept(*(int *)listener, NULL, NULL) < 0 ? (void *)(long)errno : NULL;
}

static void ended_listeners(int type)
{
    char byte;
    int alone = socket(AF_UNIX, type, 0);
    CHECK_ERRNO(type == SOCK_STREAM ? EINVAL : ENOTCONN, recv(alone, &byte, 1, MSG_DONTWAIT));
    CHECK_EQUAL(0, shutdown(alone, SHUT_RDWR));
    close(alone);
    struct sockaddr_un address = {AF_UNIX, "\0wrong_kinds"};
    socklen_t length = sizeof(sa_family_t) + 12;
    int listener = socket(AF_UNIX, type, 0);
    CHECK_EQUAL(0, bind(listener, (void *)&address, length));
    CHECK_EQUAL(0, listen(listener, 5));
    pthread_t waiting;
    CHECK_EQUAL(0, pthread_create(&waiting, NULL, accepts, &listener));
    usleep(20000);
    CHECK_EQUAL(0, shutdown(listener, SHUT_RD));
    void *error = NULL;
    CHECK_EQUAL(0, pthread_join(waiting, &error));
    CHECK_EQUAL(EINVAL, (long)error);
    struct pollfd poll_fd = {listener, POLLIN | POLLRDHUP, 0};
    CHECK_EQUAL(1, poll(&poll_fd, 1, 0));
    CHECK_EQUAL(POLLIN | POLLRDHUP, poll_fd.revents);
    int client = socket(AF_UNIX, type, 0);
    CHECK_ERRNO(ECONNREFUSED, connect(client, (void *)&address, length));
    close(client);
    close(listener);
}

int main(int count, char **arguments)
{
    if (count > 1) {
        return atoi(arguments[1]);
    }
    alarm(30);
    CHECK_EQUAL(0, mkdir(directory, 0700));
    CHECK_EQUAL(0, chdir(directory));
    int file = open("file", O_RDWR | O_CREAT, 0600), folder = open(".", O_RDONLY);
    CHECK(file >= 0 && folder >= 0);
    places();
    devices_cannot_be_awaited();
    copies(file, folder);
    requests(file);
    programs_in_memory();
    no_sockets(file);
    ended_listeners(SOCK_STREAM);
    ended_listeners(SOCK_SEQPACKET);
    CHECK_EQUAL(0, unlink("file"));
    CHECK_EQUAL(0, chdir(".."));
    CHECK_EQUAL(0, rmdir(directory));
    return check_done();
}
