#include <stdio.h>

int
main(void)
{
	fputs("fieldvisit-link: no verb is built yet\n", stderr);
	return 2;
}
