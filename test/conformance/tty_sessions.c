/* Pseudo-terminals, sessions, controlling terminals, job control: pty(7), tty_ioctl(4), credentials(7), setpgid(2). */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

static char stack[65536] __attribute__((aligned(16)));
static int master;
static int to_parent[2];
static volatile sig_atomic_t caught[NSIG];

static void catches(int signal)
{
    caught[signal] = 1;
}

/* A child that runs beside us in our memory. */
static pid_t start(int (*body)(void *))
{
    return clone(body, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
}

static int ended(pid_t child)
{
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    return status;
}

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
    struct winsize size = {24, 80, 640, 480};

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
    /* Linux hands it over in the background: TCSAFLUSH below throws away only what has arrived. */
    struct pollfd arrived = {tty, POLLIN, 0};
    CHECK_EQUAL(1, poll(&arrived, 1, 60000));
    CHECK_EQUAL(3, write(tty, "xy\n", 3));
    expect(fd, "xy\r\n");

    CHECK_EQUAL(0, ioctl(fd, TIOCSWINSZ, &size));
    memset(&size, 0, sizeof size);
    CHECK_EQUAL(0, ioctl(tty, TIOCGWINSZ, &size));
    CHECK_EQUAL(24, size.ws_row);
    CHECK_EQUAL(80, size.ws_col);
    CHECK_EQUAL(640, size.ws_xpixel);
    CHECK_EQUAL(480, size.ws_ypixel);
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
static int leads(void *unused)
{
    int value = 0;
    (void)unused;
    CHECK_EQUAL(getpid(), setsid());
    CHECK_ERRNO(EPERM, setsid());
    CHECK_ERRNO(EPERM, setpgid(0, 0));
    CHECK_ERRNO(ENXIO, open("/dev/tty", O_RDWR));
    int tty = open_terminal(master, O_NOCTTY);
    CHECK_ERRNO(ENXIO, open("/dev/tty", O_RDWR));
    CHECK_ERRNO(ENOTTY, ioctl(tty, TIOCNOTTY));
    /* By the master as well, which means its other end. */
    CHECK_EQUAL(0, ioctl(master, TIOCSCTTY, 0));
    CHECK_ERRNO(ENOTTY, ioctl(master, TIOCNOTTY));
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

    close(master);
    struct sigaction interrupts = {.sa_handler = catches};
    sigaction(SIGINT, &interrupts, NULL);
    CHECK_EQUAL(1, write(to_parent[1], "r", 1));
    char c;
    CHECK_ERRNO(EINTR, read(tty, &c, 1));
    CHECK_EQUAL(1, caught[SIGINT]);
    signal(SIGWINCH, catches);
    CHECK_EQUAL(1, write(to_parent[1], "w", 1));
    while (!caught[SIGWINCH])
        usleep(1000);
    signal(SIGHUP, catches);
    CHECK_EQUAL(1, write(to_parent[1], "h", 1));
    while (!caught[SIGHUP])
        usleep(1000);
    CHECK_EQUAL(0, read(tty, &c, 1));
    return 7;
}

static void controls(void)
{
    char c;
    struct winsize size = {50, 132, 0, 0};
    setpgid(0, 0); /* where our group is of another PID namespace it has the number 0 here */
    master = open_master();
    CHECK_EQUAL(0, pipe(to_parent));
    pid_t child = start(leads);
    CHECK_EQUAL(1, read(to_parent[0], &c, 1));
    /* The key interrupts the read only when the child waits in it. */
    struct pollfd told = {to_parent[0], POLLIN, 0};
    do {
        CHECK_EQUAL(1, write(master, "\3", 1));
    } while (poll(&told, 1, 20) == 0);
    CHECK_EQUAL(1, read(to_parent[0], &c, 1));
    CHECK_EQUAL(0, ioctl(master, TIOCSWINSZ, &size));
    CHECK_EQUAL(1, read(to_parent[0], &c, 1));
    close(master);
    CHECK_EQUAL(7 << 8, ended(child));
}

/* A background group reads and is stopped; nobody else of it is there. */
static char inner_stack[65536] __attribute__((aligned(16)));
static int session_tty;

static int reads_in_background(void *unused)
{
    char c;
    (void)unused;
    setpgid(0, 0);
    signal(SIGTTIN, SIG_DFL);
    signal(SIGTTOU, SIG_DFL);
    return read(session_tty, &c, 1) == 1 && c == 'k' ? 5 : 6;
}

static int ignores_in_background(void *unused)
{
    char c;
    (void)unused;
    setpgid(0, 0);
    signal(SIGTTIN, SIG_IGN);
    CHECK_ERRNO(EIO, read(session_tty, &c, 1));
    struct termios settings;
    CHECK_EQUAL(0, tcgetattr(session_tty, &settings));
    signal(SIGTTOU, SIG_IGN);
    settings.c_lflag |= TOSTOP;
    CHECK_EQUAL(0, tcsetattr(session_tty, TCSANOW, &settings));
    CHECK_EQUAL(1, write(session_tty, "x", 1));
    return 3;
}

static int writes_in_background(void *unused)
{
    (void)unused;
    setpgid(0, 0);
    signal(SIGTTOU, SIG_DFL);
    return write(session_tty, "y", 1) == 1 ? 4 : 6;
}

static int shell(void *unused)
{
    int status = 0;
    (void)unused;
    setsid();
    session_tty = open_terminal(master, 0);
    char *top = inner_stack + sizeof inner_stack;

    pid_t job = clone(reads_in_background, top, CLONE_VM | SIGCHLD, NULL);
    setpgid(job, job);
    CHECK_EQUAL(job, waitpid(job, &status, WUNTRACED));
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN);
    CHECK_EQUAL(0, tcsetpgrp(session_tty, job));
    CHECK_EQUAL(job, tcgetpgrp(session_tty));
    CHECK_EQUAL(0, kill(-job, SIGCONT));
    CHECK_EQUAL(job, waitpid(job, &status, WCONTINUED));
    CHECK(WIFCONTINUED(status));
    /* Ctrl-Z stops it once more. */
    CHECK_EQUAL(1, write(master, "\32", 1));
    CHECK_EQUAL(job, waitpid(job, &status, WUNTRACED));
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
    CHECK_EQUAL(0, kill(-job, SIGCONT));
    CHECK_EQUAL(2, write(master, "k\n", 2));
    CHECK_EQUAL(job, waitpid(job, &status, 0));
    CHECK_EQUAL(5 << 8, status);
    signal(SIGTTOU, SIG_IGN);
    CHECK_EQUAL(0, tcsetpgrp(session_tty, getpid()));

    job = clone(ignores_in_background, top, CLONE_VM | SIGCHLD, NULL);
    CHECK_EQUAL(job, waitpid(job, &status, WUNTRACED));
    CHECK_EQUAL(3 << 8, status);
    job = clone(writes_in_background, top, CLONE_VM | SIGCHLD, NULL);
    CHECK_EQUAL(job, waitpid(job, &status, WUNTRACED));
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTOU);
    CHECK_EQUAL(0, kill(job, SIGKILL));
    CHECK_EQUAL(job, waitpid(job, &status, 0));
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return 9;
}

