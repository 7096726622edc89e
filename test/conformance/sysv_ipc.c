/* System V IPC within one process and its threads: shmget(2), shmop(2), shmctl(2), semget(2), semop(2), msgop(2) … */
#include "check.h"
#include <pthread.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>

struct text {
    long type;
    char bytes[64];
};

static void shared_memory(void)
{
    int id = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0640);
    CHECK(id >= 0);
    struct shmid_ds info;
    CHECK_EQUAL(0, shmctl(id, IPC_STAT, &info));
    CHECK_EQUAL(10000, info.shm_segsz);
    CHECK_EQUAL(0640, info.shm_perm.mode);
    CHECK_EQUAL(0, info.shm_nattch);
    CHECK_EQUAL(getpid(), info.shm_cpid);
    CHECK_EQUAL(0, info.shm_atime);
    char *one = shmat(id, NULL, 0);
    CHECK(one != (void *)-1);
    char *two = shmat(id, NULL, SHM_RDONLY);
    CHECK(two != (void *)-1);
    strcpy(one + 5000, "hello");
    CHECK_EQUAL(0, strcmp(two + 5000, "hello"));
    CHECK_EQUAL(0, shmctl(id, IPC_STAT, &info));
    CHECK_EQUAL(2, info.shm_nattch);
    CHECK_EQUAL(getpid(), info.shm_lpid);
    CHECK(info.shm_atime != 0);
    CHECK_ERRNO(EACCES, mprotect(two, 4096, PROT_READ | PROT_WRITE));
    CHECK_ERRNO(EINVAL, (long)shmat(id, one, 0));
    CHECK_ERRNO(EINVAL, (long)shmat(id, one + 1, 0));
    CHECK_ERRNO(EINVAL, shmdt(one + 4096));
    CHECK_EQUAL(0, shmdt(two));
    CHECK_ERRNO(EINVAL, shmdt(two));
    two = shmat(id, one + 17, SHM_RND | SHM_REMAP);
    CHECK(two == one);
    CHECK_EQUAL(0, strcmp(two + 5000, "hello"));
    CHECK_EQUAL(0, munmap(one + 4096, 4096));
    CHECK_EQUAL(0, shmctl(id, IPC_STAT, &info));
    CHECK_EQUAL(2, info.shm_nattch);
    CHECK_EQUAL(0, shmctl(id, IPC_RMID, NULL));
    CHECK_EQUAL(0, shmctl(id, IPC_STAT, &info));
    CHECK_EQUAL(SHM_DEST, info.shm_perm.mode & SHM_DEST);
    char *late = shmat(id, NULL, 0);
    CHECK(late != (void *)-1);
    CHECK_EQUAL(0, shmdt(one));
    /* Also without its beginning. */
    char *headless = shmat(id, NULL, 0);
    CHECK_EQUAL(0, munmap(headless, 4096));
    CHECK_EQUAL(0, shmdt(headless));
    CHECK_ERRNO(EINVAL, shmdt(headless));
    CHECK_EQUAL(0, strcmp(late + 5000, "hello"));
    CHECK_EQUAL(0, shmdt(late));
    CHECK_ERRNO(EINVAL, shmctl(id, IPC_STAT, &info));
    CHECK_ERRNO(EINVAL, (long)shmat(id, NULL, 0));

    key_t key = 0x1234abcd;
    CHECK_ERRNO(ENOENT, shmget(key, 100, 0));
    id = shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(id >= 0);
    CHECK_EQUAL(id, shmget(key, 50, 0));
    CHECK_EQUAL(id, shmget(key, 0, 0));
    CHECK_ERRNO(EINVAL, shmget(key, 101, 0));
    CHECK_ERRNO(EEXIST, shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600));
    CHECK_ERRNO(EINVAL, shmget(IPC_PRIVATE, 0, IPC_CREAT));
    info.shm_perm.uid = getuid();
    info.shm_perm.gid = getgid();
    info.shm_perm.mode = 0444;
    CHECK_EQUAL(0, shmctl(id, IPC_SET, &info));
    CHECK_EQUAL(0, shmctl(id, IPC_STAT, &info));
    CHECK_EQUAL(0444, info.shm_perm.mode);
    CHECK_EQUAL(key, info.shm_perm.__key);
    CHECK_EQUAL(0, shmctl(id, SHM_LOCK, NULL));
    CHECK_EQUAL(0, shmctl(id, SHM_UNLOCK, NULL));
    struct shminfo limits;
    CHECK(shmctl(0, IPC_INFO, (struct shmid_ds *)&limits) >= 0);
    CHECK_EQUAL(4096, limits.shmmni);
    CHECK_ERRNO(EFAULT, shmctl(id, IPC_STAT, (void *)8));
    CHECK_ERRNO(EINVAL, shmctl(id, 77, NULL));
    CHECK_EQUAL(0, shmctl(id, IPC_RMID, NULL));
    CHECK_ERRNO(EINVAL, shmctl(id, IPC_RMID, NULL));
    CHECK_ERRNO(ENOENT, shmget(key, 100, 0));
}

