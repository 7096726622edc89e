/*
 * What TeaVM's generated C calls and Java cannot be: the set-up of the heap and the class list before any
 * object exists, the hooks of the collector, and the end of every throw. Compiled as part of the generated
 * unit, so that empty hooks vanish. Replaces TeaVM's core, memory, heaptrace, heapdump, stringhash, log,
 * time, fiber, file, date.
 */
#include "runtime.h"
#include "core_gen.h"
#include "heaptrace.h"
#include "stringhash.h"
#include "log.h"
#include <demitasse.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DEMITASSE_PAGE_BYTES 4096
#define DEMITASSE_FIRST_HEAP_BYTES (1 << 20)
/* The collector keeps 8 bytes for each gap between live objects, and 24 more while it closes gaps, and looks nowhere
   whether they fit: TeaVM's own share of a sixteenth of the heap is not enough when most objects are small. Half of the
   heap is, for gaps that are 64 bytes apart. Most of it is never touched. */
#define DEMITASSE_STORAGE_SHARE 2
#define DEMITASSE_GAP_BYTES 32

TeaVM_Class *teavm_firstClass;
TeaVM_Class *teavm_classClass;
TeaVM_Class *teavm_objectClass;
TeaVM_Class *teavm_stringClass;
TeaVM_Class *teavm_charArrayClass;

void teavm_beforeInit() {
}

void teavm_initClasses() {
}

void teavm_afterInitClasses() {
    teavm_initStaticGcRoots();
}

/* The collector wants a list of classes for their class objects only; classes of arrays are in it already. */
static void demitasse_list_class(TeaVM_Class *class) {
    for (TeaVM_Class *other = teavm_firstClass; other != NULL; other = other->next) {
        if (other == class) {
            return;
        }
    }
    class->next = teavm_firstClass;
    teavm_firstClass = class;
}

TeaVM_Object *teavm_getClassObject(TeaVM_Class *class) {
    if (class->classObject == NULL) {
        class->classObject = TEAVM_CREATE_CLASS_OBJECT(class);
        demitasse_list_class(class);
    }
    return class->classObject;
}

/* The pool has no duplicates, and the kernel interns no string of its own making: nothing to look up. */
TeaVM_String *teavm_registerString(TeaVM_String *string) {
    int32_t unmovable = (int32_t) UINT32_C(0x80000000);
    string->parent.header = TEAVM_PACK_CLASS(teavm_stringClass) | unmovable;
    string->characters->parent.header = TEAVM_PACK_CLASS(teavm_charArrayClass) | unmovable;
    return string;
}

/* The next character of UTF-8, RFC 3629 section 3, of up to three bytes. */
static char16_t demitasse_character(const uint8_t **text) {
    const uint8_t *at = *text;
    int32_t bytes = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : 3;
    *text += bytes;
    return bytes == 1 ? at[0]
        : bytes == 2 ? (at[0] & 0x1f) << 6 | (at[1] & 0x3f)
        : (at[0] & 0x0f) << 12 | (at[1] & 0x3f) << 6 | (at[2] & 0x3f);
}

/* The image has the texts of its strings alone, one after the other, each with a zero behind it. */
void teavm_initStringPool(void) {
    const uint8_t *text = (const uint8_t *) demitasse_texts;
    char *place = demitasse_strings;
    for (int32_t i = 0; i < DEMITASSE_STRINGS; i++) {
        TeaVM_String *string = (TeaVM_String *) place;
        string->characters = (TeaVM_Array *) (string + 1);
        char16_t *characters = (char16_t *) (string->characters + 1);
        int32_t length = 0;
        while (*text != 0) {
            characters[length++] = demitasse_character(&text);
        }
        text++;
        string->characters->size = length;
        teavm_stringPool[i] = teavm_registerString(string);
        place += DEMITASSE_STRING_BYTES(length);
    }
}

TeaVM_Array *teavm_parseArguments(int count, char **arguments) {
    return teavm_allocateStringArray(0);
}

