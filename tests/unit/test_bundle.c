#include "fv/bundle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/order.h"
#include "tests/support/exhibit.h"
#include "tests/support/people.h"

#define AGREE_FILES 48U

/* Every line that the verifier said, one a line, failing ones with "FAILS ". */
struct lines {
	struct fv_buf text;
};

static void
note_claim(const struct fv_claim *claim, void *ctx)
{
	struct lines *lines = ctx;

	fv_buf_putf(&lines->text, "%s %s%s\n", fv_claim_word(claim->kind),
	    claim->holds ? "" : "FAILS ", claim->text);
}

static enum fv_bundle_verdict
judge(struct fv_span tar, struct fv_span policy, struct lines *lines)
{
	struct fv_bundle_check check = {.tar = tar,
	    .policy = policy,
	    .fn = lines != NULL ? note_claim : NULL,
	    .ctx = lines};
	enum fv_bundle_verdict verdict;

	assert_int_equal(fv_bundle_verify(&check, &verdict), FV_OK);
	return verdict;
}

static const struct fv_span no_policy;

struct world {
	struct exhibit x;
	struct fv_buf tar;
	struct lines lines;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct fv_bundle *b;

	assert_non_null(w);
	exhibit_init(&w->x);
	b = exhibit_bundle(&w->x, "c1");
	exhibit_close(&w->x, b, true, &w->tar);
	fv_bundle_free(b);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	exhibit_free(&w->x);
	fv_buf_clear(&w->tar);
	fv_buf_clear(&w->lines.text);
	free(w);
	return 0;
}

static bool
said(struct world *w, const char *what)
{
	const char *text = fv_buf_z(&w->lines.text);

	return text != NULL && strstr(text, what) != NULL;
}

static void
a_whole_bundle_holds_and_says_what_it_covers(void **state)
{
	struct world *w = *state;

	if (judge(fv_buf_span(&w->tar), no_policy, &w->lines) != FV_BUNDLE_HOLDS)
		fail_msg("%s", fv_buf_z(&w->lines.text));
	assert_true(said(w, "BUNDLE every member is as exported at "));
	assert_true(said(w, "AUTHENTIC device "));
	assert_true(said(w, "with s1+s2, records 0.."));
	assert_true(said(w, "COMPLETE "));
	assert_true(said(w, "(case c1) says 2026-03-02T02:00:03Z: written after "));
	assert_true(said(w, "its key is not here"));
	assert_true(said(w, "pseudo-terminal"));
	assert_true(said(w, "the system clock stepped by 3600000 ms"));
	assert_true(said(w, "CAVEAT the log's key is taken from this file itself"));
	assert_true(said(w, "CAVEAT the key to compare: log fieldvisit/v1/log/"));
}

static void
what_a_practice_handheld_recorded_is_no_evidence(void **state)
{
	struct world *w = *state;
	struct fv_bundle *b;

	exhibit_free(&w->x);
	exhibit_init_of(&w->x, FV_AGENCY_PRACTICE);
	b = exhibit_bundle(&w->x, "c1");
	fv_buf_reset(&w->tar);
	exhibit_close(&w->x, b, true, &w->tar);
	fv_bundle_free(b);
	assert_int_equal(judge(fv_buf_span(&w->tar), no_policy, &w->lines), FV_BUNDLE_FAILS);
	assert_true(said(w, "practice handheld: evidence of nothing"));
}

static void
a_clock_that_moved_by_itself_is_told(void **state)
{
	struct world *w = *state;
	struct fv_bundle *b;

	assert_int_equal(judge(fv_buf_span(&w->tar), no_policy, &w->lines), FV_BUNDLE_HOLDS);
	assert_false(said(w, "the wall clock moved"));
	assert_false(said(w, "a time after its receipt"));
	exhibit_free(&w->x);
	exhibit_init_jump(&w->x, 90000);
	b = exhibit_bundle(&w->x, "c1");
	fv_buf_reset(&w->tar);
	fv_buf_reset(&w->lines.text);
	exhibit_close(&w->x, b, true, &w->tar);
	fv_bundle_free(b);
	assert_int_equal(judge(fv_buf_span(&w->tar), no_policy, &w->lines), FV_BUNDLE_HOLDS);
	assert_true(said(w, "CAVEAT 6: the wall clock moved without a recorded step (90000)"));
}