static void jobs(void)
{
    master = open_master();
    pid_t child = start(shell);
    CHECK_EQUAL(9 << 8, ended(child));
    close(master);
}

/* The group of a stopped child is orphaned when its parent ends: SIGHUP, then SIGCONT. */
static volatile sig_atomic_t hung_up, continued;

static void orphaned(int signal)
{
    if (signal == SIGHUP)
        hung_up = 1;
    else
        continued = 1;
}

static int stops(void *unused)
{
    (void)unused;
    signal(SIGHUP, orphaned);
    signal(SIGCONT, orphaned);
    setpgid(0, 0);
    raise(SIGTSTP);
    while (!hung_up || !continued)
        usleep(1000);
    CHECK_EQUAL(1, write(to_parent[1], "o", 1));
    return 0;
}

static int parent_of_stopped(void *unused)
{
    int status;
    (void)unused;
    setsid();
    pid_t child = clone(stops, inner_stack + sizeof inner_stack, CLONE_VM | SIGCHLD, NULL);
    CHECK_EQUAL(child, waitpid(child, &status, WUNTRACED));
    CHECK(WIFSTOPPED(status));
    return 2;
}

static void orphans(void)
{
    char c = 0;
    CHECK_EQUAL(0, pipe(to_parent));
    pid_t child = start(parent_of_stopped);
    CHECK_EQUAL(2 << 8, ended(child));
    CHECK_EQUAL(1, read(to_parent[0], &c, 1));
    CHECK_EQUAL('o', c);
}

/* What is locked stays as it is, TIOCSLCKTRMIOS. */
static void locks(void)
{
    int from = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK_EQUAL(0, grantpt(from) | unlockpt(from));
    int to = open(ptsname(from), O_RDWR | O_NOCTTY);
    struct { unsigned flags[4]; unsigned char line, characters[19]; } locked, settings;
    memset(&locked, 1, sizeof locked);
    CHECK_EQUAL(0, ioctl(to, TIOCGLCKTRMIOS, &locked));
    CHECK_EQUAL(0, locked.flags[3]);
    CHECK_EQUAL(0, locked.characters[VINTR]);
    locked.flags[3] = ECHO;
    locked.characters[VINTR] = 1;
    if (geteuid() != 0) {
        CHECK_ERRNO(EPERM, ioctl(to, TIOCSLCKTRMIOS, &locked));
        return;
    }
    CHECK_EQUAL(0, ioctl(to, TIOCSLCKTRMIOS, &locked));
    CHECK_ERRNO(EFAULT, ioctl(to, TIOCSLCKTRMIOS, 1));
    CHECK_EQUAL(0, ioctl(to, TCGETS, &settings));
    settings.flags[3] &= ~(ECHO | ICANON);
    settings.characters[VINTR] = 7;
    settings.characters[VQUIT] = 8;
    CHECK_EQUAL(0, ioctl(to, TCSETS, &settings));
    CHECK_EQUAL(0, ioctl(to, TCGETS, &settings));
    CHECK_EQUAL(ECHO, settings.flags[3] & (ECHO | ICANON));
    CHECK_EQUAL(3, settings.characters[VINTR]);
    CHECK_EQUAL(8, settings.characters[VQUIT]);
    CHECK_EQUAL(0, ioctl(to, TIOCGLCKTRMIOS, &locked));
    CHECK_EQUAL(ECHO, locked.flags[3]);
    close(to);
    close(from);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    lines();
    controls();
    locks();
    jobs();
    orphans();
    return check_done();
}
