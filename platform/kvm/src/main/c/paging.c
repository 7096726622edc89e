/*
 * The kernel half of the page tables, which all address spaces share. Not Java: it is made before the Java heap, and
 * the Java code itself is what it protects.
 *
 *   0xffff800000000000  the first MiB read-only; all other RAM read-write in 2 MiB pages; in it the image's text and
 *                       constants read-only, its data and stacks not at all: one page has one writable address
 *   0xffffffff80000000  the image: text read-execute, constants read, data read-write; guard pages below the stacks
 *
 * Nothing else: the lower half starts empty, page 0 stays so.
 */
#include "platform.h"

#define PRESENT 1ul
#define WRITABLE 2ul
#define UNCACHED 0x18ul
#define ACCESSED 0x20ul
#define DIRTY 0x40ul
#define LARGE 0x80ul
#define GLOBAL 0x100ul
#define NO_EXECUTE (1ul << 63)
#define ADDRESS 0x000ffffffffff000ul

#define CONSTANT (PRESENT | ACCESSED | GLOBAL | NO_EXECUTE)
#define TEXT (PRESENT | ACCESSED | GLOBAL)
#define DATA (PRESENT | WRITABLE | ACCESSED | DIRTY | GLOBAL | NO_EXECUTE)

#define CR4_PGE (1ul << 7)
#define CR4_OSFXSR (1ul << 9)
#define CR4_OSXMMEXCPT (1ul << 10)
#define CR4_UMIP (1ul << 11)
#define CR4_FSGSBASE (1ul << 16)
#define CR4_SMEP (1ul << 20)
#define CR4_SMAP (1ul << 21)

extern char kernel_stack_guard[], double_fault_stack_guard[], nmi_stack_guard[], machine_check_stack_guard[],
    debug_stack_guard[];

uint64_t *paging_root;

static void paging_map_memory(void);
static void paging_map_image(void);
static void paging_map_direct(uint64_t start, uint64_t end);
static void paging_map_around_image(uint64_t start, uint64_t end);
static void paging_map(uint64_t virtual, uint64_t physical, uint64_t bytes, uint64_t flags);
static void paging_map_page(uint64_t virtual, uint64_t physical, int level, uint64_t flags);
static void paging_protect_cpu(void);
static uint64_t physical_of(const char *symbol);

void paging_init(void) {
    paging_root = direct(boot_take(PAGE_BYTES));
    paging_map_memory();
    paging_map_image();
    __asm__ volatile("mov %0, %%cr3" : : "r"((uint64_t) paging_root - DIRECT_MAP) : "memory");
    paging_protect_cpu();
}

/* Devices lie in the direct map too, as 2 MiB without cache. */
void paging_map_device(uint64_t physical) {
    physical &= -LARGE_PAGE_BYTES;
    paging_map(DIRECT_MAP + physical, physical, LARGE_PAGE_BYTES, DATA | UNCACHED);
}

static void paging_map_memory(void) {
    /* The first MiB is the loader's: what it tells may stand in ROM there, which is in no memory map. */
    paging_map(DIRECT_MAP, 0, LOW_MEMORY_BYTES, CONSTANT);
    const struct start_memory *map = direct(boot_info->memory_map);
    for (uint32_t i = 0; i < boot_info->memory_map_entries; i++) {
        if (map[i].type == START_MEMORY_RAM && map[i].address >= LOW_MEMORY_BYTES) {
            uint64_t start = (map[i].address + PAGE_BYTES - 1) & -PAGE_BYTES;
            uint64_t end = (map[i].address + map[i].size) & -PAGE_BYTES;
            if (start < end) {
                paging_map_around_image(start, end);
            }
        }
    }
}

static void paging_map_around_image(uint64_t start, uint64_t end) {
    uint64_t image_start = physical_of(image_text), image_stop = physical_of(image_end);
    if (end <= image_start || start >= image_stop) {
        paging_map_direct(start, end);
        return;
    }
    paging_map_direct(start, image_start);
    paging_map_direct(image_stop, end);
}

static void paging_map_direct(uint64_t start, uint64_t end) {
    if (start < end) {
        paging_map(DIRECT_MAP + start, start, end - start, DATA);
    }
}

static void paging_map_image(void) {
    uint64_t text = physical_of(image_text), rodata = physical_of(image_rodata);
    uint64_t data = physical_of(image_data), end = physical_of(image_end);
    paging_map(DIRECT_MAP + text, text, data - text, CONSTANT);
    paging_map(KERNEL_BASE + text, text, rodata - text, TEXT);
    paging_map(KERNEL_BASE + rodata, rodata, data - rodata, CONSTANT);
    uint64_t guards[] = {physical_of(kernel_stack_guard), physical_of(double_fault_stack_guard),
        physical_of(nmi_stack_guard), physical_of(machine_check_stack_guard),
        physical_of(debug_stack_guard), end};
    for (uint64_t at = data, i = 0; i < sizeof guards / sizeof *guards; i++) {
        paging_map(KERNEL_BASE + at, at, guards[i] - at, DATA);
        at = guards[i] + PAGE_BYTES;
    }
}

/* In the largest pages that alignment allows; the image itself is small enough for 4 KiB ones not to matter. */
static void paging_map(uint64_t virtual, uint64_t physical, uint64_t bytes, uint64_t flags) {
    while (bytes > 0) {
        bool large = ((virtual | physical) & (LARGE_PAGE_BYTES - 1)) == 0 && bytes >= LARGE_PAGE_BYTES;
        uint64_t step = large ? LARGE_PAGE_BYTES : PAGE_BYTES;
        paging_map_page(virtual, physical, large ? 2 : 1, large ? flags | LARGE : flags);
        virtual += step;
        physical += step;
        bytes -= step;
    }
}

static void paging_map_page(uint64_t virtual, uint64_t physical, int level, uint64_t flags) {
    uint64_t *table = paging_root;
    for (int above = 4; above > level; above--) {
        uint64_t *entry = &table[virtual >> (12 + 9 * (above - 1)) & 511];
        if (*entry == 0) {
            *entry = boot_take(PAGE_BYTES) | PRESENT | WRITABLE | ACCESSED;
        }
        table = direct(*entry & ADDRESS);
    }
    table[virtual >> (12 + 9 * (level - 1)) & 511] = physical | flags;
}

/* What the CPU offers of protection is switched on; CR0.WP has been on since boot.S. */
static void paging_protect_cpu(void) {
    uint64_t cr4 = cpu_read_cr4() | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;
    if (cpu_id(0, 0).a >= 7) {
        struct cpuid features = cpu_id(7, 0);
        cr4 |= features.b & 1 << 0 ? CR4_FSGSBASE : 0;
        cr4 |= features.b & 1 << 7 ? CR4_SMEP : 0;
        cr4 |= features.b & 1 << 20 ? CR4_SMAP : 0;
        cr4 |= features.c & 1 << 2 ? CR4_UMIP : 0;
    }
    cpu_write_cr4(cr4);
}

static uint64_t physical_of(const char *symbol) {
    return (uint64_t) symbol - KERNEL_BASE;
}
