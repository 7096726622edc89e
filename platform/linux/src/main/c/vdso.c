/*
 * The host's vDSO, vdso(7): the clock without a host system call. Not Java: it is needed before Java runs and
 * calls foreign code. Programs get another one, vdso_image.c.
 */
#include "platform.h"
#include <asm/unistd.h>
#include <linux/elf.h>

char *vdso_start, *vdso_end;
extern const char vdso_image[], vdso_image_end[];
static long (*vdso_clock_gettime)(int clock, int64_t *time);

int64_t linux_vdso_image(void) {
    return (int64_t) vdso_image;
}

int32_t linux_vdso_image_bytes(void) {
    return vdso_image_end - vdso_image;
}

static int equal(const char *left, const char *right) {
    while (*left == *right && *left != 0) {
        left++;
        right++;
    }
    return *left == *right;
}

static void *find_symbol(char *image, const Elf64_Dyn *dynamic, uint64_t bias, const char *name) {
    const Elf64_Sym *symbols = NULL;
    const char *strings = NULL;
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        if (dynamic->d_tag == DT_SYMTAB) {
            symbols = (void *) (bias + dynamic->d_un.d_ptr);
        } else if (dynamic->d_tag == DT_STRTAB) {
            strings = (void *) (bias + dynamic->d_un.d_ptr);
        }
    }
    if (symbols == NULL || strings == NULL) {
        return NULL;
    }
    /* Linkers put the string table right behind the symbol table; not every vDSO has a DT_HASH to count by.
       */
    for (const Elf64_Sym *symbol = symbols; (char *) (symbol + 1) <= strings; symbol++) {
        if (symbol->st_shndx != SHN_UNDEF && equal(strings + symbol->st_name, name)) {
            return (void *) (bias + symbol->st_value);
        }
    }
    return NULL;
}

uint64_t vdso_end_of(const char *image) {
    const Elf64_Ehdr *header = (void *) image;
    const Elf64_Phdr *segments = (void *) (image + header->e_phoff);
    uint64_t bytes = 0;
    for (int i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_LOAD) {
            bytes = (segments[i].p_memsz + PAGE_BYTES - 1) & -PAGE_BYTES;
        }
    }
    return (uint64_t) image + bytes;
}

void vdso_find(char *image) {
    if (image == NULL) {
        return;
    }
    const Elf64_Ehdr *header = (void *) image;
    const Elf64_Phdr *segments = (void *) (image + header->e_phoff);
    const Elf64_Dyn *dynamic = NULL;
    for (int i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_LOAD) {
            vdso_start = image;
            vdso_end = image + segments[i].p_memsz;
        } else if (segments[i].p_type == PT_DYNAMIC) {
            dynamic = (void *) (image + segments[i].p_offset);
        }
    }
    if (vdso_start != NULL && dynamic != NULL) {
        vdso_clock_gettime = find_symbol(image, dynamic, (uint64_t) image, "__vdso_clock_gettime");
        linux_facts.vdso_clock_gettime = (int64_t) vdso_clock_gettime;
    }
}

long clock_read(int clock, int64_t *seconds_nanoseconds) {
    if (vdso_clock_gettime != NULL) {
        return vdso_clock_gettime(clock, seconds_nanoseconds);
    }
    return HOST(__NR_clock_gettime, clock, seconds_nanoseconds);
}
