/* sigaction(2), sigprocmask(2), kill(2), sigaltstack(2), sigreturn(2), setitimer(2), signal(7). */
#include "check.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

static volatile sig_atomic_t count, last, nested_depth, depth_max;
static volatile int value;
static char alternate[65536];
static volatile int on_alternate;
volatile int zero, quotient;
static sigjmp_buf back;

static void counts(int signal)
{
    count++;
    last = signal;
}

static void informs(int signal, siginfo_t *info, void *context)
{
    last = signal;
    value = info->si_value.sival_int;
    count += context != NULL;
}

static void nests(int signal)
{
    if (++nested_depth > depth_max) {
        depth_max = nested_depth;
    }
    if (nested_depth < 3) {
        raise(signal);
    }
    nested_depth--;
}

static void overflowed(int signal)
{
    char here;
    on_alternate = &here >= alternate && &here < alternate + sizeof alternate;
    siglongjmp(back, signal);
}

static void skips(int signal, siginfo_t *info, void *context)
{
    (void)info;
    ucontext_t *user = context;
    user->uc_mcontext.gregs[REG_RIP] += 2; /* over the two bytes of ud2 */
    last = signal;
}

/* The vector state in a frame has only components that its own words for software name, asm/sigcontext.h: sigreturn(2)
   would refuse others. A CPU with protection keys has more than its frames may show. */
static void looks_at_vectors(int signal, siginfo_t *info, void *context)
{
    (void)info;
    const ucontext_t *user = context;
    const struct _fpx_sw_bytes *software = (void *)((char *)user->uc_mcontext.fpregs + 464);
    if (software->magic1 == FP_XSTATE_MAGIC1) {
        const char *area = (const char *)user->uc_mcontext.fpregs;
        uint64_t header[8];
        uint32_t end;
        memcpy(header, area + 512, sizeof header);
        memcpy(&end, area + software->xstate_size, sizeof end);
        CHECK_EQUAL(0, header[0] & ~software->xstate_bv);
        CHECK_EQUAL(0, header[1]);
        CHECK_EQUAL(FP_XSTATE_MAGIC2, end);
        CHECK_EQUAL(software->xstate_size + sizeof end, software->extended_size);
    }
    last = signal;
}

static int __attribute__((noinline)) deep(int n)
{
    volatile char space[8192];
    space[0] = (char)n;
    return deep(n + 1) + space[0];
}

static void install(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    CHECK_EQUAL(0, sigaction(signal, &action, NULL));
}

static void masks(void)
{
    install(SIGUSR1, counts, 0);
    sigset_t set, old, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    count = 0;
    CHECK_EQUAL(0, sigprocmask(SIG_BLOCK, &set, &old));
    CHECK_EQUAL(0, raise(SIGUSR1));
    CHECK_EQUAL(0, raise(SIGUSR1));
    CHECK_EQUAL(0, count);
    CHECK_EQUAL(0, sigpending(&pending));
    CHECK_EQUAL(1, sigismember(&pending, SIGUSR1));
    CHECK_EQUAL(0, sigprocmask(SIG_SETMASK, &old, NULL));
    CHECK_EQUAL(1, count);
    CHECK_ERRNO(EINVAL, sigaction(SIGKILL, &(struct sigaction){.sa_handler = counts}, NULL));
    CHECK_ERRNO(EINVAL, kill(getpid(), 65));
    CHECK_EQUAL(0, kill(getpid(), 0));
    CHECK_ERRNO(ESRCH, kill(999999, 0));
    install(SIGUSR2, SIG_IGN, 0);
    CHECK_EQUAL(0, raise(SIGUSR2));
}

static void realtime(void)
{
    struct sigaction action = {.sa_sigaction = informs, .sa_flags = SA_SIGINFO};
    CHECK_EQUAL(0, sigaction(SIGRTMIN + 1, &action, NULL));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    CHECK_EQUAL(0, sigprocmask(SIG_BLOCK, &set, NULL));
    for (int i = 1; i <= 3; i++) {
        CHECK_EQUAL(0, sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = i}));
    }
    siginfo_t info;
    CHECK_EQUAL(SIGRTMIN + 1, sigwaitinfo(&set, &info));
    CHECK_EQUAL(1, info.si_value.sival_int);
    CHECK_EQUAL(SI_QUEUE, info.si_code);
    count = 0;
    CHECK_EQUAL(0, sigprocmask(SIG_UNBLOCK, &set, NULL));
    CHECK_EQUAL(2, count);
    CHECK_EQUAL(3, value);
    struct timespec soon = {0, 1000000};
    CHECK_EQUAL(0, sigprocmask(SIG_BLOCK, &set, NULL));
    CHECK_ERRNO(EAGAIN, sigtimedwait(&set, NULL, &soon));
}

static void flags(void)
{
    install(SIGUSR1, nests, SA_NODEFER);
    CHECK_EQUAL(0, raise(SIGUSR1));
    CHECK_EQUAL(3, depth_max);
    install(SIGUSR1, counts, SA_RESETHAND);
    CHECK_EQUAL(0, raise(SIGUSR1));
    struct sigaction now;
    CHECK_EQUAL(0, sigaction(SIGUSR1, NULL, &now));
    CHECK(now.sa_handler == SIG_DFL);
    struct sigaction action = {.sa_sigaction = skips, .sa_flags = SA_SIGINFO};
    CHECK_EQUAL(0, sigaction(SIGILL, &action, NULL));
    last = 0;
    __asm__ volatile("ud2");
    CHECK_EQUAL(SIGILL, last);
}

