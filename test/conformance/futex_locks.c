/* futex(2): FUTEX_LOCK_PI and its relatives; futex_waitv(2), futex_wake, futex_wait, futex_requeue. */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#define THREADS 4
#define ROUNDS 2000
#define FUTEX_LOCK_PI2_NUMBER 13
#define WAITV 449
#define WAKE2 454
#define WAIT2 455
#define REQUEUE2 456
#define SIZE_U32 2
#define PRIVATE2 128

struct waitv {
    uint64_t value, address;
    uint32_t flags, reserved;
};

static uint32_t lock, gate;
static long counter;
static pthread_mutex_t mutex;
static volatile int caught;

static long futex(uint32_t *word, int operation, uintptr_t value, const void *timeout, uint32_t *word2, uint32_t value3)
{
    return syscall(SYS_futex, word, operation, value, timeout, word2, value3);
}

static void *counts(void *argument)
{
    (void)argument;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        long seen = counter;
        if (i % 50 == 0) {
            sched_yield();
        }
        counter = seen + 1;
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void *ends_with_it(void *argument)
{
    pthread_mutex_lock(argument);
    return NULL;
}

static void mutexes(void)
{
    pthread_mutexattr_t kind;
    pthread_t threads[THREADS];
    pthread_mutexattr_init(&kind);
    CHECK_EQUAL(0, pthread_mutexattr_setprotocol(&kind, PTHREAD_PRIO_INHERIT));
    CHECK_EQUAL(0, pthread_mutex_init(&mutex, &kind));
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQUAL(0, pthread_create(&threads[i], NULL, counts, NULL));
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQUAL(0, pthread_join(threads[i], NULL));
    }
    CHECK_EQUAL(THREADS * ROUNDS, counter);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    CHECK_EQUAL(0, pthread_mutex_init(&mutex, &kind));
    CHECK_EQUAL(0, pthread_create(&threads[0], NULL, ends_with_it, &mutex));
    CHECK_EQUAL(0, pthread_join(threads[0], NULL));
    CHECK_EQUAL(EOWNERDEAD, pthread_mutex_lock(&mutex));
    CHECK_EQUAL(0, pthread_mutex_consistent(&mutex));
    CHECK_EQUAL(0, pthread_mutex_unlock(&mutex));
}

