#include "sync-server/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "fv/sync.h"
#include "sync-server/store/records.h"

/* The request map at the start of the first chunk, and the trail as it is committed now. */
static bool
begin(struct fv_ahead *ahead, struct fv_span *plain)
{
	struct fv_sync_request *request = malloc(sizeof *request);
	struct fv_store_trail *held = malloc(sizeof *held);
	bool is_next = false;
	size_t len;

	if (request == NULL || held == NULL ||
	    fv_sync_request_parse(*plain, request, &len) != FV_OK ||
	    request->n <= request->from_seq)
		goto cleanup;
	pthread_mutex_lock(ahead->lock);
	is_next = fv_store_trail_load(ahead->reader, ahead->no, held) == FV_OK &&
	    request->from_seq == held->trail.range.size;
	pthread_mutex_unlock(ahead->lock);
	if (is_next) {
		ahead->trail = held->trail;
		*plain = fv_span_of(plain->ptr + len, plain->len - len);
	}
cleanup:
	free(request);
	free(held);
	return is_next;
}

static void
note(struct fv_seals_seen **seen, const struct fv_seal_seen *one)
{
	if (*seen == NULL && (*seen = calloc(1, sizeof **seen)) == NULL)
		return;
	if ((*seen)->count < FV_SEALS_SEEN_MAX)
		(*seen)->list[(*seen)->count++] = *one;
}

static bool
take_seal(
    struct fv_trail *trail, const struct fv_wire_record *wire, struct fv_seals_seen **seen)
{
	struct fv_seal_seen one;

	memcpy(one.dev, trail->dev, sizeof one.dev);
	memcpy(one.pk, trail->seal_pk, sizeof one.pk);
	memcpy(one.sig, wire->sig, sizeof one.sig);
	if (wire->is_apart || !wire->has_sig ||
	    fv_trail_take_seal(trail, wire->payload, wire->sig) != FV_OK)
		return false;
	one.size = trail->sealed_size;
	one.root = trail->sealed_root;
	note(seen, &one);
	return true;
}

/* The record at the start of `rest`; false: not to be walked further. */
static bool
take_record(
    struct fv_trail *trail, struct fv_span rest, struct fv_seals_seen **seen, size_t *len_out)
{
	const struct fv_header *prev = trail->range.size > 0 ? &trail->last : NULL;
	struct fv_wire_record wire;
	struct fv_buf header = {0};
	enum fv_sync_part part;
	struct fv_hash leaf;
	bool is_good;

	if (fv_sync_part_peek(rest, &part) != FV_OK || part != FV_PART_RECORD ||
	    fv_wire_record_parse(rest, trail->dev, prev, &wire, len_out) != FV_OK)
		return false;
	fv_header_put(&header, &wire.header);
	is_good = fv_buf_status(&header) == FV_OK &&
	    fv_trail_follow(trail, &wire.header, fv_buf_span(&header), &leaf) == FV_OK;
	fv_buf_clear(&header);
	return is_good && (wire.header.type != FV_REC_SEAL || take_seal(trail, &wire, seen));
}

struct fv_seals_seen *
fv_ahead_chunk(struct fv_ahead *ahead, struct fv_span plain)
{
	struct fv_seals_seen *seen = NULL;
	size_t len;

	if (!ahead->has_trail && !ahead->is_over) {
		ahead->has_trail = begin(ahead, &plain);
		ahead->is_over = !ahead->has_trail;
	}
	while (plain.len > 0 && !ahead->is_over) {
		ahead->is_over = !take_record(&ahead->trail, plain, &seen, &len);
		if (!ahead->is_over)
			plain = fv_span_of(plain.ptr + len, plain.len - len);
	}
	return seen;
}
