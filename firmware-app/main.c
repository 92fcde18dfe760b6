#include <stdio.h>

int
main(void)
{
	fputs("fieldvisit: no verb is built yet\n", stderr);
	return 2;
}
