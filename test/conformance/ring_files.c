/* io_uring_enter(2), io_uring_register(2): requests on files, pipes and sockets; what is registered. */
#include "ring.h"

#include <sys/resource.h>

static void test_files(void)
{
    struct ring r;
    char name[] = "/tmp/rings.XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    char out[64] = "abcdefghijklmnopqrstuvwxyz", in[64] = "";
    next(&r, IORING_OP_WRITE, fd, out, 26, 0, 1);
    CHECK_EQUAL(26, one(&r));
    next(&r, IORING_OP_READ, fd, in, 64, 10, 1);
    CHECK_EQUAL(16, one(&r));
    CHECK_EQUAL(0, memcmp(in, out + 10, 16));
    struct iovec v[2] = {{out, 3}, {out + 20, 6}};
    next(&r, IORING_OP_WRITEV, fd, v, 2, 26, 1);
    CHECK_EQUAL(9, one(&r));
    v[0] = (struct iovec){in, 4};
    v[1] = (struct iovec){in + 4, 5};
    next(&r, IORING_OP_READV, fd, v, 2, 26, 1);
    CHECK_EQUAL(9, one(&r));
    CHECK_EQUAL(0, memcmp(in, "abcuvwxyz", 9));
    /* -1 is the file's own place. */
    CHECK_EQUAL(5, lseek(fd, 5, SEEK_SET));
    next(&r, IORING_OP_READ, fd, in, 3, -1, 1);
    CHECK_EQUAL(3, one(&r));
    CHECK_EQUAL(0, memcmp(in, "fgh", 3));
    CHECK_EQUAL(8, lseek(fd, 0, SEEK_CUR));
    next(&r, IORING_OP_READ, fd, in, 3, 1000, 1);
    CHECK_EQUAL(0, one(&r));
    next(&r, IORING_OP_READ, fd, (void *)8, 3, 0, 1);
    CHECK_EQUAL(-EFAULT, one(&r));
    next(&r, IORING_OP_READ, -1, in, 3, 0, 1);
    CHECK_EQUAL(-EBADF, one(&r));
    next(&r, IORING_OP_FSYNC, fd, NULL, 0, 0, 1);
    CHECK_EQUAL(0, one(&r));
    next(&r, IORING_OP_FSYNC, fd, NULL, 0, 0, 1)->fsync_flags = IORING_FSYNC_DATASYNC;
    CHECK_EQUAL(0, one(&r));
    next(&r, IORING_OP_FSYNC, fd, NULL, 0, 0, 1)->fsync_flags = 8;
    CHECK_EQUAL(-EINVAL, one(&r));
    next(&r, IORING_OP_FALLOCATE, fd, (void *)1000, 0, 100, 1);
    CHECK_EQUAL(0, one(&r));
    struct stat st;
    CHECK_EQUAL(0, fstat(fd, &st));
    CHECK_EQUAL(1100, st.st_size);
    struct statx sx;
    memset(&sx, 0, sizeof sx);
    next(&r, IORING_OP_STATX, AT_FDCWD, name, STATX_SIZE, (uintptr_t)&sx, 1);
    CHECK_EQUAL(0, one(&r));
    CHECK_EQUAL(1100, sx.stx_size);
    next(&r, IORING_OP_OPENAT, AT_FDCWD, name, 0, 0, 1)->open_flags = O_RDONLY;
    int opened = one(&r);
    CHECK(opened > fd);
    CHECK_EQUAL(3, pread(opened, in, 3, 0));
    next(&r, IORING_OP_CLOSE, opened, NULL, 0, 0, 1);
    CHECK_EQUAL(0, one(&r));
    CHECK_ERRNO(EBADF, fcntl(opened, F_GETFD));
    next(&r, IORING_OP_CLOSE, opened, NULL, 0, 0, 1);
    CHECK_EQUAL(-EBADF, one(&r));
    next(&r, IORING_OP_CLOSE, r.fd, NULL, 0, 0, 1);
    CHECK_EQUAL(-EBADF, one(&r));
    next(&r, IORING_OP_OPENAT, AT_FDCWD, "/nowhere/at/all", 0, 0, 1)->open_flags = O_RDONLY;
    CHECK_EQUAL(-ENOENT, one(&r));
    char other[64];
    snprintf(other, sizeof other, "%s.2", name);
    next(&r, IORING_OP_RENAMEAT, AT_FDCWD, name, AT_FDCWD, (uintptr_t)other, 1);
    CHECK_EQUAL(0, one(&r));
    CHECK_ERRNO(ENOENT, access(name, F_OK));
    next(&r, IORING_OP_UNLINKAT, AT_FDCWD, other, 0, 0, 1);
    CHECK_EQUAL(0, one(&r));
    CHECK_ERRNO(ENOENT, access(other, F_OK));
    next(&r, IORING_OP_MKDIRAT, AT_FDCWD, name, 0700, 0, 1);
    CHECK_EQUAL(0, one(&r));
    next(&r, IORING_OP_UNLINKAT, AT_FDCWD, name, 0, 0, 1)->unlink_flags = AT_REMOVEDIR;
    CHECK_EQUAL(0, one(&r));
    close(fd);
    close_ring(&r);
}

