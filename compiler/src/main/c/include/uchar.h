/* Types for TeaVM's string.c; its multibyte functions are never linked, so the prototypes have no bodies. */
#pragma once
#include <stddef.h>
#include <stdint.h>
typedef uint_least16_t char16_t;
typedef uint_least32_t char32_t;
typedef struct { uint32_t unused; } mbstate_t;
size_t c16rtomb(char *, char16_t, mbstate_t *);
size_t mbrtoc16(char16_t *, const char *, size_t, mbstate_t *);
