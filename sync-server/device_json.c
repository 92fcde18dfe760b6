#include "sync-server/device_json.h"

#include <stdlib.h>
#include <string.h>

#include "fv/ledger.h"
#include "fv/order.h"
#include "fv/signednote.h"
#include "fv/stamp.h"
#include "sync-server/store/book.h"
#include "sync-server/store/log.h"
#include "sync-server/verb.h"

#define SAME_SERIAL_MAX 8U /* devs named beside one handheld */

/* What stands in the hardware note of an enrolment; each may be empty. */
struct hardware {
	struct fv_span model, serial, version; /* into `bytes` */
	struct fv_buf bytes;                   /* owned */
};

struct device_serial {
	struct fv_hash hash; /* of the serial */
	int64_t no;
	uint8_t dev[FV_DEV_BYTES];
};

static const char *const state_words[] = {
    [DEVICE_NOT_APPROVED] = "not-approved",
    [DEVICE_APPROVED] = "approved",
    [DEVICE_LOST] = "lost",
    [DEVICE_RETIRED] = "retired",
    [DEVICE_REPLACED] = "replaced",
    [DEVICE_REVOKED] = "revoked",
};

const char *
device_state_word(enum device_state state)
{
	return state_words[state];
}

bool
device_state_of_word(const char *word, enum device_state *state_out)
{
	for (int i = DEVICE_NOT_APPROVED; i <= DEVICE_REVOKED; i++) {
		if (strcmp(word, state_words[i]) == 0) {
			*state_out = (enum device_state)i;
			return true;
		}
	}
	return false;
}

enum device_state
device_state_of_reason(const char *reason)
{
	if (strcmp(reason, "lost") == 0 || strcmp(reason, "stolen") == 0)
		return DEVICE_LOST;
	if (strcmp(reason, "retired") == 0)
		return DEVICE_RETIRED;
	return strcmp(reason, "replaced") == 0 ? DEVICE_REPLACED : DEVICE_REVOKED;
}

/* -- what the enrolment says -------------------------------------------------------- */

/* [model, serial, chip, version], or nothing of it when the document was erased. */
static void
read_hardware(struct hardware *h)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(fv_buf_span(&h->bytes));
	struct fv_span chip;
	size_t count;

	if (fv_cbor_check_all(fv_buf_span(&h->bytes)) != FV_OK ||
	    fv_cbor_get_array(&r, &count) != FV_OK || count < 4 ||
	    fv_cbor_get_text(&r, &h->model) != FV_OK ||
	    fv_cbor_get_text(&r, &h->serial) != FV_OK ||
	    fv_cbor_get_text(&r, &chip) != FV_OK || fv_cbor_get_text(&r, &h->version) != FV_OK)
		h->model = h->serial = h->version = (struct fv_span){NULL, 0};
}

/* Owned: out->bytes, after an error too. */
static enum fv_err
load_hardware(struct fv_store *store, const struct fv_store_device *d, struct hardware *out)
{
	struct fv_leaf_enrol enrol;
	struct fv_buf bytes = {0};
	struct fv_leaf leaf;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_store_leaf_get(store, d->enrol_index, &bytes)) != FV_OK)
		goto cleanup;
	rc = FV_ENOENT;
	if (fv_leaf_parse(fv_buf_span(&bytes), &leaf) == FV_OK &&
	    fv_leaf_enrol_parse(leaf.body, &enrol) == FV_OK)
		rc = fv_store_document_get(store, &enrol.hardware_sdoc, &out->bytes);
	if (rc == FV_OK)
		read_hardware(out);
