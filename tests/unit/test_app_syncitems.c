#include "tests/unit/app_fixture.h"

#include "firmware-app/pin.h"
#include "firmware-app/roster_kept.h"
#include "fv/item.h"
#include "fv/order.h"
#include "tests/support/people.h"

/* The handheld believes version 1 of the roster of "north": three supervisors. */
struct desk {
	struct handheld *h;
	struct fv_roster *roster; /* owned */
	struct fv_hash hash;
	struct fv_syncitems out;
	struct fv_buf items; /* owned */
};

static const unsigned S1[] = {1}, STRANGER[] = {9};

/* Append the roster's text, signed. */
static void
sign_roster(const struct fv_roster *roster, const unsigned *by, struct fv_buf *note)
{
	struct fv_buf text = {0};

	fv_roster_put(&text, roster);
	people_sign(note, fv_buf_span(&text), "north", by, 1);
	fv_buf_clear(&text);
}

static void
open_desk(struct desk *d, void **state)
{
	struct fv_buf note = {0}, text = {0};

	memset(d, 0, sizeof *d);
	d->h = *state;
	d->roster = people_roster(3);
	sign_roster(d->roster, S1, &note);
	fv_roster_put(&text, d->roster);
	fv_roster_hash(fv_buf_span(&text), &d->hash);
	assert_int_equal(fv_roster_keep(d->h->app.store, 1, fv_buf_span(&note), 1), FV_OK);
	fv_buf_clear(&note);
	fv_buf_clear(&text);
}

static void
close_desk(struct desk *d)
{
	free(d->roster);
	fv_buf_clear(&d->items);
}

static void
put(struct desk *d, uint32_t kind, const char *key, uint64_t version, struct fv_span body)
{
	const struct fv_item item = {
	    .kind = kind, .key = fv_span_z(key), .version = version, .body = body};

	fv_item_put(&d->items, &item);
}

/* Take what was put. */
static void
take(struct desk *d)
{
	assert_int_equal(
	    fv_syncitems_take(&d->h->app, fv_buf_span(&d->items), 1, &d->out), FV_OK);
	fv_buf_reset(&d->items);
}

static bool
has(struct desk *d, uint32_t kind, const char *key)
{
	struct fv_item_row row;
	struct fv_buf body = {0};
	enum fv_err rc = fv_store_get_item(d->h->app.store, kind, fv_span_z(key), &row, &body);

	assert_true(rc == FV_OK || rc == FV_ENOENT);
	fv_buf_clear(&body);
	return rc == FV_OK;
}

static void
put_case(struct desk *d, const char *key, const char *id, uint64_t version)
{
	const struct fv_item_case item = {.id = fv_span_z(id),
	    .agency = fv_span_z("north"),
	    .zones = fv_span_z("Asia/Shanghai"),
	    .actor = 2,
	    .product = 1};
	struct fv_buf body = {0};

	fv_item_case_put(&body, &item);
	put(d, FV_ITEM_CASE, key, version, fv_buf_span(&body));
	fv_buf_clear(&body);
}

static void
put_card(struct desk *d, const char *key)
{
	const struct fv_item_card item = {.note = fv_span_z("note"),
	    .ct = fv_span_z("ct"),
	    .capsules = fv_span_z("capsules")};
	struct fv_buf body = {0};

	fv_item_card_put(&body, &item);
	put(d, FV_ITEM_CARD, key, 1, fv_buf_span(&body));
	fv_buf_clear(&body);
}

static void
put_hold(struct desk *d, const char *key)
{
	const struct fv_item_hold item = {.event_kind = 3, .from_ms = 5};
	struct fv_buf body = {0};

	fv_item_hold_put(&body, &item);
	put(d, FV_ITEM_HOLD, key, 1, fv_buf_span(&body));
	fv_buf_clear(&body);
}

