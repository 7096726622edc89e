/* The page before the vDSO's image: how to make nanoseconds from the time stamp counter. */
#pragma once
#include <stdint.h>

struct vdso_time {
    uint32_t sequence;                  /* odd while the kernel writes */
    uint32_t reserved;
    uint64_t base_ticks;
    int64_t base_ns;                    /* CLOCK_MONOTONIC at base_ticks */
    uint64_t ns_per_tick;               /* 32.32 */
    int64_t realtime_offset_ns;
};
