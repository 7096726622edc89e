/*
 * The few libc functions that gcc and the generated C call. Not Java: gcc emits calls to mem* for its own
 * purposes, and malloc serves the runtime before there is a heap. Compiled apart, without loop idiom
 * recognition, or memcpy would become a call of memcpy.
 */
#include <demitasse.h>
#include <stdlib.h>
#include <string.h>

/* rep movs starts slowly (~30 cycles), so short copies, which a kernel does most, go by overlapping words. */
#define WORD_COPIES_BYTES 64
#define BLOCK_BYTES 64

typedef uint64_t __attribute__((may_alias, aligned(1))) word;
typedef uint32_t __attribute__((may_alias, aligned(1))) half;
typedef uint16_t __attribute__((may_alias, aligned(1))) quarter;

static inline void *copy_short(char *target, const char *source, size_t bytes) {
    if (bytes >= 16) {
        word first = *(const word *) source, second = *(const word *) (source + 8);
        word last = *(const word *) (source + bytes - 8), before = *(const word *) (source + bytes - 16);
        if (bytes > 32) {
            word third = *(const word *) (source + 16), fourth = *(const word *) (source + 24);
            word third_last = *(const word *) (source + bytes - 24);
            word fourth_last = *(const word *) (source + bytes - 32);
            *(word *) (target + 16) = third;
            *(word *) (target + 24) = fourth;
            *(word *) (target + bytes - 24) = third_last;
            *(word *) (target + bytes - 32) = fourth_last;
        }
        *(word *) target = first;
        *(word *) (target + 8) = second;
        *(word *) (target + bytes - 16) = before;
        *(word *) (target + bytes - 8) = last;
    } else if (bytes >= 8) {
        word first = *(const word *) source, last = *(const word *) (source + bytes - 8);
        *(word *) target = first;
        *(word *) (target + bytes - 8) = last;
    } else if (bytes >= 4) {
        half first = *(const half *) source, last = *(const half *) (source + bytes - 4);
        *(half *) target = first;
        *(half *) (target + bytes - 4) = last;
    } else if (bytes >= 2) {
        quarter first = *(const quarter *) source, last = *(const quarter *) (source + bytes - 2);
        *(quarter *) target = first;
        *(quarter *) (target + bytes - 2) = last;
    } else if (bytes == 1) {
        *target = *source;
    }
    return target;
}

/* Upwards. Where both sides stand alike to words, as fast by words as by bytes on a CPU with fast strings, and eight
   times as fast in an emulator (QEMU's TCG), where each step is one round of a loop. */
static inline void copy_alike(char *target, const char *source, size_t words) {
    __asm__ volatile("rep movsq" : "+D"(target), "+S"(source), "+c"(words) : : "memory");
}

/* Otherwise rep movsq takes half that rate and rep movsb is slow in an emulator: a loop is between (16, 31 and 23 GB/s in
   the second-level cache). What the network brings stands behind its headers, at any place. */
static inline void copy_unlike(char *target, const char *source, size_t blocks) {
    do {
        word a = *(const word *) source, b = *(const word *) (source + 8);
        word c = *(const word *) (source + 16), d = *(const word *) (source + 24);
        word e = *(const word *) (source + 32), f = *(const word *) (source + 40);
        word g = *(const word *) (source + 48), h = *(const word *) (source + 56);
        *(word *) target = a;
        *(word *) (target + 8) = b;
        *(word *) (target + 16) = c;
        *(word *) (target + 24) = d;
        *(word *) (target + 32) = e;
        *(word *) (target + 40) = f;
        *(word *) (target + 48) = g;
        *(word *) (target + 56) = h;
        source += BLOCK_BYTES;
        target += BLOCK_BYTES;
    } while (--blocks != 0);
}

/* Whatever is read has not been written yet, also where the target begins below the source and overlaps it. */
static inline void *copy_long(char *target, const char *source, size_t bytes) {
    size_t whole = bytes & -(size_t) BLOCK_BYTES;
    if ((((uintptr_t) target ^ (uintptr_t) source) & 7) == 0) {
        copy_alike(target, source, whole / 8);
    } else {
        copy_unlike(target, source, whole / BLOCK_BYTES);
    }
    if (whole != bytes) {
        copy_short(target + whole, source + whole, bytes - whole);
    }
    return target;
}

/* All loads of copy_short come before its stores, so it serves memmove too. */
void *memcpy(void *restrict target, const void *restrict source, size_t bytes) {
    return bytes <= WORD_COPIES_BYTES ? copy_short(target, source, bytes) : copy_long(target, source, bytes);
}

void *memmove(void *target, const void *source, size_t bytes) {
    if (bytes <= WORD_COPIES_BYTES) {
        return copy_short(target, source, bytes);
    }
    uintptr_t distance = (uintptr_t) target - (uintptr_t) source;
    if (distance >= bytes) {
        return copy_long(target, source, bytes);
    }
    /* Overlapping upwards: words from the end; the direction flag would make rep movs a byte-wise microcode
       loop. */
    char *to = target;
    const char *from = source;
    size_t left = bytes;
    while (left >= 8) {
        left -= 8;
        *(word *) (to + left) = *(const word *) (from + left);
    }
    while (left > 0) {
        left--;
        to[left] = from[left];
    }
    return target;
}

void *memset(void *target, int value, size_t bytes) {
    char *to = target;
    word pattern = (unsigned char) value * UINT64_C(0x0101010101010101);
    if (bytes > WORD_COPIES_BYTES) {
        size_t words = bytes / 8;
        *(word *) (to + bytes - 8) = pattern;
        __asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
        return target;
    }
    if (bytes >= 8) {
        for (size_t i = 0; i + 8 < bytes; i += 8) {
            *(word *) (to + i) = pattern;
        }
        *(word *) (to + bytes - 8) = pattern;
        return target;
    }
    for (size_t i = 0; i < bytes; i++) {
        to[i] = value;
    }
    return target;
}

int memcmp(const void *left, const void *right, size_t bytes) {
    const unsigned char *a = left, *b = right;
    while (bytes >= 8 && *(const word *) a == *(const word *) b) {
        a += 8;
        b += 8;
        bytes -= 8;
    }
    for (; bytes > 0; bytes--, a++, b++) {
        if (*a != *b) {
            return *a - *b;
        }
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}

/* TeaVM's runtime allocates a few tables at start and never again. */
static char arena[32 << 10] __attribute__((aligned(16)));
static size_t arena_used;

void *malloc(size_t bytes) {
    if (bytes > sizeof arena - arena_used) {
        platform_panic("the start-up arena is full", __builtin_frame_address(0));
    }
    void *result = arena + arena_used;
    arena_used += (bytes + 7) & ~(size_t) 7;
    return result;
}

void free(void *memory) {
}

_Noreturn void abort(void) {
    platform_panic("abort", __builtin_frame_address(0));
}

/* gcc's stack protector. The platform sets the guard from its entropy before anything else may return. */
uintptr_t __stack_chk_guard = 0x595e9fbd94fda7;

_Noreturn void __stack_chk_fail(void) {
    platform_panic("the stack is smashed", __builtin_frame_address(0));
}
