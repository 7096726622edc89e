/* ptrace(2): calls that the tracer makes in place of the kernel, and what a stop in execve(2) looks like. */
#include "check.h"
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#ifndef PTRACE_SYSEMU
#define PTRACE_SYSEMU 31
#endif
#ifndef PTRACE_SYSEMU_SINGLESTEP
#define PTRACE_SYSEMU_SINGLESTEP 32
#endif

static long trace(long request, pid_t pid, long address, long data)
{
    return syscall(SYS_ptrace, request, pid, address, data);
}

/* The signal that stopped it with an event above; its exit status with -1 below when it has ended. */
static int stop_of(pid_t pid)
{
    int status = -1;
    CHECK_EQUAL(pid, waitpid(pid, &status, __WALL));
    return WIFSTOPPED(status) ? status >> 8 : -1 - WEXITSTATUS(status);
}

static pid_t start(void (*body)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        trace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        body();
        _exit(7);
    }
    CHECK_EQUAL(SIGSTOP, stop_of(child));
    CHECK_EQUAL(0, trace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD));
    return child;
}

static struct user_regs_struct registers_of(pid_t pid)
{
    struct user_regs_struct registers = {0};
    CHECK_EQUAL(0, trace(PTRACE_GETREGS, pid, 0, (long)&registers));
    return registers;
}

static void asks(void)
{
    long first = syscall(SYS_getppid), second = syscall(SYS_getppid);
    _exit(first == 1234 && second == getppid() ? 9 : 8);
}

/* The first call is answered by the tracer; what stops there was not made by the kernel. */
static void emulation(int request)
{
    pid_t child = start(asks);
    int stop;
    do {
        CHECK_EQUAL(0, trace(request, child, 0, 0));
        stop = stop_of(child);
    } while (request == PTRACE_SYSEMU_SINGLESTEP && stop == SIGTRAP);
    CHECK_EQUAL(SIGTRAP | 0x80, stop);
    struct user_regs_struct registers = registers_of(child);
    CHECK_EQUAL(SYS_getppid, registers.orig_rax);
    CHECK_EQUAL(-ENOSYS, registers.rax);
    /* It ends as every call does. */
    CHECK_EQUAL(0, trace(PTRACE_SYSCALL, child, 0, 0));
    CHECK_EQUAL(SIGTRAP | 0x80, stop_of(child));
    registers = registers_of(child);
    CHECK_EQUAL(-ENOSYS, registers.rax);
    registers.rax = 1234;
    CHECK_EQUAL(0, trace(PTRACE_SETREGS, child, 0, (long)&registers));
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(-1 - 9, stop_of(child));
}

static void executes(void)
{
    char *arguments[] = {"again", "exit", NULL}, *none[] = {NULL};
    execve("/proc/self/exe", arguments, none);
}

static void execution(void)
{
    pid_t child = start(executes);
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(SIGTRAP, stop_of(child));
    struct user_regs_struct registers = registers_of(child);
    CHECK_EQUAL(SYS_execve, registers.orig_rax);
    CHECK_EQUAL(0, registers.rax);
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(-1 - 21, stop_of(child));
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "exit") == 0) {
        _exit(21);
    }
    emulation(PTRACE_SYSEMU);
    emulation(PTRACE_SYSEMU_SINGLESTEP);
    execution();
    return check_done();
}
