#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sync-server/order_words.h"

#define AT INT64_C(1795425376000) /* 2026-11-23T09:16:16Z */

/* What an order says of the records. */
static void
assert_fate(const struct device_heard *heard, const char *what, uint64_t trusted,
    const char *const *parts)
{
	const struct order_fate fate = {.heard = heard,
	    .is_revoke = strchr(what, 'r') != NULL,
	    .is_wipe = strchr(what, 'w') != NULL,
	    .trusted_size = trusted};
	struct fv_buf out = {0};

	order_put_fate(&out, &fate);
	assert_non_null(fv_buf_z(&out));
	for (; *parts != NULL; parts++)
		if (strstr(fv_buf_z(&out), *parts) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", *parts, fv_buf_z(&out));
	fv_buf_clear(&out);
}

static struct device_heard
heard_of(uint64_t had, uint64_t received, uint64_t apart)
{
	return (struct device_heard){.is_known = true,
	    .last_sync_ms = AT,
	    .had = had,
	    .received = received,
	    .sealed = received,
	    .apart = apart};
}

static void
records_that_were_not_received_are_counted(void **state)
{
	const struct device_heard heard = heard_of(352, 340, 0);

	(void)state;
	assert_fate(&heard, "rw", 340,
	    (const char *const[]){"12 records were not received when it was last heard of at "
				  "2026-11-23T09:16:16Z",
		"records up to 340 are trusted", "still served for 30 days",
		"trail and the wipe order get through", "after the revocation", NULL});
}

static void
one_record_is_one_record(void **state)
{
	const struct device_heard heard = heard_of(341, 340, 1);

	(void)state;
	assert_fate(&heard, "r", 340,
	    (const char *const[]){"1 record was not received", "1 part of records",
		"rest of its trail gets through", NULL});
}

static void
what_was_recorded_after_the_last_sync_is_not_known(void **state)
{
	const struct device_heard heard = heard_of(340, 340, 0);

	(void)state;
	assert_fate(&heard, "r", 300,
	    (const char *const[]){"every record was received when it was last heard of",
		"what it recorded since then is not known", "records up to 300 are trusted",
		"40 that came after them are not", NULL});
}

static void
a_handheld_never_heard_of_and_one_not_known_are_told_apart(void **state)
{
	const struct device_heard never = {.is_known = true}, nothing = {.is_known = false};

	(void)state;
	assert_fate(&never, "r", 0,
	    (const char *const[]){"it was never heard of: no record of it was received",
		"none of its records is trusted by this order", NULL});
	assert_fate(&nothing, "r", 17,
	    (const char *const[]){"what was not received is not known here",
		"records up to 17 are trusted", NULL});
}

static void
a_wipe_alone_says_that_no_record_is_erased(void **state)
{
	const struct device_heard heard = heard_of(352, 340, 0);

	(void)state;
	assert_fate(&heard, "w", 0,
	    (const char *const[]){"12 records were not received",
		"erases case cards and no record: what waits is sent when it syncs", NULL});
}

/* -- the member of the directory ------------------------------------------------------ */

#define HEAD                                                                                  \
	"{\"last_sync\":\"2026-11-23T09:16:16Z\",\"had\":9,\"received\":8,\"sealed\":7,"      \
	"\"apart\":2"

static const char *
read_heard(const char *text, struct device_heard *out)
{
	json_t *heard = json_loads(text, 0, NULL);
	const char *rule;

	assert_non_null(heard);
	rule = device_heard_read(heard, out);
	json_decref(heard);
	return rule;
}

static void
what_the_server_knows_is_read_from_the_directory(void **state)
{
	struct device_heard *heard = calloc(1, sizeof *heard);

	(void)state;
	assert_non_null(heard);
	assert_null(read_heard(
	    HEAD ",\"has_all\":true,\"seals\":[[1795425376,7],[1795425000,3]]}", heard));
	assert_true(heard->is_known && heard->last_sync_ms == AT && heard->has_all);
	assert_int_equal(device_heard_waiting(heard), 1);
	assert_int_equal(device_heard_by(heard, AT)->size, 7);
	assert_int_equal(device_heard_by(heard, AT - 1)->size, 3);
	assert_int_equal(device_heard_by(heard, INT64_C(1795425000000))->size, 3);
	assert_null(device_heard_by(heard, INT64_C(1795424999999)));
	assert_null(device_heard_read(NULL, heard));
	assert_false(heard->is_known);
	free(heard);
}

static void
a_member_that_does_not_hold_together_is_refused(void **state)
{
	static const char *const bad[] = {
	    "{}",
	    "[]",
	    HEAD ",\"seals\":7}",
	    HEAD ",\"seals\":[[1795425376,8]]}",
	    HEAD ",\"seals\":[[1795425376,0]]}",
	    HEAD ",\"seals\":[[-1,7]]}",
	    HEAD ",\"seals\":[[9223372036854775807,7]]}",
	    HEAD ",\"seals\":[[253402300800,7]]}",
	    HEAD ",\"seals\":[[1795425376]]}",
	    HEAD ",\"seals\":[[1795425000,3],[1795425376,7]]}",
	    "{\"last_sync\":\"today\",\"had\":9,\"received\":8,\"sealed\":7,\"apart\":2,"
	    "\"seals\":[]}",
	    "{\"last_sync\":null,\"had\":7,\"received\":8,\"sealed\":7,\"apart\":2,\"seals\":["
	    "]}",
	    "{\"last_sync\":null,\"had\":9,\"received\":6,\"sealed\":7,\"apart\":2,\"seals\":["
	    "]}",
	    "{\"last_sync\":null,\"had\":9,\"received\":8,\"sealed\":-7,\"apart\":2,\"seals\":"
	    "[]}",
	};
	struct device_heard *heard = calloc(1, sizeof *heard);

	(void)state;
	assert_non_null(heard);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (read_heard(bad[i], heard) == NULL)
			fail_msg("taken: %s", bad[i]);
	free(heard);
}

static void
more_seals_than_a_directory_names_are_refused(void **state)
{
	struct device_heard *heard = calloc(1, sizeof *heard);
	json_t *seals = json_array(), *object;

	(void)state;
	assert_non_null(heard);
	for (size_t i = 0; i <= DEVICE_SEALS_MAX; i++)
		json_array_append_new(
		    seals, json_pack("[I, I]", (json_int_t)1, (json_int_t)(1000 - i)));
	object = json_pack("{s:n, s:i, s:i, s:i, s:i, s:o}", "last_sync", "had", 1000,
	    "received", 1000, "sealed", 1000, "apart", 0, "seals", seals);
	assert_non_null(device_heard_read(object, heard));
	json_decref(object);
	free(heard);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(records_that_were_not_received_are_counted),
	    cmocka_unit_test(one_record_is_one_record),
	    cmocka_unit_test(what_was_recorded_after_the_last_sync_is_not_known),
	    cmocka_unit_test(a_handheld_never_heard_of_and_one_not_known_are_told_apart),
	    cmocka_unit_test(a_wipe_alone_says_that_no_record_is_erased),
	    cmocka_unit_test(what_the_server_knows_is_read_from_the_directory),
	    cmocka_unit_test(a_member_that_does_not_hold_together_is_refused),
	    cmocka_unit_test(more_seals_than_a_directory_names_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
