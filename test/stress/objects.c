/*
 * Objects that are no files without end, see stress.h: requests of io_uring and of aio, and what System V has.
 */
#include "stress.h"
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>

enum { ENTRIES = 1024, SETS = 32000, MESSAGES = 16384 };

/* ---- io_uring ---- */

struct ring {
    int fd;
    unsigned *tail, *mask, *array;
    struct io_uring_sqe *entries;
};

static int open_ring(struct ring *ring)
{
    struct io_uring_params p;
    memset(&p, 0, sizeof p);
    ring->fd = syscall(SYS_io_uring_setup, ENTRIES, &p);
    if (ring->fd < 0) {
        return -1;
    }
    size_t bytes = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe) + ENTRIES * sizeof(unsigned);
    char *queues = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
    void *entries = mmap(NULL, ENTRIES * sizeof *ring->entries, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
            IORING_OFF_SQES);
    if (queues == MAP_FAILED || entries == MAP_FAILED) {
        return -1;
    }
    ring->entries = entries;
    ring->tail = (unsigned *) (queues + p.sq_off.tail);
    ring->mask = (unsigned *) (queues + p.sq_off.ring_mask);
    ring->array = (unsigned *) (queues + p.sq_off.array);
    return 0;
}

static void take_requests(int operation)
{
    struct ring ring = {0};
    int ends[2];
    char byte;
    EXPECT(open_ring(&ring) == 0 && pipe(ends) == 0);
    int taken = 0, some = ENTRIES;
    while (taken < MANY && some == ENTRIES) {
        for (unsigned i = 0; i < ENTRIES; i++) {
            unsigned index = (*ring.tail + i) & *ring.mask;
            struct io_uring_sqe *entry = &ring.entries[index];
            memset(entry, 0, sizeof *entry);
            entry->opcode = operation;
            entry->fd = operation == IORING_OP_PROVIDE_BUFFERS ? ENTRIES : ends[0];
            entry->addr = operation == IORING_OP_POLL_ADD ? 0 : (unsigned long) &byte;
            entry->len = operation == IORING_OP_POLL_ADD ? 0 : 1;
            entry->buf_group = operation == IORING_OP_PROVIDE_BUFFERS ? taken / ENTRIES : 0;
            entry->poll32_events = operation == IORING_OP_POLL_ADD ? POLLIN : 0;
            ring.array[index] = index;
        }
        __atomic_store_n(ring.tail, *ring.tail + ENTRIES, __ATOMIC_RELEASE);
        some = syscall(SYS_io_uring_enter, ring.fd, ENTRIES, 0, 0, NULL, 0);
        taken += some > 0 ? some : 0;
    }
    EXPECT(taken > ENTRIES && (some >= 0 || errno == EAGAIN));
}

static void take_reads(void)
{
    take_requests(IORING_OP_READ);
}

static void take_polls(void)
{
    take_requests(IORING_OP_POLL_ADD);
}

static void provide_buffers(void)
{
    take_requests(IORING_OP_PROVIDE_BUFFERS);
}

static void register_buffers(void)
{
    enum { BUFFERS = 16384 };
    static char byte;
    static struct iovec vector[BUFFERS];
    struct rlimit limit = {MANY, MANY};
    EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    for (int i = 0; i < BUFFERS; i++) {
        vector[i] = (struct iovec) {&byte, 1};
    }
    int made = 0, error = 0;
    while (made < MANY && error == 0) {
        struct io_uring_params p;
        memset(&p, 0, sizeof p);
        int fd = syscall(SYS_io_uring_setup, 1, &p);
        error = fd < 0 ? fd : syscall(SYS_io_uring_register, fd, IORING_REGISTER_BUFFERS, vector, BUFFERS);
        made++;
    }
    EXPECT(made > 1 && (errno == ENOMEM || errno == EMFILE || errno == ENFILE));
}

static void rings(void)
{
    int status = status_of(take_reads);
    EXPECT(status == 0 || was_killed(status));
    status = status_of(take_polls);
    EXPECT(status == 0 || was_killed(status));
    status = status_of(provide_buffers);
    EXPECT(status == 0 || was_killed(status));
    status = status_of(register_buffers);
    EXPECT(status == 0 || was_killed(status));
}

/* ---- aio ---- */

static void take_aio(void)
{
    enum { EVENTS = 65536 };
    int ends[2];
    EXPECT(pipe(ends) == 0);
    struct iocb block, *list = &block;
    memset(&block, 0, sizeof block);
    block.aio_lio_opcode = IOCB_CMD_POLL;
    block.aio_fildes = ends[0];
    block.aio_buf = POLLIN;
    int taken = 0, error = 0;
    while (taken < MANY && error == 0) {
        aio_context_t context = 0;
        error = syscall(SYS_io_setup, EVENTS, &context);
        for (int i = 0; i < EVENTS && error == 0; i++, taken++) {
            error = syscall(SYS_io_submit, context, 1, &list) == 1 ? 0 : -1;
        }
    }
    EXPECT(taken > 1000 && (error == 0 || errno == EAGAIN || errno == ENOMEM));
}

static void requests(void)
{
    int status = status_of(take_aio);
    EXPECT(status == 0 || was_killed(status));
}

/* ---- System V ---- */

static void semaphores(void)
{
    static int sets[SETS];
    int count = 0;
    struct sembuf give = {0, 1, SEM_UNDO};
    while (count < SETS && (sets[count] = semget(IPC_PRIVATE, SETS, 0600)) >= 0 && semop(sets[count], &give, 1) == 0) {
        count++;
    }
    EXPECT(count > 2 && count < SETS && errno == ENOMEM);
    int limit = count < SETS && sets[count] >= 0 ? count + 1 : count;
    for (int i = 0; i < limit; i++) {
        EXPECT(semctl(sets[i], 0, IPC_RMID) == 0);
    }
    int again = semget(IPC_PRIVATE, SETS, 0600);
    EXPECT(again >= 0 && semctl(again, 0, IPC_RMID) == 0);
}

static void messages(void)
{
    static int queues[SETS];
    int count = 0, error = 0;
    struct {
        long type;
    } message = {1};
    while (count < SETS && error == 0 && (queues[count] = msgget(IPC_PRIVATE, 0600)) >= 0) {
        for (int i = 0; i < MESSAGES && error == 0; i++) {
            error = msgsnd(queues[count], &message, 0, IPC_NOWAIT);
        }
        count++;
    }
    EXPECT(count > 0 && count < SETS && errno == ENOMEM);
    for (int i = 0; i < count; i++) {
        EXPECT(msgctl(queues[i], IPC_RMID, NULL) == 0);
    }
}

static const struct stress_case cases[] = {
    {"rings", rings}, {"requests", requests}, {"semaphores", semaphores}, {"messages", messages},
};

int main(int count, char **names)
{
    return run_cases(cases, sizeof cases / sizeof *cases, count, names);
}
