#include "sync-server/borrower.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "sync-server/store/book.h"
#include "sync-server/store/records.h"
#include "tests/support/people.h"

#define NOW (INT64_C(20780) * FV_DAY_MS + 3600000)

/* A store with the roster of "north" (officers o1, o2) and one approved handheld of o1. */
struct place {
	char dir[64];
	char path[96];
	struct fv_store *store;
	struct fv_store_device device;
	int64_t no;
};

static const uint8_t salt[FV_SALT_BYTES] = {1, 2, 3};

static void
put_roster(struct place *p)
{
	struct fv_roster *roster = people_roster(1);
	const unsigned s1[] = {1};
	struct fv_buf text = {0}, note = {0};
	struct fv_store_note row = {.version = 1};

	fv_roster_put(&text, roster);
	people_sign(&note, fv_buf_span(&text), "north", s1, 1);
	row.note = fv_buf_span(&note);
	fv_roster_hash(fv_buf_span(&text), &row.hash);
	assert_int_equal(fv_store_note_put(p->store, FV_NOTE_ROSTER, &row), FV_OK);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	free(roster);
}

/* Another handheld; *no_out is its number. */
static void
add_device(struct place *p, uint8_t mark, const char *officer, int64_t *no_out)
{
	struct fv_store_device *d = &p->device;

	memset(d, 0, sizeof *d);
	memset(d->dev, mark, sizeof d->dev);
	memset(d->handle_secret, mark, sizeof d->handle_secret);
	strcpy(d->agency, "north");
	strcpy(d->team, "t1");
	snprintf(d->officer, sizeof d->officer, "%s", officer);
	assert_int_equal(fv_store_device_add(p->store, d, no_out), FV_OK);
}

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	assert_int_equal(fv_crypto_init(), FV_OK);
	strcpy(p->dir, "/tmp/fv-borrower-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof p->path, "%s/fieldvisitd.db", p->dir);
	assert_int_equal(fv_store_open(&p->store, p->path, FV_STORE_CREATE), FV_OK);
	put_roster(p);
	add_device(p, 7, "o1", &p->no);
	assert_int_equal(fv_store_device_approve(p->store, p->no, 1), FV_OK);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;

	fv_store_close(p->store);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

/* What the server answers to the day code of p->device, made `days` before now. */
static enum fv_err
ask(struct place *p, int64_t days, struct fv_borrower_badge *out)
{
	char code[FV_CODE_BYTES];

	assert_int_equal(
	    fv_day_code(p->device.handle_secret, NOW - days * FV_DAY_MS, code), FV_OK);
	return fv_borrower_credential(p->store, code, NOW, out);
}

static void
the_code_of_an_approved_handheld_names_agency_and_badge(void **state)
{
	struct place *p = *state;
	struct fv_borrower_badge who;

	for (int64_t days = -1; days <= 1; days++) {
		assert_int_equal(ask(p, days, &who), FV_OK);
		assert_string_equal(who.agency, "north");
		assert_string_equal(who.badge, "o1");
	}
}

static void
older_codes_and_wrong_ones_are_not_known(void **state)
{
	struct place *p = *state;
	struct fv_borrower_badge who;

	assert_int_equal(ask(p, 2, &who), FV_ENOENT);
	assert_string_equal(who.badge, "");
	assert_int_equal(ask(p, -2, &who), FV_ENOENT);
	assert_int_equal(
	    fv_borrower_credential(p->store, "AAAAAAAAAAAAAAAA", NOW, &who), FV_ENOENT);
}

static void
an_unapproved_handheld_is_not_known(void **state)
{
	struct place *p = *state;
	struct fv_borrower_badge who;
	int64_t no;

	add_device(p, 8, "o2", &no);
	assert_int_equal(ask(p, 0, &who), FV_ENOENT);
	assert_int_equal(fv_store_device_approve(p->store, no, 1), FV_OK);
	assert_int_equal(ask(p, 0, &who), FV_OK);
	assert_string_equal(who.badge, "o2");
}

static void
a_revoked_handheld_is_not_known(void **state)
{
	struct place *p = *state;
	struct fv_borrower_badge who;

	assert_int_equal(fv_store_device_revoke(p->store, p->no, NOW, 0), FV_OK);
	assert_int_equal(ask(p, 0, &who), FV_ENOENT);
}

static void
an_officer_who_left_the_roster_is_not_known(void **state)
{
	struct place *p = *state;
	struct fv_borrower_badge who;
	int64_t no;

	add_device(p, 9, "o9", &no);
	assert_int_equal(fv_store_device_approve(p->store, no, 1), FV_OK);
	assert_int_equal(ask(p, 0, &who), FV_ENOENT);
}

/* -- slips --------------------------------------------------------------------------- */

static void
append(struct place *p, uint64_t seq, uint32_t type, bool has_payload)
{
	struct fv_header header = {.type = type, .seq = seq, .rtc_ms = NOW - 5000};
	struct fv_buf bytes = {0};
	struct fv_store_record record = {.no = p->no,
	    .seq = seq,
	    .type = type,
	    .received_ms = NOW,
	    .has_payload = has_payload,
	    .payload = fv_span_z("\xa0"),
	    .salt = fv_span_of(salt, sizeof salt)};

	memcpy(header.dev, p->device.dev, sizeof header.dev);
	fv_header_put(&bytes, &header);
	record.header = fv_buf_span(&bytes);
	assert_int_equal(fv_store_record_append(p->store, &record), FV_OK);
	fv_buf_clear(&bytes);
}

static enum fv_err
find(struct place *p, uint64_t seq, int64_t now_ms, struct fv_borrower_visit *out)
{
	char code[FV_CODE_BYTES];

	fv_slip_code(salt, p->device.dev, seq, code);
	return fv_borrower_visit(p->store, code, now_ms, out);
}

static void
a_slip_code_finds_its_visit_once_it_is_here(void **state)
{
	struct place *p = *state;
	struct fv_borrower_visit visit;

	assert_int_equal(find(p, 0, NOW, &visit), FV_ENOENT);
	append(p, 0, FV_REC_VISIT_BEGIN, true);
	assert_int_equal(find(p, 0, NOW, &visit), FV_OK);
	assert_string_equal(visit.who.agency, "north");
	assert_string_equal(visit.who.badge, "o1");
	assert_int_equal(visit.recorded_ms, NOW - 5000);
	assert_int_equal(visit.received_ms, NOW);
}

static void
a_visit_whose_payload_comes_later_is_found_then(void **state)
{
	struct place *p = *state;
	struct fv_borrower_visit visit;
	const struct fv_store_record payload = {.no = p->no,
	    .type = FV_REC_VISIT_BEGIN,
	    .has_payload = true,
	    .payload = fv_span_z("\xa0"),
	    .salt = fv_span_of(salt, sizeof salt)};

	append(p, 0, FV_REC_VISIT_BEGIN, false);
	assert_int_equal(find(p, 0, NOW, &visit), FV_ENOENT);
	assert_int_equal(fv_store_record_fill(p->store, &payload), FV_OK);
	assert_int_equal(find(p, 0, NOW, &visit), FV_OK);
}

static void
other_records_have_no_slip(void **state)
{
	struct place *p = *state;
	struct fv_borrower_visit visit;

	append(p, 0, FV_REC_VISIT_END, true);
	assert_int_equal(find(p, 0, NOW, &visit), FV_ENOENT);
}

static void
a_slip_code_expires_after_two_years_with_the_answer_of_an_unknown_one(void **state)
{
	struct place *p = *state;
	struct fv_borrower_visit visit, unknown;

	append(p, 0, FV_REC_VISIT_BEGIN, true);
	assert_int_equal(find(p, 0, NOW + FV_SLIP_LIFE_MS, &visit), FV_OK);
	assert_int_equal(find(p, 0, NOW + FV_SLIP_LIFE_MS + 1, &visit), FV_ENOENT);
	assert_int_equal(find(p, 1, NOW, &unknown), FV_ENOENT);
	assert_memory_equal(&visit, &unknown, sizeof visit);
}

static void
a_visit_that_is_dropped_unsealed_leaves_no_slip(void **state)
{
	struct place *p = *state;
	struct fv_borrower_visit visit;

	append(p, 0, FV_REC_VISIT_BEGIN, true);
	assert_int_equal(fv_store_record_drop_from(p->store, p->no, 0), FV_OK);
	assert_int_equal(find(p, 0, NOW, &visit), FV_ENOENT);
}

static void
the_store_holds_the_hash_of_a_slip_code_and_not_the_code(void **state)
{
	struct place *p = *state;
	char code[FV_CODE_BYTES];
	struct fv_hash hash;
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;

	append(p, 0, FV_REC_VISIT_BEGIN, true);
	fv_slip_code(salt, p->device.dev, 0, code);
	fv_slip_hash(code, &hash);
	assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, "SELECT hash FROM slip", -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_int_equal(sqlite3_column_bytes(stmt, 0), FV_HASH_BYTES);
	assert_memory_equal(sqlite3_column_blob(stmt, 0), hash.b, FV_HASH_BYTES);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(the_code_of_an_approved_handheld_names_agency_and_badge),
	    T(older_codes_and_wrong_ones_are_not_known),
	    T(an_unapproved_handheld_is_not_known),
	    T(a_revoked_handheld_is_not_known),
	    T(an_officer_who_left_the_roster_is_not_known),
	    T(a_slip_code_finds_its_visit_once_it_is_here),
	    T(a_visit_whose_payload_comes_later_is_found_then),
	    T(other_records_have_no_slip),
	    T(a_slip_code_expires_after_two_years_with_the_answer_of_an_unknown_one),
	    T(a_visit_that_is_dropped_unsealed_leaves_no_slip),
	    T(the_store_holds_the_hash_of_a_slip_code_and_not_the_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
