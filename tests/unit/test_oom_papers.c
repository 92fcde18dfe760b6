/* Allocation failures in what people sign and what devices and servers exchange. */
#include "tests/support/oom.h"
#include "tests/support/people.h"
#include "tests/support/vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/enrol.h"
#include "fv/keyfile.h"
#include "fv/sync.h"
#include "fv/tar.h"
#include "fv/ticket.h"
#include "fv/zone.h"

/* FV_OK or FV_ENOMEM of a buffer that many puts went into. */
static enum fv_err
sign_by_s1(struct fv_buf *note, const struct fv_buf *text)
{
	char name[FV_SIGNER_BYTES];
	uint8_t seed[FV_SEED_BYTES];
	enum fv_err rc = fv_buf_status(text);

	if (rc != FV_OK)
		return rc;
	people_sign_seed(1, seed);
	fv_signer_name("north", "s1", name);
	fv_signednote_sign(note, fv_buf_span(text), fv_span_z(name), seed);
	return fv_buf_status(note);
}

/* `ctx` is a roster of two supervisors. */
static enum fv_err
write_and_read_a_roster(void *ctx)
{
	struct fv_buf text = {0}, note = {0};
	struct fv_roster *back = NULL;
	struct fv_fault fault = {0};
	struct fv_hash hash;
	enum fv_err rc;

	rc = FV_ENOMEM;
	if ((back = malloc(sizeof *back)) == NULL)
		goto cleanup;
	fv_roster_put(&text, ctx);
	if ((rc = sign_by_s1(&note, &text)) != FV_OK)
		goto cleanup;
	if ((rc = fv_roster_verify_first(fv_buf_span(&note), back, &hash, &fault)) == FV_OK)
		assert_int_equal(back->supervisor_count, 2);
cleanup:
	free(back);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	return rc;
}

static void
a_roster_survives_every_failure(void **state)
{
	struct fv_roster *roster = people_roster(2);

	(void)state;
	assert_true(oom_sweep(write_and_read_a_roster, roster) >= 5);
	free(roster);
}

static enum fv_err
write_and_read_a_ticket(void *ctx)
{
	struct fv_ticket ticket = {.url = "http://127.0.0.1:8470",
	    .agency = "north",
	    .team = "t1",
	    .officer = "o1",
	    .expires_ms = INT64_C(1790000000000),
	    .auditor_count = 1};
	struct fv_buf text = {0}, note = {0}, file = {0};
	struct fv_ticket back;
	struct fv_span inner;
	enum fv_err rc;

	(void)ctx;
	fv_ed25519_public(ticket.token, ticket.log_pk);
	people_box_pk(51, ticket.hpke_pk);
	people_box_pk(101, ticket.auditors[0]);
	fv_ticket_text_put(&text, &ticket);
	if ((rc = sign_by_s1(&note, &text)) != FV_OK)
		goto cleanup;
	fv_ticket_file_put(&file, ticket.token, fv_buf_span(&note));
	if ((rc = fv_buf_status(&file)) != FV_OK)
		goto cleanup;
	rc = fv_ticket_file_parse(fv_buf_span(&file), &back, &inner, NULL);
cleanup:
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	fv_buf_clear(&file);
	return rc;
}

static void
a_ticket_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(write_and_read_a_ticket, NULL) >= 6);
}

static enum fv_err
write_and_open_a_key_file(void *ctx)
{
	struct fv_key_public key = {.kind = FV_KEY_SUPERVISOR, .agency = "north", .id = "s1"};
	struct fv_key_secret secret, back;
	struct fv_keyfile_seal seal = {.key = &key,
	    .secret = &secret,
	    .passphrase = fv_span_z("correct horse"),
	    .cost = {.ops = 1, .mem_bytes = 8192},
	    .random = fv_random_system()};
	struct fv_key_public back_public;
	struct fv_buf file = {0};
	enum fv_err rc;

	(void)ctx;
	fv_key_make(fv_random_system(), &key, &secret);
	if ((rc = fv_keyfile_put(&file, &seal)) != FV_OK)
		goto cleanup;
	rc = fv_keyfile_open(
	    fv_buf_span(&file), fv_span_z("correct horse"), &back_public, &back);
	if (rc == FV_OK)
		assert_memory_equal(&back, &secret, sizeof back);
cleanup:
	fv_buf_clear(&file);
	return rc;
}

static void
a_key_file_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(write_and_open_a_key_file, NULL) >= 3);
}

