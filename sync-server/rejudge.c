#include "sync-server/rejudge_in.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sync-server/audit_run.h"
#include "sync-server/store/queue.h"
#include "sync-server/store/stale.h"
#include "sync-server/zones.h"

#define STANDING_MS                                                                           \
	INT64_C(20000)    /* at least, from one look at standing findings on, and:            \
			   */
#define STANDING_TIMES 50 /* as many times as long as it took */
#define LOOK_MS 500       /* between two looks for what has changed */
#define AGAIN_MS 10000    /* after a failure */
#define PART_CASES 64U
#define PART_ROWS 500U /* findings of one part, and: */
#define PART_MS INT64_C(200)

struct waiting {
	char id[FV_CASE_ID_BYTES];
	uint64_t touched; /* 0: not touched, of the round */
};

struct fv_rejudge {
	struct fv_writer *writer; /* held */
	struct fv_store *store;   /* owned; the thread's */
	struct judge *judge;      /* owned; of the round's key; NULL: to be opened */
	struct rejudge_round round;
	int64_t today_utc_ms;
	bool is_known; /* data_version has been read */
	int64_t data_version;
	struct waiting part[PART_CASES];
	size_t part_count;
	json_t *rows, *pictures, *done; /* owned: of the part */
	int64_t judged_ms;              /* when the part was begun */
	bool is_standing_due;           /* something was judged since the last look */
	int64_t standing_ms;            /* monotonic: not before */
	pthread_t thread;
	pthread_mutex_t lock; /* of what wakes it */
	pthread_cond_t wake;
	atomic_bool is_stopping; /* the store's reads end by it, however long they are */
};

static int64_t
mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Ask the writer.  Takes: request. */
static enum fv_err
ask(struct fv_rejudge *r, json_t *request)
{
	json_t *answer = request != NULL ? fv_writer_ask(r->writer, request) : NULL;
	enum fv_err rc = answer == NULL                                         ? FV_ENOMEM
	    : json_integer_value(json_object_get(answer, "exit")) != FV_EXIT_OK ? FV_EIO
										: FV_OK;

	if (rc != FV_OK && answer != NULL)
		fprintf(stderr, "fieldvisitd: judging: %s\n", fv_verb_text(answer, "error"));
	json_decref(answer);
	json_decref(request);
	return rc;
}

/* -- what judges ---------------------------------------------------------------------- */

static enum fv_err
add_pack(const struct fv_store_pack *pack, void *ctx)
{
	fv_buf_put(ctx, pack->sha256.b, FV_HASH_BYTES);
	return fv_buf_status(ctx);
}

/* A key that differs once anything but the cases themselves would give other verdicts. */
static enum fv_err
make_key(struct fv_rejudge *r, int64_t today_ms, char key_out[REJUDGE_KEY_BYTES])
{
	struct zones zones;
	struct fv_store_note note;
	struct fv_buf text = {0}, hex = {0};
	struct fv_hash hash;
	enum fv_err rc;

	zones_init(&zones, NULL);
	fv_buf_putf(&text, "1 %u %s %lld ", FV_AUDIT_ENGINE_VERSION, zones.version,
	    (long long)today_ms);
	zones_clear(&zones);
	rc = fv_store_note_last(r->store, FV_NOTE_PACKS, &note);
	if (rc == FV_OK)
		fv_buf_put_span(&text, note.note);
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = fv_store_pack_each(r->store, add_pack, &text);
	if (rc == FV_OK && (rc = fv_buf_status(&text)) == FV_OK) {
		fv_sha256(fv_buf_span(&text), &hash);
		fv_buf_put_hex(&hex, hash.b, sizeof hash.b);
		snprintf(key_out, REJUDGE_KEY_BYTES, "%s",
		    fv_buf_z(&hex) != NULL ? fv_buf_z(&hex) : "");
	}
	fv_buf_clear(&text);
	fv_buf_clear(&hex);
	return rc;
}

static json_t *
round_text(const struct rejudge_round *round)
{
	return json_sprintf("%s %d %s", round->key, round->is_done ? 1 : 0, round->cursor);
}

/* What a view of the store says of the trails that are behind.  Each look has a view of its
 * own: what a read borrows would else keep showing the store as it was. */
