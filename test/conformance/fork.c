/*
 * fork(2), clone(2), clone3(2): what parent and child share and what they do not; wait(2), orphans, signals, locks. Ends
 * with many processes at once and one after the other.
 */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#define PAGE 4096

static int global = 1;

/* The exit code of a child that has ended by itself; -1 for any other end. */
static int ended(pid_t pid)
{
    int status = -1;
    CHECK_EQUAL(pid, waitpid(pid, &status, 0));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *anonymous(size_t pages, int kind)
{
    char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    return memory;
}

static void memory_is_copied(void)
{
    enum { PAGES = 300 };
    char *own = anonymous(PAGES, MAP_PRIVATE);
    char *shared = anonymous(4, MAP_SHARED);
    char *heap = malloc(1 << 20);
    int local = 5;
    for (int i = 0; i < PAGES; i++) {
        own[i * PAGE] = (char)i;
    }
    memset(heap, 7, 1 << 20);
    shared[0] = 1;
    pid_t pid = fork();
    if (pid == 0) {
        int good = global == 1 && local == 5 && heap[100000] == 7;
        for (int i = 0; i < PAGES; i++) {
            good &= own[i * PAGE] == (char)i;
            own[i * PAGE] = (char)~i;
        }
        for (int i = 0; i < PAGES; i++) {
            good &= own[i * PAGE] == (char)~i;
        }
        global = 2;
        local = 6;
        memset(heap, 8, 1 << 20);
        shared[0] = 2;
        shared[3 * PAGE] = 3;
        _exit(good ? 33 : 34);
    }
    CHECK_EQUAL(33, ended(pid));
    int kept = 1;
    for (int i = 0; i < PAGES; i++) {
        kept &= own[i * PAGE] == (char)i;
    }
    CHECK(kept);
    CHECK_EQUAL(1, global);
    CHECK_EQUAL(5, local);
    CHECK_EQUAL(7, heap[(1 << 20) - 1]);
    CHECK_EQUAL(2, shared[0]);
    CHECK_EQUAL(3, shared[3 * PAGE]);
    free(heap);
    munmap(own, PAGES * PAGE);
    munmap(shared, 4 * PAGE);
}

/* Parent and child take turns and write to the same pages: each sees its own. */
static void turns(void)
{
    int there[2], back[2];
    char *own = anonymous(20, MAP_PRIVATE);
    memset(own, 1, 20 * PAGE);
    CHECK_EQUAL(0, pipe(there) | pipe(back));
    pid_t pid = fork();
    if (pid == 0) {
        int round, good = 1;
        close(there[1]);
        for (int expected = 0; read(there[0], &round, sizeof round) == sizeof round; expected++) {
            for (int page = 0; page < 20; page++) {
                good &= *(int *)(own + page * PAGE + 64) == (expected == 0 ? 0x01010101 : -expected);
                *(int *)(own + page * PAGE + 64) = -expected - 1;
            }
            good &= round == expected;
            good &= write(back[1], &good, sizeof good) == sizeof good;
        }
        _exit(good ? 0 : 1);
    }
    close(there[0]);
    int good = 1;
    for (int round = 0; round < 50; round++) {
        int answer = 0;
        CHECK_EQUAL(sizeof round, write(there[1], &round, sizeof round));
        for (int page = 0; page < 20; page++) {
            *(int *)(own + page * PAGE + 64) = round;
        }
        CHECK_EQUAL(sizeof answer, read(back[0], &answer, sizeof answer));
        good &= answer;
        for (int page = 0; page < 20; page++) {
            good &= *(int *)(own + page * PAGE + 64) == round;
        }
    }
    CHECK(good);
    close(there[1]);
    CHECK_EQUAL(0, ended(pid));
    close(back[0]);
    close(back[1]);
    munmap(own, 20 * PAGE);
}

static void advice(void)
{
    char *absent = anonymous(2, MAP_PRIVATE);
    char *wiped = anonymous(2, MAP_PRIVATE);
    char *kept = anonymous(1, MAP_PRIVATE);
    memset(absent, 1, PAGE);
    memset(wiped, 1, 2 * PAGE);
    memset(kept, 1, PAGE);
    CHECK_EQUAL(0, madvise(absent, PAGE, MADV_DONTFORK));
    CHECK_EQUAL(0, madvise(wiped, PAGE, MADV_WIPEONFORK));
    CHECK_EQUAL(0, madvise(kept, PAGE, MADV_DONTFORK));
    CHECK_EQUAL(0, madvise(kept, PAGE, MADV_DOFORK));
    pid_t pid = fork();
    if (pid == 0) {
        unsigned char in[1];
        int good = mincore(absent, PAGE, in) < 0 && errno == ENOMEM && mincore(absent + PAGE, PAGE, in) == 0
            && wiped[0] == 0 && wiped[PAGE] == 1 && kept[0] == 1;
        _exit(good ? 0 : 1);
    }
    CHECK_EQUAL(0, ended(pid));
    CHECK_EQUAL(1, absent[0]);
    CHECK_EQUAL(1, wiped[0]);
}

static void files(void)
{
    int fd = open("/tmp/fork-file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    char byte = 0;
    CHECK(fd >= 0);
    CHECK_EQUAL(10, write(fd, "0123456789", 10));
    CHECK_EQUAL(0, lseek(fd, 0, SEEK_SET));
    char *view = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *copy = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    copy[1] = 'c';
    int event = eventfd(0, 0);
    uint64_t count = 0;
    pid_t pid = fork();
    if (pid == 0) {
        count = 5;
        int good = read(fd, &byte, 1) == 1 && byte == '0' && write(event, &count, 8) == 8 && copy[1] == 'c';
        copy[1] = 'd';
        view[2] = 'v';
        good &= fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && close(event) == 0 && chdir("/tmp") == 0;
        umask(0177);
        _exit(good ? 0 : 1);
    }
    CHECK_EQUAL(0, ended(pid));
    CHECK_EQUAL(1, read(fd, &byte, 1));
    CHECK_EQUAL('1', byte);
    CHECK_EQUAL('v', view[2]);
    CHECK_EQUAL('c', copy[1]);
    CHECK_EQUAL(8, read(event, &count, 8));
    CHECK_EQUAL(5, count);
    CHECK_EQUAL(0, fcntl(fd, F_GETFD));
    char here[100];
    CHECK(getcwd(here, sizeof here) != NULL && strcmp(here, "/tmp") != 0);
    mode_t mask = umask(022);
    CHECK(mask != 0177);
    umask(mask);
    close(fd);
    close(event);
}

static void locks(void)
{
    int fd = open("/tmp/fork-locks", O_RDWR | O_CREAT, 0600);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
    CHECK_EQUAL(0, fcntl(fd, F_SETLK, &lock));
    lock.l_start = 20;
    lock.l_pid = 0;
    CHECK_EQUAL(0, fcntl(fd, F_OFD_SETLK, &lock));
    CHECK_EQUAL(0, flock(fd, LOCK_EX));
    pid_t pid = fork();
    if (pid == 0) {
        struct flock other = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
        int good = fcntl(fd, F_GETLK, &other) == 0 && other.l_type == F_WRLCK && other.l_pid == getppid();
        other = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 20, .l_len = 10};
        good &= fcntl(fd, F_OFD_SETLK, &other) == 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
        _exit(good ? 0 : 1);
    }
    CHECK_EQUAL(0, ended(pid));
    close(fd);
}

static volatile sig_atomic_t handled;

static void count_signal(int signal)
{
    (void)signal;
    handled++;
}

static void signals_and_timers(void)
{
    sigset_t set, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    struct sigaction action = {.sa_handler = count_signal}, old;
    CHECK_EQUAL(0, sigaction(SIGUSR1, &action, &old));
    CHECK_EQUAL(0, sigprocmask(SIG_BLOCK, &set, NULL));
    raise(SIGUSR1);
    struct itimerval timer = {{0, 0}, {100, 0}}, left;
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &timer, NULL));
    pid_t pid = fork();
    if (pid == 0) {
        int good = sigpending(&pending) == 0 && !sigismember(&pending, SIGUSR1);
        good &= getitimer(ITIMER_REAL, &left) == 0 && left.it_value.tv_sec == 0;
        raise(SIGUSR1);
        good &= sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1);
        good &= sigprocmask(SIG_UNBLOCK, &set, NULL) == 0 && handled == 1;
        _exit(good ? 0 : 1);
    }
    CHECK_EQUAL(0, ended(pid));
    CHECK_EQUAL(0, getitimer(ITIMER_REAL, &left));
    CHECK(left.it_value.tv_sec > 0);
    CHECK_EQUAL(0, handled);
    CHECK_EQUAL(0, sigprocmask(SIG_UNBLOCK, &set, NULL));
    CHECK_EQUAL(1, handled);
    timer.it_value.tv_sec = 0;
    setitimer(ITIMER_REAL, &timer, NULL);
    sigaction(SIGUSR1, &old, NULL);
}

