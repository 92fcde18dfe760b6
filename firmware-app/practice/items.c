#include "firmware-app/practice/items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/practice/packs.h"
#include "fv/codes.h"
#include "fv/instant.h"
#include "fv/item.h"
#include "fv/rulepack.h"
#include "fv/settings.h"

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)
#define MORNING_HOUR 10
#define ZONES "Etc/GMT"
#define RADIUS_M 150U

/* The middle of lake Tai. */
#define LAT_E7 312000000
#define LON_E7 1201500000

static const struct person {
	const char *id, *name, *phone, *address, *amount, *days_overdue, *remark;
	int32_t north_e7, east_e7; /* of the door */
} people[FV_PRACTICE_DOORS] = {
    {"practice-1", "林小雨 Lin Xiaoyu", "000-0000-0001",
	"练习街8号302室 / 8 Practice St, flat 302", "CNY 3,200.00", "45", "虚构案件 invented",
	0, 0},
    {"practice-2", "周大海 Zhou Dahai", "000-0000-0002", "练习街16号 / 16 Practice St",
	"CNY 8,600.00", "62", "虚构：今天应还500元 invented: CNY 500 due today", 0, 6300},
    {"practice-3", "王建国 Wang Jianguo", "000-0000-0003", "练习街21号 / 21 Practice St",
	"CNY 1,250.00", "33", "虚构：同事今早来过 invented: a colleague came today", 0, 12600},
    {"practice-4", "陈静 Chen Jing", "000-0000-0004", "练习街12号 / 12 Practice St",
	"CNY 15,000.00", "91", "虚构：已投诉 invented: has complained", 5400, 12600},
    {"practice-5", "赵新 Zhao Xin", "000-0000-0005", "练习街5号 / 5 Practice St", "CNY 640.00",
	"31", "虚构：未曾致电 invented: never called", 5400, 0},
};

enum { ORDINARY, PROMISED, CAME_TODAY, COMPLAINED, NOT_CALLED };

void
fv_practice_day(int64_t now_ms, const char *zone, struct fv_practice_day *day_out)
{
	int64_t hour = now_ms / HOUR_MS % 24, ahead = (MORNING_HOUR - hour + 24) % 24, local;

	if (ahead > 12)
		ahead -= 24;
	/* POSIX counts hours west of Greenwich. */
	if (zone != NULL && strncmp(zone, ZONES, strlen(ZONES)) == 0)
		ahead = -strtol(zone + strlen(ZONES), NULL, 10);
	*day_out = (struct fv_practice_day){.now_ms = now_ms};
	snprintf(day_out->zone, sizeof day_out->zone, ahead == 0 ? ZONES : ZONES "%+d",
	    -(int)ahead);
	local = now_ms + ahead * HOUR_MS;
	day_out->days = local / DAY_MS;
	day_out->minute = local % DAY_MS / 60000;
}

struct fv_place
fv_practice_door(size_t i)
{
	return (struct fv_place){LAT_E7 + people[i].north_e7, LON_E7 + people[i].east_e7};
}

const char *
fv_practice_case(size_t i)
{
	return people[i].id;
}

/* --- items --- */

/* One item, in slices where it is long. */
static void
put_item(
    struct fv_buf *out, uint32_t kind, const char *key, uint64_t version, struct fv_span body)
{
	struct fv_item item = {.kind = kind, .key = fv_span_z(key), .version = version};

	if (body.len <= FV_ITEM_INLINE_MAX) {
		item.body = body;
		fv_item_put(out, &item);
		return;
	}
	item.is_slice = true;
	item.slice.total = body.len;
	fv_sha256(body, &item.slice.hash);
	for (size_t at = 0; at < body.len; at += FV_SLICE_MAX) {
		size_t n = body.len - at < FV_SLICE_MAX ? body.len - at : FV_SLICE_MAX;

		item.slice.offset = at;
		item.slice.bytes = fv_span_of(body.ptr + at, n);
		fv_item_put(out, &item);
	}
}

