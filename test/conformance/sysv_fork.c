/* System V IPC between processes: attachments over fork(2) and exit(2), SEM_UNDO, waking each other. */
#include "check.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>

static int operate(int set, int change, int flags)
{
    struct sembuf one = {.sem_num = 0, .sem_op = change, .sem_flg = flags};
    return semop(set, &one, 1);
}

int main(void)
{
    struct shmid_ds info;
    int segment = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600), set = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    int *shared = shmat(segment, NULL, 0), status;
    CHECK(shared != (void *)-1 && set >= 0);
    pid_t child = fork();
    if (child == 0) {
        shared[5] = 42;
        shmctl(segment, IPC_STAT, &info);
        _exit(operate(set, 3, SEM_UNDO) == 0 && info.shm_nattch == 2 ? 7 : 1);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(7, WEXITSTATUS(status));
    CHECK_EQUAL(42, shared[5]);
    CHECK_EQUAL(0, shmctl(segment, IPC_STAT, &info));
    CHECK_EQUAL(1, info.shm_nattch);
    CHECK_EQUAL(0, semctl(set, 0, GETVAL));
    CHECK_EQUAL(child, semctl(set, 0, GETPID));

    child = fork();
    if (child == 0) {
        operate(set, 1, 0);
        _exit(operate(set, -2, 0) == 0 ? 0 : 1);
    }
    CHECK_EQUAL(0, operate(set, -1, 0));
    CHECK_EQUAL(0, operate(set, 2, 0));
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);

    int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    struct {
        long type;
        pid_t pid;
    } message = {0, 0};
    child = fork();
    if (child == 0) {
        message.type = 4;
        message.pid = getpid();
        _exit(msgsnd(queue, &message, sizeof message.pid, 0) != 0);
    }
    CHECK_EQUAL(sizeof message.pid, msgrcv(queue, &message, sizeof message.pid, 4, 0));
    CHECK_EQUAL(child, message.pid);
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, semctl(set, 0, IPC_RMID));
    CHECK_EQUAL(0, msgctl(queue, IPC_RMID, NULL));
    CHECK_EQUAL(0, shmctl(segment, IPC_RMID, NULL));
    CHECK_EQUAL(0, shmdt(shared));
    return check_done();
}
