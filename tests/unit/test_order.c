#include "fv/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/instant.h"
#include "tests/support/people.h"

static const unsigned s1[] = {1}, both[] = {1, 2}, stranger[] = {9};

struct world {
	struct fv_roster *roster;
	struct fv_buf text, note;
	struct fv_fault fault;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_int_equal(fv_crypto_init(), FV_OK);
	assert_non_null(w);
	w->roster = people_roster(2);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	free(w->roster);
	fv_buf_clear(&w->text);
	fv_buf_clear(&w->note);
	free(w);
	return 0;
}

static struct fv_span
sign(struct world *w, const unsigned *who, size_t count)
{
	fv_buf_reset(&w->note);
	people_sign(&w->note, fv_buf_span(&w->text), "north", who, count);
	return fv_buf_span(&w->note);
}

static struct fv_approve
an_approval(void)
{
	struct fv_approve a;

	memset(a.dev, 0x41, sizeof a.dev);
	memset(a.leaf.b, 0x07, sizeof a.leaf.b);
	return a;
}

static void
an_approval_survives_being_written_and_read(void **state)
{
	struct world *w = *state;
	const struct fv_approve a = an_approval();
	struct fv_approve got;

	fv_approve_put(&w->text, &a);
	assert_string_equal(fv_buf_z(&w->text),
	    "fieldvisit/v1/approve\n"
	    "41414141414141414141414141414141\n"
	    "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n");
	assert_int_equal(fv_approve_parse(fv_buf_span(&w->text), &got, &w->fault), FV_OK);
	assert_memory_equal(&got, &a, sizeof a);
}

static void
a_cut_or_longer_approval_is_refused(void **state)
{
	struct world *w = *state;
	const struct fv_approve a = an_approval();
	struct fv_approve got;

	fv_approve_put(&w->text, &a);
	for (size_t len = 0; len < w->text.len; len++)
		assert_int_equal(
		    fv_approve_parse(fv_span_of(w->text.ptr, len), &got, &w->fault),
		    FV_EFORMAT);
	fv_buf_put_z(&w->text, "more\n");
	assert_int_equal(fv_approve_parse(fv_buf_span(&w->text), &got, &w->fault), FV_EFORMAT);
	assert_int_equal(w->fault.line, 4);
}

static void
an_approval_by_a_stranger_counts_nothing(void **state)
{
	struct world *w = *state;
	const struct fv_approve a = an_approval();
	struct fv_span text;

	fv_approve_put(&w->text, &a);
	assert_int_equal(fv_order_verify(sign(w, stranger, 1), w->roster, 1, &text), FV_EAUTH);
	assert_int_equal(text.len, 0);
	assert_int_equal(fv_order_verify(sign(w, s1, 1), w->roster, 2, &text), FV_EAUTH);
	assert_int_equal(fv_order_verify(sign(w, both, 2), w->roster, 2, &text), FV_OK);
	assert_true(fv_span_equal(text, fv_buf_span(&w->text)));
	/* Nobody needed is nobody asked: never "yes". */
	assert_int_equal(fv_order_verify(sign(w, both, 2), w->roster, 0, &text), FV_EAUTH);
}

static void
orders_survive_being_written_and_read(void **state)
{
	struct world *w = *state;
	struct fv_order orders[3] = {
	    {.kind = FV_ORDER_REVOKE, .reason = "stolen", .trusted_size = 1842},
	    {.kind = FV_ORDER_WIPE},
	    {.kind = FV_ORDER_ERASE, .seq = 17, .what = "note", .basis = "pipl-47"},
	};
	struct fv_order got;

	for (size_t i = 0; i < 3; i++) {
		orders[i].at_ms = INT64_C(1790000000000);
		memset(orders[i].dev, (int)i + 1, sizeof orders[i].dev);
		fv_buf_reset(&w->text);
		fv_order_put(&w->text, &orders[i]);
		assert_int_equal(
		    fv_order_parse(fv_buf_span(&w->text), &got, &w->fault), FV_OK);
		assert_memory_equal(&got, &orders[i], sizeof got);
	}
	assert_string_equal(fv_buf_z(&w->text),
	    "fieldvisit/v1/erase\n03030303030303030303030303030303\n17\nnote\npipl-47\n"
	    "2026-09-21T14:13:20Z\n");
}

