/*
 * What the Java of this platform imports. Not Java: each function below is a host system call, a register, or
 * a word that a host signal handler shares with Java. Includes no system header, because it is compiled into
 * the Java unit.
 */
#pragma once
#include <stdint.h>

/* ---- facts that do not change after boot ---- */

struct linux_facts {
    int64_t ram_address, ram_bytes;
    int64_t image_address, image_bytes;
    int64_t command_line_address, command_line_bytes;
    int64_t vdso_clock_gettime;
    int64_t context_bytes;
    int64_t net_address, net_mtu_bytes;
};
extern struct linux_facts linux_facts;

static inline int64_t linux_ram_address(void) { return linux_facts.ram_address; }
static inline int64_t linux_ram_bytes(void) { return linux_facts.ram_bytes; }
static inline int64_t linux_image_address(void) { return linux_facts.image_address; }
static inline int64_t linux_image_bytes(void) { return linux_facts.image_bytes; }
static inline int64_t linux_command_line_address(void) { return linux_facts.command_line_address; }
static inline int64_t linux_command_line_bytes(void) { return linux_facts.command_line_bytes; }
static inline int64_t linux_vdso_clock_gettime(void) { return linux_facts.vdso_clock_gettime; }
static inline int64_t linux_context_bytes(void) { return linux_facts.context_bytes; }
static inline int64_t linux_net_address(void) { return linux_facts.net_address; }
static inline int32_t linux_net_mtu_bytes(void) { return linux_facts.net_mtu_bytes; }

/* The image of the vDSO for programs, in whole pages, and how long it is. */
int64_t linux_vdso_image(void);
int32_t linux_vdso_image_bytes(void);

/* Where a patched system call site enters the kernel: the target that a stub jumps to. */
int64_t linux_entry_address(void);

/* ---- running user code: crossing.S, vector.c ---- */

/* The context whose vector state and segment bases are in the CPU, or 0. */
extern int64_t vector_owner;
void vector_load(int64_t context);

/* Where leaving user code goes on, and with which stack pointer. */
extern int64_t kernel_return, kernel_stack;

/* Runs user code until it traps; the trap codes are those of demitasse.machine.Trap.
   A jump, not a call: a call here would be paired with the next return of the program, and the kernel's return
   with the program's last call, by the CPU's predictor of returns. Both would be wrong each time (20 ns). */
static inline int32_t linux_run(int64_t context) {
    if (__builtin_expect(vector_owner != context, 0)) {
        vector_load(context);
    }
    int32_t trap;
    __asm__ volatile(
        "push %%rbp\n"
        "lea 1f(%%rip), %%rax\n"
        "mov %%rax, kernel_return(%%rip)\n"
        "mov %%rsp, kernel_stack(%%rip)\n"
        "jmp user_enter\n"
        "1: pop %%rbp\n"
        : "=a"(trap), "+D"(context)
        :
        : "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
    return trap;
}

void linux_save_vector(int64_t context);
void linux_forget_vector(int64_t context);
void linux_exchange_pages(int64_t one, int64_t two);

/* ---- interrupts and time: trap.c, time.c ---- */

/* Interrupt bits, raised by signal handlers. */
extern int64_t interrupts;
int64_t interrupts_take(void);

static inline int64_t linux_take_interrupts(void) {
    return __atomic_load_n(&interrupts, __ATOMIC_RELAXED) == 0 ? 0 : interrupts_take();
}

int32_t linux_take_host_signal(void);
int64_t linux_monotonic_ns(void);
int64_t linux_realtime_ns(void);
void linux_alarm(int64_t deadline_ns);
void linux_idle_until(int64_t deadline_ns);
int64_t linux_entropy(void);
void linux_exit(int32_t status);

/* ---- host processes: processes.c ---- */

/* Has another host process, the next number, ready to be entered: 0, or -EAGAIN when there are to be no more. */
int32_t linux_start_process(int32_t number);
/* The kernel goes on in another host process, whose memory below USER_END is another. */
void linux_enter_process(int32_t number);

/* ---- memory of programs: layout.c; all answer 0 or -errno ---- */

int32_t linux_map_ram(int64_t address, int64_t length_bytes, int32_t protection, int64_t offset);
int32_t linux_map_image(int64_t address, int64_t length_bytes, int32_t protection, int64_t offset);
int32_t linux_protect(int64_t address, int64_t length_bytes, int32_t protection);
int32_t linux_unmap(int64_t address, int64_t length_bytes);

/* Brings in the memory of a range of RAM as the kernel sees it, which would otherwise come by a fault for each page. */
void linux_prepare_ram(int64_t address, int64_t length_bytes);

/* Gives the host the memory of a range of RAM back; it reads as zero afterwards. */
int32_t linux_release_ram(int64_t offset, int64_t length_bytes);

/* ---- console: console.c ---- */

int32_t linux_write(int32_t stream, int64_t address, int32_t length_bytes);
int32_t linux_read(int64_t address, int32_t length_bytes);
int32_t linux_terminal_size(void);
void linux_log(int64_t address, int32_t length_bytes);
void linux_trace(int64_t address, int32_t length_bytes);

/* ---- network: net.c; none of these waits ---- */

enum { NET_NONE, NET_STREAM, NET_TAP };
int32_t linux_net_kind(void);
int32_t linux_tap_cuts_datagrams(void);
/* Bytes moved, 0 at the end of the stream, or -errno. */
int32_t linux_net_send(int64_t address, int32_t length_bytes);
int32_t linux_net_receive(int64_t address, int32_t length_bytes);
/* One frame with what stands before it; its bytes, or -errno. */
int32_t linux_tap_write(int64_t address, int32_t length_bytes);
int32_t linux_tap_gather(int64_t vector, int32_t count);
int32_t linux_tap_read(int64_t address, int32_t length_bytes);

/* Whether frames are to be written down; and that of one. */
int32_t linux_pcap_is_open(void);
void linux_pcap(int64_t address, int32_t length_bytes);

/* ---- panic: panic.c ---- */

/* The task that runs now, for the panic screen: its number and a zero-terminated name in raw memory. */
void linux_note_task(int32_t task, int64_t name_address);