cleanup:
	fv_buf_clear(&bytes);
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
add_serial(const struct fv_store_device *d, void *ctx)
{
	struct device_view *view = ctx;
	struct device_serial *grown;
	struct hardware h;
	enum fv_err rc;

	if (d->is_revoked)
		return FV_OK;
	if ((rc = load_hardware(view->store, d, &h)) != FV_OK || h.serial.len == 0)
		goto cleanup;
	if ((view->serial_count & (view->serial_count - 1)) == 0) {
		size_t cap = view->serial_count == 0 ? 1 : view->serial_count * 2;

		rc = FV_ENOMEM;
		if ((grown = realloc(view->serials, cap * sizeof *grown)) == NULL)
			goto cleanup;
		view->serials = grown;
		rc = FV_OK;
	}
	fv_sha256(h.serial, &view->serials[view->serial_count].hash);
	view->serials[view->serial_count].no = d->no;
	memcpy(view->serials[view->serial_count++].dev, d->dev, FV_DEV_BYTES);
cleanup:
	fv_buf_clear(&h.bytes);
	return rc;
}

static int
compare_serials(const void *a, const void *b)
{
	const struct device_serial *x = a, *y = b;
	int order = memcmp(x->hash.b, y->hash.b, FV_HASH_BYTES);

	return order != 0 ? order : (x->no > y->no) - (x->no < y->no);
}

enum fv_err
device_view_open(
    struct device_view *view, struct fv_store *store, int64_t now_ms, int64_t silent_ms)
{
	enum fv_err rc;

	*view = (struct device_view){.store = store, .now_ms = now_ms, .silent_ms = silent_ms};
	rc = fv_store_device_each(store, NULL, add_serial, view);
	if (view->serial_count > 1)
		qsort(
		    view->serials, view->serial_count, sizeof *view->serials, compare_serials);
	return rc;
}

void
device_view_close(struct device_view *view)
{
	free(view->serials);
	view->serials = NULL;
	view->serial_count = 0;
}