static void
an_order_of_one_kind_is_never_another(void **state)
{
	struct world *w = *state;
	struct fv_order got;
	static const struct {
		const char *text;
		size_t line;
	} bad[] = {
	    {"fieldvisit/v1/burn\n01010101010101010101010101010101\n2026-09-21T14:13:20Z\n",
		1},
	    {"fieldvisit/v1/wipe\n0101010101010101010101010101010\n2026-09-21T14:13:20Z\n", 2},
	    {"fieldvisit/v1/wipe\n01010101010101010101010101010101\nstolen\n5\n"
	     "2026-09-21T14:13:20Z\n",
		3},
	    {"fieldvisit/v1/revoke\n01010101010101010101010101010101\n"
	     "2026-09-21T14:13:20Z\n",
		3},
	    {"fieldvisit/v1/revoke\n01010101010101010101010101010101\nstolen\n-5\n"
	     "2026-09-21T14:13:20Z\n",
		4},
	    {"fieldvisit/v1/wipe\n01010101010101010101010101010101\n2026-09-21T14:13:20Z", 3},
	    {"fieldvisit/v1/approve\n01010101010101010101010101010101\n"
	     "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
		1},
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_not_equal(
		    fv_order_parse(fv_span_z(bad[i].text), &got, &w->fault), FV_OK);
		assert_int_equal(w->fault.line, bad[i].line);
		assert_int_equal(got.kind, 0);
	}
}

static struct fv_pack_line
a_pack(const char *id, uint32_t revision)
{
	struct fv_pack_line p = {.revision = revision, .adopted_day = 20515};

	assert_int_equal(fv_id_copy(fv_span_z(id), p.id, sizeof p.id), FV_OK);
	fv_sha256(fv_span_z(id), &p.sha256);
	p.sha256.b[0] ^= (uint8_t)revision;
	return p;
}

static void
packs_stand_in_order_however_they_are_added(void **state)
{
	struct world *w = *state;
	const struct fv_pack_line a2 = a_pack("a", 2), a10 = a_pack("a", 10),
				  b1 = a_pack("b", 1);
	struct fv_packs packs = {.agency = "north"}, got;

	assert_int_equal(fv_packs_add(&packs, &b1), FV_OK);
	assert_int_equal(fv_packs_add(&packs, &a10), FV_OK);
	assert_int_equal(fv_packs_add(&packs, &a2), FV_OK);
	assert_int_equal(fv_packs_add(&packs, &a2), FV_EEXIST);
	fv_packs_put(&w->text, &packs);
	assert_int_equal(fv_packs_parse(fv_buf_span(&w->text), &got, &w->fault), FV_OK);
	assert_memory_equal(&got, &packs, sizeof got);
	assert_int_equal(got.packs[0].revision, 2);
	assert_int_equal(got.packs[1].revision, 10);
	assert_string_equal(fv_packs_find(&got, &b1.sha256)->id, "b");
	assert_non_null(strstr(fv_buf_z(&w->text), " 2026-03-03\n"));
}

static void
a_revision_cannot_be_published_twice_with_other_bytes(void **state)
{
	struct fv_pack_line p = a_pack("a", 1);
	struct fv_packs packs = {.agency = "north"};

	(void)state;
	assert_int_equal(fv_packs_add(&packs, &p), FV_OK);
	p.sha256.b[9] ^= 1;
	assert_int_equal(fv_packs_add(&packs, &p), FV_ECONFLICT);
	assert_null(fv_packs_find(&packs, &p.sha256));
	assert_int_equal(packs.count, 1);
}

static void
more_packs_than_the_bound_are_refused(void **state)
{
	struct fv_packs packs = {.agency = "north"};
	struct fv_pack_line p;

	(void)state;
	for (uint32_t i = 1; i <= FV_PACKS_MAX; i++) {
		p = a_pack("a", i);
		assert_int_equal(fv_packs_add(&packs, &p), FV_OK);
	}
	p = a_pack("a", FV_PACKS_MAX + 1);
	assert_int_equal(fv_packs_add(&packs, &p), FV_ETOOBIG);
}

static void
the_servers_own_law_is_refused(void **state)
{
	struct world *w = *state;
	const struct fv_pack_line p = a_pack("a", 1);
	struct fv_packs packs = {.agency = "north"}, got;

	assert_int_equal(fv_packs_add(&packs, &p), FV_OK);
	fv_packs_put(&w->text, &packs);
	assert_int_equal(fv_packs_verify(sign(w, stranger, 1), w->roster, &got), FV_EAUTH);
	w->roster->pack_threshold = 2;
	assert_int_equal(fv_packs_verify(sign(w, s1, 1), w->roster, &got), FV_EAUTH);
	assert_int_equal(got.count, 0);
	assert_int_equal(fv_packs_verify(sign(w, both, 2), w->roster, &got), FV_OK);
	fv_buf_reset(&w->text);
	memcpy(packs.agency, "south", 6);
	fv_packs_put(&w->text, &packs);
	assert_int_equal(fv_packs_verify(sign(w, both, 2), w->roster, &got), FV_ECONFLICT);
}

