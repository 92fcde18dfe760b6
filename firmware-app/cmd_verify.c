#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware-app/app.h"
#include "firmware-app/verb.h"
#include "fv/ledger.h"

/* The walk over all records, with what it needs to say where it stopped. */
struct walk {
	struct fv_store *store;
	struct fv_trail trail;
	uint64_t seals, notes;
	uint64_t at;      /* record that broke a rule */
	const char *rule; /* which; NULL: none */
};

static enum fv_err
refuse(struct walk *walk, uint64_t seq, const char *rule)
{
	walk->at = seq;
	walk->rule = rule;
	return FV_EAUTH;
}

/* The blob that key `key` of a NOTE names is there and is the one named. */
static bool
has_blob(struct walk *walk, struct fv_span payload, uint64_t key)
{
	struct fv_cbor_reader value;
	struct fv_hash want, got;
	struct fv_buf data = {0};
	bool is_good = false;

	if (fv_cbor_map_find(payload, key, &value) == FV_OK &&
	    fv_cbor_get_fixed(&value, want.b, sizeof want.b) == FV_OK &&
	    fv_store_get_blob(walk->store, &want, &data) == FV_OK) {
		fv_sha256(fv_buf_span(&data), &got);
		is_good = memcmp(want.b, got.b, sizeof want.b) == 0;
	}
	fv_buf_clear(&data);
	return is_good;
}

static enum fv_err
on_record(const struct fv_record_row *row, void *ctx)
{
	struct walk *walk = ctx;
	struct fv_header header;
	struct fv_hash pc, leaf;

	if (fv_header_parse(row->header, &header) != FV_OK || header.type != row->type)
		return refuse(walk, row->seq, _("its header is not canonical"));
	fv_record_commit(row->salt.ptr, row->payload, &pc);
	if (memcmp(pc.b, header.pc.b, sizeof pc.b) != 0)
		return refuse(walk, row->seq, _("its payload is not the one committed to"));
	if (fv_trail_follow(&walk->trail, &header, row->header, &leaf) != FV_OK)
		return refuse(walk, row->seq, _("it does not continue this device's trail"));
	if (memcmp(leaf.b, row->leaf.b, sizeof leaf.b) != 0)
		return refuse(
		    walk, row->seq, _("its leaf does not follow from the one before"));
	if ((row->type == FV_REC_SEAL) != (row->sig.len == FV_SIG_BYTES))
		return refuse(walk, row->seq, _("a signature is missing or out of place"));
	if (row->type == FV_REC_SEAL) {
		if (fv_trail_take_seal(&walk->trail, row->payload, row->sig.ptr) != FV_OK)
			return refuse(walk, row->seq,
			    _("the seal is not by the key that the last one named"));
		walk->seals++;
	}
	if (row->type == FV_REC_NOTE) {
		if (!has_blob(walk, row->payload, 5) || !has_blob(walk, row->payload, 7))
			return refuse(
			    walk, row->seq, _("its sealed text or capsules are missing"));
		walk->notes++;
	}
	return FV_OK;
}

