#include "tests/support/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
derive(const char *label, unsigned n, uint8_t out[32])
{
	char text[64];
	struct fv_hash hash;

	(void)snprintf(text, sizeof text, "%s %u", label, n);
	fv_sha256(fv_span_z(text), &hash);
	memcpy(out, hash.b, sizeof hash.b);
}

void
people_sign_seed(unsigned n, uint8_t seed_out[FV_SEED_BYTES])
{
	derive("sign", n, seed_out);
}

void
people_box_sk(unsigned n, uint8_t sk_out[FV_KEY_BYTES])
{
	derive("box", n, sk_out);
}

void
people_box_pk(unsigned n, uint8_t pk_out[FV_KEY_BYTES])
{
	uint8_t sk[FV_KEY_BYTES];

	people_box_sk(n, sk);
	fv_x25519_public(sk, pk_out);
}

static void
name_it(char out[FV_ID_BYTES], char letter, unsigned n)
{
	(void)snprintf(out, FV_ID_BYTES, "%c%u", letter, n);
}

struct fv_roster *
people_roster(unsigned supervisors)
{
	struct fv_roster *r = calloc(1, sizeof *r);
	uint8_t seed[FV_SEED_BYTES];

	assert_non_null(r);
	assert_true(supervisors <= FV_ROSTER_SUPERVISORS_MAX);
	memcpy(r->agency, "north", 6);
	r->version = 1;
	r->threshold = 1;
	r->pack_threshold = 1;
	for (unsigned n = 1; n <= supervisors; n++) {
		struct fv_supervisor *s = &r->supervisors[r->supervisor_count++];
		name_it(s->id, 's', n);
		people_sign_seed(n, seed);
		fv_ed25519_public(seed, s->sign_pk);
		people_box_pk(n, s->box_pk);
		name_it(s->teams[s->team_count++], 't', 1);
		if (n % 2 == 0)
			name_it(s->teams[s->team_count++], 't', 2);
	}
	name_it(r->auditors[0].id, 'a', 1);
	people_box_pk(101, r->auditors[0].box_pk);
	r->auditor_count = 1;
	people_box_pk(102, r->recovery_pk);
	name_it(r->officers[0].id, 'o', 1);
	memcpy(r->officers[0].name, "Officer One", 12);
	name_it(r->officers[1].id, 'o', 2);
	memcpy(r->officers[1].name, "\xe7\x8e\x8b\xe4\xba\x8c", 7);
	r->officer_count = 2;
	return r;
}

void
people_sign(struct fv_buf *note, struct fv_span text, const char *agency,
    const unsigned *numbers, size_t count)
{
	uint8_t seed[FV_SEED_BYTES], pk[FV_KEY_BYTES], sig[FV_SIG_BYTES];
	char name[FV_SIGNER_BYTES], id[FV_ID_BYTES];

	fv_buf_put_span(note, text);
	fv_buf_put_u8(note, '\n');
	for (size_t i = 0; i < count; i++) {
		name_it(id, 's', numbers[i]);
		fv_signer_name(agency, id, name);
		people_sign_seed(numbers[i], seed);
		fv_ed25519_public(seed, pk);
		fv_ed25519_sign(seed, text, sig);
		fv_signednote_put_line(note, fv_span_z(name), pk, sig);
	}
	assert_int_equal(fv_buf_status(note), FV_OK);
}