static void waiting(void)
{
    siginfo_t info = {0};
    int status;
    volatile int *volatile nowhere = (volatile int *)8;
    int gate[2];
    char byte;
    CHECK_EQUAL(0, pipe(gate));
    pid_t pid = fork();
    if (pid == 0) {
        raise(SIGSTOP);
        /* Not before its continuing was seen: who has ended is reported as ended. */
        _exit(read(gate[0], &byte, 1) == 1 ? 9 : 1);
    }
    CHECK_EQUAL(pid, waitpid(pid, &status, WUNTRACED));
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    CHECK_EQUAL(0, waitpid(pid, &status, WNOHANG));
    CHECK_EQUAL(0, kill(pid, SIGCONT));
    CHECK_EQUAL(pid, waitpid(pid, &status, WCONTINUED));
    CHECK(WIFCONTINUED(status));
    CHECK_EQUAL(1, write(gate[1], "x", 1));
    close(gate[0]);
    close(gate[1]);
    CHECK_EQUAL(0, waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
    CHECK_EQUAL(pid, info.si_pid);
    CHECK_EQUAL(CLD_EXITED, info.si_code);
    CHECK_EQUAL(9, info.si_status);
    CHECK_EQUAL(9, ended(pid));
    CHECK_ERRNO(ECHILD, waitpid(pid, &status, 0));
    pid = fork();
    if (pid == 0) {
        *nowhere = 1;
        _exit(0);
    }
    CHECK_EQUAL(pid, wait(&status));
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    signal(SIGCHLD, SIG_IGN);
    pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    CHECK_ERRNO(ECHILD, waitpid(pid, &status, 0));
    signal(SIGCHLD, SIG_DFL);
}

/* The grandchild outlives the child and gets a new parent, which collects it. */
static void orphans(void)
{
    CHECK_EQUAL(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
    int ends[2];
    pid_t found = 0;
    CHECK_EQUAL(0, pipe(ends));
    pid_t pid = fork();
    if (pid == 0) {
        pid_t middle = getpid();
        pid_t grandchild = fork();
        if (grandchild == 0) {
            while (getppid() == middle) {
                sched_yield();
            }
            pid_t parent = getppid();
            _exit(write(ends[1], &parent, sizeof parent) == sizeof parent ? 4 : 5);
        }
        _exit(3);
    }
    CHECK_EQUAL(3, ended(pid));
    CHECK_EQUAL(sizeof found, read(ends[0], &found, sizeof found));
    CHECK_EQUAL(getpid(), found);
    int status = 0;
    CHECK(wait(&status) > 0);
    CHECK_EQUAL(4, WEXITSTATUS(status));
    CHECK_EQUAL(0, prctl(PR_SET_CHILD_SUBREAPER, 0));
    pid = fork();
    if (pid == 0) {
        pid_t grandchild = fork();
        if (grandchild == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            char ready = 1;
            if (write(ends[1], &ready, 1) == 1) {
                for (;;) {
                    pause();
                }
            }
        }
        char ready;
        _exit(read(ends[0], &ready, 1) == 1 ? 0 : 1);
    }
    close(ends[1]);
    CHECK_EQUAL(0, ended(pid));
    /* The pipe ends when the last writer, the grandchild, has been killed. */
    char byte;
    CHECK_EQUAL(0, read(ends[0], &byte, 1));
    close(ends[0]);
}

static int set_and_exit(void *argument)
{
    *(volatile int *)argument = 77;
    close(*(volatile int *)((char *)argument + 4));
    return chdir("/tmp") == 0 ? 12 : 13;
}

static void clone_flags(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    static volatile int shared[2];
    char before[100], after[100];
    CHECK(getcwd(before, sizeof before) != NULL);
    shared[1] = dup(0);
    pid_t pid = clone(set_and_exit, stack + sizeof stack, CLONE_VM | CLONE_FILES | CLONE_FS | SIGCHLD, (void *)shared);
    CHECK_EQUAL(12, ended(pid));
    CHECK_EQUAL(77, shared[0]);
    CHECK_ERRNO(EBADF, fcntl(shared[1], F_GETFD));
    CHECK(getcwd(after, sizeof after) != NULL && strcmp(after, "/tmp") == 0);
    CHECK_EQUAL(0, chdir(before));
    shared[0] = 0;
    shared[1] = dup(0);
    pid = clone(set_and_exit, stack + sizeof stack, SIGCHLD, (void *)shared);
    CHECK_EQUAL(12, ended(pid));
    CHECK_EQUAL(0, shared[0]);
    CHECK(fcntl(shared[1], F_GETFD) >= 0);
    close(shared[1]);
    int tid = 0;
    static volatile int child_tid;
    child_tid = 0;
    pid = syscall(SYS_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, 0, &tid, &child_tid, 0);
    if (pid == 0) {
        _exit(child_tid == getpid() ? 0 : 1);
    }
    CHECK_EQUAL(pid, tid);
    CHECK_EQUAL(0, child_tid);
    CHECK_EQUAL(0, ended(pid));
    pid = syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (pid == 0) {
        _exit(6);
    }
    int status = 0;
    CHECK_ERRNO(ECHILD, waitpid(pid, &status, 0));
    CHECK_EQUAL(pid, waitpid(pid, &status, __WCLONE));
    CHECK_EQUAL(6 << 8, status);
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, CLONE_THREAD | CLONE_VM | SIGCHLD, 0, 0, 0, 0));
}

