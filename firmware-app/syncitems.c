#include "firmware-app/syncitems.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/dates.h"
#include "firmware-app/own.h"
#include "firmware-app/pin.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/settings_kept.h"
#include "firmware-app/sos.h"
#include "fv/item.h"
#include "fv/order.h"

#define REPLACED "packs_was_"
#define REPLACED_HASH_BYTES 16U /* of a replaced note's hash that its setting's name holds */
#define REPLACED_BYTES (sizeof REPLACED + 2 * REPLACED_HASH_BYTES)

/* One whole item on its way into the store. */
struct taking {
	struct fv_app *app;
	struct fv_roster *roster; /* owned; NULL until asked for */
	struct fv_hash roster_hash;
	int64_t now_ms;
	struct fv_syncitems *out;
};

void
fv_syncitems_pack_key(const char *id, uint32_t revision, char key_out[FV_PACK_KEY_BYTES])
{
	snprintf(key_out, FV_PACK_KEY_BYTES, "%s@r%" PRIu32, id, revision);
}

/* Not an error of ours: the item is left out. */
static bool
is_their_fault(enum fv_err rc)
{
	return rc == FV_EFORMAT || rc == FV_ERANGE || rc == FV_ETOOBIG || rc == FV_ECUT ||
	    rc == FV_EAUTH || rc == FV_ECONFLICT || rc == FV_EVERSION || rc == FV_ESTATE;
}

static enum fv_err
need_roster(struct taking *t)
{
	return t->roster != NULL ? FV_OK
				 : fv_roster_load(t->app->store, &t->roster, &t->roster_hash);
}

static enum fv_err
keep(
    struct taking *t, uint32_t kind, struct fv_span key, uint64_t version, struct fv_span body)
{
	const struct fv_item_row row = {
	    .kind = kind, .key = key, .version = version, .body = body, .taken_ms = t->now_ms};

	return fv_store_put_item(t->app->store, &row);
}

static enum fv_err
take_case(struct taking *t, const struct fv_item *item)
{
	struct fv_item_case parsed;
	enum fv_err rc = fv_item_case_parse(item->body, &parsed);

	if (rc == FV_OK && !fv_span_equal(parsed.id, item->key))
		rc = FV_EFORMAT;
	return rc == FV_OK ? keep(t, item->kind, item->key, item->version, item->body) : rc;
}

/* Every line and event is read once, so that `check` never meets a malformed one. */
static enum fv_err
take_history(struct taking *t, const struct fv_item *item)
{
	struct fv_item_history history;
	struct fv_item_line line;
	struct fv_item_event event;
	enum fv_err rc = fv_item_history_open(item->body, &history);

	while (rc == FV_OK)
		rc = fv_item_history_line(&history, &line);
	if (rc == FV_ENOENT)
		rc = FV_OK;
	while (rc == FV_OK)
		rc = fv_item_history_event(&history, &event);
	return rc == FV_ENOENT ? keep(t, item->kind, item->key, item->version, item->body)
			       : rc;
}

/* An empty body lifts the hold. */
static enum fv_err
take_hold(struct taking *t, const struct fv_item *item)
{
	struct fv_item_hold hold;
	enum fv_err rc;

	if (item->body.len == 0)
		return fv_store_drop_item(t->app->store, item->kind, item->key);
	rc = fv_item_hold_parse(item->body, &hold);
	return rc == FV_OK ? keep(t, item->kind, item->key, item->version, item->body) : rc;
}

/* Its signature is checked when it is opened, against the roster of then. */
static enum fv_err
take_card(struct taking *t, const struct fv_item *item)
{
	struct fv_item_card card;
	int64_t is_wiped = 0;
	enum fv_err rc = fv_item_card_parse(item->body, &card);

	if (rc != FV_OK)
		return rc;
	rc = fv_store_get_int(t->app->store, FV_SET_WIPED, &is_wiped);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	/* After a wipe nothing here could open it. */
	return is_wiped != 0 ? FV_OK
			     : keep(t, item->kind, item->key, item->version, item->body);
}

