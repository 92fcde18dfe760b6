#include "firmware-app/cards.h"

#include <string.h>

#include "fv/item.h"
#include "fv/note.h"
#include "fv/order.h"

/* Text at `key`; a number is shown as it stands in the bytes of the map: not here. */
static enum fv_err
get_text(struct fv_span plain, uint64_t key, struct fv_span *out)
{
	struct fv_cbor_reader value;
	enum fv_err rc = fv_cbor_map_find(plain, key, &value);

	*out = (struct fv_span){NULL, 0};
	if (rc == FV_ENOENT)
		return FV_OK;
	if (rc != FV_OK)
		return FV_EFORMAT;
	if (fv_cbor_take_null(&value))
		return FV_OK;
	return fv_cbor_get_text(&value, out) == FV_OK ? FV_OK : FV_EFORMAT;
}

static enum fv_err
get_phones(struct fv_span plain, struct fv_card_text *text)
{
	struct fv_cbor_reader value;
	size_t count, members;
	uint64_t place;
	enum fv_err rc = fv_cbor_map_find(plain, 2, &value);

	if (rc == FV_ENOENT)
		return FV_OK;
	if (rc != FV_OK || fv_cbor_get_array(&value, &count) != FV_OK)
		return FV_EFORMAT;
	for (size_t i = 0; i < count && i < FV_CARD_PHONES_MAX; i++) {
		struct fv_card_phone *phone = &text->phones[text->phone_count++];

		if (fv_cbor_get_array(&value, &members) != FV_OK || members < 2 ||
		    members > 3 || fv_cbor_get_text(&value, &phone->label) != FV_OK ||
		    fv_cbor_get_text(&value, &phone->number) != FV_OK)
			return FV_EFORMAT;
		if (members == 3 && !fv_cbor_take_null(&value)) {
			if (fv_cbor_get_uint(&value, UINT32_MAX, &place) != FV_OK)
				return FV_EFORMAT;
			phone->place = (uint32_t)place;
		}
	}
	return FV_OK;
}

enum fv_err
fv_card_text_parse(struct fv_span plain, struct fv_card_text *text_out)
{
	enum fv_err rc;

	memset(text_out, 0, sizeof *text_out);
	if (fv_cbor_check_all(plain) != FV_OK)
		return FV_EFORMAT;
	if ((rc = get_text(plain, 1, &text_out->name)) != FV_OK ||
	    (rc = get_phones(plain, text_out)) != FV_OK ||
	    (rc = get_text(plain, 3, &text_out->address)) != FV_OK ||
	    (rc = get_text(plain, 4, &text_out->amount)) != FV_OK ||
	    (rc = get_text(plain, 5, &text_out->days_overdue)) != FV_OK ||
	    (rc = get_text(plain, 6, &text_out->remark)) != FV_OK)
		return rc;
	return FV_OK;
}

/* The capsule that is ours, by the key ids that the supervisor signed. */
static enum fv_err
open_ours(struct fv_app *app, const struct fv_card *card, const struct fv_item_card *item,
    struct fv_buf *plain)
{
	uint8_t cek[FV_NOTE_CEK_BYTES];
	struct fv_note_parts parts = {.kind = FV_NOTE_CARD, .ct = item->ct, .kc = card->kc};
	struct fv_buf aad = {0};
	size_t index;
	enum fv_err rc;

	rc = fv_note_find_recipient(
	    fv_span_of(card->key_ids, card->recipient_count * FV_KEY_ID_BYTES),
	    app->identity.pk_box, &index);
	if (rc == FV_OK)
		rc = fv_note_open_capsule(item->capsules, index, card->kc, app->sk_box, cek);
	if (rc == FV_OK) {
		fv_note_card_aad_put(&aad, fv_span_z(card->case_id), card->version);
		rc = fv_buf_status(&aad);
		parts.aad = fv_buf_span(&aad);
	}
	if (rc == FV_OK)
		rc = fv_note_open(&parts, cek, plain);
	fv_wipe(cek, sizeof cek);
	fv_buf_clear(&aad);
	return rc;
}

/* The desk planned the case for a day to come: until then nobody needs its details. */
static bool
is_of_later_day(struct fv_app *app, const char *case_id)
{
	struct fv_buf body = {0};
	struct fv_item_case c;
	struct fv_item_row row;
	bool is_later = false;

	if (fv_store_get_item(app->store, FV_ITEM_CASE, fv_span_z(case_id), &row, &body) ==
		FV_OK &&
	    fv_item_case_parse(row.body, &c) == FV_OK)
		is_later = c.has_plan &&
		    c.plan_day > fv_clock_local_days(app->clock.rtc_ms(app->clock.ctx));
	fv_buf_clear(&body);
	return is_later;
}

enum fv_err
fv_card_read(struct fv_app *app, const struct fv_roster *roster, const char *case_id,
    struct fv_buf *plain, struct fv_card_text *text_out)
{
	struct fv_item_card item;
	struct fv_item_row row;
	struct fv_buf body = {0};
	struct fv_card card;
	enum fv_err rc;

	memset(text_out, 0, sizeof *text_out);
	rc = fv_store_get_item(app->store, FV_ITEM_CARD, fv_span_z(case_id), &row, &body);
	if (rc == FV_OK && app->sk_box == NULL)
		rc = FV_EDENIED;
	if (rc == FV_OK && is_of_later_day(app, case_id))
		rc = FV_ESTATE;
	if (rc == FV_OK)
		rc = fv_item_card_parse(row.body, &item);
	if (rc == FV_OK)
		rc = fv_card_verify(item.note, item.ct, item.capsules, roster, &card);
	if (rc == FV_OK && strcmp(card.case_id, case_id) != 0)
		rc = FV_EAUTH;
	if (rc == FV_OK && (rc = open_ours(app, &card, &item, plain)) == FV_OK)
		rc = fv_card_text_parse(fv_buf_span(plain), text_out);
	fv_buf_clear(&body);
	return rc;
}

struct parts {
	struct fv_hash hashes[FV_MISSING_MAX];
	size_t count;
};

static enum fv_err
on_part(const struct fv_part_row *row, void *ctx)
{
	struct parts *parts = ctx;

	if (row->kind == FV_ITEM_CARD && parts->count < FV_MISSING_MAX)
		parts->hashes[parts->count++] = row->hash;
	return FV_OK;
}

enum fv_err
fv_cards_drop(struct fv_store *store)
{
	struct parts parts = {0};
	enum fv_err rc;

	if ((rc = fv_store_drop_items(store, FV_ITEM_CARD)) != FV_OK ||
	    (rc = fv_store_each_part(store, on_part, &parts)) != FV_OK)
		return rc;
	for (size_t i = 0; i < parts.count; i++) {
		if ((rc = fv_store_drop_part(store, &parts.hashes[i])) != FV_OK)
			return rc;
	}
	return FV_OK;
}
