/*
 * For gcc's ThreadSanitizer, which accepts no program, library or stack outside of fixed places. Usage: thread
 * none|race. It is C because it is about C's memory.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int locks, sum;

static void *add(void *unused)
{
    for (int i = 0; i < 1000; i++) {
        if (locks) {
            pthread_mutex_lock(&lock);
        }
        sum++;
        if (locks) {
            pthread_mutex_unlock(&lock);
        }
    }
    return unused;
}

int main(int count, char **arguments)
{
    pthread_t thread;
    locks = count < 2 || strcmp(arguments[1], "race") != 0;
    pthread_create(&thread, NULL, add, NULL);
    add(NULL);
    pthread_join(thread, NULL);
    return 0;
}
