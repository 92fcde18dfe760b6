#include "sync-server/agency_paper.h"

#include <stdlib.h>
#include <string.h>

#include "fv/ledger.h"
#include "fv/order.h"
#include "sync-server/store/book.h"
#include "sync-server/store/log.h"

#define WIPED 3U
#define BY_ORDER 4U

/* -- what is recorded -------------------------------------------------------------- */

static enum fv_err
on_device(const struct fv_store_device *device, void *ctx)
{
	struct paper *paper = ctx;
	struct paper_device *d;
	void *grown;

	if (strcmp(device->agency, paper->agency.id) != 0)
		return FV_OK;
	grown = reallocarray(paper->devices, paper->device_count + 1, sizeof *paper->devices);
	if (grown == NULL)
		return FV_ENOMEM;
	paper->devices = grown;
	d = &paper->devices[paper->device_count++];
	*d = (struct paper_device){.is_revoked = device->is_revoked,
	    .revoked_ms = device->revoked_ms,
	    .revoked_leaf = UINT64_MAX};
	memcpy(d->dev, device->dev, sizeof d->dev);
	return FV_OK;
}

static bool
get_uint(struct fv_span payload, uint64_t key, uint64_t *out)
{
	struct fv_cbor_reader r;

	return fv_cbor_map_find(payload, key, &r) == FV_OK &&
	    fv_cbor_get_uint(&r, UINT64_MAX, out) == FV_OK;
}

/* The first record of a wipe. */
static enum fv_err
on_record(const struct fv_store_record *record, void *ctx)
{
	struct paper_device *d = ctx;
	struct fv_header header;
	uint64_t what, cause = 0;

	if (d->is_wiped || record->type != FV_REC_LOCK || !record->has_payload ||
	    !get_uint(record->payload, 4, &what) || what != WIPED)
		return FV_OK;
	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_ECORRUPT;
	d->is_wiped = true;
	d->is_by_order = get_uint(record->payload, 5, &cause) && cause == BY_ORDER;
	d->wiped_seq = record->seq;
	d->wiped_ms = header.rtc_ms;
	return FV_OK;
}

static enum fv_err
read_order(struct fv_store *store, int64_t no, struct paper_device *d)
{
	struct fv_signednote parts;
	struct fv_order order;
	struct fv_buf note = {0};
	enum fv_err rc = fv_store_order_get(store, no, FV_ITEM_WIPE, &note);

	if (rc == FV_OK &&
	    (fv_signednote_parse(fv_buf_span(&note), &parts) != FV_OK ||
		fv_order_parse(parts.text, &order, NULL) != FV_OK))
		rc = FV_ECORRUPT;
	if (rc == FV_OK) {
		d->has_order = true;
		d->ordered_ms = order.at_ms;
	}
	fv_buf_clear(&note);
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
read_device(struct fv_store *store, struct paper_device *d, struct fv_store_trail *trail)
{
	const struct fv_store_seqs all = {0, UINT64_MAX};
	struct fv_store_device row;
	enum fv_err rc = fv_store_device_get(store, d->dev, &row);

	if (rc == FV_OK)
		rc = fv_store_trail_load(store, row.no, trail);
	if (rc == FV_OK)
		rc = fv_store_record_each(store, row.no, all, on_record, d);
	if (rc == FV_OK)
		rc = read_order(store, row.no, d);
	if (rc == FV_OK) {
		d->last_sync_ms = trail->last_sync_ms;
		d->is_covered = d->is_wiped && d->wiped_seq < trail->head_size;
		d->head_leaf = trail->head_index;
	}
	fv_wipe(&row, sizeof row);
	return rc;
}

/* Where the ledger has the revocations. */
static void
read_leaf(struct paper *paper, struct fv_span bytes, uint64_t index)
{
	uint8_t dev[FV_DEV_BYTES];
	struct fv_cbor_reader r;
	struct fv_leaf leaf;
	size_t count;

	if (fv_leaf_parse(bytes, &leaf) != FV_OK || leaf.kind != FV_LEAF_REVOKE)
		return;
	r = fv_cbor_reader_of(leaf.body);
	if (fv_cbor_get_array(&r, &count) != FV_OK ||
	    fv_cbor_get_fixed(&r, dev, sizeof dev) != FV_OK)
		return;
	for (size_t i = 0; i < paper->device_count; i++)
		if (memcmp(paper->devices[i].dev, dev, sizeof dev) == 0)
			paper->devices[i].revoked_leaf = index;
}

static enum fv_err
read_ledger(struct fv_store *store, struct paper *paper)
{
	struct fv_buf leaf = {0};
	enum fv_err rc = fv_store_leaf_count(store, &paper->ledger_size);

	for (uint64_t i = 0; i < paper->ledger_size && rc == FV_OK; i++) {
		fv_buf_reset(&leaf);
		if ((rc = fv_store_leaf_get(store, i, &leaf)) == FV_OK)
			read_leaf(paper, fv_buf_span(&leaf), i);
	}
	fv_buf_clear(&leaf);
	return rc;
}

enum fv_err
paper_gather(struct fv_store *store, const char *agency, int64_t now_ms, struct paper *out)
{
	struct fv_store_trail *trail = malloc(sizeof *trail);
	struct fv_buf house = {0};
	enum fv_err rc = trail == NULL ? FV_ENOMEM : FV_OK;

	memset(out, 0, sizeof *out);
	out->made_ms = now_ms;
	if (rc == FV_OK)
		rc = fv_store_agency_get(store, fv_span_z(agency), &out->agency);
	if (rc == FV_OK && (rc = fv_store_meta_get(store, "agency", &house)) == FV_OK)
		rc = fv_id_copy(fv_buf_span(&house), out->house, sizeof out->house);
	if (rc == FV_OK)
		rc = fv_store_device_each(store, NULL, on_device, out);
	for (size_t i = 0; rc == FV_OK && i < out->device_count; i++)
		rc = read_device(store, &out->devices[i], trail);
	if (rc == FV_OK)
		rc = read_ledger(store, out);
	fv_buf_clear(&house);
	free(trail);
	return rc;
}

void
paper_clear(struct paper *paper)
{
	free(paper->devices);
	memset(paper, 0, sizeof *paper);
}
