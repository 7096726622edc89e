/* The page before the image of our vDSO: where the host's functions are; 0 for one that the host does not have. */
#pragma once
#include <stdint.h>

struct vdso_data {
    int64_t clock_gettime;
};
