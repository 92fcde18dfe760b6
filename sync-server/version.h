/* The version of fieldvisitd. */
#ifndef FV_SERVER_VERSION_H
#define FV_SERVER_VERSION_H

#define FV_SERVER_VERSION "0.4.0"
/* No right clock is before this day: 2026-01-01, in days since 1970-01-01. */
#define FV_SERVER_RELEASED_DAY INT64_C(20454)

#endif
