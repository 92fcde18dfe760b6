/* A complaint holds its case: events of the case's history, from which handhelds and audit
 * learn it, and what arrives with a trail. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/fold.h"
#include "fv/instant.h"
#include "sync-server/alerts.h"
#include "sync-server/care.h"
#include "sync-server/handlers.h"
#include "sync-server/verb.h"

#define EVENT_KIND 4U /* key of an EVENT payload */

/* One line of the interchange. */
struct line {
	const char *kind;
	const char *suffix; /* of its id */
	int64_t at_ms;
	int64_t until_ms;    /* 0: no term */
	const char *windows; /* JSON; NULL: none */
};

static json_t *
make_line(const struct fv_store_care *row, const struct line *line)
{
	char id[CARE_ID_BYTES], name[CARE_ID_BYTES + 16], at[FV_INSTANT_TEXT_BYTES],
	    until[FV_INSTANT_TEXT_BYTES];
	json_t *object;

	(void)snprintf(name, sizeof name, "%s-%s", care_id(row->no, id), line->suffix);
	object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "type", "event", "id", name,
	    "case", row->case_id, "kind", line->kind, "at",
	    fv_instant_format(line->at_ms, 0, true, at), "source", "desk", "recorded_by",
	    "borrower");
	if (object != NULL && line->until_ms != 0)
		json_object_set_new(object, "until",
		    json_string(fv_instant_format(line->until_ms, 0, true, until)));
	if (object != NULL && line->windows != NULL)
		json_object_set_new(object, "windows", json_loads(line->windows, 0, NULL));
	return object;
}

/* Take one line as 'history import' does: it tells the handhelds and the ledger. */
static enum fv_err
put_line(struct fv_host *host, const struct fv_store_care *row, const struct line *line)
{
	json_t *object = make_line(row, line), *answer = NULL, *request;
	char id[CARE_ID_BYTES];
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	int code;

	json_decref(object);
	if (text == NULL)
		return FV_ENOMEM;
	request = json_pack("{s:s, s:s}", "file", care_id(row->no, id), "text", text);
	free(text);
	if (request == NULL)
		return FV_ENOMEM;
	code = fv_do_history_import(host, request, &answer);
	json_decref(request);
	json_decref(answer);
	return code == FV_EXIT_OK ? FV_OK : code == FV_EXIT_TEMPFAIL ? FV_ENOMEM : FV_EIO;
}

/* What binds at once on the borrower's word, beside the hold. */
static enum fv_err
put_wish(struct fv_host *host, const struct fv_store_care *row)
{
	const struct line line = {.kind = row->kind == FV_CARE_NO_HOME  ? "no_home"
		: row->kind == FV_CARE_NOT_AGREED                       ? "consent_withdrawn"
		: row->kind == FV_CARE_TIMES && row->windows[0] != '\0' ? "inconvenient"
									: NULL,
	    .suffix = "asked",
	    .at_ms = row->received_ms,
	    .windows = row->windows[0] != '\0' ? row->windows : NULL};

	return line.kind != NULL ? put_line(host, row, &line) : FV_OK;
}

enum fv_err
care_hold(struct fv_host *host, const struct fv_store_care *row, unsigned nth)
{
	const int64_t now_ms = fv_host_now_ms();
	const struct line line = {.kind = "complaint",
	    .suffix = nth == 0 ? "hold" : "again",
	    .at_ms = nth == 0 ? row->received_ms : now_ms,
	    .until_ms = row->hold_until_ms};
	struct fv_store_case held;
	enum fv_err rc = fv_store_case_get(host->store, fv_span_z(row->case_id), &held);

	/* A handheld may have been at a case that nobody imported. */
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if (nth == 0)
		rc = put_wish(host, row);
	if (rc == FV_OK && row->has_hold)
		rc = put_line(host, row, &line);
	if (rc == FV_OK && row->has_hold && nth == 0)
		rc = fv_alerts_hold(host->store, fv_span_z(row->case_id), 0, now_ms);
	return rc;
}

enum fv_err
care_release(struct fv_host *host, const struct fv_store_care *row)
{
	const struct line line = {
	    .kind = "complaint_closed", .suffix = "closed", .at_ms = fv_host_now_ms()};
	struct fv_store_case held;
	int64_t others;
	enum fv_err rc;

	if (!row->has_hold)
		return FV_OK;
	rc = fv_store_case_get(host->store, fv_span_z(row->case_id), &held);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	rc =
	    fv_store_care_count_holds(host->store, row->case_id, row->no, line.at_ms, &others);
	return rc == FV_OK && others == 0 ? put_line(host, row, &line) : rc;
}

/* -- what comes with a trail ----------------------------------------------------------- */

struct arriving {
	struct fv_host *host;
	const struct fv_store_device *device;
	uint64_t seq;
	const char *case_id;
};

/* A complaint by the code of this visit knows now where it belongs. */
static enum fv_err
on_waiting(const struct fv_store_care *held, void *ctx)
{
	const struct arriving *a = ctx;
	struct fv_store_care row = *held;
	enum fv_err rc;

	if (row.has_visit)
		return FV_OK;
	row.has_visit = true;
	row.device_no = a->device->no;
	row.visit_seq = a->seq;
	(void)snprintf(row.agency, sizeof row.agency, "%s", a->device->agency);
	(void)snprintf(row.team, sizeof row.team, "%s", a->device->team);
	(void)snprintf(row.badge, sizeof row.badge, "%s", a->device->officer);
	(void)snprintf(row.case_id, sizeof row.case_id, "%s", a->case_id);
	if ((rc = fv_store_care_save(a->host->store, &row)) == FV_OK &&
	    row.state == FV_CARE_OPEN)
		rc = care_hold(a->host, &row, 0);
	return rc;
}