static enum fv_err
take_roster(struct taking *t, const struct fv_item *item)
{
	struct fv_roster *next = NULL;
	struct fv_hash hash;
	enum fv_err rc;

	if ((rc = need_roster(t)) != FV_OK)
		return rc;
	if ((next = malloc(sizeof *next)) == NULL)
		return FV_ENOMEM;
	rc = fv_roster_read(item->body, next, &hash);
	if (rc == FV_OK && next->version <= t->roster->version) {
		free(next);
		return FV_OK; /* it is here already */
	}
	if (rc == FV_OK)
		rc =
		    fv_roster_verify_next(t->roster, &t->roster_hash, item->body, next, &hash);
	if (rc == FV_OK)
		rc = fv_roster_keep(t->app->store, next->version, item->body, t->now_ms);
	if (rc == FV_OK) {
		free(t->roster);
		t->roster = next;
		t->roster_hash = hash;
		next = NULL;
	}
	free(next);
	return rc;
}

/* Revisions of one pack that are kept, newest first. */
struct kept {
	const char *id;
	uint64_t revisions[FV_PACKS_MAX];
	size_t count;
};

static enum fv_err
on_kept(const struct fv_item_row *row, void *ctx)
{
	struct kept *kept = ctx;
	size_t len = strlen(kept->id), at;

	if (row->key.len <= len + 2 || memcmp(row->key.ptr, kept->id, len) != 0 ||
	    row->key.ptr[len] != '@' || kept->count == FV_PACKS_MAX)
		return FV_OK;
	for (at = kept->count++; at > 0 && kept->revisions[at - 1] < row->version; at--)
		kept->revisions[at] = kept->revisions[at - 1];
	kept->revisions[at] = row->version;
	return FV_OK;
}

static enum fv_err
drop_old_revisions(struct taking *t, const char *id)
{
	struct kept kept = {.id = id};
	char key[FV_PACK_KEY_BYTES];
	enum fv_err rc = fv_store_each_item(t->app->store, FV_ITEM_PACK, on_kept, &kept);

	for (size_t i = FV_PACK_REVISIONS; rc == FV_OK && i < kept.count; i++) {
		fv_syncitems_pack_key(id, (uint32_t)kept.revisions[i], key);
		rc = fv_store_drop_item(t->app->store, FV_ITEM_PACK, fv_span_z(key));
	}
	return rc;
}

/* The packs note that is in force.  FV_ENOENT: none. */
static enum fv_err
load_packs(struct taking *t, struct fv_packs *packs)
{
	struct fv_buf note = {0};
	enum fv_err rc = fv_store_get_setting(t->app->store, FV_SET_PACKS_NOTE, &note);

	if (rc == FV_OK && (rc = need_roster(t)) == FV_OK)
		rc = fv_packs_verify(fv_buf_span(&note), t->roster, packs);
	fv_buf_clear(&note);
	/* A newer roster may have dropped its signers: then no pack is adopted by it. */
	return is_their_fault(rc) ? FV_ENOENT : rc;
}

/* Keep a pack under the name that its supervisors gave these very bytes. */
static enum fv_err
adopt(
    struct taking *t, const struct fv_packs *packs, struct fv_span body, bool *is_adopted_out)
{
	const struct fv_pack_line *line;
	char key[FV_PACK_KEY_BYTES];
	struct fv_hash hash;
	enum fv_err rc;

	fv_sha256(body, &hash);
	line = fv_packs_find(packs, &hash);
	*is_adopted_out = line != NULL;
	if (line == NULL)
		return FV_OK;
	fv_syncitems_pack_key(line->id, line->revision, key);
	rc = keep(t, FV_ITEM_PACK, fv_span_z(key), line->revision, body);
	return rc == FV_OK ? drop_old_revisions(t, line->id) : rc;
}

static enum fv_err
take_pack(struct taking *t, const struct fv_item *item)
{
	struct fv_packs *packs = malloc(sizeof *packs);
	bool is_adopted = false;
	struct fv_hash hash;
	enum fv_err rc;

	if (packs == NULL)
		return FV_ENOMEM;
	rc = load_packs(t, packs);
	if (rc == FV_OK)
		rc = adopt(t, packs, item->body, &is_adopted);
	else if (rc == FV_ENOENT)
		rc = FV_OK;
	free(packs);
	if (rc != FV_OK || is_adopted)
		return rc;
	fv_sha256(item->body, &hash);
	return keep(t, FV_KEPT_PACK_WAITING, fv_span_of(hash.b, sizeof hash.b), item->version,
	    item->body);
}

