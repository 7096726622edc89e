/*
 * Runs user code and notes interrupts. Not Java: an interrupt may not enter Java, which has one stack and no
 * interrupt context, so all that happens in one is that a bit goes up.
 */
#include "platform.h"
#include "kvm.h"

#define GENERAL_PROTECTION 13
#define CANONICAL_BITS 47

#define IO_APIC 0xfec00000ul
#define IO_APIC_REDIRECTION 0x10
#define IO_APIC_PINS 24
#define FIRST_PIN_VECTOR (TIMER_VECTOR + 1)
#define FIRST_MESSAGE_VECTOR (FIRST_PIN_VECTOR + IO_APIC_PINS)

/* The bits of demitasse.machine.Platform; the timer's is bit 0. */
volatile uint64_t trap_lines;
static uint64_t lines_of_vector[VECTORS];
static int32_t next_message_vector = FIRST_MESSAGE_VECTOR;

int32_t kvm_run(int64_t address) {
    struct context *context = (struct context *) address;
    if (context->flags & CONTEXT_FULL && context->rip >> CANONICAL_BITS != 0) {
        context->trap_info = GENERAL_PROTECTION;
        context->error_code = 0;
        return TRAP_EXCEPTION;
    }
    vector_switch(context);
    return crossing_enter(context);
}

/* Called with interrupts off, out of user code or time_idle. */
void trap_interrupt(uint64_t vector) {
    if (vector == SPURIOUS_VECTOR) {
        return;
    }
    if (vector == TIMER_VECTOR) {
        time_expired();
    }
    trap_lines |= vector == TIMER_VECTOR ? 1 : lines_of_vector[vector];
    time_end_of_interrupt();
}

int64_t kvm_take_interrupts(void) {
    uint64_t lines = trap_lines;
    trap_lines = 0;
    return lines;
}

/* Edge triggered, although the devices hold their line until they are acknowledged: the driver does that before it
   looks at its rings, so another event is another edge, and a handler that only sets a bit is never called again for
   the same one. */
void kvm_route(int32_t pin, int32_t line) {
    if ((uint32_t) pin >= IO_APIC_PINS) {
        return;
    }
    volatile uint32_t *select = direct(IO_APIC), *window = direct(IO_APIC + 0x10);
    lines_of_vector[FIRST_PIN_VECTOR + pin] |= 1ul << line;
    *select = IO_APIC_REDIRECTION + 2 * pin + 1;
    *window = 0;
    *select = IO_APIC_REDIRECTION + 2 * pin;
    *window = FIRST_PIN_VECTOR + pin;
}

/* A vector for message-signalled interrupts; when all are taken, devices share the last. */
int32_t kvm_message_vector(int32_t line) {
    int32_t vector = next_message_vector;
    next_message_vector += vector + 1 < SPURIOUS_VECTOR;
    lines_of_vector[vector] |= 1ul << line;
    return vector;
}
