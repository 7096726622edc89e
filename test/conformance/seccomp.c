/* seccomp(2): strict mode, programs that judge system calls, what becomes of their answers, threads, tracers. */
#include "child.h"
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, value)
#define ON_CALL(number, value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), ANSWER(value)
#define INSTALL(...)                                                                            \
    install((struct sock_filter[]) {__VA_ARGS__},                                               \
            sizeof (struct sock_filter[]) {__VA_ARGS__} / sizeof(struct sock_filter), 0)

static long install(struct sock_filter *code, unsigned short length, int flags)
{
    struct sock_fprog program = {length, code};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static void (*confined_body)(void);

static void confine(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    confined_body();
}

/* Runs the body in a child that must not gain privileges; its status. */
static int confined(void (*body)(void))
{
    confined_body = body;
    return in_child(confine);
}

static void status_says(const char *line)
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = 0;
    CHECK(strstr(text, line) != NULL);
}

static void errors(void)
{
    CHECK_EQUAL(0, prctl(PR_GET_SECCOMP));
    status_says("\nSeccomp:\t0\n");
    CHECK_EQUAL(0, INSTALL(LOAD(nr), ON_CALL(SYS_getppid, SECCOMP_RET_ERRNO | 77),
            ON_CALL(SYS_getuid, SECCOMP_RET_ERRNO | 5000), ON_CALL(SYS_sync, SECCOMP_RET_LOG), ANSWER(SECCOMP_RET_ALLOW)));
    CHECK_ERRNO(77, syscall(SYS_getppid));
    CHECK_ERRNO(4095, syscall(SYS_getuid));
    sync();
    CHECK_EQUAL(2, prctl(PR_GET_SECCOMP));
    status_says("\nSeccomp:\t2\nSeccomp_filters:\t1\n");
    /* Of two programs the stricter counts, and among equals the newer. */
    CHECK_EQUAL(0, INSTALL(LOAD(nr), ON_CALL(SYS_getppid, SECCOMP_RET_ERRNO | 78), ON_CALL(SYS_getgid, SECCOMP_RET_ERRNO | 1),
            ANSWER(SECCOMP_RET_ALLOW)));
    CHECK_ERRNO(78, syscall(SYS_getppid));
    CHECK_ERRNO(EPERM, syscall(SYS_getgid));
    status_says("\nSeccomp_filters:\t2\n");
    /* A child is restricted as well, and so is what it executes. */
    pid_t child = fork();
    if (child == 0) {
        _exit(syscall(SYS_getppid) == -1 && errno == 78 ? 3 : 4);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    CHECK_ERRNO(EINVAL, prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
}

static void arguments(void)
{
    /* By argument: low and high half, the architecture, arithmetic and memory on the way. */
    CHECK_EQUAL(0, INSTALL(LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0), ANSWER(SECCOMP_RET_KILL),
            LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 1, 0), ANSWER(SECCOMP_RET_ALLOW),
            LOAD(args[0]), BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LDX | BPF_MEM, 3), BPF_STMT(BPF_ALU | BPF_MUL | BPF_X, 0),
            BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 1), BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 3),
            BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xfff), BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
            BPF_STMT(BPF_RET | BPF_A, 0)));
    CHECK_ERRNO((1000 * 1000 - 1) / 3 & 0xfff, close(1000));
    CHECK_ERRNO(21, close(8));
    struct sock_filter divide[] = {LOAD(nr), BPF_STMT(BPF_LDX | BPF_IMM, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgrp, 0, 1),
        BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0), ANSWER(SECCOMP_RET_ALLOW)};
    CHECK_EQUAL(0, install(divide, 5, 0));
    CHECK(getpid() > 0);
    syscall(SYS_getpgrp);
    CHECK(!"a division by nought ends the thread");
}

