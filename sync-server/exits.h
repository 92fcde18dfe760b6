/* Exit codes of fieldvisitd's verbs: 0 to 2 for answers and usage, sysexits above. */
#ifndef FV_EXITS_H
#define FV_EXITS_H

enum fv_exit {
	FV_EXIT_OK = 0,
	FV_EXIT_NO = 1,
	FV_EXIT_USAGE = 2,
	FV_EXIT_DATA = 65,
	FV_EXIT_NOINPUT = 66,
	FV_EXIT_SOFTWARE = 70,
	FV_EXIT_CANTCREAT = 73,
	FV_EXIT_IO = 74,
	FV_EXIT_TEMPFAIL = 75,
	FV_EXIT_NOPERM = 77,
	FV_EXIT_CONFIG = 78,
};

#endif
