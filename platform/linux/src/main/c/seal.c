/*
 * The seccomp filter, seccomp(2). Not Java: it is a program for another machine, and must be in force before
 * Java runs.
 *
 * Two filters in one. *Interception*: a system call from anywhere but the gate is not made, it traps to the
 * kernel. That is how programs are served, not how they are held: they share the address space and can jump
 * into the gate. The *boundary* is the second half: what the gate may ask for is harmless no matter who asks.
 * It moves bytes on the streams and the network that the instance was given, waits, reads the clock, ends, and changes
 * mappings below USER_END of two files that were opened before; never writable and executable at once, unless
 * the instance was started with jit=1. Everything else is EPERM.
 */
#include "platform.h"
#include <asm/ioctls.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/errno.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/seccomp.h>
#include <linux/time.h>
#include <stddef.h>

#define ARGUMENT_LOW(i) (offsetof(struct seccomp_data, args) + 8 * (i))
#define ARGUMENT_HIGH(i) (ARGUMENT_LOW(i) + 4)
#define ADDRESS_LOW offsetof(struct seccomp_data, instruction_pointer)
#define ADDRESS_HIGH (ADDRESS_LOW + 4)

static struct sock_filter program[SEAL_INSTRUCTIONS_MAX];
static struct sock_fprog filter = {0, program};
static unsigned used;
static int write_execute_allowed;

static unsigned emit(uint16_t code, uint32_t operand, uint8_t if_true, uint8_t if_false) {
    if (used == SEAL_INSTRUCTIONS_MAX) {
        refuse("the seccomp filter is too long", NULL);
    }
    program[used] = (struct sock_filter) {code, if_true, if_false, operand};
    return used++;
}

