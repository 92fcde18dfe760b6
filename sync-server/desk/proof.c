/* Exports and reports: the routes, what they share, and the leaf that each export leaves. */
#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"
#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/proof_in.h"
#include "sync-server/store/records.h"

const struct desk_route desk_routes_proof[] = {
    {"GET", "/export/visits.csv", DESK_EXPORT, proof_visits},
    {"GET", "/export/visits.ndjson", DESK_EXPORT, proof_visits},
    {"GET", "/export/visits.geojson", DESK_EXPORT, proof_visits},
    {"GET", "/export/findings.csv", DESK_EXPORT, proof_findings},
    {"GET", "/export/device/{dev}/day.gpx", DESK_EXPORT, proof_device_day},
    {"GET", "/export/device/{dev}/day.geojson", DESK_EXPORT, proof_device_day},
    {"POST", "/export/log", DESK_EXPORT | DESK_NOTES, proof_log_export},
    {"GET", "/proof/visit/{file}", DESK_EXPORT, proof_visit_tar},
    {"GET", "/proof/case/{file}", DESK_EXPORT, proof_case_tar},
    {"GET", "/reports/period", DESK_READ, proof_period},
    {"GET", "/reports/answer", DESK_EXPORT, proof_answer},
    {"GET", "/unsigned", DESK_READ, proof_unsigned},
    {"GET", "/outcomes", DESK_EXPORT, proof_outcomes},
    {NULL, NULL, 0, NULL},
};

/* -- the filter ------------------------------------------------------------------------ */

/* A text of the query that fits and holds no control character; absent: "". */
static bool
read_text(struct desk_request *request, struct fv_web_answer *answer, const char *name,
    char *out, size_t cap)
{
	const char *text = fv_web_query(request->web, name);

	if (text == NULL)
		return true;
	if (fv_id_copy(fv_span_z(text), out, cap) == FV_OK)
		return true;
	desk_problem(
	    answer, 422, "bad-query", "%s: 1 to %zu of A-Z a-z 0-9 . _ -", name, cap - 1);
	return false;
}

static bool
read_verdicts(struct desk_request *request, struct fv_web_answer *answer, uint32_t *out)
{
	const char *text = fv_web_query(request->web, "verdict");

	if (text == NULL)
		return true;
	for (enum fv_verdict v = FV_VERDICT_NA; v <= FV_VERDICT_FAIL; v++)
		if (strcmp(text, fv_verdict_word(v)) == 0) {
			*out = 1U << v;
			return true;
		}
	if (strcmp(text, "all") == 0) {
		*out = UINT32_MAX;
		return true;
	}
	desk_problem(answer, 422, "bad-query",
	    "verdict: pass, fail, review, n/a or all, not %.20s", text);
	return false;
}

static bool
read_channel(struct desk_request *request, struct fv_web_answer *answer, enum fv_channel *out)
{
	const char *text = fv_web_query(request->web, "channel");

	if (text == NULL)
		return true;
	*out = (enum fv_channel)fv_code_find(FV_CODES_CHANNEL, fv_span_z(text));
	if (*out != 0)
		return true;
	desk_problem(answer, 422, "bad-query",
	    "channel: visit, call, sms, email, message or "
	    "letter");
	return false;
}

static bool
read_days(struct desk_request *request, struct fv_web_answer *answer, struct proof_filter *out)
{
	bool has_day;
	int64_t day;

	if (!desk_query_day(request, answer, "from", &out->has_from, &out->from_day) ||
	    !desk_query_day(request, answer, "to", &out->has_until, &out->until_day) ||
	    !desk_query_day(request, answer, "day", &has_day, &day))
		return false;
	if (has_day) {
		out->has_from = out->has_until = true;
		out->from_day = out->until_day = day;
	}
	if (!out->has_from || !out->has_until || out->from_day <= out->until_day)
		return true;
	desk_problem(answer, 422, "bad-query", "from: is after to");
	return false;
}

bool
proof_read_filter(
    struct desk_request *request, struct fv_web_answer *answer, struct proof_filter *out)
{
	int64_t severity;

	memset(out, 0, sizeof *out);
	if (!read_days(request, answer, out) ||
	    !read_text(request, answer, "agency", out->agency, sizeof out->agency) ||
	    !read_text(request, answer, "officer", out->officer, sizeof out->officer) ||
	    !read_text(request, answer, "case", out->case_id, sizeof out->case_id) ||
	    !read_text(request, answer, "pack", out->pack, sizeof out->pack) ||
	    !read_text(request, answer, "rule", out->rule, sizeof out->rule) ||
	    !read_verdicts(request, answer, &out->verdicts) ||
	    !read_channel(request, answer, &out->channel) ||
	    !desk_query_int(request, answer, "severity", 0, 5, 0, &severity))
		return false;
	out->severity = (uint32_t)severity;
	if (request->who->role != DESK_MANAGER)
		return true;
	if (out->agency[0] != '\0' && !desk_sees(request, out->agency)) {
		desk_problem(answer, 404, "not-found", "agency: there is no such agency");
		return false;
	}
	memcpy(out->agency, request->who->agency, sizeof out->agency);
	return true;
}

static void
put_day(json_t *object, const char *name, bool has, int64_t day)
{
	struct fv_civil c;

	if (!has)
		return;
	fv_civil_from_days(day, &c);
	(void)json_object_set_new(
	    object, name, json_sprintf("%04d-%02d-%02d", c.year, c.month, c.day));
}

static void
put_text(json_t *object, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		(void)json_object_set_new(object, name, json_string(text));
}

