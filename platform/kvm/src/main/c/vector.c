/*
 * Whose vector registers and segment bases are in the CPU. The kernel uses neither, so they stay until another task
 * runs. Not Java: xsave and the bases have no other spelling.
 */
#include "platform.h"
#include "kvm.h"
#include <string.h>

#define CR4_FSGSBASE (1ul << 16)
#define CR4_OSXSAVE (1ul << 18)
#define FEATURE_XSAVE (1u << 26)
#define IA32_FS_BASE 0xc0000100
#define IA32_KERNEL_GS_BASE 0xc0000102

/* x87, SSE, AVX, AVX-512. Not AMX: it would cost 8 KiB for each task. */
#define WANTED_STATE 0xe7ul
#define LEGACY_BYTES 512
#define HEADER_BYTES 64
#define MXCSR_OFFSET 24
#define MXCSR_MASK_OFFSET 28
#define MXCSR_DEFAULT 0x1f80
#define MXCSR_MASK_DEFAULT 0xffbf
#define CONTROL_WORD_DEFAULT 0x37f

static struct context *vector_owner;
static uint64_t vector_state;
static uint32_t vector_bytes = LEGACY_BYTES;
static uint32_t mxcsr_mask = MXCSR_MASK_DEFAULT;
static bool has_base_instructions;
/* Also what a new task starts with: no component in use, and the default control words. */
static unsigned char initial[LEGACY_BYTES + HEADER_BYTES] __attribute__((aligned(64)));

static void vector_save(struct context *context);
static void vector_load(struct context *context);
static void vector_restore(void *area);
static uint64_t canonical(uint64_t base);

void vector_init(void) {
    has_base_instructions = cpu_read_cr4() & CR4_FSGSBASE;
    __asm__ volatile("fxsave %0" : "=m"(initial));
    uint32_t mask;
    memcpy(&mask, initial + MXCSR_MASK_OFFSET, sizeof mask);
    mxcsr_mask = mask == 0 ? MXCSR_MASK_DEFAULT : mask;
    memset(initial, 0, sizeof initial);
    *(uint16_t *) initial = CONTROL_WORD_DEFAULT;
    *(uint32_t *) (initial + MXCSR_OFFSET) = MXCSR_DEFAULT;
    if (!(cpu_id(1, 0).c & FEATURE_XSAVE)) {
        return;
    }
    cpu_write_cr4(cpu_read_cr4() | CR4_OSXSAVE);
    vector_state = cpu_id(0xd, 0).a & WANTED_STATE;
    __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t) vector_state), "d"(0));
    vector_bytes = cpu_id(0xd, 0).b;
}

int32_t kvm_has_base_instructions(void) {
    return has_base_instructions;
}

int32_t kvm_context_bytes(void) {
    return CONTEXT_VECTOR + vector_bytes;
}

void vector_switch(struct context *context) {
    if (vector_owner == context) {
        return;
    }
    if (vector_owner != NULL) {
        vector_save(vector_owner);
    }
    vector_load(context);
    vector_owner = context;
}

void kvm_save_vector(int64_t context) {
    if (vector_owner == (struct context *) context) {
        vector_save(vector_owner);
    }
}

void kvm_forget_vector(int64_t context) {
    if (vector_owner == (struct context *) context) {
        vector_owner = NULL;
    }
}

/* In the kernel the user's GS base waits in the MSR that swapgs exchanges. */
static void vector_save(struct context *context) {
    if (has_base_instructions) {
        __asm__ volatile("rdfsbase %0" : "=r"(context->fs_base));
        context->gs_base = cpu_read_msr(IA32_KERNEL_GS_BASE);
    }
    if (vector_state != 0) {
        /* xsave does not write all of the header (Intel SDM vol. 1 §13.7), and signal frames copy it. */
        memset(context->vector + LEGACY_BYTES, 0, HEADER_BYTES);
        __asm__ volatile("xsave64 %0"
            : "+m"(*context->vector) : "a"((uint32_t) vector_state), "d"(0) : "memory");
    } else {
        __asm__ volatile("fxsave64 %0" : "=m"(*context->vector) : : "memory");
    }
    context->flags |= CONTEXT_VECTOR_VALID;
}

static void vector_load(struct context *context) {
    if (has_base_instructions) {
        __asm__ volatile("wrfsbase %0" : : "r"(canonical(context->fs_base)));
    } else {
        cpu_write_msr(IA32_FS_BASE, canonical(context->fs_base));
    }
    cpu_write_msr(IA32_KERNEL_GS_BASE, canonical(context->gs_base));
    vector_restore(context->flags & CONTEXT_VECTOR_VALID ? context->vector : initial);
}

/* A program may have written the area in a signal frame: what would fault here is cleared first. */
static void vector_restore(void *area) {
    uint32_t *mxcsr = (uint32_t *) ((unsigned char *) area + MXCSR_OFFSET);
    uint64_t *header = (uint64_t *) ((unsigned char *) area + LEGACY_BYTES);
    *mxcsr &= mxcsr_mask;
    if (vector_state == 0) {
        __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
        return;
    }
    header[0] &= vector_state;
    memset(header + 1, 0, HEADER_BYTES - sizeof *header);
    __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"((uint32_t) vector_state), "d"(0) : "memory");
}

/* Any other base would fault here, in the kernel, instead of at the user's access. */
static uint64_t canonical(uint64_t base) {
    return (uint64_t) ((int64_t) (base << 16) >> 16) == base ? base : 0;
}
