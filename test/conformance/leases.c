/* File leases and F_NOTIFY of fcntl(2): who holds a lease hears of an open that it is in the way of, which waits. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static const char *file = "/tmp/conformance_lease";
static volatile sig_atomic_t signals, last_fd, last_code, last_band, release_to = -1;
static int held = -1;

static void note(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    signals++;
    last_fd = info->si_fd;
    last_code = info->si_code;
    last_band = info->si_band;
    if (release_to >= 0) {
        fcntl(held, F_SETLEASE, release_to);
    }
}

static void begin(int flags, int type)
{
    signals = 0;
    release_to = -1;
    held = open(file, flags | O_CREAT, 0600);
    CHECK(held >= 0);
    CHECK_EQUAL(F_UNLCK, fcntl(held, F_GETLEASE));
    CHECK_EQUAL(0, fcntl(held, F_SETSIG, SIGRTMIN));
    CHECK_EQUAL(0, fcntl(held, F_SETLEASE, type));
    CHECK_EQUAL(type, fcntl(held, F_GETLEASE));
    CHECK_EQUAL(getpid(), fcntl(held, F_GETOWN));
}

static void end(void)
{
    close(held);
    unlink(file);
}

static void read_lease_lets_readers_in(void)
{
    begin(O_RDONLY, F_RDLCK);
    int other = open(file, O_RDONLY);
    CHECK(other >= 0);
    CHECK_EQUAL(0, signals);
    close(other);
    CHECK_ERRNO(EWOULDBLOCK, open(file, O_WRONLY | O_NONBLOCK));
    CHECK_EQUAL(1, signals);
    CHECK_EQUAL(held, last_fd);
    CHECK_EQUAL(3 /* POLL_MSG */, last_code);
    CHECK_EQUAL(POLLIN | POLLRDNORM | POLLMSG, last_band);
    /* It is to be given up, and is told once. */
    CHECK_EQUAL(F_UNLCK, fcntl(held, F_GETLEASE));
    CHECK_ERRNO(EWOULDBLOCK, open(file, O_RDWR | O_NONBLOCK));
    CHECK_EQUAL(1, signals);
    CHECK_EQUAL(0, fcntl(held, F_SETLEASE, F_UNLCK));
    CHECK_ERRNO(EAGAIN, fcntl(held, F_SETLEASE, F_UNLCK));
    other = open(file, O_WRONLY | O_NONBLOCK);
    CHECK(other >= 0);
    CHECK_EQUAL(1, signals);
    close(other);
    end();
}

static void writer_waits_for_a_read_lease(void)
{
    begin(O_RDONLY, F_RDLCK);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(file, O_WRONLY);
        _exit(fd >= 0 ? 0 : 1);
    }
    for (int i = 0; i < 200 && signals == 0; i++) {
        usleep(10000);
    }
    CHECK_EQUAL(1, signals);
    usleep(30000);
    int status;
    CHECK_EQUAL(0, waitpid(child, &status, WNOHANG));
    CHECK_EQUAL(0, fcntl(held, F_SETLEASE, F_UNLCK));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    end();
}

static void execve_opens(void)
{
    static const char program[] = "/tmp/conformance_leased_program";
    int made = open(program, O_CREAT | O_WRONLY | O_TRUNC, 0700);
    CHECK_EQUAL(10, write(made, "#!/absent\n", 10));
    close(made);
    file = program;
    begin(O_RDONLY, F_WRLCK);
    pid_t child = fork();
    if (child == 0) {
        execl(file, file, NULL);
        _exit(errno == ENOENT ? 0 : 1);
    }
    for (int i = 0; i < 200 && signals == 0; i++) {
        usleep(10000);
    }
    CHECK_EQUAL(1, signals);
    int status = -1;
    CHECK_EQUAL(0, waitpid(child, &status, WNOHANG));
    CHECK_EQUAL(0, fcntl(held, F_SETLEASE, F_UNLCK));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    end();
    unlink(program);
    file = "/tmp/conformance_lease";
}

static void holder_gives_up_in_its_handler(void)
{
    begin(O_RDWR, F_WRLCK);
    release_to = F_UNLCK;
    int other = open(file, O_RDONLY);
    CHECK(other >= 0);
    CHECK_EQUAL(1, signals);
    CHECK_EQUAL(F_UNLCK, fcntl(held, F_GETLEASE));
    close(other);
    end();
}

