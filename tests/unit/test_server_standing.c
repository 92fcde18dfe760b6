/* Standing findings out of a store: tracks, shares, dates, keeping, and what is written. */
#include "sync-server/standing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fv/checklist.h"
#include "fv/order.h"
#include "fv/track.h"
#include "sync-server/ingest.h"
#include "sync-server/report.h"
#include "sync-server/store/db.h"
#include "sync-server/store/facts.h"
#include "sync-server/store/findings.h"
#include "tests/support/handset.h"
#include "tests/support/told.h"
#include "tests/support/made.h"
#include "tests/support/people.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
/* Two doors, a kilometre apart, and a place that is no case. */
#define C1_LAT 231291000
#define C2_LAT 231391000
#define ELSEWHERE 231791000
#define LON 1132644000

#define RULE(id, kind, parameters)                                                            \
	"{\"id\":\"" id "\",\"kind\":\"" kind "\",\"channels\":[\"visit\"],"                  \
	"\"phase\":\"after\",\"on_breach\":\"fail\",\"strength\":\"statute\","                \
	"\"confidence\":\"P\",\"citation\":\"law 1\",\"parameters\":{" parameters             \
	"},\"text\":{\"en\":\"e\",\"zh\":\"z\"}}"
/* clang-format off */
static const char pack_text[] =
    "{\"id\":\"p\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\","
    "\"revision\":1,\"published\":\"2020-01-01\",\"sources\":[],\"rules\":["
    RULE("stop", "unlogged_stop", "\"minutes\":5,\"radius_m\":100,\"within_minutes\":15") ","
    RULE("track", "no_track", "\"minutes\":60") ","
    RULE("twice", "duplicate", "\"minutes\":30") ","
    RULE("training", "interval", "\"subject\":\"officer\",\"fact\":\"training\",\"days\":365") ","
    RULE("evaluation", "interval", "\"subject\":\"agency\",\"fact\":\"evaluation\",\"days\":365") ","
    RULE("manual", "rate", "\"subject\":\"agency\",\"of\":\"manual\",\"max_percent\":15,"
	"\"days\":91,\"min_visits\":4") ","
    RULE("manual-device", "rate", "\"subject\":\"device\",\"of\":\"manual\",\"max_percent\":50,"
	"\"days\":91,\"min_visits\":1") ","
    RULE("excused", "rate", "\"subject\":\"officer\",\"of\":\"consent\",\"max_percent\":20,"
	"\"days\":90,\"min_visits\":1") ","
    RULE("open", "rate", "\"subject\":\"case\",\"of\":\"exception\",\"max_percent\":0,"
	"\"days\":90,\"min_visits\":1") ","
    RULE("badge", "identify", "") ","
    RULE("green", "always_green", "\"seconds\":10,\"percent\":90,\"days\":30,\"min_visits\":3") ","
    RULE("keep", "retention", "\"anchor\":\"last_contact\",\"min_days\":1096") ","
    RULE("settled", "retention", "\"anchor\":\"settled\",\"min_days\":30,\"max_days\":60") "]}";
/* clang-format on */

struct world {
	struct handset sets[2]; /* of o1 and o2 */
	size_t sent[2];
	uint64_t shift[2]; /* seq of SHIFT_BEGIN */
	char dir[64];
	struct fv_store *store;
	struct fv_ledger *ledger;
	struct fv_ingest *ingest;
	struct fv_store_device devices[2];
	int64_t now_ms; /* when it is judged */
	struct standing_list list;
};

/* -- making a day --------------------------------------------------------------- */

/* Stand somewhere for some minutes: a fix in 2 s, in TRACKs of 5 minutes. */
static void
stand(struct world *w, size_t which, int32_t lat, int minutes)
{
	struct handset *h = &w->sets[which];
	struct fv_track_fix fixes[150];

	while (minutes > 0) {
		struct fv_track_info info = {.has_shift = true,
		    .shift_seq = w->shift[which],
		    .quantum_e7 = FV_TRACK_QUANTUM_TRAVEL_E7,
		    .has_worst_eph = true,
		    .worst_eph_mm = 5000};
		struct fv_buf payload = {0};
		int part = minutes < 5 ? minutes : 5;

		info.count = (size_t)part * 30;
		for (size_t i = 0; i < info.count; i++)
			fixes[i] = (struct fv_track_fix){
			    h->now_ms + (int64_t)i * 2000, {lat + (int32_t)(i % 3) * 10, LON}};
		info.first_ms = fixes[0].t_ms;
		h->now_ms = fixes[info.count - 1].t_ms;
		assert_int_equal(fv_track_payload_put(&payload, &info, fixes), FV_OK);
		handset_add(h, FV_REC_TRACK, fv_buf_span(&payload));
		fv_buf_clear(&payload);
		h->now_ms = fixes[info.count - 1].t_ms + 2000;
		minutes -= part;
	}
}

static void
shift(struct world *w, size_t which)
{
	w->shift[which] = w->sets[which].count;
	handset_tell(&w->sets[which], FV_REC_SHIFT_BEGIN, "{4:\"o%zu\"}", which + 1);
}

