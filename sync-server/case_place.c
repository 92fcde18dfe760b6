/*
 * case place ID --from-visit V: a supervisor takes the best position of a sealed visit as
 * the case's place; the ledger keeps a salted hash of what was decided.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fv/stamp.h"
#include "sync-server/case_work.h"
#include "sync-server/handlers.h"
#include "sync-server/cmd.h"
#include "sync-server/store/records.h"
#include "sync-server/verb.h"

#define USAGE "case place ID --from-visit V [--json]"
#define DEV_DIGITS 16U /* of a visit's id */

/* Looks for the device and the best stamp of a visit. */
struct search {
	const char *digits; /* of the device */
	int64_t device_no;  /* 0: not found */
	size_t devices;
	bool has_stamp;
	struct fv_stamp best;
	int64_t received_ms;
};

static enum fv_err
match_device(const struct fv_store_device *device, void *ctx)
{
	struct search *s = ctx;
	char hex[2 * FV_DEV_BYTES + 1];

	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", device->dev[i]);
	if (strncmp(hex, s->digits, DEV_DIGITS) == 0) {
		s->device_no = device->no;
		s->devices++;
	}
	return FV_OK;
}

/* "v-" 16 hex digits "-" seq. */
static bool
read_visit(const char *visit, char digits_out[DEV_DIGITS + 1], uint64_t *seq_out)
{
	if (strlen(visit) < 2 + DEV_DIGITS + 2 || strncmp(visit, "v-", 2) != 0 ||
	    visit[2 + DEV_DIGITS] != '-')
		return false;
	memcpy(digits_out, visit + 2, DEV_DIGITS);
	digits_out[DEV_DIGITS] = '\0';
	return fv_decimal_decode(fv_span_z(visit + 2 + DEV_DIGITS + 1), INT64_MAX, seq_out) ==
	    FV_OK;
}

static int32_t
error_of(const struct fv_stamp *stamp)
{
	return fv_stamp_has(stamp, FV_STAMP_EPH) ? stamp->eph_mm : INT32_MAX;
}

/* Keep the stamp with the smallest horizontal error of the visit's records. */
static enum fv_err
weigh(const struct fv_store_record *record, void *ctx)
{
	struct search *s = ctx;
	struct fv_cbor_reader at;
	struct fv_span bytes;
	struct fv_stamp stamp;

	if (!record->has_payload || !record->is_sealed ||
	    fv_cbor_map_find(record->payload, 2, &at) != FV_OK || fv_cbor_take_null(&at) ||
	    fv_cbor_skip(&at, &bytes) != FV_OK || fv_stamp_parse(bytes, &stamp) != FV_OK)
		return FV_OK; /* a record without a position */
	if (!fv_stamp_has(&stamp, FV_STAMP_LAT) || !fv_stamp_has(&stamp, FV_STAMP_MODE) ||
	    stamp.mode < 2)
		return FV_OK;
	if (!s->has_stamp || error_of(&stamp) < error_of(&s->best)) {
		s->has_stamp = true;
		s->best = stamp;
	}
	return FV_OK;
}

/* Find the visit and its best stamp.  Returns an exit code and says why in the answer. */
static int
find_place(struct fv_host *host, const json_t *request, struct search *s, json_t **answer_out)
{
	const char *visit = fv_verb_text(request, "visit"),
		   *id = fv_verb_text(request, "case");
	struct fv_store_record begin;
	char digits[DEV_DIGITS + 1];
	uint64_t seq;
	enum fv_err rc;

	if (!read_visit(visit, digits, &seq))
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "--from-visit %s: want a visit's id as 'fieldvisitd report' prints it",
		    visit);
	s->digits = digits;
	rc = fv_store_device_each(host->store, NULL, match_device, s);
	s->digits = NULL;
	if (rc == FV_OK)
		rc = s->devices == 1
		    ? fv_store_record_get(host->store, s->device_no, seq, &begin)
		    : FV_ENOENT;
	if (rc == FV_ENOENT || (rc == FV_OK && begin.type != FV_REC_VISIT_BEGIN))
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT,
		    "%s: no such visit has reached this server; 'fieldvisitd report' shows "
		    "those that have",
		    visit);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, visit, rc);
	if (!fv_span_equal(begin.case_id, fv_span_z(id)))
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: is a visit at another case than %s", visit, id);
	if (!begin.is_sealed)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: no seal covers this visit yet; wait for the handheld's next sync",
		    visit);
	rc = fv_store_record_each_about(host->store, s->device_no, seq, weigh, s);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, visit, rc);
	if (!s->has_stamp)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: no stamp of this visit has a position", visit);
	return FV_EXIT_OK;
}