static void write_lease_becomes_a_read_lease(void)
{
    begin(O_RDONLY, F_WRLCK);
    CHECK_ERRNO(EWOULDBLOCK, open(file, O_RDONLY | O_NONBLOCK));
    CHECK_EQUAL(1, signals);
    CHECK_EQUAL(F_RDLCK, fcntl(held, F_GETLEASE));
    release_to = F_RDLCK;
    CHECK_EQUAL(0, fcntl(held, F_SETLEASE, F_RDLCK));
    CHECK_EQUAL(F_RDLCK, fcntl(held, F_GETLEASE));
    int other = open(file, O_RDONLY);
    CHECK(other >= 0);
    CHECK_EQUAL(1, signals);
    /* Another has it open: no lease for itself alone. */
    CHECK_ERRNO(EAGAIN, fcntl(held, F_SETLEASE, F_WRLCK));
    CHECK_EQUAL(0, fcntl(other, F_SETLEASE, F_RDLCK));
    CHECK_EQUAL(0, fcntl(other, F_SETLEASE, F_UNLCK));
    close(other);
    CHECK_EQUAL(0, fcntl(held, F_SETLEASE, F_WRLCK));
    end();
}

static void truncating_is_writing(void)
{
    begin(O_RDONLY, F_RDLCK);
    release_to = F_UNLCK;
    CHECK_EQUAL(0, truncate(file, 100));
    CHECK_EQUAL(1, signals);
    CHECK_EQUAL(F_UNLCK, fcntl(held, F_GETLEASE));
    end();
}

static void lease_goes_with_its_description(void)
{
    begin(O_RDONLY, F_RDLCK);
    int copy = dup(held);
    CHECK_EQUAL(F_RDLCK, fcntl(copy, F_GETLEASE));
    close(held);
    CHECK_ERRNO(EWOULDBLOCK, open(file, O_WRONLY | O_NONBLOCK));
    close(copy);
    int other = open(file, O_WRONLY | O_NONBLOCK);
    CHECK(other >= 0);
    close(other);
    end();
}

static void what_is_refused(void)
{
    int reader = open(file, O_RDONLY | O_CREAT, 0600), writer = open(file, O_RDWR);
    CHECK_ERRNO(EAGAIN, fcntl(reader, F_SETLEASE, F_RDLCK));
    CHECK_ERRNO(EAGAIN, fcntl(reader, F_SETLEASE, F_WRLCK));
    CHECK_ERRNO(EAGAIN, fcntl(writer, F_SETLEASE, F_RDLCK));
    CHECK_ERRNO(EAGAIN, fcntl(writer, F_SETLEASE, F_WRLCK));
    CHECK_ERRNO(EINVAL, fcntl(reader, F_SETLEASE, 17));
    close(reader);
    CHECK_EQUAL(0, fcntl(writer, F_SETLEASE, F_WRLCK));
    close(writer);
    int directory = open("/tmp", O_RDONLY);
    CHECK_ERRNO(EINVAL, fcntl(directory, F_SETLEASE, F_RDLCK));
    close(directory);
    int path = open(file, O_PATH);
    CHECK_ERRNO(EBADF, fcntl(path, F_SETLEASE, F_RDLCK));
    close(path);
    if (geteuid() == 0) {
        int mine = open(file, O_RDONLY);
        CHECK_EQUAL(0, seteuid(1000));
        CHECK_ERRNO(EACCES, fcntl(mine, F_SETLEASE, F_RDLCK));
        CHECK_EQUAL(0, seteuid(0));
        close(mine);
    }
    unlink(file);
}

static void signals_end_the_waiting(void)
{
    begin(O_RDONLY, F_RDLCK);
    pid_t child = fork();
    if (child == 0) {
        struct sigaction action = {.sa_sigaction = note};
        sigaction(SIGALRM, &action, NULL);
        struct timespec soon = {0, 50000000};
        timer_t timer;
        struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
        timer_create(CLOCK_MONOTONIC, &event, &timer);
        struct itimerspec at = {.it_value = soon};
        timer_settime(timer, 0, &at, NULL);
        errno = 0;
        _exit(open(file, O_WRONLY) < 0 && errno == EINTR ? 0 : 1);
    }
    int status;
    pid_t ended;
    while ((ended = waitpid(child, &status, 0)) < 0 && errno == EINTR) {
    }
    CHECK_EQUAL(child, ended);
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(1, signals);
    CHECK_EQUAL(F_UNLCK, fcntl(held, F_GETLEASE));
    end();
}

/* ---- F_NOTIFY ---- */

static const char *directory = "/tmp/conformance_notify";

static int touch(const char *name, int flags)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return open(path, flags, 0600);
}

