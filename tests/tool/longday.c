/*
 * Put one made day of a handheld into the store of a server that is not running.
 *
 * usage: longday DB NUMBER OFFICER AGENCY BEGIN_MS FIXES CASE
 */
#include "tests/support/longday.h"

int
main(int argc, char **argv)
{
	struct longday d = {.at = {312304000, 1214737000}};

	if (argc != 8) {
		fputs("usage: longday DB NUMBER OFFICER AGENCY BEGIN_MS FIXES CASE\n", stderr);
		return 2;
	}
	longday_must(fv_store_open(&d.store, argv[1], FV_STORE_WRITE), argv[1]);
	longday_must(fv_store_begin(d.store), "begin");
	longday_case(&d, argv[7], argv[4]);
	longday_device(&d, (uint32_t)strtoul(argv[2], NULL, 10), argv[3], argv[4]);
	d.now_ms = strtoll(argv[5], NULL, 10);
	longday_day(&d, strtoul(argv[6], NULL, 10), argv[7]);
	longday_seal(&d);
	longday_must(fv_store_commit(d.store), "commit");
	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		printf("%02x", d.device.dev[i]);
	puts("");
	fv_store_close(d.store);
	return 0;
}
