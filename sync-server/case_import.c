/*
 * case import FILE|-: take cases and their sealed cards, all of them or none.  The command
 * line half refuses personal text before anything is sent; the handler judges again.
 */
#include <stdlib.h>
#include <string.h>

#include "sync-server/case_work.h"
#include "sync-server/casefile.h"
#include "sync-server/faults.h"
#include "sync-server/handlers.h"
#include "sync-server/cmd.h"
#include "sync-server/store/staff.h"
#include "sync-server/textfile.h"
#include "sync-server/verb.h"

#define USAGE "case import FILE|- " TEXTFILE_USAGE " [--json]"

/* What one import works on. */
struct work {
	struct fv_case_work base;
	const char *file; /* for messages */
	json_t *seen;     /* owned: case ids of the file */
	json_t *missing;  /* owned: pack ids that nobody adopted */
	json_t *warnings; /* owned: texts */
	size_t total, added, changed, cards;
	struct faults faults;
	json_t **answer_out;
	int code;
};

/* Refuse a row.  Returns what ends its taking. */
static enum fv_err
refuse(struct work *w, const struct fv_case_row *row, const char *column, const char *rule)
{
	faults_add(&w->faults, row->line, column, rule);
	return FV_EDENIED;
}

/* "CASE: RULE ID; NEXT". */
static enum fv_err
warn(
    struct work *w, const char *case_id, const char *rule, struct fv_span id, const char *next)
{
	char text[256];