/* The exhibit's bundle with capsules for a further reader that `signer` signed for record
 * `seq` under the name of `member`. */
static enum fv_bundle_verdict
judge_rewrap(struct world *w, unsigned signer, uint64_t seq, uint64_t member, bool is_whole)
{
	uint8_t capsules[FV_NOTE_CAPSULE_BYTES] = {7};
	struct fv_rewrap rewrap = {.seq = seq, .recipient_count = 1, .at_ms = 1767225600000};
	struct fv_buf text = {0}, note = {0}, rows = {0};
	char prefix[48], name[32];
	struct fv_bundle *b;

	memcpy(rewrap.dev, w->x.trail.trail.dev, sizeof rewrap.dev);
	fv_sha256(fv_span_of(capsules, sizeof capsules), &rewrap.capsules);
	fv_rewrap_put(&text, &rewrap);
	people_sign(&note, fv_buf_span(&text), "north", &signer, 1);
	capsules[9] = is_whole ? 0 : 1;
	fv_cbor_put_array(&rows, 1);
	fv_cbor_put_array(&rows, 2);
	fv_cbor_put_text(&rows, fv_buf_span(&note));
	fv_cbor_put_bytes(&rows, capsules, sizeof capsules);
	(void)fv_evidence_prefix(rewrap.dev, prefix);
	(void)snprintf(name, sizeof name, "rewraps/%llu", (unsigned long long)member);
	b = exhibit_bundle(&w->x, "c1");
	assert_int_equal(fv_evidence_add(b, prefix, name, fv_buf_span(&rows)), FV_OK);
	fv_buf_reset(&w->tar);
	fv_buf_reset(&w->lines.text);
	exhibit_close(&w->x, b, true, &w->tar);
	fv_bundle_free(b);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	fv_buf_clear(&rows);
	return judge(fv_buf_span(&w->tar), no_policy, &w->lines);
}

static void
capsules_that_a_supervisor_signed_later_hold(void **state)
{
	struct world *w = *state;

	assert_int_equal(judge_rewrap(w, 1, w->x.note, w->x.note, true), FV_BUNDLE_HOLDS);
	assert_true(said(w, "re-wrapped for 1 further reader, as supervisors signed"));
}

static void
capsules_of_strangers_or_of_another_record_fail(void **state)
{
	struct world *w = *state;
	const uint64_t n = w->x.note;

	assert_int_equal(judge_rewrap(w, 9, n, n, true), FV_BUNDLE_FAILS);
	assert_true(said(w, "a re-wrap is signed by no supervisor of the rosters"));
	assert_int_equal(judge_rewrap(w, 1, n + 1, n, true), FV_BUNDLE_FAILS);
	assert_true(said(w, "a re-wrap is of another record"));
	assert_int_equal(judge_rewrap(w, 1, n, n, false), FV_BUNDLE_FAILS);
	assert_true(said(w, "a re-wrap has other capsules than those that were signed"));
	assert_int_equal(judge_rewrap(w, 1, 0, 0, true), FV_BUNDLE_FAILS);
	assert_true(said(w, "that no record shown names"));
}

static void
no_record_of_another_case_is_in_the_file(void **state)
{
	struct world *w = *state;
	const char planted[] = EXHIBIT_OTHER_CASE;

	assert_null(memmem(w->tar.ptr, w->tar.len, planted, sizeof planted - 1));
	assert_non_null(memmem(w->tar.ptr, w->tar.len,
	    "\x62"
	    "c1",
	    3));
	assert_null(memmem(w->tar.ptr, w->tar.len, "secret words", 12));
}

