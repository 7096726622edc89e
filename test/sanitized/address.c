/*
 * For gcc's AddressSanitizer with its search for leaks, which wants heaps at 0x6000_0000_0000, a shadow of 16 TiB, and
 * ptrace(2) of its own threads. Usage: address none|overflow|leak. It is C because it is about C's memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *volatile kept;

int main(int count, char **arguments)
{
    const char *fault = count > 1 ? arguments[1] : "none";
    kept = malloc(10);
    memset(kept, 0, 10);
    printf("before %s\n", fault);
    fflush(stdout);
    if (strcmp(fault, "overflow") == 0) {
        kept[10] = 1;
    }
    if (strcmp(fault, "leak") != 0) {
        free(kept);
    }
    kept = NULL;
    return 0;
}
