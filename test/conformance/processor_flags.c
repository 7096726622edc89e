/*
 * Flags of the processor that a program may set for itself, Intel SDM vol. 1 §3.4.3: alignment checks, single steps, nested
 * task. Nobody else gets them, and no kernel is hurt by them.
 */
#include "child.h"

#include <signal.h>
#include <sys/syscall.h>

#define TF 0x100ul
#define NT 0x4000ul
#define AC 0x40000ul

static void set_flags(unsigned long flags)
{
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | flags);
}

static uint64_t misaligned(void)
{
    static char bytes[32] __attribute__((aligned(8)));
    uint64_t value;
    __asm__ volatile("movq %1, %0" : "=r"(value) : "m"(bytes[1]));
    return value;
}

static void read_misaligned(void)
{
    set_flags(AC);
    misaligned();
}

static void end_with_checks(void)
{
    set_flags(AC);
    syscall(SYS_exit_group, 7);
}

static void wait_with_checks(void)
{
    int ends[2];
    char byte;
    struct timespec moment = {0, 1000000};
    (void)!pipe(ends);
    set_flags(AC);
    for (int i = 0; i < 20; i++) {
        syscall(SYS_clock_nanosleep, 0, 0, &moment, NULL);
        syscall(SYS_write, ends[1], "x", 1);
        syscall(SYS_read, ends[0], &byte, 1);
    }
    syscall(SYS_exit_group, 7);
}

static void fault_with_checks(void)
{
    set_flags(AC);
    __asm__ volatile("movb $0, 0");
}

static void touch_with_checks(void)
{
    char *pages = malloc(1 << 20);
    set_flags(AC);
    for (int i = 0; i < 1 << 20; i += 4096) {
        ((volatile char *)pages)[i] = 1;
    }
    syscall(SYS_exit_group, 7);
}

static void call_with_steps(void)
{
    set_flags(TF);
    syscall(SYS_getppid);
    syscall(SYS_exit_group, 7);
}

static void call_nested(void)
{
    set_flags(NT);
    syscall(SYS_getppid);
    syscall(SYS_exit_group, 7);
}

int main(void)
{
    for (int round = 0; round < 3; round++) {
        int status = in_child(read_misaligned);
        /* Emulators leave alignment unchecked. */
        CHECK(WIFSIGNALED(status) ? WTERMSIG(status) == SIGBUS : status == 0);
        CHECK_EQUAL(0, misaligned());
        CHECK_EQUAL(7 << 8, in_child(end_with_checks));
        CHECK_EQUAL(0, misaligned());
        CHECK_EQUAL(7 << 8, in_child(touch_with_checks));
        CHECK_EQUAL(0, misaligned());
        CHECK_EQUAL(SIGSEGV, in_child(fault_with_checks) & 0x7f);
        CHECK_EQUAL(0, misaligned());
        /* Two that take turns. */
        pid_t other = fork();
        if (other == 0) {
            wait_with_checks();
        }
        for (int i = 0; i < 20; i++) {
            CHECK_EQUAL(0, misaligned());
            usleep(1000);
        }
        CHECK_EQUAL(other, waitpid(other, &status, 0));
        CHECK_EQUAL(7 << 8, status);
        CHECK_EQUAL(SIGTRAP, in_child(call_with_steps) & 0x7f);
        CHECK_EQUAL(7 << 8, in_child(call_nested));
        CHECK_EQUAL(0, misaligned());
    }
    return check_done();
}
