/* Messages of OwnTracks apps: a location is read or refused, all else is of no interest. */
#include "sync-server/owntracks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static enum fv_err
read_text(const char *text, struct owntracks_location *out)
{
	return owntracks_read(fv_span_z(text), out);
}

static void
a_location_is_read_as_it_is_told(void **state)
{
	struct owntracks_location at;

	(void)state;
	assert_int_equal(read_text("{\"_type\":\"location\",\"lat\":-31.2304,\"lon\":121.4737,"
				   "\"tst\":1770000000,\"acc\":12.2,\"vel\":3,\"new\":{}}",
			     &at),
	    FV_OK);
	assert_int_equal(at.place.lat_e7, -312304000);
	assert_int_equal(at.place.lon_e7, 1214737000);
	assert_true(at.at_ms == INT64_C(1770000000000));
	assert_true(at.has_accuracy);
	assert_int_equal(at.accuracy_m, 13);
}

static void
whole_degrees_and_no_accuracy_are_fine(void **state)
{
	struct owntracks_location at;

	(void)state;
	assert_int_equal(
	    read_text("{\"_type\":\"location\",\"lat\":0,\"lon\":180,\"tst\":0}", &at), FV_OK);
	assert_false(at.has_accuracy);
}

static void
other_messages_are_of_no_interest(void **state)
{
	static const char *const texts[] = {"", "{}", "{\"_type\":\"lwt\",\"tst\":1}",
	    "{\"_type\":\"encrypted\",\"data\":\"x\"}", "{\"_type\":7}", "{\"lat\":1}"};
	struct owntracks_location at;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_int_equal(read_text(texts[i], &at), FV_ENOENT);
}

static void
what_is_no_message_is_refused(void **state)
{
	static const char *const texts[] = {"{", "[]", "7", "null", "\"location\"", "\xff",
	    "{\"_type\":\"location\"}", "{\"_type\":\"location\",\"lat\":1,\"lon\":1}",
	    "{\"_type\":\"location\",\"lat\":\"1\",\"lon\":1,\"tst\":1}",
	    "{\"_type\":\"location\",\"lat\":1,\"lon\":1,\"tst\":1.5}"};
	struct owntracks_location at;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		memset(&at, 0xa5, sizeof at);
		assert_int_equal(read_text(texts[i], &at), FV_EFORMAT);
		assert_true(at.at_ms == 0 && at.place.lat_e7 == 0);
	}
}

static void
what_cannot_be_is_refused(void **state)
{
	static const char *const texts[] = {
	    "{\"_type\":\"location\",\"lat\":90.1,\"lon\":1,\"tst\":1}",
	    "{\"_type\":\"location\",\"lat\":1,\"lon\":181,\"tst\":1}",
	    "{\"_type\":\"location\",\"lat\":1e308,\"lon\":1,\"tst\":1}",
	    "{\"_type\":\"location\",\"lat\":1,\"lon\":1,\"tst\":-1}",
	    "{\"_type\":\"location\",\"lat\":1,\"lon\":1,\"tst\":9223372036854775807}",
	    "{\"_type\":\"location\",\"lat\":1,\"lon\":1,\"tst\":1,\"acc\":-1}",
	    "{\"_type\":\"location\",\"lat\":1,\"lon\":1,\"tst\":1,\"acc\":1e300}"};
	struct owntracks_location at;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_int_equal(read_text(texts[i], &at), FV_ERANGE);
}

static void
a_message_over_the_limit_is_refused_unread(void **state)
{
	static uint8_t large[OWNTRACKS_BYTES_MAX + 1];
	struct owntracks_location at;

	(void)state;
	memset(large, ' ', sizeof large);
	assert_int_equal(owntracks_read(fv_span_of(large, sizeof large), &at), FV_ETOOBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_location_is_read_as_it_is_told),
	    cmocka_unit_test(whole_degrees_and_no_accuracy_are_fine),
	    cmocka_unit_test(other_messages_are_of_no_interest),
	    cmocka_unit_test(what_is_no_message_is_refused),
	    cmocka_unit_test(what_cannot_be_is_refused),
	    cmocka_unit_test(a_message_over_the_limit_is_refused_unread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