static enum fv_err
add_pack(struct fv_packs *packs, struct fv_span bytes, int64_t day)
{
	struct fv_pack_line line = {.adopted_day = day};
	struct fv_rulepack_error error;
	struct fv_rulepack *pack;
	enum fv_err rc = fv_rulepack_parse(bytes, &pack, &error);

	if (rc != FV_OK)
		return rc;
	rc = fv_id_copy(fv_span_z(pack->id), line.id, sizeof line.id);
	line.revision = pack->revision;
	line.sha256 = pack->sha256;
	fv_rulepack_free(pack);
	return rc == FV_OK ? fv_packs_add(packs, &line) : rc;
}

static enum fv_err
put_packs(const struct fv_practice_agency *agency, const struct fv_practice_day *day,
    struct fv_buf *items)
{
	struct fv_packs *packs = calloc(1, sizeof *packs);
	struct fv_buf text = {0}, note = {0};
	enum fv_err rc = FV_OK;

	if (packs == NULL)
		return FV_ENOMEM;
	snprintf(packs->agency, sizeof packs->agency, "%s", FV_AGENCY_PRACTICE);
	/* Adopted the day before: in no zone is that tomorrow. */
	for (size_t i = 0; rc == FV_OK && i < FV_PRACTICE_PACKS; i++)
		rc = add_pack(packs, fv_practice_pack(i), day->days - 1);
	if (rc == FV_OK) {
		fv_packs_put(&text, packs);
		fv_practice_sign(agency, &note, fv_buf_span(&text));
		put_item(items, FV_ITEM_PACKS_NOTE, "packs", 1, fv_buf_span(&note));
		for (size_t i = 0; i < packs->count; i++)
			put_item(items, FV_ITEM_PACK, "pack", 1, fv_practice_pack(i));
		rc = fv_buf_status(items);
	}
	free(packs);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	return rc;
}

/* For notes, by number: English and Chinese. */
static const char *const phrases[][2] = {
    {"Said who I am and for whom I come.", "已说明身份和委托方。"},
    {"Will pay part of it this week.", "答应本周先还一部分。"},
    {"Asks for more time.", "请求延期。"},
    {"Lost the job; short of money.", "失业，资金困难。"},
    {"Asks to be called, not visited.", "希望电话联系，不要上门。"},
    {"Disputes the amount.", "对金额有异议。"},
    {"Nobody opened; no noise inside.", "无人应门，屋内无声。"},
    {"Was polite and calm.", "态度平和。"},
};

static enum fv_err
set_phrases(struct fv_settings *settings)
{
	enum fv_err rc = FV_OK;

	for (unsigned i = 0; rc == FV_OK && i < sizeof phrases / sizeof phrases[0]; i++) {
		rc = fv_settings_set(
		    settings, fv_setting_phrase(i + 1, false), fv_span_z(phrases[i][0]));
		if (rc == FV_OK)
			rc = fv_settings_set(settings, fv_setting_phrase(i + 1, true),
			    fv_span_z(phrases[i][1]));
	}
	return rc;
}

static enum fv_err
put_settings(const struct fv_practice_agency *agency, struct fv_buf *items)
{
	static const struct {
		enum fv_setting setting;
		const char *value;
	} set[] = {{FV_SETTING_DETAILS_EXPIRE_H, "720"}, {FV_SETTING_LOCK_AFTER_S, "3600"},
	    {FV_SETTING_SCREEN_BLANK_S, "300"},
	    {FV_SETTING_SLIP_NAME, "练习 PRACTICE, 无效 not valid"}};
	struct fv_settings *settings = calloc(1, sizeof *settings);
	struct fv_buf text = {0}, note = {0};
	enum fv_err rc = FV_OK;

	if (settings == NULL)
		return FV_ENOMEM;
	snprintf(settings->agency, sizeof settings->agency, "%s", FV_AGENCY_PRACTICE);
	settings->version = 1;
	rc = set_phrases(settings);
	for (size_t i = 0; rc == FV_OK && i < sizeof set / sizeof set[0]; i++)
		rc = fv_settings_set(settings, set[i].setting, fv_span_z(set[i].value));
	if (rc == FV_OK) {
		fv_settings_put(&text, settings);
		fv_practice_sign(agency, &note, fv_buf_span(&text));
		put_item(items, FV_ITEM_CONFIG, "config", 1, fv_buf_span(&note));
		rc = fv_buf_status(items);
	}
	free(settings);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	return rc;
}