	(void)snprintf(text, sizeof text, "%s: %s %.*s; %s", case_id, rule, (int)id.len,
	    (const char *)id.ptr, next);
	return json_array_append_new(w->warnings, json_string(text)) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
check_row(struct work *w, const struct fv_case_row *row)
{
	struct fv_span list, member;
	char name[FV_ZONE_NAME_MAX_BYTES + 1];
	struct fv_store_agency agency;
	enum fv_err rc;

	if (json_object_get(w->seen, row->case_id) != NULL)
		return refuse(w, row, "case", "this case stands in the file twice");
	if (json_object_set_new(w->seen, row->case_id, json_true()) != 0)
		return FV_ENOMEM;
	rc = fv_store_agency_get(w->base.host->store, fv_span_z(row->agency), &agency);
	if (rc == FV_ENOENT)
		return refuse(w, row, "agency",
		    "no such agency here; 'fieldvisitd agency add' makes it known");
	if (rc != FV_OK)
		return rc;
	if (agency.is_closed)
		return refuse(w, row, "agency", "this agency is closed");
	for (list = row->zones; fv_verb_next(&list, &member);) {
		if (member.len >= sizeof name)
			return refuse(w, row, "zone", "no such zone");
		(void)snprintf(
		    name, sizeof name, "%.*s", (int)member.len, (const char *)member.ptr);
		if (zones_get(name, &w->base.zones) == NULL)
			return refuse(w, row, "zone",
			    "no such zone in this machine's tz database; want an IANA name "
			    "such as "
			    "Asia/Shanghai");
	}
	for (list = row->assigned; fv_verb_next(&list, &member);) {
		if (!fv_case_work_has_officer(&w->base, member))
			return refuse(
			    w, row, "assigned", "the roster in force has no such officer");
	}
	return FV_OK;
}

/* A pack may come after its cases; each that is missing is said once. */
static enum fv_err
check_packs(struct work *w, const struct fv_case_row *row)
{
	struct fv_span list = row->packs, member;
	char id[FV_PACK_ID_BYTES];
	enum fv_err rc;

	while (fv_verb_next(&list, &member)) {
		if (fv_case_work_has_pack(&w->base, member) ||
		    fv_id_copy(member, id, sizeof id) != FV_OK ||
		    json_object_get(w->missing, id) != NULL)
			continue;
		if (json_object_set_new(w->missing, id, json_true()) != 0)
			return FV_ENOMEM;
		rc = warn(w, row->case_id, "no adopted pack is called", member,
		    "'pack import' brings it");
		if (rc != FV_OK)
			return rc;
	}
	return FV_OK;
}

/* The row as the store keeps it; `held` (NULL: new) gives a place that the file leaves out. */
static struct fv_store_case
store_row(
    const struct work *w, const struct fv_case_row *row, const struct fv_store_case *held)
{
	struct fv_store_case out = {.updated_ms = w->base.now_ms};
	struct fv_item_case *item = &out.item;

	item->id = fv_span_z(row->case_id);
	item->agency = fv_span_z(row->agency);
	item->zones = row->zones;
	item->has_place = row->has_place;
	item->lat_e7 = row->place.lat_e7;
	item->lon_e7 = row->place.lon_e7;
	item->has_radius = row->has_radius;
	item->radius_m = row->radius_m;
	item->actor = row->actor;
	item->product = row->product;
	item->debts = row->debts;
	item->packs = row->packs;
	item->assigned = row->assigned;
	item->has_plan = row->has_plan;
	item->plan_day = row->plan_day;
	item->has_as_of = row->has_as_of;
	item->as_of_day = row->as_of_day;
	if (!row->has_place && held != NULL && held->item.has_place) {
		item->has_place = true;
		item->lat_e7 = held->item.lat_e7;
		item->lon_e7 = held->item.lon_e7;
	}
	return out;
}

/* Verify the card and keep it.  *is_new_out: it was not held already. */
static enum fv_err
take_card(struct work *w, const struct fv_case_row *row, const struct casefile_card *sealed,
    bool *is_new_out)
{
	const struct fv_item_card item = {
	    .note = fv_buf_span(&sealed->note),
	    .ct = fv_buf_span(&sealed->ct),
	    .capsules = fv_buf_span(&sealed->capsules),
	};
	const char *rule = NULL;
	enum fv_err rc = fv_case_work_take_card(
	    &w->base, row->case_id, row->assigned, &item, is_new_out, &rule);

	w->cards += rc == FV_OK;
	return rule != NULL ? refuse(w, row, "card", rule) : rc;
}

static enum fv_err
warn_unreached(struct work *w, const struct fv_store_case *row, const char *case_id)
{
	struct fv_span list = row->item.assigned, officer;
	bool has_card, reaches;
	enum fv_err rc;

	while (fv_verb_next(&list, &officer)) {
		rc = fv_case_work_reach(
		    &w->base, fv_span_z(case_id), officer, &has_card, &reaches);
		if (rc == FV_OK && has_card && !reaches)
			rc = warn(w, case_id,
			    "its card is sealed to no approved handheld of officer", officer,
			    "approve one and seal the case again");
		if (rc != FV_OK)
			return rc;
	}
	return FV_OK;
}

static enum fv_err
take_case(struct work *w, const struct fv_case_row *row, const struct casefile_card *card)
{
	struct fv_store *store = w->base.host->store;
	const struct fv_span id = fv_span_z(row->case_id);
	struct fv_store_case held, fresh;
	char *assigned_before = NULL;
	bool is_new, is_changed, is_new_card = false;
	enum fv_err rc;

	w->total++;
	if ((rc = check_row(w, row)) != FV_OK || (rc = check_packs(w, row)) != FV_OK)
		return rc;
	rc = fv_store_case_get(store, id, &held);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	is_new = rc == FV_ENOENT;
	if (!is_new && held.is_closed)
		return refuse(w, row, "case", "it is closed and stays closed");
	fresh = store_row(w, row, is_new ? NULL : &held);
	is_changed = is_new || !fv_case_work_same(&held.item, &fresh.item);
	if ((assigned_before = fv_verb_copy(is_new ? fv_span_z("") : held.item.assigned)) ==
	    NULL)
		return FV_ENOMEM;
	rc = is_changed ? fv_store_case_put(store, &fresh) : FV_OK;
	if (rc == FV_OK && card != NULL)
		rc = take_card(w, row, card, &is_new_card);
	if (rc == FV_OK) {
		const struct fv_case_news news = {
		    fv_span_z(assigned_before), is_changed, is_new_card};
		rc = fv_case_work_tell(&w->base, &fresh.item, &news);
	}
	if (rc == FV_OK)
		rc = warn_unreached(w, &fresh, row->case_id);
	w->added += is_new;
	w->changed += is_changed && !is_new;
	free(assigned_before);
	return rc;
}

/* One at fault does not hide the next: the reading goes on, what it put is taken back. */
static enum fv_err
take(const struct fv_case_row *row, const struct casefile_card *card, void *ctx)
{
	struct work *w = ctx;
	enum fv_err rc = take_case(w, row, card);

	return rc == FV_EDENIED && faults_go_on(&w->faults) ? FV_OK : rc;
}

static int
finish(struct work *w)
{
	const size_t warned = json_array_size(w->warnings);
	struct fv_buf text = {0};
	int code;

	fv_buf_putf(&text, "%zu cases: %zu new, %zu changed, %zu as before; %zu cards",
	    w->total, w->added, w->changed, w->total - w->added - w->changed, w->cards);
	for (size_t i = 0; i < warned && i < 5; i++)
		fv_buf_putf(&text, "\nnote: %.150s",
		    json_string_value(json_array_get(w->warnings, i)));
	if (warned > 5)
		fv_buf_putf(&text, "\nnote: and %zu more; --json lists them", warned - 5);
	const char *z = fv_buf_z(&text);
	code = z == NULL
	    ? fv_verb_broken(w->answer_out, w->file, FV_ENOMEM)
	    : fv_verb_done(w->answer_out,
		  json_pack("{s:I, s:I, s:I, s:I, s:O}", "cases", (json_int_t)w->total, "new",
		      (json_int_t)w->added, "changed", (json_int_t)w->changed, "cards",
		      (json_int_t)w->cards, "warnings", w->warnings),
		  "%s", z);
	fv_buf_clear(&text);
	return code;
}

int
fv_do_case_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct work w = {
	    .file = fv_verb_text(request, "file"),
	    .seen = json_object(),
	    .missing = json_object(),
	    .warnings = json_array(),
	    .answer_out = answer_out,
	};
	const struct casefile_opts opts = {.on_case = take, .ctx = &w};
	struct fv_case_fault fault = {.rule = ""};
	enum fv_err rc;