/* A visit of 10 minutes.  Returns its seq. */
static size_t
visit(struct world *w, size_t which, const char *case_id, int outcome)
{
	struct handset *h = &w->sets[which];
	size_t seq = h->count;

	handset_tell(h, FV_REC_VISIT_BEGIN, "{1:\"%s\",4:[\"o%zu\"],5:1}", case_id, which + 1);
	handset_tell(h, FV_REC_OUTCOME, "{1:%zu,4:%d,5:1,6:false}", seq, outcome);
	h->now_ms += 10 * MINUTE;
	handset_tell(h, FV_REC_VISIT_END, "{1:%zu,4:1}", seq);
	return seq;
}

static void
put_cases(struct world *w)
{
	static const char *const ids[] = {"c1", "c2"};
	static const int32_t lats[] = {C1_LAT, C2_LAT};

	for (size_t i = 0; i < 2; i++) {
		struct fv_store_case row = {.item = {.id = fv_span_z(ids[i]),
						.agency = fv_span_z("north"),
						.zones = fv_span_z("Asia/Shanghai"),
						.has_place = true,
						.lat_e7 = lats[i],
						.lon_e7 = LON,
						.actor = FV_ACTOR_THIRD_PARTY,
						.product = FV_PRODUCT_CONSUMER_LOAN,
						.debts = fv_span_z("d1"),
						.packs = fv_span_z(""),
						.assigned = fv_span_z("o1;o2")},
		    .updated_ms = 1};

		assert_int_equal(fv_store_case_put(w->store, &row), FV_OK);
	}
}

static void
put_pack(struct world *w)
{
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	struct fv_packs packs = {.agency = "north", .count = 1};
	struct fv_buf text = {0}, note = {0};
	const unsigned one[] = {1};
	struct fv_store_pack row;
	struct fv_store_note papers = {.version = 1};

	if (fv_rulepack_parse(fv_span_z(pack_text), &pack, &why) != FV_OK)
		fail_msg("%s %s: %s", why.rule, why.field, why.text);
	row = (struct fv_store_pack){.sha256 = pack->sha256,
	    .id = fv_span_z(pack->id),
	    .revision = pack->revision,
	    .file = fv_span_z(pack_text)};
	assert_int_equal(fv_store_pack_put(w->store, &row), FV_OK);
	(void)snprintf(packs.packs[0].id, sizeof packs.packs[0].id, "%s", pack->id);
	packs.packs[0].revision = pack->revision;
	packs.packs[0].sha256 = pack->sha256;
	packs.packs[0].adopted_day = 20000;
	fv_packs_put(&text, &packs);
	people_sign(&note, fv_buf_span(&text), "north", one, 1);
	papers.note = fv_buf_span(&note);
	assert_int_equal(fv_store_note_put(w->store, FV_NOTE_PACKS, &papers), FV_OK);
	fv_rulepack_free(pack);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
}

