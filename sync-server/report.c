#include "sync-server/report.h"

#include <stdlib.h>
#include <string.h>

#include "fv/plausibility.h"

struct gathering {
	struct report *report;
	struct fv_store *store;
};

/* The row's spans point into the store: keep a copy of each. */
static enum fv_err
copy_case(struct report *r, const struct fv_store_case *row)
{
	struct fv_store_case *to = &r->cases[r->case_count];
	struct fv_span *spans[] = {&to->item.id, &to->item.agency, &to->item.zones,
	    &to->item.debts, &to->item.packs, &to->item.assigned};
	size_t total = 0, at = 0;
	char *text;

	*to = *row;
	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
		total += spans[i]->len + 1;
	if ((text = calloc(1, total)) == NULL)
		return FV_ENOMEM;
	r->texts[r->case_count] = text;
	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		size_t len = spans[i]->len;

		if (len > 0)
			memcpy(text + at, spans[i]->ptr, len);
		*spans[i] = fv_span_of(text + at, len);
		at += len + 1;
	}
	return FV_OK;
}

static enum fv_err
grow_cases(struct report *r)
{
	size_t cap = r->case_cap > 0 ? r->case_cap * 2 : 64;
	void *cases, *texts, *judgements;

	if (r->case_count < r->case_cap)
		return FV_OK;
	if ((cases = reallocarray(r->cases, cap, sizeof *r->cases)) == NULL)
		return FV_ENOMEM;
	r->cases = cases;
	if ((texts = reallocarray(r->texts, cap, sizeof *r->texts)) == NULL)
		return FV_ENOMEM;
	r->texts = texts;
	if ((judgements = reallocarray(r->judgements, cap, sizeof *r->judgements)) == NULL)
		return FV_ENOMEM;
	r->judgements = judgements;
	r->case_cap = cap;
	return FV_OK;
}

static enum fv_err
take_case(const struct fv_store_case *row, void *ctx)
{
	struct report *r = ctx;
	enum fv_err rc;

	if (r->options.case_id != NULL &&
	    !fv_span_equal(row->item.id, fv_span_z(r->options.case_id)))
		return FV_OK;
	if ((rc = grow_cases(r)) != FV_OK || (rc = copy_case(r, row)) != FV_OK)
		return rc;
	r->judgements[r->case_count++] = NULL;
	return FV_OK;
}

static const struct judge_trail *
trail_of(const struct judge *judge, const uint8_t dev[FV_DEV_BYTES])
{
	const struct judge_trail *t;

	for (size_t i = 0; (t = judge_trail(judge, i)) != NULL; i++)
		if (memcmp(t->device.dev, dev, FV_DEV_BYTES) == 0)
			return t;
	return NULL;
}