static enum fv_err
write_and_read_an_answer(void *ctx)
{
	struct fv_sync_answer answer = {.next_seq = 9,
	    .has_receipt = true,
	    .inclusion_count = 20,
	    .checkpoint = fv_span_z("checkpoint"),
	    .head_leaf = fv_span_z("leaf")};
	struct fv_sync_answer back;
	struct fv_buf out = {0};
	enum fv_err rc;

	(void)ctx;
	fv_sync_answer_put(&out, &answer);
	if ((rc = fv_buf_status(&out)) == FV_OK)
		rc = fv_sync_answer_parse(fv_buf_span(&out), &back);
	fv_buf_clear(&out);
	return rc;
}

static void
a_sync_answer_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(write_and_read_an_answer, NULL) >= 3);
}

static enum fv_err
write_and_read_an_enrolment(void *ctx)
{
	static const uint8_t seed_0[FV_SEED_BYTES] = {4}, ticket_id[16] = {5};
	struct fv_enrol_request request = {.seed_count = 1,
	    .model = fv_span_z("model"),
	    .serial = fv_span_z("serial"),
	    .version = fv_span_z("1")};
	struct fv_enrol_request back;
	uint8_t dev[FV_DEV_BYTES], dev_back[FV_DEV_BYTES];
	struct fv_buf out = {0};
	enum fv_err rc;

	(void)ctx;
	fv_ed25519_public(seed_0, request.pk_0);
	people_box_pk(1, request.pk_sync);
	people_box_pk(2, request.pk_box);
	fv_dev_id(request.pk_0, request.pk_sync, request.pk_box, ticket_id, dev);
	if ((rc = fv_enrol_request_put(&out, &request, dev, seed_0)) == FV_OK)
		rc = fv_enrol_request_parse(fv_buf_span(&out), ticket_id, &back, dev_back);
	fv_buf_clear(&out);
	return rc;
}

static void
an_enrolment_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(write_and_read_an_enrolment, NULL) >= 2);
}

static enum fv_err
append_records(void *ctx)
{
	static const uint8_t dev[FV_DEV_BYTES] = {1}, pk_0[FV_KEY_BYTES] = {2},
			     salt[FV_SALT_BYTES] = {3};
	struct fv_trail trail;
	enum fv_err rc = FV_OK;

	(void)ctx;
	fv_trail_init(&trail, dev, pk_0);
	for (int i = 0; i < 3 && rc == FV_OK; i++) {
		struct fv_header header = {.type = 1, .rtc_ms = INT64_C(1772416800000) + i};
		struct fv_buf bytes = {0};
		struct fv_hash leaf;

		rc = fv_trail_append(
		    &trail, &header, salt, fv_span_of("\xa0", 1), &bytes, &leaf);
		fv_buf_clear(&bytes);
	}
	return rc;
}

static void
a_trail_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(append_records, NULL) >= 3);
}

static enum fv_err
write_a_tar(void *ctx)
{
	struct fv_buf out = {0};
	enum fv_err rc;

	(void)ctx;
	rc = fv_tar_put(&out, fv_span_z("README.txt"), fv_span_z("what is proven"));
	if (rc == FV_OK)
		fv_tar_end(&out);
	if (rc == FV_OK)
		rc = fv_buf_status(&out);
	fv_buf_clear(&out);
	return rc;
}

static void
a_tar_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(write_a_tar, NULL) >= 2);
}

static enum fv_err
parse_a_zone(void *ctx)
{
	struct fv_zone *zone = NULL;
	enum fv_err rc = fv_zone_parse(fv_buf_span(ctx), &zone);

	assert_int_equal(zone != NULL, rc == FV_OK);
	fv_zone_free(zone);
	return rc;
}

static void
a_zone_survives_every_failure(void **state)
{
	FILE *in = fopen("/usr/share/zoneinfo/Asia/Shanghai", "rb");
	struct fv_buf tzif = {0};
	uint8_t piece[512];
	size_t got;

	(void)state;
	if (in == NULL)
		skip();
	while ((got = fread(piece, 1, sizeof piece, in)) > 0)
		fv_buf_put(&tzif, piece, got);
	(void)fclose(in);
	assert_true(oom_sweep(parse_a_zone, &tzif) >= 1);
	fv_buf_clear(&tzif);
}

static int
init(void **state)
{
	(void)state;
	return fv_crypto_init() == FV_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_roster_survives_every_failure),
	    cmocka_unit_test(a_ticket_survives_every_failure),
	    cmocka_unit_test(a_key_file_survives_every_failure),
	    cmocka_unit_test(a_sync_answer_survives_every_failure),
	    cmocka_unit_test(an_enrolment_survives_every_failure),
	    cmocka_unit_test(a_trail_survives_every_failure),
	    cmocka_unit_test(a_tar_survives_every_failure),
	    cmocka_unit_test(a_zone_survives_every_failure),
	};

	return cmocka_run_group_tests_name("oom papers", tests, init, NULL);
}
