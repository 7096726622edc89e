/*
 * The vector state (x87, SSE, AVX, AVX-512) and segment bases of programs. Not Java: xsave and its kind.
 * Kernel code uses general registers only (linux_exchange_pages saves the state first), so it stays in the CPU across
 * system calls and moves only on a switch. Intel SDM vol. 1 chapter 13, standard format.
 */
#include "platform.h"
#include <asm/sigcontext.h>
#include <string.h>

#define LEGACY_BYTES 512
#define XSTATE_BV 512
#define HEADER_RESERVED 520
#define HEADER_RESERVED_BYTES 56
#define AREA_MIN_BYTES 576
#define AREA_MAX_BYTES 4096
#define MXCSR 24
#define MXCSR_MASK 28
#define MXCSR_RESET 0x1f80
#define CONTROL_WORD_RESET 0x37f
#define X87_REGISTERS 32
#define XMM_REGISTERS 160
#define XMM_REGISTERS_END 416
#define XFEATURE_X87 1ul
#define XFEATURE_SSE 2ul
#define XFEATURE_AVX 4ul
#define MXCSR_MASK_DEFAULT 0xffbf
#define SOFTWARE_RESERVED 464
#define SOFTWARE_RESERVED_BYTES 48

/* Programs get no protection keys and no AMX tiles: neither is saved. */
#define XFEATURE_PKRU (1ul << 9)
#define XFEATURE_TILES (3ul << 17)
#define XFEATURE_APX (1ul << 19)

int64_t vector_owner;
uint64_t vector_mask;
static uint32_t area_bytes, mxcsr_mask;
/* The state that a new program starts with. As long as any area: xrstor reads what it does not need. */
static char initial[AREA_MAX_BYTES] __attribute__((aligned(64)));

static void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t result[4]) {
    __asm__ volatile("cpuid" : "=a"(result[0]), "=b"(result[1]), "=c"(result[2]), "=d"(result[3])
        : "a"(leaf), "c"(subleaf));
}

static void xsave(void *area) {
    __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"((uint32_t) vector_mask), "d"((uint32_t) (vector_mask >> 32))
        : "memory");
}

/* Leaves out what is in its initial state or was not changed since it was loaded from the same place: a switch costs
   60 ns instead of 80. */
static void xsave_changed(void *area) {
    __asm__ volatile("xsaveopt64 (%0)" : : "r"(area), "a"((uint32_t) vector_mask), "d"((uint32_t) (vector_mask >> 32))
        : "memory");
}

static void xrstor(const void *area) {
    __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"((uint32_t) vector_mask), "d"((uint32_t) (vector_mask >> 32))
        : "memory");
}

static uint32_t component_end(int component) {
    uint32_t registers[4];
    cpuid(0xd, component, registers);
    return registers[0] + registers[1];
}

/* Components stand in the order of their numbers up to APX, which has got the place that was MPX's. So the last before
   it is asked for, and each from it on: a virtual machine pays 20 us for a CPUID. */
static uint32_t area_end(void) {
    uint32_t end = AREA_MIN_BYTES;
    uint64_t ordered = vector_mask & (XFEATURE_APX - 1) & -XFEATURE_AVX;
    if (ordered != 0) {
        end = component_end(63 - __builtin_clzl(ordered));
    }
    for (uint64_t rest = vector_mask & -XFEATURE_APX; rest != 0; rest &= rest - 1) {
        uint32_t other = component_end(__builtin_ctzl(rest));
        end = other > end ? other : end;
    }
    return end;
}

void vector_start(void) {
    uint32_t registers[4];
    cpuid(1, 0, registers);
    if (!(registers[2] & 1 << 27)) {
        refuse("this CPU or host has no XSAVE", NULL);
    }
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    vector_mask = ((uint64_t) high << 32 | low) & ~(XFEATURE_PKRU | XFEATURE_TILES);
    area_bytes = area_end();
    if (area_bytes > AREA_MAX_BYTES) {
        refuse("this CPU has vector registers that the kernel does not know", NULL);
    }
    linux_facts.context_bytes = (CONTEXT_VECTOR + area_bytes + 63) & ~63ul;
    xsave(initial);
    mxcsr_mask = *(uint32_t *) (initial + MXCSR_MASK);
    memset(initial, 0, sizeof initial);
    *(uint32_t *) (initial + MXCSR) = MXCSR_RESET;
    mxcsr_mask = mxcsr_mask == 0 ? MXCSR_MASK_DEFAULT : mxcsr_mask;
}

static void store_bases(int64_t context) {
    uint64_t fs, gs;
    __asm__ volatile("rdfsbase %0\n rdgsbase %1" : "=r"(fs), "=r"(gs));
    *context_word(context, CONTEXT_FS_BASE) = fs;
    *context_word(context, CONTEXT_GS_BASE) = gs;
}

static void saved(int64_t context) {
    store_bases(context);
    *context_word(context, CONTEXT_FLAGS) |= CONTEXT_FLAG_VECTOR_VALID;
}

/* The kernel and debuggers read x87 and SSE in an area without looking at its XSTATE_BV: what XSAVEOPT has left out
   because it is initial is written, Intel SDM vol. 1 §13.6. */
static void write_initial_legacy(char *area) {
    uint64_t present = *(uint64_t *) (area + XSTATE_BV);
    if (!(present & XFEATURE_X87)) {
        memset(area, 0, MXCSR);
        *(uint16_t *) area = CONTROL_WORD_RESET;
        memset(area + X87_REGISTERS, 0, XMM_REGISTERS - X87_REGISTERS);
    }
    if (!(present & XFEATURE_SSE)) {
        memset(area + XMM_REGISTERS, 0, XMM_REGISTERS_END - XMM_REGISTERS);
    }
}

