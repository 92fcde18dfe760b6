/* Which cases the records that came concern, also those that name none. */
#include <stdlib.h>
#include <string.h>

#include "fv/fold.h"
#include "sync-server/rejudge_in.h"
#include "sync-server/store/records.h"
#include "sync-server/store/stale.h"
#include "sync-server/verb.h"

#define TRAILS_MAX 64U /* of one look */
#define REFILLED_MAX 256U

struct look {
	struct fv_store *store;
	json_t *devices, *refilled, *cases; /* held; cases: an object of names */
	struct fv_store_behind behind[TRAILS_MAX];
	size_t behind_count;
	bool is_covered;  /* a round over all cases follows */
	bool is_wide;     /* all cases of the device */
	int64_t first_ms; /* wall clock of the first record that is new */
};

static enum fv_err
keep_case(struct fv_span case_id, void *ctx)
{
	char id[FV_CASE_ID_BYTES];
	struct look *look = ctx;

	if (fv_id_copy(case_id, id, sizeof id) != FV_OK)
		return FV_OK;
	return json_object_set_new(look->cases, id, json_true()) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
keep_behind(const struct fv_store_behind *behind, void *ctx)
{
	struct look *look = ctx;

	look->behind[look->behind_count++] = *behind;
	return FV_OK;
}

/* A step of the clock moves what came before it; a payload that is still on its way may
 * be about any case. */
static enum fv_err
see_record(const struct fv_store_record *record, void *ctx)
{
	struct look *look = ctx;
	struct fv_header header;

	if (record->type == FV_REC_CLOCK_STEP ||
	    (!record->has_payload && record->type != FV_REC_TRACK &&
		record->type != FV_REC_NOTE && record->type != FV_REC_ATTACHMENT))
		look->is_wide = true;
	if (fv_header_parse(record->header, &header) == FV_OK &&
	    header.rtc_ms < look->first_ms)
		look->first_ms = header.rtc_ms;
	return FV_OK;
}

/*
 * The cases that the new or newly sealed records name; those of the device where something
 * was not final; and those whose last visit is near enough for a fix after it to count.
 */
static enum fv_err
look_at_trail(struct look *look, const struct fv_store_behind *b)
{
	const uint64_t from =
	    b->seen_sealed_size < b->seen_size ? b->seen_sealed_size : b->seen_size;
	const struct fv_store_seqs seqs = {from, b->size};
	enum fv_err rc = FV_OK;

	if (look->is_covered)
		goto note;
	look->is_wide = b->size < b->seen_size || b->sealed_size < b->seen_sealed_size;
	look->first_ms = INT64_MAX;
	if ((rc = fv_store_record_each(look->store, b->no, seqs, see_record, look)) != FV_OK ||
	    (rc = fv_store_record_each_case_of(
		 look->store, b->no, from, b->size, keep_case, look)) != FV_OK)
		return rc;
	if (look->is_wide)
		rc = fv_store_device_each_case(look->store, b->no, keep_case, look);
	else if (look->first_ms != INT64_MAX)
		rc = fv_store_device_each_case_since(
		    look->store, b->no, look->first_ms - FV_FOLD_BRIDGE_MS, keep_case, look);
	if (rc != FV_OK)
		return rc;
note:
	return json_array_append_new(look->devices,
		   json_pack("[I, I, I]", (json_int_t)b->no, (json_int_t)b->size,
		       (json_int_t)b->sealed_size)) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

/* A payload that came later, or went, may have been in every window of the device. */
static enum fv_err
see_refilled(int64_t no, uint64_t seq, void *ctx)
{
	struct look *look = ctx;
	enum fv_err rc;

	if ((rc = fv_store_record_each_case_of(
		 look->store, no, seq, seq + 1, keep_case, look)) != FV_OK ||
	    (rc = fv_store_device_each_case(look->store, no, keep_case, look)) != FV_OK)
		return rc;
	return json_array_append_new(
		   look->refilled, json_pack("[I, I]", (json_int_t)no, (json_int_t)seq)) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

static json_t *
names_of(json_t *cases)
{
	json_t *list = json_array(), *value;
	const char *name;

	json_object_foreach(cases, name, value)
	{
		json_array_append_new(list, json_string(name));
	}
	return list;
}

enum fv_err
rejudge_look(struct fv_store *store, bool is_covered, json_t **out)
{
	struct look *look = calloc(1, sizeof *look);
	enum fv_err rc = FV_ENOMEM;

	*out = NULL;
	if (look == NULL)
		return rc;
	look->store = store;
	look->is_covered = is_covered;
	look->devices = json_array();
	look->refilled = json_array();
	look->cases = json_object();
	if (look->devices != NULL && look->refilled != NULL && look->cases != NULL)
		rc = fv_store_behind_each(store, TRAILS_MAX, keep_behind, look);
	for (size_t i = 0; rc == FV_OK && i < look->behind_count; i++)
		rc = look_at_trail(look, &look->behind[i]);
	if (rc == FV_OK)
		rc = fv_store_refilled_each(store, REFILLED_MAX, see_refilled, look);
	if (rc == FV_OK &&
	    (json_array_size(look->devices) > 0 || json_array_size(look->refilled) > 0)) {
		*out = json_pack("{s:s, s:O, s:O, s:o}", "verb", "rejudge note", "devices",
		    look->devices, "refilled", look->refilled, "cases", names_of(look->cases));
		rc = *out != NULL ? FV_OK : FV_ENOMEM;
	}
	json_decref(look->devices);
	json_decref(look->refilled);
	json_decref(look->cases);
	free(look);
	return rc;
}
