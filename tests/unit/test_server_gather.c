/*
 * The judge folds one case from the store.  What it gives is held against the fold of all
 * records of all trails, on trails made at random: corrections that move visits, crashes,
 * steps of the clock, alarms, sessions, tracks, visits without fixes, missing payloads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fv/track.h"
#include "sync-server/cosign_codes.h"
#include "sync-server/judge.h"
#include "sync-server/store/findings.h"
#include "sync-server/store/records.h"
#include "tests/support/made.h"

#define DEVICES 3U
#define RECORDS 180U
#define ROUNDS 60U
#define CASES 5U /* c0 to c4; c4 is not known to the server */

struct trails {
	struct made_trail made[DEVICES];
	uint64_t sealed[DEVICES];
	bool is_missing[DEVICES][MADE_MAX]; /* the payload has not come */
	bool is_erased[DEVICES][MADE_MAX];
};

static uint32_t
dice(uint64_t *x, uint32_t sides)
{
	*x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*x >> 33) % sides;
}

static void
stamp(uint64_t *x, char out[96])
{
	if (dice(x, 3) == 0)
		(void)snprintf(out, 96, "{21:%u}", dice(x, 5));
	else
		(void)snprintf(out, 96, "{1:3,3:%u,4:1132644000,6:%u,18:%u,21:%u}",
		    231291000 + dice(x, 30000), 3000 + dice(x, 20000), dice(x, 900000),
		    dice(x, 9));
}

static void
add_track(struct made_trail *t, uint64_t *x)
{
	struct fv_track_fix fixes[20];
	struct fv_track_info info = {
	    .quantum_e7 = 10, .has_worst_eph = true, .worst_eph_mm = 8000};

	info.count = 1 + dice(x, 20);
	for (size_t i = 0; i < info.count; i++) {
		fixes[i].t_ms = t->rtc_ms - (int64_t)(info.count - i) * 1000;
		fixes[i].place = (struct fv_place){
		    231291000 + (int32_t)dice(x, 5000), 1132644000 + (int32_t)i};
	}
	info.first_ms = fixes[0].t_ms;
	assert_int_equal(
	    fv_track_payload_put(&t->records[t->count].payload, &info, fixes), FV_OK);
	(void)made_finish(t, FV_REC_TRACK);
}

/* A number of the trail: mostly a late one. */
static unsigned long long
some_seq(const struct made_trail *t, uint64_t *x)
{
	uint32_t back = 1 + dice(x, dice(x, 4) == 0 ? (uint32_t)t->count : 6);

	return back > t->count ? 0 : t->count - back;
}

static void
add_visit_part(struct made_trail *t, uint64_t *x, uint64_t *visit)
{
	char at[96];

	stamp(x, at);
	switch (dice(x, 8)) {
	case 0:
	case 1:
		*visit = made_putf(t, FV_REC_VISIT_BEGIN,
		    "{1:\"c%u\",2:%s,4:[\"o%u\",\"o2\"],5:1}", dice(x, CASES), at, dice(x, 3));
		break;
	case 2:
	case 3:
		(void)made_putf(t, FV_REC_VISIT_END, "{1:%llu,2:%s,4:%u}",
		    (unsigned long long)*visit, at, 1 + dice(x, 3));
		break;
	case 4:
		(void)made_putf(t, FV_REC_OUTCOME, "{1:%llu,4:%u,5:1,6:false}",
		    (unsigned long long)*visit, 1 + dice(x, 6));
		break;
	case 5:
		(void)made_putf(t, FV_REC_NOTE, "{1:%llu,2:%s,9:%u}",
		    (unsigned long long)*visit, at, 1 + dice(x, 3));
		break;
	case 6:
		(void)made_putf(t, FV_REC_COSIGN, "{1:%llu,2:%s,4:\"o%u\",5:%u}",
		    (unsigned long long)*visit, at, dice(x, 3), 1 + dice(x, 2));
		break;
	default:
		(void)made_putf(
		    t, FV_REC_CHECKLIST, "{1:%llu,2:%s}", (unsigned long long)*visit, at);
		break;
	}
}

