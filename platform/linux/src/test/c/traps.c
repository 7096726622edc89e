/*
 * Stands in for Java: maps small programs below USER_END and checks what run() answers for each kind of trap,
 * then attacks the gate. Exits 0 when everything is as expected; a line per check.
 */
#include "../../main/c/platform.h"
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/mman.h>
#include <linux/seccomp.h>
#include <string.h>

#define TEXT 0x400000l
#define DATA 0x600000l
#define READ_WRITE 3
#define READ_EXECUTE 5

static int failures;

static void say(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    linux_write(1, (int64_t) text, length);
}

static void say_number(int64_t value) {
    char digits[24], *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? -value : value;
    *--at = 0;
    do {
        *--at = '0' + rest % 10;
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        *--at = '-';
    }
    say(at);
}

static void expect(const char *what, int64_t actual, int64_t expected) {
    say(actual == expected ? "ok   " : "FAIL ");
    say(what);
    if (actual != expected) {
        failures++;
        say(": ");
        say_number(actual);
        say(" instead of ");
        say_number(expected);
    }
    say("\n");
}

/* ---- programs ---- */

#define PROGRAM(name, text) \
    extern const char name[], name##_end[]; \
    __asm__(".pushsection .rodata\n" #name ":\n" text "\n" #name "_end:\n.popsection\n")

PROGRAM(trapping, "mov $110, %eax\n syscall\n mov %rax, %rbx\n mov $39, %eax\n syscall\n ud2\n");
PROGRAM(faulting, "mov $0x7000000, %eax\n movq $1, (%rax)\n");
PROGRAM(dividing, "xor %edx, %edx\n xor %ecx, %ecx\n div %rcx\n");
PROGRAM(wild, "mov $0x1234567, %eax\n jmp *%rax\n");
PROGRAM(spinning, "vpcmpeqd %xmm5, %xmm5, %xmm5\n 1: pause\n jmp 1b\n");
PROGRAM(compatible, "mov $20, %eax\n int $0x80\n");
PROGRAM(dirty, "pushfq\n orq $0x4000, (%rsp)\n popfq\n 1: pause\n jmp 1b\n");
/* rbx: a pattern, which must stay in a vector register, in another general one, and in fs_base. */
PROGRAM(verifying, "vmovq %rbx, %xmm13\n vpunpcklqdq %xmm13, %xmm13, %xmm13\n mov %rbx, %r11\n mov %rbx, %rcx\n"
    "mov %ebx, %eax\n wrfsbase %rax\n 1: vpextrq $1, %xmm13, %rdx\n cmp %rdx, %rbx\n jne 2f\n cmp %r11, %rcx\n jne 2f\n"
    "rdfsbase %rsi\n cmp %rsi, %rax\n jne 2f\n jmp 1b\n 2: ud2\n");
/* rbx: the entry; a stub as the patcher writes them. */
PROGRAM(stub, "1: mov $110, %eax\n lea 1b(%rip), %rcx\n jmp *%rbx\n");
/* The same inside a function, as in a C library. */
PROGRAM(calling, "1: call 2f\n jmp 1b\n 2: mov $110, %eax\n lea 3f(%rip), %rcx\n jmp *%rbx\n 3: ret\n");
/* r12: the gate's host_call; r13: where seven arguments stand. */
PROGRAM(attacking, "mov $0x601f00, %esp\n pushq 48(%r13)\n mov (%r13), %rdi\n mov 8(%r13), %rsi\n mov 16(%r13), %rdx\n"
    "mov 24(%r13), %rcx\n mov 32(%r13), %r8\n mov 40(%r13), %r9\n call *%r12\n mov %rax, %rbx\n ud2\n");

static int64_t context;
static uint64_t *word(unsigned offset) {
    return context_word(context, offset);
}

static void load_program(const char *start, const char *end) {
    linux_forget_vector(context);
    memset((void *) context, 0, linux_facts.context_bytes);
    memcpy((void *) linux_facts.ram_address, start, end - start);
    *word(128) = TEXT;
    *word(152) = DATA + 0x1800;
    *word(144) = 0x202;
    *word(CONTEXT_FLAGS) = CONTEXT_FLAG_FULL;
}
#define LOAD(name) load_program(name, name##_end)

static void check_traps(void) {
    LOAD(trapping);
    expect("a system call traps", linux_run(context), TRAP_SLOW_SYSCALL);
    expect("its number is in orig_rax", *word(120), 110);
    *word(80) = 4711;
    expect("the next one traps as well", linux_run(context), TRAP_SLOW_SYSCALL);
    expect("the result of the first arrived", *word(40), 4711);
    expect("ud2 is an exception", linux_run(context), TRAP_EXCEPTION);
    expect("its vector is 6", *word(184), 6);
    LOAD(faulting);
    expect("a store to nothing is a page fault", linux_run(context), TRAP_PAGE_FAULT);
    expect("its address", *word(200), 0x7000000);
    expect("its error code: user, write", *word(192), 6);
    LOAD(dividing);
    expect("a division by zero is an exception", linux_run(context), TRAP_EXCEPTION);
    expect("its vector is 0", *word(184), 0);
    LOAD(wild);
    expect("a wild jump is a page fault", linux_run(context), TRAP_PAGE_FAULT);
    expect("its address", *word(200), 0x1234567);
    expect("its error code: user, instruction", *word(192), 0x14);
    LOAD(compatible);
    expect("int 0x80 is an exception", linux_run(context), TRAP_EXCEPTION);
    expect("its vector is 13", *word(184), 13);
    LOAD(trapping);
    *word(128) = 0x8000000000000000ul;
    expect("a non-canonical program counter is an exception", linux_run(context), TRAP_EXCEPTION);
    expect("its vector is 13", *word(184), 13);
    *word(CONTEXT_FLAGS) &= ~CONTEXT_FLAG_FULL;
    expect("also on the fast path", linux_run(context), TRAP_EXCEPTION);
}

static void check_interrupts(void) {
    LOAD(spinning);
    linux_alarm(linux_monotonic_ns() + 2000000);
    expect("the alarm interrupts a spinning program", linux_run(context), TRAP_INTERRUPT);
    expect("its bit is up", linux_take_interrupts(), INTERRUPT_TIMER);
    uint64_t *xmm5 = (uint64_t *) (context + CONTEXT_VECTOR + 160 + 5 * 16);
    expect("vector state is in the context", xmm5[0] & xmm5[1], -1);
    interrupts_raise(INTERRUPT_CONSOLE);
    expect("a bit that is up keeps run() out", linux_run(context), TRAP_INTERRUPT);
    expect("and is taken", linux_take_interrupts(), INTERRUPT_CONSOLE);
    *word(128) = 0x8000000000000000ul;
    expect("a program counter that cannot be loaded", linux_run(context), TRAP_EXCEPTION);
    linux_save_vector(context);
    expect("leaves vector state as it was", xmm5[0] & xmm5[1], -1);
    int64_t start = linux_monotonic_ns();
    linux_idle_until(start + 5000000);
    expect("idle ends at its deadline", linux_monotonic_ns() - start >= 5000000, 1);
    linux_alarm(linux_monotonic_ns() + 2000000);
    linux_idle_until(NEVER_NS);
    expect("the alarm ends idle", linux_take_interrupts(), INTERRUPT_TIMER);
    linux_alarm(linux_monotonic_ns() - 1);
    linux_idle_until(NEVER_NS);
    expect("a past alarm too", linux_take_interrupts(), INTERRUPT_TIMER);
    LOAD(dirty);
    for (int i = 0; i < 3; i++) {
        linux_alarm(linux_monotonic_ns() + 1000000);
        linux_run(context);
        linux_take_interrupts();
    }
    expect("NT in the program's flags does not stop the kernel", *word(144) >> 14 & 1, 0);
}

/* Signals that come anywhere between run() and idle must neither be lost nor break a register. */
static void storm(void) {
    LOAD(stub);
    *word(40) = (uint64_t) user_entry;
    *word(0) = 0x1515;
    /* Some tenths of a second, unless the machine is busy. */
    int64_t end = linux_monotonic_ns() + 30000000000, calls = 0, alarms = 0, other = 0;
    linux_alarm(linux_monotonic_ns() + 20000);
    while ((alarms <= 10000 || calls <= 1000000) && linux_monotonic_ns() < end) {
        for (int i = 0; i < 100; i++) {
            int trap = linux_run(context);
            calls += trap == TRAP_SYSCALL;
            other += trap != TRAP_SYSCALL && trap != TRAP_INTERRUPT;
            if (linux_take_interrupts() & INTERRUPT_TIMER) {
                alarms++;
                linux_alarm(linux_monotonic_ns() + 20000);
            }
        }
    }
    linux_alarm(NEVER_NS);
    linux_idle_until(linux_monotonic_ns() + 1000000);
    linux_take_interrupts();
    expect("alarms kept coming", alarms > 10000, 1);
    expect("calls kept coming", calls > 1000000, 1);
    expect("nothing else came", other, 0);
    expect("r15 survived", *word(0), 0x1515);
}

/* Two programs take turns by alarm. */
static void check_switches(void) {
    LOAD(verifying);
    int64_t contexts[2] = {context, context + 2 * PAGE_BYTES};
    memcpy((void *) contexts[1], (void *) context, linux_facts.context_bytes);
    *context_word(contexts[0], 40) = 0x1111222233334444;
    *context_word(contexts[1], 40) = 0x5555666677778888;
    int interrupts_seen = 0, turns = 4000;
    for (int turn = 0; turn < turns; turn++) {
        linux_alarm(linux_monotonic_ns() + 20000);
        interrupts_seen += linux_run(contexts[turn & 1]) == TRAP_INTERRUPT;
        linux_take_interrupts();
    }
    expect("registers of programs that take turns survive", interrupts_seen, turns);
}

static void measure(void) {
    LOAD(stub);
    *word(40) = (uint64_t) user_entry;
    int64_t start = linux_monotonic_ns();
    for (int i = 0; i < 10000000; i++) {
        linux_run(context);
    }
    say("a patched call and back, picoseconds: ");
    say_number((linux_monotonic_ns() - start) / 10000);
    LOAD(calling);
    *word(40) = (uint64_t) user_entry;
    start = linux_monotonic_ns();
    for (int i = 0; i < 10000000; i++) {
        linux_run(context);
    }
    say("\nthe same from a function, picoseconds: ");
    say_number((linux_monotonic_ns() - start) / 10000);
    LOAD(stub);
    memcpy((void *) linux_facts.ram_address, "\xb8\x6e\0\0\0\x0f\x05\xeb\xf7", 9);
    start = linux_monotonic_ns();
    for (int i = 0; i < 100000; i++) {
        linux_run(context);
    }
    say("\na trapped call and back, nanoseconds: ");
    say_number((linux_monotonic_ns() - start) / 100000);
    say("\n");
}

static int64_t attack(long number, long a, long b, long c, long d, long e, long f) {
    LOAD(attacking);
    uint64_t *arguments = (uint64_t *) (linux_facts.ram_address + PAGE_BYTES);
    uint64_t values[7] = {number, a, b, c, d, e, f};
    memcpy(arguments, values, sizeof values);
    *word(24) = (uint64_t) host_call;
    *word(16) = DATA;
    int trap = linux_run(context);
    if (trap != TRAP_EXCEPTION || *word(184) != 6) {
        return -1000 - trap;
    }
    return *word(40);
}

/* The host's stack holds it right behind the last argument. */
static void check_environment(void) {
    const char *end = (const char *) linux_facts.command_line_address + linux_facts.command_line_bytes;
    expect("the environment of the host's user is forgotten", end[1], 0);
}

/* The test starts this program with and without jit=1 at the end of its command line. */
static int jit_allowed(void) {
    const char *line = (const char *) linux_facts.command_line_address;
    return memcmp(line + linux_facts.command_line_bytes - 5, "jit=1", 5) == 0;
}

static void check_seal(void) {
    long gate = (long) gate_start, ram = linux_facts.ram_address, image = linux_facts.image_address;
    int fixed_ram = MAP_SHARED | MAP_FIXED, fixed_image = MAP_PRIVATE | MAP_FIXED;
    memcpy((void *) (ram + PAGE_BYTES + 512), "/etc/passwd", 12);
    expect("openat", attack(__NR_openat, -100, DATA + 512, 0, 0, 0, 0), -1);
    expect("execve", attack(__NR_execve, DATA + 512, 0, 0, 0, 0, 0), -1);
    expect("socket", attack(__NR_socket, 2, 1, 0, 0, 0, 0), -1);
    expect("ptrace", attack(__NR_ptrace, 0, 0, 0, 0, 0, 0), -1);
    expect("clone", attack(__NR_clone, 0, 0, 0, 0, 0, 0), -1);
    expect("clone as the spawner calls it", attack(__NR_clone, 0x411, 0, 0, 0, 0, 0), -1);
    expect("kill", attack(__NR_kill, 1, 0, 0, 0, 0, 0), -1);
    expect("kill of the whole group", attack(__NR_kill, 0, 9, 0, 0, 0, 0), -1);
    expect("a signal for another process", attack(__NR_kill, 1, 23, 0, 0, 0, 0), -1);
    expect("another process's processors", attack(__NR_sched_setaffinity, 1, 8, DATA, 0, 0, 0), -1);
    expect("requeueing waiters", attack(__NR_futex, DATA, 3, 1, 1, DATA, 0), -1);
    expect("reading the signal mask", attack(__NR_rt_sigprocmask, 2, DATA, DATA + 64, 8, 0, 0), -1);
    expect("blocking one signal more", attack(__NR_rt_sigprocmask, 0, DATA, 0, 8, 0, 0), -1);
    expect("prctl", attack(__NR_prctl, 1, 9, 0, 0, 0, 0), -1);
    expect("a second filter", attack(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, DATA, 0, 0, 0), -1);
    expect("rt_sigaction", attack(__NR_rt_sigaction, 11, DATA, 0, 8, 0, 0), -1);
    expect("rt_sigreturn", attack(__NR_rt_sigreturn, 0, 0, 0, 0, 0, 0), -1);
    expect("process_vm_readv", attack(__NR_process_vm_readv, 1, DATA, 1, DATA, 1, 0), -1);
    expect("io_uring_setup", attack(__NR_io_uring_setup, 1, DATA, 0, 0, 0, 0), -1);
    expect("an x32 call", attack(0x40000000 | __NR_getpid, 0, 0, 0, 0, 0, 0), -1);
    expect("write to another descriptor", attack(__NR_write, 5, DATA, 1, 0, 0, 0), -1);
    expect("write to the memory file", attack(__NR_write, descriptors.ram, DATA, 1, 0, 0, 0), -1);
    expect("read from another descriptor", attack(__NR_read, descriptors.image, DATA, 1, 0, 0, 0), -1);
    expect("ioctl TIOCSTI", attack(__NR_ioctl, 0, 0x5412, DATA, 0, 0, 0), -1);
    expect("mremap", attack(__NR_mremap, TEXT, 4096, 8192, 1, 0, 0), -1);
    expect("anonymous memory", attack(__NR_mmap, 0x10000000, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), -1);
    expect("memory where the host likes", attack(__NR_mmap, 0x10000000, 4096, 3, MAP_SHARED, descriptors.ram, 0), -1);
    int both = jit_allowed();
    expect("writable and executable", attack(__NR_mmap, 0x10000000, 4096, 7, fixed_ram, descriptors.ram, 0),
        both ? 0x10000000 : -1);
    expect("write and execute only", attack(__NR_mmap, 0x10000000, 4096, 6, fixed_ram, descriptors.ram, 0),
        both ? 0x10000000 : -1);
    expect("protection beyond the three bits", attack(__NR_mmap, 0x10000000, 4096, 8, fixed_ram, descriptors.ram, 0), -1);
    expect("a writable and executable image",
        attack(__NR_mmap, 0x10000000, 4096, 7, fixed_image, descriptors.image, 0), -1);
    expect("a mapping over the gate", attack(__NR_mmap, gate, 4096, 5, fixed_ram, descriptors.ram, 0), -1);
    expect("a mapping of page 0", attack(__NR_mmap, 0, 4096, 3, fixed_ram, descriptors.ram, 0), -1);
    expect("a mapping that reaches up", attack(__NR_mmap, 0x3ffffffff000, 1ul << 33, 1, fixed_ram, descriptors.ram, 0),
        -1);
    expect("a writable image", attack(__NR_mmap, 0x10000000, 4096, 3, fixed_image, descriptors.image, 0), -1);
    expect("an image", attack(__NR_mmap, 0x10000000, 4096, 1, fixed_image, descriptors.image, 0), 0x10000000);
    expect("that becomes writable", attack(__NR_mprotect, 0x10000000, 4096, 3, 0, 0, 0), -ENOMEM);
    expect("a stream's mapping", attack(__NR_mmap, 0x10000000, 4096, 1, fixed_image, 0, 0), -1);
    expect("protection with unknown bits", attack(__NR_mprotect, TEXT, 4096, 0x1000001, 0, 0, 0), -1);
    expect("protection with high bits", attack(__NR_mprotect, TEXT, 4096, 1ul << 32 | 1, 0, 0, 0), -1);
    expect("mprotect of the gate", attack(__NR_mprotect, gate, 4096, 3, 0, 0, 0), -1);
    expect("mprotect of the direct map", attack(__NR_mprotect, ram, 4096, 5, 0, 0, 0), -1);
    expect("mprotect to both", attack(__NR_mprotect, DATA, 4096, 7, 0, 0, 0), both ? 0 : -1);
    expect("munmap of the kernel", attack(__NR_munmap, image, 4096, 0, 0, 0, 0), -1);
    expect("munmap beyond the half", attack(__NR_munmap, 0x10000, 0x7fff00000000, 0, 0, 0, 0), -1);
    expect("punching the image", attack(__NR_fallocate, descriptors.image, 3, 0, 4096, 0, 0), -1);
    expect("growing the memory file", attack(__NR_fallocate, descriptors.ram, 0, 0, 1l << 40, 0, 0), -1);
    expect("dropping the direct map", attack(__NR_madvise, ram, 4096, MADV_DONTNEED, 0, 0, 0), -1);
    expect("madvise with high bits", attack(__NR_madvise, ram, 4096, 1ul << 32 | MADV_POPULATE_WRITE, 0, 0, 0), -1);
    expect("bringing memory in is allowed", attack(__NR_madvise, ram, 4096, MADV_POPULATE_WRITE, 0, 0, 0), 0);
    expect("getrandom is allowed", attack(__NR_getrandom, DATA + 256, 8, 0, 0, 0, 0), 8);
    expect("the CPU time of process 1", attack(__NR_clock_gettime, -14, DATA + 256, 0, 0, 0, 0), -1);
    expect("the clock is allowed", attack(__NR_clock_gettime, 1, DATA + 256, 0, 0, 0, 0), 0);
    expect("a data mapping is allowed", attack(__NR_mmap, 0x10000000, 4096, 3, fixed_ram, descriptors.ram, 0), 0x10000000);
}

/* Host processes share the kernel, and nothing below USER_END; alarms come to the one that is active. */
static void check_processes(void) {
    LOAD(verifying);
    int64_t contexts[2] = {context, context + 2 * PAGE_BYTES};
    memcpy((void *) contexts[1], (void *) context, linux_facts.context_bytes);
    *context_word(contexts[0], 40) = 0x1111222233334444;
    *context_word(contexts[1], 40) = 0x5555666677778888;
    expect("a second process starts", linux_start_process(1), 0);
    linux_enter_process(1);
    expect("and has nothing mapped", linux_run(contexts[1]), TRAP_PAGE_FAULT);
    expect("text is mapped there", linux_map_ram(TEXT, PAGE_BYTES, READ_EXECUTE, 0), 0);
    expect("data is mapped there", linux_map_ram(DATA, 2 * PAGE_BYTES, READ_WRITE, PAGE_BYTES), 0);
    int interrupts_seen = 0, turns = 2000;
    for (int turn = 0; turn < turns; turn++) {
        linux_enter_process(turn & 1);
        linux_alarm(linux_monotonic_ns() + 20000);
        interrupts_seen += linux_run(contexts[turn & 1]) == TRAP_INTERRUPT;
        linux_take_interrupts();
    }
    expect("registers of programs in two processes survive", interrupts_seen, turns);
    int64_t start = linux_monotonic_ns();
    for (int turn = 0; turn < 10000; turn++) {
        linux_enter_process(turn & 1);
    }
    linux_enter_process(0);
    say("from one host process to another, nanoseconds: ");
    say_number((linux_monotonic_ns() - start) / 10000);
    say("\n");
    linux_enter_process(1);
    check_seal();
    linux_enter_process(0);
    expect("the number of processes is limited", linux_start_process(PROCESSES_MAX), -EAGAIN);
}

void demitasse_main(void) {
    context = linux_facts.ram_address + (1 << 20);
    expect("text is mapped", linux_map_ram(TEXT, PAGE_BYTES, READ_EXECUTE, 0), 0);
    expect("data is mapped", linux_map_ram(DATA, 2 * PAGE_BYTES, READ_WRITE, PAGE_BYTES), 0);
    check_environment();
    check_traps();
    check_interrupts();
    check_switches();
    storm();
    measure();
    check_seal();
    check_processes();
    expect("all of the half can be unmapped", linux_unmap(USER_START, USER_END - USER_START), 0);
    LOAD(trapping);
    expect("and is empty then", linux_run(context), TRAP_PAGE_FAULT);
    linux_exit(failures == 0 ? 0 : 1);
}
