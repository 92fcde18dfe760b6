/* What was judged, into the store: findings that say something new, and the queue. */
#include <stdlib.h>
#include <string.h>

#include "sync-server/audit_run.h"
#include "sync-server/store/queue.h"
#include "sync-server/store/stale.h"

#define OPEN_MEMBERS 10U
#define VISIT_MEMBERS 10U

static struct fv_span
text_at(const json_t *row, size_t at)
{
	const json_t *text = json_array_get(row, at);

	return fv_span_of(json_string_value(text), json_string_length(text));
}

static int64_t
number_at(const json_t *row, size_t at)
{
	return json_integer_value(json_array_get(row, at));
}

/* -- findings ------------------------------------------------------------------------ */

/* Whether another judgement has said the same already. */
static enum fv_err
is_said(struct fv_host *host, const struct fv_store_finding *f, bool *is_said_out)
{
	struct fv_store_finding last;
	enum fv_err rc = fv_store_finding_last(host->store, f->id, &last);

	*is_said_out = rc == FV_OK && last.verdict == f->verdict &&
	    last.is_provisional == f->is_provisional &&
	    fv_span_equal(last.case_id, f->case_id) &&
	    memcmp(last.inputs_hash.b, f->inputs_hash.b, FV_HASH_BYTES) == 0;
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
take_row(struct fv_host *host, const struct audit_taking *taking, const json_t *row)
{
	struct fv_buf as_of = {0};
	struct fv_store_finding f = {.subject = text_at(row, 1),
	    .case_id = text_at(row, 2),
	    .pack = text_at(row, 3),
	    .rule = text_at(row, 4),
	    .verdict = (uint32_t)number_at(row, 5),
	    .is_provisional = json_is_true(json_array_get(row, 6)),
	    .contact_ms = number_at(row, 7),
	    .engine = text_at(row, 9),
	    .tzdata = text_at(row, 10),
	    .inputs = text_at(row, 13),
	    .judged_ms = taking->judged_ms,
	    .run = taking->run};
	bool is_known = false;
	enum fv_err rc = fv_base64_decode(text_at(row, 11), &as_of);

	if (rc == FV_OK && json_array_size(row) != AUDIT_ROW_MEMBERS)
		rc = FV_EFORMAT;
	if (rc == FV_OK)
		rc = fv_hex_decode(text_at(row, 0), f.id, sizeof f.id);
	if (rc == FV_OK)
		rc = fv_hex_decode(text_at(row, 8), f.pack_sha256.b, FV_HASH_BYTES);
	if (rc == FV_OK)
		rc = fv_hex_decode(text_at(row, 12), f.inputs_hash.b, FV_HASH_BYTES);
	f.as_of = fv_buf_span(&as_of);
	if (rc == FV_OK)
		rc = is_said(host, &f, &is_known);
	if (rc == FV_OK && !is_known)
		rc = fv_store_finding_append(host->store, &f);
	fv_buf_clear(&as_of);
	return rc;
}

/* -- the queue ----------------------------------------------------------------------- */

static enum fv_err
read_open(const json_t *row, struct fv_store_open *out)
{
	memset(out, 0, sizeof *out);
	out->pack = text_at(row, 1);
	out->rule = text_at(row, 2);
	out->verdict = (uint32_t)number_at(row, 3);
	out->severity = (uint32_t)number_at(row, 4);
	out->is_provisional = json_is_true(json_array_get(row, 5));
	out->cause = text_at(row, 6);
	out->why_en = text_at(row, 8);
	out->why_zh = text_at(row, 9);
	if (json_array_size(row) != OPEN_MEMBERS ||
	    fv_hex_decode(text_at(row, 0), out->id, sizeof out->id) != FV_OK)
		return FV_EFORMAT;
	return fv_hex_decode(text_at(row, 7), out->inputs_hash.b, FV_HASH_BYTES);
}

static enum fv_err
take_visit(struct fv_host *host, const json_t *picture, const json_t *row, int64_t now_ms)
{
	const json_t *list = json_array_get(row, VISIT_MEMBERS - 1);
	const json_t *agency = json_object_get(picture, "agency");
	const size_t count = json_array_size(list);
	const struct fv_store_visit visit = {.contact = text_at(row, 0),
	    .case_id = fv_span_z(fv_verb_text(picture, "case")),
	    .agency = fv_span_of(json_string_value(agency), json_string_length(agency)),
	    .officer = text_at(row, 1),
	    .device_no = number_at(row, 2),
	    .channel = (uint32_t)number_at(row, 3),
	    .begin_ms = number_at(row, 4),
	    .has_end = json_is_integer(json_array_get(row, 5)),
	    .end_ms = number_at(row, 5),
	    .day = number_at(row, 6),
	    .zone = fv_span_z(fv_verb_text(picture, "zone")),
	    .marks = (uint32_t)number_at(row, 7),
	    .is_provisional = json_is_true(json_array_get(row, 8)),
	    .is_running = json_is_true(json_array_get(row, 5))};
	struct fv_store_open *findings;
	enum fv_err rc = json_array_size(row) == VISIT_MEMBERS ? FV_OK : FV_EFORMAT;

	if ((findings = calloc(count + 1, sizeof *findings)) == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; rc == FV_OK && i < count; i++)
		rc = read_open(json_array_get(list, i), &findings[i]);
	if (rc == FV_OK)
		rc = fv_store_queue_put(host->store, &visit, findings, count, now_ms);
	free(findings);
	return rc;
}

/* Contacts that the case had and has no more. */
struct gone {
	json_t *contacts;  /* held: an object of those that it has */
	struct fv_buf ids; /* NUL between */
};

static enum fv_err
see_visit(const struct fv_store_visit *visit, void *ctx)
{
	struct gone *gone = ctx;

	if (json_object_getn(
		gone->contacts, (const char *)visit->contact.ptr, visit->contact.len) != NULL)
		return FV_OK;
	fv_buf_put_span(&gone->ids, visit->contact);
	fv_buf_put_u8(&gone->ids, 0);
	return fv_buf_status(&gone->ids);
}

static enum fv_err
drop_others(struct fv_host *host, const json_t *picture)
{
	const json_t *visits = json_object_get(picture, "visits"), *row;
	struct gone gone = {.contacts = json_object()};
	size_t at;
	enum fv_err rc = gone.contacts != NULL ? FV_OK : FV_ENOMEM;

	json_array_foreach(visits, at, row)
	{
		const char *id = json_string_value(json_array_get(row, 0));

		if (rc == FV_OK &&
		    (id == NULL || json_object_set_new(gone.contacts, id, json_true()) != 0))
			rc = FV_EFORMAT;
	}
	if (rc == FV_OK)
		rc = fv_store_queue_each_of_case(
		    host->store, fv_verb_text(picture, "case"), see_visit, &gone);
	for (size_t i = 0; rc == FV_OK && i < gone.ids.len;) {
		const struct fv_span id = fv_span_z((const char *)gone.ids.ptr + i);

		rc = fv_store_queue_drop(host->store, id);
		i += id.len + 1;
	}
	fv_buf_clear(&gone.ids);
	json_decref(gone.contacts);
	return rc;
}

static enum fv_err
take_picture(struct fv_host *host, const json_t *picture)
{
	const json_t *visits = json_object_get(picture, "visits");
	const int64_t now_ms = fv_host_now_ms();
	struct fv_hash digest;
	enum fv_err rc;

	rc =
	    fv_hex_decode(fv_span_z(fv_verb_text(picture, "digest")), digest.b, FV_HASH_BYTES);
	for (size_t i = 0; rc == FV_OK && i < json_array_size(visits); i++)
		rc = take_visit(host, picture, json_array_get(visits, i), now_ms);
	if (rc == FV_OK)
		rc = drop_others(host, picture);
	if (rc == FV_OK)
		rc = fv_store_queued_put(host->store, fv_verb_text(picture, "case"), &digest,
		    json_integer_value(json_object_get(picture, "judged_ms")));
	return rc;
}

/* A judgement that began later is held of this case. */
static enum fv_err
is_late(struct fv_host *host, const json_t *picture, bool *is_late_out)
{
	const int64_t judged_ms = json_integer_value(json_object_get(picture, "judged_ms"));
	struct fv_hash digest;
	int64_t held_ms;
	enum fv_err rc;

	rc =
	    fv_store_queued_get(host->store, fv_verb_text(picture, "case"), &digest, &held_ms);
	*is_late_out = rc == FV_OK && held_ms > judged_ms;
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* Cases whose judgement comes too late, as members of the object. */
static enum fv_err
find_late(struct fv_host *host, const json_t *pictures, json_t *late)
{
	const json_t *picture;
	enum fv_err rc = FV_OK;
	bool one_is_late;
	size_t at;

	json_array_foreach(pictures, at, picture)
	{
		if (rc != FV_OK || (rc = is_late(host, picture, &one_is_late)) != FV_OK)
			break;
		if (one_is_late &&
		    json_object_set_new(late, fv_verb_text(picture, "case"), json_true()) != 0)
			rc = FV_ENOMEM;
	}
	return rc;
}

enum fv_err
audit_take(struct fv_host *host, const struct audit_taking *taking)
{
	json_t *late = json_object();
	const json_t *one;
	size_t at;
	enum fv_err rc = late != NULL ? find_late(host, taking->pictures, late) : FV_ENOMEM;

	json_array_foreach(taking->rows, at, one)
	{
		const char *case_id = json_string_value(json_array_get(one, 2));

		if (rc != FV_OK)
			break;
		if (case_id != NULL && json_object_get(late, case_id) != NULL)
			continue;
		rc = take_row(host, taking, one);
		if (rc == FV_OK && !taking->is_pictured && case_id != NULL && *case_id != '\0')
			rc = fv_store_stale_put(
			    host->store, fv_span_z(case_id), fv_host_now_ms());
	}
	json_array_foreach(taking->pictures, at, one)
	{
		if (rc == FV_OK && json_object_get(late, fv_verb_text(one, "case")) == NULL)
			rc = take_picture(host, one);
	}
	json_decref(late);
	return rc;
}
