/*
 * Passes random arguments to every system call number. Each round is a child process: it prepares files and memory, makes
 * CALLS random calls from its own seed, and ends, or is ended by what it did to itself. The kernel must never panic, and
 * this parent must go on. It is C because it is about the C interface: registers, pointers, lengths.
 *
 * Usage: random_calls SEED MILLISECONDS [CALLS]. Prints the seed of every round with -v. It runs on Demitasse only: as
 * root on a host it would reboot or unmount that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    NUMBER_MAX = 470,
    NAMES = 12,
    ROUND_MAX_MS = 3000,
    FILES_MAX = 40,
};

static uint64_t state;

/* splitmix64 */
static uint64_t random64(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static unsigned below(unsigned limit)
{
    return random64() % limit;
}

static char *read_only, *read_write, *absent, *many;
static const char *const names[NAMES] = {"/", ".", "", "/tmp", "/tmp/file", "/tmp/new", "/tmp/link", "/proc/self/fd/3",
    "/proc/self/maps", "/dev/null", "/tmp/directory/below", "/tmp/fifo"};
static int first_file, last_file;

static uint64_t bad_address(void)
{
    static const uint64_t list[] = {0, 1, 8, 0xfff, 0x1000, -1ul, -8ul, -4096ul, 1ul << 46, (1ul << 46) - 8,
        0x7fffffffffff, 0x7ffffffff000, 1ul << 47, 0x800000000000, 0xffff800000000000, 0xffffffff80000000, 0x400100000000,
        0x3ffffffff000};
    return list[below(sizeof list / sizeof *list)];
}

static uint64_t pointer(void)
{
    switch (below(12)) {
    case 0:
        return bad_address();
    case 1:
        return (uint64_t)read_only + below(PAGE);
    case 2:
        return (uint64_t)absent + below(PAGE);
    case 3:
        return (uint64_t)read_write + PAGE * 4 - below(64);    /* runs into what is absent */
    case 4:
        return (uint64_t)read_write + below(PAGE * 4);
    case 5:
        return (uint64_t)names[below(NAMES)];
    case 6:
        return (uint64_t)many + below(16) * PAGE;
    case 7:
        return (uint64_t)&random64;
    default:
        return (uint64_t)read_write + below(512) * 32;
    }
}

static uint64_t length(void)
{
    static const uint64_t list[] = {0, 1, 2, 4, 7, 8, 12, 16, 24, 32, 40, 64, 104, 128, 136, 144, 152, 256, 1024, 4095, 4096,
        4097, 65536, 1 << 20, 1ul << 31, (1ul << 31) - 1, 1ul << 32, 1ul << 46, 1ul << 47, 1ul << 62, -1ul, -4096ul, 1ul << 63};
    return list[below(sizeof list / sizeof *list)];
}

static uint64_t file(void)
{
    switch (below(10)) {
    case 0:
        return -1;
    case 1:
        return AT_FDCWD;
    case 2:
        return 1 << below(32);
    default:
        return first_file + below(last_file - first_file + 1);
    }
}

static uint64_t flags(void)
{
    switch (below(5)) {
    case 0:
        return 0;
    case 1:
        return 1ul << below(64);
    case 2:
        return 1ul << below(32) | 1ul << below(32) | 1ul << below(12);
    case 3:
        return below(64);
    default:
        return random64() & random64() & random64();
    }
}

static uint64_t argument(void)
{
    switch (below(8)) {
    case 0:
        return length();
    case 1:
        return flags();
    case 2:
        return below(20);
    case 3:
    case 4:
        return file();
    default:
        return pointer();
    }
}

/* Structures out of words that are arguments themselves. */
static void scatter(void)
{
    for (unsigned i = 0; i < PAGE * 4 / 8; i += 1 + below(3)) {
        ((uint64_t *)read_write)[i] = below(3) ? argument() : below(4);
    }
    for (unsigned i = 0; i < 8; i++) {
        strcpy(read_write + below(512 - 8) * 32, names[below(NAMES)]);
    }
}

/* What would end or stop the parent, or the machine, on purpose: not the kernel's fault. */
static int spares(long number, uint64_t *a)
{
    switch (number) {
    case SYS_reboot:
    case SYS_exit_group:
    case SYS_exit:
        return below(50) == 0 && number != SYS_reboot;
    case SYS_fork:
    case SYS_vfork:
    case SYS_clone:
    case SYS_clone3:
        return below(8) == 0;
    case SYS_kill:
    case SYS_tkill:
    case SYS_tgkill:
    case SYS_rt_sigqueueinfo:
    case SYS_rt_tgsigqueueinfo:
    case SYS_prlimit64:
    case SYS_ptrace:
    case SYS_process_vm_readv:
    case SYS_process_vm_writev:
    case SYS_setpgid:
    case SYS_pidfd_open:
    case SYS_sched_setscheduler:
    case SYS_sched_setparam:
    case SYS_sched_setattr:
    case SYS_setpriority:
        a[0] = below(2) ? (uint64_t)getpid() : 1000000;
        if (number == SYS_ptrace || number == SYS_tgkill || number == SYS_rt_tgsigqueueinfo || number == SYS_setpriority) {
            a[1] = getpid();
        }
        return number != SYS_ptrace;
    case SYS_munmap:
    case SYS_mremap:
    case SYS_mprotect:
    case SYS_madvise:
    case SYS_mmap:
    case SYS_remap_file_pages:
    case SYS_pkey_mprotect:
        /* Mostly what the round can do without, so that it lasts. */
        if (below(16)) {
            a[0] = (uint64_t)many + below(20) * PAGE;
            a[1] = number == SYS_munmap ? a[1] % (PAGE * 5) : a[1];
        }
        if (number == SYS_mremap && below(8)) {
            a[4] = (uint64_t)many + below(20) * PAGE;
        }
        return 1;
    case SYS_fcntl:
        /* Which signal the parent gets when something becomes ready is up to who may send it signals. */
        return a[1] != F_SETOWN && a[1] != F_SETOWN_EX;
    case SYS_arch_prctl:
    case SYS_rt_sigreturn:
    case SYS_brk:
    case SYS_execve:
    case SYS_execveat:
        return below(10) == 0;
    default:
        return 1;
    }
}

static int kept(int descriptor)
{
    if (descriptor >= 0) {
        last_file = descriptor > last_file ? descriptor : last_file;
    }
    return descriptor;
}

static void open_files(void)
{
    int pair[2];
    first_file = last_file = 0;
    for (int i = 0; i < 3; i++) {
        close(i);
        kept(open("/dev/null", O_RDWR));
    }
    mkdir("/tmp/directory", 0755);
    mkfifo("/tmp/fifo", 0600);
    int data = kept(open("/tmp/file", O_RDWR | O_CREAT, 0644));
    if (data >= 0 && write(data, read_write, PAGE) != PAGE) {
        _exit(9);
    }
    symlink("/tmp/file", "/tmp/link");
    for (int i = 0; i < 4; i++) {
        static const int kinds[4] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM | SOCK_NONBLOCK};
        if (socketpair(AF_UNIX, kinds[i], 0, pair) == 0) {
            kept(pair[0]);
            kept(pair[1]);
        }
    }
    if (pipe(pair) == 0) {
        kept(pair[0]);
        kept(pair[1]);
    }
    sigset_t some;
    sigemptyset(&some);
    sigaddset(&some, SIGUSR1);
    kept(eventfd(3, EFD_NONBLOCK));
    kept(epoll_create1(0));
    kept(timerfd_create(CLOCK_MONOTONIC, 0));
    kept(signalfd(-1, &some, SFD_NONBLOCK));
    kept(open("/tmp", O_RDONLY | O_DIRECTORY));
    kept(open("/tmp/file", O_PATH));
    kept(open("/dev/zero", O_RDWR));
    kept(open("/proc/self/maps", O_RDONLY));
    kept(open("/proc", O_RDONLY | O_DIRECTORY));
    kept(open("/dev/ptmx", O_RDWR | O_NOCTTY));
    kept(memfd_create("memory", MFD_ALLOW_SEALING));
    kept(inotify_init1(IN_NONBLOCK));
    kept(socket(AF_UNIX, SOCK_STREAM, 0));
    kept(socket(AF_INET, SOCK_STREAM, 0));
    kept(socket(AF_INET, SOCK_DGRAM, 0));
    kept(socket(AF_INET6, SOCK_STREAM, 0));
}

