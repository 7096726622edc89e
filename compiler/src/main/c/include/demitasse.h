/*
 * The contract between the Java world and the C of a platform: what a platform calls, and what it must
 * supply. Not Java: these are the functions that run before there is a heap, or when there is no Java any
 * more.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Supplied by the runtime, called by the platform: */

/* Runs the assembly's main(String[]) with no arguments. Returns when it returns; call it once, on a stack
   of at least 64 KiB, after the platform's own set-up. */
void demitasse_main(void);

/* What the garbage collector did so far. Times are in ticks of the time stamp counter. */
struct demitasse_gc_statistics {
    uint64_t young_count, full_count;
    uint64_t young_longest_ticks, full_longest_ticks;
    uint64_t young_total_ticks, full_total_ticks;
    uint64_t heap_bytes;            /* in use by the collector now */
    uint64_t heap_bytes_max;        /* what that grows to: platform_heap_bytes() */
};
extern struct demitasse_gc_statistics demitasse_gc;

/* The same, one number at a time, for Java's @Import; which: index of the field above. */
int64_t demitasse_gc_statistic(int32_t which);

/* Supplied by the platform, called by the runtime: */

/* The largest size of the Java heap, decided at boot. Called once, before platform_heap. */
size_t platform_heap_bytes(void);

/* Zeroed, page-aligned memory for the heap and its tables (about 1.52 times platform_heap_bytes()). Called
   once. Most of it is not touched until the heap grows, so it should cost nothing until then where that is
   possible. */
void *platform_heap(size_t bytes);

/* A bug: prints the reason, the registers and a backtrace from frame (a frame pointer of the caller), and
   stops. Failed checks (null, bounds, division) do not come here: they raise #UD by ud2 at the Java line
   itself. */
_Noreturn void platform_panic(const char *reason, void *frame);

/* UTF-8 text for the kernel log, as it stands; best effort. */
void platform_log(const char *text, size_t length);

/* Used by demitasse.compiler.runtime.Thrown: */
void demitasse_append_reason(int32_t character);
void demitasse_panic_now(void);
