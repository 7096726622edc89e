/* rseq(2), membarrier(2) with restartable sequences. */
#include "check.h"
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/time.h>

#ifndef AT_RSEQ_FEATURE_SIZE
#define AT_RSEQ_FEATURE_SIZE 27
#define AT_RSEQ_ALIGN 28
#endif

static volatile int stop, handled;

static struct rseq *own(void)
{
    return (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

/* Turns in a sequence until it is aborted (1) or told to stop (0). */
static __attribute__((noinline)) int turns(struct rseq *area)
{
    int result;
    __asm__ volatile(".pushsection sequences, \"aw\"\n"
                     ".balign 32\n"
                     "3: .long 0, 0\n"
                     ".quad 1f, 2f - 1f, abort_handler\n"
                     ".popsection\n"
                     "lea 3b(%%rip), %%rax\n"
                     "mov %%rax, 8(%[area])\n"
                     "1: cmpl $0, stop(%%rip)\n"
                     "je 1b\n"
                     "mov $0, %[result]\n"
                     "2: jmp 5f\n"
                     ".long 0x53053053\n"
                     "abort_handler: mov $1, %[result]\n"
                     "5:\n"
                     : [result] "=&r"(result)
                     : [area] "r"(area)
                     : "rax", "memory", "cc");
    return result;
}

static void handles(int signal)
{
    handled = signal;
}

static void *stops(void *argument)
{
    (void)argument;
    usleep(20000);
    stop = 1;
    return NULL;
}

static void registration(void)
{
    struct rseq *area = own();
    CHECK(__rseq_size >= 20);
    CHECK(area->cpu_id < 4096);
    CHECK(area->cpu_id_start < 4096);
    CHECK(sched_getcpu() >= 0);
    /* Up to mm_cid, at 24; node_id stands before it. Both are small numbers. */
    CHECK(getauxval(AT_RSEQ_FEATURE_SIZE) >= 28 && getauxval(AT_RSEQ_ALIGN) >= 32);
    CHECK(((unsigned *)area)[5] < 4096 && ((unsigned *)area)[6] < 4096);
    CHECK_ERRNO(EBUSY, syscall(SYS_rseq, area, 32, 0, RSEQ_SIG));
    CHECK_ERRNO(EPERM, syscall(SYS_rseq, area, 32, 0, RSEQ_SIG + 1));
    CHECK_ERRNO(EINVAL, syscall(SYS_rseq, area, 32, 2, RSEQ_SIG));
    CHECK_ERRNO(EINVAL, syscall(SYS_rseq, area + 1, 32, 0, RSEQ_SIG));
    CHECK_ERRNO(EPERM, syscall(SYS_rseq, area, 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG + 1));
    CHECK_EQUAL(0, syscall(SYS_rseq, area, 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG));
    CHECK_EQUAL(RSEQ_CPU_ID_UNINITIALIZED, (int)area->cpu_id);
    CHECK_ERRNO(EINVAL, syscall(SYS_rseq, area, 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG));
    CHECK_ERRNO(EINVAL, syscall(SYS_rseq, area, 16, 0, RSEQ_SIG));
    CHECK_ERRNO(EFAULT, syscall(SYS_rseq, 0x40, 32, 0, RSEQ_SIG));
    CHECK_EQUAL(0, syscall(SYS_rseq, area, 32, 0, RSEQ_SIG));
    CHECK(area->cpu_id < 4096);
}

static void aborts(void)
{
    struct sigaction action = {.sa_handler = handles};
    struct itimerval soon = {.it_value = {.tv_usec = 20000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    CHECK_EQUAL(1, turns(own()));
    while (!handled) {
        usleep(1000);
    }
    CHECK_EQUAL(0, own()->rseq_cs);
    pthread_t thread;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, stops, NULL));
    /* With one CPU the other thread can only run by taking it away, which aborts; with more it need not. */
    int aborted = turns(own());
    CHECK(aborted || sysconf(_SC_NPROCESSORS_ONLN) > 1);
    CHECK_EQUAL(0, pthread_join(thread, NULL));
}

static void barriers(void)
{
    int known = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    CHECK(known > 0);
    if (known & MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ) {
        CHECK_ERRNO(EPERM, syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 0, 0));
        CHECK_EQUAL(0, syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0, 0));
        CHECK_EQUAL(0, syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 0, 0));
        CHECK_EQUAL(0, syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, MEMBARRIER_CMD_FLAG_CPU, 0));
    }
    CHECK_ERRNO(EINVAL, syscall(SYS_membarrier, 1 << 30, 0, 0));
}

int main(void)
{
    registration();
    aborts();
    barriers();
    return check_done();
}
