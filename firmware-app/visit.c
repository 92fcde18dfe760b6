#include "firmware-app/visit.h"

#include <string.h>

#define THERE_MS INT64_C(60000) /* an older fix does not say that he is there still */

/* --- finding one --- */

/* Its seq by what the user calls it. */
static bool
read_name(const struct fv_app *app, const char *name, uint64_t *seq_out)
{
	char own[FV_VISIT_ID_BYTES];
	size_t len;

	fv_app_visit_id(app, 0, own);
	len = strlen(own) - 1; /* without the seq */
	if (strncmp(name, own, len) == 0)
		name += len;
	return fv_decimal_decode(fv_span_z(name), INT64_MAX, seq_out) == FV_OK;
}

static enum fv_err
load_begin(struct fv_app *app, uint64_t seq, struct fv_visit *visit)
{
	struct fv_cbor_reader value;
	struct fv_record_row row;
	struct fv_buf keep = {0};
	struct fv_span id;
	enum fv_err rc = fv_store_get_record(app->store, seq, &keep, &row);

	if (rc == FV_OK && row.type != FV_REC_VISIT_BEGIN)
		rc = FV_ENOENT;
	if (rc == FV_OK &&
	    (fv_header_parse(row.header, &visit->begin) != FV_OK ||
		fv_cbor_map_find(row.payload, 1, &value) != FV_OK ||
		fv_cbor_get_text(&value, &id) != FV_OK ||
		fv_id_copy(id, visit->case_id, sizeof visit->case_id) != FV_OK))
		rc = FV_ECORRUPT;
	visit->seq = seq;
	visit->sign_ms = rc == FV_OK ? visit->begin.rtc_ms : 0;
	fv_buf_clear(&keep);
	return rc;
}

/* A record that may be of the visit. */
static enum fv_err
on_record(const struct fv_record_row *row, void *ctx)
{
	struct fv_visit *visit = ctx;
	struct fv_cbor_reader value;
	struct fv_header header;
	uint64_t of;

	if (row->payload.len == 0 || row->type == FV_REC_AMEND ||
	    fv_cbor_map_find(row->payload, 1, &value) != FV_OK ||
	    fv_cbor_get_uint(&value, UINT64_MAX, &of) != FV_OK || of != visit->seq)
		return FV_OK;
	if (fv_header_parse(row->header, &header) != FV_OK)
		return FV_ECORRUPT;
	if (row->type == FV_REC_VISIT_END && !visit->has_end) {
		visit->has_end = true;
		visit->end_seq = row->seq;
		visit->end = header;
	} else if (row->type == FV_REC_OUTCOME) {
		visit->has_outcome = true;
		visit->outcome_seq = row->seq;
	}
	if (row->type != FV_REC_VISIT_END && header.rtc_ms > visit->sign_ms)
		visit->sign_ms = header.rtc_ms;
	return FV_OK;
}

static enum fv_err
load(struct fv_app *app, uint64_t seq, struct fv_visit *visit)
{
	uint64_t until = UINT64_MAX, before = UINT64_MAX, next;
	enum fv_err rc;

	memset(visit, 0, sizeof *visit);
	if ((rc = load_begin(app, seq, visit)) != FV_OK)
		return rc;
	/* What is of this visit lies before the next one begins. */
	while ((rc = fv_store_last_of_type(app->store, FV_REC_VISIT_BEGIN, before, &next)) ==
		FV_OK &&
	    next > seq)
		until = before = next;
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	return fv_store_each_record(app->store, seq + 1, until, on_record, visit);
}

bool
fv_visit_find(
    struct fv_app *app, const char *name, struct fv_visit *visit_out, struct fv_reply *reply)
{
	uint64_t seq;
	enum fv_err rc = FV_ENOENT;

	if (strcmp(name, "last") == 0)
		rc = fv_store_last_of_type(app->store, FV_REC_VISIT_BEGIN, UINT64_MAX, &seq);
	else if (read_name(app, name, &seq))
		rc = FV_OK;
	if (rc == FV_OK)
		rc = load(app, seq, visit_out);
	if (rc == FV_OK)
		return true;
	if (rc == FV_ENOENT)
		fv_reply_fail(reply, FV_FAIL_NO_VISIT, _("visit"),
		    _("%.48s: no visit of this handheld; 'last', or the number that "
		      "'fieldvisit trail' prints before VISIT_BEGIN"),
		    name);
	else
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	return false;
}