/* --- cards --- */

static void
put_text(struct fv_buf *out, uint64_t key, const char *text)
{
	fv_cbor_put_uint(out, key);
	fv_cbor_put_text_z(out, text);
}

static void
put_plain(struct fv_buf *out, const struct person *p)
{
	fv_cbor_put_map(out, 6);
	put_text(out, 1, p->name);
	fv_cbor_put_uint(out, 2);
	fv_cbor_put_array(out, 1);
	fv_cbor_put_array(out, 2);
	fv_cbor_put_text_z(out, "n1");
	fv_cbor_put_text_z(out, p->phone);
	put_text(out, 3, p->address);
	put_text(out, 4, p->amount);
	put_text(out, 5, p->days_overdue);
	put_text(out, 6, p->remark);
}

/* Sign the commitment of a sealed card and put both as an item. */
static enum fv_err
put_sealed(const struct fv_practice_agency *agency, struct fv_card *card,
    const struct fv_note_sealed *sealed, struct fv_buf *items)
{
	struct fv_buf text = {0}, note = {0}, body = {0};
	struct fv_item_card parts;
	enum fv_err rc;

	snprintf(card->agency, sizeof card->agency, "%s", FV_AGENCY_PRACTICE);
	memcpy(card->kc, sealed->kc, sizeof card->kc);
	fv_sha256(fv_buf_span(&sealed->ct), &card->ct);
	fv_sha256(fv_buf_span(&sealed->capsules), &card->capsules);
	fv_card_put(&text, card);
	fv_practice_sign(agency, &note, fv_buf_span(&text));
	parts = (struct fv_item_card){
	    fv_buf_span(&note), fv_buf_span(&sealed->ct), fv_buf_span(&sealed->capsules)};
	fv_item_card_put(&body, &parts);
	if ((rc = fv_buf_status(&body)) == FV_OK)
		put_item(
		    items, FV_ITEM_CARD, card->case_id, card->version, fv_buf_span(&body));
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	fv_buf_clear(&body);
	return rc;
}

static enum fv_err
put_card(const struct fv_practice_agency *agency, const uint8_t pk_box[FV_KEY_BYTES],
    const struct person *p, struct fv_buf *items)
{
	struct fv_card card = {.version = 1, .recipient_count = 1};
	struct fv_note_sealed sealed = {0};
	struct fv_buf plain = {0}, aad = {0};
	struct fv_note_seal in = {
	    .kind = FV_NOTE_CARD, .pks = pk_box, .pk_count = 1, .random = fv_random_system()};
	enum fv_err rc;

	put_plain(&plain, p);
	fv_note_card_aad_put(&aad, fv_span_z(p->id), card.version);
	in.plain = fv_buf_span(&plain);
	in.aad = fv_buf_span(&aad);
	if ((rc = fv_buf_status(&plain)) == FV_OK && (rc = fv_buf_status(&aad)) == FV_OK &&
	    (rc = fv_note_seal(&in, &sealed)) == FV_OK) {
		snprintf(card.case_id, sizeof card.case_id, "%s", p->id);
		fv_note_box_key_id(pk_box, card.key_ids[0]);
		rc = put_sealed(agency, &card, &sealed, items);
	}
	fv_note_sealed_clear(&sealed);
	fv_buf_clear(&plain);
	fv_buf_clear(&aad);
	return rc;
}

enum fv_err
fv_practice_put_papers(const struct fv_practice_agency *agency,
    const uint8_t pk_box[FV_KEY_BYTES], const struct fv_practice_day *day,
    struct fv_buf *items)
{
	enum fv_err rc;

	if ((rc = put_packs(agency, day, items)) == FV_OK)
		rc = put_settings(agency, items);
	for (size_t i = 0; rc == FV_OK && i < FV_PRACTICE_DOORS; i++)
		rc = put_card(agency, pk_box, &people[i], items);
	return rc;
}

