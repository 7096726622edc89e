/*
 * System call instructions in the shapes that a platform may replace while the program runs, each used for the first
 * time and again, alone, interrupted, from a child, and jumped behind. What was replaced must not show. And what the
 * auxiliary vector says of the instructions that programs may use, getauxval(3).
 */
#include "check.h"
#include <cpuid.h>
#include <elf.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>

#ifndef HWCAP2_FSGSBASE
#define HWCAP2_FSGSBASE 2
#endif

/* Each site has a page of text to itself. */
#define SITE(name, code)                                                                            \
    long name(long a, long b, long c, long number);                                                 \
    __asm__(".pushsection .text\n.balign 4096\n.globl " #name "\n" #name ":\n" code "ret\n"         \
            ".balign 4096, 0xcc\n.popsection\n")

SITE(number_first, "nop\nmov $39, %eax\nsyscall\n");
SITE(number_first_long, ".byte 0x48, 0xc7, 0xc0, 39, 0, 0, 0\nsyscall\n");
SITE(compare_behind, "mov %rcx, %rax\nsyscall\ncmp $-4095, %rax\njb 1f\nneg %rax\nneg %rax\n1:\n");
SITE(copy_behind, "push %rbx\nmov %rcx, %rax\nsyscall\nmov %rax, %rbx\nmov %rbx, %rax\npop %rbx\n");
SITE(restarted, "mov %rcx, %rax\nsyscall\ncmp $-4095, %rax\n");
SITE(interrupted, "mov %rcx, %rax\nsyscall\ncmp $-4095, %rax\n");
SITE(in_child, "mov %rcx, %rax\nsyscall\ncmp $-4095, %rax\n");
SITE(plain, "mov %rcx, %rax\nsyscall\nnop\n");
/* With a fourth argument of 0 the jump goes straight behind the system call. */
SITE(jumped_behind, "mov %rcx, %rax\ntest %rax, %rax\nmov $-4096, %eax\nje 1f\nmov %rcx, %rax\nsyscall\n"
    "1: cmp $-4095, %rax\n");

/* Before the system call, in those that begin with a copy of the number. */
enum { BYTES_BEFORE = 3 };

static int ends[2];

/* Where the program was when a signal came: cancellation in C libraries and unwinders go by that. */
static char *place;

static void note_place(void *context)
{
    place = (char *)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
}

static void write_byte(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    note_place(context);
    CHECK_EQUAL(1, write(ends[1], "x", 1));
}

static void only_interrupt(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    note_place(context);
}

static void shapes(void)
{
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(getpid(), number_first(0, 0, 0, 0));
        CHECK_EQUAL(getpid(), number_first_long(0, 0, 0, 0));
        CHECK_EQUAL(getpid(), compare_behind(0, 0, 0, SYS_getpid));
        CHECK_EQUAL(-EBADF, compare_behind(-1, 0, 0, SYS_close));
        CHECK_EQUAL(getpid(), copy_behind(0, 0, 0, SYS_getpid));
        CHECK_EQUAL(-EBADF, copy_behind(-1, 0, 0, SYS_close));
        CHECK_EQUAL(getpid(), plain(0, 0, 0, SYS_getpid));
    }
}

static void jumps(void)
{
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(0xfffff000, jumped_behind(0, 0, 0, 0));
        CHECK_EQUAL(getpid(), jumped_behind(0, 0, 0, SYS_getpid));
    }
}

/* The first call from a page is the one that a signal interrupts. */
static void signals(void)
{
    struct itimerval soon = {.it_value = {.tv_usec = 20000}}, never = {0};
    struct itimerval often = {{.tv_usec = 20000}, {.tv_usec = 20000}};
    struct sigaction restart = {.sa_sigaction = write_byte, .sa_flags = SA_RESTART | SA_SIGINFO};
    struct sigaction interrupt = {.sa_sigaction = only_interrupt, .sa_flags = SA_SIGINFO};
    char byte = 0;
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(0, sigaction(SIGALRM, &restart, NULL));
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(0, setitimer(ITIMER_REAL, &soon, NULL));
        CHECK_EQUAL(1, restarted(ends[0], (long)&byte, 1, SYS_read));
        CHECK_EQUAL('x', byte);
        /* It goes back to the system call. */
        CHECK_EQUAL(BYTES_BEFORE, place - (char *)restarted);
    }
    CHECK_EQUAL(0, sigaction(SIGALRM, &interrupt, NULL));
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &often, NULL));
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(-EINTR, interrupted(ends[0], (long)&byte, 1, SYS_read));
        CHECK_EQUAL(BYTES_BEFORE + 2, place - (char *)interrupted);
    }
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &never, NULL));
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(0, compare_behind(getpid(), SIGALRM, 0, SYS_kill));
        CHECK_EQUAL(BYTES_BEFORE + 2, place - (char *)compare_behind);
    }
}

/* The call that forks is the first from its page, so that two processes return from it. */
static void children(void)
{
    for (int i = 0; i < 2; i++) {
        fflush(stdout);
        long child = in_child(SIGCHLD, 0, 0, SYS_clone);
        if (child == 0) {
            _exit(in_child(0, 0, 0, SYS_getpid) == getpid() ? 7 : 8);
        }
        int status = 0;
        CHECK_EQUAL(child, waitpid(child, &status, 0));
        CHECK_EQUAL(7, WEXITSTATUS(status));
        CHECK_EQUAL(getpid(), in_child(0, 0, 0, SYS_getpid));
    }
}

static sigjmp_buf undefined;

static void on_undefined(int number)
{
    (void)number;
    siglongjmp(undefined, 1);
}

/* Whether the instruction is there, found out by using it. */
static int has_base_instructions(void)
{
    struct sigaction action = {.sa_handler = on_undefined}, old;
    sigaction(SIGILL, &action, &old);
    volatile int there = 0;
    if (sigsetjmp(undefined, 1) == 0) {
        unsigned long base;
        __asm__ volatile("rdfsbase %0" : "=r"(base));
        there = 1;
    }
    sigaction(SIGILL, &old, NULL);
    return there;
}

static void auxiliary_vector(void)
{
    unsigned eax, ebx = 0, ecx, edx;
    int offered = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & 1);
    int told = (getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE) != 0;
    CHECK_EQUAL(told, has_base_instructions());
    CHECK(!told || offered);
    CHECK_EQUAL(4096, getauxval(AT_PAGESZ));
    CHECK_EQUAL(100, getauxval(AT_CLKTCK));
    CHECK_EQUAL(0, getauxval(AT_SECURE));
    CHECK_EQUAL(getuid(), getauxval(AT_UID));
}

int main(void)
{
    shapes();
    jumps();
    signals();
    children();
    auxiliary_vector();
    return check_done();
}