static void prepare(void)
{
    read_only = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    read_write = mmap(NULL, PAGE * 5, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    absent = read_write + PAGE * 4;
    munmap(absent, PAGE);
    many = mmap(NULL, PAGE * 16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 1; i < 16; i += 2) {
        mprotect(many + i * PAGE, PAGE, i % 4 == 1 ? PROT_READ : PROT_NONE);
    }
    open_files();
}

/* Signals that calls send pass by; a real fault ends the round. */
static void taken(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (info->si_code > 0 && (number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL)) {
        _exit(3);
    }
}

/* A call that blocks is interrupted every 2 ms; a round that disarms the timer ends with the parent's patience. */
static void arm_timer(void)
{
    struct sigaction action = {.sa_sigaction = taken, .sa_flags = SA_SIGINFO};
    for (int i = 1; i < 65; i++) {
        sigaction(i, &action, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    struct itimerval often = {{0, 2000}, {0, 2000}};
    setitimer(ITIMER_REAL, &often, NULL);
}

static void one_call(void)
{
    uint64_t a[6];
    long number = below(40) == 0 ? (long)(random64() >> below(64)) : (long)below(NUMBER_MAX);
    for (int i = 0; i < 6; i++) {
        a[i] = argument();
    }
    if (below(2)) {
        a[0] = file();
    }
    if (!spares(number, a)) {
        return;
    }
    syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void round_of(uint64_t seed, int calls)
{
    state = seed;
    setsid();
    prepare();
    pid_t self = getpid();
    for (int i = 0; i < calls; i++) {
        if (i % 16 == 0) {
            scatter();
            arm_timer();
        }
        one_call();
        if (getpid() != self) {
            _exit(0);
        }
    }
    _exit(0);
}

static long long now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static void reap(pid_t child, int counts[3])
{
    long long deadline = now_ms() + ROUND_MAX_MS;
    int status;
    for (;;) {
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (ended == child) {
            counts[WIFSIGNALED(status) ? 1 : 0]++;
            return;
        }
        if (ended < 0 && errno == ECHILD) {
            return;
        }
        if (now_ms() > deadline) {
            kill(-child, SIGKILL);
            kill(child, SIGCONT);
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            counts[2]++;
            return;
        }
        if (ended <= 0) {
            nanosleep(&(struct timespec){0, 1000000}, NULL);
        }
    }
}

int main(int count, char **words)
{
    struct utsname system;
    if (count < 3 || uname(&system) != 0 || strstr(system.release, "demitasse") == NULL) {
        fprintf(stderr, "usage, on Demitasse only: random_calls SEED MILLISECONDS [CALLS] [-v]\n");
        return 2;
    }
    uint64_t seed = strtoull(words[1], NULL, 0);
    long long end = now_ms() + atoi(words[2]);
    int calls = count > 3 ? atoi(words[3]) : 400;
    int verbose = count > 4;
    int counts[3] = {0, 0, 0}, rounds = 0;
    while (now_ms() < end) {
        if (verbose) {
            printf("round %llu\n", (unsigned long long)seed);
            fflush(stdout);
        }
        pid_t child = fork();
        if (child == 0) {
            round_of(seed, calls);
        }
        if (child < 0 && errno == ENOSYS) {
            round_of(seed, calls);    /* no fork yet: an instance is one round */
        }
        if (child < 0) {
            perror("fork");
            return 1;
        }
        reap(child, counts);
        rounds++;
        seed++;
    }
    printf("%d rounds of %d calls up to seed %llu: %d ended, %d by a signal, %d were ended\n", rounds, calls,
        (unsigned long long)seed, counts[0], counts[1], counts[2]);
    return 0;
}