static void load(uint32_t offset) {
    emit(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

static void answer(uint32_t action) {
    emit(BPF_RET | BPF_K, action, 0, 0);
}

static void refuse_call(void) {
    answer(SECCOMP_RET_ERRNO | EPERM);
}

/* Each demand goes on when it holds and refuses the call when it does not. */
static void demand_equal(uint32_t offset, uint32_t value) {
    load(offset);
    emit(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
    refuse_call();
}

static void demand_below(uint32_t offset, uint32_t limit) {
    load(offset);
    emit(BPF_JMP | BPF_JGE | BPF_K, limit, 0, 1);
    refuse_call();
}

static void demand_one_of(uint32_t offset, const uint32_t *values, unsigned count) {
    load(offset);
    for (unsigned i = 0; i < count; i++) {
        emit(BPF_JMP | BPF_JEQ | BPF_K, values[i], count - i, 0);
    }
    refuse_call();
}

/* Arguments 0 and 1 are an address and a length: [USER_START, USER_END + 4 GiB), see KERNEL_START. */
static void demand_user_range(void) {
    load(ARGUMENT_HIGH(0));
    emit(BPF_JMP | BPF_JGE | BPF_K, USER_END >> 32, 0, 1);
    refuse_call();
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
    load(ARGUMENT_LOW(0));
    emit(BPF_JMP | BPF_JGE | BPF_K, USER_START, 1, 0);
    refuse_call();
    demand_equal(ARGUMENT_HIGH(1), 0);
}

/* Argument i is READ, WRITE, EXECUTE bits and never 2|4, but for jit=1: 6 and 7 are the two values with both. */
static void demand_protection(unsigned i) {
    demand_equal(ARGUMENT_HIGH(i), 0);
    demand_below(ARGUMENT_LOW(i), write_execute_allowed ? 8 : PROT_WRITE | PROT_EXEC);
}

/* Rules for one system call: begin, demands, allow. */
static unsigned begin(uint32_t number) {
    load(offsetof(struct seccomp_data, nr));
    return emit(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 0);
}

static void allow(unsigned begun) {
    answer(SECCOMP_RET_ALLOW);
    if (used - begun - 1 > UINT8_MAX) {
        refuse("a rule of the seccomp filter is too long", NULL);
    }
    program[begun].jf = used - begun - 1;
}

static void allow_plainly(uint32_t number) {
    allow(begin(number));
}

/* Jumps over what follows unless the call comes from [start, end), which lie in one 4 GiB window. Returns
   what to patch: the jumps at the result, + 2 and + 3. */
static unsigned begin_range(const char *start, const char *end) {
    load(ADDRESS_HIGH);
    unsigned first = emit(BPF_JMP | BPF_JEQ | BPF_K, (uint64_t) start >> 32, 0, 0);
    load(ADDRESS_LOW);
    emit(BPF_JMP | BPF_JGE | BPF_K, (uint32_t) (uint64_t) start, 0, 0);
    emit(BPF_JMP | BPF_JGE | BPF_K, (uint32_t) (uint64_t) end, 0, 0);
    return first;
}

static void end_range(unsigned first) {
    if (used - first - 1 > UINT8_MAX) {
        refuse("a rule of the seccomp filter is too long", NULL);
    }
    program[first].jf = used - first - 1;
    program[first + 2].jf = used - first - 3;
    program[first + 3].jt = used - first - 4;
}

/* Not those of CPU time: a negative number stands for any process of the host, clock_getcpuclockid(3). */
static void allow_clock(void) {
    static const uint32_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC};
    unsigned rule = begin(__NR_clock_gettime);
    demand_one_of(ARGUMENT_LOW(0), clocks, 2);
    allow(rule);
}

/* The host's vDSO falls back to a system call where it cannot read the clock itself. CPU-time clocks are the
   kernel's. */
static void allow_clock_of_vdso(void) {
    static const uint32_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
        CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_TAI};
    unsigned count = sizeof clocks / sizeof *clocks;
    unsigned range = begin_range(vdso_start, vdso_end);
    load(offsetof(struct seccomp_data, nr));
    emit(BPF_JMP | BPF_JEQ | BPF_K, __NR_gettimeofday, count + 5, 0);
    emit(BPF_JMP | BPF_JEQ | BPF_K, __NR_time, count + 4, 0);
    emit(BPF_JMP | BPF_JEQ | BPF_K, __NR_clock_gettime, 1, 0);
    answer(SECCOMP_RET_TRAP);
    load(ARGUMENT_LOW(0));
    for (unsigned i = 0; i < count; i++) {
        emit(BPF_JMP | BPF_JEQ | BPF_K, clocks[i], count - i, 0);
    }
    answer(SECCOMP_RET_TRAP);
    answer(SECCOMP_RET_ALLOW);
    end_range(range);
}

static void allow_mappings(void) {
    static const uint32_t ram_flags[] = {MAP_SHARED | MAP_FIXED, MAP_SHARED | MAP_FIXED | MAP_POPULATE};
    static const uint32_t image_flags[] = {MAP_PRIVATE | MAP_FIXED, MAP_PRIVATE | MAP_FIXED | MAP_POPULATE};
    static const uint32_t image_protections[] = {PROT_NONE, PROT_READ, PROT_EXEC, PROT_READ | PROT_EXEC};
    unsigned rule = begin(__NR_mmap);
    demand_user_range();
    demand_protection(2);
    demand_equal(ARGUMENT_HIGH(3), 0);
    load(ARGUMENT_LOW(4));
    unsigned other = emit(BPF_JMP | BPF_JEQ | BPF_K, descriptors.ram, 0, 0);
    demand_one_of(ARGUMENT_LOW(3), ram_flags, 2);
    answer(SECCOMP_RET_ALLOW);
    program[other].jf = used - other - 1;
    demand_equal(ARGUMENT_LOW(4), descriptors.image);
    demand_one_of(ARGUMENT_LOW(3), image_flags, 2);
    demand_one_of(ARGUMENT_LOW(2), image_protections, 4);
    allow(rule);

    rule = begin(__NR_mprotect);
    demand_user_range();
    demand_protection(2);
    allow(rule);
}

/* A range of less than 4 GiB, or the whole of the program's half at once. */
static void allow_unmapping(void) {
    unsigned rule = begin(__NR_munmap);
    load(ARGUMENT_HIGH(1));
    unsigned part = emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0);
    program[part].jf = 0;
    demand_user_range();
    answer(SECCOMP_RET_ALLOW);
    program[part].jf = used - part - 1;
    demand_equal(ARGUMENT_HIGH(0), 0);
    demand_equal(ARGUMENT_LOW(0), USER_START);
    demand_equal(ARGUMENT_HIGH(1), (USER_END - USER_START) >> 32);
    demand_equal(ARGUMENT_LOW(1), (uint32_t) (USER_END - USER_START));
    allow(rule);
}

static void allow_streams(void) {
    /* A TAP device is read and written like a stream. What is not there is a stream that is. */
    const uint32_t tap = net_is_tap ? descriptors.net : 0;
    const uint32_t pcap = descriptors.pcap >= 0 ? descriptors.pcap : 1;
    const uint32_t outputs[] = {1, 2, descriptors.trace, pcap, tap};
    const uint32_t inputs[] = {0, tap};
    static const uint32_t streams[] = {0, 1, 2};
    unsigned rule = begin(__NR_write);
    demand_one_of(ARGUMENT_LOW(0), outputs, net_is_tap ? 5 : 4);
    allow(rule);
    if (net_is_tap) {
        rule = begin(__NR_writev);
        demand_equal(ARGUMENT_LOW(0), descriptors.net);
        allow(rule);
    }
    rule = begin(__NR_read);
    demand_one_of(ARGUMENT_LOW(0), inputs, 2);
    allow(rule);
    rule = begin(__NR_ioctl);
    demand_one_of(ARGUMENT_LOW(0), streams, 3);
    demand_equal(ARGUMENT_LOW(1), TIOCGWINSZ);
    allow(rule);
}

