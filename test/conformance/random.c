/* getrandom(2): what it refuses, and that a signal ends a long one with what there is. */
#include "check.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/time.h>

enum { LONG_BYTES = 64 << 20 };

static volatile sig_atomic_t alarms;

static void on_alarm(int signal)
{
    (void)signal;
    alarms++;
}

static void refusals(void)
{
    char byte;
    CHECK_ERRNO(EINVAL, getrandom(&byte, 1, 8));
    CHECK_ERRNO(EFAULT, getrandom((void *)1, 1, 0));
    CHECK_EQUAL(0, getrandom(&byte, 0, 0));
    CHECK_EQUAL(1, getrandom(&byte, 1, GRND_NONBLOCK));
}

static void all_of_a_long_one(char *bytes)
{
    CHECK_EQUAL(8 << 20, getrandom(bytes, 8 << 20, 0));
    int zeros = 0;
    for (int i = 0; i < 8 << 20; i += 4096) {
        zeros += bytes[i] == 0;
    }
    CHECK(zeros < 64);
}

static void a_signal_ends_a_long_one(char *bytes)
{
    struct sigaction action = {.sa_handler = on_alarm};
    /* Again and again: the first may come before the call does. */
    struct itimerval soon = {{0, 10000}, {0, 10000}}, never = {0};
    CHECK_EQUAL(0, sigaction(SIGALRM, &action, NULL));
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &soon, NULL));
    ssize_t got = getrandom(bytes, LONG_BYTES, 0);
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &never, NULL));
    CHECK(alarms > 0);
    CHECK(got > 0 && got < LONG_BYTES);
}

int main(void)
{
    char *bytes = malloc(LONG_BYTES);
    CHECK(bytes != NULL);
    refusals();
    all_of_a_long_one(bytes);
    a_signal_ends_a_long_one(bytes);
    return check_done();
}
