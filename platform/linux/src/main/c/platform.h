/* What the C files of this platform share. The layout of contexts is that of demitasse.machine.UserContext.
   */
#pragma once
#include <demitasse.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include "linux.h"

#define PAGE_BYTES 4096ul

/* Programs live in [USER_START, USER_END). Nothing of the kernel lies below KERNEL_START: the 4 GiB between
   let the seccomp filter check a range by the upper halves of its address and length alone, see seal.c. From HOST_START
   on, 16 GiB and a little below the end of all addresses, lies the host's stack. */
#define USER_START 0x10000ul
#define USER_END 0x7fbf00000000ul
#define KERNEL_START 0x7fc000000000ul
#define HOST_START 0x7ffb00000000ul

#define CONTEXT_FS_BASE 168
#define CONTEXT_GS_BASE 176
#define CONTEXT_FLAGS 208
#define CONTEXT_VECTOR 256
#define CONTEXT_FLAG_FULL 1ul
#define CONTEXT_FLAG_VECTOR_VALID 2ul

static inline uint64_t *context_word(int64_t context, unsigned offset) {
    return (uint64_t *) (context + offset);
}

/* demitasse.machine.Trap and demitasse.machine.Platform. */
enum { TRAP_SYSCALL = 1, TRAP_PAGE_FAULT = 2, TRAP_EXCEPTION = 3, TRAP_INTERRUPT = 4, TRAP_SLOW_SYSCALL = 5 };
enum { INTERRUPT_TIMER = 1, INTERRUPT_CONSOLE = 2, INTERRUPT_SIGNAL = 4, INTERRUPT_NETWORK = 256 };

#define NEVER_NS INT64_MAX

/* What is not shared between the host processes of an instance: the signal stack, and this at its end. */
struct process { int32_t number, cpu; } __attribute__((aligned(64)));

/* ---- crossing.S ---- */

/* The only instruction that makes host system calls. A failure is -errno. */
long host_call(long number, long a, long b, long c, long d, long e, long f);
/* ppoll(2) that does not start when an interrupt bit is up: -EINTR then. */
long host_wait(void *descriptors, long count, void *timeout);
extern char gate_start[], gate_end[];
extern char host_wait_start[], host_wait_end[], host_wait_abort[];
extern char resume_start[], resume_full[], resume_end[], user_entry[];
extern char __executable_start[], etext[], _end[];

/* Continues run() with a trap code as its result; from a signal handler. */
_Noreturn void user_leave(int32_t trap);
/* Continues what a signal interrupted, without rt_sigreturn, which is not allowed. */
_Noreturn void frame_resume(void *general_registers, void *vector_state, uint64_t vector_mask);
_Noreturn void call_on_stack(void (*function)(void), void *stack_top);
void signal_restorer(void);
extern int64_t current_context;

#define HOST(number, ...) HOST_ARGUMENTS(number, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define HOST_ARGUMENTS(number, a, b, c, d, e, f, ...) \
    host_call(number, (long) (a), (long) (b), (long) (c), (long) (d), (long) (e), (long) (f))

/* Leaves the kernel's stack to another process, and comes back when it is this one's turn; own is the end of a stack. */
void process_switch(int32_t from, int32_t to, struct process *own);
/* The same for a process that has not run yet. */
_Noreturn void process_enter(int32_t number, struct process *own);

/* ---- processes.c ---- */

#define PROCESSES_MAX 64
extern int32_t process_active;
void processes_start(const struct sock_fprog *filter);
_Noreturn void process_exit(int32_t status);
void process_ended(int64_t child);
void process_kick(void);
/* Until when the active process stays on its CPU; NEVER_NS if the host is free to choose, which it is from then on. */
int64_t process_settled_until(void);

/* ---- start.c ---- */

/* net and pcap are -1 without. */
struct descriptors { int ram, image, trace, net, pcap; };
extern struct descriptors descriptors;
/* What follows the prefix, or NULL. */
const char *after_prefix(const char *text, const char *prefix);

