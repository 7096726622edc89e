/* ptrace(2): stops, registers, memory, events, and what wait(2) tells a tracer. */
#include "check.h"
#include <elf.h>
#include <fcntl.h>
#include <linux/ptrace.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
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

/* The signal that stopped it with an event above, as the status has them; -1 when it has not stopped. */
static int stop_of(pid_t pid)
{
    int status = wait_for(pid);
    CHECK(WIFSTOPPED(status));
    return WIFSTOPPED(status) ? status >> 8 : -1;
}

static struct user_regs_struct registers_of(pid_t pid)
{
    struct user_regs_struct registers = {0};
    CHECK_EQUAL(0, trace(PTRACE_GETREGS, pid, 0, (long) &registers));
    return registers;
}

static long word_of(pid_t pid, const void *address)
{
    long word = 0;
    CHECK_EQUAL(0, trace(PTRACE_PEEKDATA, pid, (long) address, (long) &word));
    return word;
}

/* A child that is traced and has stopped itself. */
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
    return child;
}

static void finish(pid_t child, int code)
{
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    int status = wait_for(child);
    CHECK(WIFEXITED(status));
    CHECK_EQUAL(code, WEXITSTATUS(status));
}

static volatile long shared_word = 11;

static void exit_with_word(void)
{
    _exit((int) shared_word);
}

static void proc_text(pid_t pid, const char *file, char *text, size_t size)
{
    char name[64];
    snprintf(name, sizeof name, "/proc/%d/%s", pid, file);
    int fd = open(name, O_RDONLY);
    CHECK(fd >= 0);
    ssize_t n = read(fd, text, size - 1);
    CHECK(n > 0);
    text[n > 0 ? n : 0] = 0;
    close(fd);
}

static void memory(void)
{
    pid_t child = start(exit_with_word);
    char text[4096], name[64];
    proc_text(child, "status", text, sizeof text);
    const char *tracer = strstr(text, "\nTracerPid:\t");
    CHECK(tracer != NULL && atoi(tracer + 12) == getpid());
    CHECK(strstr(text, "\nState:\tt (tracing stop)") != NULL);
    CHECK_EQUAL(11, word_of(child, (void *) &shared_word));
    CHECK_EQUAL(0, trace(PTRACE_POKEDATA, child, (long) &shared_word, 12));
    CHECK_EQUAL(12, word_of(child, (void *) &shared_word));
    CHECK_EQUAL(11, shared_word);
    CHECK_ERRNO(EIO, trace(PTRACE_PEEKDATA, child, 8, (long) text));
    CHECK_ERRNO(EIO, trace(PTRACE_POKEDATA, child, 8, 1));
    CHECK_ERRNO(EIO, trace(0x7777, child, 0, 0));

    long value = 13;
    struct iovec local = {&value, sizeof value}, remote = {(void *) &shared_word, sizeof value};
    CHECK_EQUAL(8, process_vm_writev(child, &local, 1, &remote, 1, 0));
    value = 0;
    CHECK_EQUAL(8, process_vm_readv(child, &local, 1, &remote, 1, 0));
    CHECK_EQUAL(13, value);
    struct iovec wrong = {(void *) 8, 8};
    CHECK_ERRNO(EFAULT, process_vm_readv(child, &local, 1, &wrong, 1, 0));
    CHECK_ERRNO(EINVAL, process_vm_readv(child, &local, 1, &remote, 1, 1));
    snprintf(name, sizeof name, "/proc/%d/mem", child);
    int fd = open(name, O_RDWR);
    CHECK(fd >= 0);
    CHECK_EQUAL(8, pread(fd, &value, 8, (off_t) &shared_word));
    CHECK_EQUAL(13, value);
    value = 14;
    CHECK_EQUAL(8, pwrite(fd, &value, 8, (off_t) &shared_word));
    CHECK_ERRNO(EIO, pread(fd, &value, 8, 8));
    finish(child, 14);
    CHECK_EQUAL(0, pread(fd, &value, 8, (off_t) &shared_word));
    close(fd);
    CHECK_ERRNO(ESRCH, trace(PTRACE_CONT, child, 0, 0));
    CHECK_ERRNO(EPERM, trace(PTRACE_ATTACH, getpid(), 0, 0));
    CHECK_ERRNO(ESRCH, process_vm_readv(child, &local, 1, &remote, 1, 0));
}

