/*
 * signal(7), "Interruption of system calls and library functions": each call that blocks, interrupted by a handler with
 * and without SA_RESTART, and by being stopped and continued. A child blocks in the call; its parent sees by
 * /proc/PID/stat that it sleeps, so nothing here depends on time.
 */
#include "blocking.h"

/* The calls: they run in the child. */
static char small[8];

static long do_read(void) { return read(one, small, 1); }
static long do_readv(void) { return readv(one, &(struct iovec){small, 1}, 1); }
static long do_write(void) { return write(other, "x", 1); }
static long do_writev(void) { return writev(other, &(struct iovec){"x", 1}, 1); }
static long do_read_8(void) { return read(one, small, 8); }
static long do_read_many(void) { return read(one, block, sizeof block) > 0 ? 1 : -1; }
static long do_recv(void) { return recv(one, small, 1, 0); }
static long do_recvfrom(void) { return recvfrom(one, small, 1, 0, NULL, NULL); }
static long do_send(void) { return send(other, "x", 1, 0); }

static long do_recvmsg(void)
{
    struct iovec vector = {small, 1};
    struct msghdr header = {.msg_iov = &vector, .msg_iovlen = 1};
    return recvmsg(one, &header, 0);
}

static long do_accept(void) { return accept(one, NULL, NULL) >= 0 ? 1 : -1; }
static long do_splice(void) { return splice(one, NULL, event, NULL, 1, 0); }
static long do_poll(void) { return poll(&(struct pollfd){one, POLLIN, 0}, 1, -1); }
static long do_poll_limited(void) { return poll(&(struct pollfd){one, POLLIN, 0}, 1, LONG_SECONDS * 1000); }
static long do_ppoll(void) { return ppoll(&(struct pollfd){one, POLLIN, 0}, 1, NULL, NULL); }

static long do_select(void)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(one, &set);
    return select(one + 1, &set, NULL, NULL, NULL);
}

static long do_pselect(void)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(one, &set);
    return pselect(one + 1, &set, NULL, NULL, &(struct timespec){LONG_SECONDS, 0}, NULL);
}

static struct epoll_event seen;
static long do_epoll(void) { return epoll_wait(event, &seen, 1, -1); }
static long do_epoll_limited(void) { return epoll_pwait(event, &seen, 1, LONG_SECONDS * 1000, NULL); }

static long do_futex(void)
{
    return syscall(SYS_futex, &shared->word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static long do_futex_limited(void)
{
    return syscall(SYS_futex, &shared->word, FUTEX_WAIT, 0, &(struct timespec){LONG_SECONDS, 0}, NULL, 0);
}

static long do_nanosleep(void) { return nanosleep(&(struct timespec){LONG_SECONDS, 0}, NULL); }

static long do_clock_nanosleep(void)
{
    errno = clock_nanosleep(CLOCK_REALTIME, 0, &(struct timespec){LONG_SECONDS, 0}, NULL);
    return errno == 0 ? 0 : -1;
}

static long do_clock_nanosleep_until(void)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LONG_SECONDS;
    errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    return errno == 0 ? 0 : -1;
}

/* A grandchild that lives until a byte comes. */
static pid_t grandchild(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGUSR1, SIG_DFL);
        _exit(read(one, small, 1) == 1 ? 3 : 4);
    }
    return pid;
}

static pid_t waited;
static void make_waited(void) { make_pipe(); }
static long do_wait(void) { return wait4(waited, NULL, 0, NULL) == waited ? 1 : -1; }
static long do_waitid(void)
{
    siginfo_t info;
    return waitid(P_PID, waited, &info, WEXITED) == 0 ? 1 : -1;
}

static long do_pause(void) { return pause(); }

static long do_sigsuspend(void)
{
    sigset_t none;
    sigemptyset(&none);
    return sigsuspend(&none);
}

static long do_sigtimedwait(void)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR2);
    return sigtimedwait(&wanted, NULL, &(struct timespec){LONG_SECONDS, 0}) == SIGUSR2 ? 1 : -1;
}

static long do_sigwaitinfo(void)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR2);
    return syscall(SYS_rt_sigtimedwait, &wanted, NULL, NULL, 8) == SIGUSR2 ? 1 : -1;
}

static struct message received;
static long do_msgrcv(void) { return msgrcv(queue_id, &received, sizeof received.text, 0, 0) >= 0 ? 1 : -1; }
static long do_msgsnd(void)
{
    received.type = 1;
    return msgsnd(queue_id, &received, sizeof received.text, 0) == 0 ? 1 : -1;
}

