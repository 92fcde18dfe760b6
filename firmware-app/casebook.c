#include "firmware-app/casebook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/fold.h"
#include "fv/instant.h"
#include "fv/itemcase.h"
#include "fv/lines.h"

enum fv_err
fv_idlist_parse(struct fv_span text, struct fv_idlist *list_out)
{
	char *at;

	memset(list_out, 0, sizeof *list_out);
	if ((list_out->text = malloc(text.len + 1)) == NULL)
		return FV_ENOMEM;
	if (text.len > 0)
		memcpy(list_out->text, text.ptr, text.len);
	list_out->text[text.len] = '\0';
	for (at = list_out->text; *at != '\0';) {
		if (list_out->count == FV_CASEBOOK_SET_MAX)
			return FV_ETOOBIG;
		list_out->items[list_out->count++] = at;
		at += strcspn(at, ";");
		if (*at == ';')
			*at++ = '\0';
	}
	return FV_OK;
}

void
fv_idlist_clear(struct fv_idlist *list)
{
	free(list->text);
	memset(list, 0, sizeof *list);
}

/* What adding one case needs at hand. */
struct loading {
	struct fv_store *store;
	struct fv_history *history;
	const char *case_id;
	struct fv_idlist zones, debts;
	struct fv_fold *fold; /* of this case alone, or of all: then it is another's */
	struct fv_buf own;    /* seqs of the records that speak of this case: u64be each */
};

static enum fv_err
add_case(struct loading *l, const struct fv_item_case *item)
{
	char agency[FV_ID_BYTES] = "";
	struct fv_case c = {.id = l->case_id,
	    .has_place = item->has_place,
	    .lat_e7 = item->lat_e7,
	    .lon_e7 = item->lon_e7,
	    .radius_mm = item->has_radius && item->radius_m < UINT32_MAX / 1000
		? item->radius_m * 1000
		: 0,
	    .actor = (enum fv_actor)item->actor,
	    .product = (enum fv_product)item->product,
	    .has_as_of = item->has_as_of,
	    .as_of_utc_ms = item->has_as_of ? item->as_of_day * FV_MS_PER_DAY : 0};
	enum fv_err rc;

	if ((rc = fv_idlist_parse(item->zones, &l->zones)) != FV_OK ||
	    (rc = fv_idlist_parse(item->debts, &l->debts)) != FV_OK)
		return rc;
	c.zones = (struct fv_strs){l->zones.items, l->zones.count};
	c.debts = (struct fv_strs){l->debts.items, l->debts.count};
	if (fv_id_copy(item->agency, agency, sizeof agency) == FV_OK)
		c.agency = agency;
	return fv_history_add_case(l->history, &c);
}

static enum fv_err
get_body(struct loading *l, uint32_t kind, struct fv_buf *body, struct fv_span *out)
{
	struct fv_item_row row;
	enum fv_err rc;

	rc = fv_store_get_item(l->store, kind, fv_span_z(l->case_id), &row, body);
	*out = row.body;
	return rc;
}

/* A hold is the event that gave it its reason, known to the server by some other way. */
static enum fv_err
add_hold(struct loading *l, struct fv_span body)
{
	struct fv_item_hold hold;
	struct fv_event e = {.id = "hold", .case_id = l->case_id, .recorded_by = "desk"};
	enum fv_err rc;

	if ((rc = fv_item_hold_parse(body, &hold)) != FV_OK)
		return rc;
	if (hold.event_kind == 0 || hold.event_kind > FV_EVENT_KIND_MAX)
		return FV_OK;
	e.kind = (enum fv_event_kind)hold.event_kind;
	e.at_utc_ms = hold.from_ms;
	e.has_until = hold.has_until;
	e.until_utc_ms = hold.until_ms;
	return fv_history_add_event(l->history, &e);
}

