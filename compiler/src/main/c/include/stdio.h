/* heaptrace.h names FILE; no file exists. */
#pragma once
typedef struct FILE FILE;
