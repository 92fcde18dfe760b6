/*
 * May I knock now?  The rules that count before a visit, over what this handheld knows.
 * It says that no loaded rule forbids it; it never says that it is lawful.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/app.h"
#include "firmware-app/packs_kept.h"
#include "firmware-app/syncstate.h"
#include "firmware-app/verb.h"
#include "fv/zonefile.h"

#define OFFICERS_MAX 4U
#define ZONES_MAX 8U
#define FIX_AGE_MAX_MS 60000 /* an older fix does not say where the handheld is */

/* The zones that the engine asked for. */
struct zones {
	struct fv_zone *list[ZONES_MAX]; /* owned */
	char names[ZONES_MAX][FV_ZONE_NAME_MAX_BYTES + 1];
	size_t count;
};

/* One question and all that its answer is made of. */
struct question {
	struct fv_app *app;
	const char *case_id;
	const char *officers[OFFICERS_MAX];
	struct fv_check_plan plan;
	struct fv_syncstate sync;
	struct fv_casebook book;
	struct fv_packset packs;
	struct zones zones;
	char tzdata[FV_ZONEFILE_VERSION_BYTES];
	struct fv_audit *audit;
	struct fv_check check;
	bool is_chinese;
};

static const struct fv_zone *
get_zone(const char *name, void *ctx)
{
	struct zones *zones = ctx;

	for (size_t i = 0; i < zones->count; i++) {
		if (strcmp(zones->names[i], name) == 0)
			return zones->list[i];
	}
	if (zones->count == ZONES_MAX || strlen(name) > FV_ZONE_NAME_MAX_BYTES ||
	    fv_zonefile_open(fv_zonefile_source(NULL), name, &zones->list[zones->count]) !=
		FV_OK)
		return NULL;
	memcpy(zones->names[zones->count], name, strlen(name) + 1);
	return zones->list[zones->count++];
}

static bool
read_officers(struct question *q, struct fv_call *call, struct fv_reply *reply)
{
	size_t count = 0;

	q->officers[count++] = q->app->officer;
	for (size_t i = 0; i < call->args.given_count; i++) {
		const char *id = call->args.given[i].value;

		if (strcmp(call->args.given[i].name, "with") != 0)
			continue;
		if (count == OFFICERS_MAX || !fv_id_valid(fv_span_z(id), FV_ID_BYTES - 1)) {
			fv_reply_fail(reply, FV_FAIL_USAGE, "check",
			    _("--with %.40s: up to 3 officers' ids, each 1 to 24 letters, "
			      "digits, "
			      "'.', '_' or '-'"),
			    id);
			return false;
		}
		q->officers[count++] = id;
	}
	q->plan.officers = (struct fv_strs){q->officers, count};
	return true;
}

static void
read_place(struct question *q)
{
	struct fv_stamp stamp;

	if (q->app->gps == NULL)
		return;
	fv_gps_stamp(q->app->gps, &stamp);
	if (stamp.mode < 2 || !fv_stamp_has(&stamp, FV_STAMP_LAT) ||
	    !fv_stamp_has(&stamp, FV_STAMP_EPH) || stamp.age_ms > FIX_AGE_MAX_MS)
		return;
	q->plan.has_place = true;
	q->plan.lat_e7 = stamp.place.lat_e7;
	q->plan.lon_e7 = stamp.place.lon_e7;
	q->plan.accuracy_mm = (uint32_t)stamp.eph_mm;
}

static bool
ask(struct question *q, struct fv_call *call, struct fv_reply *reply)
{
	uint32_t place, purpose;

	q->case_id = call->args.operands[0];
	if (!read_officers(q, call, reply) ||
	    !fv_call_code(call, "place", FV_CODES_PLACE, &place, reply) ||
	    !fv_call_code(call, "purpose", FV_CODES_PURPOSE, &purpose, reply))
		return false;
	q->plan.place = (enum fv_place_code)place;
	q->plan.purpose = (enum fv_purpose)purpose;
	q->plan.now_utc_ms = q->app->clock.rtc_ms(q->app->clock.ctx);
	read_place(q);
	return true;
}

/* What the handheld knows, and the engine over it. */
static enum fv_err
load(struct question *q)
{
	struct fv_audit_opts opts = {.zone = get_zone, .ctx = &q->zones, .tzdata = q->tzdata};
	enum fv_err rc;

	if ((rc = fv_casebook_load(q->app->store, q->case_id, &q->book)) != FV_OK ||
	    (rc = fv_syncstate_load(q->app->store, &q->sync)) != FV_OK ||
	    (rc = fv_packset_load(q->app->store, &q->book.packs, &q->packs)) != FV_OK)
		return rc == FV_ENOENT ? FV_ENOENT : rc;
	q->plan.has_sync = q->sync.last_ok_ms != 0;
	q->plan.sync_utc_ms = q->sync.last_ok_ms;
	if (q->packs.count == 0)
		return FV_OK;
	if (fv_zonefile_version(NULL, q->tzdata) != FV_OK)
		q->tzdata[0] = '\0';
	opts.packs = (const struct fv_rulepack *const *)q->packs.packs;
	opts.pack_count = q->packs.count;
	opts.today_utc_ms = q->plan.now_utc_ms;
	if ((rc = fv_audit_new(&opts, &q->audit)) != FV_OK)
		return rc;
	rc = fv_audit_check(
	    q->audit, fv_history_find(q->book.history, q->case_id), &q->plan, &q->check);
	return rc == FV_ENOENT ? FV_EDENIED : rc; /* a zone that this machine does not know */
}