	w.faults = (struct faults){.file = w.file, .is_table = true};
	if ((w.code = fv_case_work_init(&w.base, host, answer_out)) != FV_EXIT_OK)
		goto cleanup;
	rc = w.seen == NULL || w.missing == NULL || w.warnings == NULL ? FV_ENOMEM : FV_OK;
	if (rc == FV_OK)
		rc = casefile_read(fv_span_z(fv_verb_text(request, "text")), &opts, &fault);
	if (rc != FV_OK && fault.rule[0] != '\0')
		faults_add(&w.faults, fault.line, fault.column, fault.rule);
	if (w.faults.count > 0)
		w.code = faults_answer(&w.faults, answer_out);
	else if (rc != FV_OK)
		w.code = fv_verb_broken(answer_out, w.file, rc);
	else if (w.total == 0)
		w.code = fv_verb_fail(answer_out, FV_EXIT_DATA, "%s: holds no case", w.file);
	else
		w.code = finish(&w);
cleanup:
	faults_clear(&w.faults);
	fv_case_work_clear(&w.base);
	json_decref(w.seen);
	json_decref(w.missing);
	json_decref(w.warnings);
	return w.code;
}

static enum fv_err
pass(const struct fv_case_row *row, const struct casefile_card *card, void *ctx)
{
	(void)row;
	(void)card;
	(void)ctx;
	return FV_OK;
}

static int
check(const char *file, struct fv_span text)
{
	const struct casefile_opts opts = {.on_case = pass};
	struct fv_case_fault fault = {.rule = ""};
	enum fv_err rc = casefile_read(text, &opts, &fault);

	return rc == FV_OK ? FV_EXIT_OK : casefile_fault(file, &fault, rc);
}

int
cmd_case_import(int argc, char **argv)
{
	const struct textfile_verb verb = {"case import", USAGE, casefile_days, false, check};

	return textfile_send(&verb, argc, argv);
}
