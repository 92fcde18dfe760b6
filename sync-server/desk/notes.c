/*
 * Sealed things: notes, attachments and cards, as ciphertext with their capsules.  Whoever
 * fetches what opens one is in the ledger first.  What the server sends it cannot read.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/attachment.h"
#include "fv/cbor.h"
#include "sync-server/desk/keys.h"
#include "sync-server/desk/notes_in.h"
#include "sync-server/desk/routes.h"
#include "sync-server/desk/trail_in.h"
#include "sync-server/store/book.h"
#include "sync-server/verb.h"

#define WRAP_MAX 4096U /* bytes of a re-wrap's members */

/* The record of {dev} and {seq}, of this type (0: of either).  False after a problem was
 * answered. */
static bool
find(struct desk_request *request, struct fv_web_answer *answer, uint32_t type,
    struct sealed *out)
{
	uint64_t seq = 0;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	out->store = request->store;
	if (!trail_find_device(request, answer, request->params[0], &out->device))
		return false;
	fv_wipe(out->device.handle_secret, sizeof out->device.handle_secret);
	rc = fv_decimal_decode(fv_span_z(request->params[1]), INT64_MAX, &seq);
	rc = rc == FV_OK
	    ? fv_store_record_get(request->store, out->device.no, seq, &out->record)
	    : FV_ENOENT;
	if (rc == FV_OK &&
	    (out->record.type == type ||
		(type == 0 &&
		    (out->record.type == FV_REC_NOTE ||
			out->record.type == FV_REC_ATTACHMENT))))
		return true;
	if (rc == FV_OK || rc == FV_ENOENT)
		desk_problem(answer, 404, "not-found", "there is no such note or attachment");
	else
		desk_failed(answer, rc);
	return false;
}

enum fv_err
sealed_blob(struct sealed *s, uint64_t key, struct fv_span *out)
{
	struct fv_store_blob blob;
	struct fv_cbor_reader r;
	struct fv_hash hash;
	enum fv_err rc;

	*out = (struct fv_span){NULL, 0};
	if (!s->record.has_payload)
		return s->record.is_erased ? FV_ENOENT : FV_AGAIN;
	if (fv_cbor_map_find(s->record.payload, key, &r) != FV_OK ||
	    fv_cbor_get_fixed(&r, hash.b, sizeof hash.b) != FV_OK)
		return FV_ENOENT;
	if ((rc = fv_store_blob_get(s->store, s->device.no, &hash, &blob)) != FV_OK)
		return rc;
	if (!blob.is_complete)
		return FV_AGAIN;
	*out = blob.data;
	return FV_OK;
}

/* base64 of a blob, or null. */
static json_t *
json_blob(struct sealed *s, uint64_t key, bool *is_erased)
{
	struct fv_span bytes;
	const enum fv_err rc = sealed_blob(s, key, &bytes);

	*is_erased = *is_erased || rc == FV_ENOENT;
	return rc == FV_OK ? fv_verb_json_base64(bytes) : json_null();
}

static enum fv_err
put_rewrap(const struct fv_store_rewrap *rewrap, void *ctx)
{
	return json_array_append_new(ctx,
		   json_pack("{s:o, s:o}", "key_ids", fv_verb_json_base64(rewrap->key_ids),
		       "capsules", fv_verb_json_base64(rewrap->capsules))) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

/* What a reader needs to open it, with the number of the leaf that says he asked. */
static json_t *
json_parts(struct sealed *s, json_int_t leaf)
{
	const struct fv_store_record *record = &s->record;
	const bool is_note = record->type == FV_REC_NOTE;
	bool is_erased = record->is_erased;
	json_t *rewraps = json_array(), *content, *capsules, *parts;

	content = json_blob(s, 5, &is_erased);
	capsules = json_blob(s, 7, &is_erased);
	parts = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:I}", "header",
	    fv_verb_json_base64(record->header), "salt",
	    record->has_payload ? fv_verb_json_base64(record->salt) : json_null(), "payload",
	    record->has_payload ? fv_verb_json_base64(record->payload) : json_null(), "ct",
	    is_note ? content : json_null(), "manifest", is_note ? json_null() : content,
	    "capsules", capsules, "rewraps", rewraps, "erased", is_erased, "leaf", leaf);
	if (parts != NULL &&
	    fv_store_rewrap_each(s->store, s->device.no, record->seq, put_rewrap, rewraps) !=
		FV_OK) {
		json_decref(parts);
		return NULL;
	}
	return parts;
}

/* {dev, seq} for a verb.  NULL: out of memory. */
static json_t *
json_name(const struct sealed *s)
{
	return json_pack("{s:o, s:I}", "dev", fv_verb_json_hex(s->device.dev, FV_DEV_BYTES),
	    "seq", (json_int_t)s->record.seq);
}

static void
open_record(struct desk_request *request, struct fv_web_answer *answer, uint32_t type)
{
	struct sealed s;
	json_t *told;

	if (!find(request, answer, type, &s))
		return;
	told = desk_write(request, answer, "note access", json_name(&s));
	if (told == NULL)
		return;
	desk_json(request, answer, 200,
	    json_parts(&s, json_integer_value(json_object_get(told, "leaf"))));
	json_decref(told);
}

