/* device import NOTE: a supervisor's approval, revocation or wipe order of a handheld. */
#include <stdlib.h>
#include <string.h>

#include "fv/order.h"
#include "fv/instant.h"
#include "sync-server/handlers.h"
#include "sync-server/cmd.h"
#include "sync-server/importall.h"
#include "sync-server/order_words.h"
#include "sync-server/store/log.h"
#include "sync-server/verb.h"

#define USAGE "device import NOTE|FOLDER ... [--json]"
#define SHOWN_DEV 33U

/* One signed text about a device. */
struct work {
	struct fv_host *host;
	const char *file; /* for messages */
	struct fv_span note;
	struct fv_span text; /* of the note */
	struct fv_hash hash; /* of the text */
	struct fv_store_device device;
	char dev[SHOWN_DEV]; /* hex */
	size_t at, count;    /* which note of how many in the file */
	json_t **answer_out;
};

static int
find_device(struct work *w, const uint8_t dev[FV_DEV_BYTES])
{
	enum fv_err rc = fv_store_device_get(w->host->store, dev, &w->device);

	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		(void)snprintf(w->dev + 2 * i, 3, "%02x", dev[i]);
	if (rc == FV_ENOENT)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: no handheld %s is enrolled here; 'fieldvisitd device list' shows "
		    "them",
		    w->file, w->dev);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(w->answer_out, w->file, rc);
}

static int
done(struct work *w, const char *what, uint64_t index)
{
	return fv_verb_done(w->answer_out,
	    json_pack(
		"{s:s, s:s, s:I}", "dev", w->dev, "order", what, "leaf", (json_int_t)index),
	    "handheld %s of officer %s: %s; ledger entry %llu", w->dev, w->device.officer,
	    what, (unsigned long long)index);
}

/* Whether the ENROL leaf that the supervisor approved is the one in the ledger. */
static enum fv_err
check_leaf(struct work *w, const struct fv_hash *approved)
{
	struct fv_buf leaf = {0};
	struct fv_hash hash;
	enum fv_err rc;

	rc = fv_store_leaf_get(w->host->store, w->device.enrol_index, &leaf);
	if (rc == FV_OK) {
		fv_leaf_hash(fv_buf_span(&leaf), &hash);
		rc = memcmp(hash.b, approved->b, FV_HASH_BYTES) == 0 ? FV_OK : FV_ECONFLICT;
	} else if (rc == FV_ENOENT) {
		rc = FV_ECORRUPT;
	}
	fv_buf_clear(&leaf);
	return rc;
}

static int
approve(struct work *w)
{
	struct fv_approve order;
	struct fv_fault fault = {0};
	struct fv_buf body = {0};
	uint64_t index = 0;
	enum fv_err rc;
	int code;

	if ((rc = fv_approve_parse(w->text, &order, &fault)) != FV_OK)
		return fv_verb_fault(w->answer_out, w->file, &fault, rc);
	if ((code = find_device(w, order.dev)) != FV_EXIT_OK)
		return code;
	if (w->device.is_revoked)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: handheld %s is revoked; enrol it again with a new ticket", w->file,
		    w->dev);
	if ((rc = check_leaf(w, &order.leaf)) == FV_ECONFLICT)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: approves another enrolment of %s than the ledger's; compare the "
		    "digits "
		    "and approve again",
		    w->file, w->dev);
	if (rc == FV_OK && w->device.is_approved)
		return fv_verb_done(
		    w->answer_out, NULL, "handheld %s is approved already", w->dev);
	if (rc == FV_OK)
		rc = fv_verb_keep_note(w->host, "approve", &w->hash, w->note);
	if (rc == FV_OK)
		rc = fv_store_device_approve(w->host->store, w->device.no, fv_host_now_ms());
	fv_cbor_put_array(&body, 2);
	fv_cbor_put_bytes(&body, w->device.dev, FV_DEV_BYTES);
	fv_cbor_put_bytes(&body, w->hash.b, FV_HASH_BYTES);
	if (rc == FV_OK)
		rc = fv_verb_leaf(w->host, FV_LEAF_APPROVE, &body, &index);
	fv_buf_clear(&body);
	return rc == FV_OK ? done(w, "approved", index)
			   : fv_verb_broken(w->answer_out, w->file, rc);
}

