/*
 * The host processes of an instance. Not Java: clone(2), futex(2), and a stack that changes its process.
 *
 * The first process, number 0, is the one that was started. Others are there to hold the address spaces of programs,
 * so that a switch between two programs is a switch of the host instead of a new map for every page. They share the
 * kernel's memory, its stack included; what lies below USER_END is each one's own, and so is the signal stack. One of
 * them is active and runs the kernel and programs, all others wait for their turn. Each has the same descriptors in a
 * table of its own, which nobody changes any more: in one that is shared, the host counts who uses a descriptor, which
 * makes each call 50 to 90 ns longer.
 *
 * Programs share the address space with the kernel and can do what its gate can. They must not be able to start
 * processes without limit. So a process without a seal, the spawner, starts them: all it takes from shared memory is
 * how many are wanted, and it counts for itself.
 *
 * The end of any process is the end of all: each is killed when its parent ends, and a parent ends with its child.
 */
#include "platform.h"
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <string.h>

#define LOST_STATUS 125
#define ANY_CPU (-1)
#define CPUS_MAX 1024
/* How long all processes stay on one CPU, and how long the host may then look for a better one. */
#define SETTLED_NS 1000000000l
#define UNSETTLED_NS 10000000l
/* The segment whose limit holds the number of the CPU, arch/x86/include/asm/segment.h. */
#define CPU_NUMBER_SELECTOR 0x7b
#define CPU_NUMBER_MASK 0xfff

int32_t process_active;
static int32_t turns[PROCESSES_MAX];
static int32_t wanted, started, refused;
static int32_t ending, ending_status;
static int64_t spawner;
/* Where all processes are to run, and since when that is so. */
static int32_t common_cpu = ANY_CPU;
static int64_t common_cpu_ns;
static uint8_t allowed_cpus[CPUS_MAX / 8];

static void futex_wake(int32_t *word) {
    HOST(__NR_futex, word, FUTEX_WAKE, 1);
}

static void futex_wait(int32_t *word, int32_t value) {
    HOST(__NR_futex, word, FUTEX_WAIT, value, NULL);
}

_Noreturn void process_exit(int32_t status) {
    if (process_own()->number > 0) {
        ending_status = status;
        __atomic_store_n(&ending, 1, __ATOMIC_RELEASE);
        __atomic_store_n(&turns[0], 1, __ATOMIC_RELEASE);
        futex_wake(&turns[0]);
        for (;;) {
            futex_wait(&turns[process_own()->number], 0);
        }
    }
    for (;;) {
        HOST(__NR_exit_group, status);
    }
}

/* ---- taking turns ---- */

void process_await_turn(int32_t number) {
    while (__atomic_load_n(&turns[number], __ATOMIC_ACQUIRE) == 0) {
        futex_wait(&turns[number], 0);
    }
    if (__atomic_load_n(&ending, __ATOMIC_ACQUIRE)) {
        process_exit(ending_status);
    }
    __atomic_store_n(&turns[number], 0, __ATOMIC_RELAXED);
}

/* From process_switch, on the stack of this process: the kernel's belongs to the next one from the first line on. */
void process_hand_over(int32_t from, int32_t to) {
    __atomic_store_n(&turns[to], 1, __ATOMIC_RELEASE);
    futex_wake(&turns[to]);
    process_await_turn(from);
}

static void run_on(int32_t cpu) {
    uint8_t one[CPUS_MAX / 8] = {0};
    if (cpu != ANY_CPU) {
        one[cpu / 8] = 1 << cpu % 8;
    }
    HOST(__NR_sched_setaffinity, 0, CPUS_MAX / 8, cpu == ANY_CPU ? allowed_cpus : one);
    process_own()->cpu = cpu;
}

/* The host starts a process that is woken on an idle CPU, which takes it several times longer than to go on with
   another process on the same one. So all stay on one, and now and then the host may choose again. */
static void choose_cpu(void) {
    int64_t now_ns = linux_monotonic_ns();
    if (now_ns - common_cpu_ns < (common_cpu == ANY_CPU ? UNSETTLED_NS : SETTLED_NS)) {
        return;
    }
    uint32_t cpu;
    __asm__ volatile("lsl %1, %0" : "=r"(cpu) : "r"(CPU_NUMBER_SELECTOR));
    cpu &= CPU_NUMBER_MASK;
    common_cpu = common_cpu == ANY_CPU && cpu < CPUS_MAX ? (int32_t) cpu : ANY_CPU;
    common_cpu_ns = now_ns;
}