static void descriptors_of_processes(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    struct { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, count; } how = {0};
    int fd = -1;
    how.flags = CLONE_PIDFD;
    how.pidfd = (uintptr_t)&fd;
    how.exit_signal = SIGCHLD;
    pid_t pid = syscall(SYS_clone3, &how, sizeof how);
    if (pid == 0) {
        char byte;
        _exit(read(ends[0], &byte, 1) == 1 ? 41 : 42);
    }
    struct pollfd asked = {.fd = fd, .events = POLLIN};
    CHECK(fd >= 0);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(fd, F_GETFD));
    CHECK_EQUAL(0, poll(&asked, 1, 0));
    CHECK_EQUAL(0, syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0x100));
    CHECK_EQUAL(1, write(ends[1], "x", 1));
    CHECK_EQUAL(1, poll(&asked, 1, 60000));
    siginfo_t info = {0};
    CHECK_EQUAL(0, waitid(P_PIDFD, fd, &info, WEXITED));
    CHECK_EQUAL(41, info.si_status);
    CHECK_ERRNO(ESRCH, syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
    CHECK_ERRNO(ECHILD, waitid(P_PIDFD, fd, &info, WEXITED));
    close(fd);
    pid = fork();
    if (pid == 0) {
        for (;;) {
            pause();
        }
    }
    fd = syscall(SYS_pidfd_open, pid, 0);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0));
    CHECK_EQUAL(0, waitid(P_PIDFD, fd, &info, WEXITED));
    CHECK_EQUAL(CLD_KILLED, info.si_code);
    close(fd);
    CHECK_ERRNO(EBADF, syscall(SYS_pidfd_send_signal, ends[0], SIGKILL, NULL, 0));
    /* An open directory of procfs names a process too; the directory of a thread, or above, does not. */
    fd = open("/proc/self", O_RDONLY | O_DIRECTORY);
    CHECK_EQUAL(0, syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    close(fd);
    fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
    CHECK_ERRNO(EBADF, syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    close(fd);
    CHECK_ERRNO(EINVAL, syscall(SYS_pidfd_open, 0, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_pidfd_open, getpid(), 12345));
    close(ends[0]);
    close(ends[1]);
}

static void *sleeper(void *argument)
{
    (void)argument;
    for (;;) {
        pause();
    }
    return NULL;
}

/* Of many threads only the one that forks is in the child. */
static void from_a_threaded_process(void)
{
    pthread_t thread;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, sleeper, NULL));
    pid_t pid = fork();
    if (pid == 0) {
        DIR *tasks = opendir("/proc/self/task");
        int count = 0;
        for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
            count += entry->d_name[0] != '.';
        }
        int good = count == 1 && gettid() == getpid();
        pthread_t own;
        good &= pthread_create(&own, NULL, sleeper, NULL) == 0;
        _exit(good ? 0 : 1);
    }
    CHECK_EQUAL(0, ended(pid));
    CHECK_EQUAL(0, pthread_cancel(thread));
    CHECK_EQUAL(0, pthread_join(thread, NULL));
}

