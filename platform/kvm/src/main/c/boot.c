/*
 * From the first C function to Java's main: finds out what the loader has left where, and carves the first memory.
 * Not Java: the Java heap is among what is being set up.
 */
#include "platform.h"
#include "kvm.h"
#include <string.h>

#define HEAP_SHARE 8
#define HEAP_BYTES_MIN (1ul << 20)
#define HEAP_BYTES_MAX (32ul << 20)

const struct start_info *boot_info;
uint64_t boot_taken_end;
static uint64_t boot_limit;
static uint64_t boot_ram_bytes;

static void boot_read_memory_map(void);
static void boot_stop_before(uint64_t address);

/* Called by boot.S with the physical address of the start info. */
__attribute__((used, noreturn)) void boot(uint32_t start_info) {
    serial_init();
    tables_init();
    boot_info = direct(start_info);
    if (boot_info->magic != START_MAGIC || boot_info->version < 1) {
        platform_panic("the loader does not speak PVH version 1", __builtin_frame_address(0));
    }
    boot_read_memory_map();
    paging_init();
    vector_init();
    time_init();
    demitasse_main();
    kvm_shutdown(0, 0);
}

/* Takes the RAM that holds the image, up to the first thing that the loader has put behind it. */
static void boot_read_memory_map(void) {
    const struct start_memory *map = direct(boot_info->memory_map);
    uint64_t end = (uint64_t) image_end - KERNEL_BASE;
    boot_taken_end = end;
    for (uint32_t i = 0; i < boot_info->memory_map_entries; i++) {
        if (map[i].type != START_MEMORY_RAM) {
            continue;
        }
        boot_ram_bytes += map[i].size;
        if (map[i].address <= end - 1 && map[i].address + map[i].size >= end) {
            boot_limit = map[i].address + map[i].size;
        }
    }
    const struct start_module *modules = direct(boot_info->modules);
    for (uint32_t i = 0; i < boot_info->module_count; i++) {
        /* QEMU puts it at the end of RAM, even if that is in the middle of our bss. */
        if (modules[i].address < end && modules[i].address + modules[i].size > LOW_MEMORY_BYTES) {
            kvm_refuse_memory();
        }
        boot_stop_before(modules[i].address);
    }
    boot_stop_before(boot_info->modules);
    boot_stop_before(boot_info->memory_map);
    boot_stop_before(boot_info->command_line);
    boot_stop_before((uint64_t) boot_info - DIRECT_MAP);
}

static void boot_stop_before(uint64_t address) {
    if (address >= boot_taken_end && address < boot_limit) {
        boot_limit = address & -PAGE_BYTES;
    }
}

uint64_t boot_take(uint64_t bytes) {
    uint64_t result = boot_taken_end;
    bytes = (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
    if (result + bytes > boot_limit) {
        kvm_refuse_memory();
    }
    boot_taken_end += bytes;
    if (!boot_memory_is_zero()) {
        memset(direct(result), 0, bytes);
    }
    return result;
}

/* No bug, so no panic: the user gave the machine too little. */
_Noreturn void kvm_refuse_memory(void) {
    static const char text[] = "demitasse: there is too little memory for the kernel and the root file system\n";
    platform_log(text, sizeof text - 1);
    kvm_shutdown(PANIC_STATUS, 0);
}

/* A firmware that leaves ACPI tables (SeaBIOS on q35) has also used memory for itself; without one RAM is untouched. */
bool boot_memory_is_zero(void) {
    return boot_info->rsdp == 0;
}

const char *boot_command_line(void) {
    return boot_info->command_line == 0 ? "" : direct(boot_info->command_line);
}

const char *boot_option(const char *key) {
    size_t length = strlen(key);
    for (const char *word = boot_command_line(); *word != 0; word++) {
        if (memcmp(word, key, length) == 0 && word[length] == '=') {
            return word + length + 1;
        }
        while (*word != ' ' && *word != 0) {
            word++;
        }
        if (*word == 0) {
            break;
        }
    }
    return NULL;
}

size_t platform_heap_bytes(void) {
    uint64_t bytes = boot_ram_bytes / HEAP_SHARE;
    bytes = bytes < HEAP_BYTES_MIN ? HEAP_BYTES_MIN : bytes > HEAP_BYTES_MAX ? HEAP_BYTES_MAX : bytes;
    return bytes & -PAGE_BYTES;
}

void *platform_heap(size_t bytes) {
    return direct(boot_take(bytes));
}