/* Cases stand in the order of their ids. */
static const struct judgement *
judgement_of(const struct report *r, const char *case_id)
{
	size_t lo = 0, hi = r->case_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp((const char *)r->cases[mid].item.id.ptr, case_id);

		if (c == 0)
			return r->judgements[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static int64_t
local_day(const struct report_row *row, int64_t utc_ms)
{
	int64_t days = utc_ms / FV_MS_PER_DAY;

	if (row->zone != NULL)
		return fv_zone_local_days(row->zone, utc_ms);
	return utc_ms % FV_MS_PER_DAY < 0 ? days - 1 : days;
}

static void
find_verdicts(struct report_row *row)
{
	const struct judgement *j = row->j;

	for (size_t i = 0; i < j->finding_count; i++) {
		if (strcmp(j->findings[i].contact, row->c->contact.id) != 0)
			continue;
		if (row->finding_count++ == 0)
			row->finding_at = i;
		if (j->findings[i].verdict > row->worst)
			row->worst = j->findings[i].verdict;
	}
}

static void
count_row(struct report *r, const struct report_row *row)
{
	struct report_odd odd;

	r->visits += row->c->is_visit ? 1U : 0U;
	r->others += row->c->is_visit ? 0U : 1U;
	r->fails += row->worst == FV_VERDICT_FAIL ? 1U : 0U;
	r->reviews += row->worst == FV_VERDICT_REVIEW ? 1U : 0U;
	r->clean += row->worst == FV_VERDICT_PASS || row->worst == FV_VERDICT_NA ? 1U : 0U;
	r->unjudged += row->worst == 0 ? 1U : 0U;
	r->provisional += row->j != NULL && row->j->is_provisional ? 1U : 0U;
	r->odd += report_exception(row, 0, &odd) ? 1U : 0U;
}

static enum fv_err
take_contact(struct report *r, const struct fv_fold_contact *c)
{
	struct report_row row = {.c = c, .zone_name = "UTC"};
	int64_t day, wanted;

	row.j = judgement_of(r, c->contact.case_id);
	if (row.j == NULL && r->options.case_id != NULL)
		return FV_OK;
	row.trail = trail_of(r->judge, c->dev);
	if (row.j != NULL && row.j->zone != NULL) {
		row.zone = row.j->zone;
		row.zone_name = row.j->zone_name;
	}
	day = local_day(&row, c->contact.begin_utc_ms);
	wanted = r->options.has_day ? r->options.day : local_day(&row, r->options.now_ms);
	if (!r->options.all_days && day != wanted) {
		if (!r->has_last || day > r->last_day)
			r->last_day = day;
		r->has_last = true;
		return FV_OK;
	}
	if (row.j != NULL)
		find_verdicts(&row);
	if (r->row_count == r->row_cap) {
		size_t cap = r->row_cap > 0 ? r->row_cap * 2 : 64;
		void *p = reallocarray(r->rows, cap, sizeof *r->rows);

		if (p == NULL)
			return FV_ENOMEM;
		r->rows = p;
		r->row_cap = cap;
	}
	r->rows[r->row_count++] = row;
	count_row(r, &row);
	return FV_OK;
}

static int
by_begin(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;
	int64_t i = x->c->contact.begin_utc_ms, k = y->c->contact.begin_utc_ms;

	return i != k ? (i > k) - (i < k) : strcmp(x->c->contact.id, y->c->contact.id);
}

enum fv_err
report_make(struct report *report, struct fv_store *store, struct judge *judge,
    const struct report_options *options)
{
	const struct fv_fold *fold = judge_fold(judge);
	enum fv_err rc;

	memset(report, 0, sizeof *report);
	report->options = *options;
	report->judge = judge;
	if ((rc = fv_store_case_each(store, take_case, report)) != FV_OK)
		goto cleanup;
	rc = FV_ENOENT;
	if (options->case_id != NULL && report->case_count == 0)
		goto cleanup;
	for (size_t i = 0; i < report->case_count; i++) {
		rc = FV_ENOMEM;
		if ((report->judgements[i] = calloc(1, sizeof **report->judgements)) == NULL)
			goto cleanup;
		rc = judge_case(judge, &report->cases[i], report->judgements[i]);
		if (rc != FV_OK)
			goto cleanup;
	}
	rc = FV_OK;
	for (size_t i = 0; i < fv_fold_contact_count(fold) && rc == FV_OK; i++)
		rc = take_contact(report, fv_fold_contact(fold, i));
	if (rc == FV_OK && report->row_count > 1)
		qsort(report->rows, report->row_count, sizeof *report->rows, by_begin);
cleanup:
	if (rc != FV_OK)
		report_clear(report);
	return rc;
}

void
report_clear(struct report *report)
{
	for (size_t i = 0; i < report->case_count; i++) {
		if (report->judgements[i] != NULL)
			judgement_clear(report->judgements[i]);
		free(report->judgements[i]);
		free(report->texts[i]);
	}
	free(report->judgements);
	free(report->texts);
	free(report->cases);
	free(report->rows);
	memset(report, 0, sizeof *report);
}

/* Marks in the order in which a supervisor wants them. */
static const struct {
	uint32_t mark;
	struct report_odd odd;
} marks[] = {
    {FV_MARK_UNSEALED, {"unsealed", "not under a seal yet"}},
    {FV_MARK_OUTSTANDING, {"outstanding", "a part has not arrived"}},
    {FV_MARK_ERASED, {"erased", "evidence erased"}},
    {FV_MARK_UNKNOWN, {"unknown", "a record of it cannot be read"}},
    {FV_MARK_SIMULATED, {"simulated", "gpsd calls the fix simulated or dead reckoning"}},
    {FV_MARK_ROLLOVER, {"rollover", "the receiver's date is 1024 weeks off"}},
    {FV_MARK_CLOCK, {"clock", "the handheld's clock was wrong or ran backwards"}},
    {FV_MARK_CLAIMS, {"two_claims", "two claims of when it was"}},
    {FV_MARK_DECLARED, {"declared", "a second officer is declared, not confirmed"}},
    {FV_MARK_CODE_WRONG, {"code_wrong", "second officer's code did not match"}},
    {FV_MARK_CODE_NOT_CHECKED, {"code_not_checked", "second officer's code was not checked"}},
    {FV_MARK_AMENDED, {"amended", "corrected afterwards; both versions are kept"}},
    {FV_MARK_LOCKED, {"locked", "written without the PIN: the handheld was locked"}},
};

static bool
first_of(const struct report_row *row, size_t which, struct report_odd *out)
{
	const struct fv_fold_contact *c = row->c;

	switch (which) {
	case 0:
		*out = (struct report_odd){
		    "unknown_case", "its case is not known to this server"};
		return row->j == NULL;
	case 1:
		*out =
		    (struct report_odd){"not_judged", row->j != NULL ? row->j->problem : NULL};
		return row->j != NULL && row->j->problem != NULL;
	case 2:
		*out = (struct report_odd){"provisional",
		    "provisional: something of this case is unsealed, open or missing"};
		return row->j != NULL && row->j->is_provisional;
	case 3:
		*out = (struct report_odd){"open", "still open"};
		return c->is_visit && c->close == FV_FOLD_OPEN;
	case 4:
		*out = (struct report_odd){"crash", "ended by a crash of the handheld"};
		return c->close == FV_FOLD_CRASH || c->close == FV_FOLD_RECOVERED;
	case 5:
		*out =
		    (struct report_odd){"shutdown", "ended by the agent, not by the officer"};
		return c->close == FV_FOLD_SHUTDOWN;
	case 6:
		*out = c->fix == FV_FOLD_FIX_NONE
		    ? (struct report_odd){"no_fix", "no fix"}
		    : (struct report_odd){
			  "one_sided_fix", "no fix inside, and only before or only after"};
		return c->is_visit && !c->contact.has_place;
	case 7:
		*out = (struct report_odd){
		    "bridged_fix", "no fix inside; placed by those around it"};
		return c->is_visit && c->fix == FV_FOLD_FIX_BRIDGED;
	case 8:
		*out = (struct report_odd){"receiver",
		    c->source_kind == 4 ? "the receiver is a network source"
			: c->source_kind == 6
			? "the receiver is a file"
			: "the receiver is a pseudo-terminal: perhaps a replay"};
		return (c->marks & FV_MARK_PTY) != 0;
	case 9:
		*out = (struct report_odd){
		    "not_approved", "no supervisor has approved this handheld"};
		return row->trail != NULL && !row->trail->device.is_approved;
	case 10:
		*out = (struct report_odd){
		    "after_revocation", "written after what the revocation trusts"};
		return row->trail != NULL && row->trail->device.is_revoked &&
		    c->last_seq >= row->trail->device.trusted_size;
	case 11:
		*out = (struct report_odd){
		    "imported", "the case has contacts of other systems: imported, unsigned"};
		return row->j != NULL && row->j->imported > 0;
	default:
		return false;
	}
}

bool
report_exception(const struct report_row *row, size_t idx, struct report_odd *out)
{
	for (size_t i = 0; i < 12; i++)
		if (first_of(row, i, out) && idx-- == 0)
			return true;
	for (uint32_t check = 0; check < 64; check++)
		if ((row->c->alarms >> check & 1) != 0 && idx-- == 0) {
			*out = (struct report_odd){"alarm", fv_check_text(check)};
			return true;
		}
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if ((row->c->marks & marks[i].mark) != 0 && idx-- == 0) {
			*out = marks[i].odd;
			return true;
		}
	return false;
}
