/*
 * Make an enrolled handheld's folder without a server: agency "north", officer "o1" of
 * team "t1", PIN 2468, three cases with cards, the packs of sync-server/rules adopted,
 * and a last sync so many hours ago.  For scenarios of the handheld alone.
 *
 *   handheld DIR [HOURS]
 *
 * It is about one in the afternoon at c-1, half past eleven at night at c-2.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/app.h"
#include "firmware-app/pin.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/syncstate.h"
#include "fv/instant.h"
#include "fv/item.h"
#include "fv/note.h"
#include "fv/order.h"
#include "fv/rulepack.h"
#include "fv/ticket.h"

#define MUST(call)                                                                            \
	do {                                                                                  \
		enum fv_err rc_ = (call);                                                     \
		if (rc_ != FV_OK) {                                                           \
			fprintf(stderr, "handheld: %s: %s\n", #call, fv_err_name(rc_));       \
			exit(1);                                                              \
		}                                                                             \
	} while (0)

static uint8_t sign_seed[FV_SEED_BYTES];
static uint8_t sup_sk[FV_KEY_BYTES], sup_pk[FV_KEY_BYTES];
static uint8_t audit_sk[FV_KEY_BYTES], audit_pk[FV_KEY_BYTES];
static uint8_t recovery_sk[FV_KEY_BYTES], recovery_pk[FV_KEY_BYTES];

static void
sign(struct fv_buf *note, struct fv_span text)
{
	char name[FV_SIGNER_BYTES];

	fv_signer_name("north", "s1", name);
	fv_signednote_sign(note, text, fv_span_z(name), sign_seed);
	MUST(fv_buf_status(note));
}

static void
keep_roster(struct fv_store *store, struct fv_hash *hash)
{
	struct fv_roster *roster = calloc(1, sizeof *roster);
	struct fv_buf text = {0}, note = {0};

	if (roster == NULL)
		exit(1);
	snprintf(roster->agency, sizeof roster->agency, "north");
	roster->version = 1;
	roster->threshold = roster->pack_threshold = 1;
	roster->supervisor_count = roster->auditor_count = 1;
	roster->officer_count = 2;
	snprintf(roster->supervisors[0].id, FV_ID_BYTES, "s1");
	fv_ed25519_public(sign_seed, roster->supervisors[0].sign_pk);
	memcpy(roster->supervisors[0].box_pk, sup_pk, sizeof sup_pk);
	snprintf(roster->supervisors[0].teams[0], FV_ID_BYTES, "t1");
	roster->supervisors[0].team_count = 1;
	snprintf(roster->auditors[0].id, FV_ID_BYTES, "a1");
	memcpy(roster->auditors[0].box_pk, audit_pk, sizeof audit_pk);
	memcpy(roster->recovery_pk, recovery_pk, sizeof recovery_pk);
	for (size_t i = 0; i < 2; i++) {
		snprintf(roster->officers[i].id, FV_ID_BYTES, "o%zu", i + 1);
		snprintf(
		    roster->officers[i].name, FV_OFFICER_NAME_BYTES, "Officer %zu", i + 1);
	}
	fv_roster_put(&text, roster);
	sign(&note, fv_buf_span(&text));
	fv_roster_hash(fv_buf_span(&text), hash);
	MUST(fv_roster_keep(store, 1, fv_buf_span(&note), 0));
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	free(roster);
}

static void
keep_ticket(struct fv_store *store, const uint8_t id[FV_TICKET_ID_BYTES], const char *url,
    const struct fv_hash *roster)
{
	struct fv_ticket ticket = {.hpke_key_id = 1, .roster = *roster, .auditor_count = 1};
	struct fv_buf text = {0}, note = {0};
	uint8_t sk[FV_KEY_BYTES];

	memcpy(ticket.id, id, sizeof ticket.id);
	snprintf(ticket.url, sizeof ticket.url, "%s", url);
	fv_ed25519_public(audit_sk, ticket.log_pk); /* any key: no log stands behind this */
	fv_hpke_keypair(fv_random_system(), sk, ticket.hpke_pk);
	snprintf(ticket.agency, FV_ID_BYTES, "north");
	snprintf(ticket.team, FV_ID_BYTES, "t1");
	snprintf(ticket.officer, FV_ID_BYTES, "o1");
	ticket.expires_ms = INT64_C(4000000000000);
	memcpy(ticket.auditors[0], audit_pk, sizeof audit_pk);
	fv_ticket_text_put(&text, &ticket);
	sign(&note, fv_buf_span(&text));
	MUST(fv_store_put_setting(store, FV_SET_TICKET_NOTE, fv_buf_span(&note)));
	fv_buf_clear(&text);
	fv_buf_clear(&note);
}

