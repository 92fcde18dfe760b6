#include "firmware-app/packs_kept.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-app/identity.h"
#include "firmware-app/roster_kept.h"
#include "fv/sync.h"

enum fv_err
fv_packs_load(struct fv_store *store, struct fv_packs *packs_out)
{
	struct fv_roster *roster = NULL;
	struct fv_buf note = {0};
	enum fv_err rc;

	rc = fv_store_get_setting(store, FV_SET_PACKS_NOTE, &note);
	if (rc == FV_OK)
		rc = fv_roster_load(store, &roster, NULL);
	if (rc == FV_OK &&
	    (rc = fv_packs_verify(fv_buf_span(&note), roster, packs_out)) != FV_OK &&
	    rc != FV_ENOMEM)
		rc = FV_EAUTH;
	free(roster);
	fv_buf_clear(&note);
	return rc;
}

struct choosing {
	const struct fv_packs *adopted;
	const struct fv_idlist *ids;
	struct fv_packset *set;
};

/* The place of a pack in the ids asked for; its count when it is none of them. */
static size_t
find_id(const struct fv_idlist *ids, const char *id)
{
	size_t i = 0;

	while (i < ids->count && strcmp(ids->items[i], id) != 0)
		i++;
	return i;
}

/* Keep a pack in the place of its id, unless a higher revision is there. */
static enum fv_err
on_pack(const struct fv_item_row *row, void *ctx)
{
	struct choosing *c = ctx;
	const struct fv_pack_line *line;
	struct fv_rulepack_error error;
	struct fv_rulepack *pack = NULL;
	struct fv_hash hash;
	size_t at;
	enum fv_err rc;

	fv_sha256(row->body, &hash);
	line = fv_packs_find(c->adopted, &hash);
	if (line == NULL || (at = find_id(c->ids, line->id)) == c->ids->count)
		return FV_OK; /* not adopted, or not asked for */
	if (c->set->packs[at] != NULL && c->set->packs[at]->revision >= line->revision)
		return FV_OK;
	rc = fv_rulepack_parse(row->body, &pack, &error);
	if (rc != FV_OK)
		return rc == FV_ENOMEM ? rc : FV_OK; /* of a newer program: it stays missing */
	fv_rulepack_free(c->set->packs[at]);
	c->set->packs[at] = pack;
	return FV_OK;
}

enum fv_err
fv_packset_load(
    struct fv_store *store, const struct fv_idlist *ids, struct fv_packset *set_out)
{
	struct fv_packs *adopted = malloc(sizeof *adopted);
	struct choosing c = {adopted, ids, set_out};
	size_t kept = 0;
	enum fv_err rc;

	memset(set_out, 0, sizeof *set_out);
	if (adopted == NULL)
		return FV_ENOMEM;
	rc = fv_packs_load(store, adopted);
	if (rc == FV_OK)
		rc = fv_store_each_item(store, FV_ITEM_PACK, on_pack, &c);
	else if (rc == FV_ENOENT || rc == FV_EAUTH)
		rc = FV_OK; /* nothing is adopted that can be believed */
	for (size_t i = 0; i < ids->count; i++) {
		if (set_out->packs[i] != NULL)
			set_out->packs[kept++] = set_out->packs[i];
		else if (set_out->missing == NULL)
			set_out->missing = ids->items[i];
	}
	for (size_t i = kept; i < ids->count; i++)
		set_out->packs[i] = NULL;
	set_out->count = kept;
	free(adopted);
	return rc;
}

void
fv_packset_clear(struct fv_packset *set)
{
	for (size_t i = 0; i < set->count; i++)
		fv_rulepack_free(set->packs[i]);
	memset(set, 0, sizeof *set);
}
