/*
 * What the conformance programs share. Each program passes on Linux first, then on every platform of ours; it prints
 * one line per failed expectation and exits with 1 when there was any. It is C because it tests the C interface.
 */
#ifndef CHECK_H
#define CHECK_H

#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int check_failures;
static int check_count;

/* The expression is true. */
#define CHECK(expression)                                                                        \
    do {                                                                                         \
        check_count++;                                                                           \
        if (!(expression)) {                                                                     \
            check_failures++;                                                                    \
            printf("%s:%d: not true: %s (errno %d %s)\n", __FILE__, __LINE__, #expression, errno, \
                   strerror(errno));                                                             \
        }                                                                                        \
    } while (0)

/* Two integers are equal. */
#define CHECK_EQUAL(expected, actual)                                                              \
    do {                                                                                           \
        check_count++;                                                                             \
        long long check_expected = (long long)(expected), check_actual = (long long)(actual);      \
        if (check_expected != check_actual) {                                                      \
            check_failures++;                                                                      \
            printf("%s:%d: %s is %lld, expected %lld (errno %d)\n", __FILE__, __LINE__, #actual,   \
                   check_actual, check_expected, errno);                                           \
        }                                                                                          \
    } while (0)

/* The call fails with exactly this errno. */
#define CHECK_ERRNO(expected, call)                                                                 \
    do {                                                                                            \
        check_count++;                                                                              \
        errno = 0;                                                                                  \
        long long check_result = (long long)(call);                                                 \
        if (check_result != -1 || errno != (expected)) {                                            \
            check_failures++;                                                                       \
            printf("%s:%d: %s gave %lld errno %d (%s), expected -1 and %s\n", __FILE__, __LINE__,   \
                   #call, check_result, errno, strerror(errno), #expected);                         \
        }                                                                                           \
    } while (0)

static inline int check_done(void)
{
    if (check_count == 0) {
        printf("nothing was checked\n");
        return 1;
    }
    printf("%d checks, %d failed\n", check_count, check_failures);
    return check_failures != 0;
}

#endif