static void
a_tombstone_takes_the_case_and_all_that_is_with_it(void **state)
{
	struct desk d;
	uint64_t n;
	const struct fv_part_row part = {.hash = {{1}},
	    .kind = FV_ITEM_CARD,
	    .key = fv_span_z("c1"),
	    .total_bytes = 5000,
	    .data = fv_span_z("half a card")};
	struct fv_buf left = {0};

	open_desk(&d, state);
	n = fv_journal_next_seq(&d.h->app.journal);
	put_case(&d, "c1", "c1", 1);
	put_case(&d, "c2", "c2", 1);
	put_card(&d, "c1");
	put_hold(&d, "c1");
	take(&d);
	assert_int_equal(d.out.taken, 4);
	assert_int_equal(fv_store_put_part(d.h->app.store, &part), FV_OK);
	put(&d, FV_ITEM_TOMBSTONE, "c1", 2, fv_span_of("", 0));
	take(&d);
	assert_false(has(&d, FV_ITEM_CASE, "c1") || has(&d, FV_ITEM_CARD, "c1") ||
	    has(&d, FV_ITEM_HOLD, "c1"));
	assert_int_equal(fv_store_get_part(d.h->app.store, &part.hash, &left), FV_ENOENT);
	assert_true(has(&d, FV_ITEM_CASE, "c2"));
	assert_int_equal(fv_journal_next_seq(&d.h->app.journal), n);
	close_desk(&d);
}

static void
a_case_under_another_name_is_left_out_and_the_rest_is_taken(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put_case(&d, "c1", "c9", 1);
	put(&d, FV_ITEM_HISTORY, "c1", 1, fv_span_z("no history"));
	put(&d, FV_ITEM_CARD, "c1", 1, fv_span_z("no card"));
	put_case(&d, "c2", "c2", 1);
	take(&d);
	assert_int_equal(d.out.refused, 3);
	assert_int_equal(d.out.taken, 1);
	assert_true(has(&d, FV_ITEM_CASE, "c2") && !has(&d, FV_ITEM_CASE, "c1"));
	close_desk(&d);
}

static void
an_empty_hold_lifts_the_hold(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put_hold(&d, "c1");
	take(&d);
	assert_true(has(&d, FV_ITEM_HOLD, "c1"));
	put(&d, FV_ITEM_HOLD, "c1", 2, fv_span_of("", 0));
	take(&d);
	assert_false(has(&d, FV_ITEM_HOLD, "c1"));
	close_desk(&d);
}

static void
an_unknown_kind_is_passed_over(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put(&d, 40, "x", 1, fv_span_z("of the future"));
	put_case(&d, "c1", "c1", 1);
	take(&d);
	assert_int_equal(d.out.refused, 0);
	assert_true(has(&d, FV_ITEM_CASE, "c1") && !has(&d, 40, "x"));
	close_desk(&d);
}

static void
a_sequence_that_breaks_off_is_refused(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put_case(&d, "c1", "c1", 1);
	assert_int_equal(
	    fv_syncitems_take(&d.h->app, fv_span_of(d.items.ptr, d.items.len - 1), 1, &d.out),
	    FV_EFORMAT);
	close_desk(&d);
}

/* --- packs --- */

static void
put_packs_note(struct desk *d, const char *const *bodies, size_t count, const unsigned *by)
{
	struct fv_packs *packs = calloc(1, sizeof *packs);
	struct fv_buf text = {0}, note = {0};

	assert_non_null(packs);
	memcpy(packs->agency, "north", 6);
	for (size_t i = 0; i < count; i++) {
		struct fv_pack_line *line = &packs->packs[packs->count++];

		memcpy(line->id, "law", 4);
		line->revision = (uint32_t)i + 1;
		line->adopted_day = 20000;
		fv_sha256(fv_span_z(bodies[i]), &line->sha256);
	}
	fv_packs_put(&text, packs);
	people_sign(&note, fv_buf_span(&text), "north", by, 1);
	put(d, FV_ITEM_PACKS_NOTE, "north", count, fv_buf_span(&note));
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	free(packs);
}

static const char *const PACKS[] = {
    "{\"revision\":1}", "{\"revision\":2}", "{\"revision\":3}"};

