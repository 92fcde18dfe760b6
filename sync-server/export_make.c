#include "sync-server/export_make.h"

#include <string.h>

#include "sync-server/host.h"
#include "sync-server/store/log.h"
#include "sync-server/verb.h"

struct work {
	struct export_make *make;
	struct fv_store *store; /* owned */
	struct export_request request;
	struct fv_buf checkpoint; /* owned: request.checkpoint */
};

/* The checkpoint of the answer becomes the one in hand. */
static enum fv_err
ask(struct work *w, const char *verb, json_t *request)
{
	json_t *answer = w->make->ask(verb, request, w->make->ctx);

	if (answer == NULL) {
		w->make->is_told = true;
		return FV_EIO;
	}
	fv_buf_reset(&w->checkpoint);
	fv_buf_put_z(&w->checkpoint, fv_verb_text(answer, "checkpoint"));
	w->request.checkpoint = fv_buf_span(&w->checkpoint);
	w->request.size = (uint64_t)json_integer_value(json_object_get(answer, "size"));
	w->make->leaf = (uint64_t)json_integer_value(json_object_get(answer, "index"));
	json_decref(answer);
	return fv_buf_status(&w->checkpoint);
}

static enum fv_err
read_log_key(struct work *w)
{
	struct fv_buf bytes = {0};
	struct fv_cbor_reader r;
	struct fv_leaf leaf;
	size_t count;
	enum fv_err rc = fv_store_leaf_get(w->store, 0, &bytes);

	if (rc == FV_OK)
		rc = fv_leaf_parse(fv_buf_span(&bytes), &leaf);
	if (rc == FV_OK) {
		r = fv_cbor_reader_of(leaf.body);
		rc = fv_cbor_get_array(&r, &count);
	}
	if (rc == FV_OK)
		rc = fv_cbor_get_fixed(&r, w->request.log_pk, FV_KEY_BYTES);
	fv_buf_clear(&bytes);
	return rc;
}

static enum fv_err
gather(struct work *w)
{
	struct export_make *make = w->make;
	enum fv_err rc = fv_store_view_begin(w->store);

	w->request.case_id = make->case_id;
	w->request.agency = make->agency;
	if (rc == FV_OK && make->visit != NULL)
		rc = export_find_visit(w->store, make->visit, w->request.dev, &w->request.seq);
	if (rc == FV_OK)
		rc = read_log_key(w);
	if (rc == FV_OK)
		rc = fv_bundle_new(&make->bundle);
	if (rc == FV_OK)
		rc = export_gather(w->store, &w->request, make->bundle, &make->sum);
	fv_store_view_end(w->store);
	return rc;
}

/* The leaf's proof goes in, to the checkpoint that came with it. */
static enum fv_err
add_leaf(struct work *w, const uint8_t salt[FV_SALT_BYTES])
{
	struct fv_bundle *bundle = w->make->bundle;
	enum fv_err rc = fv_store_view_begin(w->store);

	if (rc == FV_OK)
		rc = fv_bundle_add(
		    bundle, fv_span_z("export.salt"), fv_span_of(salt, FV_SALT_BYTES));
	if (rc == FV_OK)
		rc = export_add_leaf(
		    w->store, &w->request, bundle, "", "export", w->make->leaf);
	fv_store_view_end(w->store);
	return rc;
}

/* The manifest goes in, its EXPORT leaf into the ledger, and that leaf's proof in. */
static enum fv_err
log_export(struct work *w)
{
	struct fv_buf manifest = {0}, salt64 = {0};
	uint8_t salt[FV_SALT_BYTES];
	enum fv_err rc = fv_bundle_manifest_put(w->make->bundle, &manifest);

	if (rc == FV_OK)
		rc = fv_bundle_add(
		    w->make->bundle, fv_span_z(FV_BUNDLE_MANIFEST), fv_buf_span(&manifest));
	fv_random_fill(fv_random_system(), salt, sizeof salt);
	fv_buf_put_base64(&salt64, salt, sizeof salt);
	if (rc == FV_OK && (fv_buf_z(&manifest) == NULL || fv_buf_z(&salt64) == NULL))
		rc = FV_ENOMEM;
	if (rc == FV_OK)
		rc = ask(w, "export log",
		    json_pack("{s:s, s:s, s:s}", "who", w->make->who, "salt",
			fv_buf_z(&salt64), "manifest", fv_buf_z(&manifest)));
	fv_buf_clear(&manifest);
	fv_buf_clear(&salt64);
	return rc == FV_OK ? add_leaf(w, salt) : rc;
}

enum fv_err
export_make(const char *dir, struct export_make *make)
{
	struct work w = {.make = make};
	char path[FV_HOST_PATH_BYTES];
	enum fv_err rc = ask(&w, "checkpoint", json_object());

	if (rc == FV_OK && !fv_host_path(dir, "fieldvisit.db", path))
		rc = FV_ERANGE;
	if (rc == FV_OK)
		rc = fv_store_open(&w.store, path, FV_STORE_READ);
	if (rc == FV_OK)
		rc = gather(&w);
	if (rc == FV_OK)
		rc = log_export(&w);
	fv_store_close(w.store);
	fv_buf_clear(&w.checkpoint);
	if (rc != FV_OK) {
		fv_bundle_free(make->bundle);
		make->bundle = NULL;
	}
	return rc;
}