static void directories_tell(void)
{
    char path[100], other[100];
    snprintf(path, sizeof path, "%s/a", directory);
    snprintf(other, sizeof other, "%s/b", directory);
    CHECK_EQUAL(0, mkdir(directory, 0700));
    int fd = open(directory, O_RDONLY);
    CHECK(fd >= 0);
    signals = 0;
    release_to = -1;
    CHECK_EQUAL(0, fcntl(fd, F_SETSIG, SIGRTMIN));
    /* Once. */
    CHECK_EQUAL(0, fcntl(fd, F_NOTIFY, DN_CREATE));
    CHECK_EQUAL(getpid(), fcntl(fd, F_GETOWN));
    int made = touch("a", O_RDWR | O_CREAT);
    CHECK_EQUAL(1, signals);
    CHECK_EQUAL(fd, last_fd);
    CHECK_EQUAL(3 /* POLL_MSG */, last_code);
    int second = touch("b", O_RDWR | O_CREAT);
    CHECK_EQUAL(1, signals);
    close(second);
    /* Until it is taken back; what is asked for adds up. */
    CHECK_EQUAL(0, fcntl(fd, F_NOTIFY, DN_MODIFY | DN_MULTISHOT));
    CHECK_EQUAL(1, write(made, "x", 1));
    CHECK_EQUAL(2, signals);
    CHECK_EQUAL(1, write(made, "x", 1));
    CHECK_EQUAL(3, signals);
    CHECK_EQUAL(0, fchmod(made, 0644));
    CHECK_EQUAL(3, signals);
    CHECK_EQUAL(0, fcntl(fd, F_NOTIFY, DN_ATTRIB | DN_MULTISHOT));
    CHECK_EQUAL(0, fchmod(made, 0600));
    CHECK_EQUAL(4, signals);
    CHECK_EQUAL(1, write(made, "x", 1));
    CHECK_EQUAL(5, signals);
    CHECK_EQUAL(0, fcntl(fd, F_NOTIFY, DN_RENAME | DN_DELETE | DN_ACCESS | DN_MULTISHOT));
    CHECK_EQUAL(0, rename(path, other));
    CHECK(signals > 5);
    signals = 0;
    char byte;
    CHECK_EQUAL(1, pread(made, &byte, 1, 0));
    CHECK_EQUAL(1, signals);
    CHECK_EQUAL(0, unlink(other));
    CHECK(signals > 1);
    signals = 0;
    CHECK_EQUAL(0, fcntl(fd, F_NOTIFY, 0));
    int third = touch("a", O_RDWR | O_CREAT);
    CHECK_EQUAL(1, write(third, "x", 1));
    CHECK_EQUAL(0, signals);
    close(third);
    CHECK_ERRNO(ENOTDIR, fcntl(made, F_NOTIFY, DN_CREATE));
    close(made);
    /* It goes with the descriptor. */
    CHECK_EQUAL(0, fcntl(fd, F_NOTIFY, DN_DELETE | DN_MULTISHOT));
    close(fd);
    CHECK_EQUAL(0, unlink(path));
    CHECK_EQUAL(0, signals);
    CHECK_EQUAL(0, rmdir(directory));
}

/* A directory tells of itself as well; DN_RENAME is meant for names that stay in it. */
static void directories_tell_of_themselves(void)
{
    CHECK_EQUAL(0, mkdir(directory, 0700));
    CHECK_EQUAL(0, chdir(directory));
    CHECK_EQUAL(0, mkdir("left", 0700) | mkdir("right", 0700));
    int left = open("left", O_RDONLY);
    CHECK_EQUAL(0, fcntl(left, F_SETSIG, SIGRTMIN));
    CHECK_EQUAL(0, fcntl(left, F_NOTIFY, DN_ATTRIB | DN_MULTISHOT));
    signals = 0;
    CHECK_EQUAL(0, chmod("left", 0755));
    CHECK_EQUAL(1, signals);
    CHECK_EQUAL(left, last_fd);
    CHECK_EQUAL(0, fcntl(left, F_NOTIFY, 0));
    CHECK_EQUAL(0, fcntl(left, F_NOTIFY, DN_RENAME | DN_MULTISHOT));
    close(open("left/a", O_CREAT | O_RDWR, 0600));
    signals = 0;
    CHECK_EQUAL(0, rename("left/a", "right/a"));
    CHECK_EQUAL(0, rename("right/a", "left/a"));
    CHECK_EQUAL(0, signals);
    CHECK_EQUAL(0, rename("left/a", "left/b"));
    CHECK_EQUAL(1, signals);
    close(left);
    CHECK_EQUAL(0, unlink("left/b") | rmdir("left") | rmdir("right"));
    CHECK_EQUAL(0, chdir("/"));
    CHECK_EQUAL(0, rmdir(directory));
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_RESTART};
    CHECK_EQUAL(0, sigaction(SIGRTMIN, &action, NULL));
    unlink(file);
    read_lease_lets_readers_in();
    writer_waits_for_a_read_lease();
    execve_opens();
    holder_gives_up_in_its_handler();
    write_lease_becomes_a_read_lease();
    truncating_is_writing();
    lease_goes_with_its_description();
    what_is_refused();
    signals_end_the_waiting();
    directories_tell();
    directories_tell_of_themselves();
    return check_done();
}
