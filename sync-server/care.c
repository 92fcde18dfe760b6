#include "sync-server/care.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/calendar.h"
#include "fv/instant.h"
#include "sync-server/packstore.h"
#include "sync-server/settings_held.h"
#include "sync-server/verb.h"
#include "sync-server/zones.h"

#define WEEKEND 0x60U /* Saturday and Sunday, bit 0 Monday */

static const char *const kinds[FV_CARE_KIND_MAX + 1] = {"", "complaint", "no_home", "times",
    "stayed", "not_agreed", "data", "instalment", "extension", "stop"};
static const char *const decisions[CARE_DECISIONS + 1] = {
    "", "upheld", "partly", "not_upheld", "granted", "declined", "passed_on"};
static const char *const reasons[CARE_REASONS + 1] = {"", "breach_found", "officer_reminded",
    "officer_replaced", "visits_stopped", "times_kept", "no_breach_found", "no_such_visit",
    "not_our_people", "data_sent", "plan_agreed", "plan_not_possible", "required_by_law",
    "asked_twice", "taken_back"};

static uint32_t
find(const char *const *words, uint32_t last, const char *word)
{
	for (uint32_t i = 1; i <= last; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return 0;
}

const char *
care_kind_word(enum fv_care_kind kind)
{
	return (uint32_t)kind <= FV_CARE_KIND_MAX ? kinds[kind] : "";
}

const char *
care_decision_word(uint32_t decision)
{
	return decision <= CARE_DECISIONS ? decisions[decision] : "";
}

const char *
care_reason_word(uint32_t reason)
{
	return reason <= CARE_REASONS ? reasons[reason] : "";
}

enum fv_care_kind
care_kind_of(const char *word)
{
	return (enum fv_care_kind)find(kinds, FV_CARE_KIND_MAX, word);
}

uint32_t
care_decision_of(const char *word)
{
	return find(decisions, CARE_DECISIONS, word);
}

uint32_t
care_reason_of(const char *word)
{
	return find(reasons, CARE_REASONS, word);
}

bool
care_holds(enum fv_care_kind kind)
{
	return kind == FV_CARE_COMPLAINT || kind == FV_CARE_STOP || kind == FV_CARE_NO_HOME ||
	    kind == FV_CARE_STAYED || kind == FV_CARE_NOT_AGREED;
}

const char *
care_id(int64_t no, char out[CARE_ID_BYTES])
{
	(void)snprintf(out, CARE_ID_BYTES, "c-%lld", (long long)no);
	return out;
}

enum fv_err
care_id_read(const char *id, int64_t *no_out)
{
	uint64_t no = 0;

	*no_out = 0;
	if (strncmp(id, "c-", 2) != 0 ||
	    fv_decimal_decode(fv_span_z(id + 2), INT64_MAX, &no) != FV_OK || no == 0)
		return FV_EFORMAT;
	*no_out = (int64_t)no;
	return FV_OK;
}

/* -- receipts and sealing ----------------------------------------------------------- */

static void
hash_code(const char *label, const char code[FV_CODE_BYTES], struct fv_hash *hash_out)
{
	static const uint8_t zero = 0;
	const struct fv_span parts[] = {
	    fv_span_z(label), {&zero, 1}, fv_span_of(code, FV_CODE_BYTES - 1)};

	fv_sha256_parts(parts, 3, hash_out);
}

void
care_receipt_hash(const char code[FV_CODE_BYTES], struct fv_hash *hash_out)
{
	hash_code("fieldvisit/receipt/v1", code, hash_out);
}

void
care_receipt_keys(
    const char code[FV_CODE_BYTES], uint8_t sk_out[FV_KEY_BYTES], uint8_t pk_out[FV_KEY_BYTES])
{
	struct fv_hash ikm;

	hash_code("fieldvisit/receipt-key/v1", code, &ikm);
	fv_hpke_derive_keypair(fv_span_of(ikm.b, sizeof ikm.b), sk_out, pk_out);
	fv_wipe(&ikm, sizeof ikm);
}

void
care_aad_put(struct fv_buf *out, enum care_part part, const struct fv_hash *receipt)
{
	fv_buf_put_z(
	    out, part == CARE_TEXT ? "fieldvisit/complaint/v1" : "fieldvisit/answer/v1");
	fv_buf_put_u8(out, 0);
	fv_buf_put(out, receipt->b, FV_HASH_BYTES);
}

static void
put_key(struct fv_buf *pks, const uint8_t pk[FV_KEY_BYTES])
{
	fv_buf_put(pks, pk, FV_KEY_BYTES);
}

enum fv_err
care_seal(const struct fv_roster *roster, enum care_part part, const struct fv_hash *receipt,
    const uint8_t *first_pk, struct fv_span plain, struct care_sealed *out)
{
	uint8_t key_id[FV_BOX_KEY_ID_BYTES];
	struct fv_buf pks = {0}, aad = {0};
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (first_pk != NULL)
		put_key(&pks, first_pk);
	for (size_t i = 0; i < roster->supervisor_count; i++)
		put_key(&pks, roster->supervisors[i].box_pk);
	for (size_t i = 0; i < roster->auditor_count; i++)
		put_key(&pks, roster->auditors[i].box_pk);
	put_key(&pks, roster->recovery_pk);
	care_aad_put(&aad, part, receipt);
	if ((rc = fv_buf_status(&pks)) != FV_OK || (rc = fv_buf_status(&aad)) != FV_OK)
		goto cleanup;
	/* As many readers as a case card may have. */
	const struct fv_note_seal seal = {.kind = FV_NOTE_CARD,
	    .plain = plain,
	    .aad = fv_buf_span(&aad),
	    .pks = pks.ptr,
	    .pk_count = pks.len / FV_KEY_BYTES,
	    .random = fv_random_system()};
	if ((rc = fv_note_seal(&seal, &out->note)) != FV_OK)
		goto cleanup;
	for (size_t at = 0; at < pks.len; at += FV_KEY_BYTES) {
		fv_note_box_key_id(pks.ptr + at, key_id);
		fv_buf_put(&out->key_ids, key_id, sizeof key_id);
	}
	if ((rc = fv_buf_status(&out->key_ids)) != FV_OK)
		care_sealed_clear(out);
cleanup:
	fv_buf_clear(&pks);
	fv_buf_clear(&aad);
	return rc;
}

void
care_sealed_clear(struct care_sealed *sealed)
{
	fv_note_sealed_clear(&sealed->note);
	fv_buf_clear(&sealed->key_ids);
}

enum fv_err
care_open(const struct fv_store_sealed *sealed, enum care_part part,
    const struct fv_hash *receipt, const uint8_t sk[FV_KEY_BYTES],
    const uint8_t pk[FV_KEY_BYTES], struct fv_buf *plain_out)
{
	uint8_t cek[FV_NOTE_CEK_BYTES];
	struct fv_buf aad = {0};
	size_t index;
	enum fv_err rc = FV_ECORRUPT;

	if (sealed->kc.len != FV_NOTE_KC_BYTES)
		return rc;
	if ((rc = fv_note_find_recipient(sealed->key_ids, pk, &index)) != FV_OK ||
	    (rc = fv_note_open_capsule(sealed->capsules, index, sealed->kc.ptr, sk, cek)) !=
		FV_OK)
		return rc;
	care_aad_put(&aad, part, receipt);
	if ((rc = fv_buf_status(&aad)) == FV_OK) {
		const struct fv_note_parts parts = {.kind = FV_NOTE_CARD,
		    .ct = sealed->ct,
		    .aad = fv_buf_span(&aad),
		    .kc = sealed->kc.ptr};
		rc = fv_note_open(&parts, cek, plain_out);
	}
	fv_wipe(cek, sizeof cek);
	fv_buf_clear(&aad);
	return rc;
}

/* -- deadlines ------------------------------------------------------------------------ */

static int64_t
count_days(const struct fv_calendar *calendar, int64_t today, uint32_t days)
{
	const struct fv_period period = {.days = days,
	    .skipped = WEEKEND,
	    .calendar = calendar != NULL ? calendar->id : NULL};
	bool is_known;

	return fv_period_end(&period, calendar, today, &is_known);
}

/* The last day by the first adopted pack that has a calendar of the zone. */
static enum fv_err
last_day(
    struct fv_store *store, const char *zone, int64_t today, uint32_t days, int64_t *day_out)
{
	struct fv_packs *packs = calloc(1, sizeof *packs);
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	enum fv_err rc = packs != NULL ? packstore_adopted(store, packs) : FV_ENOMEM;
	bool is_found = false;

	*day_out = count_days(NULL, today, days);
	for (size_t i = 0; rc == FV_OK && !is_found && i < packs->count; i++) {
		rc = packstore_load(store, packs, &packs->packs[i], &pack, &why);
		if (rc == FV_ENOENT || rc == FV_ECORRUPT) {
			rc = FV_OK; /* the audit says what is wrong with a pack */
			continue;
		}
		for (size_t c = 0; rc == FV_OK && !is_found && c < pack->calendar_count; c++) {
			if (!fv_calendar_is_named(
				&pack->calendars[c], FV_CALENDAR_OF_ZONE, zone))
				continue;
			*day_out = count_days(&pack->calendars[c], today, days);
			is_found = true;
		}
		fv_rulepack_free(pack);
	}
	free(packs);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
care_deadline(struct fv_store *store, const char *zone, int64_t now_ms, uint32_t days,
    int64_t *deadline_ms_out)
{
	const struct fv_zone *rules;
	struct zones zones;
	int64_t day;
	enum fv_err rc;

	zones_init(&zones, NULL);
	rules = zone[0] != '\0' ? zones_get(zone, &zones) : NULL;
	rc = last_day(store, zone,
	    rules != NULL ? fv_zone_local_days(rules, now_ms) : now_ms / FV_MS_PER_DAY, days,
	    &day);
	*deadline_ms_out =
	    rules != NULL ? fv_zone_day_start(rules, day + 1) : (day + 1) * FV_MS_PER_DAY;
	zones_clear(&zones);
	return rc;
}

uint32_t
care_days(struct fv_store *store)
{
	struct fv_settings *settings = malloc(sizeof *settings);
	uint32_t days = CARE_DAYS;

	if (settings != NULL && settings_held(store, "", settings) == FV_OK)
		days = (uint32_t)fv_settings_uint(settings, FV_SETTING_COMPLAINT_DAYS);
	free(settings);
	return days;
}

static enum fv_err
take_zone(const struct fv_store_case *row, void *ctx)
{
	char *zone = ctx;
	struct fv_span zones = row->item.zones, first;

	if (zone[0] == '\0' && fv_verb_next(&zones, &first) &&
	    first.len <= FV_ZONE_NAME_MAX_BYTES) {
		memcpy(zone, first.ptr, first.len);
		zone[first.len] = '\0';
	}
	return FV_OK;
}

enum fv_err
care_zone(
    struct fv_store *store, const char *case_id, char zone_out[FV_ZONE_NAME_MAX_BYTES + 1])
{
	struct fv_store_case row;
	enum fv_err rc;

	zone_out[0] = '\0';
	if (case_id[0] == '\0')
		rc = fv_store_case_each_after(
		    store, fv_span_z(""), NULL, 1, take_zone, zone_out);
	else if ((rc = fv_store_case_get(store, fv_span_z(case_id), &row)) == FV_OK)
		rc = take_zone(&row, zone_out);
	if (zone_out[0] == '\0')
		(void)snprintf(zone_out, FV_ZONE_NAME_MAX_BYTES + 1, "UTC");
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* -- the ledger ---------------------------------------------------------------------- */

enum fv_err
care_log(struct fv_host *host, const char *what, struct fv_span text, uint64_t *index_out)
{
	struct fv_hash hash;
	enum fv_err rc = fv_verb_keep_salted(host, what, text, &hash);

	return rc == FV_OK ? fv_verb_policy(host, what, &hash, index_out) : rc;
}