static void
add_amend(struct made_trail *t, uint64_t *x)
{
	unsigned long long of = some_seq(t, x);

	switch (dice(x, 4)) {
	case 0:
		(void)made_putf(
		    t, FV_REC_AMEND, "{1:%llu,4:1,5:{1:\"c%u\"}}", of, dice(x, CASES));
		break;
	case 1:
		(void)made_putf(t, FV_REC_AMEND, "{1:%llu,4:4,5:{4:%u}}", of, 1 + dice(x, 6));
		break;
	case 2:
		(void)made_putf(t, FV_REC_AMEND, "{1:%llu,3:%lld,4:3}", of,
		    (long long)(t->rtc_ms - (int64_t)dice(x, 3600000)));
		break;
	default:
		(void)made_putf(t, FV_REC_AMEND, "{1:%llu,3:%lld,4:2,5:{5:%u}}", of,
		    (long long)(t->rtc_ms - (int64_t)dice(x, 3600000)), dice(x, 100000));
		break;
	}
}

static void
add_other(struct made_trail *t, uint64_t *x, uint64_t visit)
{
	switch (dice(x, 9)) {
	case 0:
		t->boot[0]++;
		t->boottime_ms = 1000;
		if (dice(x, 2) == 0)
			(void)made_putf(t, FV_REC_BOOT, "{4:%u,6:\"t\"}", 1 + 2 * dice(x, 2));
		else
			(void)made_putf(
			    t, FV_REC_BOOT, "{4:3,6:\"t\",7:%llu}", (unsigned long long)visit);
		break;
	case 1:
		(void)made_putf(t, FV_REC_SESSION, "{4:%u}", 1 + dice(x, 7));
		break;
	case 2:
		(void)made_putf(t, FV_REC_SHIFT_BEGIN, "{4:\"o%u\"}", dice(x, 3));
		break;
	case 3:
		if (dice(x, 2) == 0)
			(void)made_put(t, FV_REC_OFFICER, "{5:2}");
		else
			(void)made_putf(t, FV_REC_OFFICER, "{4:\"o%u\",5:1}", dice(x, 3));
		break;
	case 4:
		t->rtc_ms += (int64_t)dice(x, 7200000) - 3600000;
		(void)made_putf(t, FV_REC_CLOCK_STEP, "{4:0,5:%lld}",
		    (long long)(t->rtc_ms - t->boottime_ms));
		break;
	case 5:
		if (dice(x, 2) == 0)
			(void)made_putf(t, FV_REC_ALARM, "{4:%u}", dice(x, 70));
		else
			(void)made_putf(t, FV_REC_ALARM, "{1:%llu,4:%u}",
			    (unsigned long long)visit, dice(x, 70));
		break;
	case 6:
		(void)made_putf(
		    t, FV_REC_EVENT, "{1:\"c%u\",4:%u}", dice(x, CASES), 1 + dice(x, 20));
		break;
	case 7:
		(void)made_putf(t, FV_REC_EVENT, "{1:%llu,4:%u}", (unsigned long long)visit,
		    1 + dice(x, 20));
		break;
	default:
		(void)made_putf(t, FV_REC_CONTACT, "{1:\"c%u\",4:%u,6:1,8:1}", dice(x, CASES),
		    2 + dice(x, 3));
		break;
	}
}

static void
make_trail(struct trails *all, size_t which, uint64_t *x)
{
	struct made_trail *t = &all->made[which];
	uint64_t visit = 0;

	made_init(t, (uint8_t)(which + 1));
	while (t->count < RECORDS) {
		t->has_gnss = dice(x, 2) == 0;
		t->gnss_offset_ms = dice(x, 8) == 0 ? 60000 : 100;
		switch (dice(x, 8)) {
		case 0:
			add_track(t, x);
			break;
		case 1:
			add_amend(t, x);
			break;
		case 2:
		case 3:
			add_other(t, x, visit);
			break;
		case 4:
			made_wait(t, (int64_t)dice(x, 1200000));
			break;
		default:
			add_visit_part(t, x, &visit);
			break;
		}
		all->is_missing[which][t->count - 1] = dice(x, 40) == 0;
		all->is_erased[which][t->count - 1] = dice(x, 60) == 0;
	}
	all->sealed[which] = RECORDS - dice(x, 30);
}

