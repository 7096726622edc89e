/*
 * The crossings: host -> process (_start), kernel -> host (the gate), kernel -> user code and back.
 * Not Java and not C: they are about single registers, and about which instruction a signal interrupted.
 *
 * Offsets are those of demitasse.machine.UserContext.
 */
#define R15 0
#define R14 8
#define R13 16
#define R12 24
#define RBP 32
#define RBX 40
#define R11 48
#define R10 56
#define R9 64
#define R8 72
#define RAX 80
#define RCX 88
#define RDX 96
#define RSI 104
#define RDI 112
#define ORIG_RAX 120
#define RIP 128
#define CS 136
#define EFLAGS 144
#define RSP 152
#define SS 160
#define FLAGS 208

/* Linux's selectors for 64-bit user code and its stack, arch/x86/include/asm/segment.h. */
#define USER_CS 0x33
#define USER_SS 0x2b
/* Bit 1 is always one, bit 9 allows interrupts. */
#define EFLAGS_CLEAN 0x202

        .text
        .globl  _start
_start: xor     %ebp, %ebp
        mov     %rsp, %rdi
        xor     %esi, %esi
        and     $-16, %rsp
        call    platform_start
        ud2

        .globl  call_on_stack
call_on_stack:
        xor     %ebp, %ebp
        mov     %rsi, %rsp
        call    *%rdi
        ud2

/* ---- kernel -> user code ---- */

/* From linux_run(): rdi is the context. Comes back at leave, with the trap code in eax and no register kept. */
        .globl  user_enter
user_enter:
        cmp     %rdi, current_context(%rip)
        je      same_context
        /* A program keeps its flags over a call, but no other may get them: with AC set it would soon die of SIGBUS. */
        pushq   $EFLAGS_CLEAN
        popfq
same_context:
        mov     %rdi, current_context(%rip)
/*
 * A signal that arrives from here to resume_end finds the context complete in memory: the handler gives the attempt up
 * and answers TRAP_INTERRUPT. So no interrupt is lost between the test of the bits and the first user instruction.
 */
        .globl  resume_start
resume_start:
        cmpq    $0, interrupts(%rip)
        jne     resume_interrupted
        testb   $1, FLAGS(%rdi)
        jne     resume_full
        mov     RIP(%rdi), %rcx
        mov     R15(%rdi), %r15
        mov     R14(%rdi), %r14
        mov     R13(%rdi), %r13
        mov     R12(%rdi), %r12
        mov     RBP(%rdi), %rbp
        mov     RBX(%rdi), %rbx
        mov     R10(%rdi), %r10
        mov     R9(%rdi), %r9
        mov     R8(%rdi), %r8
        mov     RAX(%rdi), %rax
        mov     RDX(%rdi), %rdx
        mov     RSI(%rdi), %rsi
        mov     RSP(%rdi), %rsp
        mov     RDI(%rdi), %rdi
        jmp     *%rcx

        .globl  resume_full
resume_full:
        /* User code may have left NT or AC set: with NT iretq faults. */
        pushq   $EFLAGS_CLEAN
        popfq
        pushq   $USER_SS
        pushq   RSP(%rdi)
        mov     EFLAGS(%rdi), %rax
        and     $~0x7000, %rax          /* not NT, not IOPL */
        or      $EFLAGS_CLEAN, %rax
        push    %rax
        pushq   $USER_CS
        pushq   RIP(%rdi)
        andq    $~1, FLAGS(%rdi)
        mov     R15(%rdi), %r15
        mov     R14(%rdi), %r14
        mov     R13(%rdi), %r13
        mov     R12(%rdi), %r12
        mov     RBP(%rdi), %rbp
        mov     RBX(%rdi), %rbx
        mov     R11(%rdi), %r11
        mov     R10(%rdi), %r10
        mov     R9(%rdi), %r9
        mov     R8(%rdi), %r8
        mov     RAX(%rdi), %rax
        mov     RCX(%rdi), %rcx
        mov     RDX(%rdi), %rdx
        mov     RSI(%rdi), %rsi
        mov     RDI(%rdi), %rdi
        iretq
        .globl  resume_end
resume_end:

resume_interrupted:
        mov     $4, %eax
        jmp     leave

/* ---- one host process -> another ---- */

/*
 * void process_switch(int32_t from, int32_t to, struct process *own): what a C function keeps is left on the kernel's
 * stack, which is shared, and found there by the process that goes on with it.
 */
        .globl  process_switch
process_switch:
        push    %rbp
        push    %rbx
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        mov     %rsp, process_stack(%rip)
        mov     %rdx, %rsp
        call    process_hand_over
process_continue:
        mov     process_stack(%rip), %rsp
        pushq   $EFLAGS_CLEAN           /* what ran last in this process may have left others */
        popfq
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbx
        pop     %rbp
        ret

/* _Noreturn void process_enter(int32_t number, struct process *own) */
        .globl  process_enter
process_enter:
        mov     %rsi, %rsp
        call    process_await_turn
        jmp     process_continue

/* ---- user code -> kernel ---- */