/* Exit code and word of the answer.  What cannot be judged is for a person. */
static enum fv_check_answer
answer_of(const struct question *q)
{
	if (q->check.answer == FV_CHECK_NOT_NOW)
		return FV_CHECK_NOT_NOW;
	if (q->packs.count == 0 || q->packs.is_missing || !q->plan.has_sync)
		return FV_CHECK_ASK;
	return q->check.answer;
}

static const char *
word_of(enum fv_check_answer answer)
{
	switch (answer) {
	case FV_CHECK_NONE_FORBIDS:
		return "none_forbids";
	case FV_CHECK_NOT_NOW:
		return "not_now";
	case FV_CHECK_ASK:
		break;
	}
	return "ask";
}

/* Who may decide, for the first line: the first finding that a person must judge. */
static void
put_who(struct question *q, struct fv_buf *out)
{
	const struct fv_finding *f = NULL;

	for (size_t i = 0; f == NULL && i < q->check.finding_count; i++) {
		if (q->check.findings[i].verdict == FV_VERDICT_REVIEW)
			f = &q->check.findings[i];
	}
	if (f == NULL) {
		if (q->packs.count == 0)
			fv_buf_put_z(
			    out, _("your supervisor: no rule pack of this case is loaded"));
		else if (q->packs.is_missing)
			fv_buf_putf(out, _("your supervisor: pack %s is not loaded"),
			    q->packs.missing);
		else
			fv_buf_put_z(
			    out, _("your supervisor: this handheld has never synced"));
		return;
	}
	fv_buf_putf(out,
	    "%s: ", f->remedy == FV_REMEDY_LIFTED_BY ? f->who_or_what : _("your supervisor"));
	fv_audit_put_why(out, f, q->is_chinese);
}

static void
tell_answer(struct question *q, enum fv_check_answer answer, struct fv_reply *reply)
{
	char when[FV_INSTANT_TEXT_BYTES];
	struct fv_buf who = {0};

	fv_json_text_z(&reply->json, "answer", word_of(answer));
	if (answer == FV_CHECK_NONE_FORBIDS)
		fv_reply_line(reply, "%s", _("no loaded rule forbids it"));
	if (answer == FV_CHECK_NOT_NOW && q->check.has_next) {
		fv_instant_format(q->check.next_utc_ms, q->check.next_offset_s, false, when);
		fv_reply_line(reply, _("not now, allowed from %s"), when);
		fv_json_text_z(&reply->json, "next", when);
	} else if (answer == FV_CHECK_NOT_NOW) {
		fv_reply_line(
		    reply, "%s", _("not now, and no later time cures it: see below"));
		fv_json_null(&reply->json, "next");
	}
	if (answer == FV_CHECK_ASK) {
		put_who(q, &who);
		fv_reply_line(reply, _("a person must decide: %s"),
		    fv_buf_z(&who) != NULL ? fv_buf_z(&who) : "");
		fv_json_text(&reply->json, "who", fv_buf_span(&who));
	}
	fv_buf_clear(&who);
}

/* Second line: packs, revisions, and how old the knowledge is. */
static void
tell_packs(struct question *q, struct fv_reply *reply)
{
	int64_t age_ms = q->plan.now_utc_ms - q->plan.sync_utc_ms;
	char when[FV_LOCAL_TEXT_BYTES];
	struct fv_buf line = {0};

	fv_json_begin_array(&reply->json, "packs");
	for (size_t i = 0; i < q->packs.count; i++) {
		const struct fv_rulepack *p = q->packs.packs[i];

		fv_buf_putf(&line, "%s%s r%" PRIu32, i > 0 ? ", " : "", p->id, p->revision);
		fv_json_begin_object(&reply->json, NULL);
		fv_json_text_z(&reply->json, "id", p->id);
		fv_json_uint(&reply->json, "revision", p->revision);
		fv_json_end_object(&reply->json);
	}
	fv_json_end_array(&reply->json);
	if (q->packs.count == 0)
		fv_buf_put_z(&line, _("no pack"));
	if (q->plan.has_sync) {
		fv_reply_line(reply, _("%s; holds as of %s; %lld h old"),
		    fv_buf_z(&line) != NULL ? fv_buf_z(&line) : "",
		    fv_clock_local(q->plan.sync_utc_ms, when),
		    (long long)(age_ms > 0 ? age_ms / 3600000 : 0));
		fv_json_instant(&reply->json, "synced", q->plan.sync_utc_ms);
		fv_json_int(&reply->json, "age_s", age_ms / 1000);
	} else {
		fv_reply_line(reply, _("%s; never synced"),
		    fv_buf_z(&line) != NULL ? fv_buf_z(&line) : "");
		fv_json_null(&reply->json, "synced");
	}
	fv_buf_clear(&line);
}