static int
set_up(void **state)
{
	static const uint8_t seed[FV_SEED_BYTES] = {42};
	struct world *w = calloc(1, sizeof *w);
	char path[96];

	assert_non_null(w);
	assert_int_equal(fv_crypto_init(), FV_OK);
	(void)snprintf(w->dir, sizeof w->dir, "%s/fv-standing-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(w->dir));
	(void)snprintf(path, sizeof path, "%s/fieldvisit.db", w->dir);
	assert_int_equal(fv_store_open(&w->store, path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(fv_ledger_open(&w->ledger, w->store, seed), FV_OK);
	assert_int_equal(fv_ingest_new(&w->ingest, w->store, w->ledger), FV_OK);
	assert_int_equal(fv_store_begin(w->store), FV_OK);
	for (size_t i = 0; i < 2; i++) {
		struct handset *h = &w->sets[i];
		struct fv_store_device device = {.enrolled_ms = 1};
		int64_t no;

		handset_init(h, (uint8_t)(i + 1));
		h->now_ms = w->sets[0].now_ms;
		memcpy(device.dev, h->dev, sizeof device.dev);
		memcpy(device.pk_0, h->pk_0, sizeof device.pk_0);
		memcpy(device.pk_sync, h->pk_sync, sizeof device.pk_sync);
		memcpy(device.pk_box, h->pk_box, sizeof device.pk_box);
		(void)snprintf(device.agency, sizeof device.agency, "north");
		(void)snprintf(device.officer, sizeof device.officer, "o%zu", i + 1);
		assert_int_equal(fv_store_device_add(w->store, &device, &no), FV_OK);
		assert_int_equal(fv_store_device_approve(w->store, no, 2), FV_OK);
		assert_int_equal(fv_store_device_get_no(w->store, no, &w->devices[i]), FV_OK);
		handset_tell(h, FV_REC_BOOT, "{4:1,6:\"t\"}");
		shift(w, i);
	}
	put_cases(w);
	put_pack(w);
	assert_int_equal(fv_store_commit(w->store), FV_OK);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;
	char command[128];

	standing_list_clear(&w->list);
	fv_ingest_free(w->ingest);
	fv_ledger_close(w->ledger);
	fv_store_close(w->store);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", w->dir);
	assert_int_equal(system(command), 0);
	handset_clear(&w->sets[0]);
	handset_clear(&w->sets[1]);
	free(w);
	return 0;
}

/* -- sending and judging -------------------------------------------------------- */

static void
send_one(struct world *w, size_t which)
{
	const struct handset *h = &w->sets[which];
	struct fv_sync_request request = {
	    .from_seq = w->sent[which], .n = h->count, .answer_max = FV_ANSWER_DEFAULT};
	struct fv_session *session;
	struct fv_buf map = {0}, parts = {0};

	handset_wire(h, w->sent[which], h->count, &parts);
	assert_int_equal(fv_session_new(&session, &w->devices[which], 0), FV_OK);
	assert_int_equal(fv_ingest_begin(w->ingest), FV_OK);
	fv_sync_request_put(&map, &request);
	assert_int_equal(
	    fv_ingest_chunk(w->ingest, session, fv_buf_span(&map), h->now_ms), FV_OK);
	assert_int_equal(
	    fv_ingest_chunk(w->ingest, session, fv_buf_span(&parts), h->now_ms), FV_OK);
	assert_int_equal(fv_ingest_end(w->ingest, session, h->now_ms), FV_OK);
	assert_int_equal(fv_ingest_commit(w->ingest), FV_OK);
	fv_session_free(session);
	fv_buf_clear(&map);
	fv_buf_clear(&parts);
	w->sent[which] = h->count;
	if (w->now_ms < h->now_ms)
		w->now_ms = h->now_ms;
}

/* An hour later both trails are sealed and sent. */
static void
end_day(struct world *w)
{
	for (size_t i = 0; i < 2; i++) {
		w->sets[i].now_ms += HOUR;
		handset_tell(&w->sets[i], FV_REC_SHIFT_END, "{1:%llu,4:1}",
		    (unsigned long long)w->shift[i]);
		handset_seal(&w->sets[i]);
		send_one(w, i);
		shift(w, i);
	}
}

static enum fv_err
append(const struct fv_store_finding *row, enum fv_verdict was, const struct fv_hash *was_pack,
    void *ctx)
{
	struct world *w = ctx;

	assert_true((was == 0) == (was_pack == NULL));
	return fv_store_finding_append(w->store, row);
}

/* Write what has changed; returns how much.  The list is read anew. */
static size_t
run(struct world *w)
{
	const struct judge_opts how = {.today_utc_ms = w->now_ms};
	struct standing_opts opts = {.store = w->store,
	    .now_ms = w->now_ms,
	    .is_whole = true,
	    .write = append,
	    .ctx = w};
	struct standing_tally tally;

	assert_int_equal(judge_open(&opts.judge, w->store, &how), FV_OK);
	assert_int_equal(fv_store_begin(w->store), FV_OK);
	assert_int_equal(standing_run(&opts, &tally), FV_OK);
	assert_int_equal(fv_store_commit(w->store), FV_OK);
	judge_close(opts.judge);
	standing_list_clear(&w->list);
	assert_int_equal(standing_list(w->store, NULL, &w->list), FV_OK);
	return tally.written;
}

/* The finding of this rule whose subject begins so; NULL: none to act on. */
static const struct standing_row *
find(const struct world *w, const char *rule, const char *subject)
{
	for (size_t i = 0; i < w->list.count; i++)
		if (strcmp(w->list.rows[i].rule, rule) == 0 &&
		    strncmp(w->list.rows[i].subject, subject, strlen(subject)) == 0)
			return &w->list.rows[i];
	return NULL;
}

static size_t
count_of(const struct world *w, const char *rule)
{
	size_t count = 0;

	for (size_t i = 0; i < w->list.count; i++)
		count += strcmp(w->list.rows[i].rule, rule) == 0 ? 1U : 0U;
	return count;
}

/* -- stops ---------------------------------------------------------------------- */

static void
a_stop_at_a_case_without_a_visit_is_a_hint(void **state)
{
	struct world *w = *state;
	const struct standing_row *row;

	stand(w, 0, ELSEWHERE, 20);
	stand(w, 0, C1_LAT, 7);
	stand(w, 0, ELSEWHERE, 20);
	end_day(w);
	(void)run(w);
	assert_int_equal(count_of(w, "stop"), 1);
	row = find(w, "stop", "case:c1@t-");
	assert_non_null(row);
	assert_int_equal(row->verdict, FV_VERDICT_REVIEW);
	assert_true(row->is_hint);
	assert_false(row->is_provisional);
	assert_string_equal(row->case_id, "c1");
	assert_non_null(strstr(row->json, "\"officer\":\"o1\""));
	assert_non_null(strstr(row->json, "\"missing\":\"visit\""));
	assert_non_null(strstr(row->why_en, "Hint: a stop from "));
}

static void
a_short_stop_and_one_across_a_gap_are_none(void **state)
{
	struct world *w = *state;

	stand(w, 0, C1_LAT, 4);
	stand(w, 0, ELSEWHERE, 20);
	stand(w, 0, C2_LAT, 3);
	w->sets[0].now_ms += 30 * MINUTE;
	stand(w, 0, C2_LAT, 3);
	end_day(w);
	(void)run(w);
	assert_int_equal(count_of(w, "stop"), 0);
}

/* The officer pauses for some minutes. */
static void
pause_for(struct world *w, size_t which, int minutes)
{
	struct handset *h = &w->sets[which];
	int64_t from_ms = h->now_ms;

	h->now_ms += minutes * MINUTE;
	handset_tell(
	    h, FV_REC_GAP, "{4:5,5:%lld,6:%lld}", (long long)from_ms, (long long)h->now_ms);
}

static void
a_stay_does_not_run_on_through_a_pause(void **state)
{
	struct world *w = *state;

	stand(w, 0, C1_LAT, 4);
	pause_for(w, 0, 1);
	stand(w, 0, C1_LAT, 4);
	stand(w, 0, ELSEWHERE, 20);
	end_day(w);
	(void)run(w);
	assert_int_equal(count_of(w, "stop"), 0);
}

static void
a_visit_near_in_time_explains_a_stop_of_either_handheld(void **state)
{
	struct world *w = *state;

	stand(w, 0, C1_LAT, 7);
	w->sets[1].now_ms = w->sets[0].now_ms + 14 * MINUTE;
	(void)visit(w, 1, "c1", 1);
	stand(w, 0, ELSEWHERE, 30);
	stand(w, 0, C2_LAT, 7);
	stand(w, 0, ELSEWHERE, 20);
	(void)visit(w, 0, "c2", 1);
	end_day(w);
	(void)run(w);
	assert_int_equal(count_of(w, "stop"), 1);
	assert_non_null(find(w, "stop", "case:c2@"));
}

static void
a_long_visit_explains_a_stop_in_its_middle(void **state)
{
	struct world *w = *state;
	size_t seq = w->sets[0].count;

	handset_tell(&w->sets[0], FV_REC_VISIT_BEGIN, "{1:\"c1\",4:[\"o1\"],5:1}");
	w->sets[0].now_ms += HOUR;
	stand(w, 0, C1_LAT, 7);
	w->sets[0].now_ms += HOUR;
	handset_tell(&w->sets[0], FV_REC_VISIT_END, "{1:%zu,4:1}", seq);
	end_day(w);
	(void)run(w);
	assert_int_equal(count_of(w, "stop"), 0);
}

static void
a_visit_that_arrives_late_withdraws_the_hint(void **state)
{
	struct world *w = *state;
	int64_t then = w->sets[0].now_ms;
	struct fv_store_finding last;
	uint8_t id[FV_FINDING_ID_BYTES];
	char subject[128];

	w->sets[1].now_ms = then + 2 * MINUTE;
	(void)visit(w, 1, "c1", 1);
	stand(w, 0, C1_LAT, 7);
	stand(w, 0, ELSEWHERE, 20);
	handset_seal(&w->sets[0]);
	send_one(w, 0);
	assert_true(run(w) > 0);
	assert_non_null(find(w, "stop", "case:c1@"));
	(void)snprintf(subject, sizeof subject, "%s", find(w, "stop", "case:c1@")->subject);
	assert_int_equal(run(w), 0);
	end_day(w);
	assert_true(run(w) > 0);
	assert_null(find(w, "stop", "case:c1@"));
	fv_finding_id(subject, "p", "stop", id);
	assert_int_equal(fv_store_finding_last(w->store, id, &last), FV_OK);
	assert_int_equal(last.verdict, FV_VERDICT_NA);
	assert_int_equal(last.revision, 2);
	assert_int_equal(run(w), 0);
}

static void
what_was_no_case_then_is_not_listed(void **state)
{
	struct world *w = *state;
	struct fv_store_case row;
	int64_t then;

	stand(w, 0, C1_LAT, 7);
	stand(w, 0, ELSEWHERE, 20);
	then = w->sets[0].now_ms;
	stand(w, 0, C1_LAT, 7);
	stand(w, 0, ELSEWHERE, 20);
	end_day(w);
	assert_int_equal(fv_store_begin(w->store), FV_OK);
	assert_int_equal(fv_store_case_get(w->store, fv_span_z("c1"), &row), FV_OK);
	row.item.lon_e7 += 10; /* its place is another from then on */
	row.updated_ms = then;
	assert_int_equal(fv_store_case_put(w->store, &row), FV_OK);
	assert_int_equal(fv_store_commit(w->store), FV_OK);
	(void)run(w);
	assert_int_equal(count_of(w, "stop"), 1);
}

static enum fv_err
look_for_places(const struct fv_store_finding *f, void *ctx)
{
	/* Digits of either door, however rounded to the track's quantum. */
	static const char *const digits[] = {
	    "23129", "23139", "23179", "11326", "23.1", "113.2"};
	size_t *rows = ctx;

	++*rows;
	for (size_t i = 0; i < sizeof digits / sizeof digits[0]; i++) {
		assert_null(
		    memmem(f->inputs.ptr, f->inputs.len, digits[i], strlen(digits[i])));
		assert_null(
		    memmem(f->subject.ptr, f->subject.len, digits[i], strlen(digits[i])));
	}
	return FV_OK;
}

static void
no_coordinate_of_a_track_is_in_the_findings(void **state)
{
	struct world *w = *state;
	size_t rows = 0;

	stand(w, 0, C1_LAT, 7);
	stand(w, 0, ELSEWHERE, 30);
	stand(w, 0, C2_LAT, 9);
	w->sets[1].now_ms += 5 * HOUR;
	(void)visit(w, 1, "c1", 1);
	end_day(w);
	(void)run(w);
	assert_true(count_of(w, "stop") == 2);
	assert_int_equal(fv_store_finding_each(w->store, NULL, look_for_places, &rows), FV_OK);
	assert_true(rows >= 3);
}

/* -- single visits -------------------------------------------------------------- */

static void
a_visit_without_any_track_around_it_is_a_hint(void **state)
{
	struct world *w = *state;
	size_t without, with;

	without = visit(w, 0, "c1", 1);
	w->sets[0].now_ms += 3 * HOUR;
	with = visit(w, 0, "c2", 1);
	w->sets[0].now_ms += 30 * MINUTE;
	stand(w, 0, ELSEWHERE, 2);
	end_day(w);
	(void)run(w);
	char id[FV_FOLD_ID_BYTES];
	const struct standing_row *row =
	    find(w, "track", fv_fold_id('v', w->sets[0].dev, without, id));
	assert_non_null(row);
	assert_non_null(strstr(row->json, "{\"contact\":\"v-"));
	assert_null(find(w, "track", fv_fold_id('v', w->sets[0].dev, with, id)));
}

static void
what_the_officer_paused_is_not_missing(void **state)
{
	struct world *w = *state;

	w->sets[0].now_ms += 3 * HOUR;
	pause_for(w, 0, 45);
	(void)visit(w, 0, "c1", 1);
	w->sets[0].now_ms += 6 * HOUR;
	end_day(w);
	(void)run(w);
	assert_int_equal(count_of(w, "track"), 0);
}

static void
two_visits_at_once_that_are_not_linked_may_be_one(void **state)
{
	struct world *w = *state;
	const struct standing_row *row;
	char id[FV_FOLD_ID_BYTES];
	size_t second;

	w->sets[0].now_ms += 428; /* an instant is stored to the ms, and comes back so */
	(void)visit(w, 0, "c1", 1);
	w->sets[1].now_ms = w->sets[0].now_ms + 5 * MINUTE;
	second = visit(w, 1, "c1", 1);
	w->sets[1].now_ms += 2 * HOUR;
	(void)visit(w, 1, "c1", 1);
	end_day(w);
	(void)run(w);
	assert_int_equal(count_of(w, "twice"), 1);
	row = find(w, "twice", fv_fold_id('v', w->sets[1].dev, second, id));
	assert_non_null(row);
	assert_non_null(strstr(row->json, ".428+08:00\""));
}

static void
two_linked_visits_are_no_duplicate(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < 2; i++) {
		struct handset *h = &w->sets[i];
		size_t seq = h->count;

		handset_tell(h, FV_REC_VISIT_BEGIN,
		    "{1:\"c1\",2:{1:3,3:%d,4:%d,6:5000,21:9},4:[\"o%zu\"%s],5:1}", C1_LAT, LON,
		    i + 1, i == 0 ? ",\"o2\"" : "");
		h->now_ms += 10 * MINUTE;
		handset_tell(h, FV_REC_VISIT_END, "{1:%zu,2:{1:3,3:%d,4:%d,6:5000},4:1}", seq,
		    C1_LAT, LON);
	}
	end_day(w);
	(void)run(w);
	assert_int_equal(count_of(w, "twice"), 0);
	assert_int_equal(count_of(w, "track"), 0);
}

/* -- people and agencies -------------------------------------------------------- */

static void
set_fact(
    struct world *w, enum fv_subject subject, const char *id, enum fv_fact fact, int64_t day)
{
	const struct fv_store_fact row = {.subject = subject,
	    .id = fv_span_z(id),
	    .fact = fact,
	    .day = day,
	    .source = fv_span_z("test"),
	    .set_ms = 1};

	assert_int_equal(fv_store_begin(w->store), FV_OK);
	assert_int_equal(fv_store_fact_set(w->store, &row), FV_OK);
	assert_int_equal(fv_store_commit(w->store), FV_OK);
}

static void
dates_are_asked_of_those_who_visited(void **state)
{
	struct world *w = *state;
	int64_t today;

	(void)visit(w, 0, "c1", 1);
	end_day(w);
	(void)run(w);
	today = w->now_ms / FV_MS_PER_DAY;
	assert_string_equal(find(w, "training", "officer:o1")->why_en,
	    "No date of training is known (law 1).");
	assert_null(find(w, "training", "officer:o2")); /* he visited nobody */
	assert_non_null(find(w, "evaluation", "agency:north"));
	set_fact(w, FV_SUBJECT_OFFICER, "o1", FV_FACT_TRAINING, today - 400);
	set_fact(w, FV_SUBJECT_AGENCY, "north", FV_FACT_EVALUATION, today - 100);
	assert_int_equal(run(w), 2);
	assert_int_equal(find(w, "training", "officer:o1")->verdict, FV_VERDICT_FAIL);
	assert_non_null(
	    strstr(find(w, "training", "officer:o1")->json, "\"missing\":\"training\""));
	assert_null(find(w, "evaluation", "agency:north"));
	set_fact(w, FV_SUBJECT_OFFICER, "o1", FV_FACT_TRAINING, today);
	assert_int_equal(run(w), 1);
	assert_null(find(w, "training", "officer:o1"));
}

static void
a_fact_is_of_an_officer_or_agency_with_an_id(void **state)
{
	struct world *w = *state;
	struct fv_store_fact row = {.subject = FV_SUBJECT_CASE,
	    .id = fv_span_z("c1"),
	    .fact = FV_FACT_TRAINING,
	    .source = fv_span_z("test")};
	int64_t day;

	assert_int_equal(fv_store_begin(w->store), FV_OK);
	assert_int_equal(fv_store_fact_set(w->store, &row), FV_ERANGE);
	row.subject = FV_SUBJECT_OFFICER;
	row.id = fv_span_z("no id");
	assert_int_equal(fv_store_fact_set(w->store, &row), FV_EFORMAT);
	assert_int_equal(fv_store_commit(w->store), FV_OK);
	assert_int_equal(
	    fv_store_fact_get(w->store, FV_SUBJECT_OFFICER, "o1", FV_FACT_TRAINING, &day),
	    FV_ENOENT);
}

static void
the_share_corrected_by_hand_is_of_all_visits(void **state)
{
	struct world *w = *state;
	size_t seq = 0;

	for (int i = 0; i < 5; i++) {
		seq = visit(w, 0, "c1", 1);
		w->sets[0].now_ms += HOUR;
	}
	handset_tell(&w->sets[0], FV_REC_AMEND, "{1:%zu,4:4,5:{5:2}}", seq);
	end_day(w);
	(void)run(w);
	assert_int_equal(find(w, "manual", "agency:north")->verdict, FV_VERDICT_FAIL);
	assert_string_equal(find(w, "manual", "agency:north")->why_en,
	    "Corrected by hand: 20 % of 5 visits, where 15 % are allowed (law 1).");
	assert_null(find(w, "manual-device", "device:"));
}

static void
an_officer_who_never_meets_a_refusal_is_a_hint_for_the_auditor(void **state)
{
	struct world *w = *state;
	const struct standing_row *row;

	for (int i = 0; i < 3; i++) {
		(void)visit(w, 0, "c1", 1);
		(void)visit(w, 1, "c2", i == 1 ? 7 : 1);
		w->sets[0].now_ms += HOUR;
		w->sets[1].now_ms += HOUR;
	}
	end_day(w);
	(void)run(w);
	row = find(w, "green", "officer:o1");
	assert_non_null(row);
	assert_string_equal(row->audience, "auditor");
	assert_non_null(strstr(row->why_en, "Hint: no refusal"));
	assert_null(find(w, "green", "officer:o2"));
}

static void
a_checklist_complete_at_once_every_time_is_a_hint(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 3; i++)
		for (size_t which = 0; which < 2; which++) {
			struct handset *h = &w->sets[which];
			size_t seq = h->count;

			handset_tell(
			    h, FV_REC_VISIT_BEGIN, "{1:\"c1\",4:[\"o%zu\"],5:1}", which + 1);
			h->now_ms += which == 0 ? 2000 : MINUTE;
			handset_tell(
			    h, FV_REC_CHECKLIST, "{1:%zu,4:[[1,true],[2,true]]}", seq);
			handset_tell(h, FV_REC_OUTCOME, "{1:%zu,4:7,5:1}", seq);
			handset_tell(h, FV_REC_VISIT_END, "{1:%zu,4:1}", seq);
			h->now_ms += HOUR;
		}
	end_day(w);
	(void)run(w);
	assert_non_null(find(w, "green", "officer:o1"));
	assert_non_null(
	    strstr(find(w, "green", "officer:o1")->why_en, "within 10 s in 100 %"));
	assert_null(find(w, "green", "officer:o2"));
}

/* A visit whose list of six was answered key by key, so many seconds for each. */
static void
tick(struct handset *h, const char *officer, int64_t each_ms, int items, bool last)
{
	size_t seq = h->count;

	handset_tell(h, FV_REC_VISIT_BEGIN, "{1:\"c1\",4:[\"%s\"],5:1}", officer);
	for (int item = 1; item <= items; item++) {
		h->now_ms += each_ms;
		handset_tell(h, FV_REC_CHECKLIST, "{1:%zu,4:[[%d,%s]],5:6}", seq,
		    item == 6 ? FV_STEP_ENTER : item, item < items || last ? "true" : "false");
	}
	handset_tell(h, FV_REC_OUTCOME, "{1:%zu,4:7,5:1}", seq);
	handset_tell(h, FV_REC_VISIT_END, "{1:%zu,4:1}", seq);
	h->now_ms += HOUR;
}

static void
a_list_ticked_key_by_key_in_ten_seconds_is_complete_at_once(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 3; i++) {
		tick(&w->sets[0], "o1", 500, 6, false); /* stays outside: as green */
		tick(&w->sets[1], "o2", 30000, 6, true);
	}
	end_day(w);
	(void)run(w);
	assert_non_null(find(w, "green", "officer:o1"));
	assert_null(find(w, "green", "officer:o2"));
}