/* --- the day --- */

static void
put_case(size_t i, const struct fv_practice_day *day, struct fv_buf *items)
{
	const struct fv_place door = fv_practice_door(i);
	const struct fv_item_case item = {.id = fv_span_z(people[i].id),
	    .agency = fv_span_z(FV_AGENCY_PRACTICE),
	    .zones = fv_span_z(day->zone),
	    .has_place = true,
	    .lat_e7 = door.lat_e7,
	    .lon_e7 = door.lon_e7,
	    .has_radius = true,
	    .radius_m = RADIUS_M,
	    .actor = FV_ACTOR_THIRD_PARTY,
	    .product = FV_PRODUCT_CONSUMER_LOAN,
	    .debts = fv_span_z("d1"),
	    .packs = fv_span_z(FV_PRACTICE_PACK_IDS),
	    .assigned = fv_span_z(FV_PRACTICE_OFFICER),
	    .has_plan = true,
	    .plan_day = day->days,
	    .has_as_of = true,
	    .as_of_day = day->days};
	struct fv_buf body = {0};

	fv_item_case_put(&body, &item);
	put_item(items, FV_ITEM_CASE, people[i].id, (uint64_t)day->now_ms, fv_buf_span(&body));
	fv_buf_clear(&body);
}

/* A call two days ago for all but one; for one a colleague's visit this morning. */
static void
put_history(size_t i, const struct fv_practice_day *day, struct fv_buf *items)
{
	const struct fv_item_line call = {.channel = FV_CHANNEL_CALL,
	    .begin_ms = day->now_ms - 2 * DAY_MS,
	    .has_end = true,
	    .end_ms = day->now_ms - 2 * DAY_MS + 120000,
	    .by = FV_BY_COLLECTOR,
	    .outcome = FV_OUTCOME_CONVERSATION,
	    .with = FV_WITH_DEBTOR,
	    .place = FV_PLACE_MOBILE,
	    .purpose = FV_PURPOSE_COLLECT,
	    .source = FV_SOURCE_DESK};
	/* An hour before the morning's hour, on the same date whenever it is now. */
	const int64_t came_ms = day->now_ms - (day->minute - (MORNING_HOUR - 1) * 60) * 60000;
	const struct fv_item_line visit = {.channel = FV_CHANNEL_VISIT,
	    .begin_ms = came_ms,
	    .has_end = true,
	    .end_ms = came_ms + 300000,
	    .by = FV_BY_COLLECTOR,
	    .outcome = FV_OUTCOME_NOT_HOME,
	    .with = FV_WITH_NOBODY,
	    .place = FV_PLACE_HOME,
	    .has_officers = true,
	    .officers = 1,
	    .purpose = FV_PURPOSE_COLLECT};
	struct fv_buf body = {0};

	fv_item_history_put_count(
	    &body, (size_t)(i != NOT_CALLED) + (size_t)(i == CAME_TODAY));
	if (i != NOT_CALLED)
		fv_item_line_put(&body, &call);
	if (i == CAME_TODAY)
		fv_item_line_put(&body, &visit);
	put_item(
	    items, FV_ITEM_HISTORY, people[i].id, (uint64_t)day->now_ms, fv_buf_span(&body));
	fv_buf_clear(&body);
}

enum fv_err
fv_practice_put_cases(const struct fv_practice_day *day, struct fv_buf *items)
{
	const struct fv_item_hold hold = {
	    .event_kind = FV_EVENT_COMPLAINT, .from_ms = day->now_ms - DAY_MS};
	struct fv_buf body = {0};

	for (size_t i = 0; i < FV_PRACTICE_DOORS; i++) {
		put_case(i, day, items);
		put_history(i, day, items);
	}
	fv_item_hold_put(&body, &hold);
	put_item(items, FV_ITEM_HOLD, people[COMPLAINED].id, (uint64_t)day->now_ms,
	    fv_buf_span(&body));
	fv_buf_clear(&body);
	return fv_buf_status(items);
}