static void
open_note(struct desk_request *request, struct fv_web_answer *answer)
{
	open_record(request, answer, FV_REC_NOTE);
}

static void
open_attachment(struct desk_request *request, struct fv_web_answer *answer)
{
	open_record(request, answer, FV_REC_ATTACHMENT);
}

/* The sealed piece {n}.  Ciphertext: what opens it was logged when its key was fetched. */
static void
get_piece(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_attachment a;
	struct fv_store_blob blob;
	struct fv_span manifest;
	struct fv_hash hash;
	struct sealed s;
	uint64_t n = 0;
	enum fv_err rc;

	if (!find(request, answer, FV_REC_ATTACHMENT, &s))
		return;
	rc = sealed_blob(&s, 5, &manifest);
	if (rc == FV_OK &&
	    (fv_attachment_parse(s.record.payload, &a) != FV_OK ||
		fv_decimal_decode(fv_span_z(request->params[2]), a.pieces - 1, &n) != FV_OK ||
		fv_attachment_check_manifest(&a, manifest) != FV_OK))
		rc = FV_ENOENT;
	if (rc == FV_OK) {
		memcpy(hash.b, manifest.ptr + n * FV_HASH_BYTES, sizeof hash.b);
		rc = fv_store_blob_get(request->store, s.device.no, &hash, &blob);
	}
	if (rc == FV_AGAIN || (rc == FV_OK && !blob.is_complete)) {
		desk_problem(answer, 404, "outstanding",
		    "the handheld still holds this piece; it comes with a later sync");
	} else if (rc != FV_OK) {
		desk_failed(answer, rc);
	} else {
		answer->status = 200;
		answer->type = "application/octet-stream";
		fv_web_put(answer, "Cache-Control", "no-store");
		fv_buf_put_span(&answer->body, blob.data);
	}
}

static void
rewrap_record(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *note = desk_text(request, answer, "note", WRAP_MAX);
	const char *capsules =
	    note == NULL ? NULL : desk_text(request, answer, "capsules", WRAP_MAX);
	json_t *told, *wrap;
	struct sealed s;

	if (capsules == NULL || !find(request, answer, 0, &s))
		return;
	wrap = json_name(&s);
	(void)json_object_set_new(wrap, "note", json_string(note));
	(void)json_object_set_new(wrap, "capsules", json_string(capsules));
	if ((told = desk_write(request, answer, "note rewrap", wrap)) == NULL)
		return;
	desk_json(
	    request, answer, 200, json_pack("{s:O}", "leaf", json_object_get(told, "leaf")));
	json_decref(told);
}

static void
open_card(struct desk_request *request, struct fv_web_answer *answer)
{
	const struct fv_span id = fv_span_z(request->params[0]);
	char agency[FV_ID_BYTES];
	struct fv_item_card card;
	struct fv_store_case row;
	uint64_t version;
	enum fv_err rc = fv_store_case_get(request->store, id, &row);
	json_t *told;

	if (rc == FV_OK)
		rc = fv_id_copy(row.item.agency, agency, sizeof agency);
	if (rc == FV_OK && !desk_sees(request, agency))
		rc = FV_ENOENT;
	if (rc != FV_OK) {
		desk_failed(answer, rc);
		return;
	}
	told = desk_write(
	    request, answer, "card access", json_pack("{s:s}", "case", request->params[0]));
	if (told == NULL)
		return;
	rc = fv_store_card_get(request->store, id, &version, &card);
	if (rc != FV_OK)
		desk_failed(answer, rc);
	else
		desk_json(request, answer, 200,
		    json_pack("{s:{s:o, s:o, s:o}, s:I, s:O}", "card", "note",
			fv_verb_json_span(card.note), "ct", fv_verb_json_base64(card.ct),
			"capsules", fv_verb_json_base64(card.capsules), "version",
			(json_int_t)version, "leaf", json_object_get(told, "leaf")));
	json_decref(told);
}

const struct desk_route desk_routes_notes[] = {
    {"GET", "/notes", DESK_NOTES, desk_list_notes},
    {"POST", "/notes/{dev}/{seq}/open", DESK_NOTES, open_note},
    {"POST", "/notes/{dev}/{seq}/rewrap", DESK_NOTES, rewrap_record},
    {"POST", "/attachments/{dev}/{seq}/open", DESK_NOTES, open_attachment},
    {"GET", "/attachments/{dev}/{seq}/pieces/{n}", DESK_NOTES, get_piece},
    {"POST", "/cases/{id}/card/open", DESK_NOTES, open_card},
    {"GET", "/keys/me", DESK_SELF, desk_my_key},
    {"GET", "/roster", DESK_SELF, desk_get_roster},
    {"POST", "/roster/draft", DESK_SELF, desk_draft_roster},
    {"POST", "/roster/sign", DESK_NOTES, desk_sign_roster},
    {"GET", "/directory", DESK_NOTES, desk_get_directory},
    {NULL, NULL, 0, NULL},
};
