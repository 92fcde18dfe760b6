/* Reading what is not of one case: devices and the adopted packs. */
#include <stdlib.h>
#include <string.h>

#include "fv/order.h"
#include "sync-server/judge_in.h"
#include "sync-server/packstore.h"
#include "sync-server/store/records.h"

static enum fv_err
take_device(const struct fv_store_device *device, void *ctx)
{
	struct judge *judge = ctx;
	struct judge_trail *t;

	if (judge->trail_count == judge->trail_cap) {
		size_t cap = judge->trail_cap > 0 ? judge->trail_cap * 2 : 16;

		t = reallocarray(judge->trails, cap, sizeof *t);
		if (t == NULL)
			return FV_ENOMEM;
		judge->trails = t;
		judge->trail_cap = cap;
	}
	t = &judge->trails[judge->trail_count++];
	memset(t, 0, sizeof *t);
	t->device = *device;
	return FV_OK;
}

static int
by_dev(const void *a, const void *b)
{
	const struct judge_trail *x = a, *y = b;

	return memcmp(x->device.dev, y->device.dev, FV_DEV_BYTES);
}

/* All devices, again: one may have been enrolled since. */
static enum fv_err
read_devices(struct judge *judge)
{
	enum fv_err rc;

	judge->trail_count = 0;
	rc = fv_store_device_each(judge->store, NULL, take_device, judge);
	if (rc == FV_OK && judge->trail_count > 1)
		qsort(judge->trails, judge->trail_count, sizeof *judge->trails, by_dev);
	return rc;
}

enum fv_err
judge_find_trail(
    struct judge *judge, const uint8_t dev[FV_DEV_BYTES], struct judge_trail **trail_out)
{
	const struct judge_trail *found = judge_trail_of(judge, dev);
	enum fv_err rc = FV_OK;

	*trail_out = NULL;
	if (found == NULL && (rc = read_devices(judge)) == FV_OK)
		found = judge_trail_of(judge, dev);
	if (found != NULL)
		*trail_out = &judge->trails[found - judge->trails];
	return rc != FV_OK ? rc : found != NULL ? FV_OK : FV_ECORRUPT;
}

enum fv_err
judge_take_pack(struct judge *judge, struct fv_rulepack *pack, bool is_for_all)
{
	for (size_t i = 0; i < judge->pack_count; i++)
		if (strcmp(judge->packs[i].pack->id, pack->id) == 0)
			return FV_EEXIST;
	if (judge->pack_count == FV_AUDIT_PACKS_MAX)
		return FV_ETOOBIG;
	judge->packs[judge->pack_count++] = (struct judge_pack){pack, is_for_all};
	return FV_OK;
}

/* Of one adopted line: load it when no higher revision of that id is there. */
static enum fv_err
take_pack(struct judge *judge, const struct fv_packs *packs, const struct fv_pack_line *line)
{
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	enum fv_err rc;

	if (fv_packs_highest(packs, line->id) != line)
		return FV_OK;
	if (judge->pack_count == FV_AUDIT_PACKS_MAX)
		return FV_ETOOBIG;
	rc = packstore_load(judge->store, packs, line, &pack, &why);
	if (rc == FV_OK)
		judge->packs[judge->pack_count++] = (struct judge_pack){pack, false};
	return rc == FV_ENOENT ? FV_OK : rc; /* adopted, and its file is not here yet */
}

/* A pack that another one is laid over and stands for. */
static bool
is_laid_over(const struct judge *judge, const struct fv_rulepack *pack)
{
	for (size_t i = 0; i < judge->pack_count; i++) {
		const char *extends = judge->packs[i].pack->extends;

		if (extends != NULL && strcmp(extends, pack->id) == 0)
			return true;
	}
	return false;
}

static void
drop_laid_over(struct judge *judge)
{
	struct judge_pack kept[FV_AUDIT_PACKS_MAX];
	struct fv_rulepack *dropped[FV_AUDIT_PACKS_MAX];
	size_t kept_count = 0, dropped_count = 0;

	for (size_t i = 0; i < judge->pack_count; i++) {
		if (is_laid_over(judge, judge->packs[i].pack))
			dropped[dropped_count++] = judge->packs[i].pack;
		else
			kept[kept_count++] = judge->packs[i];
	}
	memcpy(judge->packs, kept, kept_count * sizeof kept[0]);
	judge->pack_count = kept_count;
	for (size_t i = 0; i < dropped_count; i++)
		fv_rulepack_free(dropped[i]);
}

static enum fv_err
read_packs(struct judge *judge)
{
	struct fv_packs *packs = malloc(sizeof *packs);
	enum fv_err rc = packs == NULL ? FV_ENOMEM : packstore_adopted(judge->store, packs);

	for (size_t i = 0; rc == FV_OK && i < packs->count; i++)
		rc = take_pack(judge, packs, &packs->packs[i]);
	drop_laid_over(judge);
	free(packs);
	return rc == FV_ENOENT ? FV_OK : rc; /* nothing is adopted yet */
}

