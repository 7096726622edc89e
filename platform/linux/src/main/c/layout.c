/*
 * Where things lie in the one address space of the process. Not Java: mmap(2) and its relatives.
 *
 * [USER_START, USER_END) belongs to the program. The kernel's own memory is placed above KERNEL_START, at
 * random and with unmapped space between any two pieces.
 */
#include "platform.h"
#include <asm/stat.h>
#include <asm/unistd.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/falloc.h>
#include <linux/mman.h>
#include <string.h>

#define MIB (1ul << 20)
#define GIB (1ul << 30)
#define KERNEL_STACK_BYTES (512 * 1024ul)
/* Larger than any frame of compiled Java, so that no call steps over it. */
#define GUARD_BYTES (64 * 1024ul)
#define HEAP_MIN_BYTES (16 * MIB)
#define HEAP_MAX_BYTES (256 * MIB)
/* What every start fills of it. */
#define HEAP_PREPARED_BYTES (132 * 1024ul)
/* One host call maps, unmaps or protects at most this much: the filter wants lengths below 4 GiB. */
#define CHUNK_MAX_BYTES GIB
/* Image and vDSO each have their place in the first of three parts of the kernel's addresses, all else begins in the
   second and ends in the third: nothing meets. A place is random by 64 GiB in pages. */
#define SPREAD_SLOTS 64
#define CLOCK_PAGES_MAX 16

struct linux_facts linux_facts;
struct stacks stacks;
static uint64_t next_free;
static char *heap;
static size_t heap_bytes;

/* A GiB of its own at random, and a page in its first half: what is shorter than the other lies in one window of 4 GiB. */
static uint64_t spread(uint64_t seed) {
    return seed % SPREAD_SLOTS * GIB + (seed >> 32) % (GIB / 2 / PAGE_BYTES) * PAGE_BYTES;
}

void layout_start(uint64_t seed) {
    next_free = KERNEL_START + (SPREAD_SLOTS + 1) * GIB + spread(seed);
}

