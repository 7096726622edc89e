/* What test programs import. */
#pragma once
#include <stdint.h>
void process_put(int32_t byte);
_Noreturn void process_exit(int32_t status);
int64_t process_ticks(void);