/* On a switch. Whether there is XSAVEOPT is asked at the first one: most programs have no second thread. */
static void save_changed(int64_t context) {
    static int known, available;
    if (!known) {
        uint32_t registers[4];
        cpuid(0xd, 1, registers);
        known = 1;
        available = registers[0] & 1;
    }
    char *area = (char *) context + CONTEXT_VECTOR;
    if (available) {
        xsave_changed(area);
        write_initial_legacy(area);
    } else {
        xsave(area);
    }
    saved(context);
}

/* A program may have edited its area through a signal frame: what xrstor would refuse is cleared, not
   trusted. */
static void restore(int64_t context) {
    if (*context_word(context, CONTEXT_FLAGS) & CONTEXT_FLAG_VECTOR_VALID) {
        char *area = (char *) context + CONTEXT_VECTOR;
        *(uint64_t *) (area + XSTATE_BV) &= vector_mask;
        memset(area + HEADER_RESERVED, 0, HEADER_RESERVED_BYTES);
        *(uint32_t *) (area + MXCSR) &= mxcsr_mask;
        xrstor(area);
    } else {
        xrstor(initial);
    }
    __asm__ volatile("wrfsbase %0\n wrgsbase %1" : : "r"(*context_word(context, CONTEXT_FS_BASE)),
        "r"(*context_word(context, CONTEXT_GS_BASE)));
}

void vector_load(int64_t context) {
    if (vector_owner != 0) {
        save_changed(vector_owner);
    }
    restore(context);
    vector_owner = context;
}

void vector_release(void) {
    if (vector_owner != 0) {
        save_changed(vector_owner);
        vector_owner = 0;
    }
}

/* Each byte is read once and written once, which copies by way of a third page do three times: two processes at a pipe
   spend a third of the time on it that copies took. */
void linux_exchange_pages(int64_t one, int64_t two) {
    vector_release();
    uint64_t blocks = PAGE_BYTES / 64;
    if (vector_mask & XFEATURE_AVX) {
        __asm__ volatile(
            "1: vmovdqa (%[one]), %%ymm0\n vmovdqa 32(%[one]), %%ymm1\n"
            "vmovdqa (%[two]), %%ymm2\n vmovdqa 32(%[two]), %%ymm3\n"
            "vmovdqa %%ymm2, (%[one])\n vmovdqa %%ymm3, 32(%[one])\n"
            "vmovdqa %%ymm0, (%[two])\n vmovdqa %%ymm1, 32(%[two])\n"
            "add $64, %[one]\n add $64, %[two]\n sub $1, %[blocks]\n jnz 1b\n"
            "vzeroupper"
            : [one] "+r"(one), [two] "+r"(two), [blocks] "+r"(blocks) : : "memory", "cc");
    } else {
        __asm__ volatile(
            "1: movdqa (%[one]), %%xmm0\n movdqa 16(%[one]), %%xmm1\n"
            "movdqa 32(%[one]), %%xmm2\n movdqa 48(%[one]), %%xmm3\n"
            "movdqa (%[two]), %%xmm4\n movdqa 16(%[two]), %%xmm5\n"
            "movdqa 32(%[two]), %%xmm6\n movdqa 48(%[two]), %%xmm7\n"
            "movdqa %%xmm4, (%[one])\n movdqa %%xmm5, 16(%[one])\n"
            "movdqa %%xmm6, 32(%[one])\n movdqa %%xmm7, 48(%[one])\n"
            "movdqa %%xmm0, (%[two])\n movdqa %%xmm1, 16(%[two])\n"
            "movdqa %%xmm2, 32(%[two])\n movdqa %%xmm3, 48(%[two])\n"
            "add $64, %[one]\n add $64, %[two]\n sub $1, %[blocks]\n jnz 1b\n"
            : [one] "+r"(one), [two] "+r"(two), [blocks] "+r"(blocks) : : "memory", "cc");
    }
}

void linux_save_vector(int64_t context) {
    if (vector_owner == context) {
        xsave((char *) context + CONTEXT_VECTOR);
        saved(context);
    }
}

void linux_forget_vector(int64_t context) {
    if (vector_owner == context) {
        vector_owner = 0;
    }
}

/* The host has put the program's state into a signal frame and reset the CPU's. On CPUs with protection keys or AMX the
   frame tells of those, too. */
void vector_take_frame(int64_t context, void *vector_state) {
    char *area = (char *) context + CONTEXT_VECTOR;
    const struct _fpx_sw_bytes *software = vector_state + SOFTWARE_RESERVED;
    size_t bytes = LEGACY_BYTES;
    if (software->magic1 == FP_XSTATE_MAGIC1) {
        bytes = software->xstate_size < area_bytes ? software->xstate_size : area_bytes;
    } else {
        memset(area + XSTATE_BV, 0, AREA_MIN_BYTES - LEGACY_BYTES);
        *(uint64_t *) (area + XSTATE_BV) = 3;
    }
    memcpy(area, vector_state, bytes);
    *(uint64_t *) (area + XSTATE_BV) &= vector_mask;
    memset(area + SOFTWARE_RESERVED, 0, SOFTWARE_RESERVED_BYTES);
    store_bases(context);
    *context_word(context, CONTEXT_FLAGS) |= CONTEXT_FLAG_VECTOR_VALID;
    vector_owner = 0;
}
