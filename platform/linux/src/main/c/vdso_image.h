/* The page before the image of our vDSO: where the host's functions are; 0 for one that the host does not have. And how
   far the instance's time of day is ahead of the host's, which is 0 unless a program has set it. */
#pragma once
#include <stdint.h>

struct vdso_data {
    int64_t clock_gettime;
    int64_t realtime_ahead_ns;
};
