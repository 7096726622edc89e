/*
 * The last words of a kernel that found a bug in itself. Not Java: there may be no working Java any more.
 *
 * The first line begins with "demitasse panic:". Code addresses carry their distance from the image's start as
 * (+0x...), which is the address in demitasse-linux.elf.debug, and the Java lines if lines.c knows them.
 */
#include "platform.h"
#include <asm/sigcontext.h>
#include <stdbool.h>

#define PANIC_STATUS 125
#define FRAMES_MAX 64

static int32_t noted_task;
static int64_t noted_name;
static char line[256];
static size_t used;

void linux_note_task(int32_t task, int64_t name_address) {
    noted_task = task;
    noted_name = name_address;
}

static void put(const char *text) {
    while (*text != 0 && used < sizeof line - 1) {
        line[used++] = *text++;
    }
}

static void put_number(uint64_t value, unsigned base, int digits_min) {
    char digits[24];
    int count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0 || count < digits_min);
    while (count > 0 && used < sizeof line - 1) {
        line[used++] = digits[--count];
    }
}

static void put_address(uint64_t address) {
    put("0x");
    put_number(address, 16, 16);
}

static void end_line(void) {
    line[used++] = '\n';
    platform_log(line, used);
    used = 0;
}

static void begin(const char *reason) {
    put("demitasse panic: ");
    put(reason);
    end_line();
    if (noted_task != 0) {
        put("task ");
        put_number(noted_task, 10, 1);
        if (noted_name != 0) {
            put(" ");
            put((const char *) noted_name);
        }
        end_line();
    }
}

/* A return address stands behind its call, which may be the last instruction of its line. */
static void put_frame(unsigned index, uint64_t address, bool is_return) {
    put("#");
    put_number(index, 10, 1);
    put(" ");
    put_address(address);
    uint64_t distance = address - (uint64_t) __executable_start;
    if (distance < (uint64_t) (etext - __executable_start)) {
        put(" (+0x");
        put_number(distance, 16, 1);
        put(")");
        uint32_t frame = lines_find(distance - is_return);
        const char *text = lines_next(&frame);
        while (text != NULL) {
            put(" ");
            put(text);
            text = lines_next(&frame);
            if (text != NULL) {
                end_line();
                put("   in");
            }
        }
    }
    end_line();
}

/* Frame pointers: each frame holds the caller's frame pointer and the return address above it. */
static void backtrace(unsigned index, uint64_t frame) {
    while (index < FRAMES_MAX && frame >= (uint64_t) stacks.start && frame + 16 <= (uint64_t) stacks.end
            && frame % 8 == 0) {
        uint64_t next = ((uint64_t *) frame)[0];
        put_frame(index++, ((uint64_t *) frame)[1], true);
        if (next <= frame) {
            return;
        }
        frame = next;
    }
}

static _Noreturn void stop(void) {
    process_exit(PANIC_STATUS);
}

_Noreturn void platform_panic(const char *reason, void *frame) {
    begin(reason);
    backtrace(0, (uint64_t) frame);
    stop();
}

static void put_register(const char *name, uint64_t value) {
    put(name);
    put(" ");
    put_address(value);
    put("  ");
}

_Noreturn void panic_with_registers(const char *reason, void *general_registers) {
    const struct sigcontext *registers = general_registers;
    begin(reason);
    put_register("rip", registers->rip);
    put_register("rsp", registers->rsp);
    put_register("rbp", registers->rbp);
    end_line();
    put_register("rax", registers->rax);
    put_register("rbx", registers->rbx);
    put_register("rcx", registers->rcx);
    put_register("rdx", registers->rdx);
    end_line();
    put_register("rsi", registers->rsi);
    put_register("rdi", registers->rdi);
    put_register("r8 ", registers->r8);
    put_register("r9 ", registers->r9);
    end_line();
    put_register("r10", registers->r10);
    put_register("r11", registers->r11);
    put_register("r12", registers->r12);
    put_register("r13", registers->r13);
    end_line();
    put_register("r14", registers->r14);
    put_register("r15", registers->r15);
    put_register("cr2", registers->cr2);
    put_register("flags", registers->eflags);
    end_line();
    put("vector ");
    put_number(registers->trapno, 10, 1);
    put(" error ");
    put_number(registers->err, 16, 1);
    end_line();
    put_frame(0, registers->rip, false);
    backtrace(1, registers->rbp);
    stop();
}
