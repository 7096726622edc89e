/* What processes find by name: shm_open(3), sem_open(3), futexes in shared memory; and RLIMIT_MSGQUEUE, mq_overview(7). */
#include "check.h"

#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>

enum { TMPFS_MAGIC = 0x01021994 };

static void shared_memory(void)
{
    struct stat st;
    struct statfs fs;
    shm_unlink("/shared_names");
    CHECK_ERRNO(ENOENT, shm_open("/shared_names", O_RDWR, 0600));
    int fd = shm_open("/shared_names", O_RDWR | O_CREAT | O_EXCL, 0640);
    CHECK(fd >= 0);
    CHECK_ERRNO(EEXIST, shm_open("/shared_names", O_RDWR | O_CREAT | O_EXCL, 0640));
    CHECK_EQUAL(FD_CLOEXEC, fcntl(fd, F_GETFD));
    CHECK_EQUAL(0, fstat(fd, &st));
    CHECK_EQUAL(S_IFREG | 0640, st.st_mode);
    CHECK_EQUAL(0, fstatfs(fd, &fs));
    CHECK_EQUAL(TMPFS_MAGIC, fs.f_type);
    CHECK_EQUAL(0, ftruncate(fd, 8192));
    int *words = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(words != MAP_FAILED);
    pid_t child = fork();
    if (child == 0) {
        int own = shm_open("/shared_names", O_RDWR, 0);
        int *same = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, own, 0);
        same[1024] = 5;
        _exit(same == words);
    }
    int status = -1;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(5, words[1024]);
    CHECK_EQUAL(0, shm_unlink("/shared_names"));
    CHECK_ERRNO(ENOENT, shm_unlink("/shared_names"));
    words[0] = 1;
    CHECK_EQUAL(4, pread(fd, &status, 4, 4096));
    CHECK_EQUAL(5, status);
    munmap(words, 8192);
    close(fd);
}

static void semaphores(void)
{
    int value = -1, status = -1;
    struct timespec soon;
    sem_unlink("/shared_names");
    sem_t *here = sem_open("/shared_names", O_CREAT | O_EXCL, 0600, 1);
    CHECK(here != SEM_FAILED);
    CHECK(sem_open("/shared_names", O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED && errno == EEXIST);
    CHECK_EQUAL(0, sem_wait(here));
    CHECK_ERRNO(EAGAIN, sem_trywait(here));
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec = (soon.tv_nsec + 20000000) % 1000000000;
    CHECK_ERRNO(ETIMEDOUT, sem_timedwait(here, &soon));
    pid_t child = fork();
    if (child == 0) {
        sem_t *there = sem_open("/shared_names", 0);
        _exit(there == SEM_FAILED || sem_post(there) != 0 || sem_post(there) != 0);
    }
    CHECK_EQUAL(0, sem_wait(here));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, sem_getvalue(here, &value));
    CHECK_EQUAL(1, value);
    CHECK_EQUAL(0, sem_close(here));
    CHECK_EQUAL(0, sem_unlink("/shared_names"));
    CHECK(sem_open("/shared_names", 0) == SEM_FAILED && errno == ENOENT);
}

/* A lock whose owner is killed goes to the next, who is told, pthread_mutex_consistent(3). */
static void robust_locks(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t *lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status, ends[2];
    char byte;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    for (int inherits = 0; inherits < 2; inherits++) {
        pthread_mutexattr_setprotocol(&attributes, inherits ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE);
        CHECK_EQUAL(0, pthread_mutex_init(lock, &attributes));
        CHECK_EQUAL(0, pipe(ends));
        pid_t owner = fork();
        if (owner == 0) {
            pthread_mutex_lock(lock);
            if (write(ends[1], "x", 1) == 1)
                pause();
        }
        CHECK_EQUAL(1, read(ends[0], &byte, 1));
        CHECK_EQUAL(EBUSY, pthread_mutex_trylock(lock));
        pid_t waiter = fork();
        if (waiter == 0) {
            int result = pthread_mutex_lock(lock);
            int consistent = pthread_mutex_consistent(lock);
            _exit(result != EOWNERDEAD || consistent != 0 || pthread_mutex_unlock(lock) != 0);
        }
        struct timespec pause = {0, 20000000};
        nanosleep(&pause, NULL);
        CHECK_EQUAL(0, kill(owner, SIGKILL));
        CHECK_EQUAL(owner, waitpid(owner, &status, 0));
        CHECK_EQUAL(waiter, waitpid(waiter, &status, 0));
        CHECK_EQUAL(0, status);
        CHECK_EQUAL(0, pthread_mutex_lock(lock));
        CHECK_EQUAL(0, pthread_mutex_unlock(lock));
        close(ends[0]);
        close(ends[1]);
    }
    munmap(lock, 4096);
}

static void queue_limit(void)
{
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        struct rlimit limit = {20000, 20000};
        struct mq_attr small = {.mq_maxmsg = 2, .mq_msgsize = 1000}, large = {.mq_maxmsg = 10, .mq_msgsize = 8000};
        CHECK_EQUAL(0, setrlimit(RLIMIT_MSGQUEUE, &limit));
        /* What counts is what the user has, and root may have some. */
        CHECK_EQUAL(0, setresuid(54321, 54321, 54321));
        mq_unlink("/shared_names");
        mqd_t one = mq_open("/shared_names", O_RDWR | O_CREAT | O_EXCL, 0600, &small);
        CHECK(one >= 0);
        CHECK_ERRNO(EMFILE, mq_open("/shared_names.2", O_RDWR | O_CREAT | O_EXCL, 0600, &large));
        CHECK_EQUAL(0, mq_unlink("/shared_names"));
        CHECK_EQUAL(0, mq_close(one));
        fflush(stdout);
        _exit(check_failures != 0);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

int main(void)
{
    shared_memory();
    semaphores();
    robust_locks();
    queue_limit();
    return check_done();
}