static void
no_changed_bit_passes(void **state)
{
	struct world *w = *state;

	/* A stride without common factor with the blocks; each bit position in turn. */
	for (size_t i = 0; i < w->tar.len; i += 13) {
		uint8_t bit = (uint8_t)(1U << (i / 13 % 8));

		w->tar.ptr[i] ^= bit;
		if (judge(fv_buf_span(&w->tar), no_policy, NULL) == FV_BUNDLE_HOLDS)
			fail_msg("byte %zu changed and all claims hold", i);
		w->tar.ptr[i] ^= bit;
	}
	assert_int_equal(judge(fv_buf_span(&w->tar), no_policy, NULL), FV_BUNDLE_HOLDS);
}

static void
every_byte_of_the_export_proof_is_covered(void **state)
{
	struct world *w = *state;
	struct fv_tar_reader reader = {.in = fv_buf_span(&w->tar)};
	struct fv_tar_member m;
	size_t from = 0, seen = 0;

	for (; fv_tar_next(&reader, &m) == FV_OK; from = reader.pos) {
		if (m.name.len < 7 || memcmp(m.name.ptr, "export.", 7) != 0)
			continue;
		seen++;
		for (size_t i = from + 512; i < reader.pos; i++) {
			w->tar.ptr[i] ^= 4;
			if (judge(fv_buf_span(&w->tar), no_policy, NULL) == FV_BUNDLE_HOLDS)
				fail_msg(
				    "byte %zu of export.* changed and all claims hold", i);
			w->tar.ptr[i] ^= 4;
		}
	}
	assert_int_equal(seen, 3);
}

static void
without_export_leaf_the_words_are_named_as_not_covered(void **state)
{
	struct world *w = *state;
	struct fv_bundle *b = exhibit_bundle(&w->x, "c1");

	fv_buf_reset(&w->tar);
	exhibit_close(&w->x, b, false, &w->tar);
	fv_bundle_free(b);
	assert_int_equal(judge(fv_buf_span(&w->tar), no_policy, &w->lines), FV_BUNDLE_HOLDS);
	assert_true(said(w, "not included the ledger's EXPORT leaf: HOWTO.txt, README.txt"));
}

static void
another_policy_does_not_believe_this_log(void **state)
{
	struct world *w = *state;
	uint8_t pk[FV_KEY_BYTES], seed[FV_SEED_BYTES] = {9};
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_buf policy = {0};

	fv_ed25519_public(seed, pk);
	fv_log_origin(pk, origin);
	fv_buf_put_z(&policy, "# ours\nlog ");
	fv_vkey_put(&policy, fv_span_z(origin), pk);
	fv_buf_put_z(&policy, "\n");
	assert_int_equal(
	    judge(fv_buf_span(&w->tar), fv_buf_span(&policy), &w->lines), FV_BUNDLE_FAILS);
	assert_true(said(w, "its log is not in the policy"));
	fv_buf_put_z(&policy, "witness w w+00000000+AAAA\nquorum w\n");
	assert_int_equal(
	    judge(fv_buf_span(&w->tar), fv_buf_span(&policy), &w->lines), FV_BUNDLE_CANNOT);
	assert_true(said(w, "asks for witnesses"));
	fv_buf_clear(&policy);
}

static void
what_is_no_bundle_cannot_be_judged(void **state)
{
	struct world *w = *state;

	assert_int_equal(judge(fv_span_z("hello"), no_policy, NULL), FV_BUNDLE_CANNOT);
	assert_int_equal(judge(no_policy, no_policy, NULL), FV_BUNDLE_CANNOT);
	assert_int_equal(
	    judge(fv_span_of(w->tar.ptr, w->tar.len - 512), no_policy, NULL), FV_BUNDLE_FAILS);
}

