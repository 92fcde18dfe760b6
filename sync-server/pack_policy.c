#include "sync-server/pack_policy.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/packdiff.h"
#include "sync-server/packstore.h"
#include "sync-server/verb.h"

/* The changes of one rule are one entry. */
struct entry {
	struct fv_host *host;
	const char *pack;
	uint32_t revision;
	json_t *approved;          /* names */
	const char *rule;          /* the one that the changes are of */
	json_t *changes;           /* owned */
	enum packdiff_sense sense; /* the worst of them */
	size_t written;
	enum fv_err rc;
};

/* The line of house policy among packs: what is laid over it rather than itself. */
static enum fv_err
find_house(struct fv_store *store, const struct fv_packs *packs,
    const struct fv_pack_line **line_out, struct fv_buf *bytes, struct fv_buf *base)
{
	struct fv_rulepack_head head;
	enum fv_err rc;

	*line_out = NULL;
	for (size_t i = 0; i < packs->count; i++) {
		const struct fv_pack_line *line = &packs->packs[i];
		if (fv_packs_highest(packs, line->id) != line)
			continue;
		rc = packstore_bytes(store, packs, line, bytes, base);
		if (rc == FV_ENOENT)
			continue;
		if (rc != FV_OK)
			return rc;
		if (fv_rulepack_peek(fv_buf_span(bytes), &head) == FV_OK &&
		    strcmp(head.extends, PACK_POLICY_ID) == 0) {
			*line_out = line;
			return FV_OK;
		}
	}
	if ((*line_out = fv_packs_highest(packs, PACK_POLICY_ID)) == NULL)
		return FV_OK;
	rc = packstore_bytes(store, packs, *line_out, bytes, base);
	if (rc == FV_ENOENT)
		*line_out = NULL;
	return rc == FV_ENOENT ? FV_OK : rc;
}

static void
flush(struct entry *e)
{
	json_t *document;
	struct fv_hash hash;
	uint64_t index;
	char *dump;

	if (e->rc == FV_OK && e->sense >= PACKDIFF_CHANGED) {
		document = json_pack("{s:s, s:I, s:O, s:s, s:O}", "pack", e->pack, "revision",
		    (json_int_t)e->revision, "approved_by", e->approved, "rule", e->rule,
		    "changes", e->changes);
		dump = document != NULL ? json_dumps(document, JSON_COMPACT) : NULL;
		e->rc = dump == NULL
		    ? FV_ENOMEM
		    : fv_verb_keep_salted(e->host, "policy", fv_span_z(dump), &hash);
		if (e->rc == FV_OK)
			e->rc = fv_verb_policy(e->host,
			    e->sense == PACKDIFF_LOOSER ? "house policy loosened"
							: "house policy changed",
			    &hash, &index);
		e->written += e->rc == FV_OK;
		free(dump);
		json_decref(document);
	}
	json_decref(e->changes);
	e->changes = NULL;
	e->sense = PACKDIFF_NEUTRAL;
}

static json_t *
copy_of(const json_t *value)
{
	return value == NULL ? json_null() : json_deep_copy(value);
}

static void
on_change(const struct packdiff *diff, void *ctx)
{
	struct entry *e = ctx;
	const enum packdiff_sense sense = packdiff_sense_of(diff);
	json_t *change;

	if (e->rc != FV_OK || sense == PACKDIFF_NEUTRAL)
		return;
	if (e->rule == NULL || strcmp(e->rule, diff->rule) != 0)
		flush(e);
	e->rule = diff->rule;
	e->sense = sense > e->sense ? sense : e->sense;
	change = json_pack("{s:s, s:o, s:o, s:b}", "field", diff->field, "old",
	    copy_of(diff->old_value), "new", copy_of(diff->new_value), "looser",
	    sense == PACKDIFF_LOOSER);
	if (e->changes == NULL)
		e->changes = json_array();
	if (json_array_append_new(e->changes, change) != 0)
		e->rc = FV_ENOMEM;
}

/* The ids of the supervisors whose signatures stand on the note. */
static json_t *
names_of(struct fv_span note, const struct fv_roster *roster)
{
	struct fv_signednote parts;
	char name[FV_SIGNER_BYTES];
	json_t *names = json_array();

	if (fv_signednote_parse(note, &parts) != FV_OK)
		return names;
	for (size_t i = 0; i < roster->supervisor_count; i++) {
		const struct fv_supervisor *s = &roster->supervisors[i];
		fv_signer_name(roster->agency, s->id, name);
		if (fv_signednote_verify(&parts, fv_span_z(name), s->sign_pk) == FV_OK)
			(void)json_array_append_new(names, json_string(s->id));
	}
	return names;
}

enum fv_err
pack_policy_write(struct fv_host *host, const struct fv_packs *before,
    const struct fv_packs *now, struct fv_span note, const struct fv_roster *roster,
    size_t *count_out)
{
	const struct fv_pack_line *was, *is;
	struct fv_buf old = {0}, old_base = {0}, bytes = {0}, base = {0};
	struct entry e = {.host = host};
	json_t *a = NULL, *b = NULL;
	enum fv_err rc = find_house(host->store, before, &was, &old, &old_base);

	*count_out = 0;
	if (rc == FV_OK)
		rc = find_house(host->store, now, &is, &bytes, &base);
	if (rc != FV_OK || (is == NULL && was == NULL))
		goto cleanup;
	if (is != NULL && was == NULL && base.len == 0)
		goto cleanup; /* adopted for the first time: there was no policy */
	/* An overlay adopted at once is compared with what it is laid over. */
	const struct fv_span from = was != NULL ? fv_buf_span(&old) : fv_buf_span(&base);
	if ((rc = packdiff_load(from, fv_buf_span(&old_base), &a)) != FV_OK)
		goto cleanup;
	if (is != NULL)
		rc = packdiff_load(fv_buf_span(&bytes), fv_buf_span(&base), &b);
	else if ((b = json_object()) == NULL) /* no policy any more: every rule is gone */
		rc = FV_ENOMEM;
	if (rc != FV_OK)
		goto cleanup;
	e.pack = is != NULL ? is->id : was->id;
	e.revision = is != NULL ? is->revision : was->revision;
	if ((e.approved = names_of(note, roster)) == NULL)
		e.rc = FV_ENOMEM;
	packdiff_each(a, b, on_change, &e);
	flush(&e);
	rc = e.rc;
	*count_out = e.written;
cleanup:
	json_decref(e.approved);
	json_decref(a);
	json_decref(b);
	fv_buf_clear(&old);
	fv_buf_clear(&old_base);
	fv_buf_clear(&bytes);
	fv_buf_clear(&base);
	return rc;
}