static long do_semop(void)
{
    struct sembuf take = {0, -1, 0};
    return semop(semaphores, &take, 1) == 0 ? 1 : -1;
}

static long do_semtimedop(void)
{
    struct sembuf take = {0, -1, 0};
    return semtimedop(semaphores, &take, 1, &(struct timespec){LONG_SECONDS, 0}) == 0 ? 1 : -1;
}

static long do_mq_receive(void) { return mq_receive(queue, small, 8, NULL); }
static long do_mq_send(void) { return mq_send(queue, "x", 1, 0) == 0 ? 1 : -1; }
static long do_mq_timedreceive(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LONG_SECONDS;
    return mq_timedreceive(queue, small, 8, NULL, &until);
}

static long do_flock(void) { return flock(other, LOCK_EX) == 0 ? 1 : -1; }
static long do_setlkw(void)
{
    struct flock lock = {.l_type = F_WRLCK};
    return fcntl(other, F_SETLKW, &lock) == 0 ? 1 : -1;
}

static long do_ofd_setlkw(void)
{
    struct flock lock = {.l_type = F_WRLCK};
    return fcntl(other, F_OFD_SETLKW, &lock) == 0 ? 1 : -1;
}

static long do_open_fifo(void) { return open(path, O_RDONLY) >= 0 ? 1 : -1; }

/* What ends the waiting: in the parent. */
static void put(void) { CHECK_EQUAL(1, write(other, "x", 1)); }
static void put_line(void) { CHECK_EQUAL(2, write(other, "x\n", 2)); }
static void take_all(void) { drain(one); }
static void count_up(void)
{
    uint64_t value = 1;
    CHECK_EQUAL(8, write(one, &value, 8));
}

static void ring(void)
{
    struct itimerspec soon = {{0, 0}, {0, 1}};
    CHECK_EQUAL(0, timerfd_settime(one, 0, &soon, NULL));
}

static void signal_it(void) { CHECK_EQUAL(0, kill(child, SIGUSR2)); }

static void touch(void)
{
    char name[160];
    snprintf(name, sizeof name, "%s/new", directory);
    close(open(name, O_CREAT | O_WRONLY, 0600));
    unlink(name);
}