/* What a debugger sets breakpoints in and steps through: text with system calls, which must look as it does here. */
long steps(void);
extern const unsigned char step_start[], step_call[], step_after[], step_compare[], step_second[], step_third[],
    step_end[];
__asm__(".text\n"
        ".globl steps\n"
        "steps:\n"
        "step_start: mov $39, %eax\n"
        "step_call: syscall\n"
        "step_after: mov %rax, %rdx\n"
        "xor %ecx, %ecx\n"
        "mov $39, %ecx\n"
        "mov %ecx, %eax\n"
        "step_second: syscall\n"
        "step_compare: cmp $-4096, %rax\n"
        "step_third: nop\n"
        "sub %rdx, %rax\n"
        "step_end: ret\n");

static void call_steps(void)
{
    _exit((int) steps());
}

static void step_to(pid_t child, const void *place)
{
    CHECK_EQUAL(0, trace(PTRACE_SINGLESTEP, child, 0, 0));
    CHECK_EQUAL(SIGTRAP, stop_of(child));
    CHECK_EQUAL((long) place, registers_of(child).rip);
}

static void break_at(pid_t child, const unsigned char *place, int text)
{
    long word = word_of(child, place);
    CHECK_EQUAL(text, word & 0xffff);
    CHECK_EQUAL(0, trace(PTRACE_POKETEXT, child, (long) place, (word & ~0xffL) | 0xcc));
    CHECK_EQUAL((word & ~0xffL) | 0xcc, word_of(child, place));
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(SIGTRAP, stop_of(child));
    struct user_regs_struct registers = registers_of(child);
    CHECK_EQUAL((long) place + 1, registers.rip);
    siginfo_t info;
    CHECK_EQUAL(0, trace(PTRACE_GETSIGINFO, child, 0, (long) &info));
    CHECK_EQUAL(SI_KERNEL, info.si_code);
    registers.rip--;
    CHECK_EQUAL(0, trace(PTRACE_SETREGS, child, 0, (long) &registers));
    CHECK_EQUAL(0, trace(PTRACE_POKETEXT, child, (long) place, word));
}

static void stepping(void)
{
    /* The text has run here, so a kernel that changes it has done so. */
    CHECK_EQUAL(0, steps());
    pid_t child = start(call_steps);
    break_at(child, step_start, 0x27b8);
    step_to(child, step_call);
    step_to(child, step_after);
    CHECK_EQUAL(child, registers_of(child).rax);
    step_to(child, step_after + 3);
    break_at(child, step_second, 0x050f);
    step_to(child, step_compare);
    step_to(child, step_third);
    step_to(child, step_third + 1);
    finish(child, 0);

    /* The same without a breakpoint anywhere near. */
    child = start(call_steps);
    struct user_regs_struct registers = registers_of(child), changed = registers;
    changed.rip = (long) step_start;
    changed.orig_rax = -1;
    CHECK_EQUAL(0, trace(PTRACE_SETREGS, child, 0, (long) &changed));
    step_to(child, step_call);
    step_to(child, step_after);
    CHECK_EQUAL(child, registers_of(child).rax);
    for (const unsigned char *place = step_after; place != step_second;) {
        CHECK_EQUAL(0, trace(PTRACE_SINGLESTEP, child, 0, 0));
        CHECK_EQUAL(SIGTRAP, stop_of(child));
        const unsigned char *next = (const unsigned char *) registers_of(child).rip;
        CHECK(next > place && next <= step_second);
        if (next <= place || next > step_second) {
            break;
        }
        place = next;
    }
    step_to(child, step_compare);
    step_to(child, step_third);
    CHECK_EQUAL(0, registers_of(child).eflags & 0x100);
    CHECK_EQUAL(0, trace(PTRACE_SETREGS, child, 0, (long) &registers));
    finish(child, 0);
    CHECK_EQUAL(0, steps());
}

