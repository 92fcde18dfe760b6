/* The history body of item.h: lines, then events (PROTOCOL.md section 8). */
#include <string.h>

#include "fv/item.h"

#define LINE_ELEMENTS 15U  /* and one more where the source is said */
#define EVENT_ELEMENTS 13U /* and one more where `by` is said */
#define LINES_MAX 100000U
#define MINUTES_MAX 1440U

static void
put_code(struct fv_buf *out, uint32_t code)
{
	if (code == 0)
		fv_cbor_put_null(out);
	else
		fv_cbor_put_uint(out, code);
}

static void
put_ms(struct fv_buf *out, bool has, int64_t ms)
{
	if (has)
		fv_cbor_put_int(out, ms);
	else
		fv_cbor_put_null(out);
}

static void
put_hash(struct fv_buf *out, bool has, const uint8_t hash[FV_NUMBER_HASH_BYTES])
{
	if (has)
		fv_cbor_put_bytes(out, hash, FV_NUMBER_HASH_BYTES);
	else
		fv_cbor_put_null(out);
}

static void
put_codes(struct fv_buf *out, const uint32_t *codes, size_t count)
{
	fv_cbor_put_array(out, count);
	for (size_t i = 0; i < count; i++)
		fv_cbor_put_uint(out, codes[i]);
}

static void
put_debts(struct fv_buf *out, const struct fv_item_debts *debts)
{
	if (debts->has)
		put_codes(out, debts->idx, debts->count);
	else
		fv_cbor_put_null(out);
}

void
fv_item_history_put_count(struct fv_buf *out, size_t lines)
{
	fv_cbor_put_uint(out, lines);
}

void
fv_item_line_put(struct fv_buf *out, const struct fv_item_line *line)
{
	fv_cbor_put_array(out, LINE_ELEMENTS + (line->source != 0 ? 1U : 0U));
	put_code(out, line->channel);
	fv_cbor_put_int(out, line->begin_ms);
	put_ms(out, line->has_end, line->end_ms);
	put_code(out, line->by);
	put_code(out, line->outcome);
	put_code(out, line->with);
	put_code(out, line->place);
	put_hash(out, line->has_number, line->number);
	put_debts(out, &line->debts);
	put_debts(out, &line->discussed);
	if (line->has_entered)
		fv_cbor_put_bool(out, line->entered);
	else
		fv_cbor_put_null(out);
	if (line->has_officers)
		fv_cbor_put_uint(out, line->officers);
	else
		fv_cbor_put_null(out);
	put_code(out, line->purpose);
	put_code(out, line->meant_for);
	put_hash(out, line->has_call, line->call);
	if (line->source != 0)
		fv_cbor_put_uint(out, line->source);
}

void
fv_item_event_put(struct fv_buf *out, const struct fv_item_event *event)
{
	fv_cbor_put_array(out, EVENT_ELEMENTS + (event->by != 0 ? 1U : 0U));
	put_code(out, event->kind);
	fv_cbor_put_int(out, event->at_ms);
	put_codes(out, event->scope, event->scope_count);
	put_ms(out, event->has_from, event->from_ms);
	put_ms(out, event->has_until, event->until_ms);
	fv_cbor_put_array(out, event->window_count);
	for (size_t i = 0; i < event->window_count; i++) {
		fv_cbor_put_array(out, 3);
		fv_cbor_put_uint(out, event->windows[i].days);
		fv_cbor_put_uint(out, event->windows[i].from_minute);
		fv_cbor_put_uint(out, event->windows[i].to_minute);
	}
	put_hash(out, event->has_number, event->number);
	put_code(out, event->form);
	put_code(out, event->to);
	put_code(out, event->recorded_by);
	put_debts(out, &event->debts);
	put_codes(out, event->channels, event->channel_count);
	if (event->has_line)
		fv_cbor_put_uint(out, event->line);
	else
		fv_cbor_put_null(out);
	if (event->by != 0)
		fv_cbor_put_uint(out, event->by);
}

