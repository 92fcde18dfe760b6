#include "firmware-app/own.h"

#include <string.h>

#include "firmware-app/payload.h"
#include "firmware-app/pin.h"
#include "fv/hpke.h"
#include "fv/item.h"

static const char info[] = "fieldvisit/own/v1";

static const struct fv_hpke_params params = {
    .mode = FV_HPKE_BASE, .info = {(const uint8_t *)info, sizeof info - 1}};

/* u32be kind || key: it opens only as what it was kept as. */
static void
put_aad(struct fv_buf *out, uint32_t kind, const char *key)
{
	fv_buf_put_u32be(out, kind);
	fv_buf_put_z(out, key);
}

static enum fv_err
seal(struct fv_app *app, uint32_t kind, const char *key, struct fv_span plain,
    struct fv_buf *body)
{
	struct fv_hpke_ctx ctx;
	struct fv_buf aad = {0};
	uint8_t *enc, *room;
	enum fv_err rc;

	put_aad(&aad, kind, key);
	enc = fv_buf_put_room(body, FV_HPKE_ENC_BYTES + plain.len + FV_TAG_BYTES);
	if (enc == NULL || fv_buf_status(&aad) != FV_OK) {
		fv_buf_clear(&aad);
		return FV_ENOMEM;
	}
	room = enc + FV_HPKE_ENC_BYTES;
	rc = fv_hpke_setup_sender(
	    &params, app->identity.pk_box, NULL, fv_random_system(), enc, &ctx);
	if (rc == FV_OK)
		rc = fv_hpke_seal(&ctx, fv_buf_span(&aad), plain, room);
	fv_hpke_clear(&ctx);
	fv_buf_clear(&aad);
	return rc;
}

enum fv_err
fv_own_put(struct fv_app *app, uint32_t kind, const char *key, struct fv_span plain)
{
	struct fv_item_row row = {.kind = kind,
	    .key = fv_span_z(key),
	    .taken_ms = app->clock.rtc_ms(app->clock.ctx)};
	struct fv_buf body = {0};
	int64_t is_wiped = 0;
	enum fv_err rc;

	rc = fv_store_get_int(app->store, FV_SET_WIPED, &is_wiped);
	if ((rc != FV_OK && rc != FV_ENOENT) || is_wiped != 0)
		return rc;
	if ((rc = seal(app, kind, key, plain, &body)) == FV_OK) {
		row.body = fv_buf_span(&body);
		rc = fv_store_put_item(app->store, &row);
	}
	fv_buf_clear(&body);
	return rc;
}

enum fv_err
fv_own_get(struct fv_app *app, uint32_t kind, const char *key, struct fv_buf *plain)
{
	struct fv_buf body = {0}, aad = {0};
	struct fv_hpke_ctx ctx;
	struct fv_item_row row;
	size_t before = plain->len, len;
	uint8_t *room;
	enum fv_err rc;

	rc = fv_store_get_item(app->store, kind, fv_span_z(key), &row, &body);
	if (rc == FV_OK && app->sk_box == NULL)
		rc = FV_EDENIED;
	if (rc == FV_OK && row.body.len < FV_HPKE_ENC_BYTES + FV_TAG_BYTES)
		rc = FV_EAUTH;
	if (rc != FV_OK)
		goto cleanup;
	len = row.body.len - FV_HPKE_ENC_BYTES;
	put_aad(&aad, kind, key);
	room = fv_buf_put_room(plain, len - FV_TAG_BYTES);
	rc = FV_ENOMEM;
	if (room == NULL || fv_buf_status(&aad) != FV_OK)
		goto cleanup;
	rc = fv_hpke_setup_receiver(&params, row.body.ptr, app->sk_box, NULL, &ctx);
	if (rc == FV_OK)
		rc = fv_hpke_open(&ctx, fv_buf_span(&aad),
		    fv_span_of(row.body.ptr + FV_HPKE_ENC_BYTES, len), room);
	fv_hpke_clear(&ctx);
	if (rc != FV_OK)
		plain->len = before;
cleanup:
	fv_buf_clear(&body);
	fv_buf_clear(&aad);
	return rc;
}

enum fv_err
fv_followup_put(struct fv_app *app, const char *case_id, const struct fv_followup *followup)
{
	struct fv_buf plain = {0};
	enum fv_err rc;

	fv_cbor_put_array(&plain, 3);
	fv_cbor_put_uint(&plain, followup->business);
	fv_cbor_put_int(&plain, followup->due_days);
	fv_cbor_put_int(&plain, followup->made_ms);
	if ((rc = fv_buf_status(&plain)) == FV_OK)
		rc = fv_own_put(app, FV_KEPT_FOLLOWUP, case_id, fv_buf_span(&plain));
	fv_buf_clear(&plain);
	return rc;
}

enum fv_err
fv_followup_get(struct fv_app *app, const char *case_id, struct fv_followup *followup_out)
{
	struct fv_cbor_reader r;
	struct fv_buf plain = {0};
	uint64_t business = 0;
	size_t count;
	enum fv_err rc;

	memset(followup_out, 0, sizeof *followup_out);
	if ((rc = fv_own_get(app, FV_KEPT_FOLLOWUP, case_id, &plain)) == FV_OK) {
		r = fv_cbor_reader_of(fv_buf_span(&plain));
		if (fv_cbor_check_all(fv_buf_span(&plain)) != FV_OK ||
		    fv_cbor_get_array(&r, &count) != FV_OK || count != 3 ||
		    fv_cbor_get_uint(&r, UINT32_MAX, &business) != FV_OK ||
		    fv_cbor_get_int(&r, &followup_out->due_days) != FV_OK ||
		    fv_cbor_get_int(&r, &followup_out->made_ms) != FV_OK)
			rc = FV_EFORMAT;
		followup_out->business = (uint32_t)business;
	}
	fv_buf_clear(&plain);
	return rc;
}

void
fv_followup_tell(const struct fv_followup *followup, struct fv_reply *reply)
{
	char day[FV_LOCAL_TEXT_BYTES];

	if (followup == NULL) {
		fv_json_null(&reply->json, "followup");
		return;
	}
	fv_clock_day(followup->due_days, day);
	fv_json_begin_object(&reply->json, "followup");
	fv_json_text_z(&reply->json, "kind", fv_business_word(followup->business));
	fv_json_text_z(&reply->json, "due", day);
	fv_json_end_object(&reply->json);
}
