#include "sync-server/report.h"

#include <stdlib.h>
#include <string.h>

#include "fv/plausibility.h"

/* The row's spans point into the store: keep a copy of each. */
static enum fv_err
copy_case(struct report_case *to, const struct fv_store_case *row)
{
	struct fv_span *spans[] = {&to->row.item.id, &to->row.item.agency, &to->row.item.zones,
	    &to->row.item.debts, &to->row.item.packs, &to->row.item.assigned};
	size_t total = 0, at = 0;

	to->row = *row;
	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
		total += spans[i]->len + 1;
	if ((to->text = calloc(1, total)) == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		size_t len = spans[i]->len;

		if (len > 0)
			memcpy(to->text + at, spans[i]->ptr, len);
		*spans[i] = fv_span_of(to->text + at, len);
		at += len + 1;
	}
	return FV_OK;
}

static void
free_case(struct report_case *c)
{
	if (c == NULL)
		return;
	judgement_clear(&c->judgement);
	fv_fold_free(c->fold);
	free(c->text);
	free(c);
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
		row->is_provisional = row->is_provisional || j->findings[i].is_provisional;
		if (j->findings[i].verdict > row->worst)
			row->worst = j->findings[i].verdict;
	}
}

/* The same visit as one counted before, logged by another officer too. */
static bool
is_counted(const struct report *r, const struct report_row *row)
{
	const struct fv_contact *c = &row->c->contact, *other;

	for (size_t i = r->row_count - 1; c->link != NULL && i-- > 0;) {
		other = &r->rows[i].c->contact;
		if (strcmp(other->case_id, c->case_id) != 0)
			return false;
		if (other->link != NULL && strcmp(other->link, c->link) == 0)
			return true;
	}
	return false;
}

/* Of the row last appended. */
static void
count_row(struct report *r, const struct report_row *row)
{
	struct report_odd odd;

	if (is_counted(r, row))
		r->linked++;
	else
		r->visits += row->c->is_visit ? 1U : 0U;
	r->others += row->c->is_visit ? 0U : 1U;
	r->fails += row->worst == FV_VERDICT_FAIL ? 1U : 0U;
	r->reviews += row->worst == FV_VERDICT_REVIEW ? 1U : 0U;
	r->clean += row->worst == FV_VERDICT_PASS || row->worst == FV_VERDICT_NA ? 1U : 0U;
	r->unjudged += row->worst == 0 ? 1U : 0U;
	r->provisional += row->is_provisional ? 1U : 0U;
	r->odd += report_exception(row, 0, &odd) ? 1U : 0U;
}

/* Where and when a contact was, before anything is judged. */
static struct report_row
row_of(const struct report *r, const struct report_case *c, const struct fv_fold_contact *k)
{
	struct report_row row = {
	    .c = k, .zone_name = "UTC", .trail = judge_trail_of(r->judge, k->dev)};

	if (c->zone != NULL) {
		row.zone = c->zone;
		row.zone_name = c->zone_name;
	}
	return row;
}

static bool
is_wanted(struct report *r, const struct report_row *row)
{
	int64_t day = local_day(row, row->c->contact.begin_utc_ms);
	int64_t wanted =
	    r->options.has_day ? r->options.day : local_day(row, r->options.now_ms);

	if (r->options.all_days || day == wanted)
		return true;
	if (!r->has_last || day > r->last_day)
		r->last_day = day;
	r->has_last = true;
	return false;
}

static bool
has_wanted(struct report *r, const struct report_case *c, const char *case_id)
{
	const struct fv_fold_range range = fv_fold_case_contacts(c->fold, case_id);
	bool has = false;

	for (size_t i = range.from; i < range.until; i++) {
		struct report_row row = row_of(r, c, fv_fold_contact(c->fold, i));

		has = is_wanted(r, &row) || has;
	}
	return has;
}