/* Rebuild the bundle without one member, manifest and EXPORT leaf anew: a forger's work. */
static enum fv_bundle_verdict
judge_without(struct world *w, const char *name, const char *end)
{
	struct fv_bundle *all = exhibit_bundle(&w->x, "c1"), *less;
	const struct fv_tar_member *m;
	struct fv_buf tar = {0};
	enum fv_bundle_verdict verdict;
	size_t dropped = 0;

	assert_int_equal(fv_bundle_new(&less), FV_OK);
	for (size_t i = 0; (m = fv_bundle_member(all, i)) != NULL; i++) {
		size_t len = strlen(end);
		bool is_it = memmem(m->name.ptr, m->name.len, name, strlen(name)) != NULL &&
		    m->name.len >= len &&
		    memcmp(m->name.ptr + m->name.len - len, end, len) == 0;

		dropped += is_it ? 1U : 0U;
		if (!is_it)
			assert_int_equal(fv_bundle_add(less, m->name, m->body), FV_OK);
	}
	assert_true(dropped > 0);
	exhibit_close(&w->x, less, true, &tar);
	fv_buf_reset(&w->lines.text);
	verdict = judge(fv_buf_span(&tar), no_policy, &w->lines);
	fv_buf_clear(&tar);
	fv_bundle_free(all);
	fv_bundle_free(less);
	return verdict;
}

static void
what_is_left_out_is_named(void **state)
{
	struct world *w = *state;

	assert_int_equal(judge_without(w, "approve", ""), FV_BUNDLE_HOLDS);
	assert_true(said(w, "not yet approved"));
	assert_int_equal(judge_without(w, "notes/", ".ct"), FV_BUNDLE_HOLDS);
	assert_true(said(w, "not included note 4: ciphertext"));
	assert_int_equal(judge_without(w, "payloads/", "/4"), FV_BUNDLE_FAILS);
	assert_int_equal(judge_without(w, "payloads/", "/6"), FV_BUNDLE_HOLDS);
	assert_true(said(w, "not included payload of record 6 (erased, or not here)"));
	assert_int_equal(judge_without(w, "beacon", ""), FV_BUNDLE_HOLDS);
	assert_true(said(w, "no lower wall"));
	assert_int_equal(judge_without(w, "enrol", ""), FV_BUNDLE_CANNOT);
	assert_int_equal(judge_without(w, "seals", ""), FV_BUNDLE_FAILS);
	assert_int_equal(judge_without(w, "head", ""), FV_BUNDLE_CANNOT);
	assert_int_equal(judge_without(w, "device-", ""), FV_BUNDLE_CANNOT);
	assert_int_equal(judge_without(w, "roster", ""), FV_BUNDLE_FAILS);
}

/* The same with one member's body replaced. */
static enum fv_bundle_verdict
judge_with(struct world *w, const char *end, struct fv_span body)
{
	struct fv_bundle *all = exhibit_bundle(&w->x, "c1"), *other;
	const struct fv_tar_member *m;
	struct fv_buf tar = {0};
	enum fv_bundle_verdict verdict;

	assert_int_equal(fv_bundle_new(&other), FV_OK);
	for (size_t i = 0; (m = fv_bundle_member(all, i)) != NULL; i++) {
		size_t len = strlen(end);
		bool is_it = m->name.len >= len &&
		    memcmp(m->name.ptr + m->name.len - len, end, len) == 0;

		assert_int_equal(fv_bundle_add(other, m->name, is_it ? body : m->body), FV_OK);
	}
	exhibit_close(&w->x, other, true, &tar);
	fv_buf_reset(&w->lines.text);
	verdict = judge(fv_buf_span(&tar), no_policy, &w->lines);
	fv_buf_clear(&tar);
	fv_bundle_free(all);
	fv_bundle_free(other);
	return verdict;
}

