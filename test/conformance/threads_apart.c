/* unshare(2) of one thread among others: directories, umask and mounts of its own, as in Go's runtime and in Samba. */
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int root_elsewhere;

static const char *where(void)
{
    static __thread char path[256];
    return getcwd(path, sizeof path) == NULL ? "nowhere" : path;
}

static mode_t mask_now(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return mask;
}

static void on_thread(void *(*work)(void *), void *argument)
{
    pthread_t thread;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, work, argument));
    CHECK_EQUAL(0, pthread_join(thread, NULL));
}

static void *is_with_its_maker(void *unused)
{
    CHECK(strcmp(where(), "/proc") == 0);
    CHECK_EQUAL(0, chdir("/proc/self"));
    umask(0007);
    return unused;
}

static void *goes_away(void *from)
{
    CHECK_EQUAL(0, unshare(CLONE_FS));
    CHECK(strcmp(where(), from) == 0);
    CHECK_EQUAL(0022, mask_now());
    CHECK_EQUAL(0, chdir("/proc"));
    umask(0077);
    /* A thread that it makes is where it is, and they stay together. */
    on_thread(is_with_its_maker, NULL);
    CHECK(strncmp(where(), "/proc/", 6) == 0);
    CHECK_EQUAL(0007, mask_now());
    /* So is a process, which goes on alone. */
    pid_t child = fork();
    if (child == 0)
        _exit(strncmp(where(), "/proc/", 6) == 0 && mask_now() == 0007 && chdir("/dev") == 0 ? 0 : 1);
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK_EQUAL(0, chdir("/proc"));
    CHECK_EQUAL(0, unshare(CLONE_FS));
    CHECK(strcmp(where(), "/proc") == 0);
    return NULL;
}

static void a_thread_has_places_of_its_own(void)
{
    CHECK_EQUAL(0, chdir("/"));
    umask(0022);
    on_thread(goes_away, "/");
    CHECK(strcmp(where(), "/") == 0);
    CHECK_EQUAL(0022, mask_now());
    /* It did not take anything along when it ended. */
    CHECK_EQUAL(0, chdir("/tmp"));
    on_thread(goes_away, "/tmp");
}

static void *has_other_mounts(void *directory)
{
    if (HOST_LACKS(unshare(CLONE_NEWNS) != 0))
        return NULL;
    CHECK_EQUAL(0, mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
    CHECK_EQUAL(0, mount("tmpfs", directory, "tmpfs", 0, NULL));
    CHECK_EQUAL(0, chdir(directory));
    CHECK_EQUAL(0, mkdir("here", 0755));
    root_elsewhere = 1;
    return NULL;
}

static void a_thread_has_mounts_of_its_own(void)
{
    char directory[] = "/tmp/threads_apart.XXXXXX", inside[64];
    CHECK(mkdtemp(directory) != NULL);
    on_thread(has_other_mounts, directory);
    snprintf(inside, sizeof inside, "%s/here", directory);
    if (root_elsewhere) {
        CHECK_ERRNO(ENOENT, access(inside, F_OK));
    }
    CHECK_EQUAL(0, rmdir(directory));
}

/* kill(2) takes the number of any thread for its process. */
static void *may_not(void *unused)
{
    CHECK(gettid() != getpid());
    CHECK_EQUAL(0, kill(gettid(), 0));
    CHECK_ERRNO(ESRCH, kill(-gettid(), 0));
    CHECK_ERRNO(EINVAL, unshare(CLONE_NEWUSER));
    CHECK_ERRNO(EINVAL, unshare(CLONE_VM));
    CHECK_ERRNO(EINVAL, unshare(CLONE_SIGHAND));
    CHECK_ERRNO(EINVAL, unshare(CLONE_THREAD));
    return unused;
}

/* execve(2) ends the others, and what was the thread's is the process's. */
static void *executes(void *program)
{
    CHECK_EQUAL(0, unshare(CLONE_FS));
    CHECK_EQUAL(0, chdir("/proc"));
    execl(program, program, "check", NULL);
    _exit(1);
}

static void a_thread_takes_its_places_along(char *program)
{
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQUAL(0, chdir("/"));
        on_thread(executes, program);
        _exit(1);
    }
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

int main(int count, char **arguments)
{
    (void)arguments;
    if (count > 1)
        return strcmp(where(), "/proc") != 0;
    a_thread_has_places_of_its_own();
    a_thread_has_mounts_of_its_own();
    on_thread(may_not, NULL);
    a_thread_takes_its_places_along("/proc/self/exe");
    return check_done();
}