static enum fv_err
send_order(struct work *w, enum fv_item_kind kind)
{
	const struct fv_store_audience audience = {.device_no = w->device.no};
	enum fv_err rc = fv_store_order_put(w->host->store, w->device.no, kind, w->note);

	if (rc != FV_OK)
		return rc;
	return fv_store_change(
	    w->host->store, audience, kind, fv_span_of(w->device.dev, FV_DEV_BYTES));
}

/* Say what becomes of the records that are not here. */
static int
done_order(struct work *w, const char *what, const char *text, const struct fv_order *order,
    int64_t index)
{
	struct device_heard *heard = malloc(sizeof *heard);
	struct order_fate fate = {heard, order->kind == FV_ORDER_REVOKE,
	    order->kind == FV_ORDER_WIPE || w->count > 1, order->trusted_size, 0};
	struct fv_buf says = {0};
	json_t *members;
	int code;
	enum fv_err rc = FV_ENOMEM;

	if (heard == NULL ||
	    (rc = device_heard_load(
		 w->host->store, &w->device, false, fv_host_now_ms(), heard)) != FV_OK)
		goto cleanup;
	order_put_fate(&says, &fate);
	rc = fv_buf_status(&says);
cleanup:
	if (rc == FV_OK) {
		members =
		    json_pack("{s:s, s:s, s:s, s:I}", "dev", w->dev, "order", what, "says",
			fv_buf_z(&says), "waiting", (json_int_t)device_heard_waiting(heard));
		if (index >= 0)
			(void)json_object_set_new(members, "leaf", json_integer(index));
		code = fv_verb_done(w->answer_out, members, "handheld %s of officer %s%s: %s",
		    w->dev, w->device.officer, text, fv_buf_z(&says));
	} else {
		code = fv_verb_broken(w->answer_out, w->file, rc);
	}
	fv_buf_clear(&says);
	free(heard);
	return code;
}

/* The order in force, and whose it is.  Owned: note, which the spans are of. */
static enum fv_err
load_revocation(
    struct work *w, struct fv_buf *note, struct fv_order *order, struct fv_span *by)
{
	struct fv_signednote parsed;
	enum fv_err rc =
	    fv_store_order_get(w->host->store, w->device.no, FV_ITEM_REVOKE, note);

	if (rc == FV_OK)
		rc = fv_signednote_parse(fv_buf_span(note), &parsed);
	if (rc == FV_OK)
		rc = fv_order_parse(parsed.text, order, NULL);
	if (rc != FV_OK)
		return rc;
	*by = parsed.sigs[0].name;
	for (size_t i = by->len; i > 0; i--) {
		if (by->ptr[i - 1] == '/') {
			*by = fv_span_of(by->ptr + i, by->len - i);
			break;
		}
	}
	return FV_OK;
}

/* Somebody was first, perhaps with other words: his order stands. */
static int
revoked_already(struct work *w)
{
	char when[FV_INSTANT_TEXT_BYTES];
	struct fv_order order;
	struct fv_buf note = {0};
	struct fv_span by;
	enum fv_err rc = load_revocation(w, &note, &order, &by);
	int code;

	if (rc == FV_OK)
		code = fv_verb_done(w->answer_out,
		    json_pack("{s:s, s:s, s:s, s:I}", "dev", w->dev, "order",
			"revoked already", "reason", order.reason, "trusted_size",
			(json_int_t)order.trusted_size),
		    "handheld %s is revoked already, by %.*s at %s (%s, records up to %llu "
		    "are "
		    "trusted); this order changes nothing",
		    w->dev, (int)by.len, (const char *)by.ptr,
		    fv_instant_format(order.at_ms, 0, true, when), order.reason,
		    (unsigned long long)order.trusted_size);
	else
		code = fv_verb_broken(w->answer_out, w->file, rc);
	fv_buf_clear(&note);
	return code;
}