/* From a stub: rax is the number, rcx where to go on, r11 free. Everything else is the program's, also the stack. */
        .globl  user_entry
user_entry:
        mov     current_context(%rip), %r11
        mov     %rcx, RIP(%r11)
        mov     %rcx, RCX(%r11)
        mov     %rsp, RSP(%r11)
        mov     %rax, RAX(%r11)
        mov     %rax, ORIG_RAX(%r11)
        mov     %rdi, RDI(%r11)
        mov     %rsi, RSI(%r11)
        mov     %rdx, RDX(%r11)
        mov     %r10, R10(%r11)
        mov     %r8, R8(%r11)
        mov     %r9, R9(%r11)
        mov     %rbx, RBX(%r11)
        mov     %rbp, RBP(%r11)
        mov     %r12, R12(%r11)
        mov     %r13, R13(%r11)
        mov     %r14, R14(%r11)
        mov     %r15, R15(%r11)
        movq    $EFLAGS_CLEAN, EFLAGS(%r11)
        cld
        mov     $1, %eax
leave:  mov     kernel_stack(%rip), %rsp
        jmp     *kernel_return(%rip)

/* _Noreturn void user_leave(int32_t trap): a signal handler has filled the context */
        .globl  user_leave
user_leave:
        mov     %edi, %eax
        jmp     leave

/* ---- back from a signal handler ---- */

/* struct sigcontext of Linux, arch/x86/include/uapi/asm/sigcontext.h. */
#define SC_R8 0
#define SC_R9 8
#define SC_R10 16
#define SC_R11 24
#define SC_R12 32
#define SC_R13 40
#define SC_R14 48
#define SC_R15 56
#define SC_RDI 64
#define SC_RSI 72
#define SC_RBP 80
#define SC_RBX 88
#define SC_RDX 96
#define SC_RAX 104
#define SC_RCX 112
#define SC_RSP 120
#define SC_RIP 128
#define SC_EFLAGS 136

/*
 * _Noreturn void frame_resume(void *general_registers, void *vector_state, uint64_t vector_mask)
 * The vector state in the frame is the program's: kernel code has none of its own and leaves it in the CPU.
 * A nested signal may arrive anywhere in here: it uses the stack below and comes back by the same way.
 */
        .globl  frame_resume
frame_resume:
        mov     %edx, %eax
        shr     $32, %rdx
        xrstor64 (%rsi)
        pushq   $EFLAGS_CLEAN           /* a program may have set NT: with it iretq faults */
        popfq
        pushq   $USER_SS
        pushq   SC_RSP(%rdi)
        pushq   SC_EFLAGS(%rdi)
        pushq   $USER_CS
        pushq   SC_RIP(%rdi)
        mov     SC_R8(%rdi), %r8
        mov     SC_R9(%rdi), %r9
        mov     SC_R10(%rdi), %r10
        mov     SC_R11(%rdi), %r11
        mov     SC_R12(%rdi), %r12
        mov     SC_R13(%rdi), %r13
        mov     SC_R14(%rdi), %r14
        mov     SC_R15(%rdi), %r15
        mov     SC_RSI(%rdi), %rsi
        mov     SC_RBP(%rdi), %rbp
        mov     SC_RBX(%rdi), %rbx
        mov     SC_RDX(%rdi), %rdx
        mov     SC_RAX(%rdi), %rax
        mov     SC_RCX(%rdi), %rcx
        mov     SC_RDI(%rdi), %rdi
        iretq

/* Linux wants a restorer with every handler; no handler returns to it. */
        .globl  signal_restorer
signal_restorer:
        ud2

        .bss
        .balign 8
        .globl  current_context
current_context:
        .skip   8
process_stack:
        .skip   8
        .globl  kernel_stack
kernel_stack:
        .skip   8
        .globl  kernel_return
kernel_return:
        .skip   8

/*
 * The gate: the only page from which a host system call is not trapped. The filter compares the address after the
 * instruction, which is still inside because the page is padded with int3.
 */
        .section .gate, "ax", @progbits
        .balign 4096, 0xcc
        .globl  gate_start
gate_start:
        .globl  host_call
host_call:
        mov     %rdi, %rax
        mov     %rsi, %rdi
        mov     %rdx, %rsi
        mov     %rcx, %rdx
        mov     %r8, %r10
        mov     %r9, %r8
        mov     8(%rsp), %r9
        syscall
        ret

/* A signal between host_wait_start and the end of the system call goes on at host_wait_abort: no lost wake-up. */
        .globl  host_wait
host_wait:
        xor     %r10d, %r10d
        mov     $8, %r8d
        mov     $271, %eax
        .globl  host_wait_start
host_wait_start:
        cmpq    $0, interrupts(%rip)
        jne     host_wait_abort
        syscall
        .globl  host_wait_end
host_wait_end:
        ret
        .globl  host_wait_abort
host_wait_abort:
        mov     $-4, %rax
        ret
        .balign 4096, 0xcc
        .globl  gate_end
gate_end:

        .section .note.GNU-stack, "", @progbits