#define DEMITASSE_FILL_ARRAY(name, type, argument) \
    void *name(void *array, ...) { \
        va_list values; \
        va_start(values, array); \
        for (int32_t i = 0, length = TEAVM_ARRAY_LENGTH(array); i < length; i++) { \
            TEAVM_ARRAY_AT(array, type, i) = (type) va_arg(values, argument); \
        } \
        va_end(values); \
        return array; \
    }
DEMITASSE_FILL_ARRAY(teavm_fillArray, void *, void *)
DEMITASSE_FILL_ARRAY(teavm_fillBooleanArray, int8_t, int)
DEMITASSE_FILL_ARRAY(teavm_fillByteArray, int8_t, int)
DEMITASSE_FILL_ARRAY(teavm_fillShortArray, int16_t, int)
DEMITASSE_FILL_ARRAY(teavm_fillCharArray, char16_t, int)
DEMITASSE_FILL_ARRAY(teavm_fillIntArray, int32_t, int)
DEMITASSE_FILL_ARRAY(teavm_fillLongArray, int64_t, int64_t)

void *teavm_gc_heapAddress;
void *teavm_gc_gcStorageAddress;
int32_t teavm_gc_gcStorageSize;
void *teavm_gc_regionsAddress;
void *teavm_gc_cardTable;
int32_t teavm_gc_regionMaxCount;
int64_t teavm_gc_availableBytes;
int64_t teavm_gc_minAvailableBytes;
int64_t teavm_gc_maxAvailableBytes;
void ***teavm_gc_staticRoots;
char *demitasse_cards;
static int64_t demitasse_rootCount;

static size_t demitasse_pages(size_t bytes) {
    return (bytes + DEMITASSE_PAGE_BYTES - 1) & ~(size_t) (DEMITASSE_PAGE_BYTES - 1);
}

/* The sizes that the generated main hands over are ignored: the platform knows how much memory there is.
   The tables are laid out for the largest heap, and only as much of them is touched as the present heap
   needs. */
void teavm_initHeap(int64_t unusedMinimum, int64_t unusedMaximum) {
    size_t heap = demitasse_pages(platform_heap_bytes());
    size_t storage = demitasse_pages(heap / DEMITASSE_STORAGE_SHARE);
    size_t regions = heap / teavm_gc_regionSize + 1;
    char *memory = platform_heap(heap + storage + demitasse_pages(regions * 2) + demitasse_pages(regions));
    teavm_gc_heapAddress = memory;
    teavm_gc_gcStorageAddress = memory + heap;
    teavm_gc_regionsAddress = memory + heap + storage;
    teavm_gc_cardTable = memory + heap + storage + demitasse_pages(regions * 2);
    demitasse_cards = (char *) teavm_gc_cardTable - ((uintptr_t) memory >> DEMITASSE_CARD_BITS);
    teavm_gc_maxAvailableBytes = heap;
    demitasse_gc.heap_bytes_max = heap;
    teavm_gc_minAvailableBytes = heap < DEMITASSE_FIRST_HEAP_BYTES ? heap : DEMITASSE_FIRST_HEAP_BYTES;
    teavm_gc_resizeHeap(teavm_gc_minAvailableBytes);
}

/* It never shrinks: a heap that shrank and grew again had marks of its earlier objects in the tables of the collector,
   which then took free memory for objects. Nothing is lost, since what was touched stays in memory anyway. */
void teavm_gc_resizeHeap(int64_t bytes) {
    teavm_gc_availableBytes = bytes;
    teavm_gc_minAvailableBytes = bytes;
    teavm_gc_gcStorageSize = bytes / DEMITASSE_STORAGE_SHARE;
    teavm_gc_regionMaxCount = bytes / teavm_gc_regionSize + 1;
    demitasse_gc.heap_bytes = bytes;
}

/* Called once per class with static references, before teavm_initStaticGcRoots: the table grows in place,
   because nothing else allocates in between. */