enum fv_err
fv_visit_last_inside(struct fv_app *app, uint64_t seq, int64_t *ms_out, bool *is_there_out)
{
	const struct fv_presence *p = &app->presence;
	struct fv_visit visit;
	enum fv_err rc;

	*is_there_out = false;
	*ms_out = p->inside_rtc_ms;
	if (p->visit_seq == seq && p->has_inside) {
		*is_there_out = !p->is_departed &&
		    app->clock.boottime_ms(app->clock.ctx) - p->inside_boottime_ms <= THERE_MS;
		return FV_OK;
	}
	rc = load(app, seq, &visit);
	*ms_out = visit.sign_ms;
	return rc;
}

/* --- ending it --- */

void
fv_visit_put_amend(struct fv_buf *out, uint64_t of_seq, enum fv_amend_reason reason,
    bool has_claim, int64_t claim_ms, size_t more)
{
	fv_cbor_put_map(out, 2U + (has_claim ? 1U : 0U) + more);
	fv_cbor_put_uint(out, 1);
	fv_cbor_put_uint(out, of_seq);
	if (has_claim) {
		fv_cbor_put_uint(out, 3);
		fv_cbor_put_int(out, claim_ms);
	}
	fv_cbor_put_uint(out, 4);
	fv_cbor_put_uint(out, reason);
}

static void
put_end(struct fv_app *app, uint64_t visit_seq, bool *is_fix_out, struct fv_buf *out)
{
	fv_cbor_put_map(out, 3);
	fv_cbor_put_uint(out, 1);
	fv_cbor_put_uint(out, visit_seq);
	fv_cbor_put_uint(out, 2);
	fv_app_put_stamp(app, out, is_fix_out);
	fv_cbor_put_uint(out, 4);
	fv_cbor_put_uint(out, 1);
}

bool
fv_visit_end(struct fv_app *app, uint64_t visit_seq, uint64_t *seq_out, bool *is_fix_out,
    struct fv_reply *reply)
{
	struct fv_buf payload = {0};
	bool is_done;

	fv_app_close_track(app);
	put_end(app, visit_seq, is_fix_out, &payload);
	is_done = fv_app_record(app, FV_REC_VISIT_END, &payload, seq_out, reply);
	fv_buf_clear(&payload);
	return is_done;
}

/* The end, and what its officer claims of it, as one. */
static enum fv_err
append_both(struct fv_app *app, const struct fv_buf *end, int64_t claim_ms, uint64_t *seq_out)
{
	struct fv_buf amend = {0};
	uint64_t seq;
	enum fv_err rc;

	if ((rc = fv_buf_status(end)) != FV_OK ||
	    (rc = fv_journal_begin(&app->journal)) != FV_OK)
		return rc;
	rc = fv_journal_append(&app->journal, FV_REC_VISIT_END, fv_buf_span(end), seq_out);
	fv_visit_put_amend(&amend, *seq_out, FV_AMEND_FORGOT_END, true, claim_ms, 0);
	if (rc == FV_OK && (rc = fv_buf_status(&amend)) == FV_OK)
		rc = fv_journal_append(&app->journal, FV_REC_AMEND, fv_buf_span(&amend), &seq);
	fv_buf_clear(&amend);
	if (rc == FV_OK)
		return fv_journal_commit(&app->journal);
	fv_journal_rollback(&app->journal);
	return rc;
}

bool
fv_visit_end_forgotten(struct fv_app *app, uint64_t visit_seq, int64_t claim_ms,
    uint64_t *seq_out, struct fv_reply *reply)
{
	struct fv_buf end = {0};
	enum fv_err rc;

	fv_app_close_track(app);
	put_end(app, visit_seq, NULL, &end);
	rc = append_both(app, &end, claim_ms, seq_out);
	if (rc == FV_EFULL) { /* the end of a visit always finds room */
		fv_store_drop_ballast(app->dir);
		rc = append_both(app, &end, claim_ms, seq_out);
	}
	fv_buf_clear(&end);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, fv_record_type_name(FV_REC_VISIT_END), rc);
	return rc == FV_OK;
}