static void
a_bad_packs_line_is_named(void **state)
{
#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const struct {
		const char *text;
		size_t line;
	} bad[] = {
	    {"fieldvisit/v1/packs/no th\na 1 " HASH " 2026-03-03\n", 1},
	    {"fieldvisit/v1/packs/north\n", 2},
	    {"fieldvisit/v1/packs/north\na 1 " HASH " 2026-02-30\n", 2},
	    {"fieldvisit/v1/packs/north\na 0 " HASH " 2026-03-03\n", 2},
	    {"fieldvisit/v1/packs/north\na 1 " HASH "00 2026-03-03\n", 2},
	    {"fieldvisit/v1/packs/north\na 2 " HASH " 2026-03-03\na 2 " HASH " 2026-03-03\n",
		3},
	    {"fieldvisit/v1/packs/north\nb 1 " HASH " 2026-03-03\na 1 " HASH " 2026-03-03\n",
		3},
	    {"fieldvisit/v1/packs/north\na 1 " HASH " 2026-03-03", 2},
	    {"fieldvisit/v1/packs/north\na 1 " HASH " 2026-03-03 x y\n", 2},
	    {"fieldvisit/v1/packs/north\na 1 " HASH " 2026-03-03 x!\n", 2},
	    {"fieldvisit/v1/packs/north\na 1 " HASH " 2026-03-03 \n", 2},
	    {"fieldvisit/v1/packs/north\na 1 " HASH " 2026-03-03 a\n", 2},
	};
	static const char over[] =
	    "fieldvisit/v1/packs/north\na 1 " HASH " 2026-03-03 b\nb 1 " HASH
	    " 2026-03-03\nb 2 " HASH " 2026-03-03\n";
#undef HASH
	struct world *w = *state;
	struct fv_packs got;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_not_equal(
		    fv_packs_parse(fv_span_z(bad[i].text), &got, &w->fault), FV_OK);
		assert_int_equal(w->fault.line, bad[i].line);
		assert_int_equal(got.count, 0);
	}
	struct fv_buf again = {0};
	assert_int_equal(fv_packs_parse(fv_span_z(over), &got, &w->fault), FV_OK);
	assert_string_equal(got.packs[0].over, "b");
	assert_int_equal(fv_packs_highest(&got, "b")->revision, 2);
	assert_null(fv_packs_highest(&got, "c"));
	fv_packs_put(&again, &got);
	assert_true(fv_span_equal(fv_buf_span(&again), fv_span_z(over)));
	fv_buf_clear(&again);
}

static struct fv_card
a_card(struct fv_span ct, struct fv_span capsules)
{
	struct fv_card card = {.agency = "north", .case_id = "c1", .version = 3};

	memset(card.kc, 0x11, sizeof card.kc);
	fv_sha256(ct, &card.ct);
	fv_sha256(capsules, &card.capsules);
	for (unsigned i = 0; i < 3; i++)
		card.key_ids[i][3] = (uint8_t)(i + 1);
	card.recipient_count = 3;
	return card;
}

static void
a_card_text_survives_being_written_and_read(void **state)
{
	struct world *w = *state;
	const struct fv_card card = a_card(fv_span_z("ct"), fv_span_z("capsules"));
	struct fv_card got;

	fv_card_put(&w->text, &card);
	assert_int_equal(fv_card_parse(fv_buf_span(&w->text), &got, &w->fault), FV_OK);
	assert_memory_equal(&got, &card, sizeof got);
	assert_non_null(strstr(fv_buf_z(&w->text), "\n00000001 00000002 00000003\n"));
	for (size_t len = 0; len < w->text.len; len++)
		assert_int_equal(
		    fv_card_parse(fv_span_of(w->text.ptr, len), &got, &w->fault), FV_EFORMAT);
}

static void
a_forged_card_is_refused(void **state)
{
	struct world *w = *state;
	const struct fv_span ct = fv_span_z("ct"), capsules = fv_span_z("capsules");
	struct fv_card card = a_card(ct, capsules), got;

	fv_card_put(&w->text, &card);
	assert_int_equal(
	    fv_card_verify(sign(w, stranger, 1), ct, capsules, w->roster, &got), FV_EAUTH);
	assert_int_equal(fv_card_verify(sign(w, s1, 1), ct, capsules, w->roster, &got), FV_OK);
	assert_string_equal(got.case_id, "c1");
	assert_int_equal(
	    fv_card_verify(fv_buf_span(&w->note), capsules, capsules, w->roster, &got),
	    FV_EAUTH);
	assert_int_equal(
	    fv_card_verify(fv_buf_span(&w->note), ct, ct, w->roster, &got), FV_EAUTH);
	assert_int_equal(got.version, 0);
	fv_buf_reset(&w->text);
	memcpy(card.agency, "south", 6);
	fv_card_put(&w->text, &card);
	assert_int_equal(
	    fv_card_verify(sign(w, s1, 1), ct, capsules, w->roster, &got), FV_ECONFLICT);
}

