/*
 * The standard streams, and sleeping until one of them or the clock has news. Not Java: host system calls.
 *
 * The descriptions are shared with other processes of the host, so their flags stay as they are (no
 * O_NONBLOCK): a read is made only when ppoll(2) says that there is something, and a write may wait for a
 * slow reader.
 */
#include "platform.h"
#include <asm/ioctls.h>
#include <asm/poll.h>
#include <asm/stat.h>
#include <asm/termios.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/stat.h>
#include <stdbool.h>

#define SECOND_NS 1000000000l

struct pollfd_entry { int descriptor; short events, revents; };

/* The stream that Java waits for after -EAGAIN, until news of it was raised. */
static int input_wanted, output_wanted[3];

static int idle;

/* Whether standard input is a file, which never has one wait. */
static bool input_is_file;

/* Whether standard error is a terminal that adds no carriage returns: demi makes it so for the program. */
static bool errors_are_raw;

void console_start(void) {
    struct termios settings;
    errors_are_raw = HOST(__NR_ioctl, 2, TCGETS, &settings) == 0 && !(settings.c_oflag & OPOST);
    struct stat input;
    input_is_file = HOST(__NR_fstat, 0, &input) == 0 && (input.st_mode & S_IFMT) == S_IFREG;
}

static int wanted(struct pollfd_entry entries[3]) {
    int count = 0;
    if (input_wanted) {
        entries[count++] = (struct pollfd_entry) {0, POLLIN, 0};
    }
    for (int stream = 1; stream <= 2; stream++) {
        if (output_wanted[stream]) {
            entries[count++] = (struct pollfd_entry) {stream, POLLOUT, 0};
        }
    }
    return count;
}

static void raise_news(const struct pollfd_entry *entries, int count) {
    for (int i = 0; i < count; i++) {
        if (entries[i].revents == 0) {
            continue;
        }
        if (entries[i].descriptor == 0) {
            input_wanted = 0;
        } else {
            output_wanted[entries[i].descriptor] = 0;
        }
        interrupts_raise(INTERRUPT_CONSOLE);
    }
}

void console_poll(void) {
    struct pollfd_entry entries[3];
    int64_t none[2] = {0, 0};
    int count = wanted(entries);
    if (count > 0 && HOST(__NR_ppoll, entries, count, none, NULL, 8) > 0) {
        raise_news(entries, count);
    }
}

void linux_idle_until(int64_t deadline_ns) {
    struct pollfd_entry entries[4];
    int count = wanted(entries);
    int waited = count;
    int64_t timeout[2];
    int64_t now_ns = linux_monotonic_ns();
    if (net_asks_on(now_ns)) {
        return;
    }
    if (net_events() != 0) {
        entries[waited++] = (struct pollfd_entry) {descriptors.net, net_events(), 0};
    }
    if (deadline_ns != NEVER_NS) {
        int64_t left_ns = deadline_ns - now_ns;
        left_ns = left_ns > 0 ? left_ns : 0;
        timeout[0] = left_ns / SECOND_NS;
        timeout[1] = left_ns % SECOND_NS;
    }
    __atomic_store_n(&idle, 1, __ATOMIC_RELAXED);
    long ready = host_wait(entries, waited, deadline_ns == NEVER_NS ? NULL : timeout);
    __atomic_store_n(&idle, 0, __ATOMIC_RELAXED);
    if (ready > 0) {
        raise_news(entries, count);
    }
}

int console_is_idle(void) {
    return __atomic_load_n(&idle, __ATOMIC_RELAXED);
}

int32_t linux_write(int32_t stream, int64_t address, int32_t length_bytes) {
    long written;
    do {
        written = HOST(__NR_write, stream, address, length_bytes);
    } while (written == -EINTR);
    if (written == -EAGAIN) {
        output_wanted[stream] = 1;
    }
    return written;
}

int32_t linux_read(int64_t address, int32_t length_bytes) {
    struct pollfd_entry entry = {0, POLLIN, 0};
    int64_t none[2] = {0, 0};
    if (!input_is_file && HOST(__NR_ppoll, &entry, 1, none, NULL, 8) <= 0) {
        input_wanted = 1;
        return -EAGAIN;
    }
    long count = HOST(__NR_read, 0, address, length_bytes);
    if (count == -EAGAIN || count == -EINTR) {
        input_wanted = 1;
        return -EAGAIN;
    }
    return count;
}

int32_t linux_terminal_size(void) {
    struct winsize size;
    for (int stream = 0; stream <= 2; stream++) {
        if (HOST(__NR_ioctl, stream, TIOCGWINSZ, &size) == 0) {
            return size.ws_row << 16 | size.ws_col;
        }
    }
    return 0;
}

static bool write_all(int descriptor, int64_t address, int64_t length_bytes) {
    while (length_bytes > 0) {
        long written = HOST(__NR_write, descriptor, address, length_bytes);
        if (written == -EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        address += written;
        length_bytes -= written;
    }
    return true;
}

/* Lines of the kernel's own, which no terminal of ours has processed. */
static void write_lines(int descriptor, int64_t address, int64_t length_bytes) {
    int64_t end = address + length_bytes;
    for (int64_t at = address; descriptor == 2 && errors_are_raw && at < end; at++) {
        if (*(const char *) at == '\n') {
            write_all(descriptor, address, at - address);
            write_all(descriptor, (int64_t) "\r\n", 2);
            address = at + 1;
        }
    }
    write_all(descriptor, address, end - address);
}

void linux_log(int64_t address, int32_t length_bytes) {
    write_lines(2, address, length_bytes);
}

void linux_trace(int64_t address, int32_t length_bytes) {
    write_lines(descriptors.trace, address, length_bytes);
}

void pcap_start(void) {
    /* pcap-savefile(5): nanoseconds, version 2.4, no zone, frames of any length, Ethernet. */
    static const uint32_t header[] = {0xa1b23c4d, 4 << 16 | 2, 0, 0, 1 << 18, 1};
    write_all(descriptors.pcap, (int64_t) header, sizeof header);
}

int32_t linux_pcap_is_open(void) {
    return descriptors.pcap >= 0;
}

/* What cannot be written ends the capture: behind half a frame nothing could be read. */
void linux_pcap(int64_t address, int32_t length_bytes) {
    if (descriptors.pcap < 0) {
        return;
    }
    int64_t now_ns = linux_realtime_ns();
    uint32_t record[] = {now_ns / SECOND_NS, now_ns % SECOND_NS, length_bytes, length_bytes};
    if (!write_all(descriptors.pcap, (int64_t) record, sizeof record)
            || !write_all(descriptors.pcap, address, length_bytes)) {
        static const char sentence[] = "demitasse: the capture ends here, its file can take no more\n";
        platform_log(sentence, sizeof sentence - 1);
        descriptors.pcap = -1;
    }
}

void platform_log(const char *text, size_t length) {
    write_lines(2, (int64_t) text, length);
}
