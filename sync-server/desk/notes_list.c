/* Notes and attachments: which there are, of what, who can read them, and what is missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/attachment.h"
#include "fv/cbor.h"
#include "sync-server/desk/notes_in.h"
#include "sync-server/export.h"
#include "sync-server/verb.h"

#define PAGE 200
#define CURSOR_BYTES 64U

struct list {
	struct desk_request *request;
	struct sealed s; /* in hand */
	json_t *rows;
	size_t count;
	int64_t last_no;
	uint64_t last_seq;
};

/* Pieces of an attachment that are here, and what state that makes it. */
static enum fv_err
count_pieces(struct sealed *s, const struct fv_attachment *a, uint64_t *held_out)
{
	struct fv_hash *hashes;
	struct fv_store_blob blob;
	struct fv_span manifest;
	enum fv_err rc = sealed_blob(s, 5, &manifest);

	*held_out = 0;
	if (rc != FV_OK || fv_attachment_check_manifest(a, manifest) != FV_OK)
		return rc;
	if ((hashes = malloc(manifest.len)) == NULL)
		return FV_ENOMEM;
	memcpy(hashes, manifest.ptr, manifest.len);
	for (uint64_t i = 0; rc == FV_OK && i < a->pieces; i++) {
		rc = fv_store_blob_get(s->store, s->device.no, &hashes[i], &blob);
		if (rc == FV_OK && blob.is_complete)
			(*held_out)++;
	}
	free(hashes);
	if (rc == FV_OK && *held_out < a->pieces)
		rc = FV_AGAIN;
	return rc;
}

static const char *
state_word(enum fv_err rc)
{
	return rc == FV_OK ? "here" : rc == FV_AGAIN ? "outstanding" : "erased";
}

static void
put_key_ids(json_t *list, struct fv_span ids)
{
	for (; ids.len >= FV_BOX_KEY_ID_BYTES;
	     ids = fv_span_of(ids.ptr + FV_BOX_KEY_ID_BYTES, ids.len - FV_BOX_KEY_ID_BYTES))
		(void)json_array_append_new(
		    list, fv_verb_json_hex(ids.ptr, FV_BOX_KEY_ID_BYTES));
}

static enum fv_err
put_rewrap_ids(const struct fv_store_rewrap *rewrap, void *ctx)
{
	put_key_ids(ctx, rewrap->key_ids);
	return FV_OK;
}

/* Key ids of all who can read it. */
static json_t *
json_readers(struct sealed *s)
{
	json_t *readers = json_array();
	struct fv_cbor_reader r;
	struct fv_span ids;

	if (s->record.has_payload && fv_cbor_map_find(s->record.payload, 8, &r) == FV_OK &&
	    fv_cbor_get_bytes(&r, &ids) == FV_OK)
		put_key_ids(readers, ids);
	if (fv_store_rewrap_each(
		s->store, s->device.no, s->record.seq, put_rewrap_ids, readers) != FV_OK) {
		json_decref(readers);
		return NULL;
	}
	return readers;
}

/* The visit or contact that it is of, or its case. */
static void
put_subject(struct sealed *s, json_t *row)
{
	struct fv_store_record about;
	struct fv_buf id = {0};

	if (!s->record.has_subject_seq) {
		(void)json_object_set_new(row, "case", fv_verb_json_span(s->record.case_id));
		return;
	}
	const uint64_t seq = s->record.subject_seq;
	const bool is_contact =
	    fv_store_record_get(s->store, s->device.no, seq, &about) == FV_OK &&
	    about.type == FV_REC_CONTACT;

	fv_buf_put_z(&id, is_contact ? "k-" : "v-");
	fv_buf_put_hex(&id, s->device.dev, FV_DEV_BYTES / 2);
	fv_buf_putf(&id, "-%llu", (unsigned long long)seq);
	(void)json_object_set_new(row, "visit", fv_verb_json_span(fv_buf_span(&id)));
	fv_buf_clear(&id);
}

static void
put_attachment(struct sealed *s, json_t *row)
{
	struct fv_attachment a;
	uint64_t held = 0;
	enum fv_err rc = FV_AGAIN;

	if (s->record.has_payload && fv_attachment_parse(s->record.payload, &a) == FV_OK) {
		rc = count_pieces(s, &a, &held);
		(void)json_object_set_new(row, "kind", json_integer(a.kind));
		(void)json_object_set_new(row, "bytes", json_integer((json_int_t)a.bytes));
		(void)json_object_set_new(row, "pieces", json_integer((json_int_t)a.pieces));
		(void)json_object_set_new(row, "held", json_integer((json_int_t)held));
	}
	if (rc != FV_AGAIN)
		(void)json_object_set_new(row, "state", json_string(state_word(rc)));
}

