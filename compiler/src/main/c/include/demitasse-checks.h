/*
 * Checks that the plugin puts into Java code. Macros, so that the ud2 of a failed check carries the Java
 * line in which it stands: __LINE__ follows #line. Not Java: no Java statement raises #UD.
 */
#pragma once
#include <stdint.h>

/* The line is an operand so that gcc does not merge the traps of different Java lines into one. */
#define DEMITASSE_TRAP() \
    do { __asm__ volatile("ud2" : : "i"(__LINE__)); __builtin_unreachable(); } while (0)

/* JLS 15.17.2: zero throws, and MIN / -1 overflows silently, where idiv would raise #DE. */
#define DEMITASSE_DIVISION(type, dividend, divisor, quotient, overflow) ({ \
    type demitasse_a = (dividend), demitasse_b = (divisor); \
    if (__builtin_expect(demitasse_b == 0, 0)) DEMITASSE_TRAP(); \
    demitasse_b == -1 ? (overflow) : (quotient); })
#define demitasse_divide_int(a, b) DEMITASSE_DIVISION(int32_t, a, b, demitasse_a / demitasse_b, -demitasse_a)
#define demitasse_divide_long(a, b) DEMITASSE_DIVISION(int64_t, a, b, demitasse_a / demitasse_b, -demitasse_a)
#define demitasse_remainder_int(a, b) DEMITASSE_DIVISION(int32_t, a, b, demitasse_a % demitasse_b, 0)
#define demitasse_remainder_long(a, b) DEMITASSE_DIVISION(int64_t, a, b, demitasse_a % demitasse_b, 0)

/* The allocator computes sizes in 32 bits: this many elements of 8 bytes do not overflow it. */
#define DEMITASSE_ARRAY_LENGTH_MAX 0x0ffffff0
#define demitasse_check_length(length) \
    do { if (__builtin_expect((uint32_t) (length) > DEMITASSE_ARRAY_LENGTH_MAX, 0)) DEMITASSE_TRAP(); } while (0)