static enum fv_err
add_server_side(struct loading *l)
{
	struct fv_buf body = {0};
	struct fv_span bytes;
	enum fv_err rc;

	rc = get_body(l, FV_ITEM_HISTORY, &body, &bytes);
	if (rc == FV_OK)
		rc = fv_itemcase_take(bytes, l->case_id,
		    &(struct fv_strs){l->debts.items, l->debts.count}, l->history);
	if (rc == FV_OK || rc == FV_ENOENT) {
		fv_buf_reset(&body);
		rc = get_body(l, FV_ITEM_HOLD, &body, &bytes);
		if (rc == FV_OK)
			rc = add_hold(l, bytes);
	}
	fv_buf_clear(&body);
	return rc == FV_ENOENT ? FV_OK : rc;
}

static bool
is_own(const struct loading *l, uint64_t seq)
{
	uint8_t want[8];

	fv_store_u64be(want, seq);
	for (size_t at = 0; at < l->own.len; at += sizeof want) {
		if (memcmp(l->own.ptr + at, want, sizeof want) == 0)
			return true;
	}
	return false;
}

/* True for a record of this case: it names the case, or a record that does. */
static bool
is_about(const struct loading *l, const struct fv_record_row *row)
{
	const struct fv_span payload = row->payload;
	struct fv_cbor_reader value;
	struct fv_span id;
	uint64_t seq;

	if (fv_cbor_map_find(payload, 1, &value) != FV_OK)
		return false;
	if (fv_cbor_get_text(&value, &id) == FV_OK)
		return fv_span_equal(id, fv_span_z(l->case_id)) || is_own(l, row->seq);
	return fv_cbor_get_uint(&value, UINT64_MAX, &seq) == FV_OK && is_own(l, seq);
}

/* What a correction brought from another case to this one is this one's. */
static enum fv_err
on_amend(const struct fv_record_row *row, void *ctx)
{
	struct loading *l = ctx;
	struct fv_cbor_reader value;
	struct fv_span map, id;
	uint64_t seq;

	if (fv_cbor_map_find(row->payload, 5, &value) == FV_OK &&
	    fv_cbor_skip(&value, &map) == FV_OK && fv_cbor_map_find(map, 1, &value) == FV_OK &&
	    fv_cbor_get_text(&value, &id) == FV_OK &&
	    fv_span_equal(id, fv_span_z(l->case_id)) &&
	    fv_cbor_map_find(row->payload, 1, &value) == FV_OK &&
	    fv_cbor_get_uint(&value, UINT64_MAX, &seq) == FV_OK)
		fv_buf_put_u64be(&l->own, seq);
	return FV_OK;
}

static enum fv_err
on_record(const struct fv_record_row *row, void *ctx)
{
	struct fv_fold_record record = {.payload = row->payload};
	struct loading *l = ctx;

	if (l->case_id != NULL && row->type != FV_REC_BOOT) { /* which may close a visit */
		if (!is_about(l, row))
			return FV_OK;
		fv_buf_put_u64be(&l->own, row->seq);
	}
	if (fv_header_parse(row->header, &record.header) != FV_OK)
		return FV_ECORRUPT;
	return fv_fold_add(l->fold, &record);
}

/* The case's contacts and events out of the fold. */
static enum fv_err
add_folded(struct loading *l)
{
	const struct fv_fold_range contacts = fv_fold_case_contacts(l->fold, l->case_id);
	const struct fv_fold_range events = fv_fold_case_events(l->fold, l->case_id);
	char number[FV_ITEMCASE_LABEL_BYTES], call[FV_ITEMCASE_LABEL_BYTES];
	enum fv_err rc = FV_OK;

	for (size_t i = contacts.from; i < contacts.until && rc == FV_OK; i++) {
		struct fv_contact c = fv_fold_contact(l->fold, i)->contact;

		c.number = fv_itemcase_label(l->case_id, c.number, number);
		c.call_id = fv_itemcase_label(l->case_id, c.call_id, call);
		rc = fv_history_add_contact(l->history, &c);
	}
	for (size_t i = events.from; i < events.until && rc == FV_OK; i++) {
		struct fv_event e = fv_fold_event(l->fold, i)->event;

		e.number = fv_itemcase_label(l->case_id, e.number, number);
		rc = fv_history_add_event(l->history, &e);
	}
	return rc;
}