json_t *
proof_filter_json(const struct proof_filter *f)
{
	json_t *o = json_object();

	put_day(o, "from", f->has_from, f->from_day);
	put_day(o, "to", f->has_until, f->until_day);
	put_text(o, "agency", f->agency);
	put_text(o, "officer", f->officer);
	put_text(o, "case", f->case_id);
	put_text(o, "pack", f->pack);
	put_text(o, "rule", f->rule);
	put_text(
	    o, "channel", f->channel != 0 ? fv_code_word(FV_CODES_CHANNEL, f->channel) : NULL);
	if (f->severity != 0)
		(void)json_object_set_new(o, "severity", json_integer(f->severity));
	for (enum fv_verdict v = FV_VERDICT_NA; v <= FV_VERDICT_FAIL; v++)
		if (f->verdicts == 1U << v)
			put_text(o, "verdict", fv_verdict_word(v));
	if (f->verdicts == UINT32_MAX)
		put_text(o, "verdict", "all");
	return o;
}

/* -- the leaf -------------------------------------------------------------------------- */

bool
proof_log(struct desk_request *request, struct fv_web_answer *answer, const char *name,
    json_t *asked, json_int_t *index_out)
{
	uint8_t salt[FV_SALT_BYTES];
	struct fv_buf salt64 = {0};
	json_t *document, *done = NULL;
	char *text = NULL;

	document = json_pack("{s:s, s:o, s:I}", "export", name, "asked",
	    asked != NULL ? asked : json_object(), "at_ms", (json_int_t)request->now_ms);
	if (document != NULL)
		text = json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS);
	fv_random_fill(fv_random_system(), salt, sizeof salt);
	fv_buf_put_base64(&salt64, salt, sizeof salt);
	if (text != NULL && fv_buf_z(&salt64) != NULL)
		done = desk_write(request, answer, "export log",
		    json_pack("{s:s, s:s, s:s}", "who", request->who->id, "salt",
			fv_buf_z(&salt64), "manifest", text));
	else
		desk_failed(answer, FV_ENOMEM);
	if (done != NULL && index_out != NULL)
		*index_out = json_integer_value(json_object_get(done, "index"));
	fv_buf_clear(&salt64);
	free(text);
	json_decref(document);
	if (done == NULL)
		return false;
	json_decref(done);
	return true;
}

/* -- the stream ------------------------------------------------------------------------ */

struct stream {
	struct desk *desk;
	struct fv_store *store; /* taken from the desk's readers */
	struct fv_buf piece;
	size_t at; /* bytes of it that are sent */
	bool is_done;
	proof_more_fn more;
	void (*release)(void *ctx);
	void *ctx; /* owned */
};

/* The view lasts for one piece: a slow reader keeps no old pages alive. */
static enum fv_err
next_piece(struct stream *s)
{
	enum fv_err rc = fv_store_view_begin(s->store);

	fv_buf_reset(&s->piece);
	s->at = 0;
	if (rc == FV_OK)
		rc = s->more(s->store, &s->piece, s->ctx);
	fv_store_view_end(s->store);
	if (rc == FV_AGAIN || rc == FV_OK) {
		s->is_done = rc == FV_OK;
		rc = fv_buf_status(&s->piece);
	}
	return rc;
}

static ssize_t
read_stream(void *stream, uint8_t *into, size_t max)
{
	struct stream *s = stream;
	size_t len;

	while (s->at == s->piece.len) {
		if (s->is_done)
			return 0;
		if (next_piece(s) != FV_OK)
			return -1;
	}
	len = s->piece.len - s->at < max ? s->piece.len - s->at : max;
	memcpy(into, s->piece.ptr + s->at, len);
	s->at += len;
	return (ssize_t)len;
}

static void
close_stream(void *stream)
{
	struct stream *s = stream;

	s->release(s->ctx);
	fv_buf_clear(&s->piece);
	desk_reader_give(s->desk, s->store);
	free(s);
}

void
proof_stream(struct desk_request *request, struct fv_web_answer *answer,
    const struct proof_export *export)
{
	struct stream *s = calloc(1, sizeof *s);
	json_int_t index = 0;
	enum fv_err rc = s != NULL ? desk_reader_take(request->desk, &s->store) : FV_ENOMEM;

	if (rc != FV_OK)
		desk_failed(answer, rc);
	if (rc != FV_OK ||
	    !proof_log(request, answer, export->name, json_incref(export->asked), &index)) {
		if (rc == FV_OK)
			desk_reader_give(request->desk, s->store);
		free(s);
		export->release(export->ctx);
		json_decref(export->asked);
		return;
	}
	json_decref(export->asked);
	s->desk = request->desk;
	s->more = export->more;
	s->release = export->release;
	s->ctx = export->ctx;
	answer->status = 200;
	answer->type = export->type;
	answer->read = read_stream;
	answer->close = close_stream;
	answer->stream = s;
	fv_web_put(answer, "Content-Disposition", "attachment; filename=\"%s\"", export->name);
	fv_web_put(answer, "Cache-Control", "no-store");
	fv_web_put(answer, "X-Ledger-Leaf", "%lld", (long long)index);
}

/* What the page makes by itself with a supervisor's key is logged before it is saved. */
void
proof_log_export(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *name = desk_text(request, answer, "name", 64);
	const json_t *asked = json_object_get(request->body, "asked");
	json_int_t index = 0;

	if (name == NULL)
		return;
	if (!json_is_object(asked)) {
		desk_problem(
		    answer, 422, "bad-body", "asked: an object that says what goes out");
		return;
	}
	if (proof_log(request, answer, name, json_deep_copy(asked), &index))
		desk_json(request, answer, 201, json_pack("{s:I}", "leaf", index));
}
