#include "sync-server/cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
cmd_fail(const char *fmt, ...)
{
	va_list ap;

	fputs("fieldvisitd: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return CMD_USAGE;
}

int
cmd_finish(int code)
{
	if (ferror(stdout) == 0 && fflush(stdout) == 0)
		return code;
	return cmd_fail(
	    "standard output: %s; what was printed is not complete", strerror(errno));
}

bool
cmd_speaks_chinese(void)
{
	static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *v = getenv(names[i]);
		if (v != NULL && v[0] != '\0')
			return strncmp(v, "zh", 2) == 0;
	}
	return false;
}