static enum fv_err
get_code(struct fv_cbor_reader *r, uint32_t *code_out)
{
	uint64_t v;
	enum fv_err rc;

	*code_out = 0;
	if (fv_cbor_take_null(r))
		return FV_OK;
	if ((rc = fv_cbor_get_uint(r, UINT32_MAX, &v)) != FV_OK)
		return rc;
	if (v == 0) /* absent is null, and has no other form */
		return FV_ERANGE;
	*code_out = (uint32_t)v;
	return FV_OK;
}

static enum fv_err
get_ms(struct fv_cbor_reader *r, bool *has_out, int64_t *ms_out)
{
	*has_out = !fv_cbor_take_null(r);
	*ms_out = 0;
	return *has_out ? fv_cbor_get_int(r, ms_out) : FV_OK;
}

static enum fv_err
get_hash(struct fv_cbor_reader *r, bool *has_out, uint8_t hash_out[FV_NUMBER_HASH_BYTES])
{
	*has_out = !fv_cbor_take_null(r);
	return *has_out ? fv_cbor_get_fixed(r, hash_out, FV_NUMBER_HASH_BYTES) : FV_OK;
}

static enum fv_err
get_u32(struct fv_cbor_reader *r, uint32_t max, uint32_t *v_out)
{
	uint64_t v;
	enum fv_err rc = fv_cbor_get_uint(r, max, &v);

	*v_out = rc == FV_OK ? (uint32_t)v : 0;
	return rc;
}

static enum fv_err
get_codes(struct fv_cbor_reader *r, uint32_t *codes, size_t max, size_t *count_out)
{
	size_t count;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count > max)
		return FV_ETOOBIG;
	for (size_t i = 0; i < count; i++)
		if ((rc = get_u32(r, UINT32_MAX, &codes[i])) != FV_OK)
			return rc;
	*count_out = count;
	return FV_OK;
}

static enum fv_err
get_debts(struct fv_cbor_reader *r, struct fv_item_debts *debts)
{
	debts->count = 0;
	debts->has = !fv_cbor_take_null(r);
	return debts->has ? get_codes(r, debts->idx, FV_ITEM_DEBTS_MAX, &debts->count) : FV_OK;
}

static enum fv_err
get_windows(struct fv_cbor_reader *r, struct fv_item_event *out)
{
	struct fv_item_window *w;
	size_t count, three;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count > FV_ITEM_WINDOWS_MAX)
		return FV_ETOOBIG;
	for (size_t i = 0; i < count; i++) {
		w = &out->windows[i];
		if ((rc = fv_cbor_get_array(r, &three)) != FV_OK)
			return rc;
		if (three != 3)
			return FV_EFORMAT;
		if ((rc = get_u32(r, 127, &w->days)) != FV_OK ||
		    (rc = get_u32(r, MINUTES_MAX, &w->from_minute)) != FV_OK ||
		    (rc = get_u32(r, MINUTES_MAX, &w->to_minute)) != FV_OK)
			return rc;
	}
	out->window_count = count;
	return FV_OK;
}

enum fv_err
fv_item_history_open(struct fv_span body, struct fv_item_history *out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(body);

	out->r = r;
	out->lines_left = 0;
	return fv_cbor_get_uint(&out->r, LINES_MAX, &out->lines_left);
}

