/* fcntl(2) record locks and open file description locks, flock(2). One process: conflicts come from open files. */
#include "check.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>

static int lock(int fd, int command, short type, off_t start, off_t length)
{
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
    return fcntl(fd, command, &range);
}

static int waited_error;

static void *wait_for_lock(void *fd)
{
    waited_error = lock(*(int *) fd, F_SETLKW, F_WRLCK, 0, 1) == 0 ? 0 : errno;
    return NULL;
}

/* Whoever waits for a lock of a descriptor that is closed meanwhile must not get one that no close would end. */
static void closed_meanwhile(const char *name)
{
    int waiting = open(name, O_RDWR);
    int holder = open(name, O_RDWR);
    pthread_t thread;
    CHECK_EQUAL(0, lock(holder, F_OFD_SETLK, F_WRLCK, 0, 1));
    CHECK_EQUAL(0, pthread_create(&thread, NULL, wait_for_lock, &waiting));
    usleep(100000);
    CHECK_EQUAL(0, close(waiting));
    CHECK_EQUAL(0, lock(holder, F_OFD_SETLK, F_UNLCK, 0, 1));
    CHECK_EQUAL(0, pthread_join(thread, NULL));
    CHECK_EQUAL(EBADF, waited_error);
    CHECK_EQUAL(0, lock(holder, F_OFD_SETLK, F_WRLCK, 0, 1));
    close(holder);
}

int main(void)
{
    char name[] = "/tmp/locks.XXXXXX";
    int one = mkstemp(name);
    int two = open(name, O_RDWR);
    CHECK_EQUAL(0, ftruncate(one, 100));

    CHECK_EQUAL(0, lock(one, F_SETLK, F_WRLCK, 0, 0));
    CHECK_EQUAL(0, lock(two, F_SETLK, F_WRLCK, 10, 5));
    CHECK_EQUAL(0, lock(one, F_SETLK, F_UNLCK, 0, 0));

    CHECK_EQUAL(0, lock(one, F_OFD_SETLK, F_WRLCK, 10, 10));
    CHECK_ERRNO(EAGAIN, lock(two, F_OFD_SETLK, F_RDLCK, 19, 1));
    CHECK_EQUAL(0, lock(two, F_OFD_SETLK, F_RDLCK, 20, 1));
    struct flock found = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
    CHECK_EQUAL(0, fcntl(two, F_OFD_GETLK, &found));
    CHECK_EQUAL(F_WRLCK, found.l_type);
    CHECK_EQUAL(10, found.l_start);
    CHECK_EQUAL(10, found.l_len);
    CHECK_EQUAL(-1, found.l_pid);
    CHECK_EQUAL(0, lock(one, F_OFD_SETLK, F_UNLCK, 12, 2));
    CHECK_EQUAL(0, lock(two, F_OFD_SETLK, F_WRLCK, 12, 2));
    CHECK_ERRNO(EAGAIN, lock(two, F_OFD_SETLK, F_WRLCK, 11, 1));
    CHECK_ERRNO(EAGAIN, lock(two, F_OFD_SETLK, F_WRLCK, 14, 1));
    close(one);
    CHECK_EQUAL(0, lock(two, F_OFD_SETLKW, F_WRLCK, 0, 0));
    found = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -10, .l_len = -5};
    CHECK_EQUAL(0, fcntl(two, F_OFD_GETLK, &found));
    CHECK_EQUAL(F_UNLCK, found.l_type);
    /* Since Linux 6.5 whoever asks for what is unlocked hears of its own locks. */
    found = (struct flock){.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 3, .l_len = 1};
    CHECK_ERRNO(EINVAL, fcntl(two, F_GETLK, &found));
    if (fcntl(two, F_OFD_GETLK, &found) == 0) {
        CHECK_EQUAL(F_WRLCK, found.l_type);
        CHECK(found.l_start == 0 && found.l_len == 0 && found.l_pid == -1);
        CHECK_EQUAL(0, lock(two, F_OFD_SETLK, F_UNLCK, 3, 1));
        found = (struct flock){.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 3, .l_len = 1};
        CHECK_EQUAL(0, fcntl(two, F_OFD_GETLK, &found));
        CHECK_EQUAL(F_UNLCK, found.l_type);
        CHECK_EQUAL(0, lock(two, F_OFD_SETLK, F_WRLCK, 3, 1));
    } else {
        CHECK_EQUAL(EINVAL, errno);
    }
    CHECK_ERRNO(EINVAL, lock(two, F_SETLK, F_WRLCK, -1, 1));
    CHECK_ERRNO(EINVAL, lock(two, F_SETLK, 77, 0, 1));
    CHECK_ERRNO(EFAULT, fcntl(two, F_SETLK, (void *)8));
    int reader = open(name, O_RDONLY);
    CHECK_ERRNO(EBADF, lock(reader, F_SETLK, F_WRLCK, 0, 1));
    CHECK_ERRNO(EBADF, lock(-1, F_SETLK, F_WRLCK, 0, 1));

    CHECK_EQUAL(0, flock(two, LOCK_EX));
    CHECK_ERRNO(EWOULDBLOCK, flock(reader, LOCK_SH | LOCK_NB));
    CHECK_EQUAL(0, flock(two, LOCK_SH));
    CHECK_EQUAL(0, flock(reader, LOCK_SH | LOCK_NB));
    CHECK_ERRNO(EWOULDBLOCK, flock(two, LOCK_EX | LOCK_NB));
    /* What was to be converted is gone with that. */
    CHECK_EQUAL(0, flock(reader, LOCK_EX | LOCK_NB));
    CHECK_EQUAL(0, flock(reader, LOCK_UN));
    CHECK_EQUAL(0, flock(two, LOCK_EX | LOCK_NB));
    int twin = dup(two);
    CHECK_EQUAL(0, flock(twin, LOCK_EX | LOCK_NB));
    close(twin);
    CHECK_ERRNO(EWOULDBLOCK, flock(reader, LOCK_SH | LOCK_NB));
    close(two);
    CHECK_EQUAL(0, flock(reader, LOCK_SH | LOCK_NB));
    CHECK_ERRNO(EINVAL, flock(reader, 77));
    CHECK_ERRNO(EBADF, flock(-1, LOCK_SH));
    closed_meanwhile(name);
    unlink(name);
    return check_done();
}