static void
a_card_has_at_most_24_recipients(void **state)
{
	struct world *w = *state;
	struct fv_card card = a_card(fv_span_z("ct"), fv_span_z("capsules")), got;

	card.recipient_count = FV_CARD_RECIPIENTS_MAX;
	fv_card_put(&w->text, &card);
	assert_int_equal(fv_card_parse(fv_buf_span(&w->text), &got, &w->fault), FV_OK);
	w->text.len--; /* the newline */
	fv_buf_put_z(&w->text, " 00000000\n");
	assert_int_equal(fv_card_parse(fv_buf_span(&w->text), &got, &w->fault), FV_EFORMAT);
	assert_int_equal(w->fault.line, 7);
}

static struct fv_rewrap
a_rewrap(void)
{
	struct fv_rewrap rewrap = {.seq = 77, .recipient_count = 2, .at_ms = 1767225600000};

	memset(rewrap.dev, 0xAB, sizeof rewrap.dev);
	fv_sha256(fv_span_z("capsules"), &rewrap.capsules);
	rewrap.key_ids[0][3] = 1;
	rewrap.key_ids[1][0] = 0xFF;
	return rewrap;
}

static void
a_rewrap_survives_being_written_and_read(void **state)
{
	struct world *w = *state;
	const struct fv_rewrap rewrap = a_rewrap();
	struct fv_rewrap got;

	fv_rewrap_put(&w->text, &rewrap);
	assert_int_equal(fv_rewrap_parse(fv_buf_span(&w->text), &got, &w->fault), FV_OK);
	assert_memory_equal(&got, &rewrap, sizeof got);
	assert_non_null(
	    strstr(fv_buf_z(&w->text), "\n00000001 ff000000\n2026-01-01T00:00:00Z\n"));
	for (size_t len = 0; len < w->text.len; len++)
		assert_int_equal(
		    fv_rewrap_parse(fv_span_of(w->text.ptr, len), &got, &w->fault),
		    FV_EFORMAT);
	fv_buf_put_z(&w->text, "\n");
	assert_int_equal(fv_rewrap_parse(fv_buf_span(&w->text), &got, &w->fault), FV_EFORMAT);
}

static void
a_rewrap_has_1_to_8_readers(void **state)
{
	static const char *const bad[] = {
	    "\n\n", "\n0000000G\n", "\n00000001 \n", "\n1 1 1 1 1 1 1 1 1\n"};
	struct world *w = *state;
	struct fv_rewrap rewrap = a_rewrap(), got;

	rewrap.recipient_count = FV_NOTE_RECIPIENTS_MAX;
	fv_rewrap_put(&w->text, &rewrap);
	assert_int_equal(fv_rewrap_parse(fv_buf_span(&w->text), &got, &w->fault), FV_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		fv_buf_reset(&w->text);
		fv_buf_put_z(&w->text,
		    "fieldvisit/v1/rewrap\nabababababababababababababababab\n77\n"
		    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
		fv_buf_put_z(&w->text, bad[i]);
		fv_buf_put_z(&w->text, "2026-01-01T00:00:00Z\n");
		assert_int_not_equal(
		    fv_rewrap_parse(fv_buf_span(&w->text), &got, &w->fault), FV_OK);
		assert_int_equal(w->fault.line, 5);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(an_approval_survives_being_written_and_read),
	    T(a_cut_or_longer_approval_is_refused),
	    T(an_approval_by_a_stranger_counts_nothing),
	    T(orders_survive_being_written_and_read),
	    T(an_order_of_one_kind_is_never_another),
	    T(packs_stand_in_order_however_they_are_added),
	    T(a_revision_cannot_be_published_twice_with_other_bytes),
	    T(more_packs_than_the_bound_are_refused),
	    T(the_servers_own_law_is_refused),
	    T(a_bad_packs_line_is_named),
	    T(a_card_text_survives_being_written_and_read),
	    T(a_forged_card_is_refused),
	    T(a_card_has_at_most_24_recipients),
	    T(a_rewrap_survives_being_written_and_read),
	    T(a_rewrap_has_1_to_8_readers),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
