#include "sync-server/device_heard.h"

#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "fv/sync.h"
#include "sync-server/verb.h"

#define WINDOW_MS (3 * FV_MS_PER_DAY)
#define EXACT_MS FV_MS_PER_DAY       /* of it, where every receipt is named */
#define EXACT_MAX 200U               /* but no more of them */
#define STEP_MS (FV_MS_PER_DAY / 96) /* a quarter of an hour: one is named of each else */

static enum fv_err
load_seals(struct fv_store *store, int64_t no, int64_t now_ms, struct device_heard *out)
{
	int64_t at_ms = INT64_MAX;
	uint64_t below = UINT64_MAX;
	struct fv_store_seal seal;
	enum fv_err rc;

	while (out->seal_count < DEVICE_SEALS_MAX) {
		rc = fv_store_seal_by(store, no, below, at_ms, &seal);
		if (rc != FV_OK) {
			out->has_all = rc == FV_ENOENT;
			return rc == FV_ENOENT ? FV_OK : rc;
		}
		out->seals[out->seal_count++] = seal;
		if (seal.received_ms < now_ms - WINDOW_MS)
			return FV_OK;
		below = seal.size;
		at_ms = seal.received_ms - 1;
		if (seal.received_ms < now_ms - EXACT_MS || out->seal_count >= EXACT_MAX)
			at_ms = seal.received_ms / STEP_MS * STEP_MS - 1;
	}
	return FV_OK;
}

enum fv_err
device_heard_load(struct fv_store *store, const struct fv_store_device *d, bool has_seals,
    int64_t now_ms, struct device_heard *out)
{
	struct fv_store_trail *t = malloc(sizeof *t);
	uint64_t pieces;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (t == NULL)
		return FV_ENOMEM;
	if ((rc = fv_store_trail_load(store, d->no, t)) != FV_OK ||
	    (rc = fv_store_blob_count_missing(store, d->no, &out->apart, &pieces)) != FV_OK)
		goto cleanup;
	out->is_known = true;
	out->last_sync_ms = t->last_sync_ms;
	out->received = t->trail.range.size;
	out->had = t->said_n == 0 && t->has_tail ? t->tail_n : t->said_n;
	if (out->had < out->received)
		out->had = out->received;
	out->sealed = t->trail.sealed_size;
	if (has_seals)
		rc = load_seals(store, d->no, now_ms, out);
cleanup:
	free(t);
	return rc;
}

static json_t *
heard_json(const struct device_heard *heard)
{
	json_t *seals = json_array();

	for (size_t i = 0; i < heard->seal_count; i++)
		(void)json_array_append_new(seals,
		    json_pack("[I, I]", (json_int_t)(heard->seals[i].received_ms / 1000),
			(json_int_t)heard->seals[i].size));
	return json_pack("{s:o, s:I, s:I, s:I, s:I, s:b, s:o}", "last_sync",
	    fv_verb_json_time(heard->last_sync_ms > 0, heard->last_sync_ms / 1000 * 1000),
	    "had", (json_int_t)heard->had, "received", (json_int_t)heard->received, "sealed",
	    (json_int_t)heard->sealed, "apart", (json_int_t)heard->apart, "has_all",
	    heard->has_all, "seals", seals);
}

struct adding {
	struct fv_store *store;
	int64_t now_ms;
	json_t *enrolments;
	size_t at;
	struct device_heard heard;
};

static enum fv_err
add_one(const struct fv_store_device *d, void *ctx)
{
	struct adding *a = ctx;
	enum fv_err rc = device_heard_load(a->store, d, true, a->now_ms, &a->heard);

	if (rc != FV_OK)
		return rc;
	return json_object_set_new(
		   json_array_get(a->enrolments, a->at++), "heard", heard_json(&a->heard)) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

enum fv_err
device_heard_add(struct fv_store *store, int64_t now_ms, json_t *directory)
{
	struct adding *a = calloc(1, sizeof *a);
	enum fv_err rc;

	if (a == NULL)
		return FV_ENOMEM;
	a->store = store;
	a->now_ms = now_ms;
	a->enrolments = json_object_get(directory, "enrolments");
	rc = fv_store_device_each(store, NULL, add_one, a);
	free(a);
	return rc;
}

/* -- off the server ----------------------------------------------------------------- */

static bool
read_count(const json_t *object, const char *name, uint64_t *out)
{
	const json_t *value = json_object_get(object, name);

	*out = (uint64_t)json_integer_value(value);
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

static const char *
read_seals(const json_t *list, struct device_heard *out)
{
	const json_t *entry, *at, *size;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) > DEVICE_SEALS_MAX)
		return "seals is not a list of at most 420";
	json_array_foreach(list, i, entry)
	{
		at = json_array_get(entry, 0);
		size = json_array_get(entry, 1);
		if (!json_is_integer(at) || !json_is_integer(size) ||
		    json_integer_value(at) < 0 ||
		    json_integer_value(at) > FV_SYNC_CLOCK_MAX_S ||
		    json_integer_value(size) <= 0 ||
		    (uint64_t)json_integer_value(size) > out->sealed)
			return "a seal is not [seconds, size]";
		out->seals[i].received_ms = json_integer_value(at) * 1000;
		out->seals[i].size = (uint64_t)json_integer_value(size);
		if (i > 0 && out->seals[i].size >= out->seals[i - 1].size)
			return "seals are not the newest first";
		out->seal_count = i + 1;
	}
	return NULL;
}

const char *
device_heard_read(const json_t *heard, struct device_heard *out)
{
	const json_t *last = json_object_get(heard, "last_sync");

	memset(out, 0, sizeof *out);
	if (heard == NULL)
		return NULL;
	if (json_is_string(last) &&
	    fv_instant_parse(fv_span_z(json_string_value(last)), &out->last_sync_ms) != FV_OK)
		return "last_sync is not an RFC 3339 time";
	if (!read_count(heard, "had", &out->had) ||
	    !read_count(heard, "received", &out->received) ||
	    !read_count(heard, "sealed", &out->sealed) ||
	    !read_count(heard, "apart", &out->apart) || out->sealed > out->received ||
	    out->received > out->had)
		return "had, received, sealed and apart are not numbers of records";
	out->has_all = json_is_true(json_object_get(heard, "has_all"));
	out->is_known = true;
	return read_seals(json_object_get(heard, "seals"), out);
}

uint64_t
device_heard_waiting(const struct device_heard *heard)
{
	return heard->had - heard->received;
}

const struct fv_store_seal *
device_heard_by(const struct device_heard *heard, int64_t at_ms)
{
	for (size_t i = 0; i < heard->seal_count; i++)
		if (heard->seals[i].received_ms <= at_ms)
			return &heard->seals[i];
	return NULL;
}
