/*
 * The Java lines of a panic, out of the file KERNEL.lines that the compiler writes (demitasse.compiler.LineTable has
 * its layout). Not Java: see panic.c. The file is mapped before the seal and costs no memory until something looks
 * into it; after a panic nobody else could: demi has become this very process.
 */
#include "platform.h"
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <string.h>

#define MAGIC 0x454e494c494d4544ul      /* "DEMILINE" */
#define SUFFIX ".lines"
#define NONE 0xffffffffu

struct lines {
    uint64_t magic, base;
    uint32_t ranges, frames, text_bytes, zero;
    uint32_t words[];
};

struct frame { uint32_t text, caller; };

static const struct lines *lines;

/* A kernel without that file prints addresses alone. */
void lines_open(const char *kernel) {
    char path[PATH_MAX];
    size_t length = 0;
    while (kernel[length] != 0 && length < sizeof path - sizeof SUFFIX) {
        path[length] = kernel[length];
        length++;
    }
    memcpy(path + length, SUFFIX, sizeof SUFFIX);
    long descriptor = HOST(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return;
    }
    uint64_t bytes;
    const struct lines *mapped = (const void *) layout_file(descriptor, &bytes);
    HOST(__NR_close, descriptor);
    if (mapped != NULL && bytes >= sizeof *mapped && mapped->magic == MAGIC
            && bytes == sizeof *mapped + 8ul * mapped->ranges + 8ul * mapped->frames + mapped->text_bytes) {
        lines = mapped;
    }
}

uint32_t lines_find(uint64_t address) {
    uint32_t from = 0, to = lines == NULL || address < lines->base ? 0 : lines->ranges;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (lines->base + lines->words[middle] <= address) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from == 0 ? NONE : lines->words[lines->ranges + from - 1];
}

const char *lines_next(uint32_t *frame) {
    if (lines == NULL || *frame >= lines->frames) {
        return NULL;
    }
    const struct frame *frames = (const void *) (lines->words + 2ul * lines->ranges);
    const struct frame *found = frames + *frame;
    /* Callers stand first in the table, so no chain goes round in circles. */
    *frame = found->caller < *frame ? found->caller : NONE;
    return found->text < lines->text_bytes ? (const char *) (frames + lines->frames) + found->text : NULL;
}