static void *place(uint64_t bytes, int protection, int flags, int descriptor) {
    uint64_t address = next_free;
    uint64_t rounded = (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
    next_free += rounded + 16 * MIB;
    if (rounded > HOST_START || next_free > HOST_START) {
        refuse("the kernel's part of the address space is too small for so much memory", NULL);
    }
    long result = HOST(__NR_mmap, address, rounded, protection, flags | MAP_FIXED_NOREPLACE, descriptor, 0);
    if (result != (long) address) {
        refuse("the host has no address space or memory for the kernel", NULL);
    }
    return (void *) address;
}

void layout_ram(uint64_t bytes) {
    linux_facts.ram_bytes = bytes;
    linux_facts.ram_address =
            (int64_t) place(bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptors.ram);
}

char *layout_file(int descriptor, uint64_t *bytes) {
    struct stat status;
    if (HOST(__NR_fstat, descriptor, &status) != 0 || status.st_size <= 0) {
        return NULL;
    }
    *bytes = status.st_size;
    return place(status.st_size, PROT_READ, MAP_PRIVATE, descriptor);
}

void layout_image(void) {
    char *image = layout_file(descriptors.image, (uint64_t *) &linux_facts.image_bytes);
    if (image == NULL) {
        refuse("the root file system image is empty or not a file", NULL);
    }
    linux_facts.image_address = (int64_t) image;
    if (HOST(__NR_mprotect, image, PAGE_BYTES, PROT_READ | PROT_EXEC) != 0) {
        refuse("programs cannot run from the root file system image: it lies on a file system mounted noexec", NULL);
    }
    HOST(__NR_mprotect, image, PAGE_BYTES, PROT_READ);
}

/* The host may have placed the image, which must go on until it has moved, where something is to go. */
static uint64_t clear_of_kernel(uint64_t address) {
    return address + 16 * MIB - (uint64_t) __executable_start < 32 * MIB ? address + GIB : address;
}

/* The image is moved as a whole, so that it stays what the host's /proc says it is. Its old place has what the file
   has, and is left when nothing runs there any more. Linux before 5.13 does not do this with files. */
char *layout_move_kernel(uint64_t random) {
    const Elf64_Ehdr *header = (void *) __executable_start;
    const Elf64_Phdr *segments = (void *) (__executable_start + header->e_phoff);
    if ((uint64_t) __executable_start >= HOST_START) {
        return __executable_start;
    }
    uint64_t distance = clear_of_kernel(KERNEL_START + spread(random)) - (uint64_t) __executable_start;
    for (int i = 0; i < header->e_phnum; i++) {
        uint64_t start = ((uint64_t) __executable_start + segments[i].p_vaddr) & -PAGE_BYTES;
        uint64_t tail = (uint64_t) __executable_start + segments[i].p_vaddr + segments[i].p_filesz;
        uint64_t filled = (tail + PAGE_BYTES - 1) & -PAGE_BYTES;
        uint64_t end = (tail + segments[i].p_memsz - segments[i].p_filesz + PAGE_BYTES - 1) & -PAGE_BYTES;
        if (segments[i].p_type != PT_LOAD) {
            continue;
        }
        if (HOST(__NR_mremap, start, filled - start, filled - start,
                MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, start + distance) < 0) {
            return NULL;
        }
        if (end > filled && HOST(__NR_mmap, filled + distance, end - filled, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) < 0) {
            return NULL;
        }
    }
    return __executable_start + distance;
}

void layout_drop_kernel(char *image) {
    HOST(__NR_munmap, image, (_end - __executable_start + PAGE_BYTES - 1) & -PAGE_BYTES);
}

/* The pages of the clock lie right before the vDSO, and nothing lies right before them yet. How many mappings that is
   depends on the host; each moves as a whole, or not at all. */
uint64_t layout_move_vdso(uint64_t vdso, uint64_t random) {
    uint64_t start = vdso, end = vdso_end_of((char *) vdso);
    unsigned char resident;
    while (HOST(__NR_mincore, start - PAGE_BYTES, PAGE_BYTES, &resident) == 0) {
        start -= PAGE_BYTES;
        if (vdso - start > CLOCK_PAGES_MAX * PAGE_BYTES) {
            return 0;
        }
    }
    uint64_t distance = clear_of_kernel(KERNEL_START + GIB / 2 + spread(random)) - start;
    for (uint64_t at = start, bytes = PAGE_BYTES; at < end; bytes += PAGE_BYTES) {
        if (at + bytes > end) {
            return 0;
        }
        if (HOST(__NR_mremap, at, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, at + distance) > 0) {
            at += bytes;
            bytes = 0;
        }
    }
    return vdso + distance;
}

/* The kernel's own data, which becomes memory that the processes of an instance share: at this address when they are
   there. What relocation is going to write to comes in by one call instead of a fault for each page; Linux before 5.14
   has no such call, and faults. */
void layout_data(void) {
    const Elf64_Ehdr *header = (void *) __executable_start;
    const Elf64_Phdr *segments = (void *) (__executable_start + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_LOAD && segments[i].p_flags & PF_W) {
            uint64_t start = (uint64_t) __executable_start + segments[i].p_vaddr;
            uint64_t filled = (start + segments[i].p_filesz + PAGE_BYTES - 1) & -PAGE_BYTES;
            uint64_t end = (start + segments[i].p_memsz + PAGE_BYTES - 1) & -PAGE_BYTES;
            start &= -PAGE_BYTES;
            long copy = HOST(__NR_mmap, 0, end - start, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
            if (copy < 0) {
                refuse("the host has no memory for the kernel", NULL);
            }
            HOST(__NR_madvise, copy, filled - start, MADV_POPULATE_WRITE);
            memcpy((void *) copy, (void *) start, filled - start);
            HOST(__NR_mremap, copy, end - start, end - start, MREMAP_MAYMOVE | MREMAP_FIXED, start);
        }
    }
}

/* Signal stack and kernel stack stand together, each above a guard, so that one comparison tells a kernel
   stack. Each process has a signal stack of its own. */
void layout_stacks(size_t signal_stack_bytes) {
    uint64_t signal_bytes = (signal_stack_bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
    uint64_t bytes = GUARD_BYTES + signal_bytes + GUARD_BYTES + KERNEL_STACK_BYTES;
    char *start = place(bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    stacks.start = start;
    stacks.signal_start = start + GUARD_BYTES;
    stacks.signal_end = stacks.signal_start + signal_bytes;
    stacks.kernel_guard_end = stacks.signal_end + GUARD_BYTES;
    stacks.end = start + bytes;
    HOST(__NR_mmap, stacks.signal_start, signal_bytes, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    HOST(__NR_mprotect, start, GUARD_BYTES, PROT_NONE);
    HOST(__NR_mprotect, stacks.signal_end, GUARD_BYTES, PROT_NONE);
}

/* The Java heap is not taken out of memory=: it costs the host only what is touched. Reserved before the
   seal, with room for the collector's tables. */
void layout_heap(void) {
    heap_bytes = platform_heap_bytes() / 8 * 13 + MIB;
    heap = place(heap_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    HOST(__NR_madvise, heap, HEAP_PREPARED_BYTES, MADV_POPULATE_WRITE);
}

size_t platform_heap_bytes(void) {
    uint64_t bytes = (uint64_t) linux_facts.ram_bytes / 4;
    return bytes < HEAP_MIN_BYTES ? HEAP_MIN_BYTES : bytes > HEAP_MAX_BYTES ? HEAP_MAX_BYTES : bytes;
}

void *platform_heap(size_t bytes) {
    if (bytes > heap_bytes) {
        platform_panic("the Java heap's tables are larger than reserved", __builtin_frame_address(0));
    }
    return heap;
}

/* ---- memory of programs ---- */

static int32_t map(int64_t address, int64_t length, int32_t protection, int32_t flags, int descriptor, int64_t offset) {
    while (length > 0) {
        int64_t chunk = length < (int64_t) CHUNK_MAX_BYTES ? length : (int64_t) CHUNK_MAX_BYTES;
        long result = HOST(__NR_mmap, address, chunk, protection, flags, descriptor, offset);
        if (result != address) {
            return result < 0 ? result : -ENOMEM;
        }
        address += chunk;
        offset += chunk;
        length -= chunk;
    }
    return 0;
}

/* What a fault brings in comes with its page-table entries: a fault of the host for each page costs more than the
   call (1 us a page became 0.5). Longer runs come from a change of address space, and may be touched nowhere. */
enum { POPULATED_RAM_MAX_BYTES = 256 << 10, POPULATED_IMAGE_MAX_BYTES = 64 << 10 };

int32_t linux_map_ram(int64_t address, int64_t length_bytes, int32_t protection, int64_t offset) {
    int32_t populate = length_bytes <= POPULATED_RAM_MAX_BYTES && protection != PROT_NONE ? MAP_POPULATE : 0;
    return map(address, length_bytes, protection, MAP_SHARED | MAP_FIXED | populate, descriptors.ram, offset);
}

int32_t linux_map_image(int64_t address, int64_t length_bytes, int32_t protection, int64_t offset) {
    int32_t populate = length_bytes <= POPULATED_IMAGE_MAX_BYTES && protection != PROT_NONE ? MAP_POPULATE : 0;
    return map(address, length_bytes, protection, MAP_PRIVATE | MAP_FIXED | populate, descriptors.image, offset);
}

int32_t linux_protect(int64_t address, int64_t length_bytes, int32_t protection) {
    while (length_bytes > 0) {
        int64_t chunk = length_bytes < (int64_t) CHUNK_MAX_BYTES ? length_bytes : (int64_t) CHUNK_MAX_BYTES;
        long result = HOST(__NR_mprotect, address, chunk, protection);
        if (result != 0) {
            return result;
        }
        address += chunk;
        length_bytes -= chunk;
    }
    return 0;
}

int32_t linux_unmap(int64_t address, int64_t length_bytes) {
    if (address == (int64_t) USER_START && length_bytes == (int64_t) (USER_END - USER_START)) {
        return HOST(__NR_munmap, address, length_bytes);
    }
    while (length_bytes > 0) {
        int64_t chunk = length_bytes < (int64_t) CHUNK_MAX_BYTES ? length_bytes : (int64_t) CHUNK_MAX_BYTES;
        long result = HOST(__NR_munmap, address, chunk);
        if (result != 0) {
            return result;
        }
        address += chunk;
        length_bytes -= chunk;
    }
    return 0;
}

/* Linux before 5.14 refuses, and then faults. */
void linux_prepare_ram(int64_t address, int64_t length_bytes) {
    HOST(__NR_madvise, address, length_bytes, MADV_POPULATE_WRITE);
}

int32_t linux_release_ram(int64_t offset, int64_t length_bytes) {
    return HOST(__NR_fallocate, descriptors.ram, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length_bytes);
}
