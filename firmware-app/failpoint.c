#include "firmware-app/failpoint.h"

#include <stdlib.h>

int
fv_failpoint_wanted(enum fv_failpoint point)
{
	static long reached; /* times; only one point is ever wanted */
	const char *want = getenv("FV_FAIL");
	char *end;

	if (point == FV_POINT_NONE || want == NULL || *want == '\0' ||
	    strtol(want, &end, 10) != (long)point)
		return 0;
	return *end != ':' || ++reached == strtol(end + 1, NULL, 10);
}

void
fv_failpoint(enum fv_failpoint point)
{
	if (fv_failpoint_wanted(point))
		abort();
}