/* Only what forbids or waits is told; --json keeps the words of the format. */
static const char *
verdict_label(enum fv_verdict verdict)
{
	return verdict == FV_VERDICT_FAIL ? _("fail") : _("review");
}

static void
tell_finding(struct question *q, const struct fv_finding *f, struct fv_reply *reply)
{
	struct fv_buf why = {0}, citation = {0}, json = {0};

	fv_audit_put_why(&why, f, q->is_chinese);
	fv_audit_put_citation(&citation, f->rule, q->is_chinese);
	fv_reply_line(reply, "%s: %s [%s %s; %s]", verdict_label(f->verdict),
	    fv_buf_z(&why) != NULL ? fv_buf_z(&why) : "", f->pack->id, f->rule->id,
	    fv_buf_z(&citation) != NULL ? fv_buf_z(&citation) : "");
	if (reply->want_json) {
		fv_audit_put_json(&json, f);
		fv_json_raw(&reply->json, NULL, fv_buf_span(&json));
	}
	fv_buf_clear(&why);
	fv_buf_clear(&citation);
	fv_buf_clear(&json);
}

static void
tell_duties(struct question *q, struct fv_reply *reply)
{
	struct fv_buf citation = {0};

	fv_json_begin_array(&reply->json, "duties");
	for (size_t i = 0; i < q->check.duty_count; i++) {
		const struct fv_rule *rule = q->check.duties[i];
		const char *text = q->is_chinese ? rule->text_zh : rule->text_en;

		fv_buf_reset(&citation);
		fv_audit_put_citation(&citation, rule, q->is_chinese);
		fv_reply_line(reply, _("duty: %s [%s; %s]"), text, rule->id,
		    fv_buf_z(&citation) != NULL ? fv_buf_z(&citation) : "");
		fv_json_begin_object(&reply->json, NULL);
		fv_json_text_z(&reply->json, "rule", rule->id);
		fv_json_text_z(&reply->json, "text", text);
		fv_json_text(&reply->json, "citation", fv_buf_span(&citation));
		fv_json_end_object(&reply->json);
	}
	fv_json_end_array(&reply->json);
	fv_buf_clear(&citation);
}

static int
tell(struct question *q, struct fv_reply *reply)
{
	enum fv_check_answer answer = answer_of(q);

	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "case", q->case_id);
	tell_answer(q, answer, reply);
	tell_packs(q, reply);
	fv_json_begin_array(&reply->json, "findings");
	for (size_t i = 0; i < q->check.finding_count; i++) {
		const struct fv_finding *f = &q->check.findings[i];

		if (f->verdict == FV_VERDICT_FAIL || f->verdict == FV_VERDICT_REVIEW)
			tell_finding(q, f, reply);
	}
	fv_json_end_array(&reply->json);
	if (q->packs.is_missing) {
		fv_reply_line(reply, _("pack %s is not loaded: 'fieldvisit sync --wait'"),
		    q->packs.missing);
		fv_json_text_z(&reply->json, "missing_pack", q->packs.missing);
	}
	tell_duties(q, reply);
	fv_json_end_object(&reply->json);
	return (int)answer;
}

static void
clear(struct question *q)
{
	fv_check_clear(&q->check);
	fv_audit_free(q->audit);
	fv_packset_clear(&q->packs);
	fv_casebook_clear(&q->book);
	for (size_t i = 0; i < q->zones.count; i++)
		fv_zone_free(q->zones.list[i]);
	free(q);
}

int
fv_cmd_check(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct question *q = calloc(1, sizeof *q);
	enum fv_err rc;

	if (q == NULL)
		return fv_reply_fail_err(reply, "check", FV_ENOMEM);
	q->app = app;
	q->is_chinese = fv_reply_is_chinese();
	if (!ask(q, call, reply))
		goto cleanup;
	rc = load(q);
	if (rc == FV_ENOENT)
		fv_reply_fail(reply, FV_FAIL_NO_CASE, q->case_id,
		    _("no such case on this handheld; 'fieldvisit case list' lists them, "
		      "'fieldvisit sync --wait' fetches new ones"));
	else if (rc == FV_EDENIED)
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, q->case_id,
		    _("its time zone is not known here; install tzdata"));
	else if (rc != FV_OK)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	else
		reply->exit = tell(q, reply);
cleanup:
	clear(q);
	return reply->exit;
}
