/*
 * The 16550 at 0x3f8, PC16550D data sheet. Not Java: it shows what goes wrong before there is Java, and when there is
 * no Java any more.
 */
#include "platform.h"
#include "kvm.h"

#define PORT 0x3f8
#define INTERRUPT_ENABLE (PORT + 1)
#define FIFO_CONTROL (PORT + 2)
#define LINE_CONTROL (PORT + 3)
#define MODEM_CONTROL (PORT + 4)
#define LINE_STATUS (PORT + 5)
#define SCRATCH (PORT + 7)
#define DIVISOR_LATCH 0x80
#define EIGHT_BITS 3
#define FIFO_ON_AND_CLEAR 7
/* DTR, RTS, and OUT2, which lets the interrupt out. */
#define MODEM_READY 0xb
#define RECEIVED_DATA 1
#define DATA_READY 1
#define TRANSMITTER_EMPTY 0x20
#define SPINS_MAX 1000000

static bool present;
static char last = '\n';

void serial_init(void) {
    cpu_out8(SCRATCH, 0x5a);
    present = cpu_in8(SCRATCH) == 0x5a;
    if (!present) {
        return;
    }
    cpu_out8(INTERRUPT_ENABLE, 0);
    cpu_out8(LINE_CONTROL, DIVISOR_LATCH);
    cpu_out8(PORT, 1);
    cpu_out8(PORT + 1, 0);
    cpu_out8(LINE_CONTROL, EIGHT_BITS);
    cpu_out8(FIFO_CONTROL, FIFO_ON_AND_CLEAR);
    cpu_out8(MODEM_CONTROL, MODEM_READY);
    cpu_out8(INTERRUPT_ENABLE, RECEIVED_DATA);
}

/* A line that never gets empty has nobody behind it: the byte is lost rather than the machine. */
void serial_put(char byte) {
    if (!present) {
        return;
    }
    for (int i = 0; i < SPINS_MAX && !(cpu_in8(LINE_STATUS) & TRANSMITTER_EMPTY); i++) {
    }
    cpu_out8(PORT, byte);
    last = byte;
}

void serial_fresh_line(void) {
    if (last != '\n') {
        platform_log("\n", 1);
    }
}

void platform_log(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            serial_put('\r');
        }
        serial_put(text[i]);
    }
}

int32_t kvm_serial_present(void) {
    return present;
}

void kvm_serial_write(int64_t address, int32_t length) {
    for (int32_t i = 0; i < length; i++) {
        serial_put(((const char *) address)[i]);
    }
}

/* A byte, or -1 when there is none. */
int32_t kvm_serial_read(void) {
    return present && cpu_in8(LINE_STATUS) & DATA_READY ? cpu_in8(PORT) : -1;
}