static void two_calls(void)
{
    long first = syscall(SYS_getppid), second = syscall(SYS_getuid), third = syscall(SYS_getpid);
    _exit(first == 4321 && second == 77 && third == getppid() ? 0 : 1);
}

static void to_call(pid_t child)
{
    CHECK_EQUAL(0, trace(PTRACE_SYSCALL, child, 0, 0));
    CHECK_EQUAL(SIGTRAP | 0x80, stop_of(child));
}

static long message_of(pid_t child)
{
    unsigned long message = 0;
    CHECK_EQUAL(0, trace(PTRACE_GETEVENTMSG, child, 0, (long) &message));
    return message;
}

static void calls(void)
{
    pid_t child = start(two_calls);
    CHECK_ERRNO(EINVAL, trace(PTRACE_SETOPTIONS, child, 0, 0x8000));
    CHECK_EQUAL(0, trace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD));
    struct ptrace_syscall_info info;
    CHECK_EQUAL(24, trace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, (long) &info));
    CHECK_EQUAL(PTRACE_SYSCALL_INFO_NONE, info.op);
    do {
        to_call(child);
    } while (registers_of(child).orig_rax != SYS_getppid);
    CHECK_EQUAL(-ENOSYS, registers_of(child).rax);
    CHECK_EQUAL(PTRACE_EVENTMSG_SYSCALL_ENTRY, message_of(child));
    CHECK_EQUAL(80, trace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, (long) &info));
    CHECK_EQUAL(PTRACE_SYSCALL_INFO_ENTRY, info.op);
    CHECK_EQUAL(SYS_getppid, info.entry.nr);
    CHECK_EQUAL(registers_of(child).rip, info.instruction_pointer);
    CHECK_EQUAL(0x050f, word_of(child, (void *) (registers_of(child).rip - 2)) & 0xffff);
    to_call(child);
    CHECK_EQUAL(getpid(), registers_of(child).rax);
    CHECK_EQUAL(PTRACE_EVENTMSG_SYSCALL_EXIT, message_of(child));
    CHECK_EQUAL(33, trace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, (long) &info));
    CHECK_EQUAL(PTRACE_SYSCALL_INFO_EXIT, info.op);
    CHECK_EQUAL(getpid(), info.exit.rval);
    CHECK_EQUAL(0, info.exit.is_error);
    siginfo_t told;
    CHECK_EQUAL(0, trace(PTRACE_GETSIGINFO, child, 0, (long) &told));
    CHECK_EQUAL(SIGTRAP | 0x80, told.si_code);
    /* The result becomes another, a call is left out, a call becomes another. */
    CHECK_EQUAL(0, trace(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, rax), 4321));
    to_call(child);
    CHECK_EQUAL(SYS_getuid, registers_of(child).orig_rax);
    CHECK_EQUAL(0, trace(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, orig_rax), -1));
    to_call(child);
    CHECK_EQUAL(0, trace(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, rax), 77));
    to_call(child);
    CHECK_EQUAL(SYS_getpid, registers_of(child).orig_rax);
    CHECK_EQUAL(0, trace(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, orig_rax), SYS_getppid));
    to_call(child);
    long word = 0;
    CHECK_EQUAL(0, trace(PTRACE_PEEKUSR, child, offsetof(struct user_regs_struct, rax), (long) &word));
    CHECK_EQUAL(getpid(), word);
    CHECK_ERRNO(EIO, trace(PTRACE_PEEKUSR, child, 3, (long) &word));
    CHECK_ERRNO(EIO, trace(PTRACE_PEEKUSR, child, sizeof(struct user) + 64, (long) &word));
    finish(child, 0);
}