static void words(void)
{
    uint32_t word = 0;
    CHECK_EQUAL(0, futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK_EQUAL(gettid(), word);
    CHECK_ERRNO(EDEADLK, futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK_ERRNO(EDEADLK, futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    CHECK_EQUAL(0, futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    CHECK_EQUAL(0, word);
    CHECK_ERRNO(EPERM, futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    CHECK_EQUAL(0, futex(&word, FUTEX_TRYLOCK_PI_PRIVATE, 0, NULL, NULL, 0));
    CHECK_EQUAL(gettid(), word);
    word = FUTEX_OWNER_DIED;
    CHECK_EQUAL(0, futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK_EQUAL(FUTEX_OWNER_DIED | gettid(), word);
    word = 0x3ffffffe;
    CHECK_ERRNO(ESRCH, futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK_ERRNO(EFAULT, futex((uint32_t *)8, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK_ERRNO(EINVAL, futex((uint32_t *)((char *)&word + 1), FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK_ERRNO(ENOSYS, futex(&word, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0));
    CHECK_ERRNO(EINVAL, futex(&word, FUTEX_CMP_REQUEUE_PI, 2, NULL, &lock, 0));
}

static void handles(int signal)
{
    caught = signal;
}

static void *waits_for_lock(void *argument)
{
    const struct timespec *until = argument;
    long result = futex(&lock, FUTEX_LOCK_PI2_NUMBER, 0, until, NULL, 0);
    if (result != 0) {
        return (void *)(intptr_t)errno;
    }
    int mine = (__atomic_load_n(&lock, __ATOMIC_SEQ_CST) & FUTEX_TID_MASK) == (uint32_t)gettid();
    if (until == NULL) {
        futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
    }
    return (void *)(intptr_t)(mine ? 0 : -1);
}

static void *takes_and_ends(void *argument)
{
    futex(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
    __atomic_store_n((int *)argument, 1, __ATOMIC_SEQ_CST);
    while (!(__atomic_load_n(&lock, __ATOMIC_SEQ_CST) & FUTEX_WAITERS)) {
        usleep(1000);
    }
    return NULL;
}

static void hand_over(void)
{
    pthread_t thread, owner;
    void *result;
    struct timespec soon;
    struct sigaction action = {.sa_handler = handles};
    sigaction(SIGUSR1, &action, NULL);
    CHECK_EQUAL(0, futex(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    clock_gettime(CLOCK_MONOTONIC, &soon);
    CHECK_EQUAL(0, pthread_create(&thread, NULL, waits_for_lock, &soon));
    CHECK_EQUAL(0, pthread_join(thread, &result));
    CHECK_EQUAL(ETIMEDOUT, (intptr_t)result);
    CHECK_EQUAL(0, pthread_create(&thread, NULL, waits_for_lock, NULL));
    __atomic_and_fetch(&lock, ~FUTEX_WAITERS, __ATOMIC_SEQ_CST);
    while (!(__atomic_load_n(&lock, __ATOMIC_SEQ_CST) & FUTEX_WAITERS)) {
        usleep(1000);
    }
    /* Neither a handler nor SA_RESTART makes a difference: the lock is waited for again. */
    CHECK_EQUAL(0, pthread_kill(thread, SIGUSR1));
    while (!caught) {
        usleep(1000);
    }
    CHECK_EQUAL(0, futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    CHECK_EQUAL(0, pthread_join(thread, &result));
    CHECK_EQUAL(0, (intptr_t)result);
    CHECK_EQUAL(0, lock);
    int taken = 0;
    CHECK_EQUAL(0, pthread_create(&owner, NULL, takes_and_ends, &taken));
    while (!__atomic_load_n(&taken, __ATOMIC_SEQ_CST)) {
        usleep(1000);
    }
    CHECK_EQUAL(0, futex(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK_EQUAL(FUTEX_OWNER_DIED | gettid(), lock & ~FUTEX_WAITERS);
    CHECK_EQUAL(0, pthread_join(owner, NULL));
    lock = 0;
}

static void *waits_to_move(void *argument)
{
    (void)argument;
    long result = futex(&gate, FUTEX_WAIT_REQUEUE_PI, 7, NULL, &lock, 0);
    int mine = (__atomic_load_n(&lock, __ATOMIC_SEQ_CST) & FUTEX_TID_MASK) == (uint32_t)gettid();
    long unlocked = futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
    return (void *)(intptr_t)(result == 0 && mine && unlocked == 0 ? 1 : 0);
}

static void moving(void)
{
    pthread_t threads[2];
    gate = 7;
    CHECK_ERRNO(EAGAIN, futex(&gate, FUTEX_WAIT_REQUEUE_PI, 8, NULL, &lock, 0));
    CHECK_ERRNO(EINVAL, futex(&gate, FUTEX_WAIT_REQUEUE_PI, 7, NULL, &gate, 0));
    for (int i = 0; i < 2; i++) {
        CHECK_EQUAL(0, pthread_create(&threads[i], NULL, waits_to_move, NULL));
    }
    CHECK_EQUAL(0, futex(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK_ERRNO(EAGAIN, futex(&gate, FUTEX_CMP_REQUEUE_PI, 1, (void *)10, &lock, 8));
    int moved = 0;
    while (moved < 2) {
        long count = futex(&gate, FUTEX_CMP_REQUEUE_PI, 1, (void *)10, &lock, 7);
        CHECK(count >= 0);
        moved += count;
        usleep(1000);
    }
    CHECK_EQUAL(0, futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    for (int i = 0; i < 2; i++) {
        void *result;
        CHECK_EQUAL(0, pthread_join(threads[i], &result));
        CHECK_EQUAL(1, (intptr_t)result);
    }
    CHECK_EQUAL(0, lock);
}

static uint32_t several[3] = {1, 2, 3};

static void *waits_for_several(void *argument)
{
    (void)argument;
    struct waitv entries[3];
    for (int i = 0; i < 3; i++) {
        entries[i] = (struct waitv){several[i], (uintptr_t)&several[i], SIZE_U32 | PRIVATE2, 0};
    }
    return (void *)(intptr_t)syscall(WAITV, entries, 3, 0, NULL, 0);
}

static void *waits_for_one(void *argument)
{
    return (void *)(intptr_t)syscall(WAIT2, argument, 1l, 4l, SIZE_U32 | PRIVATE2, NULL, 0);
}

static void many(void)
{
    pthread_t thread;
    void *result;
    struct waitv entry = {0, (uintptr_t)&several[0], SIZE_U32, 0}, pair[2];
    struct timespec past = {0, 0};
    CHECK_ERRNO(EAGAIN, syscall(WAITV, &entry, 1, 0, NULL, 0));
    entry.value = 1;
    CHECK_ERRNO(ETIMEDOUT, syscall(WAITV, &entry, 1, 0, &past, CLOCK_MONOTONIC));
    CHECK_ERRNO(EINVAL, syscall(WAITV, &entry, 1, 0, &past, 5));
    CHECK_ERRNO(EINVAL, syscall(WAITV, &entry, 0, 0, NULL, 0));
    CHECK_ERRNO(EINVAL, syscall(WAITV, &entry, 129, 0, NULL, 0));
    entry.flags = 77;
    CHECK_ERRNO(EINVAL, syscall(WAITV, &entry, 1, 0, NULL, 0));
    CHECK_EQUAL(0, pthread_create(&thread, NULL, waits_for_several, NULL));
    while (futex(&several[1], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 0) {
        usleep(1000);
    }
    CHECK_EQUAL(0, pthread_join(thread, &result));
    CHECK_EQUAL(1, (intptr_t)result);
    errno = 0;
    if (HOST_LACKS(syscall(WAKE2, &several[0], 1l, 1, SIZE_U32) < 0 && errno == ENOSYS)) {
        return; /* a host before Linux 6.7 */
    }
    CHECK_ERRNO(EINVAL, syscall(WAKE2, &several[0], 0l, 1, SIZE_U32));
    CHECK_ERRNO(EINVAL, syscall(WAKE2, &several[0], 1l, 1, 0));
    CHECK_ERRNO(EAGAIN, syscall(WAIT2, &several[0], 9l, 1l, SIZE_U32, NULL, 0));
    CHECK_EQUAL(0, pthread_create(&thread, NULL, waits_for_one, &several[0]));
    pair[0] = (struct waitv){1, (uintptr_t)&several[0], SIZE_U32 | PRIVATE2, 0};
    pair[1] = (struct waitv){0, (uintptr_t)&several[2], SIZE_U32 | PRIVATE2, 0};
    while (syscall(REQUEUE2, pair, 0, 0, 1) == 0) {
        usleep(1000);
    }
    CHECK_EQUAL(0, syscall(WAKE2, &several[2], 3l, 1, SIZE_U32 | PRIVATE2));
    CHECK_EQUAL(1, syscall(WAKE2, &several[2], 4l, 1, SIZE_U32 | PRIVATE2));
    CHECK_EQUAL(0, pthread_join(thread, &result));
    CHECK_EQUAL(0, (intptr_t)result);
}

int main(void)
{
    mutexes();
    words();
    hand_over();
    moving();
    many();
    return check_done();
}
