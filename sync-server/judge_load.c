/* Reading what is to be judged: trails, and the packs that are adopted. */
#include <stdlib.h>
#include <string.h>

#include "fv/order.h"
#include "sync-server/cosign_codes.h"
#include "sync-server/judge_in.h"
#include "sync-server/packstore.h"
#include "sync-server/store/records.h"

static enum fv_err
take_record(const struct fv_store_record *record, void *ctx)
{
	struct judge *judge = ctx;
	struct fv_fold_record r = {.is_sealed = record->is_sealed};

	if (fv_header_parse(record->header, &r.header) != FV_OK)
		return FV_ECORRUPT;
	if (record->has_payload)
		r.payload = record->payload;
	return fv_fold_add(judge->fold, &r);
}

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

static enum fv_err
read_trails(struct judge *judge)
{
	const struct fv_store_seqs all = {0, UINT64_MAX};
	struct fv_store_trail *trail = NULL;
	struct cosign_codes codes;
	enum fv_err rc = fv_store_device_each(judge->store, NULL, take_device, judge);

	if (rc == FV_OK && (trail = malloc(sizeof *trail)) == NULL)
		rc = FV_ENOMEM;
	if (judge->trail_count > 1)
		qsort(judge->trails, judge->trail_count, sizeof *judge->trails, by_dev);
	for (size_t i = 0; i < judge->trail_count && rc == FV_OK; i++) {
		struct judge_trail *t = &judge->trails[i];

		if ((rc = fv_store_trail_load(judge->store, t->device.no, trail)) != FV_OK)
			break;
		t->size = trail->trail.range.size;
		t->sealed_size = trail->trail.sealed_size;
		rc = fv_store_record_each(judge->store, t->device.no, all, take_record, judge);
	}
	free(trail);
	cosign_codes_init(&codes, judge->store, judge->fold);
	if (rc == FV_OK && (rc = fv_fold_finish(judge->fold)) == FV_OK)
		rc = codes.rc;
	cosign_codes_clear(&codes);
	return rc;
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
		judge->packs[judge->pack_count++] = pack;
	return rc == FV_ENOENT ? FV_OK : rc; /* adopted, and its file is not here yet */
}

/* A pack that another one is laid over and stands for. */
static bool
is_laid_over(const struct judge *judge, const struct fv_rulepack *pack)
{
	for (size_t i = 0; i < judge->pack_count; i++) {
		const char *extends = judge->packs[i]->extends;

		if (extends != NULL && strcmp(extends, pack->id) == 0)
			return true;
	}
	return false;
}

static void
drop_laid_over(struct judge *judge)
{
	struct fv_rulepack *kept[FV_AUDIT_PACKS_MAX], *dropped[FV_AUDIT_PACKS_MAX];
	size_t kept_count = 0, dropped_count = 0;

	for (size_t i = 0; i < judge->pack_count; i++) {
		if (is_laid_over(judge, judge->packs[i]))
			dropped[dropped_count++] = judge->packs[i];
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
judge_open(struct judge **judge_out, struct fv_store *store, int64_t today_utc_ms)
{
	struct judge *judge;
	enum fv_err rc;

	*judge_out = NULL;
	if ((judge = calloc(1, sizeof *judge)) == NULL)
		return FV_ENOMEM;
	judge->store = store;
	judge->today_utc_ms = today_utc_ms;
	zones_init(&judge->zones, NULL);
	if ((rc = fv_fold_new(&judge->fold)) != FV_OK || (rc = read_trails(judge)) != FV_OK ||
	    (rc = read_packs(judge)) != FV_OK)
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
	fv_fold_free(judge->fold);
	free(judge->trails);
	for (size_t i = 0; i < judge->pack_count; i++)
		fv_rulepack_free(judge->packs[i]);
	zones_clear(&judge->zones);
	free(judge);
}

const struct fv_fold *
judge_fold(const struct judge *judge)
{
	return judge->fold;
}

const struct judge_trail *
judge_trail(const struct judge *judge, size_t idx)
{
	return idx < judge->trail_count ? &judge->trails[idx] : NULL;
}

size_t
judge_pack_count(const struct judge *judge)
{
	return judge->pack_count;
}

const char *
judge_tzdata(const struct judge *judge)
{
	return judge->zones.version;
}