static volatile sig_atomic_t handled, handled_code;

static void on_signal(int number, siginfo_t *info, void *context)
{
    (void) context;
    handled = number;
    handled_code = info->si_code;
}

static void raise_three(void)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    signal(SIGWINCH, SIG_IGN);
    raise(SIGUSR1);
    int first = handled;
    raise(SIGUSR1);
    int second = handled, code = handled_code;
    raise(SIGWINCH);
    _exit(first == 0 && second == SIGUSR2 && code == SI_QUEUE ? 0 : 1);
}

static void signals(void)
{
    pid_t child = start(raise_three);
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(SIGUSR1, stop_of(child));
    siginfo_t info;
    CHECK_EQUAL(0, trace(PTRACE_GETSIGINFO, child, 0, (long) &info));
    CHECK_EQUAL(SIGUSR1, info.si_signo);
    CHECK_EQUAL(SI_TKILL, info.si_code);
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(SIGUSR1, stop_of(child));
    CHECK_EQUAL(0, trace(PTRACE_GETSIGINFO, child, 0, (long) &info));
    info.si_signo = SIGUSR2;
    info.si_code = SI_QUEUE;
    CHECK_EQUAL(0, trace(PTRACE_SETSIGINFO, child, 0, (long) &info));
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, SIGUSR2));
    CHECK_EQUAL(SIGWINCH, stop_of(child));
    uint64_t mask = 0;
    CHECK_EQUAL(0, trace(PTRACE_GETSIGMASK, child, 8, (long) &mask));
    mask |= 1ul << (SIGHUP - 1);
    CHECK_EQUAL(0, trace(PTRACE_SETSIGMASK, child, 8, (long) &mask));
    CHECK_ERRNO(EINVAL, trace(PTRACE_GETSIGMASK, child, 4, (long) &mask));
    kill(child, SIGHUP);
    struct __ptrace_peeksiginfo_args { uint64_t off; uint32_t flags; int32_t nr; } peek = {0, 1, 4};
    siginfo_t waiting[4];
    CHECK_EQUAL(1, trace(PTRACE_PEEKSIGINFO, child, (long) &peek, (long) waiting));
    CHECK_EQUAL(SIGHUP, waiting[0].si_signo);
    CHECK_ERRNO(EIO, trace(PTRACE_CONT, child, 0, 999));
    finish(child, 0);

    child = start(raise_three);
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, SIGTERM));
    int status = wait_for(child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void use_vectors(void)
{
    uint64_t wide[2] = {0, 0};
    __asm__ volatile("movdqu %0, %%xmm5\n int3\n movdqu %%xmm5, %0" : "+m"(wide) : : "xmm5");
    _exit(wide[0] == 5 && wide[1] == 6 ? 0 : 1);
}

static void vectors(void)
{
    pid_t child = start(use_vectors);
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(SIGTRAP, stop_of(child));
    struct user_fpregs_struct legacy;
    CHECK_EQUAL(0, trace(PTRACE_GETFPREGS, child, 0, (long) &legacy));
    CHECK_EQUAL(0x37f, legacy.cwd);
    CHECK_EQUAL(0x1f80, legacy.mxcsr);
    legacy.xmm_space[20] = 5;
    CHECK_EQUAL(0, trace(PTRACE_SETFPREGS, child, 0, (long) &legacy));
    static char state[16384] __attribute__((aligned(64)));
    struct iovec all = {state, sizeof state};
    if (trace(PTRACE_GETREGSET, child, NT_X86_XSTATE, (long) &all) == 0) {
        CHECK(all.iov_len >= 576 && all.iov_len < sizeof state);
        CHECK_EQUAL(5, *(uint64_t *) (state + 160 + 5 * 16));
        *(uint64_t *) (state + 160 + 5 * 16 + 8) = 6;
        CHECK_EQUAL(0, trace(PTRACE_SETREGSET, child, NT_X86_XSTATE, (long) &all));
    }
    struct user_regs_struct registers;
    struct iovec general = {&registers, sizeof registers};
    CHECK_EQUAL(0, trace(PTRACE_GETREGSET, child, NT_PRSTATUS, (long) &general));
    CHECK_EQUAL(sizeof registers, general.iov_len);
    CHECK_EQUAL(registers_of(child).rip, registers.rip);
    CHECK(registers.fs_base != 0);
    CHECK_EQUAL(0x33, registers.cs);
    CHECK_ERRNO(EINVAL, trace(PTRACE_GETREGSET, child, 0x7777, (long) &general));
    finish(child, 0);
}

static void *end_thread(void *nothing)
{
    (void) nothing;
    return NULL;
}

static void make_all(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        _exit(1);
    }
    waitpid(child, &status, 0);
    child = vfork();
    if (child == 0) {
        _exit(2);
    }
    waitpid(child, &status, 0);
    pthread_t thread;
    pthread_create(&thread, NULL, end_thread, NULL);
    pthread_join(thread, NULL);
    execl("/proc/self/exe", "ptrace", "exit", NULL);
    _exit(9);
}