/* Bytes to and from the socket of the network, and no address to send them elsewhere. */
static void allow_network(void) {
    unsigned rule = begin(__NR_sendto);
    demand_equal(ARGUMENT_LOW(0), descriptors.net);
    demand_equal(ARGUMENT_LOW(3), NET_SEND_FLAGS);
    demand_equal(ARGUMENT_LOW(4), 0);
    demand_equal(ARGUMENT_HIGH(4), 0);
    allow(rule);
    rule = begin(__NR_recvfrom);
    demand_equal(ARGUMENT_LOW(0), descriptors.net);
    demand_equal(ARGUMENT_LOW(3), NET_RECEIVE_FLAGS);
    demand_equal(ARGUMENT_LOW(4), 0);
    demand_equal(ARGUMENT_HIGH(4), 0);
    allow(rule);
}

/* Brings in memory that the process has anyway. */
static void allow_preparation(void) {
    unsigned rule = begin(__NR_madvise);
    demand_equal(ARGUMENT_LOW(2), MADV_POPULATE_WRITE);
    demand_equal(ARGUMENT_HIGH(2), 0);
    allow(rule);
}

static void allow_release(void) {
    unsigned rule = begin(__NR_fallocate);
    demand_equal(ARGUMENT_LOW(0), descriptors.ram);
    demand_equal(ARGUMENT_LOW(1), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
    allow(rule);
}

/* The processes of an instance wait for each other, run on one CPU, and wake each other by a signal that others
   ignore. One that was started with signals blocked opens them. */
static void allow_processes(void) {
    static const uint32_t operations[] = {FUTEX_WAIT, FUTEX_WAKE};
    unsigned rule = begin(__NR_futex);
    demand_one_of(ARGUMENT_LOW(1), operations, 2);
    allow(rule);
    rule = begin(__NR_sched_setaffinity);
    demand_equal(ARGUMENT_LOW(0), 0);
    allow(rule);
    rule = begin(__NR_kill);
    demand_equal(ARGUMENT_LOW(0), 0);
    demand_equal(ARGUMENT_LOW(1), SIGURG);
    allow(rule);
    rule = begin(__NR_rt_sigprocmask);
    demand_equal(ARGUMENT_LOW(0), SIG_SETMASK);
    demand_equal(ARGUMENT_LOW(2), 0);
    demand_equal(ARGUMENT_HIGH(2), 0);
    allow(rule);
}

static void build(void) {
    load(offsetof(struct seccomp_data, arch));
    emit(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    answer(SECCOMP_RET_TRAP);
    /* The gate is one page, so it lies in one window; so does the vDSO, or its fall-back traps. */
    load(ADDRESS_HIGH);
    emit(BPF_JMP | BPF_JEQ | BPF_K, (uint64_t) gate_start >> 32, 0, 3);
    load(ADDRESS_LOW);
    emit(BPF_JMP | BPF_JGE | BPF_K, (uint32_t) (uint64_t) gate_start, 0, 1);
    unsigned inside = emit(BPF_JMP | BPF_JGE | BPF_K, (uint32_t) (uint64_t) gate_end, 0, 0);
    if (vdso_start != NULL && (uint64_t) vdso_start >> 32 == (uint64_t) vdso_end >> 32) {
        allow_clock_of_vdso();
    }
    answer(SECCOMP_RET_TRAP);
    program[inside].jf = used - inside - 1;
    allow_mappings();
    allow_streams();
    if (descriptors.net >= 0 && !net_is_tap) {
        allow_network();
    }
    allow_plainly(__NR_timer_settime);
    allow_plainly(__NR_ppoll);
    allow_processes();
    allow_unmapping();
    allow_preparation();
    allow_release();
    allow_clock();
    allow_plainly(__NR_getrandom);
    allow_plainly(__NR_exit_group);
    refuse_call();
}

/* The image's pages are mapped private, and the filter cannot tell them from RAM where mprotect(2) makes pages
   writable: each that is written to would be memory of the host beyond memory=. Linux counts what is private and
   writable as data, getrlimit(2), and nothing more of that kind is wanted. */
void seal_data(void) {
    static const struct rlimit64 none = {0, 0};
    if (HOST(__NR_prlimit64, 0, RLIMIT_DATA, &none, NULL) != 0) {
        refuse("the host refuses a limit of private memory", NULL);
    }
}

const struct sock_fprog *seal_build(int allow_write_execute) {
    write_execute_allowed = allow_write_execute;
    build();
    filter.len = used;
    return &filter;
}

__attribute__((no_stack_protector)) int seal_install(const struct sock_fprog *rules) {
    /* Old kernels slow a filtered process down against speculation, unless it declines. */
    return HOST(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1) == 0
            && (HOST(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, rules) == 0
                || HOST(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, rules) == 0);
}