static enum fv_err
look_in_view(struct fv_rejudge *r, bool is_covered, json_t **note_out)
{
	enum fv_err rc;

	*note_out = NULL;
	if ((rc = fv_store_view_begin(r->store)) != FV_OK)
		return rc;
	rc = rejudge_look(r->store, is_covered, note_out);
	fv_store_view_end(r->store);
	return rc;
}

/* The trails as they are now are part of the new round. */
static enum fv_err
begin_round(struct fv_rejudge *r, const char *key)
{
	json_t *note = NULL;
	enum fv_err rc;

	do {
		if ((rc = look_in_view(r, true, &note)) == FV_OK && note != NULL)
			rc = ask(r, json_incref(note));
		json_decref(note);
	} while (rc == FV_OK && note != NULL && !atomic_load(&r->is_stopping));
	if (rc != FV_OK || note != NULL)
		return rc;
	memset(&r->round, 0, sizeof r->round);
	snprintf(r->round.key, sizeof r->round.key, "%s", key);
	return ask(
	    r, json_pack("{s:s, s:o}", "verb", "rejudge put", "round", round_text(&r->round)));
}

/* Begin a round where the key is another. */
static enum fv_err
settle_round(struct fv_rejudge *r)
{
	const int64_t today = (fv_host_now_ms() / FV_MS_PER_DAY + 1) * FV_MS_PER_DAY;
	char key[REJUDGE_KEY_BYTES] = "";
	enum fv_err rc;

	if ((rc = fv_store_view_begin(r->store)) != FV_OK)
		return rc;
	if ((rc = rejudge_round_get(r->store, &r->round)) == FV_OK)
		rc = make_key(r, today, key);
	fv_store_view_end(r->store);
	if (rc != FV_OK || (strcmp(key, r->round.key) == 0 && r->judge != NULL))
		return rc;
	judge_close(r->judge);
	r->judge = NULL;
	r->today_utc_ms = today;
	if (strcmp(key, r->round.key) != 0 && (rc = begin_round(r, key)) != FV_OK)
		return rc;
	if ((rc = fv_store_view_begin(r->store)) != FV_OK)
		return rc;
	rc = judge_open(&r->judge, r->store,
	    &(struct judge_opts){.today_utc_ms = today, .has_open = true});
	fv_store_view_end(r->store);
	return rc;
}

/* -- one part ------------------------------------------------------------------------- */

static enum fv_err
take_change(
    const struct fv_store_finding *row, const struct judged_finding *finding, void *ctx)
{
	json_t *json = audit_row_json(row, finding->has_last ? finding->last_verdict : 0);

	return json_array_append_new(ctx, json) == 0 ? FV_OK : FV_ENOMEM;
}

/* One view of the store for one case: as_of says what it saw. */
static enum fv_err
judge_one(struct fv_rejudge *r, const struct waiting *one)
{
	struct fv_store_case row;
	struct judgement j = {0};
	json_t *picture = NULL;
	enum fv_err rc;

	judge_turn(r->judge);
	if ((rc = fv_store_view_begin(r->store)) != FV_OK)
		return rc;
	if ((rc = fv_store_case_get(r->store, fv_span_z(one->id), &row)) == FV_OK) {
		row.item.id = fv_span_z(one->id);
		rc = judge_case(r->judge, &row, &j);
	}
	if (rc == FV_OK)
		rc = judge_picture(r->judge, &j, r->judged_ms, &picture);
	fv_store_view_end(r->store);
	if (rc == FV_OK)
		rc = judge_each_change(r->judge, &j, take_change, r->rows);
	if (picture != NULL && json_array_append_new(r->pictures, picture) != 0)
		rc = FV_ENOMEM;
	judgement_clear(&j);
	if (rc == FV_ENOENT) /* records name a case that this server does not know */
		rc = FV_OK;
	if (rc == FV_OK && one->touched > 0 &&
	    json_array_append_new(
		r->done, json_pack("[s, I]", one->id, (json_int_t)one->touched)) != 0)
		rc = FV_ENOMEM;
	if (rc == FV_OK && one->touched == 0)
		snprintf(r->round.cursor, sizeof r->round.cursor, "%s", one->id);
	return rc;
}

