/* Pseudo-terminals and controlling terminals: pty(7), tty_ioctl(4), setsid(2), tty(4). */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

static int master;

static int open_master(void)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, grantpt(fd));
    CHECK_EQUAL(0, unlockpt(fd));
    return fd;
}

static int open_terminal(int of, int flags)
{
    char name[64];
    CHECK_EQUAL(0, ptsname_r(of, name, sizeof name));
    return open(name, O_RDWR | flags);
}

static void expect(int fd, const char *text)
{
    char buffer[256];
    size_t have = 0, want = strlen(text);
    while (have < want) {
        struct pollfd ready = {fd, POLLIN, 0};
        if (poll(&ready, 1, 60000) != 1)
            break;
        ssize_t n = read(fd, buffer + have, want - have);
        if (n <= 0)
            break;
        have += n;
    }
    CHECK_EQUAL(want, have);
    CHECK(memcmp(text, buffer, want) == 0);
}

static void lines(void)
{
    int number = -1, value;
    char buffer[64], name[64];
    struct stat info;
    struct winsize size = {24, 80, 0, 0};

    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK_EQUAL(0, ioctl(fd, TIOCGPTN, &number));
    CHECK_EQUAL(0, ioctl(fd, TIOCGPTLCK, &value));
    CHECK_EQUAL(1, value);
    CHECK_EQUAL(0, ptsname_r(fd, name, sizeof name));
    CHECK_ERRNO(EIO, open(name, O_RDWR | O_NOCTTY));
    CHECK_EQUAL(0, unlockpt(fd));
    int tty = open(name, O_RDWR | O_NOCTTY);
    CHECK(tty >= 0 && isatty(tty) && isatty(fd));
    CHECK_EQUAL(0, fstat(tty, &info));
    CHECK(S_ISCHR(info.st_mode));
    CHECK_EQUAL(136, info.st_rdev >> 8 & 0xfff);
    CHECK_EQUAL(number, (int)(info.st_rdev & 0xff));
    CHECK(ttyname_r(tty, buffer, sizeof buffer) == 0 && strcmp(buffer, name) == 0);
    int peer = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    CHECK(peer >= 0 && isatty(peer));
    close(peer);

    CHECK_EQUAL(6, write(fd, "abc\rd\177", 6));
    expect(fd, "abc\r\nd\b \b");
    CHECK_EQUAL(4, read(tty, buffer, sizeof buffer));
    CHECK(memcmp(buffer, "abc\n", 4) == 0);
    CHECK_EQUAL(0, ioctl(tty, FIONREAD, &value));
    CHECK_EQUAL(0, value);
    CHECK_EQUAL(1, write(fd, "\4", 1));
    CHECK_EQUAL(3, write(tty, "xy\n", 3));
    expect(fd, "xy\r\n");

    CHECK_EQUAL(0, ioctl(fd, TIOCSWINSZ, &size));
    memset(&size, 0, sizeof size);
    CHECK_EQUAL(0, ioctl(tty, TIOCGWINSZ, &size));
    CHECK_EQUAL(24, size.ws_row);
    CHECK_EQUAL(80, size.ws_col);
    CHECK_ERRNO(ENOTTY, ioctl(tty, TIOCGSID, &value));
    CHECK_ERRNO(ENOTTY, tcgetpgrp(tty));
    CHECK_EQUAL(0, tcgetpgrp(fd));
    CHECK_ERRNO(EINVAL, ioctl(tty, TCFLSH, 7));
    CHECK_ERRNO(EFAULT, ioctl(tty, TCGETS, (void *)8));

    struct termios settings;
    CHECK_EQUAL(0, tcgetattr(fd, &settings));
    CHECK(settings.c_lflag & ICANON);
    cfmakeraw(&settings);
    cfsetspeed(&settings, B9600);
    CHECK_EQUAL(0, tcsetattr(tty, TCSAFLUSH, &settings));
    CHECK_EQUAL(0, tcgetattr(fd, &settings));
    CHECK_EQUAL(B9600, cfgetospeed(&settings));
    CHECK_EQUAL(3, write(fd, "\3\r\4", 3));
    expect(tty, "\3\r\4");

    close(tty);
    struct pollfd ready = {fd, POLLIN, 0};
    CHECK_EQUAL(1, poll(&ready, 1, 60000));
    CHECK(ready.revents & POLLHUP);
    CHECK_ERRNO(EIO, read(fd, buffer, 1));
    tty = open(name, O_RDWR | O_NOCTTY);
    CHECK(tty >= 0);
    close(fd);
    CHECK_EQUAL(0, read(tty, buffer, 1));
    CHECK_ERRNO(EIO, write(tty, "x", 1));
    CHECK_ERRNO(EIO, tcgetattr(tty, &settings));
    ready = (struct pollfd){tty, POLLIN, 0};
    CHECK_EQUAL(1, poll(&ready, 1, 0));
    CHECK((ready.revents & (POLLIN | POLLHUP | POLLERR)) == (POLLIN | POLLHUP | POLLERR));
    close(tty);
}

/* The child leads a session; the terminal becomes its own, then it gives it up. */
static int leads(void)
{
    int value = 0;
    CHECK_EQUAL(getpid(), setsid());
    CHECK_ERRNO(EPERM, setsid());
    CHECK_ERRNO(EPERM, setpgid(0, 0));
    CHECK_ERRNO(ENXIO, open("/dev/tty", O_RDWR));
    int tty = open_terminal(master, O_NOCTTY);
    CHECK_ERRNO(ENXIO, open("/dev/tty", O_RDWR));
    CHECK_ERRNO(ENOTTY, ioctl(tty, TIOCNOTTY));
    CHECK_EQUAL(0, ioctl(tty, TIOCSCTTY, 0));
    CHECK_EQUAL(0, ioctl(tty, TIOCSCTTY, 0));
    CHECK_EQUAL(getpid(), tcgetpgrp(tty));
    CHECK_EQUAL(0, ioctl(tty, TIOCGSID, &value));
    CHECK_EQUAL(getpid(), value);
    int own = open("/dev/tty", O_RDWR);
    CHECK(own >= 0);
    CHECK_EQUAL(2, write(own, "hi", 2));
    CHECK_ERRNO(ESRCH, tcsetpgrp(tty, 32000));
    CHECK_ERRNO(EPERM, tcsetpgrp(tty, getpgid(getppid())));
    value = -2;
    CHECK_ERRNO(EINVAL, ioctl(tty, TIOCSPGRP, &value));
    CHECK_EQUAL(0, tcsetpgrp(tty, getpid()));

    signal(SIGHUP, SIG_IGN);
    CHECK_EQUAL(0, ioctl(tty, TIOCNOTTY));
    CHECK_ERRNO(ENXIO, open("/dev/tty", O_RDWR));
    close(tty);
    close(own);
    tty = open_terminal(master, 0);
    own = open("/dev/tty", O_RDWR);
    CHECK(own >= 0);
    close(own);
    close(tty);
    return 7;
}

/* vfork(2), so that the child can be checked in our memory. */
static void controls(void)
{
    int status = 0;
    master = open_master();
    pid_t child = vfork();
    if (child == 0)
        _exit(leads());
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(7 << 8, status);
    close(master);
}

int main(void)
{
    lines();
    controls();
    return check_done();
}