/* Check the next item in full and enter it; it may have one element more. */
static enum fv_err
enter(struct fv_cbor_reader *r, size_t elements, bool *has_more_out)
{
	struct fv_span rest = fv_span_of(r->in.ptr + r->pos, r->in.len - r->pos);
	size_t len, count;
	enum fv_err rc;

	if ((rc = fv_cbor_check(rest, &len)) != FV_OK ||
	    (rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	*has_more_out = count == elements + 1;
	return count == elements || *has_more_out ? FV_OK : FV_EFORMAT;
}

/* The element that is there only where it says something. */
static enum fv_err
get_more(struct fv_cbor_reader *r, bool has_more, uint32_t *code_out)
{
	enum fv_err rc = has_more ? get_code(r, code_out) : FV_OK;

	return rc == FV_OK && has_more && *code_out == 0 ? FV_ERANGE : rc;
}

static enum fv_err
get_line_rest(struct fv_cbor_reader *r, struct fv_item_line *out)
{
	uint64_t officers;
	enum fv_err rc;

	if ((rc = get_debts(r, &out->debts)) != FV_OK ||
	    (rc = get_debts(r, &out->discussed)) != FV_OK)
		return rc;
	out->has_entered = !fv_cbor_take_null(r);
	if (out->has_entered && (rc = fv_cbor_get_bool(r, &out->entered)) != FV_OK)
		return rc;
	out->has_officers = !fv_cbor_take_null(r);
	if (out->has_officers) {
		if ((rc = fv_cbor_get_uint(r, 255, &officers)) != FV_OK)
			return rc;
		out->officers = (uint32_t)officers;
	}
	if ((rc = get_code(r, &out->purpose)) != FV_OK ||
	    (rc = get_code(r, &out->meant_for)) != FV_OK)
		return rc;
	return get_hash(r, &out->has_call, out->call);
}

enum fv_err
fv_item_history_line(struct fv_item_history *history, struct fv_item_line *out)
{
	struct fv_cbor_reader r = history->r;
	bool has_more;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (history->lines_left == 0)
		return FV_ENOENT;
	if ((rc = enter(&r, LINE_ELEMENTS, &has_more)) != FV_OK ||
	    (rc = get_code(&r, &out->channel)) != FV_OK ||
	    (rc = fv_cbor_get_int(&r, &out->begin_ms)) != FV_OK ||
	    (rc = get_ms(&r, &out->has_end, &out->end_ms)) != FV_OK ||
	    (rc = get_code(&r, &out->by)) != FV_OK ||
	    (rc = get_code(&r, &out->outcome)) != FV_OK ||
	    (rc = get_code(&r, &out->with)) != FV_OK ||
	    (rc = get_code(&r, &out->place)) != FV_OK ||
	    (rc = get_hash(&r, &out->has_number, out->number)) != FV_OK ||
	    (rc = get_line_rest(&r, out)) != FV_OK ||
	    (rc = get_more(&r, has_more, &out->source)) != FV_OK)
		return rc;
	history->r = r;
	history->lines_left--;
	return FV_OK;
}

static enum fv_err
get_event_rest(struct fv_cbor_reader *r, struct fv_item_event *out)
{
	enum fv_err rc;

	if ((rc = get_hash(r, &out->has_number, out->number)) != FV_OK ||
	    (rc = get_code(r, &out->form)) != FV_OK || (rc = get_code(r, &out->to)) != FV_OK ||
	    (rc = get_code(r, &out->recorded_by)) != FV_OK ||
	    (rc = get_debts(r, &out->debts)) != FV_OK ||
	    (rc = get_codes(r, out->channels, FV_ITEM_CODES_MAX, &out->channel_count)) !=
		FV_OK)
		return rc;
	out->has_line = !fv_cbor_take_null(r);
	return out->has_line ? fv_cbor_get_uint(r, LINES_MAX, &out->line) : FV_OK;
}

enum fv_err
fv_item_history_event(struct fv_item_history *history, struct fv_item_event *out)
{
	struct fv_cbor_reader r = history->r;
	bool has_more;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (history->lines_left > 0)
		return FV_ESTATE;
	if (fv_cbor_at_end(&r))
		return FV_ENOENT;
	if ((rc = enter(&r, EVENT_ELEMENTS, &has_more)) != FV_OK ||
	    (rc = get_code(&r, &out->kind)) != FV_OK ||
	    (rc = fv_cbor_get_int(&r, &out->at_ms)) != FV_OK ||
	    (rc = get_codes(&r, out->scope, FV_ITEM_CODES_MAX, &out->scope_count)) != FV_OK ||
	    (rc = get_ms(&r, &out->has_from, &out->from_ms)) != FV_OK ||
	    (rc = get_ms(&r, &out->has_until, &out->until_ms)) != FV_OK ||
	    (rc = get_windows(&r, out)) != FV_OK || (rc = get_event_rest(&r, out)) != FV_OK ||
	    (rc = get_more(&r, has_more, &out->by)) != FV_OK)
		return rc;
	history->r = r;
	return FV_OK;
}