static int set;

static int operate(int index, int change, int flags)
{
    struct sembuf one = {.sem_num = index, .sem_op = change, .sem_flg = flags};
    return semop(set, &one, 1);
}

static void *raise_later(void *unused)
{
    while (semctl(set, 1, GETNCNT) != 1) {
        usleep(1000);
    }
    operate(1, 5, 0);
    return unused;
}

static void *remove_later(void *unused)
{
    while (semctl(set, 0, GETZCNT) != 1) {
        usleep(1000);
    }
    semctl(set, 0, IPC_RMID);
    return unused;
}

static void nothing(int signal)
{
    (void)signal;
}

static void semaphores(void)
{
    set = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);
    CHECK(set >= 0);
    CHECK_EQUAL(0, semctl(set, 0, GETVAL));
    CHECK_EQUAL(0, semctl(set, 0, SETVAL, 2));
    CHECK_EQUAL(2, semctl(set, 0, GETVAL));
    CHECK_EQUAL(getpid(), semctl(set, 0, GETPID));
    CHECK_ERRNO(ERANGE, semctl(set, 0, SETVAL, 32768));
    CHECK_ERRNO(EINVAL, semctl(set, 3, GETVAL));
    CHECK_EQUAL(0, operate(0, -2, IPC_NOWAIT));
    CHECK_ERRNO(EAGAIN, operate(0, -1, IPC_NOWAIT));
    CHECK_EQUAL(0, operate(0, 0, IPC_NOWAIT));
    CHECK_ERRNO(EFBIG, operate(3, 1, 0));
    CHECK_ERRNO(ERANGE, (operate(0, 32767, 0), operate(0, 1, 0)));
    unsigned short all[3] = {1, 0, 7}, seen[3];
    CHECK_EQUAL(0, semctl(set, 0, SETALL, all));
    CHECK_EQUAL(0, semctl(set, 0, GETALL, seen));
    CHECK_EQUAL(0, memcmp(all, seen, sizeof all));
    struct sembuf both[2] = {{0, -1, 0}, {1, -1, IPC_NOWAIT}};
    CHECK_ERRNO(EAGAIN, semop(set, both, 2));
    CHECK_EQUAL(1, semctl(set, 0, GETVAL));
    CHECK_ERRNO(E2BIG, semop(set, both, 501));
    CHECK_ERRNO(EINVAL, semop(set, both, 0));
    struct timespec soon = {0, 20000000};
    CHECK_ERRNO(EAGAIN, semtimedop(set, &both[1], 0 + 1, &soon));
    both[1].sem_flg = 0;
    CHECK_ERRNO(EAGAIN, semtimedop(set, both, 2, &soon));

    pthread_t thread;
    pthread_create(&thread, NULL, raise_later, NULL);
    CHECK_EQUAL(0, operate(1, -3, 0));
    pthread_join(thread, NULL);
    CHECK_EQUAL(2, semctl(set, 1, GETVAL));
    struct semid_ds info;
    CHECK_EQUAL(0, semctl(set, 0, IPC_STAT, &info));
    CHECK_EQUAL(3, info.sem_nsems);
    CHECK(info.sem_otime != 0);

    struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    ualarm(20000, 20000);
    CHECK_ERRNO(EINTR, operate(1, -30, 0));
    ualarm(0, 0);
    CHECK_EQUAL(0, semctl(set, 1, GETNCNT));

    pthread_create(&thread, NULL, remove_later, NULL);
    CHECK_ERRNO(EIDRM, operate(0, 0, 0));
    pthread_join(thread, NULL);
    CHECK_ERRNO(EINVAL, semctl(set, 0, GETVAL));
    CHECK_ERRNO(EINVAL, semget(IPC_PRIVATE, 0, IPC_CREAT));
    CHECK_ERRNO(EINVAL, semget(IPC_PRIVATE, 32001, IPC_CREAT));
}

