#include "fv/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/people.h"

struct world {
	struct fv_roster *roster, *other;
	struct fv_buf text, note;
	struct fv_hash hash;
	struct fv_fault fault;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_int_equal(fv_crypto_init(), FV_OK);
	assert_non_null(w);
	w->roster = people_roster(3);
	w->other = calloc(1, sizeof *w->other);
	assert_non_null(w->other);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	free(w->roster);
	free(w->other);
	fv_buf_clear(&w->text);
	fv_buf_clear(&w->note);
	free(w);
	return 0;
}

static void
sign(struct world *w, const struct fv_roster *roster, const unsigned *who, size_t count)
{
	fv_buf_reset(&w->text);
	fv_buf_reset(&w->note);
	fv_roster_put(&w->text, roster);
	people_sign(&w->note, fv_buf_span(&w->text), roster->agency, who, count);
}

/* Swap the first `from` of the text for `to` and expect that the parser names the line. */
static void
assert_refused(struct world *w, const char *from, const char *to, size_t line)
{
	struct fv_buf changed = {0};
	const char *z, *at;

	fv_buf_reset(&w->text);
	fv_roster_put(&w->text, w->roster);
	z = fv_buf_z(&w->text);
	at = strstr(z, from);
	assert_non_null(at);
	fv_buf_put(&changed, z, (size_t)(at - z));
	fv_buf_put_z(&changed, to);
	fv_buf_put_z(&changed, at + strlen(from));
	assert_int_not_equal(
	    fv_roster_parse(fv_buf_span(&changed), w->other, &w->fault), FV_OK);
	assert_int_equal(w->fault.line, line);
	assert_true(strlen(w->fault.rule) > 0);
	fv_buf_clear(&changed);
}

static void
a_roster_survives_being_written_and_read(void **state)
{
	struct world *w = *state;
	struct fv_buf again = {0};

	fv_roster_put(&w->text, w->roster);
	assert_int_equal(fv_roster_parse(fv_buf_span(&w->text), w->other, &w->fault), FV_OK);
	assert_memory_equal(w->roster, w->other, sizeof *w->other);
	fv_roster_put(&again, w->other);
	assert_true(fv_span_equal(fv_buf_span(&again), fv_buf_span(&w->text)));
	fv_buf_clear(&again);
}

static void
a_first_roster_is_believed_on_its_own_threshold(void **state)
{
	static const unsigned two[] = {1, 3};
	struct world *w = *state;

	w->roster->threshold = 2;
	sign(w, w->roster, two, 1);
	assert_int_equal(
	    fv_roster_verify_first(fv_buf_span(&w->note), w->other, &w->hash, &w->fault),
	    FV_EAUTH);
	assert_int_equal(w->other->supervisor_count, 0);
	sign(w, w->roster, two, 2);
	assert_int_equal(
	    fv_roster_verify_first(fv_buf_span(&w->note), w->other, &w->hash, &w->fault),
	    FV_OK);
}

static void
one_supervisor_signing_twice_counts_once(void **state)
{
	static const unsigned same[] = {2, 2};
	struct world *w = *state;

	w->roster->threshold = 2;
	sign(w, w->roster, same, 2);
	assert_int_equal(
	    fv_roster_verify_first(fv_buf_span(&w->note), w->other, &w->hash, &w->fault),
	    FV_EAUTH);
}

static void
a_stranger_under_a_supervisors_name_counts_nothing(void **state)
{
	static const unsigned who[] = {1};
	struct world *w = *state;

	/* s1's name is on the line, but the roster gives s1 another key. */
	memcpy(w->roster->supervisors[0].sign_pk, w->roster->supervisors[1].sign_pk, 32);
	people_sign_seed(9, w->roster->supervisors[1].sign_pk);
	fv_ed25519_public(
	    w->roster->supervisors[1].sign_pk, w->roster->supervisors[1].sign_pk);
	sign(w, w->roster, who, 1);
	assert_int_equal(
	    fv_roster_verify_first(fv_buf_span(&w->note), w->other, &w->hash, &w->fault),
	    FV_EAUTH);
}

