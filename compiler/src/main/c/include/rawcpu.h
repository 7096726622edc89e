/* What Java cannot ask the CPU: behind demitasse.base.memory.Cpuid. */
#ifndef DEMITASSE_RAWCPU_H
#define DEMITASSE_RAWCPU_H

#include <stdint.h>

/* CPUID, Intel SDM vol. 2: eax, ebx, ecx, edx of a leaf to four words at target. */
static inline void cpu_identify(int32_t leaf, int32_t subleaf, int64_t target) {
    uint32_t* words = (uint32_t*) target;
    __asm__ volatile("cpuid" : "=a"(words[0]), "=b"(words[1]), "=c"(words[2]), "=d"(words[3])
            : "a"(leaf), "c"(subleaf));
}

#endif
