/* Holds: no contact at a case, from now until it is lifted or its term is over. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "fv/codes.h"
#include "fv/instant.h"
#include "sync-server/alerts.h"
#include "sync-server/handlers.h"
#include "sync-server/holding.h"
#include "sync-server/store/book.h"
#include "sync-server/store/findings.h"
#include "sync-server/verb.h"
#include "sync-server/worklog.h"

#define SOURCE "desk"

/* The case's history says it as an event; a hold that is over says until when. */
static char *
make_line(const struct fv_store_hold *h, const char *event_id)
{
	char from[FV_INSTANT_TEXT_BYTES], until[FV_INSTANT_TEXT_BYTES];
	const bool ends = h->is_lifted || h->has_until;
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "type", "event", "id",
	    event_id, "case", h->case_id, "kind", fv_code_word(FV_CODES_EVENT_KIND, h->kind),
	    "at", fv_instant_format(h->from_ms, 0, true, from), "source", SOURCE);
	int64_t at_ms = h->is_lifted ? h->lifted_ms : h->until_ms;
	char *line = NULL;

	/* The engine takes an end that is after the event. */
	if (at_ms <= h->from_ms)
		at_ms = h->from_ms + 1;
	if (object != NULL &&
	    (!ends ||
		json_object_set_new(object, "until",
		    json_string(fv_instant_format(at_ms, 0, true, until))) == 0))
		line = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return line;
}

static void
name_event(const struct fv_store_hold *h, char out[FV_HOLD_EVENT_BYTES])
{
	(void)snprintf(out, FV_HOLD_EVENT_BYTES, "hold-%" PRId64, h->id);
}

/* History and hold anew to the handhelds of the case's officers. */
static enum fv_err
tell(struct fv_store *store, const char *case_id)
{
	struct fv_store_case row;
	struct fv_span list, officer;
	char id[FV_ID_BYTES];
	char *assigned;
	enum fv_err rc = fv_store_case_get(store, fv_span_z(case_id), &row);

	if (rc != FV_OK || row.is_closed)
		return rc;
	if ((assigned = fv_verb_copy(row.item.assigned)) == NULL)
		return FV_ENOMEM;
	for (list = fv_span_z(assigned); rc == FV_OK && fv_verb_next(&list, &officer);) {
		const struct fv_store_audience audience = {.officer = id};

		if (fv_id_copy(officer, id, sizeof id) != FV_OK)
			continue;
		rc = fv_store_change(store, audience, FV_ITEM_HISTORY, fv_span_z(case_id));
		if (rc == FV_OK)
			rc =
			    fv_store_change(store, audience, FV_ITEM_HOLD, fv_span_z(case_id));
	}
	free(assigned);
	return rc;
}

enum fv_err
fv_holding_put(struct fv_host *host, struct fv_store_hold *hold)
{
	char event_id[FV_HOLD_EVENT_BYTES];
	struct fv_store_import row = {.source = fv_span_z(SOURCE), .is_event = true};
	char *line;
	uint64_t leaf;
	enum fv_err rc = fv_store_hold_put(host->store, hold, &hold->id);

	if (rc != FV_OK)
		return rc;
	name_event(hold, event_id);
	if ((line = make_line(hold, event_id)) == NULL)
		return FV_ENOMEM;
	row.id = fv_span_z(event_id);
	row.case_id = fv_span_z(hold->case_id);
	row.at_ms = hold->from_ms;
	row.line = fv_span_z(line);
	if ((rc = fv_store_import_put(host->store, &row)) == FV_OK &&
	    (rc = fv_alerts_hold(host->store, row.case_id, 0, hold->from_ms)) == FV_OK &&
	    (rc = tell(host->store, hold->case_id)) == FV_OK)
		rc = fv_worklog(host, "hold", row.line, &leaf);
	free(line);
	return rc;
}

enum fv_err
fv_holding_lift(
    struct fv_host *host, struct fv_store_hold *hold, const char *reason, const char *by)
{
	char event_id[FV_HOLD_EVENT_BYTES];
	char *line;
	uint64_t leaf;
	enum fv_err rc;

	hold->is_lifted = true;
	hold->lifted_ms = fv_host_now_ms();
	(void)snprintf(hold->lift_reason, sizeof hold->lift_reason, "%s", reason);
	(void)snprintf(hold->lifted_by, sizeof hold->lifted_by, "%s", by);
	name_event(hold, event_id);
	if ((line = make_line(hold, event_id)) == NULL)
		return FV_ENOMEM;
	if ((rc = fv_store_hold_put(host->store, hold, NULL)) == FV_OK &&
	    (rc = fv_store_import_replace(host->store, fv_span_z(SOURCE), fv_span_z(event_id),
		 fv_span_z(line))) == FV_OK &&
	    (rc = tell(host->store, hold->case_id)) == FV_OK)
		rc = fv_worklog(host, "hold lifted", fv_span_z(line), &leaf);
	free(line);
	return rc;
}