static void shared_lock(void)
{
    pthread_mutexattr_t attributes;
    struct { pthread_mutex_t mutex; int count; } *shared = (void *)anonymous(1, MAP_SHARED);
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    CHECK_EQUAL(0, pthread_mutex_init(&shared->mutex, &attributes));
    pid_t pids[4];
    for (int i = 0; i < 4; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            for (int round = 0; round < 200; round++) {
                pthread_mutex_lock(&shared->mutex);
                int value = shared->count;
                if (round % 20 == 0) {
                    sched_yield();
                }
                shared->count = value + 1;
                pthread_mutex_unlock(&shared->mutex);
            }
            _exit(0);
        }
    }
    for (int i = 0; i < 4; i++) {
        CHECK_EQUAL(0, ended(pids[i]));
    }
    CHECK_EQUAL(800, shared->count);
    pid_t pid = fork();
    if (pid == 0) {
        pthread_mutex_lock(&shared->mutex);
        _exit(0);
    }
    CHECK_EQUAL(0, ended(pid));
    CHECK_EQUAL(EOWNERDEAD, pthread_mutex_lock(&shared->mutex));
}

static void limits(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit none = {0, 0};
        if (setuid(4321) < 0) {
            _exit(geteuid() == 0 ? 1 : 0);
        }
        int good = setrlimit(RLIMIT_NPROC, &none) == 0;
        pid_t more = fork();
        if (more == 0) {
            _exit(0);
        }
        _exit(good && more == -1 && errno == EAGAIN ? 0 : 1);
    }
    CHECK_EQUAL(0, ended(pid));
}

