/* Contacts as CSV, lines of JSON or GeoJSON, and findings as CSV. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/desk/proof_in.h"
#include "sync-server/report.h"

enum form { FORM_CSV, FORM_NDJSON, FORM_GEOJSON };

struct rows {
	struct proof_walk walk;
	struct proof_filter filter;
	enum form form;
	bool has_bom, has_begun, has_row;
};

/* Names of columns are a promise: they are only ever added, at the end. */
static const char visit_columns[] =
    "id,case,agency,channel,officers,begin,end,minutes,zone,place,outcome,with,business,"
    "purpose,lat,lon,accuracy_m,fix,verdict,severity,fails,reviews,provisional,device,link,"
    "recorded_case,recorded_outcome,recorded_end,claimed_begin,notes\r\n";
static const char finding_columns[] =
    "finding,revision,subject,case,agency,officers,time,zone,pack,rule,verdict,severity,"
    "provisional,strength,confidence,citation_en,citation_zh,rule_en,rule_zh,inputs,judged,"
    "pack_sha256\r\n";

static const char *
word_of(enum fv_code_set set, uint32_t code)
{
	const char *word = fv_code_word(set, code);

	return word != NULL ? word : "";
}

const char *
proof_business_word(uint32_t code)
{
	static const char *const words[] = {NULL, "promise", "instalment", "extension",
	    "reduction", "payment", "dispute", "hardship", "wrong_person", "moved", "deceased",
	    "other"};

	return code < sizeof words / sizeof words[0] ? words[code] : NULL;
}

static const char *
fix_word(enum fv_fold_fix fix)
{
	static const char *const words[] = {"none", "one_sided", "bridged", "inside"};

	return words[fix];
}

static const char *
verdict_word(enum fv_verdict verdict)
{
	return verdict != 0 ? fv_verdict_word(verdict) : "not_judged";
}

static void
put_time(struct fv_buf *out, const struct proof_contact *k, int64_t utc_ms)
{
	char text[FV_INSTANT_TEXT_BYTES];
	int64_t whole = utc_ms - ((utc_ms % 1000) + 1000) % 1000;
	int32_t offset = k->zone != NULL ? fv_zone_offset_s(k->zone, utc_ms) : 0;

	fv_buf_put_z(out, fv_instant_format(whole, offset, k->zone == NULL, text));
}

static void
put_degrees(struct fv_buf *out, int32_t e7)
{
	uint32_t size = (uint32_t)llabs((long long)e7);

	fv_buf_putf(out, "%s%" PRIu32 ".%07" PRIu32, e7 < 0 ? "-" : "", size / 10000000,
	    size % 10000000);
}

static void
put_span_field(struct fv_buf *out, struct fv_span text)
{
	char *z = strndup(text.len > 0 ? (const char *)text.ptr : "", text.len);

	if (z == NULL)
		out->failed = true;
	else
		report_put_field(out, z);
	free(z);
}

static void
put_officers(struct fv_buf *out, const struct fv_contact *c)
{
	struct fv_buf cell = {0};

	for (size_t i = 0; i < c->officers.count; i++)
		fv_buf_putf(&cell, "%s%s", i > 0 ? ";" : "", c->officers.items[i]);
	report_put_field(out, fv_buf_z(&cell) != NULL ? fv_buf_z(&cell) : "");
	fv_buf_clear(&cell);
}

/* -- a contact ------------------------------------------------------------------------- */

static void
put_csv_versions(struct fv_buf *out, const struct proof_contact *k)
{
	const struct fv_fold_contact *c = k->c;

	fv_buf_put_u8(out, ',');
	report_put_field(out, c->was_case != NULL ? c->was_case : "");
	fv_buf_putf(
	    out, ",%s,", c->has_was_outcome ? word_of(FV_CODES_OUTCOME, c->was_outcome) : "");
	if (c->has_was_end)
		put_time(out, k, c->was_end_ms);
	fv_buf_put_u8(out, ',');
	if (c->contact.has_claim)
		put_time(out, k, c->contact.claim_begin_ms);
	fv_buf_putf(out, ",%u\r\n", c->note_count);
}