static json_t *
same_serial(
    const struct device_view *view, const struct fv_store_device *d, struct fv_span serial)
{
	json_t *list = json_array();
	struct device_serial key = {.no = 0};
	size_t low = 0, high = view->serial_count;

	if (serial.len == 0 || d->is_revoked)
		return list;
	fv_sha256(serial, &key.hash);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_serials(&view->serials[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < view->serial_count && json_array_size(list) < SAME_SERIAL_MAX &&
	     memcmp(view->serials[low].hash.b, key.hash.b, FV_HASH_BYTES) == 0;
	     low++)
		if (view->serials[low].no != d->no)
			(void)json_array_append_new(
			    list, fv_verb_json_hex(view->serials[low].dev, FV_DEV_BYTES));
	return list;
}

/* -- what orders say ---------------------------------------------------------------- */

enum fv_err
device_state_get(const struct device_view *view, const struct fv_store_device *d,
    enum device_state *state_out, char *reason)
{
	struct fv_signednote note;
	struct fv_buf bytes = {0};
	struct fv_order order = {.kind = 0};
	enum fv_err rc = FV_OK;

	*state_out = d->is_revoked ? DEVICE_REVOKED
	    : d->is_approved       ? DEVICE_APPROVED
				   : DEVICE_NOT_APPROVED;
	if (reason != NULL)
		reason[0] = '\0';
	if (!d->is_revoked)
		return FV_OK;
	rc = fv_store_order_get(view->store, d->no, FV_ITEM_REVOKE, &bytes);
	if (rc == FV_OK && fv_signednote_parse(fv_buf_span(&bytes), &note) == FV_OK &&
	    fv_order_parse(note.text, &order, NULL) == FV_OK) {
		*state_out = device_state_of_reason(order.reason);
		if (reason != NULL)
			memcpy(reason, order.reason, sizeof order.reason);
	}
	fv_buf_clear(&bytes);
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
put_orders(const struct device_view *view, const struct fv_store_device *d, json_t *row)
{
	char reason[FV_WORD_BYTES];
	struct fv_buf wipe = {0};
	enum device_state state;
	enum fv_err rc = device_state_get(view, d, &state, reason);

	if (rc != FV_OK)
		return rc;
	rc = fv_store_order_get(view->store, d->no, FV_ITEM_WIPE, &wipe);
	(void)json_object_set_new(row, "state", json_string(device_state_word(state)));
	(void)json_object_set_new(
	    row, "reason", reason[0] != '\0' ? json_string(reason) : json_null());
	(void)json_object_set_new(row, "is_wipe_ordered", json_boolean(rc == FV_OK));
	fv_buf_clear(&wipe);
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* -- what its records say ----------------------------------------------------------- */

static json_t *
json_text(struct fv_span text)
{
	return text.len > 0 ? json_stringn((const char *)text.ptr, text.len) : json_null();
}

/* Text of a key of the payload; empty: none, or not text. */
static struct fv_span
text_at(struct fv_span payload, uint64_t key)
{
	struct fv_span text = {NULL, 0};
	struct fv_cbor_reader r;

	if (fv_cbor_map_find(payload, key, &r) != FV_OK ||
	    fv_cbor_get_text(&r, &text) != FV_OK)
		return (struct fv_span){NULL, 0};
	return text;
}

/* The program that started last, else the one that enrolled. */
static enum fv_err
put_version(const struct device_view *view, const struct fv_store_device *d,
    const struct hardware *h, json_t *row)
{
	struct fv_span text = {NULL, 0};
	struct fv_store_record boot;
	enum fv_err rc =
	    fv_store_record_type_before(view->store, d->no, FV_REC_BOOT, UINT64_MAX, &boot);

	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if (rc == FV_OK && boot.has_payload)
		text = text_at(boot.payload, 6);
	(void)json_object_set_new(row, "version", json_text(text.len > 0 ? text : h->version));
	(void)json_object_set_new(row, "model", json_text(h->model));
	(void)json_object_set_new(row, "serial", json_text(h->serial));
	return FV_OK;
}

static const char *
source_word(uint64_t kind)
{
	static const char *const words[] = {"", "serial", "usb", "pty", "net", "pps", "file"};

	return kind >= FV_SOURCE_SERIAL && kind <= FV_SOURCE_FILE ? words[kind] : "other";
}

static enum fv_err
put_receiver(const struct device_view *view, const struct fv_store_device *d, json_t *row)
{
	struct fv_store_record session;
	struct fv_cbor_reader r;
	uint64_t kind = 0;
	enum fv_err rc = fv_store_record_type_before(
	    view->store, d->no, FV_REC_SESSION, UINT64_MAX, &session);

	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if (rc == FV_ENOENT || !session.has_payload)
		return json_object_set_new(row, "receiver", json_null()) == 0 ? FV_OK
									      : FV_ENOMEM;
	if (fv_cbor_map_find(session.payload, 4, &r) == FV_OK &&
	    fv_cbor_get_uint(&r, UINT32_MAX, &kind) != FV_OK)
		kind = 0;
	rc = json_object_set_new(row, "receiver",
		 json_pack("{s:s, s:o, s:o}", "source", source_word(kind), "path",
		     json_text(text_at(session.payload, 5)), "driver",
		     json_text(text_at(session.payload, 6)))) == 0
	    ? FV_OK
	    : FV_ENOMEM;
	return rc;
}

/* -- what its syncs say ------------------------------------------------------------- */

static json_t *
json_int_if(bool has, int64_t value)
{
	return has ? json_integer((json_int_t)value) : json_null();
}

static void
put_clock(const struct fv_store_trail *t, json_t *row)
{
	const bool has_gnss = t->trail.range.size > 0 && t->trail.last.has_gnss;
	const int64_t ahead = t->has_clock ? t->ahead_ms
	    : has_gnss                     ? t->trail.last.rtc_ms - t->trail.last.gnss_ms
					   : 0;

	(void)json_object_set_new(
	    row, "clock_ahead_ms", json_int_if(t->has_clock || has_gnss, ahead));
	(void)json_object_set_new(row, "clock_from",
	    t->has_clock   ? json_string("server")
		: has_gnss ? json_string("receiver")
			   : json_null());
}

/* Records that it had at its last request and that are not here. */
static uint64_t
count_outstanding(const struct fv_store_trail *t)
{
	uint64_t had = t->said_n;

	if (had == 0 && t->has_tail)
		had = t->tail_n;
	return had > t->trail.range.size ? had - t->trail.range.size : 0;
}

static void
put_syncs(const struct device_view *view, const struct fv_store_device *d,
    const struct fv_store_trail *t, json_t *row)
{
	const uint64_t size = t->trail.range.size;
	const uint64_t after =
	    d->is_revoked && size > d->trusted_size ? size - d->trusted_size : 0;

	(void)json_object_set_new(
	    row, "last_sync_ms", json_int_if(t->last_sync_ms > 0, t->last_sync_ms));
	(void)json_object_set_new(row, "is_silent",
	    json_boolean(!d->is_revoked && t->last_sync_ms <= view->now_ms - view->silent_ms));
	(void)json_object_set_new(row, "battery_percent",
	    json_int_if(t->has_state && t->has_battery, t->battery_percent));
	(void)json_object_set_new(
	    row, "free_mib", json_int_if(t->has_state, (int64_t)t->free_mib));
	(void)json_object_set_new(row, "told_ms", json_int_if(t->told_ms > 0, t->told_ms));
	(void)json_object_set_new(row, "records", json_integer((json_int_t)size));
	(void)json_object_set_new(
	    row, "unsealed", json_integer((json_int_t)(size - t->trail.sealed_size)));
	(void)json_object_set_new(
	    row, "outstanding", json_integer((json_int_t)count_outstanding(t)));
	(void)json_object_set_new(row, "after_revocation", json_integer((json_int_t)after));
	put_clock(t, row);
}

static enum fv_err
put_trail(const struct device_view *view, const struct fv_store_device *d, json_t *row)
{
	struct fv_store_trail *t = malloc(sizeof *t);
	uint64_t missing, pieces;
	enum fv_err rc;

	if (t == NULL)
		return FV_ENOMEM;
	if ((rc = fv_store_trail_load(view->store, d->no, t)) == FV_OK)
		rc = fv_store_blob_count_missing(view->store, d->no, &missing, &pieces);
	if (rc == FV_OK) {
		put_syncs(view, d, t, row);
		(void)json_object_set_new(row, "apart", json_integer((json_int_t)missing));
		(void)json_object_set_new(
		    row, "apart_pieces", json_integer((json_int_t)pieces));
	}
	free(t);
	return rc;
}

enum fv_err
device_json(const struct device_view *view, const struct fv_store_device *d, json_t **out)
{
	struct hardware h;
	enum fv_err rc;

	*out = json_pack("{s:o, s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:o}", "dev",
	    fv_verb_json_hex(d->dev, FV_DEV_BYTES), "officer", d->officer, "agency", d->agency,
	    "team", d->team, "is_approved", d->is_approved, "is_revoked", d->is_revoked,
	    "approved_ms", json_int_if(d->is_approved, d->approved_ms), "revoked_ms",
	    json_int_if(d->is_revoked, d->revoked_ms), "trusted_size",
	    json_int_if(d->is_revoked, (int64_t)d->trusted_size));
	if (*out == NULL)
		return FV_ENOMEM;
	if ((rc = load_hardware(view->store, d, &h)) == FV_OK &&
	    (rc = put_orders(view, d, *out)) == FV_OK &&
	    (rc = put_version(view, d, &h, *out)) == FV_OK &&
	    (rc = put_receiver(view, d, *out)) == FV_OK &&
	    (rc = put_trail(view, d, *out)) == FV_OK)
		(void)json_object_set_new(*out, "same_serial", same_serial(view, d, h.serial));
	fv_buf_clear(&h.bytes);
	if (rc != FV_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return rc;
}
