/* Codes of visits that borrowers entered and no handheld has delivered: the strongest sign
 * of a withheld record there is. */
#include <stdio.h>
#include <string.h>

#include "sync-server/care.h"
#include "sync-server/standing_in.h"

#define CODES_MAX 500U     /* of one run; there is no use in reading more */
#define SUBJECT_BYTES 24U  /* "code:", 16 hex digits and NUL */
#define SUBJECT_DIGITS 16U /* of the code's hash, which names nobody */

/* One rule asking of each code. */
struct waiting {
	struct standing *s;
	const struct duty *duty;
	const struct fv_clause *clause;
	char zone_name[FV_ZONE_NAME_MAX_BYTES + 1];
	const struct fv_zone *zone; /* NULL: UTC */
};

static void
name_subject(const struct fv_hash *slip, char out[SUBJECT_BYTES])
{
	size_t at = (size_t)snprintf(out, SUBJECT_BYTES, "code:");

	for (size_t i = 0; i < SUBJECT_DIGITS / 2; i++)
		at += (size_t)snprintf(out + at, SUBJECT_BYTES - at, "%02x", slip->b[i]);
}

static enum fv_err
on_code(const struct fv_hash *slip, int64_t first_ms, void *ctx)
{
	const struct waiting *w = ctx;
	const int64_t now_ms = w->s->now_ms;
	struct fv_standing_facts facts = {.begin_ms = first_ms, .zone = w->zone_name};
	struct standing_about about = {.kind = FV_SUBJECT_CASE, .idx = NONE};
	char subject[SUBJECT_BYTES];
	struct fv_finding f;

	facts.offset_s = w->zone != NULL ? fv_zone_offset_s(w->zone, first_ms) : 0;
	facts.today =
	    w->zone != NULL ? fv_zone_local_days(w->zone, now_ms) : now_ms / FV_MS_PER_DAY;
	about.day = about.today = facts.today;
	name_subject(slip, subject);
	about.subject = subject;
	fv_standing_judge(w->duty->by, w->duty->rule, w->clause, &facts, &f);
	return standing_emit(w->s, &f, &about);
}

static enum fv_err
ask(struct standing *s, const struct duty *duty, const struct fv_clause *clause)
{
	struct waiting w = {.s = s, .duty = duty, .clause = clause};
	const int64_t waits_ms = (int64_t)clause->u.not_received.hours * 60 * MINUTE_MS;
	enum fv_err rc = care_zone(s->store, "", w.zone_name);

	if (rc != FV_OK)
		return rc;
	w.zone = zones_get(w.zone_name, &s->zones);
	return fv_store_code_each(s->store, s->now_ms - waits_ms, CODES_MAX, on_code, &w);
}

enum fv_err
standing_codes(struct standing *s)
{
	enum fv_err rc = FV_OK;

	for (size_t i = 0; i < s->duty_count; i++)
		for (size_t c = 0; c < s->duties[i].rule->clause_count && rc == FV_OK; c++)
			if (s->duties[i].rule->clauses[c].kind == FV_RULE_NOT_RECEIVED)
				rc = ask(s, &s->duties[i], &s->duties[i].rule->clauses[c]);
	return rc;
}