struct waiting {
	struct taking *t;
	const struct fv_packs *packs;
	struct fv_hash adopted[FV_PACKS_MAX];
	struct fv_buf bodies[FV_PACKS_MAX]; /* owned */
	size_t count;
};

static enum fv_err
on_waiting(const struct fv_item_row *row, void *ctx)
{
	struct waiting *w = ctx;
	struct fv_hash hash;

	fv_sha256(row->body, &hash);
	if (w->count == FV_PACKS_MAX || fv_packs_find(w->packs, &hash) == NULL)
		return FV_OK;
	w->adopted[w->count] = hash;
	fv_buf_put_span(&w->bodies[w->count], row->body);
	return fv_buf_status(&w->bodies[w->count++]);
}

static enum fv_err
adopt_waiting(struct taking *t, const struct fv_packs *packs)
{
	struct waiting *w = calloc(1, sizeof *w);
	bool is_adopted;
	enum fv_err rc;

	if (w == NULL)
		return FV_ENOMEM;
	w->t = t;
	w->packs = packs;
	rc = fv_store_each_item(t->app->store, FV_KEPT_PACK_WAITING, on_waiting, w);
	for (size_t i = 0; rc == FV_OK && i < w->count; i++) {
		rc = adopt(t, packs, fv_buf_span(&w->bodies[i]), &is_adopted);
		if (rc == FV_OK)
			rc = fv_store_drop_item(t->app->store, FV_KEPT_PACK_WAITING,
			    fv_span_of(w->adopted[i].b, sizeof w->adopted[i].b));
	}
	for (size_t i = 0; i < w->count; i++)
		fv_buf_clear(&w->bodies[i]);
	free(w);
	return rc;
}

/* A setting of this name says that the note was replaced by another here. */
static void
name_replaced(struct fv_span note, char name_out[REPLACED_BYTES])
{
	struct fv_signednote parsed;
	struct fv_hash hash = {{0}};
	size_t at = sizeof REPLACED - 1;

	if (fv_signednote_parse(note, &parsed) == FV_OK)
		fv_sha256(parsed.text, &hash);
	memcpy(name_out, REPLACED, sizeof REPLACED);
	for (size_t i = 0; i < REPLACED_HASH_BYTES; i++, at += 2)
		(void)snprintf(name_out + at, 3, "%02x", hash.b[i]);
}

/* A note has no number: one that was replaced is older than the one in force, and stays so. */
static enum fv_err
replace_packs_note(struct taking *t, struct fv_span note)
{
	struct fv_store *store = t->app->store;
	char name[REPLACED_BYTES], before[REPLACED_BYTES];
	struct fv_buf held = {0};
	int64_t is_old = 0;
	enum fv_err rc;

	name_replaced(note, name);
	rc = fv_store_get_int(store, name, &is_old);
	if (rc == FV_OK)
		rc = FV_ECONFLICT;
	else if (rc == FV_ENOENT)
		rc = fv_store_get_setting(store, FV_SET_PACKS_NOTE, &held);
	if (rc == FV_OK) {
		name_replaced(fv_buf_span(&held), before);
		if (strcmp(name, before) != 0)
			rc = fv_store_put_int(store, before, 1);
	}
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = fv_store_put_setting(store, FV_SET_PACKS_NOTE, note);
	fv_buf_clear(&held);
	return rc;
}

static enum fv_err
take_packs_note(struct taking *t, const struct fv_item *item)
{
	struct fv_packs *packs = malloc(sizeof *packs);
	enum fv_err rc;

	if (packs == NULL)
		return FV_ENOMEM;
	if ((rc = need_roster(t)) == FV_OK &&
	    (rc = fv_packs_verify(item->body, t->roster, packs)) == FV_OK &&
	    (rc = replace_packs_note(t, item->body)) == FV_OK)
		rc = adopt_waiting(t, packs);
	free(packs);
	return rc;
}