static void
one_quick_answer_is_no_complete_list_and_nor_is_one_that_admits_a_breach(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 3; i++) {
		tick(&w->sets[0], "o1", 1000, 1, true);
		tick(&w->sets[1], "o2", 1000, 5, false); /* and the sixth is not answered */
		tick(&w->sets[1], "o2", 1000, 2, false);
	}
	end_day(w);
	(void)run(w);
	assert_null(find(w, "green", "officer:o1"));
	assert_null(find(w, "green", "officer:o2"));
}

/* A verdict on a visit as an audit would have written it. */
static void
put_verdict(struct world *w, const char *visit_id, const char *inputs)
{
	struct fv_store_finding row = {.subject = fv_span_z(visit_id),
	    .case_id = fv_span_z("c1"),
	    .pack = fv_span_z("p"),
	    .rule = fv_span_z("hours"),
	    .verdict = FV_VERDICT_REVIEW,
	    .contact_ms = 1,
	    .inputs = fv_span_z(inputs)};

	fv_finding_id(visit_id, "p", "hours", row.id);
	assert_int_equal(fv_store_begin(w->store), FV_OK);
	assert_int_equal(fv_store_finding_append(w->store, &row), FV_OK);
	assert_int_equal(fv_store_commit(w->store), FV_OK);
}

