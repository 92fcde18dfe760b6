#include <inttypes.h>
#include <string.h>

#include "firmware-app/trail_export.h"
#include "firmware-app/typed.h"

#define COUNT_DEFAULT 40U

struct walk {
	struct fv_reply *reply;
	uint64_t sealed; /* records under a seal */
};

static void
tell_subject(struct fv_span payload, struct fv_buf *text, struct fv_json *json)
{
	struct fv_cbor_reader value;
	struct fv_span id;
	uint64_t seq;

	if (fv_cbor_map_find(payload, 1, &value) != FV_OK)
		return;
	if (fv_cbor_get_uint(&value, UINT64_MAX, &seq) == FV_OK) {
		fv_buf_putf(text, " of %" PRIu64, seq);
		fv_json_uint(json, "of", seq);
	} else if (fv_cbor_get_text(&value, &id) == FV_OK) {
		fv_buf_put_z(text, " ");
		fv_buf_put_span(text, id);
		fv_json_text(json, "case", id);
	}
}

static enum fv_err
on_record(const struct fv_record_row *row, void *ctx)
{
	struct walk *walk = ctx;
	struct fv_json *json = &walk->reply->json;
	const char *name = fv_record_type_name(row->type);
	char when[FV_LOCAL_TEXT_BYTES];
	struct fv_buf subject = {0};
	struct fv_header header;
	bool is_sealed = row->seq < walk->sealed;

	if (fv_header_parse(row->header, &header) != FV_OK)
		return FV_ECORRUPT;
	fv_json_begin_object(json, NULL);
	fv_json_uint(json, "seq", row->seq);
	fv_json_uint(json, "type", row->type);
	fv_json_text_z(json, "name", name != NULL ? name : "?");
	fv_json_instant(json, "at", header.rtc_ms);
	if (header.has_gnss)
		fv_json_instant(json, "gnss", header.gnss_ms);
	fv_json_bool(json, "sealed", is_sealed);
	tell_subject(row->payload, &subject, json);
	fv_json_end_object(json);
	fv_reply_line(walk->reply, "%6" PRIu64 "  %s  %s%s%s", row->seq,
	    fv_clock_local(header.rtc_ms, when), name != NULL ? name : "?",
	    fv_buf_z(&subject) != NULL ? fv_buf_z(&subject) : "",
	    is_sealed ? "" : _("  (not sealed)"));
	fv_buf_clear(&subject);
	return FV_OK;
}

static bool
is_export(const struct fv_call *call)
{
	return call->args.operand_count > 0;
}

int
fv_prepare_trail(struct fv_call *call, struct fv_reply *reply)
{
	return fv_typed_reader(call, is_export(call), reply);
}

int
fv_cmd_trail(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct walk walk = {.reply = reply};
	uint64_t from, count, total, seal;
	bool has_from, has_count, is_all = fv_args_has(&call->args, "all");
	enum fv_err rc;

	if (is_export(call) && strcmp(call->args.operands[0], "export") != 0)
		return fv_reply_fail(reply, FV_FAIL_USAGE, "trail",
		    _("%.40s: usage: fieldvisit trail [export]"), call->args.operands[0]);
	if (is_export(call))
		return fv_trail_export(app, call, reply);
	if (!fv_call_uint(call, "from", INT64_MAX, &has_from, &from, reply) ||
	    !fv_call_uint(call, "count", INT32_MAX, &has_count, &count, reply))
		return reply->exit;
	if ((rc = fv_store_count_records(app->store, &total)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	rc = fv_store_last_of_type(app->store, FV_REC_SEAL, UINT64_MAX, &seal);
	walk.sealed = rc == FV_OK ? seal + 1 : 0;
	if (!has_count)
		count = is_all || has_from ? total : COUNT_DEFAULT;
	if (!has_from)
		from = is_all || total <= count ? 0 : total - count;

	fv_json_begin_array(&reply->json, NULL);
	rc = fv_store_each_record(app->store, from,
	    count < total - (from < total ? from : total) ? from + count : total, on_record,
	    &walk);
	fv_json_end_array(&reply->json);
	if (rc != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (total == 0)
		fv_reply_line(reply, "%s", _("no record yet"));
	return FV_EXIT_OK;
}
