#include "sync-server/reasons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/packfile.h"
#include "sync-server/packstore.h"

static const char *const words[] = {"", "uphold", "dismiss", "excuse", "reopen"};

const char *
reasons_decision_word(uint32_t decision)
{
	return decision >= 1 && decision < sizeof words / sizeof words[0] ? words[decision]
									  : NULL;
}

enum fv_decision
reasons_decision_of(const char *word)
{
	for (uint32_t i = 1; i < sizeof words / sizeof words[0]; i++)
		if (word != NULL && strcmp(words[i], word) == 0)
			return (enum fv_decision)i;
	return 0;
}

/* The table out of a pack's bytes, laid over what it extends. */
static enum fv_err
read_table(struct fv_span bytes, struct fv_span base, json_t **out)
{
	struct fv_buf merged = {0};
	json_t *pack = NULL;
	enum fv_err rc = fv_rulepack_put_merged(bytes, base, &merged);

	if (rc == FV_OK)
		pack = json_loadb((const char *)merged.ptr, merged.len, 0, NULL);
	*out = json_incref(json_object_get(pack, "reasons"));
	json_decref(pack);
	fv_buf_clear(&merged);
	if (rc == FV_OK && !json_is_array(*out)) {
		json_decref(*out);
		*out = NULL;
		rc = FV_ENOENT;
	}
	return rc;
}

/* That pack itself, or one that is laid over it. */
static bool
is_house(const struct fv_pack_line *line, struct fv_span bytes)
{
	struct fv_rulepack_head head;

	return strcmp(line->id, REASONS_PACK) == 0 ||
	    (fv_rulepack_peek(bytes, &head) == FV_OK &&
		strcmp(head.extends, REASONS_PACK) == 0);
}

/* Of two, the one that is laid over the other stands. */
static enum fv_err
find_adopted(struct fv_store *store, json_t **out)
{
	struct fv_packs *packs = calloc(1, sizeof *packs);
	enum fv_err rc = packs == NULL ? FV_ENOMEM : packstore_adopted(store, packs);

	for (size_t i = 0; rc == FV_OK && i < packs->count; i++) {
		const struct fv_pack_line *line = &packs->packs[i];
		struct fv_buf bytes = {0}, base = {0};
		json_t *found = NULL;

		if (fv_packs_highest(packs, line->id) == line &&
		    packstore_bytes(store, packs, line, &bytes, &base) == FV_OK &&
		    is_house(line, fv_buf_span(&bytes)) && (*out == NULL || base.len > 0) &&
		    read_table(fv_buf_span(&bytes), fv_buf_span(&base), &found) == FV_OK) {
			json_decref(*out);
			*out = found;
		}
		fv_buf_clear(&bytes);
		fv_buf_clear(&base);
	}
	free(packs);
	return rc == FV_ENOENT || (rc == FV_OK && *out == NULL) ? FV_ENOENT : rc;
}

static enum fv_err
find_shipped(json_t **out)
{
	char folder[PACKFILE_PATH_MAX], path[PACKFILE_PATH_MAX + 16];
	struct fv_buf bytes = {0};
	enum fv_err rc;

	if ((rc = packfile_folder(NULL, folder)) != FV_OK)
		return rc;
	snprintf(path, sizeof path, "%s/" REASONS_PACK ".json", folder);
	if ((rc = packfile_bytes(path, &bytes)) == FV_OK)
		rc = read_table(fv_buf_span(&bytes), fv_span_of(NULL, 0), out);
	fv_buf_clear(&bytes);
	return rc;
}

enum fv_err
reasons_load(struct fv_store *store, json_t **out)
{
	enum fv_err rc;

	*out = NULL;
	rc = find_adopted(store, out);
	return rc == FV_ENOENT ? find_shipped(out) : rc;
}

bool
reasons_allow(const json_t *reasons, const char *reason, enum fv_decision decision)
{
	const char *wanted = reasons_decision_word(decision);
	const json_t *row, *word;
	size_t at, k;

	json_array_foreach(reasons, at, row)
	{
		const char *id = json_string_value(json_object_get(row, "id"));

		if (id == NULL || wanted == NULL || strcmp(id, reason) != 0)
			continue;
		json_array_foreach(json_object_get(row, "for"), k, word)
		{
			if (json_is_string(word) &&
			    strcmp(json_string_value(word), wanted) == 0)
				return true;
		}
	}
	return false;
}
