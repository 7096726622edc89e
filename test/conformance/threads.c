/* clone(2) for threads, futex(2), set_robust_list(2), tgkill(2), sched_yield(2), pthreads(7). */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define THREADS 8
#define ROUNDS 2000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static long counter;
static int turn;
static __thread int own;
static volatile sig_atomic_t handled_by;

static long futex(uint32_t *word, int operation, uint32_t value, const struct timespec *timeout, uint32_t *word2,
                  uint32_t value3)
{
    return syscall(SYS_futex, word, operation, value, timeout, word2, value3);
}

static void *counts(void *argument)
{
    own = (int)(intptr_t)argument;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
        if (i % 100 == 0) {
            sched_yield();
        }
    }
    return (void *)(intptr_t)own;
}

static void *takes_turns(void *argument)
{
    int me = (int)(intptr_t)argument;
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&mutex);
        while (turn != me) {
            pthread_cond_wait(&condition, &mutex);
        }
        turn = 1 - me;
        pthread_cond_broadcast(&condition);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void counting(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQUAL(0, pthread_create(&threads[i], NULL, counts, (void *)(intptr_t)i));
    }
    for (int i = 0; i < THREADS; i++) {
        void *result;
        CHECK_EQUAL(0, pthread_join(threads[i], &result));
        CHECK_EQUAL(i, (intptr_t)result);
    }
    CHECK_EQUAL(THREADS * ROUNDS, counter);
    pthread_create(&threads[0], NULL, takes_turns, (void *)0);
    pthread_create(&threads[1], NULL, takes_turns, (void *)1);
    CHECK_EQUAL(0, pthread_join(threads[0], NULL));
    CHECK_EQUAL(0, pthread_join(threads[1], NULL));
    CHECK_EQUAL(0, turn);
}

static void futexes(void)
{
    uint32_t word = 5, other = 0;
    struct timespec soon = {0, 2000000}, wrong = {0, 2000000000};
    CHECK_ERRNO(EAGAIN, futex(&word, FUTEX_WAIT, 4, NULL, NULL, 0));
    CHECK_ERRNO(ETIMEDOUT, futex(&word, FUTEX_WAIT_PRIVATE, 5, &soon, NULL, 0));
    CHECK_ERRNO(EINVAL, futex(&word, FUTEX_WAIT, 5, &wrong, NULL, 0));
    CHECK_ERRNO(EINVAL, futex((uint32_t *)((char *)&word + 1), FUTEX_WAIT, 5, NULL, NULL, 0));
    CHECK_ERRNO(EINVAL, futex(&word, FUTEX_WAIT_BITSET, 5, NULL, NULL, 0));
    CHECK_ERRNO(EFAULT, futex((uint32_t *)8, FUTEX_WAIT, 5, NULL, NULL, 0));
    CHECK_ERRNO(ENOSYS, futex(&word, 77, 0, NULL, NULL, 0));
    CHECK_EQUAL(0, futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
    CHECK_ERRNO(EAGAIN, futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1, &other, 4));
    CHECK_EQUAL(0, futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1, &other, 5));
    CHECK_EQUAL(0, futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 0)));
    CHECK_EQUAL(3, other);
    struct timespec past = {1, 0};
    CHECK_ERRNO(ETIMEDOUT,
                futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, &past, NULL, FUTEX_BITSET_MATCH_ANY));
}

static void *holds_and_ends(void *argument)
{
    pthread_mutex_lock(argument);
    return NULL;
}

static void robust(void)
{
    pthread_mutexattr_t kind;
    pthread_mutex_t lock;
    pthread_t thread;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&lock, &kind);
    CHECK_EQUAL(0, pthread_create(&thread, NULL, holds_and_ends, &lock));
    CHECK_EQUAL(0, pthread_join(thread, NULL));
    CHECK_EQUAL(EOWNERDEAD, pthread_mutex_lock(&lock));
    CHECK_EQUAL(0, pthread_mutex_consistent(&lock));
    CHECK_EQUAL(0, pthread_mutex_unlock(&lock));
}

static void handles(int signal)
{
    (void)signal;
    handled_by = gettid();
}

static void *waits_for_signal(void *argument)
{
    sem_t *ready = argument;
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    sem_post(ready);
    while (handled_by == 0) {
        usleep(1000);
    }
    return (void *)(intptr_t)gettid();
}

static void *kills_itself(void *argument)
{
    sigset_t all;
    (void)argument;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    int failed = kill(gettid(), SIGUSR1);
    while (failed == 0 && handled_by == 0) {
        usleep(1000);
    }
    return (void *)(intptr_t)failed;
}

static void *__attribute__((noreturn)) cancelled(void *argument)
{
    (void)argument;
    for (;;) {
        pause();
    }
}

static void signals(void)
{
    sigset_t all, old;
    sem_t ready;
    pthread_t thread;
    void *result;
    struct sigaction action = {.sa_handler = handles};
    sigaction(SIGUSR1, &action, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    sem_init(&ready, 0, 0);
    CHECK_EQUAL(0, pthread_create(&thread, NULL, waits_for_signal, &ready));
    sem_wait(&ready);
    /* All but the new thread block it, so a signal to the process is that thread's. */
    CHECK_EQUAL(0, kill(getpid(), SIGUSR1));
    CHECK_EQUAL(0, pthread_join(thread, &result));
    CHECK_EQUAL((intptr_t)result, handled_by);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    CHECK_EQUAL(0, pthread_create(&thread, NULL, cancelled, NULL));
    CHECK_EQUAL(0, pthread_cancel(thread));
    CHECK_EQUAL(0, pthread_join(thread, &result));
    CHECK(result == PTHREAD_CANCELED);
    /* The number of a thread means its process, whoever blocks the signal. */
    handled_by = 0;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, kills_itself, NULL));
    CHECK_EQUAL(0, pthread_join(thread, &result));
    CHECK_EQUAL(0, (intptr_t)result);
    CHECK_EQUAL(getpid(), handled_by);
    CHECK_ERRNO(ESRCH, syscall(SYS_tgkill, getpid(), 30000, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_tgkill, getpid(), 0, 0));
    CHECK_EQUAL(0, syscall(SYS_tgkill, getpid(), gettid(), 0));
}

static void refusals(void)
{
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, CLONE_THREAD, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_clone, CLONE_SIGHAND, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_clone3, NULL, 8));
    CHECK_ERRNO(EFAULT, syscall(SYS_clone3, (void *)8, 88));
    CHECK_ERRNO(E2BIG, syscall(SYS_clone3, NULL, 8192));
    CHECK_ERRNO(EINVAL, syscall(SYS_set_robust_list, NULL, 8));
}

int main(void)
{
    counting();
    futexes();
    robust();
    signals();
    refusals();
    return check_done();
}
