#include "../../sync-server/store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "../../sync-server/store/book.h"
#include "../../sync-server/store/findings.h"
#include "../../sync-server/store/log.h"
#include "../../sync-server/store/notes.h"
#include "../../sync-server/store/records.h"
#include "fv/slip.h"

struct place {
	char dir[64];
	char path[96];
	struct fv_store *store;
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	assert_int_equal(fv_crypto_init(), FV_OK);
	strcpy(p->dir, "/tmp/fv-store-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof p->path, "%s/fieldvisitd.db", p->dir);
	assert_int_equal(fv_store_open(&p->store, p->path, FV_STORE_CREATE), FV_OK);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[128];

	fv_store_close(p->store);
	snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

/* Run SQL beside the store, as somebody with the file would; the result code. */
static int
run_sql(const struct place *p, const char *sql)
{
	sqlite3 *db = NULL;
	int rc;

	assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
	rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
	return rc;
}

static int64_t
add_device(struct place *p, uint8_t mark, const char *officer)
{
	struct fv_store_device device = {.enrolled_ms = 1000, .enrol_index = 2};
	int64_t no;

	memset(device.dev, mark, sizeof device.dev);
	memset(device.pk_0, mark + 1, sizeof device.pk_0);
	strcpy(device.agency, "bank");
	strcpy(device.team, "north");
	snprintf(device.officer, sizeof device.officer, "%s", officer);
	assert_int_equal(fv_store_device_add(p->store, &device, &no), FV_OK);
	return no;
}

static const uint8_t salt[16] = {1, 2, 3};
static const uint8_t payload[] = {0xa1, 0x04, 0x01};

static struct fv_store_record
make_record(int64_t no, uint64_t seq)
{
	struct fv_store_record r = {.no = no, .seq = seq, .type = 5, .received_ms = 77};

	r.header = fv_span_z("header");
	r.has_payload = true;
	r.salt = fv_span_of(salt, sizeof salt);
	r.payload = fv_span_of(payload, sizeof payload);
	return r;
}

static void
append(struct place *p, struct fv_store_record r)
{
	assert_int_equal(fv_store_record_append(p->store, &r), FV_OK);
}

static void
a_new_store_refuses_to_replace_a_file(void **state)
{
	struct place *p = *state;
	struct fv_store *other;

	assert_int_equal(fv_store_open(&other, p->path, FV_STORE_CREATE), FV_EEXIST);
	assert_null(other);
}

static void
a_missing_file_is_named_so(void **state)
{
	struct fv_store *other;

	(void)state;
	assert_int_equal(
	    fv_store_open(&other, "/tmp/fv-no-such.db", FV_STORE_WRITE), FV_ENOENT);
	assert_int_equal(
	    fv_store_open(&other, "/tmp/fv-no-such.db", FV_STORE_READ), FV_ENOENT);
}

static void
a_store_of_a_newer_build_is_refused(void **state)
{
	struct place *p = *state;
	struct fv_store *other;

	assert_int_equal(run_sql(p, "PRAGMA user_version=99"), SQLITE_OK);
	assert_int_equal(fv_store_open(&other, p->path, FV_STORE_WRITE), FV_EVERSION);
}

static void
a_damaged_page_is_found_after_an_unclean_stop(void **state)
{
	struct place *p = *state;
	struct fv_store *again;
	char path[96], wal[112];
	FILE *f;

	for (uint8_t i = 0; i < 60; i++)
		(void)add_device(p, (uint8_t)(i + 1), "zhang");
	/* what a kill leaves: the file as it was checkpointed, and a log beside it */
	snprintf(path, sizeof path, "%s/cut.db", p->dir);
	snprintf(wal, sizeof wal, "%s-wal", path);
	assert_int_equal(fv_store_backup(p->store, path), FV_OK);
	assert_non_null(f = fopen(path, "r+b"));
	for (long page = 1; page <= 3; page++) { /* the last ones hold rows of devices */
		assert_int_equal(fseek(f, -page * 4096, SEEK_END), 0);
		assert_int_equal(fwrite("damage", 1, 6, f), 6);
	}
	assert_int_equal(fclose(f), 0);
	assert_int_equal(fv_store_open(&again, path, FV_STORE_WRITE), FV_OK);
	fv_store_close(again); /* nobody looked */
	assert_non_null(f = fopen(wal, "wb"));
	assert_int_equal(fwrite("not a log", 1, 9, f), 9);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(fv_store_open(&again, path, FV_STORE_WRITE), FV_ECORRUPT);
	assert_null(again);
}

static void
a_migration_that_fails_leaves_the_old_schema(void **state)
{
	struct place *p = *state;
	struct fv_store *store;
	char path[96];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/old.db", p->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	/* version 0, with a table in the way of the last statements of the script */
	assert_int_equal(
	    sqlite3_exec(db, "CREATE TABLE finding(x)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_not_equal(fv_store_open(&store, path, FV_STORE_WRITE), FV_OK);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "CREATE TABLE record(x)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
an_older_store_is_migrated_and_a_reader_waits_for_that(void **state)
{
	struct place *p = *state;
	struct fv_store *store;
	char path[96];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/zero.db", p->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE old(x)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(fv_store_open(&store, path, FV_STORE_READ), FV_ESTATE);
	assert_int_equal(fv_store_open(&store, path, FV_STORE_WRITE), FV_OK);
	assert_int_equal(fv_store_check(store), FV_OK);
	fv_store_close(store);
	assert_int_equal(fv_store_open(&store, path, FV_STORE_READ), FV_OK);
	fv_store_close(store);
}

static enum fv_err
count_moved(int64_t no, uint64_t seq, void *ctx)
{
	size_t *count = ctx;

	*count += no == 1 && seq == 0 ? 1U : 0U;
	return FV_OK;
}

/* The visit's slip code leads to it. */
static void
find_slip(struct place *p, int64_t no, uint64_t seq)
{
	struct fv_store_device device;
	char code[FV_CODE_BYTES];
	struct fv_hash hash;
	uint64_t found_seq;
	int64_t found_no;

	assert_int_equal(fv_store_device_get_no(p->store, no, &device), FV_OK);
	fv_slip_code(salt, device.dev, seq, code);
	fv_slip_hash(code, &hash);
	assert_int_equal(fv_store_slip_find(p->store, &hash, &found_no, &found_seq), FV_OK);
	assert_true(found_no == no && found_seq == seq);
}

/* What version 1 left: the later migrations undone by hand. */
static void
a_store_of_version_1_keeps_its_findings_corrections_and_slips(void **state)
{
	static const uint8_t no_salt[FV_SALT_BYTES] = {0};
	static const uint8_t amend[] = {0xa2, 1, 0, 5, 0xa1, 1, 0x62, 'c', '2'};
	struct fv_store_record record = {.seq = 3,
	    .type = FV_REC_AMEND,
	    .header = fv_span_z("header"),
	    .has_payload = true,
	    .salt = fv_span_of(no_salt, sizeof no_salt),
	    .payload = fv_span_of(amend, sizeof amend)};
	size_t moved = 0;
	struct place *p = *state;
	struct fv_store_finding f = {.id = {9}, .case_id = fv_span_z("c1"), .verdict = 4}, got;
	struct fv_store_run run;

	record.no = add_device(p, 7, "zhang");
	assert_int_equal(fv_store_record_append(p->store, &record), FV_OK);
	append(p, make_record(record.no, 2));
	find_slip(p, record.no, 2);
	assert_int_equal(fv_store_finding_append(p->store, &f), FV_OK);
	fv_store_close(p->store);
	assert_int_equal(
	    run_sql(p,
		"DROP TRIGGER finding_standing; DROP TRIGGER case_since_new;"
		"DROP TRIGGER case_since_moved; DROP TABLE fact;"
		"DROP TABLE standing; DROP TABLE case_since; DROP TABLE moved;"
		"DROP TABLE alert; DROP TABLE watch;"
		"DROP TRIGGER slip_gone; DROP TABLE slip;"
		"DROP TABLE link; DROP TABLE account;"
		"DROP TABLE complaint; DROP TABLE code_seen;"
		"DROP TABLE rewrap; DROP TABLE roster_draft; DROP INDEX record_notes;"
		"DROP TABLE token; DROP TABLE position;"
		"DROP TRIGGER feed_record; DROP TRIGGER feed_finding; DROP TABLE feed;"
		"DROP TRIGGER shift_gone; DROP TABLE shift;"
		"DROP INDEX device_agency;"
		"DROP TRIGGER record_refilled; DROP TRIGGER record_gone;"
		"DROP TRIGGER stale_imported; DROP TRIGGER stale_replaced;"
		"DROP TRIGGER stale_new_case; DROP TRIGGER stale_changed_case;"
		"DROP TRIGGER replied_gone; DROP TABLE stale; DROP TABLE seen;"
		"DROP TABLE refilled; DROP TABLE queued; DROP TABLE queue;"
		"DROP TABLE queue_tick; DROP TABLE open_finding; DROP TABLE cause;"
		"DROP TABLE review; DROP TABLE proposal; DROP TABLE replied;"
		"DROP TABLE looked; DROP TABLE IF EXISTS position;"
		"DROP TABLE IF EXISTS rewrap; DROP TABLE IF EXISTS roster_draft;"
		"DROP TABLE IF EXISTS token; DROP INDEX IF EXISTS record_notes;"
		"DROP INDEX IF EXISTS alert_told;"
		"DROP TABLE plan_entry; DROP TABLE hold; DROP TABLE asked;"
		"DROP TABLE settled; DROP INDEX case_agency; DROP VIEW exception_now;"
		"DROP INDEX record_context; DROP INDEX finding_run;"
		"DROP TABLE audit_run; ALTER TABLE finding DROP COLUMN run;"
		"DROP TABLE hand; DROP TABLE hand_let;"
		"DROP TABLE staff; DROP TABLE team; DROP TABLE agency;"
		"ALTER TABLE trail DROP COLUMN told_ms; ALTER TABLE trail DROP COLUMN "
		"ahead_ms;"
		"ALTER TABLE trail DROP COLUMN said_n;"
		"DROP TABLE config;"
		"DROP TABLE intake;"
		"PRAGMA user_version=1"),
	    SQLITE_OK);
	assert_int_equal(fv_store_open(&p->store, p->path, FV_STORE_READ), FV_ESTATE);
	assert_int_equal(fv_store_open(&p->store, p->path, FV_STORE_WRITE), FV_OK);
	assert_int_equal(fv_store_finding_last(p->store, f.id, &got), FV_OK);
	assert_true(got.verdict == 4 && got.revision == 1 && got.run == 0);
	assert_int_equal(fv_store_run_last(p->store, &run), FV_ENOENT);
	assert_int_equal(fv_store_moved_each(p->store, "c2", count_moved, &moved), FV_OK);
	assert_int_equal(moved, 1);
	find_slip(p, record.no, 2);
	assert_int_equal(fv_store_check(p->store), FV_OK);
}

static void
a_run_is_saved_until_it_ends(void **state)
{
	struct place *p = *state;
	struct fv_store_run run = {.started_ms = 5,
				.args = fv_span_z("{}"),
				.packs = fv_span_z("hash")},
			    got;
	uint64_t no;

	assert_int_equal(fv_store_run_put(p->store, &run, &no), FV_OK);
	run.no = no;
	run.cursor = fv_span_z("c1");
	run.tally = fv_span_z("{\"cases\":1}");
	assert_int_equal(fv_store_run_save(p->store, &run), FV_OK);
	assert_int_equal(fv_store_run_last(p->store, &got), FV_OK);
	assert_true(got.no == no && !got.is_ended && fv_span_equal(got.cursor, run.cursor) &&
	    fv_span_equal(got.packs, run.packs) && got.started_ms == 5);
	run.is_ended = true;
	run.ended_ms = 9;
	assert_int_equal(fv_store_run_save(p->store, &run), FV_OK);
	assert_int_equal(fv_store_run_save(p->store, &run), FV_ESTATE);
	run.no = no + 1;
	assert_int_equal(fv_store_run_save(p->store, &run), FV_ESTATE);
	assert_int_equal(run_sql(p, "DELETE FROM audit_run"), SQLITE_CONSTRAINT);
}

static void
a_reader_cannot_write(void **state)
{
	struct place *p = *state;
	struct fv_store *reader;

	assert_int_equal(fv_store_open(&reader, p->path, FV_STORE_READ), FV_OK);
	assert_int_not_equal(fv_store_meta_set(reader, "a", fv_span_z("b")), FV_OK);
	fv_store_close(reader);
}

static void
a_rolled_back_transaction_leaves_nothing(void **state)
{
	struct place *p = *state;
	struct fv_buf value = {0};

	assert_int_equal(fv_store_begin(p->store), FV_OK);
	assert_int_equal(fv_store_meta_set(p->store, "agency", fv_span_z("bank")), FV_OK);
	fv_store_rollback(p->store);
	fv_store_rollback(p->store);
	assert_int_equal(fv_store_meta_get(p->store, "agency", &value), FV_ENOENT);
	fv_buf_clear(&value);
}

static void
a_device_comes_back_as_it_was_added(void **state)
{
	struct place *p = *state;
	struct fv_store_device got;
	uint8_t dev[16];
	int64_t no = add_device(p, 7, "zhang");

	memset(dev, 7, sizeof dev);
	assert_int_equal(fv_store_device_get(p->store, dev, &got), FV_OK);
	assert_true(got.no == no && !got.is_approved && !got.is_revoked);
	assert_string_equal(got.officer, "zhang");
	assert_int_equal(fv_store_device_approve(p->store, no, 5), FV_OK);
	assert_int_equal(fv_store_device_revoke(p->store, no, 6, 41), FV_OK);
	assert_int_equal(fv_store_device_get_no(p->store, no, &got), FV_OK);
	assert_true(got.is_approved && got.is_revoked && got.trusted_size == 41);
	dev[0] = 0;
	assert_int_equal(fv_store_device_get(p->store, dev, &got), FV_ENOENT);
}

static void
handles_replace_the_earlier_ones(void **state)
{
	struct place *p = *state;
	struct fv_store_handle a = {"aaaaaaa", 1}, b = {"bbbbbbb", 2};
	int64_t no = add_device(p, 7, "zhang"), got;
	uint32_t idx;

	assert_int_equal(fv_store_handles_set(p->store, no, 1, &a, 1), FV_OK);
	assert_int_equal(fv_store_handle_find(p->store, a.handle, &got, &idx), FV_OK);
	assert_true(got == no && idx == 1);
	assert_int_equal(fv_store_handles_set(p->store, no, 2, &b, 1), FV_OK);
	assert_int_equal(fv_store_handle_find(p->store, a.handle, &got, &idx), FV_ENOENT);
	assert_int_equal(fv_store_handle_find(p->store, b.handle, &got, &idx), FV_OK);
}

static void
a_trail_is_loaded_as_it_was_saved(void **state)
{
	struct place *p = *state;
	struct fv_store_trail trail, got;
	int64_t no = add_device(p, 7, "zhang");
	struct fv_hash leaf = {{9}};

	assert_int_equal(fv_store_trail_load(p->store, no, &trail), FV_OK);
	assert_true(trail.trail.range.size == 0 && trail.trail.seal_pk[0] == 8);
	for (int i = 0; i < 5; i++)
		fv_merkle_range_append(&trail.trail.range, &leaf);
	trail.sealed_range = trail.trail.range;
	trail.trail.sealed_size = 5;
	fv_merkle_range_append(&trail.trail.range, &leaf);
	trail.trail.last.type = 18;
	trail.trail.last.seq = 5;
	memset(trail.trail.last.dev, 7, 16);
	trail.trail.last_leaf = leaf;
	trail.head_size = 5;
	trail.has_tail = true;
	trail.tail_n = 6;
	trail.has_clock = true;
	trail.ahead_ms = -5;
	trail.told_ms = 77;
	trail.said_n = 9;
	assert_int_equal(fv_store_trail_save(p->store, no, &trail), FV_OK);
	assert_int_equal(fv_store_trail_load(p->store, no, &got), FV_OK);
	assert_memory_equal(&got.trail.range, &trail.trail.range, sizeof got.trail.range);
	assert_memory_equal(&got.sealed_range, &trail.sealed_range, sizeof got.sealed_range);
	assert_true(got.trail.last.type == 18 && got.has_tail && got.tail_n == 6);
	assert_true(!got.has_state && got.head_size == 5);
	assert_true(
	    got.has_clock && got.ahead_ms == -5 && got.told_ms == 77 && got.said_n == 9);
}

/* The only seals that count are good ones received by the time; the newest of them. */
static void
the_size_that_had_come_by_a_time_is_that_of_its_last_seal(void **state)
{
	struct place *p = *state;
	const int64_t no = add_device(p, 7, "zhang");
	struct fv_store_trail trail;
	struct fv_store_seal seal;
	const struct fv_hash leaf = {{9}};

	assert_int_equal(fv_store_seal_by(p->store, no, UINT64_MAX, 99, &seal), FV_ENOENT);
	for (uint64_t seq = 0; seq < 8; seq++) {
		struct fv_store_record record = make_record(no, seq);

		record.type = seq == 2 || seq == 5 || seq == 7 ? FV_REC_SEAL : FV_REC_NOTE;
		record.received_ms = seq < 3 ? 100 : 200 + (int64_t)seq;
		append(p, record);
	}
	assert_int_equal(fv_store_trail_load(p->store, no, &trail), FV_OK);
	for (int i = 0; i < 6; i++)
		fv_merkle_range_append(&trail.trail.range, &leaf);
	trail.trail.last.type = FV_REC_SEAL;
	trail.trail.last.seq = 5;
	memset(trail.trail.last.dev, 7, sizeof trail.trail.last.dev);
	trail.trail.sealed_size = 6; /* record 7 is a seal that was not good */
	trail.sealed_range = trail.trail.range;
	assert_int_equal(fv_store_trail_save(p->store, no, &trail), FV_OK);
	assert_int_equal(fv_store_seal_by(p->store, no, UINT64_MAX, INT64_MAX, &seal), FV_OK);
	assert_true(seal.size == 6 && seal.received_ms == 205);
	assert_int_equal(fv_store_seal_by(p->store, no, UINT64_MAX, 204, &seal), FV_OK);
	assert_true(seal.size == 3 && seal.received_ms == 100);
	assert_int_equal(fv_store_seal_by(p->store, no, 6, INT64_MAX, &seal), FV_OK);
	assert_int_equal(seal.size, 3);
	assert_int_equal(fv_store_seal_by(p->store, no, 3, INT64_MAX, &seal), FV_ENOENT);
	assert_int_equal(fv_store_seal_by(p->store, no, UINT64_MAX, 99, &seal), FV_ENOENT);
}

static void
a_record_twice_is_refused(void **state)
{
	struct place *p = *state;
	struct fv_store_record r = make_record(add_device(p, 7, "zhang"), 0);

	append(p, r);
	assert_int_equal(fv_store_record_append(p->store, &r), FV_EEXIST);
}

static void
a_record_is_never_changed_not_even_beside_the_program(void **state)
{
	struct place *p = *state;

	append(p, make_record(add_device(p, 7, "zhang"), 0));
	assert_int_equal(run_sql(p, "UPDATE record SET header = x'00'"), SQLITE_CONSTRAINT);
	assert_int_equal(run_sql(p, "UPDATE record SET payload = x'00'"), SQLITE_CONSTRAINT);
	assert_int_equal(run_sql(p, "UPDATE record SET type = 6"), SQLITE_CONSTRAINT);
	/* erasing a payload is not changing it */
	assert_int_equal(
	    run_sql(p, "UPDATE record SET payload = NULL, salt = NULL"), SQLITE_OK);
}

static void
sealed_records_cannot_be_dropped(void **state)
{
	struct place *p = *state;
	int64_t no = add_device(p, 7, "zhang");
	struct fv_store_trail trail;
	struct fv_store_record got;

	for (uint64_t seq = 0; seq < 4; seq++)
		append(p, make_record(no, seq));
	assert_int_equal(fv_store_trail_load(p->store, no, &trail), FV_OK);
	trail.trail.sealed_size = 2;
	trail.sealed_range.size = 2;
	assert_int_equal(fv_store_trail_save(p->store, no, &trail), FV_OK);
	assert_int_equal(fv_store_record_drop_from(p->store, no, 1), FV_EDENIED);
	assert_int_equal(fv_store_record_get(p->store, no, 3, &got), FV_OK);
	assert_false(got.is_sealed);
	assert_int_equal(fv_store_record_drop_from(p->store, no, 2), FV_OK);
	assert_int_equal(fv_store_record_get(p->store, no, 2, &got), FV_ENOENT);
	assert_int_equal(fv_store_record_get(p->store, no, 1, &got), FV_OK);
	assert_true(got.is_sealed);
}

static void
dropping_records_of_one_device_leaves_the_next_ones_alone(void **state)
{
	struct place *p = *state;
	int64_t a = add_device(p, 7, "zhang"), b = add_device(p, 8, "li");
	struct fv_store_record got;

	append(p, make_record(a, 0));
	append(p, make_record(b, 0));
	assert_int_equal(fv_store_record_drop_from(p->store, a, 0), FV_OK);
	assert_int_equal(fv_store_record_get(p->store, b, 0, &got), FV_OK);
}

static void
a_payload_that_travelled_apart_is_filled_in_once(void **state)
{
	struct place *p = *state;
	struct fv_store_record r = make_record(add_device(p, 7, "zhang"), 0), got;

	r.has_payload = false;
	append(p, r);
	assert_int_equal(fv_store_record_get(p->store, r.no, 0, &got), FV_OK);
	assert_false(got.has_payload);
	r.case_id = fv_span_z("c1");
	assert_int_equal(fv_store_record_fill(p->store, &r), FV_OK);
	assert_int_equal(fv_store_record_get(p->store, r.no, 0, &got), FV_OK);
	assert_true(got.has_payload && fv_span_equal(got.case_id, fv_span_z("c1")));
	assert_int_equal(fv_store_record_fill(p->store, &r), FV_EEXIST);
}

static enum fv_err
note_seq(const struct fv_store_record *record, void *ctx)
{
	char *text = ctx;

	snprintf(text + strlen(text), 16, "%u ", (unsigned)record->seq);
	return FV_OK;
}

static void
records_are_found_by_visit_and_by_case(void **state)
{
	struct place *p = *state;
	int64_t no = add_device(p, 7, "zhang");
	struct fv_store_record r;
	char text[128] = "";

	for (uint64_t seq = 0; seq < 8; seq++) {
		r = make_record(no, seq);
		if (seq == 2)
			r.case_id = fv_span_z("c1");
		r.has_subject_seq = seq == 4 || seq == 5;
		r.subject_seq = 2;
		append(p, r);
	}
	assert_int_equal(fv_store_record_each_about(p->store, no, 2, note_seq, text), FV_OK);
	assert_string_equal(text, "2 4 5 ");
	text[0] = 0;
	assert_int_equal(
	    fv_store_record_each_case(p->store, fv_span_z("c1"), note_seq, text), FV_OK);
	assert_string_equal(text, "2 ");
	text[0] = 0;
	assert_int_equal(fv_store_record_each(p->store, no,
			     (struct fv_store_seqs){6, UINT64_MAX}, note_seq, text),
	    FV_OK);
	assert_string_equal(text, "6 7 ");
}

struct reading {
	atomic_bool is_over;
	size_t count;
};

static enum fv_err
end_at_first(const struct fv_store_record *record, void *ctx)
{
	struct reading *reading = ctx;

	(void)record;
	atomic_store(&reading->is_over, true);
	reading->count++;
	return FV_OK;
}

static void
a_long_read_ends_soon_after_it_was_told_to(void **state)
{
	const struct fv_store_seqs all = {0, UINT64_MAX};
	struct reading reading = {0};
	struct place *p = *state;
	int64_t no = add_device(p, 7, "zhang");

	assert_int_equal(fv_store_begin(p->store), FV_OK);
	for (uint64_t seq = 0; seq < 3000; seq++)
		append(p, make_record(no, seq));
	assert_int_equal(fv_store_commit(p->store), FV_OK);
	fv_store_end_when(p->store, &reading.is_over);
	assert_int_equal(
	    fv_store_record_each(p->store, no, all, end_at_first, &reading), FV_ESTATE);
	assert_in_range(reading.count, 1, 1000);
}

static void
the_same_span_is_quarantined_once_and_the_rest_is_bounded(void **state)
{
	struct place *p = *state;
	int64_t no = add_device(p, 7, "zhang");
	static uint8_t big[700000];
	uint64_t spans, bytes;

	assert_int_equal(fv_store_quarantine_put(
			     p->store, no, 3, FV_QUARANTINE_FORK, fv_span_of(big, sizeof big)),
	    FV_OK);
	assert_int_equal(fv_store_quarantine_put(
			     p->store, no, 3, FV_QUARANTINE_FORK, fv_span_of(big, sizeof big)),
	    FV_EEXIST);
	assert_int_equal(fv_store_quarantine_put(p->store, no, 3, FV_QUARANTINE_FORK,
			     fv_span_of(big, sizeof big - 1)),
	    FV_OK);
	assert_int_equal(fv_store_quarantine_count(p->store, no, &spans, &bytes), FV_OK);
	assert_true(spans == 2 && bytes == sizeof big);
}

static enum fv_err
count_blobs(const struct fv_store_blob *blob, void *ctx)
{
	(void)blob;
	++*(int *)ctx;
	return FV_OK;
}

static void
only_named_blobs_are_held_and_the_missing_ones_are_listed(void **state)
{
	struct place *p = *state;
	int64_t no = add_device(p, 7, "zhang"), other = add_device(p, 8, "li");
	struct fv_hash hash = {{1}};
	struct fv_store_blob blob;
	int count = 0;

	assert_int_equal(fv_store_blob_get(p->store, no, &hash, &blob), FV_ENOENT);
	assert_int_equal(fv_store_blob_name(p->store, no, &hash, 4, FV_BLOB_CONTENT), FV_OK);
	assert_int_equal(fv_store_blob_name(p->store, no, &hash, 9, FV_BLOB_CONTENT), FV_OK);
	assert_int_equal(fv_store_blob_get(p->store, other, &hash, &blob), FV_ENOENT);
	assert_int_equal(fv_store_blob_get(p->store, no, &hash, &blob), FV_OK);
	assert_true(blob.seq == 4 && blob.held == 0 && !blob.is_complete);
	assert_int_equal(fv_store_blob_missing(p->store, no, 64, count_blobs, &count), FV_OK);
	assert_int_equal(count, 1);
	blob.total = blob.held = 3;
	blob.is_complete = true;
	blob.data = fv_span_z("abc");
	assert_int_equal(fv_store_blob_put(p->store, &blob), FV_OK);
	count = 0;
	assert_int_equal(fv_store_blob_missing(p->store, no, 64, count_blobs, &count), FV_OK);
	assert_int_equal(count, 0);
	assert_int_equal(fv_store_blob_get(p->store, no, &hash, &blob), FV_OK);
	assert_true(fv_span_equal(blob.data, fv_span_z("abc")));
}

static void
a_size_of_the_log_has_one_root_for_ever(void **state)
{
	struct place *p = *state;
	struct fv_hash root = {{1}}, other = {{2}}, got;
	uint64_t size;

	assert_int_equal(fv_store_head_put(p->store, 3, &root), FV_OK);
	assert_int_equal(fv_store_head_put(p->store, 3, &other), FV_EEXIST);
	assert_int_equal(fv_store_head_get(p->store, &size, &got), FV_OK);
	assert_true(size == 3 && got.b[0] == 1);
	assert_int_equal(run_sql(p, "UPDATE head SET root = x'00'"), SQLITE_CONSTRAINT);
	assert_int_equal(run_sql(p, "DELETE FROM head"), SQLITE_CONSTRAINT);
}

static enum fv_err
note_change(const struct fv_store_changed *row, void *ctx)
{
	char *text = ctx;

	snprintf(text + strlen(text), 32, "%d%.*s ", (int)row->kind, (int)row->key.len,
	    (const char *)row->key.ptr);
	return FV_OK;
}

static void
a_device_sees_its_officers_changes_and_a_tombstone_instead_of_the_case(void **state)
{
	struct place *p = *state;
	struct fv_store_device device;
	struct fv_store_audience zhang = {.officer = "zhang"}, li = {.officer = "li"},
				 all = {0};
	int64_t no = add_device(p, 7, "zhang");
	uint64_t last;
	char text[128] = "";

	assert_int_equal(fv_store_device_get_no(p->store, no, &device), FV_OK);
	assert_int_equal(
	    fv_store_change(p->store, zhang, FV_ITEM_CASE, fv_span_z("c1")), FV_OK);
	assert_int_equal(
	    fv_store_change(p->store, zhang, FV_ITEM_CARD, fv_span_z("c1")), FV_OK);
	assert_int_equal(fv_store_change(p->store, li, FV_ITEM_CASE, fv_span_z("c2")), FV_OK);
	assert_int_equal(
	    fv_store_change(p->store, all, FV_ITEM_ROSTER, fv_span_z("bank")), FV_OK);
	assert_int_equal(
	    fv_store_changed_each(p->store, &device, 0, note_change, text), FV_OK);
	assert_string_equal(text, "1c1 7c1 6bank ");
	assert_int_equal(fv_store_change_last(p->store, &last), FV_OK);
	assert_int_equal(
	    fv_store_change(p->store, zhang, FV_ITEM_TOMBSTONE, fv_span_z("c1")), FV_OK);
	text[0] = 0;
	assert_int_equal(
	    fv_store_changed_each(p->store, &device, 0, note_change, text), FV_OK);
	assert_string_equal(text, "6bank 12c1 ");
	text[0] = 0;
	assert_int_equal(
	    fv_store_changed_each(p->store, &device, last, note_change, text), FV_OK);
	assert_string_equal(text, "12c1 ");
}

static void
a_case_is_assigned_until_it_is_closed_or_given_to_others(void **state)
{
	struct place *p = *state;
	struct fv_store_case row = {.item = {.id = fv_span_z("c1"), .actor = 2}}, got;
	bool yes;

	row.item.assigned = fv_span_z("zhang;li");
	assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
	assert_int_equal(fv_store_case_is_assigned(p->store, row.item.id, "li", &yes), FV_OK);
	assert_true(yes);
	row.item.assigned = fv_span_z("zhang");
	assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
	assert_int_equal(fv_store_case_is_assigned(p->store, row.item.id, "li", &yes), FV_OK);
	assert_false(yes);
	row.is_closed = true;
	assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
	assert_int_equal(
	    fv_store_case_is_assigned(p->store, row.item.id, "zhang", &yes), FV_OK);
	assert_false(yes);
	assert_int_equal(fv_store_case_get(p->store, row.item.id, &got), FV_OK);
	assert_true(got.is_closed && !got.item.has_place && got.item.actor == 2);
}

static void
a_card_never_goes_back_to_an_older_version(void **state)
{
	struct place *p = *state;
	struct fv_store_case row = {.item = {.id = fv_span_z("c1"), .actor = 2}};
	struct fv_item_card a = {fv_span_z("n"), fv_span_z("c"), fv_span_z("k")};
	struct fv_item_card b = {fv_span_z("m"), fv_span_z("c"), fv_span_z("k")};

	assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
	assert_int_equal(fv_store_card_put(p->store, row.item.id, 2, &a), FV_OK);
	assert_int_equal(fv_store_card_put(p->store, row.item.id, 2, &a), FV_OK);
	assert_int_equal(fv_store_card_put(p->store, row.item.id, 2, &b), FV_ECONFLICT);
	assert_int_equal(fv_store_card_put(p->store, row.item.id, 1, &b), FV_ECONFLICT);
	assert_int_equal(fv_store_card_put(p->store, row.item.id, 3, &b), FV_OK);
}

static void
an_imported_line_is_idempotent_and_never_replaced(void **state)
{
	struct place *p = *state;
	struct fv_store_import line = {.source = fv_span_z("dialler"),
	    .id = fv_span_z("k1"),
	    .case_id = fv_span_z("c1"),
	    .line = fv_span_z("{}")};

	assert_int_equal(fv_store_import_put(p->store, &line), FV_OK);
	assert_int_equal(fv_store_import_put(p->store, &line), FV_EEXIST);
	line.line = fv_span_z("{\"a\":1}");
	assert_int_equal(fv_store_import_put(p->store, &line), FV_ECONFLICT);
	line.source = fv_span_z("letter");
	assert_int_equal(fv_store_import_put(p->store, &line), FV_OK);
}

static void
a_ticket_is_spent_once(void **state)
{
	struct place *p = *state;
	struct fv_store_ticket ticket = {.id = {1}, .expires_ms = 5}, got;

	assert_int_equal(fv_store_ticket_put(p->store, &ticket, fv_span_z("note")), FV_OK);
	assert_int_equal(fv_store_ticket_put(p->store, &ticket, fv_span_z("note")), FV_EEXIST);
	assert_int_equal(fv_store_ticket_spend(p->store, ticket.id, 7, 3), FV_OK);
	assert_int_equal(fv_store_ticket_spend(p->store, ticket.id, 8, 4), FV_ESTATE);
	assert_int_equal(fv_store_ticket_get(p->store, ticket.id, &got), FV_OK);
	assert_true(got.is_spent && got.spent_ms == 7 && got.device_no == 3);
}

static void
a_findings_revisions_are_added_and_never_changed(void **state)
{
	struct place *p = *state;
	struct fv_store_finding f = {.id = {1},
				    .case_id = fv_span_z("c1"),
				    .verdict = 1,
				    .inputs = fv_span_z("x")},
				got;

	assert_int_equal(fv_store_finding_append(p->store, &f), FV_OK);
	f.verdict = 2;
	assert_int_equal(fv_store_finding_append(p->store, &f), FV_OK);
	assert_int_equal(fv_store_finding_last(p->store, f.id, &got), FV_OK);
	assert_true(got.revision == 2 && got.verdict == 2);
	assert_int_equal(run_sql(p, "UPDATE finding SET verdict = 0"), SQLITE_CONSTRAINT);
	assert_int_equal(run_sql(p, "DELETE FROM finding"), SQLITE_CONSTRAINT);
}

static void
a_backup_holds_what_was_committed(void **state)
{
	struct place *p = *state;
	struct fv_store *copy;
	struct fv_store_device got;
	char path[96];
	int64_t no = add_device(p, 7, "zhang");

	snprintf(path, sizeof path, "%s/copy.db", p->dir);
	assert_int_equal(fv_store_backup(p->store, path), FV_OK);
	assert_int_equal(fv_store_backup(p->store, path), FV_EEXIST);
	assert_int_equal(fv_store_open(&copy, path, FV_STORE_WRITE), FV_OK);
	assert_int_equal(fv_store_device_get_no(copy, no, &got), FV_OK);
	assert_int_equal(fv_store_check(copy), FV_OK);
	fv_store_close(copy);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static enum fv_err
count_rewraps(const struct fv_store_rewrap *rewrap, void *ctx)
{
	assert_int_equal(rewrap->key_ids.len, 4);
	assert_int_equal(rewrap->capsules.len, 80);
	(*(size_t *)ctx)++;
	return FV_OK;
}

static void
a_record_takes_at_most_16_rows_of_further_capsules(void **state)
{
	struct place *p = *state;
	const int64_t no = add_device(p, 1, "o1");
	uint8_t capsules[80] = {0};
	struct fv_store_rewrap row = {.no = no,
	    .seq = 5,
	    .key_ids = fv_span_z("abcd"),
	    .capsules = fv_span_of(capsules, sizeof capsules),
	    .note = fv_span_z("signed")};
	size_t count = 0;

	assert_int_equal(fv_store_begin(p->store), FV_OK);
	assert_int_equal(fv_store_rewrap_put(p->store, &row), FV_OK);
	assert_int_equal(fv_store_rewrap_put(p->store, &row), FV_EEXIST);
	for (capsules[3] = 1; capsules[3] < FV_REWRAPS_MAX; capsules[3]++)
		assert_int_equal(fv_store_rewrap_put(p->store, &row), FV_OK);
	assert_int_equal(fv_store_rewrap_put(p->store, &row), FV_ERANGE);
	row.seq = 6;
	assert_int_equal(fv_store_rewrap_put(p->store, &row), FV_OK);
	assert_int_equal(fv_store_commit(p->store), FV_OK);
	assert_int_equal(fv_store_rewrap_each(p->store, no, 5, count_rewraps, &count), FV_OK);
	assert_int_equal(count, FV_REWRAPS_MAX);
}

static void
there_is_one_draft_of_a_roster(void **state)
{
	struct place *p = *state;
	struct fv_buf note = {0};

	assert_int_equal(fv_store_roster_draft_get(p->store, &note), FV_ENOENT);
	assert_int_equal(fv_store_begin(p->store), FV_OK);
	assert_int_equal(fv_store_roster_draft_set(p->store, fv_span_z("one")), FV_OK);
	assert_int_equal(fv_store_roster_draft_set(p->store, fv_span_z("two")), FV_OK);
	assert_int_equal(fv_store_roster_draft_get(p->store, &note), FV_OK);
	assert_string_equal(fv_buf_z(&note), "two");
	assert_int_equal(fv_store_roster_draft_drop(p->store), FV_OK);
	assert_int_equal(fv_store_roster_draft_get(p->store, &note), FV_ENOENT);
	assert_int_equal(fv_store_commit(p->store), FV_OK);
	fv_buf_clear(&note);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_new_store_refuses_to_replace_a_file),
	    T(a_missing_file_is_named_so),
	    T(a_store_of_a_newer_build_is_refused),
	    T(a_damaged_page_is_found_after_an_unclean_stop),
	    T(a_migration_that_fails_leaves_the_old_schema),
	    T(an_older_store_is_migrated_and_a_reader_waits_for_that),
	    T(a_store_of_version_1_keeps_its_findings_corrections_and_slips),
	    T(a_run_is_saved_until_it_ends),
	    T(a_reader_cannot_write),
	    T(a_rolled_back_transaction_leaves_nothing),
	    T(a_device_comes_back_as_it_was_added),
	    T(handles_replace_the_earlier_ones),
	    T(a_trail_is_loaded_as_it_was_saved),
	    T(the_size_that_had_come_by_a_time_is_that_of_its_last_seal),
	    T(a_record_twice_is_refused),
	    T(a_record_is_never_changed_not_even_beside_the_program),
	    T(sealed_records_cannot_be_dropped),
	    T(dropping_records_of_one_device_leaves_the_next_ones_alone),
	    T(a_payload_that_travelled_apart_is_filled_in_once),
	    T(records_are_found_by_visit_and_by_case),
	    T(a_long_read_ends_soon_after_it_was_told_to),
	    T(the_same_span_is_quarantined_once_and_the_rest_is_bounded),
	    T(only_named_blobs_are_held_and_the_missing_ones_are_listed),
	    T(a_size_of_the_log_has_one_root_for_ever),
	    T(a_device_sees_its_officers_changes_and_a_tombstone_instead_of_the_case),
	    T(a_case_is_assigned_until_it_is_closed_or_given_to_others),
	    T(a_card_never_goes_back_to_an_older_version),
	    T(an_imported_line_is_idempotent_and_never_replaced),
	    T(a_ticket_is_spent_once),
	    T(a_record_takes_at_most_16_rows_of_further_capsules),
	    T(there_is_one_draft_of_a_roster),
	    T(a_findings_revisions_are_added_and_never_changed),
	    T(a_backup_holds_what_was_committed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
