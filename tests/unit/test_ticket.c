#include "fv/ticket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/instant.h"
#include "tests/support/people.h"

static const unsigned s1[] = {1}, stranger[] = {9};

struct world {
	struct fv_roster *roster;
	struct fv_hash roster_hash;
	struct fv_ticket ticket, got;
	struct fv_buf text, note, file;
	struct fv_fault fault;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	uint8_t seed[FV_SEED_BYTES];

	assert_int_equal(fv_crypto_init(), FV_OK);
	assert_non_null(w);
	w->roster = people_roster(2);
	fv_roster_put(&w->text, w->roster);
	fv_roster_hash(fv_buf_span(&w->text), &w->roster_hash);
	fv_buf_reset(&w->text);
	memset(w->ticket.id, 0xab, sizeof w->ticket.id);
	memcpy(w->ticket.url, "http://127.0.0.1:8470", 22);
	people_sign_seed(50, seed);
	fv_ed25519_public(seed, w->ticket.log_pk);
	w->ticket.hpke_key_id = 1;
	people_box_pk(51, w->ticket.hpke_pk);
	w->ticket.roster = w->roster_hash;
	memcpy(w->ticket.agency, "north", 6);
	memcpy(w->ticket.team, "t2", 3);
	memcpy(w->ticket.officer, "o1", 3);
	w->ticket.expires_ms = INT64_C(1790000000000);
	memcpy(w->ticket.auditors[0], w->roster->auditors[0].box_pk, FV_KEY_BYTES);
	w->ticket.auditor_count = 1;
	memset(w->ticket.token, 0x5a, sizeof w->ticket.token);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	free(w->roster);
	fv_buf_clear(&w->text);
	fv_buf_clear(&w->note);
	fv_buf_clear(&w->file);
	free(w);
	return 0;
}

static void
sign(struct world *w, const unsigned *who)
{
	fv_buf_reset(&w->text);
	fv_buf_reset(&w->note);
	fv_ticket_text_put(&w->text, &w->ticket);
	people_sign(&w->note, fv_buf_span(&w->text), "north", who, 1);
}

static enum fv_err
verify(struct world *w)
{
	return fv_ticket_verify(fv_buf_span(&w->note), w->roster, &w->roster_hash);
}

static void
a_ticket_file_survives_being_written_and_read(void **state)
{
	struct world *w = *state;
	struct fv_span note;

	sign(w, s1);
	fv_ticket_file_put(&w->file, w->ticket.token, fv_buf_span(&w->note));
	assert_int_equal(
	    fv_ticket_file_parse(fv_buf_span(&w->file), &w->got, &note, &w->fault), FV_OK);
	assert_memory_equal(&w->got, &w->ticket, sizeof w->got);
	assert_true(fv_span_equal(note, fv_buf_span(&w->note)));
	assert_int_equal(fv_ticket_verify(note, w->roster, &w->roster_hash), FV_OK);
}

static void
the_signed_text_does_not_hold_the_token(void **state)
{
	struct world *w = *state;
	struct fv_buf token = {0};

	sign(w, s1);
	fv_buf_put_base64url(&token, w->ticket.token, sizeof w->ticket.token);
	assert_null(strstr(fv_buf_z(&w->note), fv_buf_z(&token)));
	assert_int_equal(fv_ticket_text_parse(fv_buf_span(&w->text), &w->got, NULL), FV_OK);
	for (size_t i = 0; i < sizeof w->got.token; i++)
		assert_int_equal(w->got.token[i], 0);
	fv_buf_clear(&token);
}

static void
a_stranger_cannot_invite(void **state)
{
	struct world *w = *state;

	sign(w, stranger);
	assert_int_equal(verify(w), FV_EAUTH);
}

static void
an_altered_ticket_is_refused(void **state)
{
	struct world *w = *state;
	char *at;

	sign(w, s1);
	assert_int_equal(verify(w), FV_OK);
	(void)fv_buf_z(&w->note);
	at = strstr((char *)w->note.ptr, "127.0.0.1");
	at[0] = '9';
	assert_int_equal(verify(w), FV_EAUTH);
}

static void
a_ticket_for_another_roster_is_refused(void **state)
{
	struct world *w = *state;

	w->ticket.roster.b[5] ^= 1;
	sign(w, s1);
	assert_int_equal(verify(w), FV_ECONFLICT);
	w->ticket.roster.b[5] ^= 1;
	people_box_pk(77, w->ticket.auditors[0]);
	sign(w, s1);
	assert_int_equal(verify(w), FV_ECONFLICT);
}

