/*
 * Host signals become traps and interrupt bits. Not Java: handlers run at any instruction, on their own
 * stack, when Java may be in the middle of anything.
 *
 * A handler is never left by returning. It either continues what it interrupted (frame_resume) or gives the
 * program up to the kernel (user_leave), which drops the signal stack. All signals stay unblocked, so there
 * is no mask to restore.
 */
#include "platform.h"
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <asm/unistd.h>
#include <linux/audit.h>

#define EFLAGS_TF 0x100ul
#define EFLAGS_AC 0x40000ul

/* x86 exception vectors, Intel SDM vol. 3 §6.15. */
enum { VECTOR_DEBUG = 1, VECTOR_GENERAL_PROTECTION = 13, VECTOR_PAGE_FAULT = 14, VECTOR_ALIGNMENT = 17 };

int64_t interrupts;
static uint64_t host_signals;

void interrupts_raise(int64_t bits) {
    __atomic_fetch_or(&interrupts, bits, __ATOMIC_RELAXED);
}

int64_t interrupts_take(void) {
    int64_t bits = __atomic_exchange_n(&interrupts, 0, __ATOMIC_RELAXED);
    if (bits & INTERRUPT_TIMER) {
        console_poll();
        bits |= __atomic_exchange_n(&interrupts, 0, __ATOMIC_RELAXED);
    }
    return bits;
}

int32_t linux_take_host_signal(void) {
    uint64_t signals = __atomic_load_n(&host_signals, __ATOMIC_RELAXED);
    if (signals == 0) {
        return 0;
    }
    int lowest = __builtin_ctzll(signals);
    __atomic_fetch_and(&host_signals, ~(1ul << lowest), __ATOMIC_RELAXED);
    return lowest;
}

int64_t linux_entry_address(void) {
    return (int64_t) user_entry;
}

static int within(uint64_t address, const char *start, const char *end) {
    return address - (uint64_t) start < (uint64_t) (end - start);
}

/* By address, because there is no moment at which a flag could change together with the jump. The stack
   decides as well: kernel code calls the vDSO, and a wild call of the kernel itself must not pass for the
   program's. */
static int in_kernel(const struct sigcontext *registers) {
    return within(registers->rip, __executable_start, etext) || within(registers->rsp, stacks.start, stacks.end);
}

static int in_resume(const struct sigcontext *registers) {
    return within(registers->rip, resume_start, resume_end);
}

static _Noreturn void resume(struct sigcontext *registers) {
    frame_resume(registers, registers->fpstate, vector_mask);
}

/* Brings the program's registers into its context. */
static void take_registers(const struct sigcontext *from) {
    uint64_t *to = context_word(current_context, 0);
    to[0] = from->r15;
    to[1] = from->r14;
    to[2] = from->r13;
    to[3] = from->r12;
    to[4] = from->rbp;
    to[5] = from->rbx;
    to[6] = from->r11;
    to[7] = from->r10;
    to[8] = from->r9;
    to[9] = from->r8;
    to[10] = from->rax;
    to[11] = from->rcx;
    to[12] = from->rdx;
    to[13] = from->rsi;
    to[14] = from->rdi;
    to[15] = -1;
    to[16] = from->rip;
    to[17] = from->cs;
    to[18] = from->eflags;
    to[19] = from->rsp;
    to[20] = from->ss;
    vector_take_frame(current_context, from->fpstate);
}

static _Noreturn void leave(int32_t trap, uint64_t vector, const struct sigcontext *registers) {
    *context_word(current_context, 184) = vector;
    *context_word(current_context, 192) = registers->err;
    *context_word(current_context, 200) = registers->cr2;
    if (trap != TRAP_SLOW_SYSCALL) {
        *context_word(current_context, CONTEXT_FLAGS) |= CONTEXT_FLAG_FULL;
    }
    user_leave(trap);
}

/* The address or flags that the program asked for cannot be loaded: jmp or iretq raised #GP before leaving. As in any
   handler, its vector state is in the frame and no longer in the CPU. */
static _Noreturn void refuse_resume(const struct sigcontext *registers) {
    vector_take_frame(current_context, registers->fpstate);
    *context_word(current_context, CONTEXT_FLAGS) |= CONTEXT_FLAG_FULL;
    leave(TRAP_EXCEPTION, VECTOR_GENERAL_PROTECTION, registers);
}

