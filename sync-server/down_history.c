/* A case's history as it goes down: contacts and events, no officer, place or id. */
#include <stdlib.h>
#include <string.h>

#include "fv/history.h"
#include "fv/instant.h"
#include "sync-server/down.h"
#include "sync-server/store/findings.h"

#define MEMBERS_MAX 64U /* of a ';' list of a case */

/* A ';' list as C strings. */
struct members {
	char *text; /* owned */
	const char *items[MEMBERS_MAX];
	size_t count;
};

static enum fv_err
split(struct fv_span list, struct members *out)
{
	char *at, *end;

	memset(out, 0, sizeof *out);
	if ((out->text = malloc(list.len + 1)) == NULL)
		return FV_ENOMEM;
	if (list.len > 0)
		memcpy(out->text, list.ptr, list.len);
	out->text[list.len] = 0;
	for (at = out->text; *at != 0 && out->count < MEMBERS_MAX; at = end) {
		out->items[out->count++] = at;
		if ((end = strchr(at, ';')) == NULL)
			break;
		*end++ = 0;
	}
	return FV_OK;
}

static enum fv_err
add_import(const struct fv_store_import *line, void *ctx)
{
	struct fv_history_error error;
	enum fv_err rc = fv_history_add_line(ctx, line->line, 0, &error);

	/* Ids are unique with their source only: a second one of another system is passed
	 * over by nobody, so it is our own data that is wrong. */
	return rc == FV_OK || rc == FV_ENOMEM ? rc : FV_ECORRUPT;
}

static enum fv_err
add_case(struct fv_history *history, const char *id, const struct fv_item_case *item,
    const struct members *zones, const struct members *debts)
{
	struct fv_case c = {.id = id,
	    .zones = {zones->items, zones->count},
	    .debts = {debts->items, debts->count}};

	c.actor = (enum fv_actor)item->actor;
	c.product = (enum fv_product)item->product;
	return fv_history_add_case(history, &c);
}

/* -- encoding ------------------------------------------------------------------------- */

/* What a line or event is encoded against. */
struct encoding {
	const char *case_id;
	const struct members *debts; /* of the case, in its order */
	const struct fv_case_history *of;
	size_t first; /* index of the first contact that is sent */
	struct fv_buf *out;
};

static void
set_debts(const struct encoding *e, const struct fv_strs *debts, struct fv_item_debts *out)
{
	out->has = true;
	for (size_t i = 0; i < debts->count; i++)
		for (size_t k = 0; k < e->debts->count; k++)
			if (strcmp(debts->items[i], e->debts->items[k]) == 0 &&
			    out->count < FV_ITEM_DEBTS_MAX)
				out->idx[out->count++] = (uint32_t)k;
}

static bool
set_hash(const struct encoding *e, const char *label, uint8_t hash_out[FV_NUMBER_HASH_BYTES])
{
	if (label == NULL)
		return false;
	fv_item_number_hash(fv_span_z(e->case_id), fv_span_z(label), hash_out);
	return true;
}

static void
put_line(const struct encoding *e, const struct fv_contact *c)
{
	struct fv_item_line line = {.channel = c->channel,
	    .begin_ms = c->begin_utc_ms,
	    .by = c->by,
	    .outcome = c->outcome,
	    .with = c->with,
	    .place = c->place,
	    .purpose = c->purpose,
	    .meant_for = c->meant_for};

	if (c->source != FV_SOURCE_HANDHELD)
		line.source = c->source;
	line.has_end = c->has_end && !c->is_open;
	line.end_ms = c->end_utc_ms;
	line.has_number = set_hash(e, c->number, line.number);
	line.has_call = set_hash(e, c->call_id, line.call);
	if (c->has_debts)
		set_debts(e, &c->debts, &line.debts);
	if (c->has_discussed)
		set_debts(e, &c->discussed, &line.discussed);
	line.has_entered = c->entered != FV_TRI_UNKNOWN;
	line.entered = c->entered == FV_TRI_YES;
	line.has_officers = c->has_officers;
	line.officers = (uint32_t)c->officers.count;
	fv_item_line_put(e->out, &line);
}

/* The members of a set of bits, lowest first. */
static size_t
list_bits(uint32_t bits, uint32_t out[FV_ITEM_CODES_MAX])
{
	size_t count = 0;

	for (uint32_t code = 1; code <= 32 && count < FV_ITEM_CODES_MAX; code++)
		if ((bits & fv_code_bit(code)) != 0)
			out[count++] = code;
	return count;
}

static void
set_line(const struct encoding *e, const char *contact, struct fv_item_event *out)
{
	for (size_t i = e->first; contact != NULL && i < e->of->contact_count; i++)
		if (strcmp(e->of->contacts[i]->id, contact) == 0) {
			out->has_line = true;
			out->line = i - e->first;
			return;
		}
}

/* The word of an officer who visits this case alone; his name stays here. */
static bool
is_from_officer(const struct encoding *e, const struct fv_event *event)
{
	const char *who = event->recorded_by;

	if (event->source == FV_SOURCE_DESK || event->source == FV_SOURCE_LETTER)
		return false;
	if (strcmp(who, "officer") == 0 || strcmp(who, "collector") == 0)
		return true;
	for (size_t i = 0; i < e->of->contact_count; i++)
		for (size_t k = 0; k < e->of->contacts[i]->officers.count; k++)
			if (strcmp(e->of->contacts[i]->officers.items[k], who) == 0)
				return true;
	return false;
}

