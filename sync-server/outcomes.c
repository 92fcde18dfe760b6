#include "sync-server/outcomes.h"

#include <string.h>

#include "fv/codes.h"
#include "fv/lines.h"
#include "sync-server/care_show.h"
#include "sync-server/desk/proof_in.h"
#include "sync-server/store/feed.h"
#include "sync-server/verb.h"

struct taking {
	struct fv_store *store;
	const char *only; /* an agency; NULL: any */
	json_t *rows;
	char agency[FV_ID_BYTES]; /* of the case asked last */
	char case_id[FV_CASE_ID_BYTES];
};

/* Whether what belongs to this case is asked for. */
static bool
wants_case(struct taking *t, struct fv_span case_id)
{
	struct fv_store_case row;

	if (t->only == NULL)
		return true;
	if (!fv_span_equal(case_id, fv_span_z(t->case_id))) {
		t->agency[0] = '\0';
		if (fv_id_copy(case_id, t->case_id, sizeof t->case_id) != FV_OK ||
		    fv_store_case_get(t->store, case_id, &row) != FV_OK ||
		    fv_id_copy(row.item.agency, t->agency, sizeof t->agency) != FV_OK)
			t->agency[0] = '\0';
	}
	return t->agency[0] != '\0' && strcmp(t->agency, t->only) == 0;
}

/* What record a step is about, and of which case. */
struct about {
	char id[FV_FOLD_ID_BYTES];
	char case_id[FV_CASE_ID_BYTES];
	uint8_t dev[FV_DEV_BYTES];
};

/* The case of a visit's outcome stands in its begin; a contact's in itself. */
static enum fv_err
find_about(struct taking *t, const struct fv_store_record *record, struct about *out)
{
	struct fv_store *store = t->store;
	struct fv_store_device device;
	struct fv_store_record begin;
	struct fv_header header;
	uint64_t seq = record->seq;
	char letter = 'k';
	enum fv_err rc = fv_store_device_get_no(store, record->no, &device);

	memset(out, 0, sizeof *out);
	if (rc != FV_OK)
		return rc;
	memcpy(out->dev, device.dev, sizeof out->dev);
	if (record->case_id.len > 0) {
		letter = record->type == FV_REC_EVENT ? 'e' : 'k';
		rc = fv_id_copy(record->case_id, out->case_id, sizeof out->case_id);
	} else if (record->has_subject_seq) {
		seq = record->subject_seq;
		rc = fv_store_record_get(store, record->no, seq, &begin);
		/* A correction names the outcome, which names the visit. */
		if (rc == FV_OK && begin.case_id.len == 0 && begin.has_subject_seq) {
			seq = begin.subject_seq;
			rc = fv_store_record_get(store, record->no, seq, &begin);
		}
		if (rc == FV_OK)
			rc = fv_id_copy(begin.case_id, out->case_id, sizeof out->case_id);
		if (rc == FV_OK && fv_header_parse(begin.header, &header) == FV_OK)
			letter = header.type == FV_REC_VISIT_BEGIN ? 'v' : 'k';
	} else {
		rc = FV_ENOENT;
	}
	(void)fv_fold_id(letter, out->dev, seq, out->id);
	return rc;
}

static uint64_t
number_of(struct fv_span payload, uint64_t key)
{
	struct fv_cbor_reader r;
	uint64_t value = 0;

	if (fv_cbor_map_find(payload, key, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, UINT32_MAX, &value) != FV_OK)
		return 0;
	return value;
}

static json_t *
word_of(enum fv_code_set set, uint64_t code)
{
	const char *word = fv_code_word(set, (uint32_t)code);

	return word != NULL ? json_string(word) : json_null();
}

/* What the record itself says; NULL: nothing that goes out. */
static json_t *
said_by(const struct fv_store_record *record)
{
	static const char *const reasons[] = {
	    NULL, "wrong_case", "late_begin", "forgotten_end", "wrong_outcome", "other"};
	bool is_contact = record->type == FV_REC_CONTACT;
	uint64_t code = number_of(record->payload, 4);
	const char *business;

	switch (record->type) {
	case FV_REC_CONTACT:
	case FV_REC_OUTCOME:
		business = proof_business_word(
		    (uint32_t)number_of(record->payload, is_contact ? 13 : 9));
		return json_pack("{s:s, s:o, s:o, s:o, s:s?}", "type",
		    is_contact ? "contact" : "outcome", "channel",
		    word_of(FV_CODES_CHANNEL, is_contact ? code : FV_CHANNEL_VISIT), "outcome",
		    word_of(
			FV_CODES_OUTCOME, is_contact ? number_of(record->payload, 8) : code),
		    "with",
		    word_of(FV_CODES_WITH, number_of(record->payload, is_contact ? 9 : 5)),
		    "business", business);
	case FV_REC_EVENT:
		return json_pack("{s:s, s:o}", "type",
		    code == FV_EVENT_COMPLAINT || code == FV_EVENT_COMPLAINT_CLOSED
			? "complaint"
			: "event",
		    "kind", word_of(FV_CODES_EVENT_KIND, code));
	case FV_REC_AMEND:
		return json_pack("{s:s, s:s}", "type", "correction", "reason",
		    code > 0 && code < 6 ? reasons[code] : "other");
	default:
		return NULL;
	}
}