/* The kinds that a desk may set, as events. */
static uint32_t
kind_of(const char *word)
{
	static const enum fv_event_kind kinds[] = {FV_EVENT_COMPLAINT, FV_EVENT_ATTORNEY,
	    FV_EVENT_MORATORIUM, FV_EVENT_VULNERABLE, FV_EVENT_NO_CONTACT_ORDER};
	const uint32_t kind = fv_code_find(FV_CODES_EVENT_KIND, fv_span_z(word));

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kind == (uint32_t)kinds[i])
			return kind;
	return 0;
}

static int
read_hold(const json_t *request, struct fv_store_hold *hold, json_t **answer_out)
{
	static const char *const reasons[] = {
	    "by_phone", "by_letter", "in_person", "court", "law", "other_system", NULL};
	const char *kind = fv_verb_text(request, "kind");
	const char *reason = fv_verb_text(request, "reason");
	const char *until = fv_verb_text(request, "until");

	if ((hold->kind = kind_of(kind)) == 0)
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "kind %.40s: want complaint, attorney, moratorium, vulnerable or "
		    "no_contact_order",
		    kind);
	if (!fv_worklog_is_reason(reason, reasons))
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "reason %.40s: want by_phone, by_letter, in_person, court, law or "
		    "other_system",
		    reason);
	hold->from_ms = fv_host_now_ms();
	hold->has_until = until[0] != '\0';
	if (hold->has_until &&
	    (fv_instant_parse(fv_span_z(until), &hold->until_ms) != FV_OK ||
		hold->until_ms <= hold->from_ms))
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "until %.40s: want a time to come, such as 2026-10-01T00:00:00Z", until);
	(void)snprintf(hold->reason, sizeof hold->reason, "%s", reason);
	(void)snprintf(hold->made_by, sizeof hold->made_by, "%s", fv_verb_text(request, "by"));
	return FV_EXIT_OK;
}

int
fv_do_hold_put(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *id = fv_verb_text(request, "case");
	struct fv_store_hold hold = {0};
	struct fv_store_case row;
	enum fv_err rc;
	int code = read_hold(request, &hold, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	rc = fv_store_case_get(host->store, fv_span_z(id), &row);
	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT, "%.40s: no such case", id);
	if (rc == FV_OK &&
	    (fv_id_copy(row.item.id, hold.case_id, sizeof hold.case_id) != FV_OK ||
		fv_id_copy(row.item.agency, hold.agency, sizeof hold.agency) != FV_OK))
		rc = FV_ECORRUPT;
	if (rc == FV_OK)
		rc = fv_holding_put(host, &hold);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, id, rc);
	return fv_verb_done(answer_out,
	    json_pack("{s:I, s:s}", "id", (json_int_t)hold.id, "case", id),
	    "%s: held; its handhelds learn of it at their next sync", id);
}

int
fv_do_hold_lift(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	static const char *const reasons[] = {
	    "answered", "withdrawn", "ended", "court", "error", NULL};
	const int64_t id = json_integer_value(json_object_get(request, "id"));
	const char *reason = fv_verb_text(request, "reason");
	struct fv_store_hold hold;
	enum fv_err rc;

	if (!fv_worklog_is_reason(reason, reasons))
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "reason %.40s: want answered, withdrawn, ended, court or error", reason);
	rc = fv_store_hold_get(host->store, id, &hold);
	if (rc == FV_ENOENT)
		return fv_verb_fail(
		    answer_out, FV_EXIT_NOINPUT, "hold %" PRId64 ": no such hold", id);
	if (rc == FV_OK && hold.is_lifted)
		return fv_verb_fail(
		    answer_out, FV_EXIT_DATA, "hold %" PRId64 ": was lifted before", id);
	if (rc == FV_OK)
		rc = fv_holding_lift(host, &hold, reason, fv_verb_text(request, "by"));
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, "hold", rc);
	return fv_verb_done(answer_out,
	    json_pack("{s:I, s:s}", "id", (json_int_t)id, "case", hold.case_id),
	    "%s: hold %" PRId64 " lifted (%s)", hold.case_id, id, reason);
}