static _Noreturn void kernel_fault(int number, struct sigcontext *registers) {
    if (in_resume(registers)) {
        refuse_resume(registers);
    }
    /* A program may have entered with these flags set; what they caused is not the kernel's doing. */
    if (registers->trapno == VECTOR_ALIGNMENT) {
        registers->eflags &= ~EFLAGS_AC;
        resume(registers);
    }
    if (registers->trapno == VECTOR_DEBUG && number == SIGTRAP) {
        registers->eflags &= ~EFLAGS_TF;
        resume(registers);
    }
    const char *reason = "an exception in the kernel";
    if (number == SIGILL) {
        reason = "a check failed: null, bounds, division, cast or assertion";
    } else if (number == SIGSYS) {
        reason = "the kernel made a host system call outside the gate";
    } else if (number == SIGBUS) {
        reason = "the host has no memory for a page, or the image file has shrunk";
    } else if (within(registers->cr2, stacks.signal_end, stacks.kernel_guard_end)) {
        reason = "the kernel stack overflowed";
    } else if (registers->trapno == VECTOR_PAGE_FAULT) {
        reason = registers->cr2 < PAGE_BYTES ? "a null reference" : "a page fault in the kernel";
    }
    panic_with_registers(reason, registers);
}

/* The host leaves AC as it was: a handler that faulted by it, while its signal is blocked, would end the process. */
static void forbid_alignment_checks(void) {
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~EFLAGS_AC);
}

/* SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP. */
static void on_fault(int number, siginfo_t *info, struct ucontext *frame) {
    forbid_alignment_checks();
    struct sigcontext *registers = &frame->uc_mcontext;
    if (in_kernel(registers)) {
        kernel_fault(number, registers);
    }
    if (info->si_code <= 0) {
        panic_with_registers("another process sent a signal that stands for a fault", registers);
    }
    /* Other vectors that Linux turns into SIGBUS, such as a stack pointer that is no address, are the program's. */
    if (number == SIGBUS && registers->trapno == VECTOR_PAGE_FAULT) {
        panic_with_registers("the host has no memory for a page, or the image file has shrunk", registers);
    }
    take_registers(registers);
    leave(registers->trapno == VECTOR_PAGE_FAULT ? TRAP_PAGE_FAULT : TRAP_EXCEPTION, registers->trapno, registers);
}

/* A system call from outside the gate: what no stub covers. rax holds the number no more where the host
   emulates the old vsyscall page. */
static void on_system_call(int number, siginfo_t *info, struct ucontext *frame) {
    forbid_alignment_checks();
    struct sigcontext *registers = &frame->uc_mcontext;
    if (in_kernel(registers)) {
        kernel_fault(number, registers);
    }
    take_registers(registers);
    if (info->si_arch != AUDIT_ARCH_X86_64) {
        /* int 0x80: as on a kernel without IA-32 emulation. The instruction is 2 bytes long. */
        *context_word(current_context, 128) -= 2;
        leave(TRAP_EXCEPTION, VECTOR_GENERAL_PROTECTION, registers);
    }
    *context_word(current_context, 80) = *context_word(current_context, 120) = (int64_t) info->si_syscall;
    leave(TRAP_SLOW_SYSCALL, 0, registers);
}

static void note_signal(int number) {
    if (number == SIGALRM) {
        time_expired();
        return;
    }
    if (number == SIGURG) {
        return;     /* from a process that has raised its bits already */
    }
    if (number == SIGIO) {
        interrupts_raise(INTERRUPT_NETWORK);
        /* An idle process waits for the descriptor itself. */
        if (!console_is_idle()) {
            process_kick();
        }
        return;
    }
    __atomic_fetch_or(&host_signals, 1ul << number, __ATOMIC_RELAXED);
    interrupts_raise(number == SIGWINCH ? INTERRUPT_SIGNAL | INTERRUPT_CONSOLE : INTERRUPT_SIGNAL);
    process_kick();
}