/* What was decided, beside the ledger; its salted hash in it. */
static enum fv_err
log_decision(struct fv_case_work *work, const json_t *request, const struct fv_stamp *stamp,
    uint64_t *index_out)
{
	struct fv_buf text = {0};
	struct fv_hash hash;
	enum fv_err rc;

	fv_buf_putf(&text,
	    "place\ncase %s\nvisit %s\nlat_e7 %" PRId32 "\nlon_e7 %" PRId32 "\n",
	    fv_verb_text(request, "case"), fv_verb_text(request, "visit"), stamp->place.lat_e7,
	    stamp->place.lon_e7);
	rc = fv_buf_status(&text);
	if (rc == FV_OK)
		rc = fv_verb_keep_salted(work->host, "place", fv_buf_span(&text), &hash);
	if (rc == FV_OK)
		rc = fv_verb_policy(work->host, "place", &hash, index_out);
	fv_buf_clear(&text);
	return rc;
}

static int
place(struct fv_case_work *work, const json_t *request, json_t **answer_out)
{
	const char *id = fv_verb_text(request, "case");
	struct search s = {0};
	struct fv_store_case row;
	struct fv_case_news news = {.is_changed = true};
	uint64_t index = 0;
	char *assigned = NULL;
	enum fv_err rc = fv_store_case_get(work->host->store, fv_span_z(id), &row);
	int code;

	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT,
		    "%s: no such case; 'fieldvisitd case list' shows those that there are",
		    id);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, id, rc);
	if ((code = find_place(work->host, request, &s, answer_out)) != FV_EXIT_OK)
		return code;
	row.item.has_place = true;
	row.item.lat_e7 = s.best.place.lat_e7;
	row.item.lon_e7 = s.best.place.lon_e7;
	row.updated_ms = work->now_ms;
	if ((assigned = fv_verb_copy(row.item.assigned)) == NULL)
		rc = FV_ENOMEM;
	if (rc == FV_OK)
		rc = fv_store_case_put(work->host->store, &row);
	row.item.id = fv_span_z(id);
	row.item.assigned = fv_span_z(assigned != NULL && !row.is_closed ? assigned : "");
	news.assigned_before = row.item.assigned;
	if (rc == FV_OK)
		rc = fv_case_work_tell(work, &row.item, &news);
	if (rc == FV_OK)
		rc = log_decision(work, request, &s.best, &index);
	free(assigned);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, id, rc);
	return fv_verb_done(answer_out,
	    json_pack("{s:s, s:I}", "case", id, "leaf", (json_int_t)index),
	    "%s: its place is that of %s now%s; ledger entry %" PRIu64, id,
	    fv_verb_text(request, "visit"),
	    fv_stamp_has(&s.best, FV_STAMP_EPH) ? "" : ", of unknown accuracy", index);
}

int
fv_do_case_place(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_case_work work;
	int code = fv_case_work_init(&work, host, answer_out);

	if (code == FV_EXIT_OK)
		code = place(&work, request, answer_out);
	fv_case_work_clear(&work);
	return code;
}

int
cmd_case_place(int argc, char **argv)
{
	const char *visit = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"from-visit", FV_CLI_TEXT, &visit, true},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *request;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, USAGE))
		return FV_EXIT_USAGE;
	request = json_pack("{s:s, s:s}", "case", argv[1], "visit", visit);
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, argv[1], "out of memory; try again");
	return fv_host_call("case place", request, as_json);
}
