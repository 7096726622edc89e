/* For gcc's UndefinedBehaviorSanitizer. Usage: undefined none|overflow. It is C because it is about C's arithmetic. */
#include <limits.h>
#include <string.h>

int main(int count, char **arguments)
{
    volatile int number = INT_MAX - 1;
    number++;
    if (count > 1 && strcmp(arguments[1], "overflow") == 0) {
        number++;
    }
    return 0;
}
