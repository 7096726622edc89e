/* An io_uring as a program sees it, without liburing: what the programs that test it share. */
#ifndef RING_H
#define RING_H

#include "check.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

struct done {
    uint64_t user_data;
    int res;
    unsigned flags;
};

struct ring {
    int fd;
    unsigned *sq_head, *sq_tail, *sq_mask, *sq_flags, *sq_array;
    unsigned *cq_head, *cq_tail, *cq_mask, *cq_overflow;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
    struct io_uring_params p;
    unsigned pending;
    void *queues;
    size_t queues_bytes, sqes_bytes;
};

static inline int setup(unsigned entries, struct io_uring_params *p)
{
    return syscall(SYS_io_uring_setup, entries, p);
}

static inline int enter(int fd, unsigned submit, unsigned wait, unsigned flags, void *arg, size_t size)
{
    return syscall(SYS_io_uring_enter, fd, submit, wait, flags, arg, size);
}

static inline int reg(int fd, unsigned op, const void *arg, unsigned count)
{
    return syscall(SYS_io_uring_register, fd, op, arg, count);
}

static inline int open_ring(struct ring *r, unsigned entries, unsigned flags, unsigned cq_entries)
{
    memset(r, 0, sizeof *r);
    r->p.flags = flags | (cq_entries ? IORING_SETUP_CQSIZE : 0);
    r->p.cq_entries = cq_entries;
    r->fd = setup(entries, &r->p);
    if (r->fd < 0)
        return -1;
    size_t sq = r->p.sq_off.array + r->p.sq_entries * sizeof(unsigned);
    size_t cq = r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe);
    r->queues_bytes = sq > cq ? sq : cq;
    char *q = mmap(NULL, r->queues_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQ_RING);
    r->sqes_bytes = r->p.sq_entries * sizeof(struct io_uring_sqe);
    r->sqes = mmap(NULL, r->sqes_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQES);
    if (q == MAP_FAILED || r->sqes == MAP_FAILED)
        return -1;
    r->queues = q;
    r->sq_head = (unsigned *)(q + r->p.sq_off.head);
    r->sq_tail = (unsigned *)(q + r->p.sq_off.tail);
    r->sq_mask = (unsigned *)(q + r->p.sq_off.ring_mask);
    r->sq_flags = (unsigned *)(q + r->p.sq_off.flags);
    r->sq_array = (unsigned *)(q + r->p.sq_off.array);
    r->cq_head = (unsigned *)(q + r->p.cq_off.head);
    r->cq_tail = (unsigned *)(q + r->p.cq_off.tail);
    r->cq_mask = (unsigned *)(q + r->p.cq_off.ring_mask);
    r->cq_overflow = (unsigned *)(q + r->p.cq_off.overflow);
    r->cqes = (struct io_uring_cqe *)(q + r->p.cq_off.cqes);
    return 0;
}

static inline void close_ring(struct ring *r)
{
    munmap(r->queues, r->queues_bytes);
    munmap(r->sqes, r->sqes_bytes);
    close(r->fd);
}

static inline struct io_uring_sqe *next(struct ring *r, int op, int fd, const void *addr, unsigned len, uint64_t off,
                                 uint64_t data)
{
    unsigned index = (*r->sq_tail + r->pending) & *r->sq_mask;
    struct io_uring_sqe *sqe = &r->sqes[index];
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = op;
    sqe->fd = fd;
    sqe->addr = (uintptr_t)addr;
    sqe->len = len;
    sqe->off = off;
    sqe->user_data = data;
    r->sq_array[index] = index;
    r->pending++;
    return sqe;
}

static inline int submit(struct ring *r, unsigned wait)
{
    unsigned count = r->pending;
    r->pending = 0;
    __atomic_store_n(r->sq_tail, *r->sq_tail + count, __ATOMIC_RELEASE);
    return enter(r->fd, count, wait, wait ? IORING_ENTER_GETEVENTS : 0, NULL, 0);
}

static inline unsigned ready(struct ring *r)
{
    return __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE) - *r->cq_head;
}

/* Takes the next completion, waiting for it. */
static inline struct done reap(struct ring *r)
{
    while (!ready(r)) {
        if (enter(r->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0 && errno != EINTR) {
            CHECK(!"waiting for a completion");
            return (struct done){.res = -9999};
        }
    }
    struct io_uring_cqe *cqe = &r->cqes[*r->cq_head & *r->cq_mask];
    struct done done = {cqe->user_data, cqe->res, cqe->flags};
    __atomic_store_n(r->cq_head, *r->cq_head + 1, __ATOMIC_RELEASE);
    return done;
}

/* Takes count completions in any order; res[i] is that of the request with user_data i + 1. */
static inline void reap_all(struct ring *r, int count, int *res)
{
    for (int i = 0; i < count; i++)
        res[i] = -9999;
    for (int i = 0; i < count; i++) {
        struct done cqe = reap(r);
        CHECK(cqe.user_data >= 1 && cqe.user_data <= (unsigned)count);
        if (cqe.user_data >= 1 && cqe.user_data <= (unsigned)count)
            res[cqe.user_data - 1] = cqe.res;
    }
}

static inline int one(struct ring *r)
{
    CHECK_EQUAL(1, submit(r, 1));
    return reap(r).res;
}

/* Whether the kernel has none, or does not let us. */
static inline int ring_is_refused(void)
{
    struct io_uring_params p = {0};
    int fd = setup(1, &p);
    if (fd >= 0)
        close(fd);
    return fd < 0 && (errno == ENOSYS || errno == EPERM);
}

#endif