static void
a_consent_that_only_the_officer_heard_counts_and_another_does_not(void **state)
{
	struct world *w = *state;
	char id[FV_FOLD_ID_BYTES];
	size_t seq = visit(w, 0, "c1", 1);

	end_day(w);
	(void)fv_fold_id('v', w->sets[0].dev, seq, id);
	put_verdict(w, id, "{\"consent\":\"e1\",\"consent_by\":\"page\"}");
	(void)run(w);
	assert_null(find(w, "excused", "officer:o1"));
	assert_non_null(find(w, "open", "case:c1"));
	put_verdict(w, id, "{\"consent\":\"e1\",\"consent_by\":\"o1\"}");
	(void)run(w);
	assert_string_equal(find(w, "excused", "officer:o1")->why_en,
	    "Consent on his word alone: 100 % of 1 visits, where 20 % are allowed (law 1).");
}

static void
a_report_counts_the_verdicts_of_now_and_hints_are_none_of_them(void **state)
{
	struct world *w = *state;
	const struct judge_opts how = {.today_utc_ms = INT64_MAX, .has_texts = true};
	struct standing_opts opts = {.store = w->store};
	struct standing_list list;
	size_t count = 0;

	(void)visit(w, 0, "c1", 1); /* whether he showed his badge is not recorded */
	w->sets[0].now_ms += HOUR;
	(void)visit(w, 1, "c2", 6); /* nobody was there to show it to */
	end_day(w);
	(void)run(w);
	assert_null(find(w, "open", "case:"));   /* no verdict on a contact is written */
	assert_non_null(find(w, "track", "v-")); /* but hints are */
	opts.now_ms = w->now_ms;
	assert_int_equal(judge_open(&opts.judge, w->store, &how), FV_OK);
	assert_int_equal(standing_live(&opts, &list), FV_OK);
	for (size_t i = 0; i < list.count; i++)
		if (strcmp(list.rows[i].rule, "open") == 0) {
			assert_string_equal(list.rows[i].subject, "case:c1");
			count++;
		}
	assert_int_equal(count, 1);
	standing_list_clear(&list);
	judge_close(opts.judge);
}