static void
put_csv_place(struct fv_buf *out, const struct proof_contact *k)
{
	const struct fv_contact *c = &k->c->contact;

	fv_buf_putf(out, "%s,%s,%s,%s,", word_of(FV_CODES_PLACE, c->place),
	    word_of(FV_CODES_OUTCOME, c->outcome), word_of(FV_CODES_WITH, c->with),
	    proof_business_word(k->c->business) != NULL ? proof_business_word(k->c->business)
							: "");
	fv_buf_putf(out, "%s,", word_of(FV_CODES_PURPOSE, c->purpose));
	if (c->has_place)
		put_degrees(out, c->lat_e7);
	fv_buf_put_u8(out, ',');
	if (c->has_place)
		put_degrees(out, c->lon_e7);
	fv_buf_put_u8(out, ',');
	if (c->has_accuracy)
		fv_buf_putf(out, "%u", (c->accuracy_mm + 500) / 1000);
	fv_buf_putf(out, ",%s,", k->c->is_visit ? fix_word(k->c->fix) : "");
}

static enum fv_err
put_csv(const struct proof_contact *k, void *ctx)
{
	struct fv_buf *out = ((struct rows *)ctx)->walk.out;
	const struct fv_contact *c = &k->c->contact;
	bool has_end = c->has_end && !c->is_open;

	report_put_field(out, c->id);
	fv_buf_put_u8(out, ',');
	report_put_field(out, c->case_id);
	fv_buf_put_u8(out, ',');
	report_put_field(out, k->agency);
	fv_buf_putf(out, ",%s,", word_of(FV_CODES_CHANNEL, c->channel));
	put_officers(out, c);
	fv_buf_put_u8(out, ',');
	put_time(out, k, c->begin_utc_ms);
	fv_buf_put_u8(out, ',');
	if (has_end)
		put_time(out, k, c->end_utc_ms);
	fv_buf_put_u8(out, ',');
	if (has_end)
		fv_buf_putf(out, "%" PRId64, (c->end_utc_ms - c->begin_utc_ms) / 60000);
	fv_buf_putf(out, ",%s,", k->zone_name);
	put_csv_place(out, k);
	fv_buf_putf(out, "%s,", verdict_word(k->worst));
	if (k->severity != 0)
		fv_buf_putf(out, "%u", k->severity);
	fv_buf_putf(out, ",%u,%u,%s,", k->fails, k->reviews, k->is_provisional ? "yes" : "no");
	fv_buf_put_hex(out, k->c->dev, FV_DEV_BYTES);
	fv_buf_put_u8(out, ',');
	report_put_field(out, c->link != NULL ? c->link : "");
	put_csv_versions(out, k);
	return fv_buf_status(out);
}

static void
put_text(struct fv_buf *out, const char *key, const char *text)
{
	fv_buf_putf(out, ",\"%s\":", key);
	if (text == NULL || text[0] == '\0')
		fv_buf_put_z(out, "null");
	else
		fv_audit_put_json_text(out, text);
}

static void
put_instant(struct fv_buf *out, const char *key, const struct proof_contact *k, bool has,
    int64_t utc_ms)
{
	if (!has) {
		fv_buf_putf(out, ",\"%s\":null", key);
		return;
	}
	fv_buf_putf(out, ",\"%s\":\"", key);
	put_time(out, k, utc_ms);
	fv_buf_put_u8(out, '"');
}

/* The members of a contact, without braces. */
static void
put_members(struct fv_buf *out, const struct proof_contact *k)
{
	const struct fv_contact *c = &k->c->contact;

	fv_buf_put_z(out, "\"id\":");
	fv_audit_put_json_text(out, c->id);
	put_text(out, "case", c->case_id);
	put_text(out, "agency", k->agency);
	put_text(out, "channel", word_of(FV_CODES_CHANNEL, c->channel));
	fv_buf_put_z(out, ",\"officers\":[");
	for (size_t i = 0; i < c->officers.count; i++) {
		fv_buf_put_z(out, i > 0 ? "," : "");
		fv_audit_put_json_text(out, c->officers.items[i]);
	}
	fv_buf_put_u8(out, ']');
	put_instant(out, "begin", k, true, c->begin_utc_ms);
	put_instant(out, "end", k, c->has_end && !c->is_open, c->end_utc_ms);
	put_text(out, "zone", k->zone_name);
	put_text(out, "place", word_of(FV_CODES_PLACE, c->place));
	put_text(out, "outcome", word_of(FV_CODES_OUTCOME, c->outcome));
	put_text(out, "with", word_of(FV_CODES_WITH, c->with));
	put_text(out, "business", proof_business_word(k->c->business));
	put_text(out, "purpose", word_of(FV_CODES_PURPOSE, c->purpose));
	put_text(out, "fix", k->c->is_visit ? fix_word(k->c->fix) : NULL);
	if (c->has_accuracy)
		fv_buf_putf(out, ",\"horizontal_accuracy\":%u", (c->accuracy_mm + 500) / 1000);
	put_text(out, "verdict", verdict_word(k->worst));
	fv_buf_putf(out, ",\"severity\":%u,\"fails\":%u,\"reviews\":%u,\"provisional\":%s",
	    k->severity, k->fails, k->reviews, k->is_provisional ? "true" : "false");
	put_text(out, "link", c->link);
	put_text(out, "recorded_case", k->c->was_case);
	put_text(out, "recorded_outcome",
	    k->c->has_was_outcome ? word_of(FV_CODES_OUTCOME, k->c->was_outcome) : NULL);
	put_instant(out, "recorded_end", k, k->c->has_was_end, k->c->was_end_ms);
	put_instant(out, "claimed_begin", k, c->has_claim, c->claim_begin_ms);
	fv_buf_putf(out, ",\"notes\":%u", k->c->note_count);
}