static void
a_server_that_rewrites_a_record_is_caught_by_the_handheld_s_seal(void **state)
{
	struct world *w = *state;
	struct fv_buf body = {0};
	struct made_record *r = &w->x.trail.records[w->x.note + 2];

	assert_int_equal(r->header.type, FV_REC_OUTCOME);
	fv_buf_put(&body, r->salt, sizeof r->salt);
	fv_buf_put_span(&body, fv_buf_span(&r->payload));
	assert_int_equal(judge_with(w, "payloads/6", fv_buf_span(&body)), FV_BUNDLE_HOLDS);
	body.ptr[body.len - 1] ^= 1;
	assert_int_equal(judge_with(w, "payloads/6", fv_buf_span(&body)), FV_BUNDLE_FAILS);
	assert_true(said(w, "FAILS payload of record 6"));
	fv_buf_reset(&body);
	for (size_t i = 0; i < w->x.sealed_n; i++)
		fv_buf_put(&body, w->x.trail.records[i].leaf.b, FV_HASH_BYTES);
	body.ptr[2 * FV_HASH_BYTES] ^= 1;
	assert_int_equal(judge_with(w, "/leaves", fv_buf_span(&body)), FV_BUNDLE_FAILS);
	body.ptr[2 * FV_HASH_BYTES] ^= 1;
	body.len -= FV_HASH_BYTES;
	assert_int_equal(judge_with(w, "/leaves", fv_buf_span(&body)), FV_BUNDLE_FAILS);
	fv_buf_clear(&body);
}

static void
a_disclosed_key_opens_its_note_and_no_other_does(void **state)
{
	struct world *w = *state;
	struct fv_bundle *b;
	struct fv_buf tar = {0};
	char prefix[48];

	for (int good = 1; good >= 0; good--) {
		b = exhibit_bundle(&w->x, NULL);
		w->x.cek[0] ^= good ? 0 : 1;
		assert_int_equal(
		    fv_evidence_add(b, fv_evidence_prefix(w->x.trail.trail.dev, prefix),
			"notes/4.cek", fv_span_of(w->x.cek, sizeof w->x.cek)),
		    FV_OK);
		fv_buf_reset(&tar);
		fv_buf_reset(&w->lines.text);
		exhibit_close(&w->x, b, true, &tar);
		assert_int_equal(judge(fv_buf_span(&tar), no_policy, &w->lines),
		    good ? FV_BUNDLE_HOLDS : FV_BUNDLE_FAILS);
		assert_true(said(w,
		    good ? "NOTE 4 opens with the disclosed key"
			 : "NOTE FAILS 4 does not open"));
		fv_bundle_free(b);
	}
	fv_buf_clear(&tar);
}

static void
write_file(const char *dir, unsigned number, struct fv_span bytes)
{
	char path[96];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%03u.tar", dir, number);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
	assert_int_equal(fclose(f), 0);
}

