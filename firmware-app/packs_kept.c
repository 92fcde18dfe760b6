#include "firmware-app/packs_kept.h"

#include <stdio.h>
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

/* One adopted pack that is here. */
struct held {
	const struct fv_pack_line *line;
	bool has_rules;
	bool is_wanted;
	struct fv_buf bytes; /* once it is wanted */
};

struct choosing {
	const struct fv_packs *adopted;
	struct held held[FV_PACKS_MAX];
	size_t count;
};

static struct held *
find_held(struct choosing *c, const char *id)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->held[i].line->id, id) == 0)
			return &c->held[i];
	return NULL;
}

/* The line that names these bytes, when it is the highest of its id. */
static const struct fv_pack_line *
line_of(const struct choosing *c, struct fv_span bytes)
{
	const struct fv_pack_line *line;
	struct fv_hash hash;

	fv_sha256(bytes, &hash);
	line = fv_packs_find(c->adopted, &hash);
	return line != NULL && fv_packs_highest(c->adopted, line->id) == line ? line : NULL;
}

static enum fv_err
on_pack(const struct fv_item_row *row, void *ctx)
{
	struct choosing *c = ctx;
	const struct fv_pack_line *line = line_of(c, row->body);
	struct fv_rulepack_head head;

	if (line == NULL || find_held(c, line->id) != NULL)
		return FV_OK; /* not adopted, or no longer */
	c->held[c->count++] = (struct held){.line = line,
	    .has_rules = fv_rulepack_peek(row->body, &head) != FV_OK || head.has_rules};
	return FV_OK;
}

/* The bytes of those that are wanted. */
static enum fv_err
on_wanted(const struct fv_item_row *row, void *ctx)
{
	struct choosing *c = ctx;
	const struct fv_pack_line *line = line_of(c, row->body);
	struct held *h = line != NULL ? find_held(c, line->id) : NULL;

	if (h == NULL || !h->is_wanted || h->bytes.len > 0)
		return FV_OK;
	fv_buf_put_span(&h->bytes, row->body);
	return fv_buf_status(&h->bytes);
}

static void
note_missing(struct fv_packset *set, const char *id)
{
	if (set->is_missing)
		return;
	set->is_missing = true;
	(void)snprintf(set->missing, sizeof set->missing, "%s", id);
}

/* The adopted pack that is laid over this one and stands for it, or NULL. */
static const struct fv_pack_line *
find_over(const struct choosing *c, const char *id)
{
	for (size_t i = 0; i < c->adopted->count; i++) {
		const struct fv_pack_line *line = &c->adopted->packs[i];
		if (strcmp(line->over, id) == 0 &&
		    fv_packs_highest(c->adopted, line->id) == line)
			return line;
	}
	return NULL;
}

/* Whether the ids ask for this pack, by its own id or by that of what it stands for. */
static bool
is_asked_for(const struct choosing *c, const struct held *h, const struct fv_idlist *ids)
{
	if (find_over(c, h->line->id) != NULL)
		return false;
	for (size_t i = 0; i < ids->count; i++)
		if (strcmp(ids->items[i], h->line->id) == 0 ||
		    strcmp(ids->items[i], h->line->over) == 0)
			return true;
	return !h->has_rules && h->line->over[0] == '\0';
}

static void
mark_wanted(struct choosing *c, const struct fv_idlist *ids, struct fv_packset *set)
{
	for (size_t i = 0; i < ids->count; i++) {
		const struct fv_pack_line *over = find_over(c, ids->items[i]);

		if (find_held(c, over != NULL ? over->id : ids->items[i]) == NULL)
			note_missing(set, ids->items[i]);
	}
	for (size_t i = 0; i < c->count; i++) {
		struct held *h = &c->held[i];
		struct held *base = find_held(c, h->line->over);

		if (!is_asked_for(c, h, ids))
			continue;
		h->is_wanted = true;
		if (base != NULL)
			base->is_wanted = true;
	}
}

/* Read what is asked for; a pack that cannot be read stays missing, and so does one whose
 * base is not here. */
static enum fv_err
read_wanted(struct choosing *c, const struct fv_idlist *ids, struct fv_packset *set)
{
	struct fv_rulepack_error error;
	bool has_rules = false;

	for (size_t i = 0; i < c->count; i++) {
		struct held *h = &c->held[i];
		const struct held *base = find_held(c, h->line->over);
		struct fv_rulepack *pack;
		enum fv_err rc;

		if (!h->is_wanted || !is_asked_for(c, h, ids))
			continue;
		rc = fv_rulepack_parse_over(fv_buf_span(&h->bytes),
		    base != NULL ? fv_buf_span(&base->bytes) : fv_span_of(NULL, 0), &pack,
		    &error);
		if (rc == FV_ENOMEM)
			return rc;
		if (rc != FV_OK)
			note_missing(set, h->line->id);
		else
			set->packs[set->count++] = pack;
		has_rules = has_rules || (rc == FV_OK && pack->rule_count > 0);
	}
	/* Calendars by themselves judge nothing. */
	if (!has_rules)
		for (; set->count > 0; set->count--)
			fv_rulepack_free(set->packs[set->count - 1]);
	return FV_OK;
}

enum fv_err
fv_packset_load(
    struct fv_store *store, const struct fv_idlist *ids, struct fv_packset *set_out)
{
	struct fv_packs *adopted = calloc(1, sizeof *adopted);
	struct choosing *c = calloc(1, sizeof *c);
	enum fv_err rc = FV_ENOMEM;

	memset(set_out, 0, sizeof *set_out);
	if (adopted == NULL || c == NULL)
		goto cleanup;
	c->adopted = adopted;
	rc = fv_packs_load(store, adopted);
	if (rc == FV_ENOENT || rc == FV_EAUTH) { /* nothing is adopted that can be believed */
		adopted->count = 0;
		rc = FV_OK;
	} else if (rc == FV_OK) {
		rc = fv_store_each_item(store, FV_ITEM_PACK, on_pack, c);
	}
	if (rc != FV_OK)
		goto cleanup;
	mark_wanted(c, ids, set_out);
	if ((rc = fv_store_each_item(store, FV_ITEM_PACK, on_wanted, c)) == FV_OK)
		rc = read_wanted(c, ids, set_out);
cleanup:
	for (size_t i = 0; c != NULL && i < c->count; i++)
		fv_buf_clear(&c->held[i].bytes);
	free(c);
	free(adopted);
	if (rc != FV_OK)
		fv_packset_clear(set_out);
	return rc;
}

void
fv_packset_clear(struct fv_packset *set)
{
	for (size_t i = 0; i < set->count; i++)
		fv_rulepack_free(set->packs[i]);
	memset(set, 0, sizeof *set);
}