static enum fv_err
put_part(struct fv_rejudge *r, bool is_of_round)
{
	json_t *request = json_pack("{s:s, s:I, s:O, s:O, s:O}", "verb", "rejudge put",
	    "judged_ms", (json_int_t)r->judged_ms, "rows", r->rows, "pictures", r->pictures,
	    "done", r->done);
	enum fv_err rc;

	if (request != NULL && is_of_round)
		json_object_set_new(request, "round", round_text(&r->round));
	rc = ask(r, request);
	json_array_clear(r->rows);
	json_array_clear(r->pictures);
	json_array_clear(r->done);
	return rc;
}

static enum fv_err
keep_stale(struct fv_span case_id, uint64_t touched, void *ctx)
{
	struct fv_rejudge *r = ctx;
	struct waiting *one = &r->part[r->part_count];

	one->touched = touched;
	if (case_id.len >= sizeof one->id)
		return FV_ECORRUPT;
	memset(one->id, 0, sizeof one->id);
	if (case_id.len > 0)
		memcpy(one->id, case_id.ptr, case_id.len);
	r->part_count++;
	return FV_OK;
}

static enum fv_err
keep_next(const struct fv_store_case *row, void *ctx)
{
	return keep_stale(row->item.id, 0, ctx);
}

/* -- the round's end ------------------------------------------------------------------ */

static enum fv_err
keep_standing(const struct fv_store_finding *row, enum fv_verdict was,
    const struct fv_hash *was_pack, void *ctx)
{
	json_t *json = audit_row_json(row, was);

	(void)was_pack;
	return json_array_append_new(ctx, json) == 0 ? FV_OK : FV_ENOMEM;
}

/* Findings about no contact, and hints: over what was written, when nothing else waits. */
static enum fv_err
look_at_standing(struct fv_rejudge *r)
{
	const struct standing_opts opts = {.judge = r->judge,
	    .store = r->store,
	    .now_ms = r->judged_ms,
	    .is_whole = true,
	    .write = keep_standing,
	    .ctx = r->rows};
	const int64_t start_ms = mono_ms();
	struct standing_tally tally;
	int64_t took_ms;
	enum fv_err rc;

	if ((rc = fv_store_view_begin(r->store)) != FV_OK)
		return rc;
	judge_turn(r->judge);
	rc = standing_run(&opts, &tally);
	fv_store_view_end(r->store);
	took_ms = (mono_ms() - start_ms) * STANDING_TIMES;
	r->standing_ms = mono_ms() + (took_ms > STANDING_MS ? took_ms : STANDING_MS);
	r->is_standing_due = false;
	r->round.is_done = true;
	return rc == FV_OK ? put_part(r, true) : rc;
}

/* Judge a part of what waits, else of the round.  *has_more_out: something was done. */
static enum fv_err
do_part(struct fv_rejudge *r, bool *has_more_out)
{
	const int64_t start_ms = mono_ms();
	bool is_of_round = false;
	enum fv_err rc;

	r->part_count = 0;
	r->judged_ms = fv_host_now_ms();
	rc = fv_store_stale_each(r->store, PART_CASES, keep_stale, r);
	if (rc == FV_OK && r->part_count == 0 && !r->round.is_done) {
		is_of_round = true;
		rc = fv_store_case_each_after(
		    r->store, fv_span_z(r->round.cursor), NULL, PART_CASES, keep_next, r);
	}
	*has_more_out = rc == FV_OK && (r->part_count > 0 || is_of_round);
	if (rc == FV_OK && r->part_count == 0 &&
	    (is_of_round || (r->is_standing_due && mono_ms() >= r->standing_ms)))
		return look_at_standing(r);
	for (size_t i = 0; rc == FV_OK && i < r->part_count; i++) {
		rc = judge_one(r, &r->part[i]);
		if (json_array_size(r->rows) >= PART_ROWS || mono_ms() - start_ms >= PART_MS)
			break;
	}
	r->is_standing_due = r->is_standing_due || r->part_count > 0;
	return rc == FV_OK && r->part_count > 0 ? put_part(r, is_of_round) : rc;
}