static void
a_pack_waits_until_supervisors_adopt_it(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put(&d, FV_ITEM_PACK, "law", 1, fv_span_z(PACKS[0]));
	take(&d);
	assert_false(has(&d, FV_ITEM_PACK, "law@r1"));
	put_packs_note(&d, PACKS, 1, S1);
	take(&d);
	assert_true(has(&d, FV_ITEM_PACK, "law@r1"));
	close_desk(&d);
}

static void
a_pack_that_no_note_names_is_never_in_force(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put_packs_note(&d, PACKS, 1, S1);
	put(&d, FV_ITEM_PACK, "law", 1, fv_span_z("{\"revision\":1, \"evil\":true}"));
	take(&d);
	assert_false(has(&d, FV_ITEM_PACK, "law@r1"));
	close_desk(&d);
}

static void
a_packs_note_by_a_stranger_is_refused(void **state)
{
	struct desk d;
	struct fv_buf kept = {0};

	open_desk(&d, state);
	put(&d, FV_ITEM_PACK, "law", 1, fv_span_z(PACKS[0]));
	put_packs_note(&d, PACKS, 1, STRANGER);
	take(&d);
	assert_int_equal(d.out.refused, 1);
	assert_false(has(&d, FV_ITEM_PACK, "law@r1"));
	assert_int_equal(
	    fv_store_get_setting(d.h->app.store, FV_SET_PACKS_NOTE, &kept), FV_ENOENT);
	close_desk(&d);
}

static void
the_last_two_revisions_of_a_pack_are_kept(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put_packs_note(&d, PACKS, 3, S1);
	for (size_t i = 0; i < 3; i++)
		put(&d, FV_ITEM_PACK, "law", i + 1, fv_span_z(PACKS[i]));
	take(&d);
	assert_false(has(&d, FV_ITEM_PACK, "law@r1"));
	assert_true(has(&d, FV_ITEM_PACK, "law@r2") && has(&d, FV_ITEM_PACK, "law@r3"));
	close_desk(&d);
}

static void
a_packs_note_that_was_replaced_does_not_come_back(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put_packs_note(&d, PACKS, 1, S1);
	take(&d);
	put_packs_note(&d, PACKS, 1, S1);
	put_packs_note(&d, PACKS, 2, S1);
	take(&d);
	assert_int_equal(d.out.refused, 0);
	/* The server sends what supervisors once signed. */
	put_packs_note(&d, PACKS, 1, S1);
	put(&d, FV_ITEM_PACK, "law", 2, fv_span_z(PACKS[1]));
	take(&d);
	assert_int_equal(d.out.refused, 1);
	assert_true(has(&d, FV_ITEM_PACK, "law@r2"));
	put_packs_note(&d, PACKS, 3, S1);
	put_packs_note(&d, PACKS, 3, S1);
	take(&d);
	assert_int_equal(d.out.refused, 0);
	close_desk(&d);
}

/* --- slices --- */

static void
put_slice(struct desk *d, struct fv_span body, struct fv_hash hash, size_t offset, size_t len)
{
	const struct fv_item item = {.kind = FV_ITEM_PACK,
	    .key = fv_span_z("law"),
	    .version = 1,
	    .is_slice = true,
	    .slice = {.hash = hash,
		.total = body.len,
		.offset = offset,
		.bytes = fv_span_of(body.ptr + offset, len)}};

	fv_item_put(&d->items, &item);
}

/* A pack of 7,000 bytes that the note names. */
static const char *
adopt_long_pack(struct desk *d, char text[7001], struct fv_hash *hash)
{
	const char *bodies[1] = {text};

	memset(text, ' ', 7000);
	text[7000] = '\0';
	fv_sha256(fv_span_z(text), hash);
	put_packs_note(d, bodies, 1, S1);
	take(d);
	return text;
}