/* Who asks a ring to make a file too large gets no signal, since it is a kernel thread that does it. */
static void test_size_limit(void)
{
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct ring r;
        struct rlimit limit = {65536, 65536};
        int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
        int failed = open_ring(&r, 4, 0, 0) | setrlimit(RLIMIT_FSIZE, &limit);
        next(&r, IORING_OP_FALLOCATE, fd, (void *)131072, 0, 0, 1);
        _exit(failed || one(&r) != -EFBIG);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void test_pipes(void)
{
    struct ring r;
    int p[2];
    char in[8] = "";
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    CHECK_EQUAL(0, pipe(p));
    next(&r, IORING_OP_READ, p[0], in, 8, 0, 1);
    CHECK_EQUAL(1, submit(&r, 0));
    CHECK_EQUAL(0, ready(&r));
    struct pollfd pfd = {.fd = r.fd, .events = POLLIN};
    CHECK_EQUAL(0, poll(&pfd, 1, 0));
    CHECK_EQUAL(3, write(p[1], "one", 3));
    CHECK_EQUAL(1, poll(&pfd, 1, -1));
    CHECK_EQUAL(3, reap(&r).res);
    CHECK_EQUAL(0, memcmp(in, "one", 3));
    /* O_NONBLOCK is about calls, not requests; RWF_NOWAIT is about this one. */
    CHECK_EQUAL(0, fcntl(p[0], F_SETFL, O_NONBLOCK));
    next(&r, IORING_OP_READ, p[0], in, 8, 0, 1);
    CHECK_EQUAL(1, submit(&r, 0));
    CHECK_EQUAL(0, ready(&r));
    CHECK_EQUAL(3, write(p[1], "two", 3));
    CHECK_EQUAL(3, reap(&r).res);
    CHECK_EQUAL(0, fcntl(p[0], F_SETFL, 0));
    next(&r, IORING_OP_READ, p[0], in, 8, 0, 1)->rw_flags = 8;
    CHECK_EQUAL(-EAGAIN, one(&r));
    /* Ends with the other end. */
    next(&r, IORING_OP_READ, p[0], in, 8, 0, 1);
    CHECK_EQUAL(1, submit(&r, 0));
    close(p[1]);
    CHECK_EQUAL(0, reap(&r).res);
    close(p[0]);
    /* From a file at an offset into a pipe, and on. */
    int file = open("/proc/self/exe", O_RDONLY), null = open("/dev/null", O_WRONLY);
    CHECK_EQUAL(0, pipe(p));
    struct io_uring_sqe *sqe = next(&r, IORING_OP_SPLICE, p[1], NULL, 3, -1, 1);
    sqe->splice_off_in = 1;
    sqe->splice_fd_in = file;
    CHECK_EQUAL(3, one(&r));
    CHECK_EQUAL(0, lseek(file, 0, SEEK_CUR));
    CHECK_EQUAL(3, read(p[0], in, 8));
    CHECK_EQUAL(0, memcmp(in, "ELF", 3));
    CHECK_EQUAL(4, write(p[1], "pass", 4));
    sqe = next(&r, IORING_OP_SPLICE, null, NULL, 4, -1, 1);
    sqe->splice_off_in = -1;
    sqe->splice_fd_in = p[0];
    CHECK_EQUAL(4, one(&r));
    close(p[0]);
    close(p[1]);
    close(file);
    close(null);
    /* Cancelled. */
    CHECK_EQUAL(0, pipe(p));
    next(&r, IORING_OP_READ, p[0], in, 8, 0, 1);
    CHECK_EQUAL(1, submit(&r, 0));
    next(&r, IORING_OP_ASYNC_CANCEL, -1, (void *)1, 0, 0, 2);
    CHECK_EQUAL(1, submit(&r, 2));
    int res[2];
    reap_all(&r, 2, res);
    CHECK_EQUAL(-ECANCELED, res[0]);
    CHECK_EQUAL(0, res[1]);
    next(&r, IORING_OP_ASYNC_CANCEL, -1, (void *)77, 0, 0, 2);
    CHECK_EQUAL(-ENOENT, one(&r));
    CHECK_EQUAL(2, write(p[1], "ok", 2));
    CHECK_EQUAL(2, read(p[0], in, 8));
    /* Two of a descriptor at once. */
    next(&r, IORING_OP_READ, p[0], in, 8, 0, 1);
    next(&r, IORING_OP_READ, p[0], in, 8, 0, 2);
    CHECK_EQUAL(2, submit(&r, 0));
    next(&r, IORING_OP_ASYNC_CANCEL, p[0], NULL, 0, 0, 3)->cancel_flags = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL;
    CHECK_EQUAL(1, submit(&r, 3));
    int three[3];
    reap_all(&r, 3, three);
    CHECK_EQUAL(-ECANCELED, three[0]);
    CHECK_EQUAL(-ECANCELED, three[1]);
    CHECK_EQUAL(2, three[2]);
    close(p[0]);
    close(p[1]);
    close_ring(&r);
}

static void test_registered(void)
{
    struct ring r;
    int p[2];
    char in[16] = "";
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    CHECK_EQUAL(0, pipe(p));
    int files[3] = {p[0], -1, p[1]};
    CHECK_ERRNO(ENXIO, reg(r.fd, IORING_UNREGISTER_FILES, NULL, 0));
    CHECK_EQUAL(0, reg(r.fd, IORING_REGISTER_FILES, files, 3));
    CHECK_ERRNO(EBUSY, reg(r.fd, IORING_REGISTER_FILES, files, 3));
    close(p[0]);
    close(p[1]);
    next(&r, IORING_OP_WRITE, 2, "fixed", 5, 0, 1)->flags = IOSQE_FIXED_FILE;
    CHECK_EQUAL(5, one(&r));
    next(&r, IORING_OP_READ, 0, in, 5, 0, 1)->flags = IOSQE_FIXED_FILE;
    CHECK_EQUAL(5, one(&r));
    CHECK_EQUAL(0, memcmp(in, "fixed", 5));
    next(&r, IORING_OP_READ, 1, in, 5, 0, 1)->flags = IOSQE_FIXED_FILE;
    CHECK_EQUAL(-EBADF, one(&r));
    next(&r, IORING_OP_READ, 3, in, 5, 0, 1)->flags = IOSQE_FIXED_FILE;
    CHECK_EQUAL(-EBADF, one(&r));
    /* Opened straight into the table, and closed there. */
    struct io_uring_sqe *sqe = next(&r, IORING_OP_OPENAT, AT_FDCWD, "/dev/zero", 0, 0, 1);
    sqe->open_flags = O_RDONLY;
    sqe->file_index = 2;
    CHECK_EQUAL(0, one(&r));
    next(&r, IORING_OP_READ, 1, in, 5, 0, 1)->flags = IOSQE_FIXED_FILE;
    CHECK_EQUAL(5, one(&r));
    CHECK_EQUAL(0, in[0]);
    next(&r, IORING_OP_CLOSE, 0, NULL, 0, 0, 1)->file_index = 2;
    CHECK_EQUAL(0, one(&r));
    next(&r, IORING_OP_CLOSE, 0, NULL, 0, 0, 1)->file_index = 2;
    CHECK_EQUAL(-EBADF, one(&r));
    struct io_uring_file_index_range range = {.off = 2, .len = 2};
    CHECK_ERRNO(EINVAL, reg(r.fd, IORING_REGISTER_FILE_ALLOC_RANGE, &range, 0));
    range.len = ~1u;
    CHECK_ERRNO(EOVERFLOW, reg(r.fd, IORING_REGISTER_FILE_ALLOC_RANGE, &range, 0));
    int gone = -1;
    struct io_uring_files_update update = {.offset = 0, .fds = (uintptr_t)&gone};
    CHECK_EQUAL(1, reg(r.fd, IORING_REGISTER_FILES_UPDATE, &update, 1));
    next(&r, IORING_OP_READ, 0, in, 5, 0, 1)->flags = IOSQE_FIXED_FILE;
    CHECK_EQUAL(-EBADF, one(&r));
    CHECK_EQUAL(0, reg(r.fd, IORING_UNREGISTER_FILES, NULL, 0));
    next(&r, IORING_OP_FILES_UPDATE, -1, &gone, 1, IORING_FILE_INDEX_ALLOC, 1);
    CHECK_EQUAL(-ENXIO, one(&r));
    /* Buffers. */
    char *buffer = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec v = {buffer, 8192};
    CHECK_ERRNO(ENXIO, reg(r.fd, IORING_UNREGISTER_BUFFERS, NULL, 0));
    CHECK_EQUAL(0, reg(r.fd, IORING_REGISTER_BUFFERS, &v, 1));
    CHECK_ERRNO(EBUSY, reg(r.fd, IORING_REGISTER_BUFFERS, &v, 1));
    int fd = open("/dev/zero", O_RDWR);
    memset(buffer, 'z', 8192);
    next(&r, IORING_OP_READ_FIXED, fd, buffer + 100, 5000, 0, 1);
    CHECK_EQUAL(5000, one(&r));
    CHECK_EQUAL('z', buffer[99]);
    CHECK_EQUAL(0, buffer[100]);
    CHECK_EQUAL('z', buffer[5100]);
    next(&r, IORING_OP_WRITE_FIXED, fd, buffer, 8192, 0, 1);
    CHECK_EQUAL(8192, one(&r));
    next(&r, IORING_OP_READ_FIXED, fd, buffer + 8000, 500, 0, 1);
    CHECK_EQUAL(-EFAULT, one(&r));
    next(&r, IORING_OP_READ_FIXED, fd, buffer, 500, 0, 1)->buf_index = 1;
    CHECK_EQUAL(-EFAULT, one(&r));
    CHECK_EQUAL(0, reg(r.fd, IORING_UNREGISTER_BUFFERS, NULL, 0));
    close(fd);
    /* An eventfd. */
    int events = eventfd(0, EFD_NONBLOCK);
    uint64_t count = 0;
    CHECK_EQUAL(0, reg(r.fd, IORING_REGISTER_EVENTFD, &events, 1));
    CHECK_ERRNO(EBUSY, reg(r.fd, IORING_REGISTER_EVENTFD, &events, 1));
    next(&r, IORING_OP_NOP, -1, NULL, 0, 0, 1);
    CHECK_EQUAL(0, one(&r));
    CHECK_EQUAL(8, read(events, &count, 8));
    CHECK_EQUAL(1, count);
    CHECK_EQUAL(0, reg(r.fd, IORING_UNREGISTER_EVENTFD, NULL, 0));
    close(events);
    struct {
        struct io_uring_probe head;
        struct io_uring_probe_op ops[64];
    } probe;
    memset(&probe, 0, sizeof probe);
    CHECK_EQUAL(0, reg(r.fd, IORING_REGISTER_PROBE, &probe, 64));
    CHECK(probe.head.last_op >= IORING_OP_GETXATTR);
    CHECK(probe.ops[IORING_OP_READ].flags & IO_URING_OP_SUPPORTED);
    CHECK_EQUAL(IORING_OP_READ, probe.ops[IORING_OP_READ].op);
    close_ring(&r);
}

static void test_sockets(void)
{
    struct ring r;
    int res[3];
    CHECK_EQUAL(0, open_ring(&r, 8, 0, 0));
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = sizeof(sa_family_t) + 1
            + snprintf(address.sun_path + 1, 90, "rings-%d", getpid());
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(server, (struct sockaddr *)&address, length));
    CHECK_EQUAL(0, listen(server, 8));
    next(&r, IORING_OP_ACCEPT, server, NULL, 0, 0, 1);
    CHECK_EQUAL(1, submit(&r, 0));
    next(&r, IORING_OP_CONNECT, client, &address, 0, length, 2);
    CHECK_EQUAL(1, submit(&r, 2));
    reap_all(&r, 2, res);
    int accepted = res[0];
    CHECK(accepted > 0);
    CHECK_EQUAL(0, res[1]);
    char in[16] = "", control[8] = "";
    next(&r, IORING_OP_RECV, accepted, in, 16, 0, 1);
    CHECK_EQUAL(1, submit(&r, 0));
    next(&r, IORING_OP_SEND, client, "hello", 5, 0, 2);
    CHECK_EQUAL(1, submit(&r, 2));
    reap_all(&r, 2, res);
    CHECK_EQUAL(5, res[0]);
    CHECK_EQUAL(5, res[1]);
    struct iovec v = {control, 8};
    struct msghdr message = {.msg_iov = &v, .msg_iovlen = 1};
    next(&r, IORING_OP_RECVMSG, client, &message, 1, 0, 1);
    CHECK_EQUAL(1, submit(&r, 0));
    struct iovec w = {"message", 7};
    struct msghdr out = {.msg_iov = &w, .msg_iovlen = 1};
    next(&r, IORING_OP_SENDMSG, accepted, &out, 1, 0, 2);
    CHECK_EQUAL(1, submit(&r, 2));
    reap_all(&r, 2, res);
    CHECK_EQUAL(7, res[0]);
    CHECK_EQUAL(0, memcmp(control, "message", 7));
    /* Provided buffers: one is taken when there is data. */
    static char pool[4][32];
    struct io_uring_sqe *sqe = next(&r, IORING_OP_PROVIDE_BUFFERS, 4, pool, 32, 10, 1);
    sqe->buf_group = 7;
    CHECK(one(&r) >= 0);
    sqe = next(&r, IORING_OP_RECV, accepted, NULL, 32, 0, 1);
    sqe->flags = IOSQE_BUFFER_SELECT;
    sqe->buf_group = 7;
    CHECK_EQUAL(1, submit(&r, 0));
    CHECK_EQUAL(3, send(client, "buf", 3, 0));
    struct done cqe = reap(&r);
    CHECK_EQUAL(3, cqe.res);
    CHECK(cqe.flags & IORING_CQE_F_BUFFER);
    unsigned which = cqe.flags >> IORING_CQE_BUFFER_SHIFT;
    CHECK(which >= 10 && which < 14);
    if (which >= 10 && which < 14)
        CHECK_EQUAL(0, memcmp(pool[which - 10], "buf", 3));
    next(&r, IORING_OP_REMOVE_BUFFERS, 10, NULL, 0, 0, 1)->buf_group = 7;
    CHECK_EQUAL(3, one(&r));
    sqe = next(&r, IORING_OP_RECV, accepted, NULL, 32, 0, 1);
    sqe->flags = IOSQE_BUFFER_SELECT;
    sqe->buf_group = 7;
    CHECK_EQUAL(1, send(client, "x", 1, 0));
    CHECK_EQUAL(-ENOBUFS, one(&r));
    CHECK_EQUAL(1, recv(accepted, in, 16, 0));
    /* Many accepts of one request. */
    next(&r, IORING_OP_ACCEPT, server, NULL, 0, 0, 1)->ioprio = IORING_ACCEPT_MULTISHOT;
    CHECK_EQUAL(1, submit(&r, 0));
    for (int i = 0; i < 3; i++) {
        int more = socket(AF_UNIX, SOCK_STREAM, 0);
        CHECK_EQUAL(0, connect(more, (struct sockaddr *)&address, length));
        cqe = reap(&r);
        CHECK(cqe.res > 0);
        CHECK(cqe.flags & IORING_CQE_F_MORE);
        close(cqe.res);
        close(more);
    }
    next(&r, IORING_OP_SHUTDOWN, client, NULL, SHUT_RDWR, 0, 5);
    CHECK_EQUAL(1, submit(&r, 1));
    CHECK_EQUAL(0, reap(&r).res);
    close(accepted);
    close(client);
    close(server);
    close_ring(&r);
}

int main(void)
{
    if (HOST_LACKS(ring_is_refused()))
        return check_skipped("this kernel does not let us use io_uring");
    test_files();
    test_size_limit();
    test_pipes();
    test_registered();
    test_sockets();
    return check_done();
}
