#include "firmware-app/failpoint.h"

#include <stdlib.h>

int
fv_failpoint_wanted(enum fv_failpoint point)
{
	const char *want = getenv("FV_FAIL");

	return point != FV_POINT_NONE && want != NULL && *want != '\0' &&
	    strtol(want, NULL, 10) == (long)point;
}

void
fv_failpoint(enum fv_failpoint point)
{
	if (fv_failpoint_wanted(point))
		abort();
}
