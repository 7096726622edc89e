/* What the processor says of arithmetic and of alignment arrives as signals with the right code, sigaction(2). */
#include "check.h"
#include <cpuid.h>
#include <setjmp.h>
#include <signal.h>

#define EFLAGS_ALIGNMENT_CHECK 0x40000ul
/* Intel SDM vol. 1 §8.1.5 and §10.2.3: everything masked but division by zero. */
#define X87_DIVISION_RAISES 0x37b
#define MXCSR_DIVISION_RAISES 0x1d80u

static sigjmp_buf back;
static volatile int seen_signal, seen_code;

static void note(int number, siginfo_t *info, void *context)
{
    /* Linux leaves AC as it was: nothing in here may be read askew before this. */
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~EFLAGS_ALIGNMENT_CHECK);
    (void)context;
    seen_signal = number;
    seen_code = info->si_code;
    siglongjmp(back, 1);
}

static void handle(int number)
{
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
    CHECK_EQUAL(0, sigaction(number, &action, NULL));
}

static void expect(int number, int code, void (*error)(void))
{
    seen_signal = seen_code = 0;
    if (sigsetjmp(back, 1) == 0)
        error();
    CHECK_EQUAL(number, seen_signal);
    CHECK_EQUAL(code, seen_code);
}

/* It is reported at the next x87 instruction, and only as an exception where CR0.NE is set. */
static void divide_x87(void)
{
    unsigned short control = X87_DIVISION_RAISES;
    __asm__ volatile("fninit\n\tfldcw %0\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait\n\tfninit" : : "m"(control));
}

static void divide_sse(void)
{
    unsigned control = MXCSR_DIVISION_RAISES;
    double one = 1, zero = 0;
    __asm__ volatile("ldmxcsr %2\n\tdivsd %1, %0" : "+x"(one) : "x"(zero), "m"(control));
}

static void divide_integers(void)
{
    __asm__ volatile("xor %%edx, %%edx\n\tmov $1, %%eax\n\txor %%ecx, %%ecx\n\tdiv %%ecx"
                     : : : "eax", "ecx", "edx", "cc");
}

/* AC matters only where CR0.AM is set. */
static void read_askew(void)
{
    static char bytes[16] __attribute__((aligned(8)));
    unsigned value;
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | EFLAGS_ALIGNMENT_CHECK);
    __asm__ volatile("movl %1, %0" : "=r"(value) : "m"(bytes[1]));
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~EFLAGS_ALIGNMENT_CHECK);
}

/* QEMU's emulation of a processor raises no errors of SSE and checks no alignment. */
static int is_emulated(void)
{
    unsigned eax, signature[3];
    __cpuid(0x40000000, eax, signature[0], signature[1], signature[2]);
    return memcmp(signature, "TCGTCGTCGTCG", sizeof signature) == 0;
}

int main(void)
{
    handle(SIGFPE);
    handle(SIGBUS);
    expect(SIGFPE, FPE_INTDIV, divide_integers);
    expect(SIGFPE, FPE_FLTDIV, divide_x87);
    if (is_emulated()) {
        printf("skipped: errors of SSE and alignment, which this processor lacks\n");
    } else {
        expect(SIGFPE, FPE_FLTDIV, divide_sse);
        expect(SIGBUS, BUS_ADRALN, read_askew);
    }
    return check_done();
}
