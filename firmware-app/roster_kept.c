#include "firmware-app/roster_kept.h"

#include <stdlib.h>

#include "firmware-app/identity.h"
#include "fv/sync.h"

enum fv_err
fv_roster_keep(struct fv_store *store, uint64_t version, struct fv_span note, int64_t now_ms)
{
	uint8_t key[FV_ROSTER_KEY_BYTES];
	const struct fv_item_row row = {.kind = FV_ITEM_ROSTER,
	    .key = {key, sizeof key},
	    .version = version,
	    .body = note,
	    .taken_ms = now_ms};
	enum fv_err rc;

	fv_store_u64be(key, version);
	rc = fv_store_put_item(store, &row);
	return rc == FV_OK ? fv_store_put_int(store, FV_SET_ROSTER_VERSION, (int64_t)version)
			   : rc;
}

enum fv_err
fv_roster_load(struct fv_store *store, struct fv_roster **roster_out, struct fv_hash *hash_out)
{
	uint8_t key[FV_ROSTER_KEY_BYTES];
	struct fv_roster *roster = NULL;
	struct fv_buf note = {0};
	struct fv_item_row row;
	struct fv_hash hash;
	int64_t version;
	enum fv_err rc;

	*roster_out = NULL;
	if ((rc = fv_store_get_int(store, FV_SET_ROSTER_VERSION, &version)) != FV_OK)
		return rc;
	fv_store_u64be(key, (uint64_t)version);
	rc =
	    fv_store_get_item(store, FV_ITEM_ROSTER, fv_span_of(key, sizeof key), &row, &note);
	if (rc == FV_ENOENT)
		rc = FV_ECORRUPT;
	if (rc == FV_OK && (roster = malloc(sizeof *roster)) == NULL)
		rc = FV_ENOMEM;
	if (rc == FV_OK && (rc = fv_roster_read(row.body, roster, &hash)) != FV_OK)
		rc = rc == FV_ENOMEM ? rc : FV_ECORRUPT;
	if (rc == FV_OK) {
		if (hash_out != NULL)
			*hash_out = hash;
		*roster_out = roster;
		roster = NULL;
	}
	free(roster);
	fv_buf_clear(&note);
	return rc;
}