static void
a_stranger_beside_a_supervisor_harms_nothing(void **state)
{
	static const unsigned who[] = {7, 1};
	struct world *w = *state;

	sign(w, w->roster, who, 2);
	assert_int_equal(
	    fv_roster_verify_first(fv_buf_span(&w->note), w->other, &w->hash, &w->fault),
	    FV_OK);
}

static void
next_version(struct world *w, struct fv_roster *next)
{
	static const unsigned who[] = {1};

	sign(w, w->roster, who, 1);
	assert_int_equal(
	    fv_roster_verify_first(fv_buf_span(&w->note), w->roster, &w->hash, &w->fault),
	    FV_OK);
	*next = *w->roster;
	next->version = 2;
	next->has_previous = true;
	next->previous = w->hash;
}

static void
the_next_roster_needs_the_previous_ones_signers(void **state)
{
	static const unsigned old[] = {2}, fresh[] = {8};
	struct world *w = *state;
	struct fv_roster *next = people_roster(3), *got = people_roster(1);
	struct fv_hash hash;

	next_version(w, next);
	/* s8 joins; only he signs: the old supervisors have not agreed. */
	next->supervisor_count = 4;
	memcpy(next->supervisors[3].id, "s8", 3);
	people_sign_seed(8, next->supervisors[3].sign_pk);
	fv_ed25519_public(next->supervisors[3].sign_pk, next->supervisors[3].sign_pk);
	people_box_pk(8, next->supervisors[3].box_pk);
	memcpy(next->supervisors[3].teams[0], "t1", 3);
	next->supervisors[3].team_count = 1;
	sign(w, next, fresh, 1);
	assert_int_equal(
	    fv_roster_verify_next(w->roster, &w->hash, fv_buf_span(&w->note), got, &hash),
	    FV_EAUTH);
	sign(w, next, old, 1);
	assert_int_equal(
	    fv_roster_verify_next(w->roster, &w->hash, fv_buf_span(&w->note), got, &hash),
	    FV_OK);
	assert_int_equal(got->version, 2);
	free(next);
	free(got);
}

static void
a_roster_that_names_another_previous_is_refused(void **state)
{
	static const unsigned who[] = {1};
	struct world *w = *state;
	struct fv_roster *next = people_roster(3), *got = people_roster(1);
	struct fv_hash hash;

	next_version(w, next);
	next->previous.b[0] ^= 1;
	sign(w, next, who, 1);
	assert_int_equal(
	    fv_roster_verify_next(w->roster, &w->hash, fv_buf_span(&w->note), got, &hash),
	    FV_ECONFLICT);
	next->previous.b[0] ^= 1;
	next->version = 3;
	sign(w, next, who, 1);
	assert_int_equal(
	    fv_roster_verify_next(w->roster, &w->hash, fv_buf_span(&w->note), got, &hash),
	    FV_ECONFLICT);
	next->version = 2;
	memcpy(next->agency, "south", 6);
	sign(w, next, who, 1);
	assert_int_equal(
	    fv_roster_verify_next(w->roster, &w->hash, fv_buf_span(&w->note), got, &hash),
	    FV_ECONFLICT);
	assert_int_equal(got->supervisor_count, 0);
	free(next);
	free(got);
}

static void
a_later_version_is_no_first_roster(void **state)
{
	static const unsigned who[] = {1};
	struct world *w = *state;

	w->roster->version = 2;
	w->roster->has_previous = true;
	sign(w, w->roster, who, 1);
	assert_int_equal(
	    fv_roster_verify_first(fv_buf_span(&w->note), w->other, &w->hash, &w->fault),
	    FV_ESTATE);
}