static void bad_programs(void)
{
    struct sock_fprog none = {0, NULL};
    CHECK_ERRNO(EINVAL, syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &none));
    CHECK_ERRNO(EFAULT, syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL));
    CHECK_ERRNO(EFAULT, syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &(struct sock_fprog) {1, (void *) 8}));
    CHECK_ERRNO(EINVAL, syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0x8000, &none));
    CHECK_ERRNO(EINVAL, syscall(SYS_seccomp, 99, 0, NULL));
    CHECK_ERRNO(EINVAL, syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
    CHECK_ERRNO(EINVAL, prctl(PR_SET_SECCOMP, 7));
    CHECK_ERRNO(EINVAL, INSTALL(LOAD(nr)));
    CHECK_ERRNO(EINVAL, INSTALL(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), ANSWER(0)));
    CHECK_ERRNO(EINVAL, INSTALL(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 3), ANSWER(0)));
    CHECK_ERRNO(EINVAL, INSTALL(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), ANSWER(0)));
    CHECK_ERRNO(EINVAL, INSTALL(BPF_STMT(BPF_LD | BPF_MEM, 1), ANSWER(0)));
    CHECK_ERRNO(EINVAL, INSTALL(BPF_STMT(BPF_ST, 16), ANSWER(0)));
    CHECK_ERRNO(EINVAL, INSTALL(BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ANSWER(0)));
    CHECK_ERRNO(EINVAL, INSTALL(BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), ANSWER(0)));
    CHECK_ERRNO(EINVAL, INSTALL(BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0), ANSWER(0)));
    CHECK_ERRNO(EINVAL, INSTALL(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1), ANSWER(0)));
    /* Stored on one of two ways only. */
    CHECK_ERRNO(EINVAL, INSTALL(LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1), BPF_STMT(BPF_ST, 1),
            BPF_STMT(BPF_LD | BPF_MEM, 1), ANSWER(0)));
    CHECK_EQUAL(0, prctl(PR_GET_SECCOMP));
    unsigned action = SECCOMP_RET_TRAP;
    CHECK_EQUAL(0, syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
    action = 0x12340000;
    CHECK_ERRNO(EOPNOTSUPP, syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
}

static volatile siginfo_t trapped;
static volatile long trapped_result;

static void on_trap(int number, siginfo_t *info, void *context)
{
    (void) number;
    ucontext_t *state = context;
    trapped = *info;
    trapped_result = state->uc_mcontext.gregs[REG_RAX];
    CHECK_EQUAL(state->uc_mcontext.gregs[REG_RIP], (long) info->si_call_addr);
    state->uc_mcontext.gregs[REG_RAX] = 1234;
}

static void traps(void)
{
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    sigaction(SIGSYS, &action, NULL);
    CHECK_EQUAL(0, INSTALL(LOAD(nr), ON_CALL(SYS_getppid, SECCOMP_RET_TRAP | 42), ANSWER(SECCOMP_RET_ALLOW)));
    CHECK_EQUAL(1234, syscall(SYS_getppid));
    CHECK_EQUAL(SIGSYS, trapped.si_signo);
    CHECK_EQUAL(1, trapped.si_code);
    CHECK_EQUAL(42, trapped.si_errno);
    CHECK_EQUAL(SYS_getppid, trapped.si_syscall);
    CHECK_EQUAL(AUDIT_ARCH_X86_64, trapped.si_arch);
    CHECK_EQUAL(SYS_getppid, trapped_result);
}

static void strict_good(void)
{
    CHECK_EQUAL(0, prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
    write(1, "", 0);
    syscall(SYS_exit, 5);
}

static void strict_bad(void)
{
    syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL);
    getppid();
}

static void killed(void)
{
    INSTALL(LOAD(nr), ON_CALL(SYS_getppid, SECCOMP_RET_KILL_THREAD), ANSWER(SECCOMP_RET_ALLOW));
    signal(SIGSYS, SIG_IGN);
    getppid();
}

static void *ask(void *unused)
{
    getppid();
    return unused;
}

static void process_killed(void)
{
    INSTALL(LOAD(nr), ON_CALL(SYS_getppid, SECCOMP_RET_KILL_PROCESS), ANSWER(SECCOMP_RET_ALLOW));
    pthread_t thread;
    pthread_create(&thread, NULL, ask, NULL);
    pthread_join(thread, NULL);
}

static volatile int thread_died = 1;

static void *die(void *unused)
{
    getppid();
    thread_died = 0;
    return unused;
}

static void thread_killed(void)
{
    INSTALL(LOAD(nr), ON_CALL(SYS_getppid, SECCOMP_RET_KILL_THREAD), ANSWER(SECCOMP_RET_ALLOW));
    pthread_t thread;
    pthread_create(&thread, NULL, die, NULL);
    pthread_join(thread, NULL);
    CHECK_EQUAL(1, thread_died);
}

static pthread_barrier_t barrier;

static void *others(void *own)
{
    if (own != NULL) {
        CHECK_EQUAL(0, INSTALL(ANSWER(SECCOMP_RET_ALLOW)));
    }
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return (void *) (long) (syscall(SYS_getppid) == -1 && errno == 99);
}

static void all_threads(void)
{
    struct sock_filter code[] = {LOAD(nr), ON_CALL(SYS_getppid, SECCOMP_RET_ERRNO | 99), ANSWER(SECCOMP_RET_ALLOW)};
    pthread_barrier_init(&barrier, NULL, 2);
    for (int own = 0; own < 2; own++) {
        pthread_t thread;
        void *denied;
        pthread_create(&thread, NULL, others, own == 1 ? &barrier : NULL);
        pthread_barrier_wait(&barrier);
        long result = install(code, 4, SECCOMP_FILTER_FLAG_TSYNC);
        CHECK(own == 0 ? result == 0 : result > 0);
        pthread_barrier_wait(&barrier);
        pthread_join(thread, &denied);
        CHECK_EQUAL(own == 0 || prctl(PR_GET_SECCOMP) == 2, (long) denied);
    }
}

static void without_tracer(void)
{
    CHECK_EQUAL(0, INSTALL(LOAD(nr), ON_CALL(SYS_getppid, SECCOMP_RET_TRACE | 6), ANSWER(SECCOMP_RET_ALLOW)));
    CHECK_ERRNO(ENOSYS, syscall(SYS_getppid));
}

static void tracer(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        INSTALL(LOAD(nr), ON_CALL(SYS_getppid, SECCOMP_RET_TRACE | 6), ANSWER(SECCOMP_RET_ALLOW));
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        int good = syscall(SYS_getppid) == getpid() && syscall(SYS_getppid) == 17;
        _exit(good ? 9 : 8);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESECCOMP));
    for (int round = 0; round < 2; round++) {
        ptrace(PTRACE_CONT, child, 0, 0);
        CHECK_EQUAL(child, waitpid(child, &status, 0));
        CHECK_EQUAL(SIGTRAP | PTRACE_EVENT_SECCOMP << 8, status >> 8);
        unsigned long message = 0;
        ptrace(PTRACE_GETEVENTMSG, child, 0, &message);
        CHECK_EQUAL(6, message);
        struct user_regs_struct registers;
        ptrace(PTRACE_GETREGS, child, 0, &registers);
        CHECK_EQUAL(SYS_getppid, registers.orig_rax);
        CHECK_EQUAL(-ENOSYS, registers.rax);
        registers.orig_rax = round == 0 ? SYS_getpid : -1;
        registers.rax = 17;
        ptrace(PTRACE_SETREGS, child, 0, &registers);
    }
    ptrace(PTRACE_CONT, child, 0, 0);
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFEXITED(status));
    CHECK_EQUAL(9, WEXITSTATUS(status));
}

