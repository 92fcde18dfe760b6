#include "firmware-app/casebook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/fold.h"
#include "fv/instant.h"
#include "fv/lines.h"

#define ID_BYTES 24U
#define NUMBER_BYTES (2U * FV_NUMBER_HASH_BYTES + 1U)
#define OFFICERS_MAX 8U

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
	struct fv_fold *fold;
	struct fv_buf own; /* seqs of the records that speak of this case: u64be each */
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

/* Debts by their index in the case's list. */
static void
name_debts(const struct loading *l, const struct fv_item_debts *idx,
    const char *names[FV_ITEM_DEBTS_MAX], struct fv_strs *set)
{
	set->items = names;
	set->count = 0;
	for (size_t i = 0; i < idx->count; i++) {
		if (idx->idx[i] < l->debts.count)
			names[set->count++] = l->debts.items[idx->idx[i]];
	}
}

/* A number or call is known by its hash alone: its digits serve as its name. */
static const char *
name_hash(bool has, const uint8_t hash[FV_NUMBER_HASH_BYTES], char out[NUMBER_BYTES])
{
	if (!has)
		return NULL;
	for (size_t i = 0; i < FV_NUMBER_HASH_BYTES; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
	return out;
}

static enum fv_err
add_line(struct loading *l, const struct fv_item_line *line, size_t idx)
{
	/* How many came is known, not who: names that no officer has. */
	static const char *const nobody[OFFICERS_MAX] = {
	    "?1", "?2", "?3", "?4", "?5", "?6", "?7", "?8"};
	const char *debts[FV_ITEM_DEBTS_MAX], *discussed[FV_ITEM_DEBTS_MAX];
	char id[ID_BYTES], number[NUMBER_BYTES], call[NUMBER_BYTES];
	struct fv_contact c = {.id = id,
	    .case_id = l->case_id,
	    .channel = (enum fv_channel)line->channel,
	    .by = (enum fv_by)line->by,
	    .begin_utc_ms = line->begin_ms,
	    .has_end = line->has_end,
	    .end_utc_ms = line->has_end ? line->end_ms : line->begin_ms,
	    .has_officers = line->has_officers,
	    .officers = {nobody,
		line->officers < OFFICERS_MAX ? line->officers : OFFICERS_MAX},
	    .outcome = (enum fv_outcome)line->outcome,
	    .with = (enum fv_with)line->with,
	    .meant_for = (enum fv_with)line->meant_for,
	    .place = (enum fv_place_code)line->place,
	    .purpose = (enum fv_purpose)line->purpose,
	    .source = (enum fv_source)line->source,
	    .has_debts = line->debts.has,
	    .has_discussed = line->discussed.has};

	(void)snprintf(id, sizeof id, "h%zu", idx);
	if (line->has_entered)
		c.entered = line->entered ? FV_TRI_YES : FV_TRI_NO;
	c.number = name_hash(line->has_number, line->number, number);
	c.call_id = name_hash(line->has_call, line->call, call);
	name_debts(l, &line->debts, debts, &c.debts);
	name_debts(l, &line->discussed, discussed, &c.discussed);
	return fv_history_add_contact(l->history, &c);
}

static uint32_t
join_bits(const uint32_t *codes, size_t count)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < count; i++)
		bits |= fv_code_bit(codes[i]);
	return bits;
}

static enum fv_err
add_event(struct loading *l, const struct fv_item_event *item, size_t idx)
{
	struct fv_window windows[FV_ITEM_WINDOWS_MAX];
	const char *debts[FV_ITEM_DEBTS_MAX];
	char id[ID_BYTES], contact[ID_BYTES], number[NUMBER_BYTES];
	struct fv_event e = {.id = id,
	    .case_id = l->case_id,
	    .kind = (enum fv_event_kind)item->kind,
	    .at_utc_ms = item->at_ms,
	    .has_from = item->has_from,
	    .from_utc_ms = item->from_ms,
	    .has_until = item->has_until,
	    .until_utc_ms = item->until_ms,
	    .windows = windows,
	    .window_count = item->window_count,
	    .scopes = join_bits(item->scope, item->scope_count),
	    .form = (enum fv_form)item->form,
	    .to = (enum fv_to)item->to,
	    .by = (enum fv_by)item->by,
	    .channels = join_bits(item->channels, item->channel_count)};

	(void)snprintf(id, sizeof id, "g%zu", idx);
	for (size_t i = 0; i < item->window_count; i++)
		windows[i] = (struct fv_window){item->windows[i].days,
		    (uint16_t)item->windows[i].from_minute,
		    (uint16_t)item->windows[i].to_minute};
	e.number = name_hash(item->has_number, item->number, number);
	if (item->recorded_by != 0)
		e.recorded_by = item->recorded_by == 1 ? "officer" : "other";
	if (item->debts.has)
		name_debts(l, &item->debts, debts, &e.debts);
	if (item->has_line) {
		(void)snprintf(contact, sizeof contact, "h%zu", (size_t)item->line);
		e.contact = contact;
	}
	return fv_history_add_event(l->history, &e);
}

