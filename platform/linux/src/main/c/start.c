/*
 * From the host's exec to Java's main: relocation, arguments, descriptors, memory, seal. Not Java: nothing
 * that Java needs is there yet.
 *
 *   demitasse-linux.elf IMAGE "COMMAND LINE" [TRACE_FILE [CAPTURE_FILE]]
 *
 * A trace file without a name is standard error.
 */
#include "platform.h"
#include <asm/unistd.h>
#include <linux/auxvec.h>
#include <linux/close_range.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <linux/personality.h>
#include <linux/resource.h>
#include <string.h>

#define REFUSED_STATUS 125
#define RAM_DEFAULT_BYTES (256ul << 20)
#define RAM_MIN_BYTES (2ul << 20)
#define SIGNAL_FRAMES 12
#define STACK_LIMIT_BYTES (8ul << 20)
#define HWCAP2_FSGSBASE 2
#define RELATIVE 8                      /* R_X86_64_RELATIVE */
#define DT_RELRSZ 35                    /* not in Linux's headers */
#define DT_RELR 36
#define RELR_WORDS 63
#ifndef MFD_EXEC
#define MFD_EXEC 0x10u
#endif

struct descriptors descriptors;
extern uintptr_t __stack_chk_guard;
extern const Elf64_Dyn _DYNAMIC[];

static size_t length_of(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}

_Noreturn void refuse(const char *sentence, const char *subject) {
    platform_log("demitasse: ", 11);
    platform_log(sentence, length_of(sentence));
    if (subject != NULL) {
        platform_log(": ", 2);
        platform_log(subject, length_of(subject));
    }
    platform_log("\n", 1);
    for (;;) {
        HOST(__NR_exit_group, REFUSED_STATUS);
    }
}

/* Where a packed table begins a run: each word with bit 0 set tells which of the next 63 words are addresses. Generic ELF
   specification, section 13.3: "Relative relocation table". */
static void relocate_packed(char *base, const uint64_t *table, size_t count) {
    uint64_t *next = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!(table[i] & 1)) {
            next = (uint64_t *) (base + table[i]);
            *next++ += (uint64_t) base;
            continue;
        }
        uint64_t *place = next;
        for (uint64_t bits = table[i] >> 1; bits != 0; bits >>= 1, place++) {
            if (bits & 1) {
                *place += (uint64_t) base;
            }
        }
        next += RELR_WORDS;
    }
}

/* A static-PIE relocates itself. Every relocation is relative, the build's linker flags see to that, and a linker that
   can packs them: 4 KB instead of 160. */
static void relocate(void) {
    char *base = __executable_start;
    uint64_t found[DT_RELR + 1] = {0};
    for (const Elf64_Dyn *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag > 0 && entry->d_tag <= DT_RELR) {
            found[entry->d_tag] = entry->d_un.d_val;
        }
    }
    const Elf64_Rela *relocations = (const Elf64_Rela *) (base + found[DT_RELA]);
    for (size_t i = 0; i < found[DT_RELASZ] / sizeof *relocations; i++) {
        if (ELF64_R_TYPE(relocations[i].r_info) == RELATIVE) {
            *(uint64_t *) (base + relocations[i].r_offset) = (uint64_t) base + relocations[i].r_addend;
        }
    }
    relocate_packed(base, (const uint64_t *) (base + found[DT_RELR]), found[DT_RELRSZ] / sizeof(uint64_t));
}

/* What only relocation had to write becomes read-only. */
static void protect_relocated(void) {
    const Elf64_Ehdr *header = (void *) __executable_start;
    const Elf64_Phdr *segments = (void *) (__executable_start + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_GNU_RELRO) {
            uint64_t start = (uint64_t) __executable_start + segments[i].p_vaddr;
            uint64_t end = (start + segments[i].p_memsz) & ~(PAGE_BYTES - 1);
            start &= ~(PAGE_BYTES - 1);
            HOST(__NR_mprotect, start, end - start, 1);
        }
    }
}

struct auxiliary { uint64_t vdso, hwcap2, signal_stack_min, random, *vdso_place; };

