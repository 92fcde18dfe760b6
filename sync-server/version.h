/* The version of fieldvisitd. */
#ifndef FV_SERVER_VERSION_H
#define FV_SERVER_VERSION_H

#define FV_SERVER_VERSION "0.3.0"

#endif
