/* A case's history as it goes down: contacts and events, no officer, place or id. */
#include <stdlib.h>
#include <string.h>

#include "fv/history.h"
#include "fv/instant.h"
#include "fv/itemcase.h"
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

/* Everything known of one case. */
struct gathered {
	char id[FV_CASE_ID_BYTES];
	struct members zones, debts;
	struct members visitors; /* the officers to whom the case is assigned */
	struct fv_history *history;
	const struct fv_case_history *of; /* into history */
};

static void
gathered_clear(struct gathered *g)
{
	fv_history_free(g->history);
	free(g->zones.text);
	free(g->debts.text);
	free(g->visitors.text);
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
	    (rc = split(row->item.assigned, &g->visitors)) != FV_OK ||
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
	size_t first = 0;
	enum fv_err rc;

	if ((rc = gather(down, row, &g)) == FV_OK) {
		const struct fv_strs debts = {g.debts.items, g.debts.count};

		while (first < g.of->contact_count &&
		    g.of->contacts[first]->begin_utc_ms < oldest_ms)
			first++;
		const struct fv_strs visitors = {g.visitors.items, g.visitors.count};
		fv_itemcase_put(body_out, g.of, first, &debts, &visitors);
		rc = fv_buf_status(body_out);
	}
	gathered_clear(&g);
	return rc;
}

/* Kinds of events after which nobody is visited, as far as the server can say it. */
static bool
is_hold(const struct fv_event *event)
{
	return event->kind == FV_EVENT_CEASE || event->kind == FV_EVENT_MORATORIUM ||
	    event->kind == FV_EVENT_NO_CONTACT_ORDER;
}

/* A concern for somebody's welfare holds for a week, and ends by itself. */
static bool
is_welfare(const struct fv_event *event)
{
	return event->kind == FV_EVENT_WELFARE || event->kind == FV_EVENT_MINOR_ALONE;
}

static void
take_hold(struct fv_item_hold *hold, const struct fv_event *event)
{
	hold->event_kind = event->kind;
	hold->from_ms = event->has_from ? event->from_utc_ms : event->at_utc_ms;
	hold->has_until = event->has_until;
	hold->until_ms = event->until_utc_ms;
}

static void
take_welfare(struct fv_item_hold *hold, const struct fv_event *event, int64_t now_ms)
{
	int64_t until_ms = event->at_utc_ms + FV_WELFARE_HOLD_DAYS * FV_MS_PER_DAY;

	if (until_ms <= now_ms)
		return;
	take_hold(hold, event);
	hold->has_until = true;
	hold->until_ms = until_ms;
}

enum fv_err
fv_down_hold(
    const struct fv_down *down, const struct fv_store_case *row, struct fv_buf *body_out)
{
	struct fv_item_hold hold = {0}, welfare = {0};
	const struct fv_event *event;
	struct gathered g;
	enum fv_err rc;

	if ((rc = gather(down, row, &g)) == FV_OK) {
		for (size_t i = 0; i < g.of->event_count; i++) {
			event = g.of->events[i];
			if (is_hold(event))
				take_hold(&hold, event);
			else if (is_welfare(event))
				take_welfare(&welfare, event, down->now_ms);
		}
		/* What somebody asked for or ordered lasts longer: it is told first. */
		if (hold.event_kind == 0)
			hold = welfare;
		rc = hold.event_kind == 0 ? FV_ENOENT : FV_OK;
		if (rc == FV_OK)
			fv_item_hold_put(body_out, &hold);
	}
	gathered_clear(&g);
	return rc == FV_OK ? fv_buf_status(body_out) : rc;
}