static void
put_note(struct sealed *s, json_t *row)
{
	struct fv_cbor_reader r;
	uint64_t kind = 0;

	if (s->record.has_payload && fv_cbor_map_find(s->record.payload, 9, &r) == FV_OK &&
	    fv_cbor_get_uint(&r, 255, &kind) == FV_OK)
		(void)json_object_set_new(row, "kind", json_integer((json_int_t)kind));
}

static enum fv_err
put_row(struct list *list)
{
	struct sealed *s = &list->s;
	const bool is_note = s->record.type == FV_REC_NOTE;
	struct fv_header header;
	struct fv_span bytes;
	enum fv_err content, capsules;
	json_t *row;

	if (fv_header_parse(s->record.header, &header) != FV_OK)
		return FV_ECORRUPT;
	capsules = sealed_blob(s, 7, &bytes);
	content = sealed_blob(s, 5, &bytes);
	if (content == FV_OK)
		content = capsules;
	row = json_pack("{s:o, s:I, s:s, s:I, s:I, s:b, s:s, s:o}", "dev",
	    fv_verb_json_hex(s->device.dev, FV_DEV_BYTES), "seq", (json_int_t)s->record.seq,
	    "type", is_note ? "note" : "attachment", "at_ms", (json_int_t)header.rtc_ms,
	    "received_ms", (json_int_t)s->record.received_ms, "sealed", s->record.is_sealed,
	    "state", state_word(content), "readers", json_readers(s));
	if (row == NULL)
		return FV_ENOMEM;
	if (is_note)
		put_note(s, row);
	else if (content == FV_OK)
		put_attachment(s, row);
	put_subject(s, row);
	return json_array_append_new(list->rows, row) == 0 ? FV_OK : FV_ENOMEM;
}

/* One record that may be a note; others are passed over. */
static enum fv_err
take(const struct fv_store_record *record, void *ctx)
{
	struct list *list = ctx;
	enum fv_err rc;

	list->last_no = record->no;
	list->last_seq = record->seq;
	list->count++;
	if (record->type != FV_REC_NOTE && record->type != FV_REC_ATTACHMENT)
		return FV_OK;
	if (list->s.device.no != record->no) {
		rc = fv_store_device_get_no(list->s.store, record->no, &list->s.device);
		fv_wipe(list->s.device.handle_secret, sizeof list->s.device.handle_secret);
		if (rc != FV_OK)
			return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	}
	if (!desk_sees(list->request, list->s.device.agency))
		return FV_OK;
	list->s.record = *record;
	return put_row(list);
}

/* Of a visit or contact, of a case, or of all after a cursor. */
static enum fv_err
gather(struct list *list, int64_t limit, bool *is_paged)
{
	const struct fv_web_request *web = list->request->web;
	const char *visit = fv_web_query(web, "visit"), *case_id = fv_web_query(web, "case");
	const char *after = fv_web_query(web, "after");
	struct fv_store *store = list->s.store;
	unsigned long long no = 0, seq = 0;
	uint8_t dev[FV_DEV_BYTES];
	uint64_t of = 0;
	enum fv_err rc;

	*is_paged = visit == NULL && case_id == NULL;
	if (visit != NULL) {
		if ((rc = export_find_visit(store, visit, dev, &of)) == FV_OK &&
		    (rc = fv_store_device_get(store, dev, &list->s.device)) == FV_OK)
			rc = fv_store_record_each_about(
			    store, list->s.device.no, of, take, list);
		return rc == FV_EFORMAT ? FV_ENOENT : rc;
	}
	if (case_id != NULL)
		return fv_store_record_each_case(store, fv_span_z(case_id), take, list);
	if (after != NULL && sscanf(after, "%llu-%llu", &no, &seq) != 2)
		return FV_ERANGE;
	return fv_store_record_each_note(store, (int64_t)(no & INT32_MAX),
	    seq & ((UINT64_C(1) << 40) - 1), (size_t)limit, take, list);
}

void
desk_list_notes(struct desk_request *request, struct fv_web_answer *answer)
{
	struct list list = {
	    .request = request, .s = {.store = request->store}, .rows = json_array()};
	char next[CURSOR_BYTES];
	bool is_paged;
	int64_t limit;
	enum fv_err rc;

	if (!desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, PAGE, &limit)) {
		json_decref(list.rows);
		return;
	}
	rc = list.rows == NULL ? FV_ENOMEM : gather(&list, limit, &is_paged);
	if (rc != FV_OK) {
		json_decref(list.rows);
		if (rc == FV_ERANGE)
			desk_problem(
			    answer, 422, "bad-query", "'after' is the 'next' of a page");
		else
			desk_failed(answer, rc);
		return;
	}
	snprintf(next, sizeof next, "%llu-%llu", (unsigned long long)list.last_no,
	    (unsigned long long)list.last_seq);
	desk_json(request, answer, 200,
	    json_pack("{s:o, s:o}", "rows", list.rows, "next",
		is_paged && list.count == (size_t)limit ? json_string(next) : json_null()));
}