static int
revoke(struct work *w, const struct fv_order *order)
{
	struct fv_buf body = {0};
	char text[64];
	uint64_t index = 0;
	enum fv_err rc;

	if (w->device.is_revoked)
		return revoked_already(w);
	rc = fv_verb_keep_note(w->host, "revoke", &w->hash, w->note);
	if (rc == FV_OK)
		rc = fv_store_device_revoke(
		    w->host->store, w->device.no, fv_host_now_ms(), order->trusted_size);
	fv_cbor_put_array(&body, 4);
	fv_cbor_put_bytes(&body, order->dev, FV_DEV_BYTES);
	fv_cbor_put_text_z(&body, order->reason);
	fv_cbor_put_uint(&body, order->trusted_size);
	fv_cbor_put_bytes(&body, w->hash.b, FV_HASH_BYTES);
	if (rc == FV_OK)
		rc = fv_verb_leaf(w->host, FV_LEAF_REVOKE, &body, &index);
	if (rc == FV_OK)
		rc = send_order(w, FV_ITEM_REVOKE);
	fv_buf_clear(&body);
	if (rc != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	(void)snprintf(text, sizeof text, " revoked (%s), ledger entry %llu", order->reason,
	    (unsigned long long)index);
	return done_order(w, "revoked", text, order, (int64_t)index);
}

/* The same order twice does not go down twice. */
static bool
is_held(struct work *w, enum fv_item_kind kind)
{
	struct fv_buf note = {0};
	const bool is_same =
	    fv_store_order_get(w->host->store, w->device.no, kind, &note) == FV_OK &&
	    fv_span_equal(fv_buf_span(&note), w->note);

	fv_buf_clear(&note);
	return is_same;
}

static int
wipe(struct work *w, const struct fv_order *order)
{
	enum fv_err rc;

	if (is_held(w, FV_ITEM_WIPE))
		return fv_verb_done(w->answer_out,
		    json_pack("{s:s, s:s}", "dev", w->dev, "order", "wipe ordered already"),
		    "handheld %s: this wipe is ordered already", w->dev);
	rc = fv_verb_keep_note(w->host, "wipe", &w->hash, w->note);
	if (rc == FV_OK)
		rc = send_order(w, FV_ITEM_WIPE);
	if (rc != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	if (w->at == 0)
		return done_order(
		    w, "wipe", " wipes its case cards at its next sync", order, -1);
	return fv_verb_done(w->answer_out,
	    json_pack("{s:s, s:s}", "dev", w->dev, "order", "wipe"),
	    "handheld %s wipes its case cards at its next sync", w->dev);
}

static int
obey(struct work *w)
{
	struct fv_order order;
	struct fv_fault fault = {0};
	enum fv_err rc;
	int code;

	if ((rc = fv_order_parse(w->text, &order, &fault)) != FV_OK)
		return fv_verb_fault(w->answer_out, w->file, &fault, rc);
	if ((code = find_device(w, order.dev)) != FV_EXIT_OK)
		return code;
	if (order.kind == FV_ORDER_REVOKE)
		return revoke(w, &order);
	if (order.kind == FV_ORDER_WIPE)
		return wipe(w, &order);
	return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
	    "%s: orders the erasure of a record; 'device import' takes approvals, revocations "
	    "and wipe orders",
	    w->file);
}

static int
take_note(struct work *w, const struct fv_roster *roster)
{
	static const char approve_origin[] = "fieldvisit/v1/approve\n";
	enum fv_err rc = fv_order_verify(w->note, roster, 1, &w->text);

	if (rc == FV_EAUTH)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: no supervisor on the roster in force signed it", w->file);
	if (rc != FV_OK)
		return fv_verb_fail(w->answer_out, fv_verb_exit(rc),
		    "%s: it is not a signed note (%s)", w->file, fv_err_text(rc));
	fv_sha256(w->text, &w->hash);
	if (w->text.len >= sizeof approve_origin - 1 &&
	    memcmp(w->text.ptr, approve_origin, sizeof approve_origin - 1) == 0)
		return approve(w);
	return obey(w);
}

/* The length of the first note of `notes`, with its signatures.  None of the texts that are
 * taken here has an empty line of its own. */
static size_t
first_note(struct fv_span notes)
{
	static const char dash[] = "\xe2\x80\x94 ";
	const uint8_t *end = memmem(notes.ptr, notes.len, "\n\n", 2);
	size_t at = end == NULL ? notes.len : (size_t)(end - notes.ptr) + 2;

	while (notes.len - at >= sizeof dash - 1 &&
	    memcmp(notes.ptr + at, dash, sizeof dash - 1) == 0) {
		end = memchr(notes.ptr + at, '\n', notes.len - at);
		at = end == NULL ? notes.len : (size_t)(end - notes.ptr) + 1;
	}
	return at;
}

/* Both notes of one file (a lost handheld is revoked and wiped) are one answer. */
static int
join(json_t *first, json_t *second, json_t **answer_out)
{
	const char *later = fv_verb_text(second, "text");
	struct fv_buf order = {0}, text = {0};
	int code;

	fv_buf_putf(
	    &order, "%s and %s", fv_verb_text(first, "order"), fv_verb_text(second, "order"));
	fv_buf_putf(
	    &text, "%s%.*s", fv_verb_text(first, "text"), (int)strcspn(later, "\n"), later);
	(void)json_object_del(first, "text");
	(void)json_object_del(second, "text");
	if (fv_buf_z(&order) != NULL && fv_buf_z(&text) != NULL)
		code = fv_verb_done(answer_out,
		    json_pack("{s:O, s:s, s:[O, O]}", "dev", json_object_get(first, "dev"),
			"order", fv_buf_z(&order), "orders", first, second),
		    "%s", fv_buf_z(&text));
	else
		code = fv_verb_broken(answer_out, "answer", FV_ENOMEM);
	fv_buf_clear(&order);
	fv_buf_clear(&text);
	return code;
}

static int
take_notes(struct work *w, struct fv_span notes, const struct fv_roster *roster)
{
	json_t *first = NULL, *second;
	json_t **answer_out = w->answer_out;
	int code;

	w->note = fv_span_of(notes.ptr, first_note(notes));
	notes = fv_span_of(notes.ptr + w->note.len, notes.len - w->note.len);
	if (notes.len == 0)
		return take_note(w, roster);
	if (first_note(notes) != notes.len)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: holds more than two notes; give a file each", w->file);
	w->answer_out = &first;
	w->count = 2;
	code = take_note(w, roster);
	second = NULL;
	if (code == FV_EXIT_OK) {
		w->at = 1;
		w->note = notes;
		w->answer_out = &second;
		code = take_note(w, roster);
	}
	if (code == FV_EXIT_OK)
		code = join(first, second, answer_out);
	else
		*answer_out = json_incref(second != NULL ? second : first);
	json_decref(first);
	json_decref(second);
	return code;
}

int
fv_do_device_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct work w = {
	    .host = host,
	    .file = fv_verb_text(request, "file"),
	    .answer_out = answer_out,
	};
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	int code = fv_verb_need_roster(host, &roster, &hash, answer_out);

	if (code == FV_EXIT_OK)
		code = take_notes(&w, fv_span_z(fv_verb_text(request, "note")), roster);
	free(roster);
	return code;
}

int
cmd_device_import(int argc, char **argv)
{
	static const struct importall notes = {"device import", USAGE, "note", ".note"};

	return importall_send(&notes, argc, argv);
}
