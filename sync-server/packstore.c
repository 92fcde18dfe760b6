#include "sync-server/packstore.h"

#include <string.h>

enum fv_err
packstore_adopted(struct fv_store *store, struct fv_packs *out)
{
	struct fv_signednote parts;
	struct fv_store_note note;
	enum fv_err rc = fv_store_note_last(store, FV_NOTE_PACKS, &note);

	if (rc == FV_OK &&
	    (fv_signednote_parse(note.note, &parts) != FV_OK ||
		fv_packs_parse(parts.text, out, NULL) != FV_OK))
		rc = FV_ECORRUPT; /* it was checked when it was taken in */
	return rc;
}

static enum fv_err
get_bytes(struct fv_store *store, const struct fv_hash *sha256, struct fv_buf *out)
{
	struct fv_store_pack row;
	enum fv_err rc = fv_store_pack_get(store, sha256, &row);

	fv_buf_reset(out);
	if (rc == FV_OK)
		fv_buf_put_span(out, row.file);
	return rc == FV_OK ? fv_buf_status(out) : rc;
}

enum fv_err
packstore_bytes(struct fv_store *store, const struct fv_packs *packs,
    const struct fv_pack_line *line, struct fv_buf *bytes_out, struct fv_buf *base_out)
{
	struct fv_rulepack_head head;
	const struct fv_pack_line *under;
	enum fv_err rc = get_bytes(store, &line->sha256, bytes_out);

	fv_buf_reset(base_out);
	if (rc != FV_OK || fv_rulepack_peek(fv_buf_span(bytes_out), &head) != FV_OK ||
	    head.extends[0] == '\0')
		return rc;
	if ((under = fv_packs_highest(packs, head.extends)) == NULL)
		return FV_OK;
	rc = get_bytes(store, &under->sha256, base_out);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
packstore_load(struct fv_store *store, const struct fv_packs *packs,
    const struct fv_pack_line *line, struct fv_rulepack **pack_out,
    struct fv_rulepack_error *error_out)
{
	struct fv_buf bytes = {0}, base = {0};
	enum fv_err rc = packstore_bytes(store, packs, line, &bytes, &base);

	*pack_out = NULL;
	*error_out = (struct fv_rulepack_error){0};
	if (rc == FV_OK) {
		rc = fv_rulepack_parse_over(
		    fv_buf_span(&bytes), fv_buf_span(&base), pack_out, error_out);
		if (rc != FV_OK && rc != FV_ENOMEM)
			rc = FV_ECORRUPT;
	}
	fv_buf_clear(&bytes);
	fv_buf_clear(&base);
	return rc;
}

bool
packstore_is_named(const struct fv_rulepack *pack, const char *name)
{
	return strcmp(pack->id, name) == 0 ||
	    (pack->extends != NULL && strcmp(pack->extends, name) == 0);
}
