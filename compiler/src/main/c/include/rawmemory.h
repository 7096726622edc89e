/*
 * The accesses of demitasse.base.memory.Memory that neither Java nor TeaVM's Address can say: ordered,
 * atomic, in bulk. (Not memory.h: TeaVM's own runtime has a file of that name.)
 */
#pragma once
#include <stdint.h>
#include <string.h>

static inline int32_t memory_get_int_acquire(int64_t address) {
    return __atomic_load_n((int32_t *) address, __ATOMIC_ACQUIRE);
}

static inline int64_t memory_get_long_acquire(int64_t address) {
    return __atomic_load_n((int64_t *) address, __ATOMIC_ACQUIRE);
}

static inline void memory_put_int_release(int64_t address, int32_t value) {
    __atomic_store_n((int32_t *) address, value, __ATOMIC_RELEASE);
}

static inline void memory_put_long_release(int64_t address, int64_t value) {
    __atomic_store_n((int64_t *) address, value, __ATOMIC_RELEASE);
}

static inline int32_t memory_compare_and_set_int(int64_t address, int32_t expected, int32_t value) {
    return __atomic_compare_exchange_n((int32_t *) address, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* The ranges may overlap. */
static inline void memory_copy(int64_t target, int64_t source, int64_t length_bytes) {
    memmove((void *) target, (void *) source, length_bytes);
}

static inline void memory_fill(int64_t address, int32_t value, int64_t length_bytes) {
    memset((void *) address, value, length_bytes);
}

static inline int32_t memory_compare(int64_t left, int64_t right, int64_t length_bytes) {
    return memcmp((void *) left, (void *) right, length_bytes);
}

static inline void memory_fence(void) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