/* Revoke and wipe: signed by a supervisor, about this very device. */
static enum fv_err
take_order(struct taking *t, const struct fv_item *item)
{
	struct fv_span text;
	struct fv_order order;
	enum fv_err rc;

	if ((rc = need_roster(t)) != FV_OK ||
	    (rc = fv_order_verify(item->body, t->roster, 1, &text)) != FV_OK ||
	    (rc = fv_order_parse(text, &order, NULL)) != FV_OK)
		return rc;
	if (memcmp(order.dev, t->app->identity.dev, sizeof order.dev) != 0 ||
	    order.kind != (item->kind == FV_ITEM_WIPE ? FV_ORDER_WIPE : FV_ORDER_REVOKE))
		return FV_EAUTH;
	if (order.kind == FV_ORDER_WIPE)
		t->out->is_wipe = true;
	else
		t->out->is_revoked = true;
	return keep(t, item->kind, item->key, item->version, item->body);
}

/* Kept for after a restart; only this handheld's own is of use. */
static enum fv_err
take_seen(struct taking *t, const struct fv_item *item)
{
	struct fv_alert_seen seen;
	enum fv_err rc = fv_alert_seen_parse(item->body, &seen);

	if (rc != FV_OK)
		return rc;
	if (memcmp(seen.dev, t->app->identity.dev, sizeof seen.dev) != 0)
		return FV_EAUTH;
	fv_sos_note_seen(t->app, &seen);
	return keep(t, item->kind, item->key, item->version, item->body);
}

static enum fv_err
take_config(struct taking *t, const struct fv_item *item)
{
	enum fv_err rc = need_roster(t);

	return rc == FV_OK
	    ? fv_settings_keep(t->app, t->roster, item->body, &t->out->has_settings)
	    : rc;
}

struct stale {
	struct fv_span key;
	struct fv_hash hashes[FV_MISSING_MAX];
	size_t count;
};

static enum fv_err
on_stale(const struct fv_part_row *row, void *ctx)
{
	struct stale *stale = ctx;

	if (fv_span_equal(row->key, stale->key) && row->kind != FV_ITEM_PACK &&
	    stale->count < FV_MISSING_MAX)
		stale->hashes[stale->count++] = row->hash;
	return FV_OK;
}

/* The case has left: card, audit columns, history and half-come pieces go; records stay. */
static enum fv_err
take_tombstone(struct taking *t, const struct fv_item *item)
{
	static const uint32_t kinds[] = {FV_ITEM_CASE, FV_ITEM_HISTORY, FV_ITEM_HOLD,
	    FV_ITEM_CARD, FV_KEPT_FOLLOWUP, FV_KEPT_DRAFT, FV_KEPT_FORM};
	struct stale stale = {.key = item->key};
	enum fv_err rc = FV_OK;

	for (size_t i = 0; rc == FV_OK && i < sizeof kinds / sizeof kinds[0]; i++)
		rc = fv_store_drop_item(t->app->store, kinds[i], item->key);
	if (rc == FV_OK)
		rc = fv_store_each_part(t->app->store, on_stale, &stale);
	for (size_t i = 0; rc == FV_OK && i < stale.count; i++)
		rc = fv_store_drop_part(t->app->store, &stale.hashes[i]);
	return rc;
}

/* An empty body: it is there no more. */
static enum fv_err
take_finding(struct taking *t, const struct fv_item *item)
{
	struct fv_item_finding finding;
	enum fv_err rc;

	if (item->body.len == 0)
		return fv_store_drop_item(t->app->store, item->kind, item->key);
	rc = fv_item_finding_parse(item->body, &finding);
	return rc == FV_OK ? keep(t, item->kind, item->key, item->version, item->body) : rc;
}

static enum fv_err
take_dates(struct taking *t, const struct fv_item *item)
{
	struct fv_item_dates dates;
	enum fv_err rc = fv_item_dates_open(item->body, &dates);

	return rc == FV_OK
	    ? keep(t, item->kind, fv_span_z(FV_DATES_KEY), item->version, item->body)
	    : rc;
}