static void
put_event(const struct encoding *e, const struct fv_event *event)
{
	struct fv_item_event item = {.kind = event->kind,
	    .at_ms = event->at_utc_ms,
	    .form = event->form,
	    .to = event->to,
	    .by = event->by};
	size_t window = 0;

	item.scope_count = list_bits(event->scopes, item.scope);
	item.channel_count = list_bits(event->channels, item.channels);
	item.has_from = event->has_from;
	item.from_ms = event->from_utc_ms;
	item.has_until = event->has_until;
	item.until_ms = event->until_utc_ms;
	item.has_number = set_hash(e, event->number, item.number);
	if (event->recorded_by != NULL)
		item.recorded_by = is_from_officer(e, event) ? 1 : 2;
	if (event->debts.count > 0)
		set_debts(e, &event->debts, &item.debts);
	set_line(e, event->contact, &item);
	do { /* windows over the bound go into further events of the same words */
		item.window_count = 0;
		while (
		    window < event->window_count && item.window_count < FV_ITEM_WINDOWS_MAX) {
			const struct fv_window *w = &event->windows[window++];

			item.windows[item.window_count++] =
			    (struct fv_item_window){w->days, w->from_minute, w->to_minute};
		}
		fv_item_event_put(e->out, &item);
	} while (window < event->window_count);
}

static void
encode(const struct encoding *e)
{
	fv_item_history_put_count(e->out, e->of->contact_count - e->first);
	for (size_t i = e->first; i < e->of->contact_count; i++)
		put_line(e, e->of->contacts[i]);
	for (size_t i = 0; i < e->of->event_count; i++)
		put_event(e, e->of->events[i]);
}

/* -- collecting ------------------------------------------------------------------------- */

/* Everything known of one case. */
struct gathered {
	char id[FV_CASE_ID_BYTES];
	struct members zones, debts;
	struct fv_history *history;
	const struct fv_case_history *of; /* into history */
};

static void
gathered_clear(struct gathered *g)
{
	fv_history_free(g->history);
	free(g->zones.text);
	free(g->debts.text);
}

static enum fv_err
gather(const struct fv_down *down, const struct fv_store_case *row, struct gathered *g)
{
	struct fv_history_error error;
	enum fv_err rc;

	memset(g, 0, sizeof *g);
	if (fv_id_copy(row->item.id, g->id, sizeof g->id) != FV_OK)
		return FV_ECORRUPT;
	if ((rc = split(row->item.zones, &g->zones)) != FV_OK ||
	    (rc = split(row->item.debts, &g->debts)) != FV_OK ||
	    (rc = fv_history_new(&g->history)) != FV_OK)
		return rc;
	rc = add_case(g->history, g->id, &row->item, &g->zones, &g->debts);
	if (rc == FV_OK)
		rc = fv_store_import_each(down->store, g->id, add_import, g->history);
	if (rc == FV_OK)
		rc = fv_down_records(down, g->id, g->history);
	if (rc == FV_OK)
		rc = fv_history_finish(g->history, &error);
	if (rc != FV_OK)
		return rc == FV_ENOMEM ? rc : FV_ECORRUPT;
	g->of = fv_history_find(g->history, g->id);
	return g->of != NULL ? FV_OK : FV_ECORRUPT;
}

enum fv_err
fv_down_history(
    const struct fv_down *down, const struct fv_store_case *row, struct fv_buf *body_out)
{
	int64_t oldest_ms = down->now_ms - FV_HISTORY_DEPTH_DAYS * FV_MS_PER_DAY;
	struct gathered g;
	struct encoding e;
	enum fv_err rc;

	if ((rc = gather(down, row, &g)) == FV_OK) {
		e = (struct encoding){g.id, &g.debts, g.of, 0, body_out};
		while (e.first < g.of->contact_count &&
		    g.of->contacts[e.first]->begin_utc_ms < oldest_ms)
			e.first++;
		encode(&e);
		rc = fv_buf_status(body_out);
	}
	gathered_clear(&g);
	return rc;
}

/* Kinds of events after which nobody is visited, as far as the server can say it. */
static bool
is_hold(enum fv_event_kind kind)
{
	return kind == FV_EVENT_CEASE || kind == FV_EVENT_MORATORIUM ||
	    kind == FV_EVENT_NO_CONTACT_ORDER;
}

enum fv_err
fv_down_hold(
    const struct fv_down *down, const struct fv_store_case *row, struct fv_buf *body_out)
{
	struct fv_item_hold hold = {0};
	const struct fv_event *event;
	struct gathered g;
	enum fv_err rc;

	if ((rc = gather(down, row, &g)) == FV_OK) {
		for (size_t i = 0; i < g.of->event_count; i++) {
			event = g.of->events[i];
			if (!is_hold(event->kind))
				continue;
			hold.event_kind = event->kind;
			hold.from_ms = event->has_from ? event->from_utc_ms : event->at_utc_ms;
			hold.has_until = event->has_until;
			hold.until_ms = event->until_utc_ms;
		}
		rc = hold.event_kind == 0 ? FV_ENOENT : FV_OK;
		if (rc == FV_OK)
			fv_item_hold_put(body_out, &hold);
	}
	gathered_clear(&g);
	return rc == FV_OK ? fv_buf_status(body_out) : rc;
}
