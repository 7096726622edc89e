/* The smallest program: what a start costs. C because it stands for any static program. */
#include <unistd.h>

int main(void)
{
    return write(1, "hello\n", 6) == 6 ? 0 : 1;
}
