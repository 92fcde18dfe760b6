#include "firmware-app/dates.h"

#include <string.h>

#include "fv/item.h"
#include "fv/standing.h"

struct looking {
	const struct fv_app *app;
	const struct fv_packset *packs;
	fv_dates_fn fn;
	void *ctx;
};

/* One date by one pack. */
static void
look(const struct looking *l, const struct fv_rulepack *pack, const struct fv_item_date *date,
    const char *subject)
{
	const struct fv_standing_facts facts = {
	    .today = fv_clock_local_days(l->app->clock.rtc_ms(l->app->clock.ctx)),
	    .has_date = true,
	    .date = date->day};
	struct fv_finding f;

	for (size_t i = 0; i < pack->rule_count; i++) {
		const struct fv_rule *rule = &pack->rules[i];

		for (size_t c = 0; c < rule->clause_count; c++) {
			const struct fv_clause *clause = &rule->clauses[c];

			if (clause->kind != FV_RULE_INTERVAL ||
			    clause->u.interval.subject != date->subject ||
			    clause->u.interval.fact != date->fact)
				continue;
			fv_standing_judge_interval(pack, rule, clause, &facts, &f);
			f.subject_id = subject;
			if (f.verdict == FV_VERDICT_FAIL || f.verdict == FV_VERDICT_REVIEW)
				l->fn(&f, l->ctx);
		}
	}
}

static enum fv_err
look_all(const struct looking *l, struct fv_span body)
{
	struct fv_item_dates dates;
	struct fv_item_date date;
	enum fv_err rc = fv_item_dates_open(body, &dates);

	while (rc == FV_OK && (rc = fv_item_dates_next(&dates, &date)) == FV_OK) {
		const bool is_his = date.subject == FV_SUBJECT_OFFICER;

		/* Those of the officer before him are not his. */
		if (is_his && !fv_span_equal(dates.officer, fv_span_z(l->app->officer)))
			continue;
		for (size_t i = 0; i < l->packs->count; i++)
			look(l, l->packs->packs[i], &date, is_his ? "officer" : "agency");
	}
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_dates_over(struct fv_app *app, const struct fv_packset *packs, fv_dates_fn fn, void *ctx)
{
	const struct looking l = {app, packs, fn, ctx};
	struct fv_item_row row;
	struct fv_buf body = {0};
	enum fv_err rc =
	    fv_store_get_item(app->store, FV_ITEM_DATES, fv_span_z(FV_DATES_KEY), &row, &body);

	if (rc == FV_OK)
		rc = look_all(&l, row.body);
	fv_buf_clear(&body);
	return rc == FV_ENOENT ? FV_OK : rc;
}