static void
put_position(struct fv_buf *out, const struct fv_contact *c)
{
	fv_buf_put_u8(out, '[');
	put_degrees(out, c->lon_e7);
	fv_buf_put_u8(out, ',');
	put_degrees(out, c->lat_e7);
	fv_buf_put_u8(out, ']');
}

static enum fv_err
put_json(const struct proof_contact *k, void *ctx)
{
	struct rows *rows = ctx;
	struct fv_buf *out = rows->walk.out;
	const struct fv_contact *c = &k->c->contact;

	if (rows->form == FORM_NDJSON) {
		fv_buf_put_u8(out, '{');
		put_members(out, k);
		fv_buf_put_z(out, ",\"position\":");
		if (c->has_place)
			put_position(out, c);
		else
			fv_buf_put_z(out, "null");
		fv_buf_put_z(out, "}\n");
		return fv_buf_status(out);
	}
	fv_buf_putf(out, "%s\n{\"type\":\"Feature\",\"geometry\":", rows->has_row ? "," : "");
	rows->has_row = true;
	if (c->has_place) {
		fv_buf_put_z(out, "{\"type\":\"Point\",\"coordinates\":");
		put_position(out, c);
		fv_buf_put_u8(out, '}');
	} else {
		fv_buf_put_z(out, "null");
	}
	fv_buf_put_z(out, ",\"properties\":{");
	put_members(out, k);
	fv_buf_put_z(out, "}}");
	return fv_buf_status(out);
}

/* -- a finding ------------------------------------------------------------------------- */

static void
put_rule(struct fv_buf *out, const struct fv_rule *rule)
{
	struct fv_buf cell = {0};

	if (rule == NULL) { /* its pack is not adopted any more */
		fv_buf_put_z(out, ",,,,,,");
		return;
	}
	fv_buf_putf(out, "%s,%s,", word_of(FV_CODES_STRENGTH, rule->strength),
	    word_of(FV_CODES_CONFIDENCE, rule->confidence));
	for (int chinese = 0; chinese < 2; chinese++) {
		fv_buf_reset(&cell);
		fv_audit_put_citation(&cell, rule, chinese == 1);
		report_put_field(out, fv_buf_z(&cell) != NULL ? fv_buf_z(&cell) : "");
		fv_buf_put_u8(out, ',');
	}
	report_put_field(out, rule->text_en);
	fv_buf_put_u8(out, ',');
	report_put_field(out, rule->text_zh);
	fv_buf_put_u8(out, ',');
	fv_buf_clear(&cell);
}

static enum fv_err
put_finding(const struct fv_store_finding *f, const struct proof_contact *k,
    const struct fv_rule *rule, void *ctx)
{
	struct fv_buf *out = ((struct rows *)ctx)->walk.out;
	char text[FV_INSTANT_TEXT_BYTES];

	fv_buf_put_hex(out, f->id, sizeof f->id);
	fv_buf_putf(out, ",%u,", f->revision);
	put_span_field(out, f->subject);
	fv_buf_put_u8(out, ',');
	put_span_field(out, f->case_id);
	fv_buf_put_u8(out, ',');
	report_put_field(out, k->agency);
	fv_buf_put_u8(out, ',');
	if (k->c != NULL)
		put_officers(out, &k->c->contact);
	fv_buf_put_u8(out, ',');
	if (k->c != NULL || f->contact_ms != 0)
		put_time(out, k, k->c != NULL ? k->c->contact.begin_utc_ms : f->contact_ms);
	fv_buf_putf(out, ",%s,", k->zone_name);
	put_span_field(out, f->pack);
	fv_buf_put_u8(out, ',');
	put_span_field(out, f->rule);
	fv_buf_putf(out, ",%s,", verdict_word((enum fv_verdict)f->verdict));
	if (rule != NULL)
		fv_buf_putf(out, "%u", fv_strength_severity(rule->strength));
	fv_buf_putf(out, ",%s,", f->is_provisional ? "yes" : "no");
	put_rule(out, rule);
	put_span_field(out, f->inputs);
	fv_buf_putf(out, ",%s,", fv_instant_format(f->judged_ms, 0, true, text));
	fv_buf_put_hex(out, f->pack_sha256.b, FV_HASH_BYTES);
	fv_buf_put_z(out, "\r\n");
	return fv_buf_status(out);
}