/* Who is killed for a call is killed: no tracer is asked whether the signal may come. */
static void kills_past_tracer(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        INSTALL(LOAD(nr), ON_CALL(SYS_getppid, SECCOMP_RET_KILL_THREAD), ANSWER(SECCOMP_RET_ALLOW));
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        syscall(SYS_getppid);
        _exit(9);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    ptrace(PTRACE_CONT, child, 0, 0);
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFSIGNALED(status));
    CHECK_EQUAL(SIGSYS, WTERMSIG(status));
}

static void nobody(void)
{
    CHECK_EQUAL(0, setresuid(1000, 1000, 1000));
    CHECK_ERRNO(EACCES, INSTALL(ANSWER(SECCOMP_RET_ALLOW)));
}

int main(void)
{
    CHECK_EQUAL(0, confined(errors));
    int status = confined(arguments);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    CHECK_EQUAL(0, confined(bad_programs));
    CHECK_EQUAL(0, confined(traps));
    status = confined(strict_good);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
    status = confined(strict_bad);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    status = confined(killed);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    status = confined(process_killed);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    CHECK_EQUAL(0, confined(thread_killed));
    CHECK_EQUAL(0, confined(all_threads));
    CHECK_EQUAL(0, confined(without_tracer));
    tracer();
    kills_past_tracer();
    CHECK_EQUAL(0, in_child(nobody));
    return check_done();
}