static struct auxiliary read_auxiliary(uint64_t *vector) {
    struct auxiliary found = {0};
    for (; vector[0] != AT_NULL; vector += 2) {
        switch (vector[0]) {
            case AT_SYSINFO_EHDR: found.vdso = vector[1]; found.vdso_place = vector + 1; break;
            case AT_HWCAP2: found.hwcap2 = vector[1]; break;
            case AT_MINSIGSTKSZ: found.signal_stack_min = vector[1]; break;
            case AT_RANDOM: found.random = vector[1]; break;
            default: break;
        }
    }
    return found;
}

/* Where nothing of the host's can be moved, it lies high without random places and without an unlimited stack or an old
   personality, under which Linux lays processes out from below. Once, because then it cannot lie anywhere else. */
static _Noreturn void start_over(char **arguments, char **environment) {
    struct rlimit limit;
    HOST(__NR_prlimit64, 0, RLIMIT_STACK, NULL, &limit);
    long personality = HOST(__NR_personality, 0xffffffff);
    long high = (personality & ~ADDR_COMPAT_LAYOUT) | ADDR_NO_RANDOMIZE;
    if (limit.rlim_cur > STACK_LIMIT_BYTES || personality != high) {
        limit.rlim_cur = limit.rlim_cur > STACK_LIMIT_BYTES ? STACK_LIMIT_BYTES : limit.rlim_cur;
        HOST(__NR_prlimit64, 0, RLIMIT_STACK, &limit, NULL);
        HOST(__NR_personality, high);
        HOST(__NR_execve, "/proc/self/exe", arguments, environment);
    }
    refuse("the host has loaded the kernel where programs live", NULL);
}

void platform_start(uint64_t *stack, char *left);

/* The host loads kernel and vDSO below its stack, at random by a TiB, thus mostly where programs live. */
static void leave_half_of_programs(uint64_t *stack, char **arguments, char **environment) {
    uint64_t *after = (uint64_t *) environment;
    while (*after++ != 0) {
    }
    struct auxiliary auxiliary = read_auxiliary(after);
    uint64_t random[2];
    memcpy(random, (void *) auxiliary.random, sizeof random);
    if (auxiliary.vdso != 0 && auxiliary.vdso < HOST_START) {
        *auxiliary.vdso_place = layout_move_vdso(auxiliary.vdso, random[1] << 20 ^ random[1] >> 20);
    }
    if (auxiliary.vdso != 0 && *auxiliary.vdso_place == 0) {
        start_over(arguments, environment);
    }
    char *image = layout_move_kernel(random[1]);
    if (image == NULL) {
        start_over(arguments, environment);
    }
    if (image != __executable_start) {
        void (*moved)(uint64_t *, char *) = (void *) (image + ((char *) platform_start - __executable_start));
        moved(stack, __executable_start);
    }
}

/* Programs can read whatever lies in this process, and the strings on the host's stack are the environment of whoever
   started the instance. Nothing here needs them. */
static void forget_environment(char **environment) {
    for (; *environment != NULL; environment++) {
        memset(*environment, 0, length_of(*environment));
    }
}

/* Every descriptor but the three streams is closed; a missing stream is /dev/null, lest the image become it.
   */
static void take_streams(void) {
    HOST(__NR_close_range, 3, ~0u, 0);
    for (int stream = 0; stream <= 2; stream++) {
        if (HOST(__NR_fcntl, stream, F_GETFD) == -EBADF) {
            HOST(__NR_openat, AT_FDCWD, "/dev/null", O_RDWR);
        }
    }
}

const char *after_prefix(const char *text, const char *prefix) {
    while (*prefix != 0) {
        if (*text++ != *prefix++) {
            return NULL;
        }
    }
    return text;
}

/* Where the value of a key of the command line begins, or NULL. */
static const char *text_key(const char *line, const char *key) {
    for (const char *at = line; *at != 0; at++) {
        const char *value = at == line || at[-1] == ' ' ? after_prefix(at, key) : NULL;
        if (value != NULL) {
            return value;
        }
    }
    return NULL;
}

/* The value of a numeric key of the command line, or otherwise. */
static uint64_t number_key(const char *line, const char *key, uint64_t otherwise) {
    const char *digits = text_key(line, key);
    uint64_t value = 0;
    for (; digits != NULL && *digits >= '0' && *digits <= '9'; digits++) {
        value = value * 10 + (*digits - '0');
    }
    return digits != NULL ? value : otherwise;
}

