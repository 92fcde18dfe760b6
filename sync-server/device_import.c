/* device import NOTE: a supervisor's approval, revocation or wipe order of a handheld. */
#include <stdlib.h>
#include <string.h>

#include "fv/order.h"
#include "sync-server/handlers.h"
#include "sync-server/cmd.h"
#include "sync-server/importall.h"
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

static int
revoke(struct work *w, const struct fv_order *order)
{
	struct fv_buf body = {0};
	uint64_t index = 0;
	enum fv_err rc;

	if (w->device.is_revoked)
		return fv_verb_done(
		    w->answer_out, NULL, "handheld %s is revoked already", w->dev);
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
	return rc == FV_OK ? done(w, "revoked", index)
			   : fv_verb_broken(w->answer_out, w->file, rc);
}

static int
wipe(struct work *w)
{
	enum fv_err rc = fv_verb_keep_note(w->host, "wipe", &w->hash, w->note);

	if (rc == FV_OK)
		rc = send_order(w, FV_ITEM_WIPE);
	if (rc != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	return fv_verb_done(w->answer_out,
	    json_pack("{s:s, s:s}", "dev", w->dev, "order", "wipe"),
	    "handheld %s of officer %s wipes its case cards at its next sync", w->dev,
	    w->device.officer);
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
		return wipe(w);
	return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
	    "%s: orders the erasure of a record; 'device import' takes approvals, revocations "
	    "and wipe orders",
	    w->file);
}

int
fv_do_device_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	static const char approve_origin[] = "fieldvisit/v1/approve\n";
	struct work w = {
	    .host = host,
	    .file = fv_verb_text(request, "file"),
	    .note = fv_span_z(fv_verb_text(request, "note")),
	    .answer_out = answer_out,
	};
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	enum fv_err rc;
	int code = fv_verb_need_roster(host, &roster, &hash, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	rc = fv_order_verify(w.note, roster, 1, &w.text);
	free(roster);
	if (rc == FV_EAUTH)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: no supervisor on the roster in force signed it", w.file);
	if (rc != FV_OK)
		return fv_verb_fail(answer_out, fv_verb_exit(rc),
		    "%s: it is not a signed note (%s)", w.file, fv_err_text(rc));
	fv_sha256(w.text, &w.hash);
	if (w.text.len >= sizeof approve_origin - 1 &&
	    memcmp(w.text.ptr, approve_origin, sizeof approve_origin - 1) == 0)
		return approve(&w);
	return obey(&w);
}

int
cmd_device_import(int argc, char **argv)
{
	static const struct importall notes = {"device import", USAGE, "note", ".note"};

	return importall_send(&notes, argc, argv);
}