static enum fv_err
put_record(struct taking *t, const struct fv_store_record *record, uint64_t no)
{
	struct fv_header header;
	struct about about;
	json_t *row;
	enum fv_err rc;

	if (!record->has_payload || fv_header_parse(record->header, &header) != FV_OK)
		return FV_OK;
	if ((row = said_by(record)) == NULL)
		return FV_OK;
	rc = find_about(t, record, &about);
	if (rc != FV_OK || !wants_case(t, fv_span_z(about.case_id))) {
		json_decref(row);
		return rc == FV_ENOENT || rc == FV_EFORMAT ? FV_OK : rc;
	}
	(void)json_object_set_new(row, "no", json_integer((json_int_t)no));
	(void)json_object_set_new(row, "subject", json_string(about.id));
	(void)json_object_set_new(row, "case", json_string(about.case_id));
	(void)json_object_set_new(row, "device", fv_verb_json_hex(about.dev, FV_DEV_BYTES));
	(void)json_object_set_new(row, "at", fv_verb_json_time(true, header.rtc_ms));
	(void)json_object_set_new(
	    row, "received", fv_verb_json_time(true, record->received_ms));
	(void)json_object_set_new(row, "sealed", json_boolean(record->is_sealed));
	return json_array_append_new(t->rows, row) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
put_finding(struct taking *t, const struct fv_store_finding *f, uint64_t no)
{
	json_t *row;

	/* What is about people and no case is for the desk's own eyes. */
	if (f->case_id.len == 0 || !wants_case(t, f->case_id))
		return FV_OK;
	row = json_pack("{s:s, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:s, s:b, s:o}", "type",
	    "finding", "no", (json_int_t)no, "finding", fv_verb_json_hex(f->id, sizeof f->id),
	    "revision", (json_int_t)f->revision, "subject", fv_verb_json_span(f->subject),
	    "case", fv_verb_json_span(f->case_id), "pack", fv_verb_json_span(f->pack), "rule",
	    fv_verb_json_span(f->rule), "verdict",
	    fv_verdict_word((enum fv_verdict)f->verdict), "provisional", f->is_provisional,
	    "judged", fv_verb_json_time(true, f->judged_ms));
	return row != NULL && json_array_append_new(t->rows, row) == 0 ? FV_OK : FV_ENOMEM;
}

/* What a borrower asked for by his page: neither his words nor what he is answered. */
static enum fv_err
put_care(struct taking *t, const struct fv_store_care *care, uint64_t no)
{
	static const char *const members[] = {
	    "kind", "source", "state", "agency", "officer", "day", "received", "deadline"};
	json_t *row, *all;

	if (t->only != NULL && strcmp(care->agency, t->only) != 0)
		return FV_OK;
	all = care_json(t->store, care, 0);
	row = json_pack("{s:s, s:I, s:O, s:s, s:O?}", "type", "complaint", "no",
	    (json_int_t)no, "subject", json_object_get(all, "id"), "case", care->case_id,
	    "decision", json_object_get(json_object_get(all, "decided"), "decision"));
	for (size_t i = 0; row != NULL && i < sizeof members / sizeof members[0]; i++)
		(void)json_object_set(row, members[i], json_object_get(all, members[i]));
	json_decref(all);
	return row != NULL && json_array_append_new(t->rows, row) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
on_step(const struct fv_store_step *step, void *ctx)
{
	if (step->care != NULL)
		return put_care(ctx, step->care, step->no);
	return step->record != NULL ? put_record(ctx, step->record, step->no)
				    : put_finding(ctx, step->finding, step->no);
}

enum fv_err
outcomes_page(struct fv_store *store, const char *agency, uint64_t since, size_t limit,
    struct outcomes_page *out)
{
	struct taking t = {.store = store, .only = agency, .rows = json_array()};
	enum fv_err rc = FV_ENOMEM;

	*out = (struct outcomes_page){.next = since};
	if (t.rows != NULL)
		rc = fv_store_feed_each(store, since, limit, on_step, &t, &out->next);
	if (rc != FV_OK) {
		json_decref(t.rows);
		return rc;
	}
	out->rows = t.rows;
	out->has_more = out->next != since;
	return FV_OK;
}