/* -- keeping -------------------------------------------------------------------- */

static void
import_event(struct world *w, const char *at)
{
	char line[256];
	struct fv_store_import row = {.source = fv_span_z("core"),
	    .id = fv_span_z("e1"),
	    .case_id = fv_span_z("c1"),
	    .is_event = true,
	    .at_ms = 1};

	(void)snprintf(line, sizeof line,
	    "{\"type\":\"event\",\"id\":\"e1\",\"case\":\"c1\",\"kind\":\"paid\",\"at\":\"%"
	    "s\"}",
	    at);
	row.line = fv_span_z(line);
	assert_int_equal(fv_store_begin(w->store), FV_OK);
	assert_int_equal(fv_store_import_put(w->store, &row), FV_OK);
	assert_int_equal(fv_store_commit(w->store), FV_OK);
}

static enum fv_err
find_inputs(const struct fv_store_finding *f, void *ctx)
{
	char *text = ctx; /* "RULE", replaced by the inputs of case c1 */

	if (fv_span_equal(f->subject, fv_span_z("case:c1")) &&
	    fv_span_equal(f->rule, fv_span_z(text)))
		(void)snprintf(
		    text, 256, "%.*s", (int)f->inputs.len, (const char *)f->inputs.ptr);
	return FV_OK;
}

