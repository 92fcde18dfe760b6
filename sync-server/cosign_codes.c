#include "sync-server/cosign_codes.h"

#include <stdlib.h>
#include <string.h>

#include "fv/cosign.h"

static enum fv_err
take_device(const struct fv_store_device *device, void *ctx)
{
	struct cosign_codes *codes = ctx;

	if (codes->count == codes->cap) {
		size_t cap = codes->cap > 0 ? codes->cap * 2 : 16;
		struct fv_store_device *p = calloc(cap, sizeof *p);

		if (p == NULL)
			return FV_ENOMEM;
		if (codes->count > 0) {
			memcpy(p, codes->devices, codes->count * sizeof *p);
			fv_wipe(codes->devices, codes->count * sizeof *p);
		}
		free(codes->devices);
		codes->devices = p;
		codes->cap = cap;
	}
	codes->devices[codes->count++] = *device;
	return FV_OK;
}

/* A code counts when another handheld of that officer, in good standing then, made it. */
static bool
check(const struct fv_fold_code *code, void *ctx)
{
	struct cosign_codes *codes = ctx;
	bool is_good = false;

	if (!codes->is_loaded) {
		codes->is_loaded = true;
		codes->rc = fv_store_device_each(codes->store, NULL, take_device, codes);
	}
	for (size_t i = 0; codes->rc == FV_OK && i < codes->count; i++) {
		const struct fv_store_device *d = &codes->devices[i];

		if (strcmp(d->officer, code->officer) != 0 ||
		    memcmp(d->dev, code->dev, FV_DEV_BYTES) == 0 ||
		    (d->is_revoked && d->revoked_ms <= code->at_ms))
			continue;
		if (fv_cosign_code_good(
			d->handle_secret, fv_span_z(code->case_id), code->at_ms, code->code))
			is_good = true;
	}
	return is_good;
}

void
cosign_codes_init(struct cosign_codes *codes, struct fv_store *store, struct fv_fold *fold)
{
	memset(codes, 0, sizeof *codes);
	codes->store = store;
	fv_fold_check_codes(fold, check, codes);
}

void
cosign_codes_clear(struct cosign_codes *codes)
{
	if (codes->devices != NULL)
		fv_wipe(codes->devices, codes->count * sizeof *codes->devices);
	free(codes->devices);
	memset(codes, 0, sizeof *codes);
}