/* -- the stream ------------------------------------------------------------------------ */

static enum fv_err
more(struct fv_store *store, struct fv_buf *out, void *ctx)
{
	struct rows *rows = ctx;
	enum fv_err rc;

	rows->walk.out = out;
	if (!rows->has_begun) {
		rows->has_begun = true;
		if (rows->has_bom)
			fv_buf_put_z(out, "\xef\xbb\xbf");
		if (rows->form == FORM_CSV)
			fv_buf_put_z(
			    out, rows->walk.contact != NULL ? visit_columns : finding_columns);
		else if (rows->form == FORM_GEOJSON)
			fv_buf_put_z(out, "{\"type\":\"FeatureCollection\",\"features\":[");
	}
	rc = proof_walk_on(&rows->walk, store);
	if (rc == FV_OK && rows->form == FORM_GEOJSON)
		fv_buf_put_z(out, "\n]}\n");
	return rc;
}

static void
release(void *ctx)
{
	struct rows *rows = ctx;

	proof_walk_clear(&rows->walk);
	free(rows);
}

/* NULL after a problem. */
static struct rows *
new_rows(struct desk_request *request, struct fv_web_answer *answer)
{
	struct rows *rows = calloc(1, sizeof *rows);
	int64_t bom = 0;

	if (rows == NULL)
		desk_failed(answer, FV_ENOMEM);
	else if (proof_read_filter(request, answer, &rows->filter) &&
	    desk_query_int(request, answer, "bom", 0, 1, 0, &bom)) {
		rows->has_bom = bom != 0;
		rows->walk.filter = &rows->filter;
		rows->walk.ctx = rows;
		rows->walk.sees_hints = request->who->role == DESK_AUDITOR;
		return rows;
	}
	free(rows);
	return NULL;
}

static bool
ends_with(const char *path, const char *end)
{
	size_t len = strlen(path), tail = strlen(end);

	return len >= tail && strcmp(path + len - tail, end) == 0;
}

void
proof_visits(struct desk_request *request, struct fv_web_answer *answer)
{
	struct rows *rows = new_rows(request, answer);
	struct proof_export export = {.more = more, .release = release, .ctx = rows};

	if (rows == NULL)
		return;
	rows->form = ends_with(request->web->path, ".ndjson") ? FORM_NDJSON
	    : ends_with(request->web->path, ".geojson")       ? FORM_GEOJSON
							      : FORM_CSV;
	rows->walk.contact = rows->form == FORM_CSV ? put_csv : put_json;
	export.name = rows->form == FORM_CSV ? "visits.csv"
	    : rows->form == FORM_NDJSON      ? "visits.ndjson"
					     : "visits.geojson";
	export.type = rows->form == FORM_CSV ? "text/csv; charset=utf-8; header=present"
	    : rows->form == FORM_NDJSON      ? "application/x-ndjson"
					     : "application/geo+json";
	rows->has_bom = rows->has_bom && rows->form == FORM_CSV;
	export.asked = proof_filter_json(&rows->filter);
	proof_stream(request, answer, &export);
}

/* Without a verdict in the query: what is to act on. */
void
proof_findings(struct desk_request *request, struct fv_web_answer *answer)
{
	struct rows *rows = new_rows(request, answer);
	struct proof_export export = {.name = "findings.csv",
	    .type = "text/csv; charset=utf-8; header=present",
	    .more = more,
	    .release = release,
	    .ctx = rows};

	if (rows == NULL)
		return;
	if (rows->filter.verdicts == 0)
		rows->filter.verdicts = 1U << FV_VERDICT_FAIL | 1U << FV_VERDICT_REVIEW;
	rows->walk.finding = put_finding;
	export.asked = proof_filter_json(&rows->filter);
	proof_stream(request, answer, &export);
}
