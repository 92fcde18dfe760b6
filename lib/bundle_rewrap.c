/* Capsules of a note or attachment that a reader made later for further readers. */
#include <string.h>

#include "bundle_internal.h"
#include "fv/cbor.h"
#include "fv/order.h"

/* One row: [signed note, capsules].  Returns the rule that is broken; NULL: none. */
static const char *
check_row(struct verify *v, const struct verify_trail *t, uint64_t seq,
    struct fv_cbor_reader *r, size_t *readers)
{
	struct fv_span note, capsules, text = {NULL, 0};
	struct fv_rewrap rewrap;
	struct fv_hash hash;
	bool is_signed = false;
	size_t count;

	if (fv_cbor_get_array(r, &count) != FV_OK || count != 2 ||
	    fv_cbor_get_text(r, &note) != FV_OK || fv_cbor_get_bytes(r, &capsules) != FV_OK)
		return "does not have its form";
	for (size_t i = 0; i < v->roster_count && !is_signed; i++)
		is_signed = fv_order_verify(note, v->rosters[i].roster, 1, &text) == FV_OK;
	if (!is_signed)
		return "is signed by no supervisor of the rosters that are here";
	if (fv_rewrap_parse(text, &rewrap, NULL) != FV_OK || rewrap.seq != seq ||
	    memcmp(rewrap.dev, t->dev, sizeof rewrap.dev) != 0)
		return "is of another record";
	fv_sha256(capsules, &hash);
	if (memcmp(hash.b, rewrap.capsules.b, sizeof hash.b) != 0 ||
	    capsules.len != rewrap.recipient_count * FV_NOTE_CAPSULE_BYTES)
		return "has other capsules than those that were signed";
	*readers += rewrap.recipient_count;
	return NULL;
}

void
fv_verify_rewraps(struct verify *v, const struct verify_trail *t, uint64_t seq,
    enum fv_claim_kind kind, uint64_t *members)
{
	const struct fv_tar_member *m = fv_verify_seq_member(v, t, "rewraps", seq, "");
	const char *rule = NULL;
	struct fv_cbor_reader r;
	size_t rows = 0, readers = 0;

	if (m == NULL)
		return;
	(*members)++;
	if (fv_cbor_check_all(m->body) != FV_OK)
		rule = "does not have its form";
	r = fv_cbor_reader_of(m->body);
	if (rule == NULL && (fv_cbor_get_array(&r, &rows) != FV_OK || rows == 0))
		rule = "does not have its form";
	for (size_t i = 0; rule == NULL && i < rows; i++)
		rule = check_row(v, t, seq, &r, &readers);
	if (rule != NULL)
		fv_verify_claim(
		    v, kind, false, "%llu a re-wrap %s", (unsigned long long)seq, rule);
	else
		fv_verify_claim(v, kind, true,
		    "%llu re-wrapped for %zu further reader%s, as supervisors signed",
		    (unsigned long long)seq, readers, readers == 1 ? "" : "s");
}