void teavm_registerStaticGcRoots(void ***roots, int count) {
    size_t bytes = count * sizeof *roots;
    if (teavm_gc_staticRoots == NULL) {
        teavm_gc_staticRoots = malloc(sizeof(void *));
    }
    void ***target = malloc(bytes);
    if (count > 0 && target != teavm_gc_staticRoots + 1 + demitasse_rootCount) {
        platform_panic("the table of static references is not contiguous", __builtin_frame_address(0));
    }
    memcpy(target, roots, bytes);
    demitasse_rootCount += count;
}

void teavm_initStaticGcRoots() {
    if (teavm_gc_staticRoots == NULL) {
        teavm_gc_staticRoots = malloc(sizeof(void *));
    }
    teavm_gc_staticRoots[0] = (void **) demitasse_rootCount;
}

struct demitasse_gc_statistics demitasse_gc;
static uint64_t demitasse_gcStart;
static int32_t demitasse_gcFull;
static int64_t demitasse_gaps;

int64_t demitasse_gc_statistic(int32_t which) {
    return (uint32_t) which < sizeof demitasse_gc / 8 ? ((int64_t *) &demitasse_gc)[which] : 0;
}

void teavm_gc_gcStarted(int32_t full) {
    demitasse_gcFull = full;
    demitasse_gcStart = __builtin_ia32_rdtsc();
}

void teavm_gc_gcCompleted() {
    uint64_t ticks = __builtin_ia32_rdtsc() - demitasse_gcStart;
    uint64_t *count = demitasse_gcFull ? &demitasse_gc.full_count : &demitasse_gc.young_count;
    uint64_t *longest = demitasse_gcFull ? &demitasse_gc.full_longest_ticks : &demitasse_gc.young_longest_ticks;
    uint64_t *total = demitasse_gcFull ? &demitasse_gc.full_total_ticks : &demitasse_gc.young_total_ticks;
    *count += 1;
    *longest = ticks > *longest ? ticks : *longest;
    *total += ticks;
}

void teavm_gc_allocate(void *address, int32_t bytes) { }
void teavm_gc_free(void *address, int32_t bytes) {
    demitasse_gaps++;
    if (demitasse_gaps * DEMITASSE_GAP_BYTES > teavm_gc_maxAvailableBytes / DEMITASSE_STORAGE_SHARE) {
        platform_panic("the Java heap has too many gaps", __builtin_frame_address(0));
    }
}
void teavm_gc_assertFree(void *address, int32_t bytes) { }
void teavm_gc_mark(void *address) { }
void teavm_gc_move(void *from, void *to, int32_t bytes) { }
void teavm_gc_markStarted() { }
void teavm_gc_markCompleted() { }
void teavm_gc_sweepStarted() {
    demitasse_gaps = 0;
}
void teavm_gc_sweepCompleted() { }
void teavm_gc_defragStarted() { }
void teavm_gc_defragCompleted() { }
void teavm_gc_heapResized(int64_t bytes) { }
void teavm_gc_reportDirtyRegion(void *address) { }

/* Only createArrayClass complains, before it aborts. */
void teavm_printWString(wchar_t *text) {
    for (; *text != 0; text++) {
        char byte = (char) *text;
        platform_log(&byte, 1);
    }
}

static char demitasse_reason[256];
static uint32_t demitasse_reasonLength;

void demitasse_append_reason(int32_t character) {
    if (demitasse_reasonLength < sizeof demitasse_reason - 1) {
        demitasse_reason[demitasse_reasonLength++] = character < 0x80 ? character : '?';
    }
}

void demitasse_panic_now(void) {
    platform_panic(demitasse_reason, __builtin_frame_address(0));
}

void teavm_outOfMemory() {
    platform_panic("the Java heap is full", __builtin_frame_address(0));
}

int teavm_main(int, char **);

void demitasse_main(void) {
    teavm_main(0, NULL);
}