static void
slices_are_put_together_over_several_answers(void **state)
{
	struct desk d;
	char text[7001];
	struct fv_hash hash;
	struct fv_buf part = {0};
	struct fv_span body;

	open_desk(&d, state);
	body = fv_span_z(adopt_long_pack(&d, text, &hash));
	put_slice(&d, body, hash, 0, 3072);
	take(&d);
	assert_int_equal(fv_store_get_part(d.h->app.store, &hash, &part), FV_OK);
	assert_int_equal(part.len, 3072);
	/* Again, and one that leaves a hole: neither does harm. */
	put_slice(&d, body, hash, 0, 3072);
	put_slice(&d, body, hash, 6144, 856);
	take(&d);
	assert_false(has(&d, FV_ITEM_PACK, "law@r1"));
	put_slice(&d, body, hash, 3072, 3072);
	put_slice(&d, body, hash, 6144, 856);
	take(&d);
	assert_true(has(&d, FV_ITEM_PACK, "law@r1"));
	assert_int_equal(fv_store_get_part(d.h->app.store, &hash, &part), FV_ENOENT);
	fv_buf_clear(&part);
	close_desk(&d);
}

static void
slices_that_make_another_body_are_dropped(void **state)
{
	struct desk d;
	char text[7001];
	struct fv_hash hash;
	struct fv_buf part = {0};

	open_desk(&d, state);
	adopt_long_pack(&d, text, &hash);
	text[5000] = 'x';
	for (size_t at = 0; at < 7000; at += 3000)
		put_slice(&d, fv_span_z(text), hash, at, at + 3000 <= 7000 ? 3000 : 7000 - at);
	take(&d);
	assert_int_equal(d.out.refused, 1);
	assert_false(has(&d, FV_ITEM_PACK, "law@r1"));
	assert_int_equal(fv_store_get_part(d.h->app.store, &hash, &part), FV_ENOENT);
	close_desk(&d);
}

/* --- rosters --- */

static uint64_t
believed(struct desk *d)
{
	struct fv_roster *roster;
	uint64_t version;

	assert_int_equal(fv_roster_load(d->h->app.store, &roster, NULL), FV_OK);
	version = roster->version;
	free(roster);
	return version;
}

static void
put_next_roster(struct desk *d, const unsigned *by)
{
	struct fv_buf note = {0};

	d->roster->version = 2;
	d->roster->has_previous = true;
	d->roster->previous = d->hash;
	sign_roster(d->roster, by, &note);
	put(d, FV_ITEM_ROSTER, "north", 2, fv_buf_span(&note));
	fv_buf_clear(&note);
}

static void
the_next_roster_signed_by_the_last_is_believed(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put_next_roster(&d, S1);
	take(&d);
	assert_int_equal(believed(&d), 2);
	/* The same again is no news. */
	put_next_roster(&d, S1);
	take(&d);
	assert_int_equal(d.out.refused, 0);
	close_desk(&d);
}

static void
a_roster_that_the_last_one_did_not_sign_is_refused(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put_next_roster(&d, STRANGER);
	take(&d);
	assert_int_equal(d.out.refused, 1);
	assert_int_equal(believed(&d), 1);
	d.hash.b[0] ^= 1;
	put_next_roster(&d, S1);
	take(&d);
	assert_int_equal(believed(&d), 1);
	close_desk(&d);
}

/* --- orders --- */

static void
put_order(struct desk *d, uint32_t item_kind, enum fv_order_kind kind, const uint8_t *dev,
    const unsigned *by)
{
	struct fv_order order = {.kind = kind, .reason = "lost", .at_ms = 1795000000000};
	struct fv_buf text = {0}, note = {0};
	struct fv_item item = {.kind = item_kind, .key_is_bytes = true, .version = 1};

	memcpy(order.dev, dev, sizeof order.dev);
	fv_order_put(&text, &order);
	people_sign(&note, fv_buf_span(&text), "north", by, 1);
	item.key = fv_span_of(dev, FV_DEV_BYTES);
	item.body = fv_buf_span(&note);
	fv_item_put(&d->items, &item);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
}

static void
an_order_to_wipe_this_handheld_is_obeyed(void **state)
{
	struct desk d;

	open_desk(&d, state);
	put_order(&d, FV_ITEM_WIPE, FV_ORDER_WIPE, d.h->app.identity.dev, S1);
	take(&d);
	assert_true(d.out.is_wipe && !d.out.is_revoked);
	put_order(&d, FV_ITEM_REVOKE, FV_ORDER_REVOKE, d.h->app.identity.dev, S1);
	take(&d);
	assert_true(d.out.is_revoked && !d.out.is_wipe);
	close_desk(&d);
}

