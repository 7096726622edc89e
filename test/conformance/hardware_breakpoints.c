/* Debug registers by ptrace(2): watched memory and breakpoints of the CPU. Where there are none, they cannot be set. */
#include "check.h"
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

static volatile long watched[4];
static volatile int called;

static void __attribute__((noinline)) function(void)
{
    called++;
}

static long place_of(int index)
{
    return offsetof(struct user, u_debugreg) + index * sizeof(long);
}

static long read_register(pid_t child, int index)
{
    errno = 0;
    return ptrace(PTRACE_PEEKUSER, child, place_of(index), 0);
}

static long set_register(pid_t child, int index, unsigned long value)
{
    return ptrace(PTRACE_POKEUSER, child, place_of(index), value);
}

static void body(void)
{
    watched[1] = 5;
    watched[0] = 6;
    function();
    called += watched[2];
    function();
    _exit(called);
}

static void stops(pid_t child, int code, int hit)
{
    int status = -1;
    siginfo_t info;
    CHECK_EQUAL(0, ptrace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
    CHECK_EQUAL(0, ptrace(PTRACE_GETSIGINFO, child, 0, &info));
    CHECK_EQUAL(code, info.si_code);
    CHECK_EQUAL(1 << hit, read_register(child, 6) & 15);
    CHECK_EQUAL(0, set_register(child, 6, 0));
}

enum { WRITES = 1, READS = 3, EIGHT_BYTES = 2 };

static unsigned long control(int place, int kind, int length)
{
    return 1ul << 2 * place | (unsigned long) (kind | length << 2) << (16 + 4 * place);
}

int main(void)
{
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        body();
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, read_register(child, 7));
    if (set_register(child, 0, (unsigned long) &watched[0]) == -1 && errno == EIO) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        return check_done();
    }
    CHECK_EQUAL((long) &watched[0], read_register(child, 0));
    CHECK_EQUAL(0, set_register(child, 7, control(0, WRITES, EIGHT_BYTES)));
    CHECK_ERRNO(EINVAL, set_register(child, 7, control(0, 2, 0)));
    CHECK_ERRNO(EINVAL, set_register(child, 7, control(0, 0, EIGHT_BYTES)));
    CHECK_ERRNO(EINVAL, set_register(child, 1, 1ul << 63));
    CHECK_ERRNO(EIO, set_register(child, 4, 1));
    CHECK_EQUAL(0, set_register(child, 1, (unsigned long) function));
    CHECK_EQUAL(0, set_register(child, 2, (unsigned long) &watched[2]));
    unsigned long all = control(0, WRITES, EIGHT_BYTES) | control(1, 0, 0) | control(2, READS, EIGHT_BYTES);
    CHECK_EQUAL(0, set_register(child, 7, all));
    stops(child, 4, 0);
    errno = 0;
    CHECK_EQUAL(6, ptrace(PTRACE_PEEKDATA, child, &watched[0], 0));
    stops(child, 4, 1);
    struct user_regs_struct registers;
    CHECK_EQUAL(0, ptrace(PTRACE_GETREGS, child, 0, &registers));
    CHECK_EQUAL((long) function, registers.rip);
    stops(child, 4, 2);
    CHECK_EQUAL(0, set_register(child, 7, 0));
    CHECK_EQUAL(0, ptrace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFEXITED(status));
    CHECK_EQUAL(2, WEXITSTATUS(status));
    return check_done();
}
