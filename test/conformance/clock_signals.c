/*
 * Signals that arrive while the program reads the clock, which is the vDSO's code, vdso(7); and what getitimer(2) says of
 * a timer that was stopped. The first went wrong once: sigreturn(2) took the host's vDSO for an address that no program
 * may return to.
 */
#include "check.h"
#include <signal.h>
#include <sys/time.h>
#include <time.h>

static volatile int caught;

static void on_alarm(int signal)
{
    (void)signal;
    caught++;
}

static void interrupted_clock(void)
{
    struct itimerval often = {{0, 2000}, {0, 2000}};
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &often, NULL));
    struct timespec start, now, previous;
    CHECK_EQUAL(0, clock_gettime(CLOCK_MONOTONIC, &start));
    previous = start;
    int backwards = 0;
    do {
        clock_gettime(CLOCK_MONOTONIC, &now);
        backwards += now.tv_sec < previous.tv_sec || (now.tv_sec == previous.tv_sec && now.tv_nsec < previous.tv_nsec);
        previous = now;
    } while (caught < 50 && now.tv_sec - start.tv_sec < 20);
    CHECK_EQUAL(0, backwards);
    CHECK(caught >= 50);
}

static void stopped(void)
{
    struct itimerval none = {{0, 0}, {0, 0}}, told;
    CHECK_EQUAL(0, setitimer(ITIMER_REAL, &none, NULL));
    CHECK_EQUAL(0, getitimer(ITIMER_REAL, &told));
    CHECK_EQUAL(0, told.it_value.tv_sec + told.it_value.tv_usec);
    CHECK_EQUAL(0, told.it_interval.tv_sec + told.it_interval.tv_usec);
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_alarm};
    CHECK_EQUAL(0, sigaction(SIGALRM, &action, NULL));
    interrupted_clock();
    stopped();
    return check_done();
}