static enum fv_err
note_visit(struct arriving *a, const struct fv_store_record *record, int64_t now_ms)
{
	char code[FV_CODE_BYTES];
	struct fv_hash slip;
	enum fv_err rc;

	if (record->salt.len != FV_SALT_BYTES)
		return FV_OK;
	fv_slip_code(record->salt.ptr, a->device->dev, record->seq, code);
	fv_slip_hash(code, &slip);
	fv_wipe(code, sizeof code);
	if ((rc = fv_store_code_delivered(a->host->store, &slip, now_ms)) == FV_OK)
		rc = fv_store_care_each_slip(a->host->store, &slip, on_waiting, a);
	return rc;
}

static enum fv_err
find_kind(const struct fv_store_care *row, void *ctx)
{
	enum fv_care_kind *kind = ctx;

	if (row->source == FV_CARE_BY_VISIT && row->kind == *kind)
		*kind = (enum fv_care_kind)0;
	return FV_OK;
}

/* The borrower asked for it at the door: the desk must answer.  What holds the case does so
 * by the officer's own record; the desk ends it. */
static enum fv_err
note_asked(struct arriving *a, const struct fv_store_record *begin, enum fv_care_kind kind,
    int64_t now_ms)
{
	struct fv_store_care row = {.kind = kind,
	    .source = FV_CARE_BY_VISIT,
	    .has_visit = true,
	    .device_no = a->device->no,
	    .visit_seq = begin->seq,
	    .received_ms = now_ms,
	    .state = FV_CARE_OPEN,
	    .has_hold = care_holds(kind)};
	int64_t no;
	enum fv_err rc;

	if (fv_id_copy(begin->case_id, row.case_id, sizeof row.case_id) != FV_OK)
		return FV_OK;
	rc = fv_store_care_each_visit(
	    a->host->store, a->device->no, begin->seq, find_kind, &kind);
	if (rc != FV_OK || kind == (enum fv_care_kind)0)
		return rc;
	(void)snprintf(row.agency, sizeof row.agency, "%s", a->device->agency);
	(void)snprintf(row.team, sizeof row.team, "%s", a->device->team);
	(void)snprintf(row.badge, sizeof row.badge, "%s", a->device->officer);
	if ((rc = care_zone(a->host->store, row.case_id, row.zone)) == FV_OK)
		rc = care_deadline(a->host->store, row.zone, now_ms, care_days(a->host->store),
		    &row.deadline_ms);
	row.hold_until_ms = row.has_hold ? row.deadline_ms : 0;
	return rc == FV_OK ? fv_store_care_add(a->host->store, &row, &no) : rc;
}

/* A complaint or stop that the officer took down. */
static enum fv_err
note_event(struct arriving *a, const struct fv_store_record *record, int64_t now_ms)
{
	struct fv_store_record begin;
	struct fv_cbor_reader value;
	uint64_t kind;
	enum fv_err rc;

	if (!record->has_payload || !record->has_subject_seq ||
	    fv_cbor_map_find(record->payload, EVENT_KIND, &value) != FV_OK ||
	    fv_cbor_get_uint(&value, FV_EVENT_KIND_MAX, &kind) != FV_OK ||
	    (kind != FV_EVENT_COMPLAINT && kind != FV_EVENT_CEASE))
		return FV_OK;
	rc = fv_store_record_get(a->host->store, record->no, record->subject_seq, &begin);
	if (rc == FV_OK)
		rc = note_asked(a, &begin,
		    kind == FV_EVENT_COMPLAINT ? FV_CARE_COMPLAINT : FV_CARE_STOP, now_ms);
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
note(struct fv_store *store, struct fv_ledger *ledger, const struct fv_store_device *device,
    const struct fv_store_record *record, int64_t now_ms)
{
	struct fv_host host = {.store = store, .ledger = ledger};
	struct arriving a = {.host = &host, .device = device, .seq = record->seq};
	char case_id[FV_CASE_ID_BYTES] = "";
	struct fv_buf agency = {0};
	enum fv_err rc;

	memcpy(host.agency, device->agency, sizeof host.agency);
	rc = fv_store_meta_get(store, "agency", &agency);
	if (rc == FV_OK)
		rc = fv_id_copy(fv_buf_span(&agency), host.agency, sizeof host.agency);
	fv_buf_clear(&agency);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc == FV_EFORMAT ? FV_ECORRUPT : rc;
	if (record->type == FV_REC_EVENT)
		return note_event(&a, record, now_ms);
	if (record->case_id.len > 0 &&
	    fv_id_copy(record->case_id, case_id, sizeof case_id) != FV_OK)
		case_id[0] = '\0';
	a.case_id = case_id;
	return note_visit(&a, record, now_ms);
}

enum fv_err
care_note(struct fv_store *store, struct fv_ledger *ledger,
    const struct fv_store_device *device, const struct fv_store_record *record, int64_t now_ms)
{
	/* Most records are neither: they are not to pay for it. */
	if (record->type != FV_REC_VISIT_BEGIN && record->type != FV_REC_EVENT)
		return FV_OK;
	return note(store, ledger, device, record, now_ms);
}