static void
put_pair(struct fv_buf *out, uint64_t key, const char *text)
{
	fv_cbor_put_uint(out, key);
	fv_cbor_put_text_z(out, text);
}

/* A card sealed to this handheld, the supervisor and the recovery key. */
static void
keep_card(struct fv_store *store, const char *case_id, const uint8_t pk_box[FV_KEY_BYTES])
{
	uint8_t pks[3][FV_KEY_BYTES];
	struct fv_note_sealed sealed;
	struct fv_buf plain = {0}, aad = {0}, text = {0}, note = {0}, body = {0};
	struct fv_card card = {.version = 1, .recipient_count = 3};
	struct fv_note_seal seal = {
	    .kind = FV_NOTE_CARD, .pks = pks[0], .pk_count = 3, .random = fv_random_system()};

	memcpy(pks[0], pk_box, FV_KEY_BYTES);
	memcpy(pks[1], sup_pk, FV_KEY_BYTES);
	memcpy(pks[2], recovery_pk, FV_KEY_BYTES);
	fv_cbor_put_map(&plain, 4);
	put_pair(&plain, 1, "Planted Name");
	fv_cbor_put_uint(&plain, 2);
	fv_cbor_put_array(&plain, 1);
	fv_cbor_put_array(&plain, 2);
	fv_cbor_put_text_z(&plain, "n1");
	fv_cbor_put_text_z(&plain, "555-PLANTED");
	put_pair(&plain, 3, "7 Planted Road");
	put_pair(&plain, 6, "the bell is broken");
	fv_note_card_aad_put(&aad, fv_span_z(case_id), 1);
	seal.plain = fv_buf_span(&plain);
	seal.aad = fv_buf_span(&aad);
	MUST(fv_note_seal(&seal, &sealed));
	snprintf(card.agency, sizeof card.agency, "north");
	snprintf(card.case_id, sizeof card.case_id, "%s", case_id);
	memcpy(card.kc, sealed.kc, sizeof card.kc);
	fv_sha256(fv_buf_span(&sealed.ct), &card.ct);
	fv_sha256(fv_buf_span(&sealed.capsules), &card.capsules);
	for (size_t i = 0; i < 3; i++)
		fv_note_box_key_id(pks[i], card.key_ids[i]);
	fv_card_put(&text, &card);
	sign(&note, fv_buf_span(&text));
	fv_item_card_put(&body,
	    &(struct fv_item_card){
		fv_buf_span(&note), fv_buf_span(&sealed.ct), fv_buf_span(&sealed.capsules)});
	MUST(fv_store_put_item(store,
	    &(struct fv_item_row){.kind = FV_ITEM_CARD,
		.key = fv_span_z(case_id),
		.version = 1,
		.body = fv_buf_span(&body)}));
	fv_note_sealed_clear(&sealed);
	fv_buf_clear(&plain);
	fv_buf_clear(&aad);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	fv_buf_clear(&body);
}

/* A zone where it is now that hour. */
static void
pick_zone(int64_t now_ms, int hour, char zone[32])
{
	int utc = (int)(now_ms / 3600000 % 24), offset = hour - utc;

	offset = offset > 12 ? offset - 24 : offset < -12 ? offset + 24 : offset;
	/* The signs of these names are turned round: Etc/GMT-8 lies east. */
	if (offset == 0)
		snprintf(zone, 32, "Etc/GMT");
	else
		snprintf(zone, 32, "Etc/GMT%c%d", offset > 0 ? '-' : '+', abs(offset));
}

/* One pack file, adopted: its bytes as an item, its line in the note. */
static void
keep_pack(struct fv_store *store, struct fv_packs *packs, const char *path)
{
	struct fv_rulepack_error error;
	struct fv_rulepack *pack;
	struct fv_pack_line line = {.adopted_day = 20000};
	struct fv_buf body = {0};
	uint8_t piece[4096];
	FILE *file;
	size_t n;

	if ((file = fopen(path, "rb")) == NULL)
		exit(1);
	while ((n = fread(piece, 1, sizeof piece, file)) > 0)
		fv_buf_put(&body, piece, n);
	fclose(file);
	MUST(fv_rulepack_parse(fv_buf_span(&body), &pack, &error));
	snprintf(line.id, sizeof line.id, "%s", pack->id);
	line.revision = pack->revision;
	line.sha256 = pack->sha256;
	MUST(fv_packs_add(packs, &line));
	MUST(fv_store_put_item(store,
	    &(struct fv_item_row){.kind = FV_ITEM_PACK,
		.key = fv_span_z(line.id),
		.version = pack->revision,
		.body = fv_buf_span(&body)}));
	fv_rulepack_free(pack);
	fv_buf_clear(&body);
}

