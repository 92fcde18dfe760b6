/* Attachments: their pieces are the ones that the sealed record names. */
#include <stdio.h>
#include <string.h>

#include "fv/attachment.h"
#include "lib/bundle_internal.h"

/* The members of one attachment; each may be NULL. */
struct parts {
	const struct fv_tar_member *manifest, *capsules, *pieces, *cek;
};

/* How many of the pieces are here, from the first on.  UINT64_MAX: other bytes are. */
static uint64_t
count_pieces(const struct fv_attachment *a, struct fv_span manifest, struct fv_span pieces)
{
	struct fv_hash hash;
	uint64_t count = 0;

	while (pieces.len > 0 && count < a->pieces) {
		size_t len = fv_attachment_piece_bytes(a, count);

		if (pieces.len < len)
			return UINT64_MAX;
		fv_sha256(fv_span_of(pieces.ptr, len), &hash);
		if (memcmp(hash.b, manifest.ptr + count * FV_HASH_BYTES, sizeof hash.b) != 0)
			return UINT64_MAX;
		pieces = fv_span_of(pieces.ptr + len, pieces.len - len);
		count++;
	}
	return pieces.len > 0 ? UINT64_MAX : count;
}

/* A disclosed key opens every piece to the end. */
static enum fv_err
open_all(const struct fv_attachment *a, const struct parts *parts)
{
	struct fv_span rest = parts->pieces->body;
	struct fv_attach_opener opener;
	struct fv_buf plain = {0};
	enum fv_err rc;

	rc = fv_attach_open_begin(&opener, a, parts->manifest->body, parts->cek->body.ptr);
	for (uint64_t i = 0; rc == FV_OK && i < a->pieces; i++) {
		size_t len = fv_attachment_piece_bytes(a, i);

		fv_buf_reset(&plain);
		rc = fv_attach_open_piece(&opener, fv_span_of(rest.ptr, len), &plain);
		rest = fv_span_of(rest.ptr + len, rest.len - len);
	}
	if (rc == FV_OK)
		rc = fv_attach_open_end(&opener);
	fv_attach_open_clear(&opener);
	fv_buf_clear(&plain);
	return rc;
}

static bool
is_hash(const struct fv_tar_member *m, const struct fv_hash *said)
{
	struct fv_hash hash;

	if (m == NULL)
		return true;
	fv_sha256(m->body, &hash);
	return memcmp(hash.b, said->b, sizeof hash.b) == 0;
}

static void
say_what_is_here(struct verify *v, uint64_t seq, const struct fv_attachment *a,
    const struct parts *parts, uint64_t pieces)
{
	unsigned long long n = (unsigned long long)seq;
	enum fv_err rc;

	if (pieces == a->pieces && parts->cek != NULL &&
	    parts->cek->body.len == FV_NOTE_CEK_BYTES) {
		rc = open_all(a, parts);
		v->no_memory = v->no_memory || rc == FV_ENOMEM;
		if (rc == FV_ENOMEM)
			return;
		fv_verify_claim(v, FV_CLAIM_ATTACHMENT, rc == FV_OK, "%llu %s", n,
		    rc == FV_OK ? "opens with the disclosed key; commitment matches"
				: "does not open with the key that is here");
	} else if (parts->cek != NULL) {
		fv_verify_claim(v, FV_CLAIM_ATTACHMENT, false,
		    "%llu a key is here that cannot be tried", n);
	} else if (pieces == a->pieces && parts->capsules != NULL) {
		fv_verify_claim(v, FV_CLAIM_ATTACHMENT, true,
		    "%llu all %llu pieces (%llu bytes) and the capsules are those of the "
		    "sealed "
		    "record; its key is not here",
		    n, (unsigned long long)a->pieces, (unsigned long long)a->bytes);
	}
	if (parts->capsules == NULL)
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true,
		    "attachment %llu: capsules (erased, or not here)", n);
	if (parts->manifest == NULL)
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true,
		    "attachment %llu: manifest and pieces (erased, or not here)", n);
	else if (pieces < a->pieces)
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true,
		    "attachment %llu: pieces %llu to %llu of %llu (erased, or not here)", n,
		    (unsigned long long)pieces + 1, (unsigned long long)a->pieces,
		    (unsigned long long)a->pieces);
}

void
fv_verify_attachment(struct verify *v, const struct verify_trail *t, uint64_t seq,
    struct fv_span payload, uint64_t *members)
{
	const struct parts parts = {
	    .manifest = fv_verify_seq_member(v, t, "attachments", seq, ".manifest"),
	    .capsules = fv_verify_seq_member(v, t, "attachments", seq, ".capsules"),
	    .pieces = fv_verify_seq_member(v, t, "attachments", seq, ".pieces"),
	    .cek = fv_verify_seq_member(v, t, "attachments", seq, ".cek")};
	struct fv_attachment a;
	uint64_t pieces = 0;
	bool holds;

	*members += (parts.manifest != NULL ? 1U : 0U) + (parts.capsules != NULL ? 1U : 0U) +
	    (parts.pieces != NULL ? 1U : 0U) + (parts.cek != NULL ? 1U : 0U);
	if (fv_attachment_parse(payload, &a) != FV_OK) {
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%llu: an attachment whose payload cannot be read",
		    (unsigned long long)seq);
		return;
	}
	holds = is_hash(parts.capsules, &a.capsules) &&
	    (parts.manifest == NULL ||
		fv_attachment_check_manifest(&a, parts.manifest->body) == FV_OK);
	if (holds && parts.pieces != NULL)
		pieces = parts.manifest == NULL
		    ? UINT64_MAX
		    : count_pieces(&a, parts.manifest->body, parts.pieces->body);
	if (holds && pieces <= a.pieces)
		say_what_is_here(v, seq, &a, &parts, pieces);
	else
		fv_verify_claim(v, FV_CLAIM_ATTACHMENT, false,
		    "%llu manifest, pieces or capsules are not those of the sealed record",
		    (unsigned long long)seq);
}