/* The newest receipt holds a head that is our own.  False: it does not. */
static bool
check_receipt(struct fv_app *app, uint64_t *size_out)
{
	struct fv_hash path[FV_MERKLE_PROOF_MAX], root, ours;
	struct fv_receipt_row row;
	struct fv_leaf_head head;
	struct fv_buf keep = {0};
	struct fv_leaf leaf;
	uint64_t log_size;
	bool is_good = false;

	*size_out = 0;
	if (fv_store_last_receipt(app->store, &keep, &row) != FV_OK) {
		fv_buf_clear(&keep);
		return true; /* none yet */
	}
	if (row.inclusion.len <= sizeof path && row.inclusion.len % FV_HASH_BYTES == 0) {
		struct fv_receipt receipt = {.leaf = row.leaf,
		    .index = row.leaf_index,
		    .inclusion = path,
		    .inclusion_count = row.inclusion.len / FV_HASH_BYTES,
		    .checkpoint = row.checkpoint};

		if (row.inclusion.len > 0)
			memcpy(path, row.inclusion.ptr, row.inclusion.len);
		is_good = fv_receipt_verify(&receipt, app->identity.ticket.log_pk, &log_size,
			      &root) == FV_OK &&
		    fv_leaf_parse(row.leaf, &leaf) == FV_OK && leaf.kind == FV_LEAF_HEAD &&
		    fv_leaf_head_parse(leaf.body, &head) == FV_OK &&
		    memcmp(head.dev, app->identity.dev, sizeof head.dev) == 0 &&
		    fv_journal_root_at(app->store, head.size, &ours) == FV_OK &&
		    memcmp(ours.b, head.root.b, sizeof ours.b) == 0;
		*size_out = head.size;
	}
	fv_buf_clear(&keep);
	return is_good;
}

static void
tell(const struct walk *walk, uint64_t receipted, struct fv_reply *reply)
{
	uint64_t count = walk->trail.range.size, sealed = walk->trail.sealed_size;
	struct fv_buf head = {0};

	fv_buf_put_hex(&head, walk->trail.sealed_root.b, FV_HASH_BYTES);
	if (sealed > 0)
		fv_reply_line(reply,
		    _("sealed 0..%" PRIu64 " by %" PRIu64 " seals, tail of %" PRIu64
		      " not sealed"),
		    sealed - 1, walk->seals, count - sealed);
	else
		fv_reply_line(reply, _("no seal yet, tail of %" PRIu64 " not sealed"), count);
	if (sealed > 0)
		fv_reply_line(reply, _("head %s"), fv_buf_z(&head));
	if (receipted > 0)
		fv_reply_line(reply, _("receipted by the server's log up to 0..%" PRIu64),
		    receipted - 1);
	fv_reply_line(reply, "%s", _("tail not covered without the auditor's seed"));
	fv_json_begin_object(&reply->json, NULL);
	fv_json_bool(&reply->json, "verified", true);
	fv_json_uint(&reply->json, "records", count);
	fv_json_uint(&reply->json, "sealed", sealed);
	if (sealed > 0)
		fv_json_text(&reply->json, "sealed_root", fv_buf_span(&head));
	fv_json_uint(&reply->json, "seals", walk->seals);
	fv_json_uint(&reply->json, "notes", walk->notes);
	fv_json_uint(&reply->json, "tail", count - sealed);
	fv_json_uint(&reply->json, "receipted", receipted);
	fv_json_bool(&reply->json, "tail_covered", false);
	fv_json_end_object(&reply->json);
	fv_buf_clear(&head);
}

int
fv_cmd_verify(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct walk walk = {.store = app->store};
	uint64_t receipted;
	char object[32];
	enum fv_err rc;

	(void)call;
	fv_trail_init(&walk.trail, app->identity.dev, app->identity.pk_0);
	rc = fv_store_each_record(app->store, 0, UINT64_MAX, on_record, &walk);
	if (walk.rule != NULL) {
		snprintf(object, sizeof object, _("record %" PRIu64), walk.at);
		return fv_reply_fail(reply, FV_FAIL_NOT_VERIFIED, object,
		    _("%s; keep the folder as it is and tell the desk"), walk.rule);
	}
	if (rc != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (walk.trail.range.size == 0)
		return fv_reply_fail(reply, FV_FAIL_NOT_VERIFIED, _("trail"),
		    _("there is no record: nothing to verify is not a proof"));
	if (!check_receipt(app, &receipted))
		return fv_reply_fail(reply, FV_FAIL_NOT_VERIFIED, _("receipt"),
		    _("the newest receipt does not hold for this trail; tell the desk"));
	tell(&walk, receipted, reply);
	return FV_EXIT_OK;
}