enum fv_err
judge_open(struct judge **judge_out, struct fv_store *store, const struct judge_opts *opts)
{
	struct judge *judge;
	enum fv_err rc;

	*judge_out = NULL;
	if ((judge = calloc(1, sizeof *judge)) == NULL)
		return FV_ENOMEM;
	judge->store = store;
	judge->opts = *opts;
	judge->turn = 1;
	zones_init(&judge->zones, NULL);
	rc = opts->has_texts && !opts->is_of_one ? read_devices(judge) : FV_OK; /* as met */
	for (size_t i = 0;
	     rc == FV_OK && opts->has_texts && !opts->is_of_one && i < judge->trail_count; i++)
		rc = judge_read_trail(judge, &judge->trails[i]);
	if (rc == FV_OK && !opts->has_own_packs)
		rc = read_packs(judge);
	if (rc != FV_OK)
		goto cleanup;
	*judge_out = judge;
	judge = NULL;
cleanup:
	judge_close(judge);
	return rc;
}

void
judge_close(struct judge *judge)
{
	if (judge == NULL)
		return;
	fv_audit_free(judge->audit);
	free(judge->trails);
	for (size_t i = 0; i < judge->pack_count; i++)
		fv_rulepack_free(judge->packs[i].pack);
	zones_clear(&judge->zones);
	free(judge);
}

void
judge_turn(struct judge *judge)
{
	judge->turn++;
}

const struct judge_trail *
judge_trail(const struct judge *judge, size_t idx)
{
	return idx < judge->trail_count ? &judge->trails[idx] : NULL;
}

enum fv_err
judge_read_trail(struct judge *judge, struct judge_trail *trail)
{
	struct fv_store_trail *now;
	enum fv_err rc;

	if (trail->turn == judge->turn)
		return FV_OK;
	if ((now = malloc(sizeof *now)) == NULL)
		return FV_ENOMEM;
	if ((rc = fv_store_trail_load(judge->store, trail->device.no, now)) == FV_OK) {
		trail->size = now->trail.range.size;
		trail->sealed_size = now->trail.sealed_size;
		trail->turn = judge->turn;
	}
	free(now);
	return rc;
}

static enum fv_err
take_record(const struct fv_store_record *record, void *ctx)
{
	struct fv_fold_record r = {
	    .is_sealed = record->is_sealed, .is_erased = record->is_erased};

	if (fv_header_parse(record->header, &r.header) != FV_OK)
		return FV_ECORRUPT;
	if (record->has_payload)
		r.payload = record->payload;
	return fv_fold_add(ctx, &r);
}

enum fv_err
judge_count_unknown(struct judge *judge, size_t *count_out)
{
	const struct fv_store_seqs all = {0, UINT64_MAX};
	enum fv_err rc = FV_OK;

	*count_out = 0;
	for (size_t i = 0; rc == FV_OK && i < judge->trail_count; i++) {
		struct fv_fold *fold = NULL;

		if ((rc = fv_fold_new(&fold)) == FV_OK)
			rc = fv_store_record_each(
			    judge->store, judge->trails[i].device.no, all, take_record, fold);
		if (rc == FV_OK)
			rc = fv_fold_finish(fold);
		if (rc == FV_OK)
			*count_out += fv_fold_unknown_count(fold);
		fv_fold_free(fold);
	}
	return rc;
}

const struct judge_trail *
judge_trail_of(const struct judge *judge, const uint8_t dev[FV_DEV_BYTES])
{
	struct judge_trail key;

	if (judge->trail_count == 0)
		return NULL;
	memcpy(key.device.dev, dev, FV_DEV_BYTES);
	return bsearch(&key, judge->trails, judge->trail_count, sizeof key, by_dev);
}

size_t
judge_pack_count(const struct judge *judge)
{
	return judge->pack_count;
}

const struct fv_rulepack *
judge_pack(const struct judge *judge, size_t idx)
{
	return idx < judge->pack_count ? judge->packs[idx].pack : NULL;
}

const char *
judge_tzdata(const struct judge *judge)
{
	return judge->zones.version;
}

const struct fv_zone *
judge_zone(struct judge *judge, const struct fv_store_case *row,
    char name_out[FV_ZONE_NAME_MAX_BYTES + 1])
{
	const struct fv_span zones = row->item.zones;
	size_t len = 0;

	while (len < zones.len && len < FV_ZONE_NAME_MAX_BYTES && zones.ptr[len] != ';')
		len++;
	if (len > 0)
		memcpy(name_out, zones.ptr, len);
	name_out[len] = '\0';
	return zones_get(name_out, &judge->zones);
}

static enum fv_err
keep_stray(struct fv_span case_id, void *ctx)
{
	char id[FV_CASE_ID_BYTES] = {0};

	if (fv_id_copy(case_id, id, sizeof id) != FV_OK)
		return FV_OK; /* no id of a case: nothing is folded from it either */
	fv_buf_put(ctx, id, sizeof id);
	return fv_buf_status(ctx);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

enum fv_err
judge_each_stray(struct judge *judge, judge_stray_fn fn, void *ctx)
{
	struct fv_buf ids = {0};
	const char *id;
	enum fv_err rc = fv_store_record_each_stray_case(judge->store, keep_stray, &ids);

	if (rc == FV_OK && ids.len > 0)
		qsort(ids.ptr, ids.len / FV_CASE_ID_BYTES, FV_CASE_ID_BYTES, by_text);
	for (size_t at = 0; rc == FV_OK && at < ids.len; at += FV_CASE_ID_BYTES) {
		id = (const char *)ids.ptr + at;
		if (at == 0 || strcmp(id, id - FV_CASE_ID_BYTES) != 0)
			rc = fn(fv_span_z(id), ctx);
	}
	fv_buf_clear(&ids);
	return rc;
}