static void stacks(void)
{
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate}, was;
    CHECK_EQUAL(0, sigaltstack(&stack, NULL));
    CHECK_EQUAL(0, sigaltstack(NULL, &was));
    CHECK(was.ss_sp == alternate);
    stack.ss_size = 100;
    CHECK_ERRNO(ENOMEM, sigaltstack(&stack, NULL));
    install(SIGSEGV, overflowed, SA_ONSTACK);
    if (sigsetjmp(back, 1) == 0) {
        deep(0);
    }
    CHECK_EQUAL(1, on_alternate);
    install(SIGFPE, overflowed, 0);
    int raised = sigsetjmp(back, 1);
    if (raised == 0) {
        quotient = 7 / zero;
    }
    CHECK_EQUAL(SIGFPE, raised);
    /* A stack pointer that is no address at all is a stack fault, and that is SIGBUS; QEMU's emulation raises a general
       protection fault instead, and that is SIGSEGV. */
    install(SIGBUS, overflowed, SA_ONSTACK);
    on_alternate = 0;
    raised = sigsetjmp(back, 1);
    if (raised == 0) {
        __asm__ volatile("movabs $0x0400000000000000, %%rsp; push %%rax" ::: "memory");
    }
    CHECK(raised == SIGBUS || raised == SIGSEGV);
    CHECK_EQUAL(1, on_alternate);
}

static void interrupts(void)
{
    int ends[2];
    char byte;
    CHECK_EQUAL(0, pipe(ends));
    /* Again and again: the first may come before the call has begun. */
    struct itimerval soon = {{0, 5000}, {0, 5000}}, never = {{0, 0}, {0, 0}};
    install(SIGALRM, counts, 0);
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &soon, NULL));
    CHECK_ERRNO(EINTR, read(ends[0], &byte, 1));
    struct timespec hour = {3600, 0}, left;
    CHECK_ERRNO(EINTR, nanosleep(&hour, &left));
    CHECK(left.tv_sec > 3000 && left.tv_sec < 3600);
    CHECK_ERRNO(EINTR, pause());
    /* A processor loop is interrupted as well. */
    count = 0;
    while (count == 0) {
    }
    CHECK_EQUAL(SIGALRM, last);
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &never, NULL));
}

/* A program that steps itself comes through a system call. */
static volatile unsigned long first_step;
static volatile sig_atomic_t steps;

static void on_step(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    const ucontext_t *user = context;
    if (steps++ == 0) {
        first_step = user->uc_mcontext.gregs[REG_RIP];
    }
}

static void stepping(void)
{
    struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    CHECK_EQUAL(0, sigaction(SIGTRAP, &action, NULL));
    for (int round = 0; round < 4; round++) {
        long result = 39; /* getpid(2) */
        unsigned long place;
        steps = 0;
        __asm__ volatile("pushfq\n"
                         "orq $0x100, (%%rsp)\n"
                         "popfq\n"
                         "nop\n"
                         "1: syscall\n"
                         "nop\n"
                         "pushfq\n"
                         "andq $~0x100, (%%rsp)\n"
                         "popfq\n"
                         "lea 1b(%%rip), %1\n"
                         : "+a"(result), "=&r"(place)
                         :
                         : "rcx", "r11", "memory", "cc");
        CHECK_EQUAL(getpid(), result);
        CHECK_EQUAL(place, first_step);
        /* 5 on Linux; on ours one at the call alone, or one more behind it. */
        CHECK(steps >= 1 && steps <= 6);
    }
}

static void spoils_vectors(int signal, siginfo_t *info, void *context)
{
    (void)info;
    const ucontext_t *user = context;
    last = signal;
    /* Reserved bytes of the header, which the CPU refuses unless they are 0. */
    if (((struct _fpx_sw_bytes *)((char *)user->uc_mcontext.fpregs + 464))->magic1 == FP_XSTATE_MAGIC1) {
        memset((char *)user->uc_mcontext.fpregs + 512 + 16, 0xff, 48);
    } else {
        raise(SIGSEGV);
    }
}

/* A frame whose vector state cannot be: the SIGSEGV comes where the signal came, and its handler goes back there. */
static void spoilt_vectors(void)
{
    struct sigaction action = {.sa_sigaction = spoils_vectors, .sa_flags = SA_SIGINFO}, before;
    CHECK_EQUAL(0, sigaction(SIGUSR2, &action, NULL));
    action.sa_handler = counts;
    action.sa_flags = 0;
    CHECK_EQUAL(0, sigaction(SIGSEGV, &action, &before));
    count = 0;
    CHECK_EQUAL(0, raise(SIGUSR2));
    CHECK_EQUAL(1, count);
    CHECK_EQUAL(SIGSEGV, last);
    CHECK_EQUAL(0, sigaction(SIGSEGV, &before, NULL));
}

/* Both at a system call and out of the middle of a computation, which goes on with what it had in its registers. */
static void vectors(void)
{
    struct sigaction action = {.sa_sigaction = looks_at_vectors, .sa_flags = SA_SIGINFO};
    CHECK_EQUAL(0, sigaction(SIGUSR1, &action, NULL));
    CHECK_EQUAL(0, sigaction(SIGALRM, &action, NULL));
    CHECK_EQUAL(0, raise(SIGUSR1));
    CHECK_EQUAL(SIGUSR1, last);
    struct itimerval soon = {{0, 0}, {0, 5000}};
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &soon, NULL));
    double sum = 0, half = 0.5;
    while (last != SIGALRM) {
        sum += half;
        half = -half;
    }
    CHECK(sum == 0 || sum == 0.5);
}

int main(void)
{
    vectors();
    spoilt_vectors();
    stepping();
    masks();
    realtime();
    flags();
    stacks();
    interrupts();
    return check_done();
}
