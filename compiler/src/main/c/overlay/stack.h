/*
 * Lies over TeaVM's stack.h. The shadow stack holds the references that the collector must see, and nothing
 * else: no call-site ids and no jump buffers, because nothing catches and the panic screen unwinds the
 * machine stack. A frame without references is no frame. Not Java: these macros are what TeaVM's C is made
 * of.
 */
#pragma once
#include <stdint.h>
#include "uchar.h"
#include "string.h"
#include "definitions.h"

typedef struct { TeaVM_String *value; } TeaVM_StringPtr;

/* Named by the parts of TeaVM's runtime that walk call sites; nothing reachable does. */
typedef struct TeaVM_MethodLocation {
    TeaVM_String **fileName, **className, **methodName;
} TeaVM_MethodLocation;

typedef struct TeaVM_CallSiteLocation {
    TeaVM_MethodLocation *method;
    int32_t lineNumber;
    struct TeaVM_CallSiteLocation *next;
} TeaVM_CallSiteLocation;

typedef struct TeaVM_ExceptionHandler {
    int32_t id;
    TeaVM_Class *exceptionClass;
    struct TeaVM_ExceptionHandler *next;
} TeaVM_ExceptionHandler;

typedef struct TeaVM_CallSite {
    TeaVM_ExceptionHandler *firstHandler;
    TeaVM_CallSiteLocation *location;
} TeaVM_CallSite;

typedef struct TeaVM_StackFrame {
    struct TeaVM_StackFrame *next;
    int64_t size;
} TeaVM_StackFrame;

extern TeaVM_StackFrame *teavm_stackTop;

#define TEAVM_ALLOC_STACK(roots) \
    enum { teavm_shadowSize = (roots) }; \
    struct { TeaVM_StackFrame header; void *data[teavm_shadowSize]; } teavm_shadowStack; \
    if (teavm_shadowSize > 0) { \
        teavm_shadowStack.header.next = teavm_stackTop; \
        teavm_shadowStack.header.size = teavm_shadowSize; \
        teavm_stackTop = &teavm_shadowStack.header; \
    }
#define TEAVM_RELEASE_STACK \
    do { if (teavm_shadowSize > 0) teavm_stackTop = teavm_shadowStack.header.next; } while (0)
#define TEAVM_GC_ROOT(index, ptr) teavm_shadowStack.data[index] = ptr
#define TEAVM_GC_ROOT_RELEASE(index) teavm_shadowStack.data[index] = NULL
#define TEAVM_GC_ROOTS_COUNT(ptr) ((int32_t) ((TeaVM_StackFrame *) (ptr))->size);
#define TEAVM_GET_GC_ROOTS(ptr) ((void *) ((TeaVM_StackFrame *) (ptr) + 1));
#define TEAVM_GET_NEXT_FRAME(frame) ((void *) ((TeaVM_StackFrame *) (frame))->next)
#define TEAVM_STACK_HEADER_ADD_SIZE 0

#define TEAVM_CALL_SITE(id) ((void) 0)
#define TEAVM_WITH_CALL_SITE_ID(id, expr) (expr)
#define TEAVM_GET_CALL_SITE_ID(frame) (-1)
#define TEAVM_FIND_CALLSITE(id, frame) ((TeaVM_CallSite *) NULL)

/* Two of core.h's, in fewer instructions: */

/* Objects begin at multiples of 8, so where the items of an array begin is a constant; core.h aligns the address
   at each access. */
#undef TEAVM_ARRAY_DATA
#define TEAVM_ARRAY_DATA(array, type) \
    ((type *) ((char *) (array) + ((sizeof(TeaVM_Array) + sizeof(type) - 1) & ~(sizeof(type) - 1))))

/* The card table, shifted so that it is indexed by the address itself. */
extern char *demitasse_cards;
#define DEMITASSE_CARD_BITS 11
_Static_assert(teavm_gc_regionSize == 1 << DEMITASSE_CARD_BITS, "TeaVM has changed the size of a card");
#define teavm_gc_writeBarrier(object) (demitasse_cards[(uintptr_t) (object) >> DEMITASSE_CARD_BITS] = 0)
