/* What test programs import. */
#pragma once
#include <stdint.h>
void process_put(int32_t byte);
_Noreturn void process_exit(int32_t status);
int64_t process_ticks(void);

/* The first command line argument as a number, 0 without one. */
int32_t process_choice(void);
