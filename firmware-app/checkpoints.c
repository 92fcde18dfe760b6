#include "firmware-app/checkpoints.h"

#include <string.h>

#include "firmware-app/journal.h"
#include "fv/ledger.h"
#include "fv/signednote.h"

static enum fv_err
load_head(struct fv_store *store, const char *size_name, const char *root_name,
    struct fv_tree_head *out)
{
	int64_t size;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	rc = fv_store_get_int(store, size_name, &size);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if (size < 0)
		return FV_ECORRUPT;
	rc = fv_store_get_fixed(store, root_name, out->root.b, sizeof out->root.b);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	out->size = (uint64_t)size;
	return FV_OK;
}

enum fv_err
fv_checkpoints_load(struct fv_store *store, struct fv_checkpoints *checkpoints_out)
{
	struct fv_checkpoints *c = checkpoints_out;
	enum fv_err rc;

	memset(c, 0, sizeof *c);
	if ((rc = load_head(store, FV_SET_SEEN_SIZE, FV_SET_SEEN_ROOT, &c->seen)) != FV_OK ||
	    (rc = load_head(
		 store, FV_SET_BEACON_SIZE, FV_SET_CONSISTENT_ROOT, &c->consistent)) != FV_OK)
		return rc;
	return c->seen.size < c->consistent.size ? FV_ECORRUPT : FV_OK;
}

static enum fv_err
save_root(struct fv_store *store, const char *name, const struct fv_hash *root, size_t len)
{
	return fv_store_put_setting(store, name, fv_span_of(root->b, len));
}

enum fv_err
fv_checkpoints_save(struct fv_store *store, const struct fv_checkpoints *checkpoints)
{
	const struct fv_tree_head *seen = &checkpoints->seen;
	const struct fv_tree_head *good = &checkpoints->consistent;
	enum fv_err rc = FV_OK;

	if (seen->size > 0 &&
	    ((rc = fv_store_put_int(store, FV_SET_SEEN_SIZE, (int64_t)seen->size)) != FV_OK ||
		(rc = save_root(store, FV_SET_SEEN_ROOT, &seen->root, sizeof seen->root.b)) !=
		    FV_OK))
		return rc;
	if (good->size > 0 &&
	    ((rc = fv_store_put_int(store, FV_SET_BEACON_SIZE, (int64_t)good->size)) !=
		    FV_OK ||
		(rc = save_root(store, FV_SET_CONSISTENT_ROOT, &good->root,
		     sizeof good->root.b)) != FV_OK ||
		(rc = save_root(
		     store, FV_SET_BEACON_ROOT, &good->root, FV_BEACON_ROOT_BYTES)) != FV_OK))
		return rc;
	return rc;
}

enum fv_err
fv_checkpoints_set_first(struct fv_store *store, uint64_t size, const struct fv_hash *root)
{
	struct fv_checkpoints first = {.seen = {size, *root}, .consistent = {size, *root}};

	return fv_checkpoints_save(store, &first);
}

enum fv_err
fv_checkpoints_compare(const struct fv_tree_head *held, const struct fv_tree_head *shown)
{
	if (shown->size < held->size)
		return FV_ECONFLICT;
	if (held->size > 0 && shown->size == held->size &&
	    memcmp(shown->root.b, held->root.b, sizeof held->root.b) != 0)
		return FV_ECONFLICT;
	return FV_OK;
}

enum fv_err
fv_checkpoints_read(
    struct fv_span note, const uint8_t log_pk[FV_KEY_BYTES], struct fv_tree_head *head_out)
{
	struct fv_signednote parsed;
	struct fv_checkpoint checkpoint;
	char origin[FV_LOG_ORIGIN_BYTES];
	enum fv_err rc;

	memset(head_out, 0, sizeof *head_out);
	fv_log_origin(log_pk, origin);
	if ((rc = fv_signednote_parse(note, &parsed)) != FV_OK)
		return rc == FV_ETOOBIG ? FV_EFORMAT : rc;
	rc = fv_signednote_verify(&parsed, fv_span_z(origin), log_pk);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_EAUTH : rc;
	if ((rc = fv_checkpoint_parse(parsed.text, &checkpoint)) != FV_OK)
		return rc;
	if (!fv_span_equal(checkpoint.origin, fv_span_z(origin)))
		return FV_EAUTH;
	head_out->size = checkpoint.size;
	head_out->root = checkpoint.root;
	return FV_OK;
}