static void
records_are_kept_from_the_last_contact_and_from_payment(void **state)
{
	struct world *w = *state;
	char keep[256] = "keep", settled[256] = "settled";

	(void)visit(w, 0, "c1", 1);
	end_day(w);
	(void)run(w);
	assert_int_equal(fv_store_standing_each(w->store, "c1", find_inputs, keep), FV_OK);
	assert_non_null(strstr(keep, "\"keep_until\":\"2029-"));
	assert_int_equal(fv_store_standing_each(w->store, "c1", find_inputs, settled), FV_OK);
	assert_string_equal(settled, "{\"anchor\":\"settled\",\"says\":\"keep_unsettled\"}");
	assert_null(find(w, "settled", "case:c1"));
	import_event(w, "2026-02-03T10:00:00+08:00");
	w->now_ms += 30 * FV_MS_PER_DAY;
	(void)run(w);
	assert_null(find(w, "settled", "case:c1"));
	w->now_ms += 60 * FV_MS_PER_DAY;
	(void)run(w);
	assert_non_null(find(w, "settled", "case:c1"));
	assert_non_null(strstr(find(w, "settled", "case:c1")->json, "\"step\":\"delete\""));
	assert_null(find(w, "keep", "case:c1"));
}

/* Erase a payload as an erasure will: the row stays, without it. */
static void
erase(struct world *w, size_t which, size_t seq)
{
	char sql[160];

	(void)snprintf(sql, sizeof sql,
	    "UPDATE record SET payload = NULL, salt = NULL WHERE id = (%lld << 40 | %zu)",
	    (long long)w->devices[which].no, seq);
	assert_int_equal(fv_store_begin(w->store), FV_OK);
	assert_int_equal(fv_db_exec(w->store, sql), FV_OK);
	assert_int_equal(fv_store_commit(w->store), FV_OK);
}

