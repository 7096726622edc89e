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
#include <sys/utsname.h>
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

/* Where we are guests ourselves. */
static inline int check_is_ours(void)
{
    struct utsname names;
    return uname(&names) == 0 && strstr(names.release, "demitasse") != NULL;
}

static inline int check_lacks(int missing, const char *what, const char *file, int line)
{
    if (missing) {
        check_count++;
        if (check_is_ours()) {
            check_failures++;
            printf("%s:%d: not to be missing here: %s (errno %d %s)\n", file, line, what, errno, strerror(errno));
        }
    }
    return missing;
}

/* True where what follows cannot be checked, which only a host may say of itself: with us it is a failure. */
#define HOST_LACKS(missing) check_lacks((missing) != 0, #missing, __FILE__, __LINE__)

static inline int check_done(void)
{
    if (check_count == 0) {
        printf("nothing was checked\n");
        return 1;
    }
    printf("%d checks, %d failed\n", check_count, check_failures);
    return check_failures != 0;
}

/* What main returns when the host lacks all that is checked. */
static inline int check_skipped(const char *why)
{
    printf("skipped: %s\n", why);
    return check_done();
}

#endif
