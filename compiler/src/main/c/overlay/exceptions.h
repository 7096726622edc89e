/*
 * Lies over TeaVM's exceptions.h. A failed check is a bug of the kernel: it raises #UD at the place, and
 * the debug information of the ud2 is the Java line. TEAVM_TRY is missing on purpose: code that could catch
 * does not compile. Not Java: these are the checks that Java code is translated into.
 */
#pragma once
#include "definitions.h"
#include "core.h"
#include <stdint.h>
#include <stddef.h>
#include <demitasse-checks.h>

#define TEAVM_JUMP_SUPPORTED 1
#define TEAVM_JUMP_TO_FRAME(frame, id) ((void) 0)
#define TEAVM_UNREACHABLE __builtin_unreachable();

#define teavm_nullCheck(reference) ({ \
    void *demitasse_reference = (reference); \
    if (__builtin_expect(demitasse_reference == NULL, 0)) DEMITASSE_TRAP(); \
    demitasse_reference; })

/* One unsigned comparison covers both ends. */
#define teavm_checkBounds(index, array) ({ \
    int32_t demitasse_index = (index); \
    if (__builtin_expect((uint32_t) demitasse_index >= (uint32_t) TEAVM_ARRAY_LENGTH(array), 0)) DEMITASSE_TRAP(); \
    demitasse_index; })

#define teavm_checkLowerBound(index) ({ \
    int32_t demitasse_index = (index); \
    if (__builtin_expect(demitasse_index < 0, 0)) DEMITASSE_TRAP(); \
    demitasse_index; })

#define teavm_checkUpperBound(index, array) ({ \
    int32_t demitasse_index = (index); \
    if (__builtin_expect(demitasse_index >= TEAVM_ARRAY_LENGTH(array), 0)) DEMITASSE_TRAP(); \
    demitasse_index; })

extern void *teavm_catchException();