/* Key 1 as the store keeps it beside a record. */
static void
set_subject(struct fv_store_record *row)
{
	struct fv_cbor_reader r;
	enum fv_cbor_type type;

	if (fv_cbor_map_find(row->payload, 1, &r) != FV_OK ||
	    fv_cbor_peek(&r, &type) != FV_OK || row->type == FV_REC_TRACK)
		return;
	if (type == FV_CBOR_TEXT)
		assert_int_equal(fv_cbor_get_text(&r, &row->case_id), FV_OK);
	else
		row->has_subject_seq =
		    fv_cbor_get_uint(&r, INT64_MAX, &row->subject_seq) == FV_OK;
}

static void
put_trail(struct fv_store *store, const struct trails *all, size_t which)
{
	const struct made_trail *t = &all->made[which];
	struct fv_store_device device = {.enrolled_ms = 1};
	struct fv_store_trail trail;
	int64_t no;

	memcpy(device.dev, t->records[0].header.dev, sizeof device.dev);
	memcpy(device.pk_0, t->pk_0, sizeof device.pk_0);
	(void)snprintf(device.officer, sizeof device.officer, "o%zu", which);
	assert_int_equal(fv_store_device_add(store, &device, &no), FV_OK);
	for (size_t i = 0; i < t->count; i++) {
		const struct made_record *m = &t->records[i];
		struct fv_store_record row = {.no = no,
		    .seq = i,
		    .type = m->header.type,
		    .received_ms = 1,
		    .header = fv_buf_span(&m->header_bytes),
		    .leaf = m->leaf,
		    .has_payload = true,
		    .salt = fv_span_of(m->salt, sizeof m->salt),
		    .payload = fv_buf_span(&m->payload)};

		set_subject(&row);
		if (all->is_missing[which][i] || all->is_erased[which][i]) {
			row.has_payload = false;
			if (all->is_missing[which][i]) {
				row.has_subject_seq = false;
				row.case_id.len = 0;
				assert_int_equal(fv_store_blob_name(store, no, &m->header.pc,
						     i, FV_BLOB_PAYLOAD),
				    FV_OK);
			}
		}
		assert_int_equal(fv_store_record_append(store, &row), FV_OK);
	}
	assert_int_equal(fv_store_trail_load(store, no, &trail), FV_OK);
	trail.trail = t->trail;
	trail.trail.sealed_size = all->sealed[which];
	trail.sealed_range.size = all->sealed[which];
	assert_int_equal(fv_store_trail_save(store, no, &trail), FV_OK);
}

static enum fv_err
take_all(const struct fv_store_record *record, void *ctx)
{
	struct fv_fold_record r = {
	    .is_sealed = record->is_sealed, .is_erased = record->is_erased};

	assert_int_equal(fv_header_parse(record->header, &r.header), FV_OK);
	if (record->has_payload)
		r.payload = record->payload;
	return fv_fold_add(ctx, &r);
}

static struct fv_fold *
fold_everything(struct fv_store *store)
{
	const struct fv_store_seqs all = {0, UINT64_MAX};
	struct cosign_codes codes;
	struct fv_fold *fold;

	assert_int_equal(fv_fold_new(&fold), FV_OK);
	for (int64_t no = 1; no <= (int64_t)DEVICES; no++)
		assert_int_equal(fv_store_record_each(store, no, all, take_all, fold), FV_OK);
	cosign_codes_init(&codes, store, fold);
	assert_int_equal(fv_fold_finish(fold), FV_OK);
	assert_int_equal(codes.rc, FV_OK);
	cosign_codes_clear(&codes);
	return fold;
}

static const char *
text(const char *z)
{
	return z != NULL ? z : "-";
}

static void
put_contact(struct fv_buf *out, const struct fv_fold_contact *f)
{
	const struct fv_contact *c = &f->contact;

	fv_buf_putf(out, "%s %s ch%d by%d %lld %d %d %lld claim %d %lld", c->id, c->case_id,
	    (int)c->channel, (int)c->by, (long long)c->begin_utc_ms, c->has_end, c->is_open,
	    (long long)c->end_utc_ms, c->has_claim, (long long)c->claim_begin_ms);
	fv_buf_putf(out, " place %d %d %d acc %d %u code %d", c->has_place, c->lat_e7,
	    c->lon_e7, c->has_accuracy, c->accuracy_mm, (int)c->place);
	fv_buf_putf(out, " outcome %d with %d entered %d second %d link %s", (int)c->outcome,
	    (int)c->with, (int)c->entered, (int)c->second_confirmed, text(c->link));
	for (size_t i = 0; i < c->officers.count; i++)
		fv_buf_putf(out, " %s/%d", c->officers.items[i], f->confirmed[i]);
	fv_buf_putf(out, " seq %llu..%llu close %d fix %d %u kind %u marks %x alarms %llx",
	    (unsigned long long)f->seq, (unsigned long long)f->last_seq, (int)f->close,
	    (int)f->fix, f->fix_count, f->source_kind, f->marks,
	    (unsigned long long)f->alarms);
	fv_buf_putf(out, " notes %u business %u was %s %d %d\n", f->note_count, f->business,
	    text(f->was_case), f->has_was_outcome, (int)f->was_outcome);
}

