/*
 * Signed notes, verifier keys and checkpoints from strangers.  Properties: spans lie
 * inside the note and rebuild it; what parses as a key or checkpoint is written again to
 * the same text; a note signed here over any accepted text verifies.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/signednote.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool claim)
{
	if (!claim)
		abort();
}

static void
note_again(struct fv_span in, const struct fv_signednote *note)
{
	struct fv_buf out = {0};

	require(note->sig_count >= 1 && note->sig_count <= FV_SIGNEDNOTE_SIGS_MAX);
	fv_buf_put_span(&out, note->text);
	fv_buf_put_u8(&out, '\n');
	for (size_t i = 0; i < note->sig_count; i++) {
		fv_buf_put_z(&out, "\xe2\x80\x94 ");
		fv_buf_put_span(&out, note->sigs[i].name);
		fv_buf_put_u8(&out, ' ');
		fv_buf_put_span(&out, note->sigs[i].base64);
		fv_buf_put_u8(&out, '\n');
	}
	require(fv_span_equal(fv_buf_span(&out), in));
	fv_buf_clear(&out);
}

static void
sign_text(struct fv_span text)
{
	static const uint8_t seed[FV_SEED_BYTES] = {1};
	struct fv_span name = fv_span_z("fuzz/1");
	struct fv_signednote note;
	uint8_t pk[FV_KEY_BYTES];
	struct fv_buf out = {0};

	fv_ed25519_public(seed, pk);
	fv_signednote_sign(&out, text, name, seed);
	require(fv_signednote_parse(fv_buf_span(&out), &note) == FV_OK);
	require(fv_span_equal(note.text, text));
	require(fv_signednote_verify(&note, name, pk) == FV_OK);
	fv_buf_clear(&out);
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
	struct fv_span in = fv_span_of(data, size), name;
	struct fv_checkpoint checkpoint;
	struct fv_signednote note;
	uint8_t pk[FV_KEY_BYTES];
	struct fv_buf out = {0};

	if (fv_signednote_parse(in, &note) == FV_OK) {
		note_again(in, &note);
		sign_text(note.text);
	}
	if (fv_checkpoint_parse(in, &checkpoint) == FV_OK) {
		fv_checkpoint_put(&out, checkpoint.origin, checkpoint.size, &checkpoint.root);
		require(fv_span_equal(fv_buf_span(&out), in));
	}
	fv_buf_reset(&out);
	/* The key id may stand in either case of hex; all else has one form. */
	if (fv_vkey_parse(in, &name, pk) == FV_OK) {
		fv_vkey_put(&out, name, pk);
		require(out.len == in.len);
	}
	fv_buf_clear(&out);
	return 0;
}