static void
a_fault_is_named_by_its_line(void **state)
{
	struct world *w = *state;

	assert_refused(w, "roster/north", "roster/no rth", 1);
	assert_refused(w, "version 1", "version 01", 2);
	assert_refused(w, "version 1", "version 2", 3);
	assert_refused(w, "previous none", "previous nothing", 3);
	assert_refused(w, "threshold 1", "threshold 0", 4);
	assert_refused(w, "threshold 1", "threshold 4", 4);
	assert_refused(w, "pack-threshold 1", "pack-threshold 4", 5);
	assert_refused(w, "pack-threshold 1", "pack-threshold  1", 5);
	assert_refused(w, "supervisor s1", "supervisor s9", 6);
	assert_refused(w, " t1,t2\n", " t1,t1\n", 7);
	assert_refused(w, " t1,t2\n", " t1,\n", 7);
	assert_refused(w, " t1,t2\n", "\n", 7);
	assert_refused(w, "auditor a1 ", "auditor a1  ", 9);
	assert_refused(w, "recovery ", "escrow ", 10);
	assert_refused(w, "officer o2 ", "officer o1 ", 12);
	assert_refused(w, "Officer One", " Officer One", 11);
	assert_refused(w, "Officer One", "Officer\tOne", 11);
	assert_refused(w, "Officer One", "Officer\xff", 11);
	assert_refused(w, "\xe4\xba\x8c\n", "\xe4\xba\x8c", 12);
}

static void
two_supervisors_with_one_key_are_refused(void **state)
{
	struct world *w = *state;

	memcpy(w->roster->supervisors[1].sign_pk, w->roster->supervisors[0].sign_pk, 32);
	fv_roster_put(&w->text, w->roster);
	assert_int_equal(
	    fv_roster_parse(fv_buf_span(&w->text), w->other, &w->fault), FV_EFORMAT);
	assert_int_equal(w->fault.line, 7);
}

static void
a_low_order_reading_key_is_refused(void **state)
{
	struct world *w = *state;

	memset(w->roster->recovery_pk, 0, FV_KEY_BYTES);
	fv_roster_put(&w->text, w->roster);
	assert_int_equal(
	    fv_roster_parse(fv_buf_span(&w->text), w->other, &w->fault), FV_EFORMAT);
	assert_int_equal(w->fault.line, 10);
	assert_false(fv_box_key_good(w->roster->recovery_pk));
	assert_true(fv_box_key_good(w->roster->auditors[0].box_pk));
}

static void
a_seventeenth_supervisor_is_refused(void **state)
{
	struct world *w = *state;
	struct fv_roster *full = people_roster(16);
	const char *z, *line, *end;

	fv_roster_put(&w->text, full);
	assert_int_equal(fv_roster_parse(fv_buf_span(&w->text), w->other, NULL), FV_OK);
	z = fv_buf_z(&w->text);
	line = strstr(z, "supervisor s16");
	end = strchr(line, '\n') + 1;
	fv_buf_put(&w->note, z, (size_t)(end - z));
	fv_buf_put(&w->note, line, strlen(line));
	assert_int_equal(
	    fv_roster_parse(fv_buf_span(&w->note), w->other, &w->fault), FV_ETOOBIG);
	assert_int_equal(w->fault.line, 22);
	free(full);
}

static void
a_draft_may_lack_what_a_roster_may_not(void **state)
{
	static const char text[] = "fieldvisit/v1/roster/north\nversion 1\nprevious none\n"
				   "threshold 2\npack-threshold 2\nofficer o1 One\n";
	struct world *w = *state;

	assert_int_equal(fv_roster_parse(fv_span_z(text), w->other, &w->fault), FV_EFORMAT);
	assert_int_equal(fv_roster_parse_draft(fv_span_z(text), w->other, &w->fault), FV_OK);
	fv_roster_put(&w->text, w->other);
	assert_string_equal(fv_buf_z(&w->text), text);
	assert_int_equal(
	    fv_roster_parse_draft(fv_span_z("version 1\n"), w->other, &w->fault), FV_EFORMAT);
	assert_int_equal(w->fault.line, 1);
}