/* ---- net.c ---- */

/* MSG_DONTWAIT | MSG_NOSIGNAL and MSG_DONTWAIT: the only flags that the filter lets through. */
#define NET_SEND_FLAGS 0x4040
#define NET_RECEIVE_FLAGS 0x40
/* Opens tap:NAME or the socket of a path; the words end with their string or at a space. */
void net_open(const char *where, const char *mac, uint64_t mtu_bytes);
extern int net_is_tap;
/* Once the handlers of signals are there. */
void net_start(void);
/* The poll(2) events to sleep for; 0 when there is no network, or not any more. */
short net_events(void);
/* Before sleep: whether the device is to be asked again instead. */
int net_asks_on(int64_t now_ns);

/* ---- layout.c ---- */

struct stacks { char *start, *signal_start, *signal_end, *kernel_guard_end, *end; };
extern struct stacks stacks;
/* Before relocation: where the kernel is from now on, which is where it was if that is not below HOST_START, or NULL if
   the host does not move it. What it leaves is still there. */
char *layout_move_kernel(uint64_t random);
void layout_drop_kernel(char *image);
/* The vDSO with the clock that it reads; its new address, or 0. */
uint64_t layout_move_vdso(uint64_t vdso, uint64_t random);
void layout_data(void);
void layout_start(uint64_t seed);
void layout_ram(uint64_t bytes);
void layout_image(void);
/* A file's bytes, mapped read-only, and how many; NULL for an empty file or what is none. */
char *layout_file(int descriptor, uint64_t *bytes);
void layout_heap(void);
void layout_stacks(size_t signal_stack_bytes);

/* ---- vdso.c ---- */

extern char *vdso_start, *vdso_end;
void vdso_find(char *image);
/* The first address after the pages of a vDSO. */
uint64_t vdso_end_of(const char *image);
/* clock_gettime(2) through the host's vDSO. */
long clock_read(int clock, int64_t *seconds_nanoseconds);

/* ---- seal.c, trap.c, vector.c, time.c, panic.c ---- */

#define SEAL_INSTRUCTIONS_MAX 256
const struct sock_fprog *seal_build(int allow_write_execute);
/* From now on this process and its children get no private memory that can be written to. */
void seal_data(void);
/* Whether the host has accepted the filter, without which nothing may run. */
int seal_install(const struct sock_fprog *filter);
void traps_start(void);
/* All signals, for a process without a seal. */
void traps_block(void);
void traps_unblock(void);
/* The only signal that the spawner takes is of the end of its children, and it ends then too. */
void traps_for_spawner(void);
void vector_start(void);
void vector_take_frame(int64_t context, void *vector_state);
/* Saves the state that is in the CPU, which will be another's. */
void vector_release(void);
extern uint64_t vector_mask;
/* Whether a host process has got a timer. */
int time_create(int32_t process);
void time_expired(void);
/* Another host process has become active, whose timer is another. */
void time_moved(void);
void console_start(void);
void console_poll(void);
/* Begins a file that linux_pcap goes on with. */
void pcap_start(void);
/* Whether the active process waits for its descriptors, or is about to. */
int console_is_idle(void);
void interrupts_raise(int64_t bits);

/* ---- lines.c ---- */

/* Makes the Java lines of a kernel's file known, if they stand beside it. */
void lines_open(const char *kernel);
/* The innermost frame at an address of the ELF; then the texts of it and of those that it is inlined in, to NULL. */
uint32_t lines_find(uint64_t address);
const char *lines_next(uint32_t *frame);

/* Before Java runs: one sentence, exit status 125. */
_Noreturn void refuse(const char *sentence, const char *subject);
/* A panic with the registers that a signal frame holds (struct sigcontext). */
_Noreturn void panic_with_registers(const char *reason, void *general_registers);

static inline struct process *process_own(void) {
    return (struct process *) stacks.signal_end - 1;
}
