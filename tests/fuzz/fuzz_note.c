/*
 * Sealed notes: what a reader does with bytes that a server gave him.  Properties: a
 * capsule or ciphertext that was not made here never opens; text made here comes back.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/note.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool claim)
{
	if (!claim)
		abort();
}

static void
fill_counting(uint8_t *out, size_t len, void *ctx)
{
	(void)ctx;
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(i * 5 + 3);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	require(fv_crypto_init() == FV_OK);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t sk[FV_KEY_BYTES] = {42}, pk[FV_KEY_BYTES], cek[FV_NOTE_CEK_BYTES];
	struct fv_note_seal in = {.random = {.fill = fill_counting}, .pk_count = 1};
	struct fv_note_sealed sealed;
	struct fv_note_parts parts;
	struct fv_buf plain = {0};
	size_t index;

	if (size < 1)
		return 0;
	in.kind = data[0] & 1 ? FV_NOTE_CARD : FV_NOTE_RECORD;
	in.plain = fv_span_of(data + 1, size - 1);
	if (in.plain.len > FV_NOTE_PLAIN_MAX)
		in.plain.len = FV_NOTE_PLAIN_MAX;
	fv_x25519_public(sk, pk);
	in.pks = pk;
	require(fv_note_seal(&in, &sealed) == FV_OK);
	parts = (struct fv_note_parts){
	    .kind = in.kind, .ct = fv_buf_span(&sealed.ct), .kc = sealed.kc};
	require(fv_note_open_capsule(fv_buf_span(&sealed.capsules), 0, sealed.kc, sk, cek) ==
	    FV_OK);
	require(fv_note_open(&parts, cek, &plain) == FV_OK);
	require(fv_span_equal(fv_buf_span(&plain), in.plain));

	fv_buf_reset(&plain);
	parts.ct = fv_span_of(data, size);
	require(fv_note_open(&parts, cek, &plain) != FV_OK && plain.len == 0);
	require(fv_note_open_capsule(fv_span_of(data, size), 0, sealed.kc, sk, cek) != FV_OK);
	(void)!fv_note_find_recipient(fv_span_of(data, size), pk, &index);
	fv_note_sealed_clear(&sealed);
	fv_buf_clear(&plain);
	return 0;
}
