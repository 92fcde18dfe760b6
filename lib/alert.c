#include "fv/alert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ELEMENTS 8U
#define SEEN_ELEMENTS 5U
#define SEQ_MAX ((UINT64_C(1) << 40) - 1)

static void
put_int_or_null(struct fv_buf *out, bool has, int64_t value)
{
	if (has)
		fv_cbor_put_int(out, value);
	else
		fv_cbor_put_null(out);
}

static enum fv_err
get_int_or_null(
    struct fv_cbor_reader *r, int64_t min, int64_t max, bool *has_out, int64_t *value_out)
{
	enum fv_err rc;

	*value_out = 0;
	*has_out = !fv_cbor_take_null(r);
	if (!*has_out)
		return FV_OK;
	if ((rc = fv_cbor_get_int(r, value_out)) != FV_OK)
		return rc;
	return *value_out < min || *value_out > max ? FV_ERANGE : FV_OK;
}

void
fv_alert_put(struct fv_buf *out, const struct fv_alert *alert)
{
	fv_cbor_put_array(out, ELEMENTS);
	put_int_or_null(out, alert->has_seq, (int64_t)alert->seq);
	fv_cbor_put_uint(out, alert->state);
	fv_cbor_put_int(out, alert->at_ms);
	put_int_or_null(out, alert->has_place, alert->place.lat_e7);
	put_int_or_null(out, alert->has_place, alert->place.lon_e7);
	put_int_or_null(out, alert->has_eph, alert->eph_mm);
	put_int_or_null(out, alert->has_fix_ms, alert->fix_ms);
	if (alert->officer[0] != '\0')
		fv_cbor_put_text_z(out, alert->officer);
	else
		fv_cbor_put_null(out);
}

/* Latitude, longitude, error and time of the fix. */
static enum fv_err
get_place(struct fv_cbor_reader *r, struct fv_alert *out)
{
	int64_t lat, lon, eph;
	bool has_lon;
	enum fv_err rc;

	if ((rc = get_int_or_null(
		 r, -FV_GEO_LAT_MAX_E7, FV_GEO_LAT_MAX_E7, &out->has_place, &lat)) != FV_OK ||
	    (rc = get_int_or_null(r, -FV_GEO_LON_MAX_E7, FV_GEO_LON_MAX_E7, &has_lon, &lon)) !=
		FV_OK ||
	    (rc = get_int_or_null(r, 0, INT32_MAX, &out->has_eph, &eph)) != FV_OK ||
	    (rc = get_int_or_null(r, INT64_MIN, INT64_MAX, &out->has_fix_ms, &out->fix_ms)) !=
		FV_OK)
		return rc;
	out->place.lat_e7 = (int32_t)lat;
	out->place.lon_e7 = (int32_t)lon;
	out->eph_mm = (int32_t)eph;
	return out->has_place == has_lon ? FV_OK : FV_EFORMAT;
}

static enum fv_err
get_officer(struct fv_cbor_reader *r, struct fv_alert *out)
{
	struct fv_span officer;
	enum fv_err rc;

	if (fv_cbor_take_null(r))
		return FV_OK;
	if ((rc = fv_cbor_get_text(r, &officer)) != FV_OK)
		return rc;
	return fv_id_copy(officer, out->officer, sizeof out->officer);
}

enum fv_err
fv_alert_get(struct fv_cbor_reader *r, struct fv_alert *out)
{
	int64_t seq;
	uint64_t state;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count < ELEMENTS)
		return FV_EFORMAT;
	if ((rc = get_int_or_null(r, 0, (int64_t)SEQ_MAX, &out->has_seq, &seq)) != FV_OK ||
	    (rc = fv_cbor_get_uint(r, FV_ALERT_ENDED, &state)) != FV_OK ||
	    (rc = fv_cbor_get_int(r, &out->at_ms)) != FV_OK ||
	    (rc = get_place(r, out)) != FV_OK || (rc = get_officer(r, out)) != FV_OK)
		return rc;
	out->seq = (uint64_t)seq;
	out->state = (enum fv_alert_state)state;
	if (state == 0)
		return FV_ERANGE;
	for (size_t i = ELEMENTS; rc == FV_OK && i < count; i++)
		rc = fv_cbor_skip(r, NULL);
	return rc;
}

const char *
fv_alert_id(const uint8_t dev[FV_DEV_BYTES], const struct fv_alert *alert,
    char id_out[FV_ALERT_ID_BYTES])
{
	struct fv_buf text = {0};

	fv_buf_put_z(&text, "s-");
	fv_buf_put_hex(&text, dev, 8);
	if (alert->has_seq)
		fv_buf_putf(&text, "-%" PRIu64, alert->seq);
	else
		fv_buf_putf(&text, "-t%" PRId64, alert->at_ms);
	snprintf(
	    id_out, FV_ALERT_ID_BYTES, "%s", fv_buf_z(&text) != NULL ? fv_buf_z(&text) : "");
	fv_buf_clear(&text);
	return id_out;
}

void
fv_alert_seen_put(struct fv_buf *out, const struct fv_alert_seen *seen)
{
	fv_cbor_put_array(out, SEEN_ELEMENTS);
	fv_cbor_put_bytes(out, seen->dev, sizeof seen->dev);
	put_int_or_null(out, seen->has_seq, (int64_t)seen->seq);
	fv_cbor_put_text_z(out, seen->by);
	fv_cbor_put_int(out, seen->seen_ms);
	fv_cbor_put_int(out, seen->at_ms);
}

enum fv_err
fv_alert_seen_parse(struct fv_span body, struct fv_alert_seen *out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(body);
	struct fv_span by;
	int64_t seq;
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_check_all(body)) != FV_OK ||
	    (rc = fv_cbor_get_array(&r, &count)) != FV_OK)
		return rc;
	if (count < SEEN_ELEMENTS)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_fixed(&r, out->dev, sizeof out->dev)) != FV_OK ||
	    (rc = get_int_or_null(&r, 0, (int64_t)SEQ_MAX, &out->has_seq, &seq)) != FV_OK ||
	    (rc = fv_cbor_get_text(&r, &by)) != FV_OK ||
	    (rc = fv_id_copy(by, out->by, sizeof out->by)) != FV_OK ||
	    (rc = fv_cbor_get_int(&r, &out->seen_ms)) != FV_OK)
		return rc;
	out->seq = (uint64_t)seq;
	return fv_cbor_get_int(&r, &out->at_ms);
}
