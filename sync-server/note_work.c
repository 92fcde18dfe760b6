/*
 * Verbs about sealed things: that somebody opens one is in the ledger before he gets it, and
 * a reader's capsules for further readers are kept beside those that the record names.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/cbor.h"
#include "fv/order.h"
#include "sync-server/handlers.h"
#include "sync-server/store/notes.h"
#include "sync-server/store/records.h"
#include "sync-server/verb.h"

/* The record that a request is about. */
struct about {
	struct fv_store_device device;
	uint64_t seq;
};

static int
no_note(json_t **answer_out)
{
	return fv_verb_fail(
	    answer_out, FV_EXIT_NOINPUT, "there is no such note or attachment here");
}

/* Find {dev, seq}: a NOTE or ATTACHMENT that is here.  Returns an exit code. */
static int
find(struct fv_host *host, const json_t *request, struct about *about, json_t **answer_out)
{
	const json_int_t seq = json_integer_value(json_object_get(request, "seq"));
	struct fv_store_record record;
	uint8_t dev[FV_DEV_BYTES];
	enum fv_err rc;

	if (seq < 0 ||
	    fv_hex_decode(fv_span_z(fv_verb_text(request, "dev")), dev, sizeof dev) != FV_OK)
		return no_note(answer_out);
	about->seq = (uint64_t)seq;
	rc = fv_store_device_get(host->store, dev, &about->device);
	if (rc == FV_OK)
		rc = fv_store_record_get(host->store, about->device.no, about->seq, &record);
	if (rc == FV_ENOENT ||
	    (rc == FV_OK && record.type != FV_REC_NOTE && record.type != FV_REC_ATTACHMENT))
		return no_note(answer_out);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(answer_out, "note", rc);
}

/* Append the leaf and answer its number. */
static int
log_it(struct fv_host *host, enum fv_leaf_kind kind, struct fv_buf *body, json_t **answer_out)
{
	uint64_t index = 0;
	enum fv_err rc = fv_verb_leaf(host, kind, body, &index);

	if (rc != FV_OK)
		return fv_verb_broken(answer_out, "ledger", rc);
	return fv_verb_done(answer_out, json_pack("{s:I}", "leaf", (json_int_t)index),
	    "logged as ledger entry %llu", (unsigned long long)index);
}

int
fv_do_note_access(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct about about = {0};
	struct fv_buf body = {0};
	const int code = find(host, request, &about, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	fv_cbor_put_array(&body, 3);
	fv_cbor_put_text_z(&body, fv_verb_text(request, "by"));
	fv_cbor_put_bytes(&body, about.device.dev, FV_DEV_BYTES);
	fv_cbor_put_uint(&body, about.seq);
	fv_wipe(&about, sizeof about); /* holds a secret */
	return log_it(host, FV_LEAF_ACCESS, &body, answer_out);
}

int
fv_do_card_access(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const struct fv_span case_id = fv_span_z(fv_verb_text(request, "case"));
	struct fv_item_card card;
	struct fv_buf body = {0};
	uint64_t version = 0;
	const enum fv_err rc = fv_store_card_get(host->store, case_id, &version, &card);

	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT, "this case has no card");
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, "card", rc);
	fv_cbor_put_array(&body, 3);
	fv_cbor_put_text_z(&body, fv_verb_text(request, "by"));
	fv_cbor_put_text(&body, case_id);
	fv_cbor_put_uint(&body, version);
	return log_it(host, FV_LEAF_ACCESS, &body, answer_out);
}

/* -- re-wrapping ---------------------------------------------------------------------- */

static bool
is_reader(const struct fv_roster *roster, const uint8_t key_id[FV_KEY_ID_BYTES])
{
	uint8_t own[FV_BOX_KEY_ID_BYTES];

	for (size_t i = 0; i < roster->supervisor_count; i++) {
		fv_note_box_key_id(roster->supervisors[i].box_pk, own);
		if (memcmp(own, key_id, sizeof own) == 0)
			return true;
	}
	fv_note_box_key_id(roster->recovery_pk, own);
	return memcmp(own, key_id, sizeof own) == 0;
}