static void wake(void)
{
    shared->word = 1;
    syscall(SYS_futex, &shared->word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void send_message(void)
{
    struct message message = {.type = 1};
    CHECK_EQUAL(0, msgsnd(queue_id, &message, 1, 0));
}

static void take_messages(void)
{
    struct message message;
    while (msgrcv(queue_id, &message, sizeof message.text, 0, IPC_NOWAIT) >= 0) {
    }
}

static void give(void)
{
    struct sembuf one_more = {0, 1, 0};
    CHECK_EQUAL(0, semop(semaphores, &one_more, 1));
}

static void post(void) { CHECK_EQUAL(0, mq_send(queue, "x", 1, 0)); }
static void fetch(void) { CHECK_EQUAL(1, mq_receive(queue, small, 8, NULL)); }

static void open_other_end(void)
{
    other = open(path, O_WRONLY);
    CHECK(other >= 0);
}

enum { GOES_ON, IS_OVER };

/* What becomes of the call: with SA_RESTART, and when its process is stopped and continued without a handler. */
static const struct call {
    const char *name;
    void (*prepare)(void);
    long (*blocks)(void);
    /* Makes it return 1; null for a call that is left blocked. */
    void (*ends)(void);
    int restarted;
    int stopped;
} calls[] = {
    {"read of a pipe", make_pipe, do_read, put, GOES_ON, GOES_ON},
    {"readv of a pipe", make_pipe, do_readv, put, GOES_ON, GOES_ON},
    {"write to a pipe", make_full_pipe, do_write, take_all, GOES_ON, GOES_ON},
    {"writev to a pipe", make_full_pipe, do_writev, take_all, GOES_ON, GOES_ON},
    {"splice", make_pipe, do_splice, put, GOES_ON, GOES_ON},
    {"read of a local socket", make_pair, do_read, put, GOES_ON, GOES_ON},
    {"recv", make_pair, do_recv, put, GOES_ON, GOES_ON},
    {"recvmsg", make_pair, do_recvmsg, put, GOES_ON, GOES_ON},
    {"recv with SO_RCVTIMEO", make_pair_with_timeout, do_recv, put, IS_OVER, IS_OVER},
    {"send", make_full_pair, do_send, take_all, GOES_ON, GOES_ON},
    {"accept of a local socket", make_local_listener, do_accept, connect_local, GOES_ON, GOES_ON},
    {"accept", make_listener, do_accept, connect_internet, GOES_ON, GOES_ON},
    {"recv of TCP", make_connection, do_recv, put, GOES_ON, GOES_ON},
    {"recvfrom of UDP", make_datagrams, do_recvfrom, put, GOES_ON, GOES_ON},
    {"read of a terminal", make_terminal, do_read, put_line, GOES_ON, GOES_ON},
    {"read of an eventfd", make_event, do_read_8, NULL, GOES_ON, GOES_ON},
    {"read of a timerfd", make_timer, do_read_8, NULL, GOES_ON, GOES_ON},
    {"read of a signalfd", make_signal_file, do_read_many, signal_it, GOES_ON, GOES_ON},
    {"read of inotify", make_watch, do_read_many, touch, GOES_ON, GOES_ON},
    {"poll", make_pipe, do_poll, put, IS_OVER, GOES_ON},
    {"poll with a timeout", make_pipe, do_poll_limited, put, IS_OVER, GOES_ON},
    {"ppoll", make_pipe, do_ppoll, put, IS_OVER, GOES_ON},
    {"select", make_pipe, do_select, put, IS_OVER, GOES_ON},
    {"pselect", make_pipe, do_pselect, put, IS_OVER, GOES_ON},
    {"epoll_wait", make_epoll, do_epoll, put, IS_OVER, IS_OVER},
    {"epoll_pwait with a timeout", make_epoll, do_epoll_limited, put, IS_OVER, IS_OVER},
    {"futex", nothing, do_futex, NULL, GOES_ON, GOES_ON},
    {"futex with a timeout", nothing, do_futex_limited, NULL, IS_OVER, GOES_ON},
    {"nanosleep", nothing, do_nanosleep, NULL, IS_OVER, GOES_ON},
    {"clock_nanosleep", nothing, do_clock_nanosleep, NULL, IS_OVER, GOES_ON},
    {"clock_nanosleep until", nothing, do_clock_nanosleep_until, NULL, IS_OVER, GOES_ON},
    {"wait4", make_waited, do_wait, put, GOES_ON, GOES_ON},
    {"waitid", make_waited, do_waitid, put, GOES_ON, GOES_ON},
    {"pause", nothing, do_pause, NULL, IS_OVER, GOES_ON},
    {"sigsuspend", nothing, do_sigsuspend, NULL, IS_OVER, GOES_ON},
    {"sigtimedwait", nothing, do_sigtimedwait, signal_it, IS_OVER, IS_OVER},
    {"sigwaitinfo", nothing, do_sigwaitinfo, signal_it, IS_OVER, IS_OVER},
    {"msgrcv", make_messages, do_msgrcv, send_message, IS_OVER, GOES_ON},
    {"msgsnd", make_full_messages, do_msgsnd, take_messages, IS_OVER, GOES_ON},
    {"semop", make_semaphores, do_semop, give, IS_OVER, IS_OVER},
    {"semtimedop", make_semaphores, do_semtimedop, give, IS_OVER, IS_OVER},
    {"mq_receive", open_queue, do_mq_receive, post, GOES_ON, GOES_ON},
    {"mq_timedreceive", open_queue, do_mq_timedreceive, post, GOES_ON, GOES_ON},
    {"mq_send", open_full_queue, do_mq_send, fetch, GOES_ON, GOES_ON},
    {"flock", make_lock, do_flock, unlock, GOES_ON, GOES_ON},
    {"F_SETLKW", make_lock, do_setlkw, unlock, GOES_ON, GOES_ON},
    {"F_OFD_SETLKW", make_lock, do_ofd_setlkw, unlock, GOES_ON, GOES_ON},
    {"open of a FIFO", make_fifo, do_open_fifo, open_other_end, GOES_ON, GOES_ON},
};

static void handler(int signal)
{
    (void)signal;
    shared->handled = 1;
}

static void nap(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

static char state(void)
{
    char name[64], text[512];
    snprintf(name, sizeof name, "/proc/%d/stat", child);
    int fd = open(name, O_RDONLY);
    long size = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    close(fd);
    text[size > 0 ? size : 0] = 0;
    char *behind = strrchr(text, ')');
    return behind == NULL ? '?' : behind[2];
}

/* Until the child sleeps in its call, or has come back from it. */
static int is_blocked(void)
{
    for (;;) {
        if (shared->done || state() == 'Z') {
            return 0;
        }
        if (shared->entered && state() == 'S') {
            /* It may have come back between the two looks. */
            return !shared->done;
        }
        nap();
    }
}

static void run_child(const struct call *call, int flags)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigaction(SIGUSR1, &action, NULL);
    if (call->prepare == make_waited) {
        waited = grandchild();
    }
    if (call->blocks == do_splice) {
        int ends[2];
        (void)!pipe(ends);
        event = ends[1];
    }
    shared->entered = 1;
    long result = call->blocks();
    shared->error = errno;
    shared->result = result;
    shared->done = 1;
    if (call->prepare == make_waited && result < 0) {
        kill(waited, SIGKILL);
    }
    _exit(0);
}

static void begin(const struct call *call, int flags)
{
    memset(shared, 0, sizeof *shared);
    call->prepare();
    fflush(stdout);
    child = fork();
    if (child == 0) {
        run_child(call, flags);
    }
}

static void end(void)
{
    kill(child, SIGKILL);
    kill(child, SIGCONT);
    waitpid(child, NULL, 0);
    int files[] = {one, other, event};
    for (int i = 0; i < 3; i++) {
        if (files[i] > 2) {
            close(files[i]);
        }
    }
    event = -1;
    if (queue_id >= 0) {
        msgctl(queue_id, IPC_RMID, NULL);
        queue_id = -1;
    }
    if (semaphores >= 0) {
        semctl(semaphores, 0, IPC_RMID);
        semaphores = -1;
    }
    if (queue != (mqd_t)-1) {
        mq_close(queue);
        queue = -1;
    }
    if (path[0] != 0) {
        unlink(path);
        path[0] = 0;
    }
    if (local.sun_path[0] != 0) {
        unlink(local.sun_path);
        local.sun_path[0] = 0;
    }
}

static void judge(const struct call *call, const char *how, int is_over)
{
    int failed = check_failures;
    int blocked = is_blocked();
    if (is_over) {
        CHECK(!blocked);
        CHECK_EQUAL(-1, shared->result);
        CHECK_EQUAL(EINTR, shared->error);
    } else {
        CHECK(blocked);
        if (blocked && (call->ends != NULL || call->blocks == do_read_8 || call->blocks == do_futex)) {
            if (call->ends != NULL) {
                call->ends();
            } else if (call->prepare == make_event) {
                count_up();
            } else if (call->prepare == make_timer) {
                ring();
            } else {
                wake();
            }
            int status = -1;
            CHECK_EQUAL(child, waitpid(child, &status, 0));
            CHECK_EQUAL(0, status);
            CHECK_EQUAL(call->blocks == do_read_8 ? 8 : call->blocks == do_futex ? 0 : 1, shared->result);
        }
    }
    if (check_failures != failed) {
        printf("that was: %s, %s\n", call->name, how);
    }
}

static void by_handler(const struct call *call, int flags)
{
    begin(call, flags);
    CHECK(is_blocked());
    CHECK_EQUAL(0, kill(child, SIGUSR1));
    while (!shared->handled && state() != 'Z') {
        nap();
    }
    judge(call, flags ? "SA_RESTART" : "handler", flags ? call->restarted == IS_OVER : 1);
    end();
}

static void by_stop(const struct call *call)
{
    int status = 0;
    begin(call, 0);
    CHECK(is_blocked());
    CHECK_EQUAL(0, kill(child, SIGSTOP));
    CHECK_EQUAL(child, waitpid(child, &status, WUNTRACED));
    CHECK(WIFSTOPPED(status));
    CHECK_EQUAL(0, kill(child, SIGCONT));
    CHECK_EQUAL(child, waitpid(child, &status, WCONTINUED));
    judge(call, "stopped", call->stopped == IS_OVER);
    end();
}

int main(int count, char **argument)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    snprintf(directory, sizeof directory, "/tmp/interrupts-%d", getpid());
    CHECK_EQUAL(0, mkdir(directory, 0700));
    event = -1;
    for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (count > 1 && strcmp(argument[1], calls[i].name) != 0) {
            continue;
        }
        by_handler(&calls[i], 0);
        by_handler(&calls[i], SA_RESTART);
        by_stop(&calls[i]);
    }
    CHECK_EQUAL(0, rmdir(directory));
    return check_done();
}
