/* What the background judge writes: what waits, what was judged, how far its round got. */
#include <stdio.h>
#include <string.h>

#include "sync-server/audit_run.h"
#include "sync-server/handlers.h"
#include "sync-server/rejudge_in.h"
#include "sync-server/store/stale.h"

static int64_t
number_at(const json_t *row, size_t at)
{
	return json_integer_value(json_array_get(row, at));
}

int
fv_do_rejudge_note(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const int64_t now_ms = fv_host_now_ms();
	const json_t *row;
	enum fv_err rc = FV_OK;
	size_t at;

	json_array_foreach(json_object_get(request, "cases"), at, row)
	{
		if (rc == FV_OK && json_is_string(row))
			rc = fv_store_stale_put(
			    host->store, fv_span_z(json_string_value(row)), now_ms);
	}
	json_array_foreach(json_object_get(request, "devices"), at, row)
	{
		if (rc == FV_OK)
			rc = fv_store_seen_put(host->store, number_at(row, 0),
			    (uint64_t)number_at(row, 1), (uint64_t)number_at(row, 2));
	}
	json_array_foreach(json_object_get(request, "refilled"), at, row)
	{
		if (rc == FV_OK)
			rc = fv_store_refilled_drop(
			    host->store, number_at(row, 0), (uint64_t)number_at(row, 1));
	}
	return rc == FV_OK ? fv_verb_done(answer_out, NULL, "noted")
			   : fv_verb_broken(answer_out, "rejudge", rc);
}

static enum fv_err
drop_done(struct fv_host *host, const json_t *done)
{
	const json_t *row;
	enum fv_err rc = FV_OK;
	size_t at;

	json_array_foreach(done, at, row)
	{
		const char *id = json_string_value(json_array_get(row, 0));

		if (rc == FV_OK && id != NULL)
			rc = fv_store_stale_drop(
			    host->store, fv_span_z(id), (uint64_t)number_at(row, 1));
	}
	return rc;
}

int
fv_do_rejudge_put(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const struct audit_taking taking = {.rows = json_object_get(request, "rows"),
	    .pictures = json_object_get(request, "pictures"),
	    .is_pictured = true,
	    .judged_ms = json_integer_value(json_object_get(request, "judged_ms"))};
	const char *round = fv_verb_text(request, "round");
	enum fv_err rc = audit_take(host, &taking);

	if (rc == FV_OK)
		rc = drop_done(host, json_object_get(request, "done"));
	if (rc == FV_OK && *round != '\0')
		rc = fv_store_meta_set(host->store, REJUDGE_META, fv_span_z(round));
	return rc == FV_OK
	    ? fv_verb_done(answer_out, NULL, "%zu rows", json_array_size(taking.rows))
	    : fv_verb_broken(answer_out, "rejudge", rc);
}

/* -- reading it ---------------------------------------------------------------------- */

enum fv_err
rejudge_round_get(struct fv_store *store, struct rejudge_round *out)
{
	struct fv_buf text = {0};
	char done = '0';
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	rc = fv_store_meta_get(store, REJUDGE_META, &text);
	if (rc == FV_OK &&
	    sscanf(fv_buf_z(&text) != NULL ? fv_buf_z(&text) : "", "%64s %c %47s", out->key,
		&done, out->cursor) < 2)
		memset(out, 0, sizeof *out);
	out->is_done = done == '1';
	fv_buf_clear(&text);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
rejudge_state(struct fv_store *store, struct rejudge_state *out)
{
	struct rejudge_round round;
	uint64_t rest = 0;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_store_stale_count(store, &out->waiting, &out->since_ms)) != FV_OK ||
	    (rc = rejudge_round_get(store, &round)) != FV_OK)
		return rc;
	out->is_round = round.key[0] != '\0' && !round.is_done;
	if (out->is_round)
		rc = fv_store_case_count(store, fv_span_z(round.cursor), NULL, &rest);
	out->waiting += rest;
	return rc;
}
