#include <stdio.h>

int
main(void)
{
	fputs("fieldvisitd: no verb is built yet\n", stderr);
	return 2;
}
