/* The program's version, and the day before which no true wall clock can be. */
#ifndef FV_APP_VERSION_H
#define FV_APP_VERSION_H

#include <stdint.h>

#define FV_VERSION "0.4.0"

/* 2026-11-01T00:00:00Z: an earlier wall clock is marked in every header. */
#define FV_RELEASE_UTC_MS INT64_C(1793491200000)

#endif
