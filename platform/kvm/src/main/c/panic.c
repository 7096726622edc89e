/*
 * The end: what is printed when the kernel is wrong, and how the machine stops. Not Java: the Java world is what broke.
 * The lines `#n 0x…` are return addresses in the image, `#n at 0x…` is where an exception was raised; demi adds the
 * Java lines.
 */
#include "platform.h"
#include "kvm.h"
#include <string.h>

#define DEBUG_EXIT_PORT 0xf4
#define FRAMES_MAX 40
#define INVALID_OPCODE 6
#define DOUBLE_FAULT 8
#define MISSING_PAGE_BYTES 4096

/* As crossing.S pushes it. */
struct kernel_exception {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector, error_code, rip, cs, rflags, rsp, ss;
};

extern char kernel_stack_guard[], kernel_stack_top[], image_text[], image_rodata[];

static bool panicking;
static int32_t noted_task;
static const char *noted_name;

static void print(const char *text);
static void print_hex(uint64_t value);
static void print_decimal(int64_t value);
static void print_register(const char *name, uint64_t value);
static void print_registers(const struct kernel_exception *at);
static const char *reason_of(const struct kernel_exception *at, uint64_t fault_address);
static void print_backtrace(uint64_t first, const uint64_t *frame);
static void print_task(void);
static void print_user(void);
static bool is_stack(uint64_t address);
static uint64_t read_cr2(void);

void kvm_note_task(int32_t task, int64_t name) {
    noted_task = task;
    noted_name = (const char *) name;
}

_Noreturn void platform_panic(const char *reason, void *frame) {
    serial_fresh_line();
    print("demitasse panic: ");
    print(reason);
    print("\n");
    if (!panicking) {
        panicking = true;
        print_task();
        print_backtrace(0, frame);
        print_user();
    }
    panic_print_exit(PANIC_STATUS);
    panic_stop();
}

__attribute__((used, noreturn)) void panic_exception(const struct kernel_exception *at) {
    uint64_t fault_address = read_cr2();
    serial_fresh_line();
    print("demitasse panic: ");
    print(reason_of(at, fault_address));
    print("\n");
    if (!panicking) {
        panicking = true;
        print_task();
        print("  exception ");
        print_decimal(at->vector);
        print_register(" error", at->error_code);
        print_register(" cr2", fault_address);
        print("\n");
        print_registers(at);
        print_backtrace(at->rip, (const uint64_t *) at->rbp);
        print_user();
    }
    panic_print_exit(PANIC_STATUS);
    panic_stop();
}

/* The last line of the serial output tells the status where nothing else can. */
void panic_print_exit(int status) {
    serial_fresh_line();
    print("demitasse: exit ");
    print_decimal(status);
    print("\n");
}

/* Without the debug exit device the CPU is reset: an empty
   interrupt table makes the next exception the third in a row. */
_Noreturn void panic_stop(void) {
    cpu_out8(DEBUG_EXIT_PORT, 0);
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) none = {0, 0};
    __asm__ volatile("lidt %0\n\tud2" : : "m"(none));
    __builtin_unreachable();
}

static const char *reason_of(const struct kernel_exception *at, uint64_t fault_address) {
    if (at->vector == DOUBLE_FAULT || at->vector == PAGE_FAULT) {
        uint64_t guard = (uint64_t) kernel_stack_guard;
        if (fault_address - guard < PAGE_BYTES) {
            return "the kernel stack overflowed";
        }
    }
    if (at->vector == PAGE_FAULT) {
        if (fault_address < MISSING_PAGE_BYTES) {
            return "a page fault in the kernel: null was used";
        }
        if (fault_address - (uint64_t) image_text < (uint64_t) (image_rodata - image_text)) {
            return "a page fault in the kernel: its text was written to";
        }
        return at->error_code & 16 ? "a page fault in the kernel: data was executed" : "a page fault in the kernel";
    }
    if (at->vector == INVALID_OPCODE) {
        return "a check failed";
    }
    return at->vector == DOUBLE_FAULT ? "double fault" : at->vector == 2 ? "non-maskable interrupt"
        : "an exception in the kernel";
}

static void print_registers(const struct kernel_exception *at) {
    print_register("  rip", at->rip);
    print_register(" rsp", at->rsp);
    print_register(" rbp", at->rbp);
    print_register("\n  rax", at->rax);
    print_register(" rbx", at->rbx);
    print_register(" rcx", at->rcx);
    print_register("\n  rdx", at->rdx);
    print_register(" rsi", at->rsi);
    print_register(" rdi", at->rdi);
    print_register("\n  r8 ", at->r8);
    print_register(" r9 ", at->r9);
    print_register(" r10", at->r10);
    print_register("\n  r11", at->r11);
    print_register(" r12", at->r12);
    print_register(" r13", at->r13);
    print_register("\n  r14", at->r14);
    print_register(" r15", at->r15);
    print_register(" flags", at->rflags);
    print("\n");
}

/* Every function keeps its frame pointer; boot.S put a null one at the end. */
static void print_backtrace(uint64_t first, const uint64_t *frame) {
    int number = 0;
    if (first != 0) {
        print("#0 at");
        print_register("", first);
        print("\n");
        number++;
    }
    while (number < FRAMES_MAX && is_stack((uint64_t) frame) && frame[1] != 0) {
        print("#");
        print_decimal(number);
        print_register("", frame[1]);
        print("\n");
        number++;
        frame = (const uint64_t *) frame[0];
    }
}

static void print_task(void) {
    if (noted_task == 0) {
        return;
    }
    print("task ");
    print_decimal(noted_task);
    if (noted_name != NULL) {
        print(" ");
        print(noted_name);
    }
    print("\n");
}

/* What ran last: often the system call that led here. */
static void print_user(void) {
    const struct context *context = tables_cpu.context;
    if (context == NULL) {
        return;
    }
    print("last in user code:");
    print_register(" rip", context->rip);
    print_register(" rsp", context->rsp);
    print(" system call ");
    print_decimal(context->orig_rax);
    print("\n");
}

static bool is_stack(uint64_t address) {
    uint64_t bottom = (uint64_t) kernel_stack_guard + PAGE_BYTES;
    return address >= bottom && address < (uint64_t) kernel_stack_top - 15 && address % 8 == 0;
}

static void print(const char *text) {
    platform_log(text, strlen(text));
}

static void print_register(const char *name, uint64_t value) {
    print(name);
    print(" 0x");
    print_hex(value);
}

static void print_hex(uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) {
        serial_put("0123456789abcdef"[value >> shift & 15]);
    }
}

static void print_decimal(int64_t value) {
    char digits[21];
    int at = sizeof digits - 1;
    uint64_t left = value < 0 ? -(uint64_t) value : value;
    digits[at] = 0;
    do {
        digits[--at] = '0' + left % 10;
        left /= 10;
    } while (left != 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    print(digits + at);
}

static uint64_t read_cr2(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}
