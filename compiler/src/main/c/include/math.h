/* core.h wants the header; the kernel has no floating point. */
#pragma once