static void
put_case(struct fv_buf *out, const struct fv_fold *fold, const char *case_id)
{
	const struct fv_fold_range contacts = fv_fold_case_contacts(fold, case_id);
	const struct fv_fold_range events = fv_fold_case_events(fold, case_id);

	for (size_t i = contacts.from; i < contacts.until; i++)
		put_contact(out, fv_fold_contact(fold, i));
	for (size_t i = events.from; i < events.until; i++) {
		const struct fv_fold_event *e = fv_fold_event(fold, i);

		fv_buf_putf(out, "%s %s kind %d at %lld contact %s marks %x\n", e->event.id,
		    e->event.case_id, (int)e->event.kind, (long long)e->event.at_utc_ms,
		    text(e->event.contact), e->marks);
	}
}

/* The first line that differs, both ways. */
static void
say_difference(uint32_t round, const char *got, const char *want)
{
	size_t at = 0, line = 0;

	for (; got[at] != '\0' && got[at] == want[at]; at++)
		if (got[at] == '\n')
			line = at + 1;
	fail_msg("round %u:\n%.*s\nis not\n%.*s", round, (int)strcspn(got + line, "\n"),
	    got + line, (int)strcspn(want + line, "\n"), want + line);
}

/* Contacts compared. */
static size_t
compare(struct fv_store *store, uint32_t round)
{
	const struct judge_opts opts = {.today_utc_ms = INT64_MAX};
	struct fv_fold *whole = fold_everything(store), *one;
	struct fv_buf want = {0}, got = {0};
	struct judge *judge;
	size_t count = fv_fold_contact_count(whole), seen = 0;

	assert_int_equal(judge_open(&judge, store, &opts), FV_OK);
	for (uint32_t c = 0; c < CASES; c++) {
		char id[8];

		(void)snprintf(id, sizeof id, "c%u", c);
		fv_buf_reset(&want);
		fv_buf_reset(&got);
		assert_int_equal(judge_fold_case(judge, id, &one), FV_OK);
		put_case(&want, whole, id);
		put_case(&got, one, id);
		seen +=
		    fv_fold_case_contacts(one, id).until - fv_fold_case_contacts(one, id).from;
		fv_fold_free(one);
		if (strcmp(text(fv_buf_z(&want)), text(fv_buf_z(&got))) != 0)
			say_difference(round, text(fv_buf_z(&got)), text(fv_buf_z(&want)));
	}
	assert_int_equal(seen, count);
	judge_close(judge);
	fv_fold_free(whole);
	fv_buf_clear(&want);
	fv_buf_clear(&got);
	return seen;
}

static void
one_case_from_the_store_is_what_the_fold_of_everything_says(void **state)
{
	struct trails *all = calloc(1, sizeof *all);
	char dir[64], path[96], command[128];
	uint64_t x = 20261122;
	size_t seen = 0;

	(void)state;
	assert_non_null(all);
	(void)snprintf(dir, sizeof dir, "%s/fv-gather-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(dir));
	for (uint32_t round = 0; round < ROUNDS; round++) {
		struct fv_store *store;

		(void)snprintf(path, sizeof path, "%s/%u.db", dir, round);
		assert_int_equal(fv_store_open(&store, path, FV_STORE_CREATE), FV_OK);
		assert_int_equal(fv_store_begin(store), FV_OK);
		for (size_t i = 0; i < DEVICES; i++) {
			make_trail(all, i, &x);
			put_trail(store, all, i);
		}
		assert_int_equal(fv_store_commit(store), FV_OK);
		seen += compare(store, round);
		fv_store_close(store);
		for (size_t i = 0; i < DEVICES; i++)
			made_free(&all->made[i]);
	}
	assert_true(seen > ROUNDS * 50);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
	free(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_case_from_the_store_is_what_the_fold_of_everything_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