static enum fv_err
take_whole(struct taking *t, const struct fv_item *item)
{
	switch (item->kind) {
	case FV_ITEM_CASE:
		return take_case(t, item);
	case FV_ITEM_HISTORY:
		return take_history(t, item);
	case FV_ITEM_HOLD:
		return take_hold(t, item);
	case FV_ITEM_PACK:
		return take_pack(t, item);
	case FV_ITEM_PACKS_NOTE:
		return take_packs_note(t, item);
	case FV_ITEM_ROSTER:
		return take_roster(t, item);
	case FV_ITEM_CARD:
		return take_card(t, item);
	case FV_ITEM_REVOKE:
	case FV_ITEM_WIPE:
		return take_order(t, item);
	case FV_ITEM_CONFIG:
		return take_config(t, item);
	case FV_ITEM_TOMBSTONE:
		return take_tombstone(t, item);
	case FV_ITEM_SOS_SEEN:
		return take_seen(t, item);
	case FV_ITEM_FINDING:
		return take_finding(t, item);
	case FV_ITEM_DATES:
		return take_dates(t, item);
	case FV_ITEM_LOG: /* read where the log is found to be another (syncdown.c) */
		return keep(t, item->kind, item->key, item->version, item->body);
	default:
		return FV_OK; /* a kind that this version does not know is passed over */
	}
}

static enum fv_err
count_whole(struct taking *t, const struct fv_item *item)
{
	enum fv_err rc = take_whole(t, item);

	if (is_their_fault(rc)) {
		t->out->refused++;
		return FV_OK;
	}
	t->out->taken += rc == FV_OK ? 1 : 0;
	return rc;
}

/* Add a slice to what is here of its body; a whole body is taken and its pieces dropped. */
static enum fv_err
take_slice(struct taking *t, const struct fv_item *item)
{
	const struct fv_slice *slice = &item->slice;
	struct fv_item whole = *item;
	struct fv_buf data = {0};
	struct fv_part_row part = {.hash = slice->hash,
	    .kind = item->kind,
	    .key = item->key,
	    .version = item->version,
	    .total_bytes = slice->total};
	struct fv_hash hash;
	enum fv_err rc = fv_store_get_part(t->app->store, &slice->hash, &data);

	if (rc != FV_OK && rc != FV_ENOENT)
		goto cleanup;
	rc = FV_OK;
	t->out->slices++;
	/* Not the next one: what is missing is asked for again by what is held. */
	if (slice->offset != data.len || slice->total > FV_ITEM_BODY_MAX)
		goto cleanup;
	fv_buf_put_span(&data, slice->bytes);
	if ((rc = fv_buf_status(&data)) != FV_OK)
		goto cleanup;
	part.data = fv_buf_span(&data);
	if (data.len < slice->total) {
		rc = fv_store_put_part(t->app->store, &part);
		goto cleanup;
	}
	rc = fv_store_drop_part(t->app->store, &slice->hash);
	fv_sha256(part.data, &hash);
	if (rc != FV_OK)
		goto cleanup;
	if (memcmp(hash.b, slice->hash.b, sizeof hash.b) != 0) {
		t->out->refused++;
		goto cleanup;
	}
	whole.is_slice = false;
	whole.body = part.data;
	rc = count_whole(t, &whole);
cleanup:
	fv_buf_clear(&data);
	return rc;
}

enum fv_err
fv_syncitems_take(
    struct fv_app *app, struct fv_span items, int64_t now_ms, struct fv_syncitems *out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(items);
	struct taking t = {.app = app, .now_ms = now_ms, .out = out};
	struct fv_item item;
	enum fv_err rc = FV_OK;

	memset(out, 0, sizeof *out);
	while (rc == FV_OK && !fv_cbor_at_end(&r)) {
		if (fv_item_parse(&r, &item) != FV_OK)
			rc = FV_EFORMAT;
		else
			rc = item.is_slice ? take_slice(&t, &item) : count_whole(&t, &item);
	}
	free(t.roster);
	return rc;
}