static void open_ram(uint64_t bytes) {
    long descriptor = HOST(__NR_memfd_create, "demitasse", MFD_CLOEXEC | MFD_EXEC);
    if (descriptor == -EINVAL) {
        descriptor = HOST(__NR_memfd_create, "demitasse", MFD_CLOEXEC);     /* before Linux 6.3 */
    }
    if (descriptor < 0 || HOST(__NR_ftruncate, descriptor, bytes) != 0) {
        refuse("the host gives no memory: memfd_create or ftruncate failed", NULL);
    }
    descriptors.ram = descriptor;
}

static int create(const char *path, const char *refusal) {
    long descriptor = HOST(__NR_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0) {
        refuse(refusal, path);
    }
    return descriptor;
}

static void open_files(const char *image, const char *trace, const char *pcap) {
    descriptors.image = HOST(__NR_openat, AT_FDCWD, image, O_RDONLY | O_CLOEXEC);
    if (descriptors.image < 0) {
        refuse("the root file system image cannot be opened", image);
    }
    descriptors.trace = trace != NULL && *trace != 0 ? create(trace, "the trace file cannot be written") : 2;
    descriptors.pcap = pcap != NULL ? create(pcap, "the capture file cannot be written") : -1;
    if (pcap != NULL) {
        pcap_start();
    }
}

static void run_java(void) {
    demitasse_main();
    linux_exit(0);
}

/* Where it ran before, if it has moved, is left. */
__attribute__((used, noreturn, no_stack_protector)) void platform_start(uint64_t *stack, char *left) {
    long count = (long) stack[0];
    char **arguments = (char **) (stack + 1);
    char **environment = arguments + count + 1;
    if (left == NULL) {
        leave_half_of_programs(stack, arguments, environment);
    } else {
        layout_drop_kernel(left);
    }
    layout_data();
    relocate();
    uint64_t *after = (uint64_t *) environment;
    while (*after++ != 0) {
    }
    forget_environment(environment);
    struct auxiliary auxiliary = read_auxiliary(after);
    memcpy(&__stack_chk_guard, (void *) auxiliary.random, sizeof __stack_chk_guard);
    __stack_chk_guard &= ~0xfful;       /* a zero byte stops string overflows */
    protect_relocated();
    if (count < 3) {
        refuse("this kernel is started by demi: KERNEL IMAGE \"COMMAND LINE\" [TRACE_FILE [CAPTURE_FILE]]", NULL);
    }
    if (!(auxiliary.hwcap2 & HWCAP2_FSGSBASE)) {
        refuse("this host's Linux or CPU has no FSGSBASE (Linux 5.9 or newer is needed)", NULL);
    }
    uint64_t ram_bytes = number_key(arguments[2], "memory=", RAM_DEFAULT_BYTES) & ~(PAGE_BYTES - 1);
    if (ram_bytes < RAM_MIN_BYTES) {
        refuse("memory= is too small, at least 2097152 bytes are needed", NULL);
    }
    take_streams();
    console_start();
    open_ram(ram_bytes);
    open_files(arguments[1], count > 3 ? arguments[3] : NULL, count > 4 ? arguments[4] : NULL);
    descriptors.net = -1;
    const char *net = text_key(arguments[2], "net=");
    if (net != NULL) {
        net_open(net, text_key(arguments[2], "mac="), number_key(arguments[2], "mtu=", 0));
    }
    linux_facts.command_line_address = (int64_t) arguments[2];
    linux_facts.command_line_bytes = length_of(arguments[2]);
    vdso_find((char *) auxiliary.vdso);
    layout_start(linux_entropy());
    layout_ram(ram_bytes);
    layout_image();
    lines_open(arguments[0]);
    layout_heap();
    layout_stacks(SIGNAL_FRAMES * (auxiliary.signal_stack_min + 1024));
    vector_start();
    traps_start();
    net_start();
    const struct sock_fprog *filter = seal_build(number_key(arguments[2], "jit=", 0) == 1);
    seal_data();
    processes_start(filter);
    if (!time_create(0)) {
        refuse("the host refuses a timer", NULL);
    }
    if (!seal_install(filter)) {
        refuse("the host refuses a seccomp filter, and without it there is no isolation", NULL);
    }
    call_on_stack(run_java, stacks.end);
}