static void
what_was_erased_before_its_time_fails_and_stays_said(void **state)
{
	struct world *w = *state;
	size_t seq = visit(w, 0, "c1", 1);

	end_day(w);
	(void)run(w);
	assert_null(find(w, "keep", "case:c1"));
	erase(w, 0, seq + 1);
	(void)run(w);
	assert_int_equal(find(w, "keep", "case:c1")->verdict, FV_VERDICT_FAIL);
	assert_non_null(strstr(find(w, "keep", "case:c1")->why_en, "1 record(s) were erased"));
	w->now_ms += 2000 * FV_MS_PER_DAY;
	(void)run(w);
	assert_int_equal(find(w, "keep", "case:c1")->verdict, FV_VERDICT_FAIL);
}

static void
a_stop_whose_track_was_erased_stays_said(void **state)
{
	struct world *w = *state;
	size_t seq;

	stand(w, 0, ELSEWHERE, 5);
	seq = w->sets[0].count;
	stand(w, 0, C1_LAT, 7);
	stand(w, 0, ELSEWHERE, 20);
	end_day(w);
	(void)run(w);
	assert_non_null(find(w, "stop", "case:c1@"));
	erase(w, 0, seq);
	erase(w, 0, seq + 1);
	(void)run(w);
	assert_non_null(find(w, "stop", "case:c1@"));
}

/* -- what is written and shown -------------------------------------------------- */

static void
what_is_not_sealed_is_provisional_and_a_second_run_writes_nothing(void **state)
{
	struct world *w = *state;

	stand(w, 0, C1_LAT, 7);
	stand(w, 0, ELSEWHERE, 30);
	handset_tell(
	    &w->sets[0], FV_REC_SHIFT_END, "{1:%llu,4:1}", (unsigned long long)w->shift[0]);
	send_one(w, 0);
	assert_true(run(w) > 0);
	assert_true(find(w, "stop", "case:c1@")->is_provisional);
	assert_int_equal(run(w), 0);
	handset_seal(&w->sets[0]);
	send_one(w, 0);
	assert_int_equal(run(w), 1);
	assert_false(find(w, "stop", "case:c1@")->is_provisional);
	assert_int_equal(run(w), 0);
}

static void
the_report_shows_what_stands_and_marks_hints(void **state)
{
	struct world *w = *state;
	const struct judge_opts how = {.today_utc_ms = INT64_MAX, .has_texts = true};
	struct report_options options = {.case_id = "c1", .all_days = true};
	struct fv_buf text = {0};
	struct report report;
	struct judge *judge;

	stand(w, 0, C1_LAT, 7);
	stand(w, 0, ELSEWHERE, 30);
	(void)visit(w, 0, "c2", 1);
	end_day(w);
	options.now_ms = w->now_ms;
	assert_int_equal(judge_open(&judge, w->store, &how), FV_OK);
	assert_int_equal(report_make(&report, w->store, judge, &options), FV_OK);
	report_put_table(&text, &report);
	assert_non_null(strstr(fv_buf_z(&text), "a hint is no verdict"));
	assert_non_null(strstr(fv_buf_z(&text), "    hint    severity 1  case:c1@t-"));
	report_clear(&report);
	fv_buf_reset(&text);
	options = (struct report_options){
	    .has_day = true, .day = fv_days_from_civil(2020, 1, 1), .now_ms = w->now_ms};
	assert_int_equal(report_make(&report, w->store, judge, &options), FV_OK);
	report_put_json(&text, &report);
	assert_null(strstr(fv_buf_z(&text), "unlogged_stop"));
	assert_non_null(strstr(fv_buf_z(&text), "{\"subject\":\"officer:o1\""));
	report_clear(&report);
	judge_close(judge);
	fv_buf_clear(&text);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_stop_at_a_case_without_a_visit_is_a_hint),
	    T(a_short_stop_and_one_across_a_gap_are_none),
	    T(a_stay_does_not_run_on_through_a_pause),
	    T(what_the_officer_paused_is_not_missing),
	    T(a_visit_near_in_time_explains_a_stop_of_either_handheld),
	    T(a_long_visit_explains_a_stop_in_its_middle),
	    T(a_visit_that_arrives_late_withdraws_the_hint),
	    T(what_was_no_case_then_is_not_listed),
	    T(no_coordinate_of_a_track_is_in_the_findings),
	    T(a_visit_without_any_track_around_it_is_a_hint),
	    T(two_visits_at_once_that_are_not_linked_may_be_one),
	    T(two_linked_visits_are_no_duplicate),
	    T(dates_are_asked_of_those_who_visited),
	    T(a_fact_is_of_an_officer_or_agency_with_an_id),
	    T(the_share_corrected_by_hand_is_of_all_visits),
	    T(an_officer_who_never_meets_a_refusal_is_a_hint_for_the_auditor),
	    T(a_checklist_complete_at_once_every_time_is_a_hint),
	    T(a_list_ticked_key_by_key_in_ten_seconds_is_complete_at_once),
	    T(one_quick_answer_is_no_complete_list_and_nor_is_one_that_admits_a_breach),
	    T(a_consent_that_only_the_officer_heard_counts_and_another_does_not),
	    T(a_report_counts_the_verdicts_of_now_and_hints_are_none_of_them),
	    T(records_are_kept_from_the_last_contact_and_from_payment),
	    T(what_was_erased_before_its_time_fails_and_stays_said),
	    T(a_stop_whose_track_was_erased_stays_said),
	    T(what_is_not_sealed_is_provisional_and_a_second_run_writes_nothing),
	    T(the_report_shows_what_stands_and_marks_hints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