static enum fv_err
add_body(struct loading *l, struct fv_span body)
{
	struct fv_item_history reader;
	struct fv_item_event event;
	struct fv_item_line line;
	size_t idx = 0;
	enum fv_err rc;

	if ((rc = fv_item_history_open(body, &reader)) != FV_OK)
		return rc;
	while ((rc = fv_item_history_line(&reader, &line)) == FV_OK) {
		if ((rc = add_line(l, &line, idx++)) != FV_OK)
			return rc;
	}
	if (rc != FV_ENOENT)
		return rc;
	for (idx = 0; (rc = fv_item_history_event(&reader, &event)) == FV_OK; idx++) {
		if ((rc = add_event(l, &event, idx)) != FV_OK)
			return rc;
	}
	return rc == FV_ENOENT ? FV_OK : rc;
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
		rc = add_body(l, bytes);
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
is_about(const struct loading *l, struct fv_span payload)
{
	struct fv_cbor_reader value;
	struct fv_span id;
	uint64_t seq;

	if (fv_cbor_map_find(payload, 1, &value) != FV_OK)
		return false;
	if (fv_cbor_get_text(&value, &id) == FV_OK)
		return fv_span_equal(id, fv_span_z(l->case_id));
	return fv_cbor_get_uint(&value, UINT64_MAX, &seq) == FV_OK && is_own(l, seq);
}

static enum fv_err
on_record(const struct fv_record_row *row, void *ctx)
{
	struct fv_fold_record record = {.payload = row->payload};
	struct loading *l = ctx;

	if (row->type != FV_REC_BOOT) { /* which may close a visit */
		if (!is_about(l, row->payload))
			return FV_OK;
		fv_buf_put_u64be(&l->own, row->seq);
	}
	if (fv_header_parse(row->header, &record.header) != FV_OK)
		return FV_ECORRUPT;
	return fv_fold_add(l->fold, &record);
}

/* The server's lines know a number by its hash; one label must be one number in both. */
static const char *
name_label(const struct loading *l, const char *label, char out[NUMBER_BYTES])
{
	uint8_t hash[FV_NUMBER_HASH_BYTES];

	if (label == NULL)
		return NULL;
	fv_item_number_hash(fv_span_z(l->case_id), fv_span_z(label), hash);
	return name_hash(true, hash, out);
}

/* The case's contacts and events out of the fold. */
static enum fv_err
add_folded(struct loading *l)
{
	const struct fv_fold_range contacts = fv_fold_case_contacts(l->fold, l->case_id);
	const struct fv_fold_range events = fv_fold_case_events(l->fold, l->case_id);
	char number[NUMBER_BYTES], call[NUMBER_BYTES];
	enum fv_err rc = FV_OK;

	for (size_t i = contacts.from; i < contacts.until && rc == FV_OK; i++) {
		struct fv_contact c = fv_fold_contact(l->fold, i)->contact;

		c.number = name_label(l, c.number, number);
		c.call_id = name_label(l, c.call_id, call);
		rc = fv_history_add_contact(l->history, &c);
	}
	for (size_t i = events.from; i < events.until && rc == FV_OK; i++) {
		struct fv_event e = fv_fold_event(l->fold, i)->event;

		e.number = name_label(l, e.number, number);
		rc = fv_history_add_event(l->history, &e);
	}
	return rc;
}

static enum fv_err
add_own(struct loading *l)
{
	static const uint32_t types[] = {FV_REC_BOOT, FV_REC_VISIT_BEGIN, FV_REC_VISIT_END,
	    FV_REC_CONTACT, FV_REC_OUTCOME, FV_REC_EVENT, FV_REC_AMEND, FV_REC_COSIGN};
	enum fv_err rc;

	if ((rc = fv_fold_new(&l->fold)) != FV_OK)
		return rc;
	rc = fv_store_each_of_types(
	    l->store, types, sizeof types / sizeof types[0], on_record, l);
	if (rc == FV_OK && (rc = fv_buf_status(&l->own)) == FV_OK &&
	    (rc = fv_fold_finish(l->fold)) == FV_OK)
		rc = add_folded(l);
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
		    (rc = add_server_side(l)) == FV_OK && (rc = add_own(l)) == FV_OK)
			rc = fv_history_finish(l->history, &error);
		if (rc != FV_OK && rc != FV_ENOMEM && rc != FV_EIO)
			rc = FV_ECORRUPT;
	}
	fv_buf_clear(&body);
	return rc;
}

enum fv_err
fv_casebook_load(struct fv_store *store, const char *case_id, struct fv_casebook *book_out)
{
	struct loading l = {.store = store, .case_id = case_id};
	enum fv_err rc;

	memset(book_out, 0, sizeof *book_out);
	if ((rc = fv_history_new(&book_out->history)) != FV_OK)
		return rc;
	l.history = book_out->history;
	rc = load(&l, book_out);
	fv_idlist_clear(&l.zones);
	fv_idlist_clear(&l.debts);
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