static int queue;

static void *send_later(void *unused)
{
    struct text message = {.type = 3, .bytes = "later"};
    usleep(20000);
    msgsnd(queue, &message, 6, 0);
    return unused;
}

static void *receive_later(void *unused)
{
    struct text message;
    usleep(20000);
    msgrcv(queue, &message, sizeof message.bytes, 0, 0);
    return unused;
}

static void messages(void)
{
    queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    CHECK(queue >= 0);
    struct text message = {.type = 5, .bytes = "five"};
    CHECK_EQUAL(0, msgsnd(queue, &message, 5, 0));
    message = (struct text){.type = 2, .bytes = "two"};
    CHECK_EQUAL(0, msgsnd(queue, &message, 4, 0));
    message = (struct text){.type = 9, .bytes = "nine"};
    CHECK_EQUAL(0, msgsnd(queue, &message, 5, 0));
    message.type = 0;
    CHECK_ERRNO(EINVAL, msgsnd(queue, &message, 5, 0));
    message.type = 1;
    CHECK_ERRNO(EINVAL, msgsnd(queue, &message, 8193, 0));
    struct msqid_ds info;
    CHECK_EQUAL(0, msgctl(queue, IPC_STAT, &info));
    CHECK_EQUAL(3, info.msg_qnum);
    CHECK_EQUAL(14, info.__msg_cbytes);
    CHECK_EQUAL(16384, info.msg_qbytes);
    CHECK_EQUAL(getpid(), info.msg_lspid);
    CHECK_EQUAL(4, msgrcv(queue, &message, sizeof message.bytes, -5, 0));
    CHECK_EQUAL(2, message.type);
    CHECK_ERRNO(E2BIG, msgrcv(queue, &message, 3, 9, 0));
    CHECK_EQUAL(3, msgrcv(queue, &message, 3, 9, MSG_NOERROR));
    CHECK_ERRNO(ENOMSG, msgrcv(queue, &message, 3, 9, IPC_NOWAIT));
    CHECK_ERRNO(ENOMSG, msgrcv(queue, &message, 64, 5, IPC_NOWAIT | MSG_EXCEPT));
    CHECK_EQUAL(5, msgrcv(queue, &message, 64, 0, 0));
    CHECK_EQUAL(0, strcmp(message.bytes, "five"));
    pthread_t thread;
    pthread_create(&thread, NULL, send_later, NULL);
    CHECK_EQUAL(6, msgrcv(queue, &message, 64, 3, 0));
    pthread_join(thread, NULL);
    CHECK_EQUAL(0, msgctl(queue, IPC_STAT, &info));
    info.msg_qbytes = 100;
    CHECK_EQUAL(0, msgctl(queue, IPC_SET, &info));
    CHECK_EQUAL(0, msgsnd(queue, &message, 60, 0));
    CHECK_ERRNO(EAGAIN, msgsnd(queue, &message, 60, IPC_NOWAIT));
    pthread_create(&thread, NULL, receive_later, NULL);
    CHECK_EQUAL(0, msgsnd(queue, &message, 60, 0));
    pthread_join(thread, NULL);
    ualarm(20000, 20000);
    CHECK_ERRNO(EINTR, msgrcv(queue, &message, 64, 77, 0));
    ualarm(0, 0);
    CHECK_EQUAL(0, msgctl(queue, IPC_RMID, NULL));
    CHECK_ERRNO(EINVAL, msgsnd(queue, &message, 1, 0));
}

int main(void)
{
    shared_memory();
    semaphores();
    messages();
    return check_done();
}