static void
keep_packs(struct fv_store *store)
{
	struct fv_packs *packs = calloc(1, sizeof *packs);
	struct fv_buf text = {0}, note = {0};

	if (packs == NULL)
		exit(1);
	snprintf(packs->agency, sizeof packs->agency, "north");
	keep_pack(store, packs, "sync-server/rules/cn-cba-2026.json");
	keep_pack(store, packs, "sync-server/rules/house.json");
	keep_pack(store, packs, "tests/data/test-days.json");
	fv_packs_put(&text, packs);
	sign(&note, fv_buf_span(&text));
	MUST(fv_store_put_setting(store, FV_SET_PACKS_NOTE, fv_buf_span(&note)));
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	free(packs);
}

static void
keep_case(struct fv_store *store, const char *case_id, const char *zone, int64_t now_ms)
{
	struct fv_buf body = {0};
	const struct fv_item_case item = {.id = fv_span_z(case_id),
	    .agency = fv_span_z("north"),
	    .zones = fv_span_z(zone),
	    .has_place = true,
	    .lat_e7 = 231291000,
	    .lon_e7 = 1132644000,
	    .has_radius = true,
	    .radius_m = 100,
	    .actor = 2,
	    .product = 1,
	    .debts = fv_span_z("d1"),
	    .packs = fv_span_z("cn-cba-2026;house;test-days"),
	    .assigned = fv_span_z("o1"),
	    .has_as_of = true,
	    .as_of_day = now_ms / FV_MS_PER_DAY};

	fv_item_case_put(&body, &item);
	MUST(fv_buf_status(&body));
	MUST(fv_store_put_item(store,
	    &(struct fv_item_row){.kind = FV_ITEM_CASE,
		.key = fv_span_z(case_id),
		.version = 1,
		.body = fv_buf_span(&body)}));
	fv_buf_clear(&body);
}

int
main(int argc, char **argv)
{
	static const char *const cases[] = {"c-1", "c-2", "c-3"};
	const uint8_t ticket_id[FV_TICKET_ID_BYTES] = {1, 2, 3};
	struct fv_identity_keys keys;
	struct fv_store *store;
	struct fv_hash roster;
	struct fv_syncstate state;
	const int64_t now_ms = fv_clock_system().rtc_ms(NULL);
	char zone[32];
	bool was_clean;
	int lock;

	if (argc < 2) {
		fputs("usage: handheld DIR [HOURS]\n", stderr);
		return 2;
	}
	MUST(fv_crypto_init());
	fv_random_fill(fv_random_system(), sign_seed, sizeof sign_seed);
	fv_hpke_keypair(fv_random_system(), sup_sk, sup_pk);
	fv_hpke_keypair(fv_random_system(), audit_sk, audit_pk);
	fv_hpke_keypair(fv_random_system(), recovery_sk, recovery_pk);
	MUST(fv_app_take_lock(argv[1], &lock));
	MUST(fv_store_open(&store, argv[1], &was_clean));
	fv_identity_make(fv_random_system(), ticket_id, &keys);
	MUST(fv_store_begin(store));
	MUST(fv_identity_store(store, argv[1], &keys));
	MUST(fv_pin_set(argv[1], FV_PIN_FILE, fv_span_z("2468"), keys.sk_box));
	keep_roster(store, &roster);
	keep_ticket(store, ticket_id, "http://127.0.0.1:9", &roster);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (i < 2)
			pick_zone(now_ms, i == 0 ? 13 : 23, zone);
		else
			snprintf(zone, sizeof zone, "Asia/Shanghai");
		keep_case(store, cases[i], zone, now_ms);
		if (i < 2)
			keep_card(store, cases[i], keys.pk_box);
	}
	keep_packs(store);
	if (argc > 2) {
		MUST(fv_syncstate_load(store, &state));
		state.last_ok_ms = now_ms - strtol(argv[2], NULL, 10) * 3600000;
		MUST(fv_syncstate_save(store, &state));
	}
	MUST(fv_store_put_int(store, FV_SET_STATE, FV_IDENTITY_ENROLLED));
	MUST(fv_store_commit(store));
	fv_store_close(store);
	return 0;
}