static enum fv_err
add_rows(struct report *r, const struct report_case *c, const char *case_id)
{
	const struct fv_fold *fold = c->is_known ? c->judgement.fold : c->fold;
	const struct fv_fold_range range = fv_fold_case_contacts(fold, case_id);

	for (size_t i = range.from; i < range.until; i++) {
		struct report_row row = row_of(r, c, fv_fold_contact(fold, i));

		if (!is_wanted(r, &row))
			continue;
		row.j = c->is_known ? &c->judgement : NULL;
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
	}
	return FV_OK;
}

/* Takes: c, in any case. */
static enum fv_err
keep_case(struct report *r, struct report_case *c)
{
	if (r->case_count == r->case_cap) {
		size_t cap = r->case_cap > 0 ? r->case_cap * 2 : 64;
		void *p = reallocarray(r->cases, cap, sizeof(struct report_case *));

		if (p == NULL) {
			free_case(c);
			return FV_ENOMEM;
		}
		r->cases = p;
		r->case_cap = cap;
	}
	r->cases[r->case_count++] = c;
	return FV_OK;
}

/* Fold a case, known or (row NULL) not; judge and keep it where it has such a contact. */
static enum fv_err
add_case(struct report *r, const struct fv_store_case *row, const char *case_id)
{
	struct report_case *c = calloc(1, sizeof *c);
	enum fv_err rc = FV_ENOMEM;

	if (c == NULL)
		return rc;
	c->is_known = row != NULL;
	if (row != NULL)
		c->zone = judge_zone(r->judge, row, c->zone_name);
	if ((rc = judge_fold_case(r->judge, case_id, &c->fold)) != FV_OK ||
	    !has_wanted(r, c, case_id))
		goto cleanup;
	if (c->is_known) {
		fv_fold_free(c->fold);
		c->fold = NULL;
		if ((rc = copy_case(c, row)) != FV_OK ||
		    (rc = judge_case(r->judge, &c->row, &c->judgement)) != FV_OK)
			goto cleanup;
	}
	if ((rc = add_rows(r, c, case_id)) == FV_OK) {
		rc = keep_case(r, c);
		c = NULL;
	}
cleanup:
	free_case(c);
	return rc;
}

static enum fv_err
take_case(const struct fv_store_case *row, void *ctx)
{
	struct report *r = ctx;
	char id[FV_CASE_ID_BYTES];
	enum fv_err rc = fv_id_copy(row->item.id, id, sizeof id);

	r->has_case = r->has_case || r->options.case_id == NULL;
	if (rc != FV_OK || (r->options.case_id != NULL && strcmp(id, r->options.case_id) != 0))
		return rc;
	r->has_case = true;
	return add_case(r, row, id);
}

static enum fv_err
take_stray(struct fv_span case_id, void *ctx)
{
	char id[FV_CASE_ID_BYTES];
	enum fv_err rc = fv_id_copy(case_id, id, sizeof id);

	return rc == FV_OK ? add_case(ctx, NULL, id) : rc;
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
	enum fv_err rc;

	memset(report, 0, sizeof *report);
	report->options = *options;
	report->judge = judge;
	if ((rc = fv_store_case_each(store, take_case, report)) != FV_OK)
		goto cleanup;
	rc = FV_ENOENT;
	if (options->case_id != NULL && !report->has_case)
		goto cleanup;
	rc = options->case_id == NULL ? judge_each_stray(judge, take_stray, report) : FV_OK;
	if (rc == FV_OK)
		rc = judge_count_unknown(judge, &report->unknown);
	if (rc == FV_OK)
		rc = report_find_standing(report, store);
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
	for (size_t i = 0; i < report->case_count; i++)
		free_case(report->cases[i]);
	standing_list_clear(&report->standing);
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
    {FV_MARK_WRONG_CASE,
	{"wrong_case",
	    "begun at the wrong case, said its officer at once; it counts for none"}},
    {FV_MARK_SAID_BOTH, {"contradiction", "checklist and outcome contradict each other"}},
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
		    "provisional: something that it rests on is unsealed, open or missing"};
		return row->is_provisional;
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
