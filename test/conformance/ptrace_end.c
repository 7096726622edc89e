/* ptrace(2): what the end of a tracer means to those that it traces. */
#include "check.h"
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static long trace(long request, pid_t pid, long address, long data)
{
    return syscall(SYS_ptrace, request, pid, address, data);
}

static int wait_for(pid_t pid)
{
    int status = -1;
    CHECK_EQUAL(pid, waitpid(pid, &status, __WALL));
    return status;
}

static int ready[2];

static void block(void)
{
    char byte;
    ssize_t n = read(ready[0], &byte, 1);
    _exit(n == 1 ? byte : 1);
}

/* The tracer ends: one of its tracees goes on, the other is killed. */
static void orphans(void)
{
    CHECK_EQUAL(0, pipe(ready));
    int told[2];
    CHECK_EQUAL(0, pipe(told));
    fflush(stdout);
    pid_t free = fork();
    if (free == 0) {
        block();
    }
    pid_t doomed = fork();
    if (doomed == 0) {
        close(ready[1]);
        while (1) {
            pause();
        }
    }
    pid_t tracer = fork();
    if (tracer == 0) {
        trace(PTRACE_SEIZE, free, 0, 0);
        trace(PTRACE_SEIZE, doomed, 0, PTRACE_O_EXITKILL);
        trace(PTRACE_INTERRUPT, free, 0, 0);
        int status;
        waitpid(free, &status, __WALL);
        _exit(WIFSTOPPED(status) ? 0 : 1);
    }
    int status = wait_for(tracer);
    CHECK(WIFEXITED(status));
    /* 1 where a process may trace only its descendants. */
    if (WEXITSTATUS(status) == 0) {
        status = wait_for(doomed);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    } else {
        kill(doomed, SIGKILL);
        wait_for(doomed);
    }
    CHECK_EQUAL(1, write(ready[1], "\x19", 1));
    status = wait_for(free);
    CHECK(WIFEXITED(status));
    CHECK_EQUAL(0x19, WEXITSTATUS(status));
}

int main(void)
{
    orphans();
    CHECK_ERRNO(ECHILD, wait(NULL));
    return check_done();
}