int64_t process_settled_until(void) {
    if (process_own()->cpu == ANY_CPU) {
        return NEVER_NS;
    }
    int64_t until_ns = common_cpu_ns + SETTLED_NS;
    if (linux_monotonic_ns() < until_ns) {
        return until_ns;
    }
    run_on(ANY_CPU);
    return NEVER_NS;
}

void linux_enter_process(int32_t number) {
    vector_release();
    choose_cpu();
    process_active = number;
    process_switch(process_own()->number, number, process_own());
    if (process_own()->cpu != common_cpu) {
        run_on(common_cpu);
    }
    time_moved();
}

/* Has the active process look at the bits that this one has raised. SIGURG, since processes of the same group that
   are not ours ignore it, signal(7). */
void process_kick(void) {
    if (process_own()->number != __atomic_load_n(&process_active, __ATOMIC_RELAXED)) {
        HOST(__NR_kill, 0, SIGURG);
    }
}

/* ---- starting ---- */

int32_t linux_start_process(int32_t number) {
    if (number >= PROCESSES_MAX) {
        return -EAGAIN;
    }
    __atomic_store_n(&wanted, number, __ATOMIC_RELEASE);
    futex_wake(&wanted);
    int32_t there = __atomic_load_n(&started, __ATOMIC_ACQUIRE);
    while (there < number && !__atomic_load_n(&refused, __ATOMIC_ACQUIRE)) {
        futex_wait(&started, there);
        there = __atomic_load_n(&started, __ATOMIC_ACQUIRE);
    }
    return there < number ? -EAGAIN : 0;
}

/* What follows runs without a seal, beside programs that can write to all shared memory. It takes nothing from there but
   numbers that it compares, not even the guard of its stack, and no signal is handled but one. */
#define UNSEALED __attribute__((no_stack_protector))

UNSEALED static _Noreturn void wait_for_ever(void) {
    int32_t never = 0;
    for (;;) {
        futex_wait(&never, 0);
    }
}

UNSEALED static _Noreturn void refuse_more(void) {
    __atomic_store_n(&refused, 1, __ATOMIC_RELEASE);
    /* The waiter compares: a change of the word is what wakes it. */
    __atomic_fetch_sub(&started, 1, __ATOMIC_RELEASE);
    futex_wake(&started);
    wait_for_ever();
}

UNSEALED static void end_with_parent(long parent) {
    HOST(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL);
    if (HOST(__NR_getppid) != parent) {
        HOST(__NR_exit_group, LOST_STATUS);
    }
}

UNSEALED static _Noreturn void begin(int32_t number, long parent, struct process *own, const struct sock_fprog *filter) {
    end_with_parent(parent);
    own->number = number;
    if (!time_create(number) || !seal_install(filter)) {
        refuse_more();
    }
    traps_unblock();
    __atomic_store_n(&started, number, __ATOMIC_RELEASE);
    futex_wake(&started);
    process_enter(number, own);
}

UNSEALED static _Noreturn void spawn(long parent, struct process *own, const struct sock_fprog *filter) {
    end_with_parent(parent);
    traps_for_spawner();
    long self = HOST(__NR_getpid);
    for (int32_t number = 1; number < PROCESSES_MAX; number++) {
        int32_t seen = __atomic_load_n(&wanted, __ATOMIC_ACQUIRE);
        while (seen < number) {
            futex_wait(&wanted, seen);
            seen = __atomic_load_n(&wanted, __ATOMIC_ACQUIRE);
        }
        long child = HOST(__NR_clone, SIGCHLD, 0, 0, 0, 0);
        if (child == 0) {
            begin(number, self, own, filter);
        }
        if (child < 0) {
            refuse_more();
        }
    }
    wait_for_ever();
}

/* Without a spawner there is one process, which then holds all address spaces. Signals are blocked before, so that the
   spawner never handles one. */
void processes_start(const struct sock_fprog *filter) {
    struct sock_filter copy[SEAL_INSTRUCTIONS_MAX];
    struct sock_fprog private = {filter->len, copy};
    memcpy(copy, filter->filter, filter->len * sizeof *copy);
    HOST(__NR_sched_getaffinity, 0, sizeof allowed_cpus, allowed_cpus);
    struct process *own = process_own();
    *own = (struct process) {0, ANY_CPU};
    traps_block();
    long self = HOST(__NR_getpid);
    long child = HOST(__NR_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        spawn(self, own, &private);
    }
    refused = child < 0;
    spawner = child;
    traps_unblock();
}

/* In the handler of SIGCHLD of the first process. Children that it had before it became this program are not ours. */
void process_ended(int64_t child) {
    if (child != spawner) {
        return;
    }
    static const char sentence[] = "demitasse: the host has killed a process of this instance\n";
    platform_log(sentence, sizeof sentence - 1);
    process_exit(LOST_STATUS);
}