static pid_t made;

/* The next event of the child; children that it makes start stopped, run on, and end on the way. */
static int event_of(pid_t child)
{
    while (1) {
        int status;
        pid_t one = waitpid(-1, &status, __WALL);
        CHECK(one > 0);
        if (one <= 0 || one == child) {
            return WIFSTOPPED(status) ? status >> 8 : -1;
        }
        if (WIFSTOPPED(status)) {
            int stop = status >> 8;
            CHECK(stop == SIGSTOP || stop == (SIGTRAP | PTRACE_EVENT_EXIT << 8));
            CHECK_EQUAL(0, trace(PTRACE_CONT, one, 0, 0));
        } else {
            CHECK(WIFEXITED(status));
            made++;
        }
    }
}

static void expect_event(pid_t child, int event, unsigned long message)
{
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    int stop;
    while ((stop = event_of(child)) == SIGCHLD) {
        CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, SIGCHLD));
    }
    CHECK_EQUAL(SIGTRAP | event << 8, stop);
    unsigned long told = 0;
    CHECK_EQUAL(0, trace(PTRACE_GETEVENTMSG, child, 0, (long) &told));
    if (message != 0) {
        CHECK_EQUAL(message, told);
    } else {
        CHECK(told > 0 && told != (unsigned long) child);
    }
}

static void events(void)
{
    pid_t child = start(make_all);
    long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC
            | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT;
    CHECK_EQUAL(0, trace(PTRACE_SETOPTIONS, child, 0, options));
    made = 0;
    expect_event(child, PTRACE_EVENT_FORK, 0);
    expect_event(child, PTRACE_EVENT_VFORK, 0);
    expect_event(child, PTRACE_EVENT_VFORK_DONE, 0);
    expect_event(child, PTRACE_EVENT_CLONE, 0);
    expect_event(child, PTRACE_EVENT_EXEC, child);
    expect_event(child, PTRACE_EVENT_EXIT, 21 << 8);
    CHECK_EQUAL(3, made);
    finish(child, 21);

    /* Without the option an exec is a SIGTRAP. */
    child = start(make_all);
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    int stop;
    while ((stop = stop_of(child)) == SIGCHLD) {
        CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, SIGCHLD));
    }
    CHECK_EQUAL(SIGTRAP, stop);
    finish(child, 21);
}

static int ready[2];

static void block(void)
{
    char byte;
    ssize_t n = read(ready[0], &byte, 1);
    _exit(n == 1 ? byte : 1);
}

