/* A part of a conformance program that gives something up for good, or may die: it runs in a child. */
#ifndef CHILD_H
#define CHILD_H

#include "check.h"

#include <sys/wait.h>

/* The status of a child that ran the body; its exit status is the number of failed checks, up to 100. */
static inline int in_child(void (*body)(void))
{
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        body();
        fflush(stdout);
        _exit(check_failures > 100 ? 100 : check_failures);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    return status;
}

#endif