static enum fv_err
fold_own(struct loading *l)
{
	static const uint32_t types[] = {FV_REC_BOOT, FV_REC_VISIT_BEGIN, FV_REC_VISIT_END,
	    FV_REC_CONTACT, FV_REC_OUTCOME, FV_REC_EVENT, FV_REC_AMEND, FV_REC_COSIGN,
	    FV_REC_CHECKLIST};
	static const uint32_t amend = FV_REC_AMEND;
	enum fv_err rc;

	if ((rc = fv_fold_new(&l->fold)) != FV_OK)
		return rc;
	if (l->case_id != NULL)
		rc = fv_store_each_of_types(l->store, &amend, 1, on_amend, l);
	if (rc == FV_OK)
		rc = fv_store_each_of_types(
		    l->store, types, sizeof types / sizeof types[0], on_record, l);
	if (rc == FV_OK && (rc = fv_buf_status(&l->own)) == FV_OK)
		rc = fv_fold_finish(l->fold);
	return rc;
}

static enum fv_err
load(struct loading *l, struct fv_casebook *book)
{
	struct fv_history_error error;
	struct fv_item_case item;
	struct fv_buf body = {0};
	struct fv_span bytes;
	enum fv_err rc;

	if ((rc = get_body(l, FV_ITEM_CASE, &body, &bytes)) == FV_OK) {
		rc = fv_item_case_parse(bytes, &item);
		if (rc == FV_OK && (rc = add_case(l, &item)) == FV_OK &&
		    (rc = fv_idlist_parse(item.packs, &book->packs)) == FV_OK &&
		    (rc = add_server_side(l)) == FV_OK &&
		    (l->fold != NULL || (rc = fold_own(l)) == FV_OK) &&
		    (rc = add_folded(l)) == FV_OK)
			rc = fv_history_finish(l->history, &error);
		if (rc != FV_OK && rc != FV_ENOMEM && rc != FV_EIO)
			rc = FV_ECORRUPT;
	}
	fv_buf_clear(&body);
	return rc;
}

struct fv_casebook_own {
	struct fv_fold *fold; /* owned */
};

enum fv_err
fv_casebook_own_load(struct fv_store *store, struct fv_casebook_own **own_out)
{
	struct fv_casebook_own *own = calloc(1, sizeof *own);
	struct loading l = {.store = store};
	enum fv_err rc;

	*own_out = NULL;
	if (own == NULL)
		return FV_ENOMEM;
	rc = fold_own(&l);
	own->fold = l.fold;
	if (rc == FV_OK)
		*own_out = own;
	else
		fv_casebook_own_free(own);
	return rc;
}

void
fv_casebook_own_free(struct fv_casebook_own *own)
{
	if (own != NULL)
		fv_fold_free(own->fold);
	free(own);
}

enum fv_err
fv_casebook_load(struct fv_store *store, const char *case_id,
    const struct fv_casebook_own *own, struct fv_casebook *book_out)
{
	struct loading l = {
	    .store = store, .case_id = case_id, .fold = own != NULL ? own->fold : NULL};
	enum fv_err rc;

	memset(book_out, 0, sizeof *book_out);
	if ((rc = fv_history_new(&book_out->history)) != FV_OK)
		return rc;
	l.history = book_out->history;
	rc = load(&l, book_out);
	fv_idlist_clear(&l.zones);
	fv_idlist_clear(&l.debts);
	if (own == NULL)
		fv_fold_free(l.fold);
	fv_buf_clear(&l.own);
	return rc;
}

void
fv_casebook_clear(struct fv_casebook *book)
{
	fv_history_free(book->history);
	fv_idlist_clear(&book->packs);
	book->history = NULL;
}