/* Until it waits in a call: nothing else tells. */
static void await_blocked(pid_t child)
{
    char text[256];
    do {
        usleep(1000);
        proc_text(child, "syscall", text, sizeof text);
    } while (atoi(text) != SYS_read || text[0] != '0');
}

static void attach(void)
{
    CHECK_EQUAL(0, pipe(ready));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        block();
    }
    await_blocked(child);
    CHECK_ERRNO(ESRCH, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(0, trace(PTRACE_ATTACH, child, 0, 0));
    CHECK_ERRNO(EPERM, trace(PTRACE_ATTACH, child, 0, 0));
    CHECK_EQUAL(SIGSTOP, stop_of(child));
    CHECK_ERRNO(EIO, trace(PTRACE_INTERRUPT, child, 0, 0));
    /* A call that was interrupted for the tracer alone goes on. */
    CHECK_EQUAL(0, trace(PTRACE_SYSCALL, child, 0, 0));
    CHECK_EQUAL(SIGTRAP, stop_of(child));
    CHECK_EQUAL(SYS_read, registers_of(child).orig_rax);
    CHECK_EQUAL(0, trace(PTRACE_DETACH, child, 0, 0));
    CHECK_EQUAL(1, write(ready[1], "\x17", 1));
    int status = wait_for(child);
    CHECK(WIFEXITED(status));
    CHECK_EQUAL(0x17, WEXITSTATUS(status));
    close(ready[0]);
    close(ready[1]);
}

static void seize(void)
{
    CHECK_EQUAL(0, pipe(ready));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        block();
    }
    CHECK_EQUAL(0, trace(PTRACE_SEIZE, child, 0, PTRACE_O_TRACESYSGOOD));
    CHECK_EQUAL(0, trace(PTRACE_INTERRUPT, child, 0, 0));
    CHECK_EQUAL(SIGTRAP | PTRACE_EVENT_STOP << 8, stop_of(child));
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    /* The stop of the process comes twice: the signal, and then what it does. */
    CHECK_EQUAL(0, kill(child, SIGTSTP));
    CHECK_EQUAL(SIGTSTP, stop_of(child));
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, SIGSTOP));
    CHECK_EQUAL(SIGSTOP | PTRACE_EVENT_STOP << 8, stop_of(child));
    CHECK_EQUAL(0, trace(PTRACE_LISTEN, child, 0, 0));
    int status;
    CHECK_EQUAL(0, waitpid(child, &status, WNOHANG));
    CHECK_ERRNO(ESRCH, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(0, kill(child, SIGCONT));
    CHECK_EQUAL(SIGTRAP | PTRACE_EVENT_STOP << 8, stop_of(child));
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(SIGCONT, stop_of(child));
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, SIGCONT));
    CHECK_EQUAL(1, write(ready[1], "\x18", 1));
    status = wait_for(child);
    CHECK(WIFEXITED(status));
    CHECK_EQUAL(0x18, WEXITSTATUS(status));
    close(ready[0]);
    close(ready[1]);
}

static void stop_itself(void)
{
    raise(SIGSTOP);
    _exit(5);
}

static void group_stop(void)
{
    pid_t child = start(stop_itself);
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, 0));
    CHECK_EQUAL(SIGSTOP, stop_of(child));
    siginfo_t info;
    CHECK_EQUAL(0, trace(PTRACE_GETSIGINFO, child, 0, (long) &info));
    CHECK_EQUAL(0, trace(PTRACE_CONT, child, 0, SIGSTOP));
    CHECK_EQUAL(SIGSTOP, stop_of(child));
    CHECK_ERRNO(EINVAL, trace(PTRACE_GETSIGINFO, child, 0, (long) &info));
    finish(child, 5);
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "exit") == 0) {
        _exit(21);
    }
    memory();
    stepping();
    calls();
    signals();
    vectors();
    events();
    attach();
    seize();
    group_stop();
    CHECK_ERRNO(ECHILD, wait(NULL));
    return check_done();
}