static void
a_ticket_for_nobody_on_the_roster_is_refused(void **state)
{
	struct world *w = *state;

	memcpy(w->ticket.officer, "o9", 3);
	sign(w, s1);
	assert_int_equal(verify(w), FV_ENOENT);
	memcpy(w->ticket.officer, "o1", 3);
	memcpy(w->ticket.team, "t9", 3);
	sign(w, s1);
	assert_int_equal(verify(w), FV_ENOENT);
}

static void
assert_refused(struct world *w, const char *from, const char *to, size_t line)
{
	struct fv_buf changed = {0};
	const char *z, *at;

	fv_buf_reset(&w->text);
	fv_ticket_text_put(&w->text, &w->ticket);
	z = fv_buf_z(&w->text);
	assert_non_null(at = strstr(z, from));
	fv_buf_put(&changed, z, (size_t)(at - z));
	fv_buf_put_z(&changed, to);
	fv_buf_put_z(&changed, at + strlen(from));
	assert_int_not_equal(
	    fv_ticket_text_parse(fv_buf_span(&changed), &w->got, &w->fault), FV_OK);
	assert_int_equal(w->fault.line, line);
	assert_true(strlen(w->fault.rule) > 0);
	fv_buf_clear(&changed);
}

static void
a_fault_is_named_by_its_line(void **state)
{
	struct world *w = *state;

	assert_refused(w, "v1/ticket", "v1/packet", 1);
	assert_refused(w, "abab", "ABAB", 2);
	assert_refused(w, "abab", "ab", 2);
	assert_refused(w, "http://", "ftp://", 3);
	assert_refused(w, "/log/", "/lag/", 4);
	assert_refused(w, "hpke 1 ", "hpke 256 ", 5);
	assert_refused(w, "hpke 1 ", "hpke 01 ", 5);
	assert_refused(w, "north\n", "no:rth\n", 7);
	assert_refused(w, "t2\n", "t2 \n", 8);
	assert_refused(w, "o1\n", "\n", 9);
	assert_refused(w, "Z\n", "+00:00\n", 10);
	assert_refused(w, "Z\n", ".500Z\n", 10);
	assert_refused(w, "auditor ", "auditer ", 11);
	w->ticket.auditor_count = 0;
	assert_refused(w, "Z\n", "Z\n", 11);
}

static void
a_file_without_its_token_is_refused(void **state)
{
	struct world *w = *state;
	struct fv_span note;
	struct fv_span whole;

	sign(w, s1);
	assert_int_equal(
	    fv_ticket_file_parse(fv_buf_span(&w->note), &w->got, &note, &w->fault),
	    FV_EFORMAT);
	assert_int_equal(w->fault.line, 1);
	fv_ticket_file_put(&w->file, w->ticket.token, fv_buf_span(&w->note));
	whole = fv_buf_span(&w->file);
	for (size_t len = 0; len < whole.len; len++)
		assert_int_not_equal(fv_ticket_file_parse(fv_span_of(whole.ptr, len), &w->got,
					 &note, &w->fault),
		    FV_OK);
}

static void
a_fault_in_a_file_counts_the_token_line(void **state)
{
	struct world *w = *state;
	struct fv_span note;

	memcpy(w->ticket.agency, "no rth", 7);
	sign(w, s1);
	fv_ticket_file_put(&w->file, w->ticket.token, fv_buf_span(&w->note));
	assert_int_equal(
	    fv_ticket_file_parse(fv_buf_span(&w->file), &w->got, &note, &w->fault),
	    FV_EFORMAT);
	assert_int_equal(w->fault.line, 8);
	assert_int_equal(w->got.token[0], 0);
}

static void
only_plain_server_urls_are_taken(void **state)
{
	static const char *const good[] = {"http://h", "https://example.org",
	    "https://example.org:8443/field", "http://[::1]:8470"};
	static const char *const bad[] = {"", "http://", "https:///x", "ftp://h", "http://h/",
	    "http://h?x=1", "http://u@h", "http://h#f", "http://h/a b", "HTTP://h",
	    "http://h/%41"};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(fv_url_valid(fv_span_z(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(fv_url_valid(fv_span_z(bad[i])));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(a_ticket_file_survives_being_written_and_read),
	    T(the_signed_text_does_not_hold_the_token),
	    T(a_stranger_cannot_invite),
	    T(an_altered_ticket_is_refused),
	    T(a_ticket_for_another_roster_is_refused),
	    T(a_ticket_for_nobody_on_the_roster_is_refused),
	    T(a_fault_is_named_by_its_line),
	    T(a_file_without_its_token_is_refused),
	    T(a_fault_in_a_file_counts_the_token_line),
	    T(only_plain_server_urls_are_taken),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