static void
orders_by_strangers_for_others_or_of_another_kind_are_refused(void **state)
{
	struct desk d;
	uint8_t other[FV_DEV_BYTES] = {1};

	open_desk(&d, state);
	put_order(&d, FV_ITEM_WIPE, FV_ORDER_WIPE, d.h->app.identity.dev, STRANGER);
	put_order(&d, FV_ITEM_WIPE, FV_ORDER_WIPE, other, S1);
	put_order(&d, FV_ITEM_WIPE, FV_ORDER_REVOKE, d.h->app.identity.dev, S1);
	take(&d);
	assert_int_equal(d.out.refused, 3);
	assert_false(d.out.is_wipe || d.out.is_revoked);
	close_desk(&d);
}

/* What a program that was killed between the answer and the wipe finds. */
static void
an_order_that_was_taken_and_not_obeyed_is_obeyed_at_the_next_start(void **state)
{
	struct handheld *h = *state;
	struct fv_item_row order = {.kind = FV_ITEM_WIPE,
	    .key = fv_span_of(h->app.identity.dev, FV_DEV_BYTES),
	    .version = 1,
	    .body = fv_span_z("order")};
	struct fv_item_row card = {.kind = FV_ITEM_CARD,
	    .key = fv_span_z("c1"),
	    .version = 1,
	    .body = fv_span_z("x")};
	struct fv_buf body = {0};
	struct fv_reply reply;
	uint64_t before, after;
	int64_t is_wiped = 0;

	assert_int_equal(fv_store_put_item(h->app.store, &order), FV_OK);
	assert_int_equal(fv_store_put_item(h->app.store, &card), FV_OK);
	before = fv_journal_next_seq(&h->app.journal);
	fv_journal_close(&h->app.journal);
	h->app.has_journal = false;
	fv_reply_init(&reply, false);
	assert_true(fv_app_journal(&h->app, &reply));
	fv_reply_clear(&reply);
	assert_int_equal(fv_store_get_int(h->app.store, FV_SET_WIPED, &is_wiped), FV_OK);
	assert_int_equal(is_wiped, 1);
	assert_int_equal(
	    fv_store_get_item(h->app.store, FV_ITEM_CARD, fv_span_z("c1"), &card, &body),
	    FV_ENOENT);
	after = fv_journal_next_seq(&h->app.journal);
	assert_true(after > before);
	/* Once: another start adds no second LOCK. */
	fv_journal_close(&h->app.journal);
	h->app.has_journal = false;
	assert_true(fv_app_journal(&h->app, &reply));
	assert_true(fv_journal_next_seq(&h->app.journal) == after);
	fv_buf_clear(&body);
}

#define T(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_tombstone_takes_the_case_and_all_that_is_with_it),
	    T(a_case_under_another_name_is_left_out_and_the_rest_is_taken),
	    T(an_empty_hold_lifts_the_hold),
	    T(an_unknown_kind_is_passed_over),
	    T(a_sequence_that_breaks_off_is_refused),
	    T(a_pack_waits_until_supervisors_adopt_it),
	    T(a_pack_that_no_note_names_is_never_in_force),
	    T(a_packs_note_by_a_stranger_is_refused),
	    T(the_last_two_revisions_of_a_pack_are_kept),
	    T(a_packs_note_that_was_replaced_does_not_come_back),
	    T(slices_are_put_together_over_several_answers),
	    T(slices_that_make_another_body_are_dropped),
	    T(the_next_roster_signed_by_the_last_is_believed),
	    T(a_roster_that_the_last_one_did_not_sign_is_refused),
	    T(an_order_to_wipe_this_handheld_is_obeyed),
	    T(an_order_that_was_taken_and_not_obeyed_is_obeyed_at_the_next_start),
	    T(orders_by_strangers_for_others_or_of_another_kind_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
