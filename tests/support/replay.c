#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/zonefile.h"

static void
read_file(const char *path, struct fv_buf *out)
{
	char chunk[4096];
	FILE *f = fopen(path, "rbe");
	size_t n;

	if (f == NULL)
		fail_msg("%s: cannot be opened", path);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		fv_buf_put(out, chunk, n);
	fclose(f);
}

void
replay_pack(struct replay *replay, const char *id_or_json)
{
	struct fv_rulepack_error error;
	struct fv_buf text = {0};
	char path[256];

	assert_true(replay->pack_count < REPLAY_PACKS_MAX);
	if (id_or_json[0] == '{') {
		fv_buf_put_z(&text, id_or_json);
	} else {
		snprintf(path, sizeof path, "sync-server/rules/%s.json", id_or_json);
		read_file(path, &text);
	}
	if (fv_rulepack_parse(
		fv_buf_span(&text), &replay->packs[replay->pack_count], &error) != FV_OK)
		fail_msg(
		    "line %u, %s, %s: %s", error.line, error.rule, error.field, error.text);
	replay->pack_count++;
	fv_buf_clear(&text);
}

const struct fv_zone *
replay_zone(const char *name, void *ctx)
{
	struct replay *r = ctx;

	for (size_t i = 0; i < r->zone_count; i++)
		if (strcmp(r->names[i], name) == 0)
			return r->zones[i];
	assert_true(r->zone_count < sizeof r->zones / sizeof r->zones[0]);
	if (fv_zonefile_open(fv_zonefile_source(NULL), name, &r->zones[r->zone_count]) !=
	    FV_OK)
		return NULL;
	snprintf(r->names[r->zone_count], sizeof r->names[0], "%s", name);
	return r->zones[r->zone_count++];
}

void
replay_load(struct replay *replay, const char *lines)
{
	struct fv_history_error error;
	uint32_t number = 0;

	assert_int_equal(fv_history_new(&replay->history), FV_OK);
	for (const char *at = lines; *at != '\0';) {
		size_t len = strcspn(at, "\n");
		if (fv_history_add_line(
			replay->history, fv_span_of(at, len), ++number, &error) != FV_OK)
			fail_msg("line %u: %s: %s", error.line, error.field, error.text);
		at += len + (at[len] == '\n');
	}
	if (fv_history_finish(replay->history, &error) != FV_OK)
		fail_msg("line %u: %s: %s", error.line, error.field, error.text);
	struct fv_audit_opts opts = {.packs = (const struct fv_rulepack *const *)replay->packs,
	    .pack_count = replay->pack_count,
	    .zone = replay_zone,
	    .ctx = replay,
	    .tzdata = "test",
	    .today_utc_ms = INT64_MAX};
	assert_int_equal(fv_audit_new(&opts, &replay->audit), FV_OK);
}

static enum fv_err
keep(const struct fv_finding *f, void *ctx)
{
	struct replay *r = ctx;
	struct fv_buf json = {0};

	assert_true(r->row_count < REPLAY_ROWS_MAX);
	struct replay_row *row = &r->rows[r->row_count++];
	snprintf(row->contact, sizeof row->contact, "%s", f->contact->id);
	snprintf(row->rule, sizeof row->rule, "%s", f->rule->id);
	row->verdict = f->verdict;
	row->remedy = f->remedy;
	row->next_utc_ms = f->next_utc_ms;
	fv_audit_put_json(&json, f);
	assert_non_null(fv_buf_z(&json));
	row->json = strdup(fv_buf_z(&json));
	fv_buf_clear(&json);
	return row->json == NULL ? FV_ENOMEM : FV_OK;
}

void
replay_judge(struct replay *replay)
{
	for (size_t i = 0; i < fv_history_case_count(replay->history); i++)
		assert_int_equal(fv_audit_case(replay->audit,
				     fv_history_case(replay->history, i), keep, replay),
		    FV_OK);
}

const struct replay_row *
replay_row(const struct replay *replay, const char *contact, const char *rule)
{
	for (size_t i = 0; i < replay->row_count; i++)
		if (strcmp(replay->rows[i].contact, contact) == 0 &&
		    strcmp(replay->rows[i].rule, rule) == 0)
			return &replay->rows[i];
	fail_msg("no row of %s and %s", contact, rule);
	return NULL;
}

const char *
replay_verdict(const struct replay *replay, const char *contact, const char *rule)
{
	return fv_verdict_word(replay_row(replay, contact, rule)->verdict);
}

static struct replay *
judge_one(const char *pack, const char *lines)
{
	struct replay *r = calloc(1, sizeof *r);

	assert_non_null(r);
	replay_pack(r, pack);
	replay_load(r, lines);
	replay_judge(r);
	return r;
}

static void
free_one(struct replay *r)
{
	replay_clear(r);
	free(r);
}

const char *
replay_one(const char *pack, const char *lines, const char *contact, const char *rule)
{
	struct replay *r = judge_one(pack, lines);
	const char *word = replay_verdict(r, contact, rule);

	free_one(r);
	return word;
}

void
replay_expect(const char *pack, const char *lines, const char *rule, const char *verdict,
    const char *text)
{
	struct replay *r = judge_one(pack, lines);
	const struct replay_row *row = replay_row(r, "v1", rule);
	bool is_good = row->verdict == FV_VERDICT_PASS || row->verdict == FV_VERDICT_NA;

	if ((verdict != NULL && strcmp(fv_verdict_word(row->verdict), verdict) != 0) ||
	    (text != NULL && strstr(row->json, text) == NULL))
		fail_msg("%s %s, not %s %s", fv_verdict_word(row->verdict), row->json,
		    verdict == NULL ? "" : verdict, text == NULL ? "" : text);
	assert_true(is_good == (row->remedy == FV_REMEDY_NONE));
	assert_null(strchr(strstr(row->json, "\"why\""), '?'));
	free_one(r);
}

int64_t
replay_next(const char *pack, const char *lines, const char *contact, const char *rule)
{
	struct replay *r = judge_one(pack, lines);
	const struct replay_row *row = replay_row(r, contact, rule);
	int64_t next = row->next_utc_ms;

	assert_int_equal(row->remedy, FV_REMEDY_NEXT);
	free_one(r);
	return next;
}

int64_t
replay_at(const char *rfc3339)
{
	int64_t ms = 0;

	assert_int_equal(fv_instant_parse(fv_span_z(rfc3339), &ms), FV_OK);
	return ms;
}

void
replay_clear(struct replay *replay)
{
	for (size_t i = 0; i < replay->row_count; i++)
		free(replay->rows[i].json);
	fv_audit_free(replay->audit);
	fv_history_free(replay->history);
	for (size_t i = 0; i < replay->pack_count; i++)
		fv_rulepack_free(replay->packs[i]);
	for (size_t i = 0; i < replay->zone_count; i++)
		fv_zone_free(replay->zones[i]);
	memset(replay, 0, sizeof *replay);
}