static void
recipients_are_the_team_in_order_and_then_recovery(void **state)
{
	struct world *w = *state;
	uint8_t pks[FV_NOTE_RECIPIENTS_MAX][FV_KEY_BYTES];
	size_t count = 99;

	assert_int_equal(fv_roster_recipients(w->roster, "t1", pks, &count), FV_OK);
	assert_int_equal(count, 4);
	assert_memory_equal(pks[2], w->roster->supervisors[2].box_pk, FV_KEY_BYTES);
	assert_memory_equal(pks[3], w->roster->recovery_pk, FV_KEY_BYTES);
	assert_int_equal(fv_roster_recipients(w->roster, "t2", pks, &count), FV_OK);
	assert_int_equal(count, 2);
	assert_memory_equal(pks[0], w->roster->supervisors[1].box_pk, FV_KEY_BYTES);
	assert_int_equal(fv_roster_recipients(w->roster, "t3", pks, &count), FV_ENOENT);
	assert_int_equal(count, 0);
}

static void
a_large_team_leaves_room_for_recovery(void **state)
{
	struct world *w = *state;
	struct fv_roster *large = people_roster(12);
	uint8_t pks[FV_NOTE_RECIPIENTS_MAX][FV_KEY_BYTES];
	size_t count;

	(void)w;
	assert_int_equal(fv_roster_recipients(large, "t1", pks, &count), FV_OK);
	assert_int_equal(count, FV_NOTE_RECIPIENTS_MAX);
	assert_memory_equal(pks[6], large->supervisors[6].box_pk, FV_KEY_BYTES);
	assert_memory_equal(pks[7], large->recovery_pk, FV_KEY_BYTES);
	free(large);
}

static void
people_are_found_by_id(void **state)
{
	struct world *w = *state;

	assert_ptr_equal(
	    fv_roster_find_supervisor(w->roster, "s2"), &w->roster->supervisors[1]);
	assert_null(fv_roster_find_supervisor(w->roster, "s4"));
	assert_ptr_equal(fv_roster_find_officer(w->roster, "o2"), &w->roster->officers[1]);
	assert_null(fv_roster_find_officer(w->roster, "s1"));
}

static void
a_box_key_id_is_the_published_hash(void **state)
{
	/* SHA-256("fieldvisit/box/v1" || 32 zero bytes)[0:4], by sha256sum. */
	static const uint8_t want[4] = {0x93, 0xf8, 0x53, 0xf1};
	static const uint8_t zero[FV_KEY_BYTES] = {0};
	uint8_t got[4];

	(void)state;
	fv_note_box_key_id(zero, got);
	assert_memory_equal(got, want, sizeof want);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(a_roster_survives_being_written_and_read),
	    T(a_first_roster_is_believed_on_its_own_threshold),
	    T(one_supervisor_signing_twice_counts_once),
	    T(a_stranger_under_a_supervisors_name_counts_nothing),
	    T(a_stranger_beside_a_supervisor_harms_nothing),
	    T(the_next_roster_needs_the_previous_ones_signers),
	    T(a_roster_that_names_another_previous_is_refused),
	    T(a_later_version_is_no_first_roster),
	    T(a_fault_is_named_by_its_line),
	    T(two_supervisors_with_one_key_are_refused),
	    T(a_low_order_reading_key_is_refused),
	    T(a_seventeenth_supervisor_is_refused),
	    T(a_draft_may_lack_what_a_roster_may_not),
	    T(recipients_are_the_team_in_order_and_then_recovery),
	    T(a_large_team_leaves_room_for_recovery),
	    T(people_are_found_by_id),
	    T(a_box_key_id_is_the_published_hash),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