/* Good, cut, forged and bit-flipped files: what one program believes the other does too. */
static void
the_second_verifier_in_python_agrees(void **state)
{
	struct world *w = *state;
	char dir[] = "/tmp/fv-second-XXXXXX", command[160], line[160];
	enum fv_bundle_verdict want[AGREE_FILES];
	struct fv_span tar = fv_buf_span(&w->tar);
	unsigned seen = 0;
	FILE *f;

	if (system("python3 -c 0 2>/dev/null") != 0)
		skip();
	assert_non_null(mkdtemp(dir));
	for (unsigned i = 0; i < AGREE_FILES; i++) {
		size_t at = i == 0 ? 0 : (size_t)i * 2654435761U % tar.len;

		if (i > 0)
			w->tar.ptr[at] ^= (uint8_t)(1U << i % 8);
		if (i == 1)
			tar.len -= 512;
		want[i] = judge(tar, no_policy, NULL);
		write_file(dir, i, tar);
		tar.len = w->tar.len;
		if (i > 0)
			w->tar.ptr[at] ^= (uint8_t)(1U << i % 8);
	}
	assert_int_equal(want[0], FV_BUNDLE_HOLDS);
	(void)snprintf(
	    command, sizeof command, "python3 tests/support/verify2.py --each %s/*.tar", dir);
	f = popen(command, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		unsigned got = (unsigned)(line[0] - '0');

		assert_true(seen < AGREE_FILES);
		if ((got == 0) != (want[seen] == FV_BUNDLE_HOLDS))
			fail_msg("file %u: %u here, %d there", seen, got, (int)want[seen]);
		seen++;
	}
	assert_int_equal(pclose(f), 0);
	assert_int_equal(seen, AGREE_FILES);
	(void)snprintf(command, sizeof command, "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

static void
a_tlog_proof_is_read_as_it_was_written_and_no_other_way(void **state)
{
	struct fv_tlog_proof proof = {.index = 7, .count = 1}, back;
	struct fv_buf text = {0};

	(void)state;
	proof.checkpoint = fv_span_z("x\n1\ny\n");
	memset(proof.hashes[0].b, 3, FV_HASH_BYTES);
	fv_tlog_proof_put(&text, &proof);
	assert_string_equal(fv_buf_z(&text),
	    "c2sp.org/tlog-proof@v1\nindex 7\n"
	    "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n\n"
	    "x\n1\ny\n");
	assert_int_equal(fv_tlog_proof_parse(fv_buf_span(&text), &back), FV_OK);
	assert_int_equal(back.index, 7);
	assert_int_equal(back.count, 1);
	assert_true(fv_span_equal(back.checkpoint, proof.checkpoint));
	assert_int_equal(
	    fv_tlog_proof_parse(fv_span_z("c2sp.org/tlog-proof@v1\nindex 07\n\nx\n"), &back),
	    FV_EFORMAT);
	assert_int_equal(
	    fv_tlog_proof_parse(fv_span_z("c2sp.org/tlog-proof@v1\nindex 7\n\n"), &back),
	    FV_EFORMAT);
	assert_int_equal(
	    fv_tlog_proof_parse(
		fv_span_z("c2sp.org/tlog-proof@v1\nextra AA==\nindex 7\n\nx\n"), &back),
	    FV_EFORMAT);
	fv_buf_clear(&text);
}

static void
one_name_is_one_member(void **state)
{
	struct fv_bundle *b;

	(void)state;
	assert_int_equal(fv_bundle_new(&b), FV_OK);
	assert_int_equal(fv_bundle_add(b, fv_span_z("b"), fv_span_z("1")), FV_OK);
	assert_int_equal(fv_bundle_add(b, fv_span_z("a"), fv_span_z("2")), FV_OK);
	assert_int_equal(fv_bundle_add(b, fv_span_z("b"), fv_span_z("3")), FV_EEXIST);
	assert_int_equal(fv_bundle_add(b, fv_span_z("../b"), fv_span_z("3")), FV_ERANGE);
	assert_true(fv_span_equal(fv_bundle_find(b, "b")->body, fv_span_z("1")));
	assert_null(fv_bundle_find(b, "c"));
	assert_true(fv_span_equal(fv_bundle_member(b, 0)->name, fv_span_z("a")));
	assert_null(fv_bundle_member(b, 2));
	fv_bundle_free(b);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_whole_bundle_holds_and_says_what_it_covers),
	    T(what_a_practice_handheld_recorded_is_no_evidence),
	    T(a_clock_that_moved_by_itself_is_told),
	    T(capsules_that_a_supervisor_signed_later_hold),
	    T(capsules_of_strangers_or_of_another_record_fail),
	    T(no_record_of_another_case_is_in_the_file),
	    T(no_changed_bit_passes),
	    T(every_byte_of_the_export_proof_is_covered),
	    T(without_export_leaf_the_words_are_named_as_not_covered),
	    T(another_policy_does_not_believe_this_log),
	    T(what_is_no_bundle_cannot_be_judged),
	    T(what_is_left_out_is_named),
	    T(a_server_that_rewrites_a_record_is_caught_by_the_handheld_s_seal),
	    T(the_second_verifier_in_python_agrees),
	    T(a_disclosed_key_opens_its_note_and_no_other_does),
	    cmocka_unit_test(a_tlog_proof_is_read_as_it_was_written_and_no_other_way),
	    cmocka_unit_test(one_name_is_one_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