static enum fv_err
look(struct fv_rejudge *r)
{
	int64_t version = 0;
	json_t *note = NULL;
	enum fv_err rc = fv_store_data_version(r->store, &version);

	if (rc != FV_OK ||
	    (r->is_known && version == r->data_version && fv_host_now_ms() < r->today_utc_ms &&
		r->judge != NULL))
		return rc;
	if ((rc = settle_round(r)) != FV_OK)
		return rc;
	if ((rc = look_in_view(r, false, &note)) == FV_OK && note != NULL)
		rc = ask(r, note);
	if (rc == FV_OK) {
		r->is_known = true;
		r->data_version = version;
	}
	return rc;
}

/* -- the thread ----------------------------------------------------------------------- */

static bool
wait_ms(struct fv_rejudge *r, int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&r->lock);
	while (!atomic_load(&r->is_stopping) &&
	    pthread_cond_timedwait(&r->wake, &r->lock, &until) == 0)
		;
	pthread_mutex_unlock(&r->lock);
	return !atomic_load(&r->is_stopping);
}

static void *
run(void *ctx)
{
	struct fv_rejudge *r = ctx;
	int64_t start_ms, pause_ms;
	bool has_more;
	enum fv_err rc;

	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), 10);
	do {
		start_ms = mono_ms();
		has_more = false;
		if ((rc = look(r)) == FV_OK)
			rc = do_part(r, &has_more);
		pause_ms = has_more ? mono_ms() - start_ms : LOOK_MS;
		if (rc != FV_OK && !atomic_load(&r->is_stopping)) {
			fprintf(stderr, "fieldvisitd: judging what came: %s; again in %d s\n",
			    fv_err_text(rc), AGAIN_MS / 1000);
			json_array_clear(r->rows);
			json_array_clear(r->pictures);
			json_array_clear(r->done);
			judge_close(r->judge);
			r->judge = NULL;
			pause_ms = AGAIN_MS;
		}
	} while (wait_ms(r, pause_ms > LOOK_MS && rc == FV_OK ? LOOK_MS : pause_ms));
	return NULL;
}

static void
release(struct fv_rejudge *r)
{
	judge_close(r->judge);
	fv_store_close(r->store);
	json_decref(r->rows);
	json_decref(r->pictures);
	json_decref(r->done);
	free(r);
}

static int
start_thread(struct fv_rejudge *r)
{
	pthread_condattr_t attr;
	int failed;

	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->wake, &attr);
	pthread_condattr_destroy(&attr);
	if ((failed = pthread_create(&r->thread, NULL, run, r)) != 0) {
		pthread_cond_destroy(&r->wake);
		pthread_mutex_destroy(&r->lock);
	}
	return failed;
}

enum fv_err
fv_rejudge_start(const char *dir, struct fv_writer *writer, struct fv_rejudge **rejudge_out)
{
	struct fv_rejudge *r = calloc(1, sizeof *r);
	char path[FV_HOST_PATH_BYTES];
	enum fv_err rc = FV_ERANGE;

	*rejudge_out = NULL;
	if (r == NULL)
		return FV_ENOMEM;
	r->writer = writer;
	r->rows = json_array();
	r->pictures = json_array();
	r->done = json_array();
	if (r->rows == NULL || r->pictures == NULL || r->done == NULL)
		rc = FV_ENOMEM;
	else if (fv_host_path(dir, "fieldvisit.db", path))
		rc = fv_store_open(&r->store, path, FV_STORE_READ);
	if (rc == FV_OK)
		fv_store_end_when(r->store, &r->is_stopping);
	if (rc == FV_OK && start_thread(r) != 0)
		rc = FV_ENOMEM;
	if (rc != FV_OK) {
		release(r);
		return rc;
	}
	*rejudge_out = r;
	return FV_OK;
}

void
fv_rejudge_stop(struct fv_rejudge *rejudge)
{
	if (rejudge == NULL)
		return;
	pthread_mutex_lock(&rejudge->lock);
	atomic_store(&rejudge->is_stopping, true);
	pthread_cond_signal(&rejudge->wake);
	pthread_mutex_unlock(&rejudge->lock);
	pthread_join(rejudge->thread, NULL);
	pthread_cond_destroy(&rejudge->wake);
	pthread_mutex_destroy(&rejudge->lock);
	release(rejudge);
}
