/* The order to go on with a log that was put back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/crypto.h"
#include "fv/logorder.h"

#define MS INT64_C(1795000000000)

static struct fv_log_order
an_order(void)
{
	struct fv_log_order order = {.agency = "bank1", .size = 42, .at_ms = MS};

	memset(order.root.b, 7, sizeof order.root.b);
	return order;
}

static void
an_order_is_read_as_it_was_put(void **state)
{
	struct fv_log_order order = an_order(), again;
	struct fv_buf text = {0};

	(void)state;
	fv_log_order_put(&text, &order);
	assert_int_equal(fv_log_order_parse(fv_buf_span(&text), &again), FV_OK);
	assert_string_equal(again.agency, "bank1");
	assert_int_equal(again.size, 42);
	assert_int_equal(again.at_ms, MS);
	assert_memory_equal(again.root.b, order.root.b, sizeof order.root.b);
	for (size_t len = 0; len < text.len; len++)
		assert_int_not_equal(
		    fv_log_order_parse(fv_span_of(text.ptr, len), &again), FV_OK);
	fv_buf_put_u8(&text, '\n');
	assert_int_not_equal(fv_log_order_parse(fv_buf_span(&text), &again), FV_OK);
	fv_buf_clear(&text);
}

static void
another_way_to_write_it_is_refused(void **state)
{
	static const char *const bad[] = {
	    "fieldvisit/v1/resume/bank1\n042\n%s\n2026-11-23T00:00:00Z\n",
	    "fieldvisit/v1/resume/bank1\n0\n%s\n2026-11-23T00:00:00Z\n",
	    "fieldvisit/v1/resume/bank1\n42\n%s\n2026-11-23T00:00:00.5Z\n",
	    "fieldvisit/v1/resume/bank1\n42\n%s\n2026-11-23T08:00:00+08:00\n",
	    "fieldvisit/v1/resume/\n42\n%s\n2026-11-23T00:00:00Z\n",
	    "fieldvisit/v1/log/bank1\n42\n%s\n2026-11-23T00:00:00Z\n",
	};
	static const char root[] = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
	struct fv_log_order order;
	struct fv_buf text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *mark = strstr(bad[i], "%s");

		fv_buf_reset(&text);
		fv_buf_put(&text, bad[i], (size_t)(mark - bad[i]));
		fv_buf_put_z(&text, root);
		fv_buf_put_z(&text, mark + 2);
		assert_int_not_equal(fv_log_order_parse(fv_buf_span(&text), &order), FV_OK);
		assert_int_equal(order.size, 0);
	}
	fv_buf_clear(&text);
}

struct house {
	struct fv_roster roster;
	uint8_t seeds[3][FV_SEED_BYTES];
};

static void
sign(const struct house *h, struct fv_span text, size_t count, struct fv_buf *note)
{
	char name[FV_SIGNER_BYTES];
	uint8_t sig[FV_SIG_BYTES];

	fv_buf_put_span(note, text);
	fv_buf_put_u8(note, '\n');
	for (size_t i = 0; i < count; i++) {
		fv_signer_name("bank1", h->roster.supervisors[i].id, name);
		fv_ed25519_sign(h->seeds[i], text, sig);
		fv_signednote_put_line(
		    note, fv_span_z(name), h->roster.supervisors[i].sign_pk, sig);
	}
}

static void
it_needs_as_many_supervisors_as_the_next_roster(void **state)
{
	struct house *h = calloc(1, sizeof *h);
	struct fv_log_order order = an_order(), out;
	struct fv_buf text = {0}, note = {0};

	(void)state;
	assert_non_null(h);
	assert_int_equal(fv_crypto_init(), FV_OK);
	strcpy(h->roster.agency, "bank1");
	h->roster.supervisor_count = 3;
	h->roster.threshold = 2;
	for (size_t i = 0; i < 3; i++) {
		h->roster.supervisors[i].id[0] = (char)('a' + (char)i);
		memset(h->seeds[i], (int)i + 1, FV_SEED_BYTES);
		fv_ed25519_public(h->seeds[i], h->roster.supervisors[i].sign_pk);
	}
	fv_log_order_put(&text, &order);
	for (size_t count = 0; count <= 3; count++) {
		fv_buf_reset(&note);
		sign(h, fv_buf_span(&text), count, &note);
		if (count < 2)
			assert_int_not_equal(
			    fv_log_order_verify(fv_buf_span(&note), &h->roster, &out), FV_OK);
		else
			assert_int_equal(
			    fv_log_order_verify(fv_buf_span(&note), &h->roster, &out), FV_OK);
	}
	strcpy(order.agency, "bank2");
	fv_buf_reset(&text);
	fv_buf_reset(&note);
	fv_log_order_put(&text, &order);
	sign(h, fv_buf_span(&text), 2, &note);
	assert_int_equal(
	    fv_log_order_verify(fv_buf_span(&note), &h->roster, &out), FV_ECONFLICT);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_order_is_read_as_it_was_put),
	    cmocka_unit_test(another_way_to_write_it_is_refused),
	    cmocka_unit_test(it_needs_as_many_supervisors_as_the_next_roster),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
