#include "sync-server/care_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/fold.h"
#include "fv/instant.h"
#include "sync-server/verb.h"
#include "sync-server/zones.h"

static json_t *
text_or_null(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *
day_of(const char *zone, int64_t utc_ms)
{
	struct fv_civil c;
	struct zones zones;
	const struct fv_zone *rules;
	char text[16];

	zones_init(&zones, NULL);
	rules = zones_get(zone, &zones);
	fv_civil_from_days(
	    rules != NULL ? fv_zone_local_days(rules, utc_ms) : utc_ms / FV_MS_PER_DAY, &c);
	zones_clear(&zones);
	(void)snprintf(text, sizeof text, "%04d-%02u-%02u", c.year % 10000,
	    (unsigned)c.month % 100U, (unsigned)c.day % 100U);
	return json_string(text);
}

static json_t *
hold_of(const struct fv_store_care *row)
{
	if (!row->has_hold)
		return json_null();
	return json_pack("{s:o, s:i}", "until", fv_verb_json_time(true, row->hold_until_ms),
	    "renewals", (int)row->renewals);
}

static json_t *
proposal_of(const struct fv_store_care *row)
{
	if (row->proposed == 0)
		return json_null();
	return json_pack("{s:s, s:s}", "by", row->proposed_by, "decision",
	    care_decision_word(row->proposed));
}

static json_t *
decision_of(const struct fv_store_care *row)
{
	if (row->decision == 0)
		return json_null();
	return json_pack("{s:s, s:o, s:s, s:s}", "by", row->decided_by, "at",
	    fv_verb_json_time(true, row->decided_ms), "decision",
	    care_decision_word(row->decision), "reason", care_reason_word(row->reason));
}

static json_t *
visit_of(struct fv_store *store, const struct fv_store_care *row)
{
	struct fv_store_device device;
	char id[FV_FOLD_ID_BYTES];

	if (!row->has_visit || fv_store_device_get_no(store, row->device_no, &device) != FV_OK)
		return json_null();
	(void)fv_fold_id('v', device.dev, row->visit_seq, id);
	fv_wipe(&device, sizeof device);
	return json_string(id);
}

static const char *
source_of(const struct fv_store_care *row)
{
	return row->source == FV_CARE_BY_CODE ? "code"
	    : row->source == FV_CARE_BY_PAGE  ? "page"
					      : "visit";
}

json_t *
care_json(struct fv_store *store, const struct fv_store_care *row, int64_t now_ms)
{
	const bool is_open = row->state == FV_CARE_OPEN;
	char id[CARE_ID_BYTES];
	json_t *windows =
	    row->windows[0] != '\0' ? json_loads(row->windows, 0, NULL) : json_null();

	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:s, s:o, s:o, s:o, s:b, s:b}",
	    "id", care_id(row->no, id), "kind", care_kind_word(row->kind), "source",
	    source_of(row), "state", is_open ? "open" : "answered", "overdue",
	    (int)(is_open && row->deadline_ms <= now_ms), "agency", text_or_null(row->agency),
	    "team", text_or_null(row->team), "officer", text_or_null(row->badge), "case",
	    text_or_null(row->case_id), "visit", visit_of(store, row), "day",
	    row->has_day ? day_of("UTC", row->day * FV_MS_PER_DAY) : json_null(), "windows",
	    windows != NULL ? windows : json_null(), "received",
	    fv_verb_json_time(true, row->received_ms), "deadline",
	    day_of(row->zone, row->deadline_ms - 1), "zone", row->zone, "hold", hold_of(row),
	    "proposed", proposal_of(row), "decided", decision_of(row), "has_text",
	    (int)(row->text.ct.len > 0), "has_receipt", (int)(row->receipt.len > 0));
}

static json_t *
bytes_of(struct fv_span bytes)
{
	struct fv_buf text = {0};
	const char *z;
	json_t *value;

	fv_buf_put_base64(&text, bytes.ptr, bytes.len);
	z = fv_buf_z(&text);
	value = z != NULL ? json_string(z) : NULL;
	fv_buf_clear(&text);
	return value;
}

static json_t *
parts_of(const struct fv_store_sealed *sealed, enum care_part part, struct fv_span receipt)
{
	struct fv_buf aad = {0};
	struct fv_hash hash;
	json_t *object;

	if (sealed->ct.len == 0 || receipt.len != FV_HASH_BYTES)
		return json_null();
	memcpy(hash.b, receipt.ptr, sizeof hash.b);
	care_aad_put(&aad, part, &hash);
	object = json_pack("{s:o, s:o, s:o, s:o, s:o}", "kc", bytes_of(sealed->kc), "ct",
	    bytes_of(sealed->ct), "capsules", bytes_of(sealed->capsules), "key_ids",
	    bytes_of(sealed->key_ids), "aad", bytes_of(fv_buf_span(&aad)));
	fv_buf_clear(&aad);
	return object;
}

json_t *
care_json_sealed(const struct fv_store_care *row)
{
	return json_pack("{s:o, s:o}", "words", parts_of(&row->text, CARE_TEXT, row->receipt),
	    "answer", parts_of(&row->answer, CARE_ANSWER, row->receipt));
}