/* What is wrong with a re-wrap; NULL: nothing. */
static const char *
check(const struct about *about, const struct fv_roster *roster, struct fv_span note,
    struct fv_span capsules, struct fv_rewrap *out)
{
	struct fv_hash hash;
	struct fv_span text;

	if (fv_order_verify(note, roster, 1, &text) != FV_OK)
		return "no supervisor of the roster in force signed it";
	if (fv_rewrap_parse(text, out, NULL) != FV_OK)
		return "its text is not one of fieldvisit/v1/rewrap";
	if (memcmp(out->dev, about->device.dev, FV_DEV_BYTES) != 0 || out->seq != about->seq)
		return "it is about another record";
	fv_sha256(capsules, &hash);
	if (memcmp(hash.b, out->capsules.b, FV_HASH_BYTES) != 0 ||
	    capsules.len != out->recipient_count * FV_NOTE_CAPSULE_BYTES)
		return "the capsules are not those that were signed";
	for (size_t i = 0; i < out->recipient_count; i++)
		if (!is_reader(roster, out->key_ids[i]))
			return "a reader's key is not on the roster in force";
	return NULL;
}

/* Keep the capsules, their signed note beside the ledger, and log REWRAP. */
static int
keep(struct fv_host *host, const struct about *about, const struct fv_rewrap *rewrap,
    const struct fv_store_rewrap *row, json_t **answer_out)
{
	struct fv_signednote parsed;
	struct fv_buf body = {0};
	struct fv_hash doc;
	enum fv_err rc = fv_signednote_parse(row->note, &parsed);

	if (rc == FV_OK)
		rc = fv_store_rewrap_put(host->store, row);
	if (rc == FV_EEXIST)
		return fv_verb_fail(
		    answer_out, FV_EXIT_DATA, "these very capsules are kept already");
	if (rc == FV_ERANGE)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "this record has %u rows of further capsules, which is the most",
		    FV_REWRAPS_MAX);
	if (rc == FV_OK) {
		fv_sha256(parsed.text, &doc);
		rc = fv_verb_keep_note(host, "rewrap", &doc, row->note);
	}
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, "note", rc);
	fv_cbor_put_array(&body, 4);
	fv_cbor_put_bytes(&body, about->device.dev, FV_DEV_BYTES);
	fv_cbor_put_uint(&body, about->seq);
	fv_cbor_put_bytes(&body, rewrap->capsules.b, FV_HASH_BYTES);
	fv_cbor_put_bytes(&body, doc.b, FV_HASH_BYTES);
	return log_it(host, FV_LEAF_REWRAP, &body, answer_out);
}

int
fv_do_note_rewrap(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const struct fv_span note = fv_span_z(fv_verb_text(request, "note"));
	struct fv_roster *roster = NULL;
	struct fv_rewrap rewrap = {0};
	struct fv_buf capsules = {0};
	struct about about = {0};
	struct fv_hash hash;
	const char *rule;
	int code = find(host, request, &about, answer_out);

	if (code == FV_EXIT_OK)
		code = fv_verb_need_roster(host, &roster, &hash, answer_out);
	if (code == FV_EXIT_OK && fv_verb_bytes(request, "capsules", &capsules) != FV_OK)
		code = fv_verb_fail(answer_out, FV_EXIT_DATA, "capsules: base64 is needed");
	if (code != FV_EXIT_OK)
		goto cleanup;
	rule = check(&about, roster, note, fv_buf_span(&capsules), &rewrap);
	if (rule != NULL) {
		code = fv_verb_fail(answer_out, FV_EXIT_DATA, "the re-wrap: %s", rule);
		goto cleanup;
	}
	const struct fv_store_rewrap row = {.no = about.device.no,
	    .seq = about.seq,
	    .key_ids =
		fv_span_of(&rewrap.key_ids[0][0], rewrap.recipient_count * FV_KEY_ID_BYTES),
	    .capsules = fv_buf_span(&capsules),
	    .note = note};
	code = keep(host, &about, &rewrap, &row, answer_out);
cleanup:
	free(roster);
	fv_buf_clear(&capsules);
	fv_wipe(&about, sizeof about);
	return code;
}