/* Forty processes at once, each writing to memory it has in common with the others; then many in turn. */
static void many(void)
{
    enum { AT_ONCE = 40, IN_TURN = 300 };
    pid_t pids[AT_ONCE];
    char *own = anonymous(64, MAP_PRIVATE);
    for (int i = 0; i < AT_ONCE; i++) {
        memset(own, i, 64 * PAGE);
        pids[i] = fork();
        if (pids[i] == 0) {
            int good = 1;
            for (int page = 0; page < 64; page++) {
                good &= own[page * PAGE + 5] == i;
                own[page * PAGE + 5] = (char)(i + page);
                if (page % 16 == 0) {
                    sched_yield();
                }
            }
            for (int page = 0; page < 64; page++) {
                good &= own[page * PAGE + 5] == (char)(i + page) && own[page * PAGE + 6] == i;
            }
            _exit(good ? 0 : 1);
        }
    }
    int bad = 0;
    for (int i = 0; i < AT_ONCE; i++) {
        bad += ended(pids[i]) != 0;
    }
    CHECK_EQUAL(0, bad);
    for (int i = 0; i < IN_TURN; i++) {
        global = i;
        pid_t pid = fork();
        if (pid == 0) {
            _exit(global == i ? 0 : 1);
        }
        bad += ended(pid) != 0;
    }
    CHECK_EQUAL(0, bad);
    global = 1;
}

int main(void)
{
    setbuf(stdout, NULL);
    memory_is_copied();
    turns();
    advice();
    files();
    locks();
    signals_and_timers();
    waiting();
    orphans();
    clone_flags();
    descriptors_of_processes();
    from_a_threaded_process();
    shared_lock();
    limits();
    many();
    return check_done();
}
