/*
 * Attachments: payload, manifest and pieces as a server or a bundle gives them.  Properties:
 * a payload that is read is within the limits and reads the same when put again; a manifest
 * that is taken has the record's pieces; no piece that was not made here ever opens.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/attachment.h"

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

static void
try_payload(struct fv_span bytes)
{
	struct fv_attachment a, again;
	struct fv_buf out = {0};

	if (fv_attachment_parse(bytes, &a) != FV_OK)
		return;
	require(a.pieces <= FV_ATTACHMENT_PIECES_MAX && a.bytes <= FV_ATTACHMENT_MAX);
	require(a.pieces == fv_attachment_pieces(a.bytes) && a.pieces > 0);
	require(fv_attachment_piece_bytes(&a, a.pieces - 1) <= FV_PIECE_MAX);
	fv_attachment_put(&out, &a);
	require(fv_attachment_parse(fv_buf_span(&out), &again) == FV_OK);
	require(again.bytes == a.bytes && again.kind == a.kind && again.reason == a.reason);
	fv_buf_clear(&out);
}

/* The bytes as manifest and, cut in two, as pieces of a record that names them. */
static void
try_pieces(struct fv_span bytes)
{
	struct fv_attach_sealer sealer;
	struct fv_attach_opener opener;
	struct fv_attachment a = {.bytes = bytes.len};
	struct fv_buf manifest = {0}, plain = {0};
	struct fv_hash hash;
	enum fv_err rc;

	fv_attach_seal_begin(&sealer, (struct fv_random){.fill = fill_counting});
	memcpy(a.kc, sealer.kc, sizeof a.kc);
	fv_sha256(bytes, &a.manifest);
	a.pieces = bytes.len / FV_HASH_BYTES;
	rc = fv_attachment_check_manifest(&a, bytes);
	require(rc != FV_OK ||
	    (bytes.len % FV_HASH_BYTES == 0 && a.pieces <= FV_ATTACHMENT_PIECES_MAX));

	a.pieces = 1;
	a.bytes = bytes.len < 41 ? 1 : bytes.len - 41;
	fv_sha256(bytes, &hash);
	fv_buf_put(&manifest, hash.b, sizeof hash.b);
	fv_sha256(fv_buf_span(&manifest), &a.manifest);
	require(
	    fv_attach_open_begin(&opener, &a, fv_buf_span(&manifest), sealer.cek) == FV_OK);
	require(fv_attach_open_piece(&opener, bytes, &plain) != FV_OK && plain.len == 0);
	require(fv_attach_open_end(&opener) == FV_ECUT);
	fv_attach_open_clear(&opener);
	fv_attach_seal_clear(&sealer);
	fv_buf_clear(&manifest);
	fv_buf_clear(&plain);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_span bytes = fv_span_of(data, size);

	if (size < 1)
		return 0;
	try_payload(bytes);
	try_pieces(bytes);
	return 0;
}