/* SIGALRM, SIGIO, SIGURG and what the host's user sends. */
static void on_interrupt(int number, siginfo_t *info, struct ucontext *frame) {
    forbid_alignment_checks();
    struct sigcontext *registers = &frame->uc_mcontext;
    note_signal(number);
    if (within(registers->rip, host_wait_start, host_wait_end)) {
        registers->rip = (uint64_t) host_wait_abort;
    }
    if (__atomic_load_n(&interrupts, __ATOMIC_RELAXED) == 0) {
        resume(registers);
    }
    if (in_resume(registers)) {
        if (registers->rip >= (uint64_t) resume_full) {
            *context_word(current_context, CONTEXT_FLAGS) |= CONTEXT_FLAG_FULL;
        }
        /* The vector state in the CPU was lost by the delivery of this signal; it stands in the frame. */
        vector_take_frame(current_context, registers->fpstate);
        user_leave(TRAP_INTERRUPT);
    }
    if (in_kernel(registers)) {
        resume(registers);
    }
    take_registers(registers);
    leave(TRAP_INTERRUPT, 0, registers);
}

static void on_child(int number, siginfo_t *info, struct ucontext *frame) {
    process_ended(info->si_pid);
    resume(&frame->uc_mcontext);
}

struct host_action {
    void (*handler)(int, siginfo_t *, struct ucontext *);
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
};

static void handle(int number, void (*handler)(int, siginfo_t *, struct ucontext *)) {
    uint64_t flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_NOCLDSTOP | SA_RESTORER;
    struct host_action action = {handler, flags, signal_restorer, 0};
    if (HOST(__NR_rt_sigaction, number, &action, NULL, 8) != 0) {
        refuse("the host refuses a signal handler", NULL);
    }
}

/* What the parent ignores stays ignored: nohup(1), and interrupts of a background job. */
static void handle_unless_ignored(int number) {
    struct host_action old;
    if (HOST(__NR_rt_sigaction, number, NULL, &old, 8) == 0 && old.handler == (void *) SIG_IGN) {
        return;
    }
    handle(number, on_interrupt);
}

/* What the host's user sends, to the first process. */
static const int forwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

void traps_start(void) {
    struct { void *address; int flags; size_t bytes; } stack =
            {stacks.signal_start, 0, (char *) process_own() - stacks.signal_start};
    if (HOST(__NR_sigaltstack, &stack, NULL) != 0) {
        refuse("the host refuses the signal stack", NULL);
    }
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
        handle(faults[i], on_fault);
    }
    handle(SIGSYS, on_system_call);
    handle(SIGALRM, on_interrupt);
    handle(SIGIO, on_interrupt);
    handle(SIGURG, on_interrupt);
    handle(SIGCHLD, on_child);
    for (unsigned i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
        handle_unless_ignored(forwarded[i]);
    }
    /* A closed pipe is -EPIPE for the program, which gets its own SIGPIPE from the kernel. */
    struct host_action ignore = {(void *) SIG_IGN, SA_RESTORER, signal_restorer, 0};
    HOST(__NR_rt_sigaction, SIGPIPE, &ignore, NULL, 8);
    traps_unblock();
}

__attribute__((no_stack_protector)) static void set_mask(uint64_t mask) {
    HOST(__NR_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
}

void traps_block(void) {
    set_mask(~0ul);
}

void traps_unblock(void) {
    set_mask(0);
}

/* It can touch nothing that programs might have written to. */
static void end_spawner(int number, siginfo_t *info, struct ucontext *frame) {
    for (;;) {
        HOST(__NR_exit_group, number);
    }
}

/* The handlers that its children inherit stay, but for signals that are sent to a terminal's whole group: those are for
   the first process alone. */
__attribute__((no_stack_protector)) void traps_for_spawner(void) {
    struct host_action ignore = {(void *) SIG_IGN, SA_RESTORER, signal_restorer, 0};
    struct host_action end = {end_spawner, SA_SIGINFO | SA_ONSTACK | SA_NOCLDSTOP | SA_RESTORER, signal_restorer, 0};
    for (unsigned i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
        HOST(__NR_rt_sigaction, forwarded[i], &ignore, NULL, 8);
    }
    HOST(__NR_rt_sigaction, SIGCHLD, &end, NULL, 8);
    set_mask(~(1ul << (SIGCHLD - 1)));
}
