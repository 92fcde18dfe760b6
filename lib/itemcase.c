#include "fv/itemcase.h"

#include <stdio.h>
#include <string.h>

#define ID_BYTES 24U
#define OFFICERS_MAX 8U

/* What a line or event is encoded against. */
struct encoding {
	const char *case_id;
	const struct fv_strs *debts; /* of the case, in its order */
	const struct fv_case_history *of;
	size_t first; /* index of the first contact that is sent */
	const struct fv_strs *visitors;
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

/* What counts for nobody is nobody's to know. */
static bool
is_sent(const struct fv_contact *contact)
{
	return !contact->is_wrong_case;
}

static void
set_line(const struct encoding *e, const char *contact, struct fv_item_event *out)
{
	uint64_t line = 0;

	for (size_t i = e->first; contact != NULL && i < e->of->contact_count; i++) {
		if (strcmp(e->of->contacts[i]->id, contact) == 0) {
			out->has_line = is_sent(e->of->contacts[i]);
			out->line = out->has_line ? line : 0;
			return;
		}
		line += is_sent(e->of->contacts[i]) ? 1U : 0U;
	}
}

static bool
has_text(const struct fv_strs *set, const char *text)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->items[i], text) == 0)
			return true;
	return false;
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
	if (has_text(e->visitors, who))
		return true;
	for (size_t i = 0; i < e->of->contact_count; i++)
		if (has_text(&e->of->contacts[i]->officers, who))
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

void
fv_itemcase_put(struct fv_buf *out, const struct fv_case_history *of, size_t first,
    const struct fv_strs *debts, const struct fv_strs *visitors)
{
	const struct encoding e = {.case_id = of->subject->id,
	    .debts = debts,
	    .of = of,
	    .first = first,
	    .visitors = visitors,
	    .out = out};

	size_t count = 0;

	for (size_t i = first; i < of->contact_count; i++)
		count += is_sent(of->contacts[i]) ? 1U : 0U;
	fv_item_history_put_count(out, count);
	for (size_t i = first; i < of->contact_count; i++)
		if (is_sent(of->contacts[i]))
			put_line(&e, of->contacts[i]);
	for (size_t i = 0; i < of->event_count; i++)
		put_event(&e, of->events[i]);
}

/* What taking one body needs at hand. */
struct taking {
	const char *case_id;
	const struct fv_strs *debts; /* of the case, in its order */
	struct fv_history *history;
};

/* Debts by their index in the case's list. */
static void
name_debts(const struct taking *l, const struct fv_item_debts *idx,
    const char *names[FV_ITEM_DEBTS_MAX], struct fv_strs *set)
{
	set->items = names;
	set->count = 0;
	for (size_t i = 0; i < idx->count; i++) {
		if (idx->idx[i] < l->debts->count)
			names[set->count++] = l->debts->items[idx->idx[i]];
	}
}

/* A number or call is known by its hash alone: its digits serve as its name. */
static const char *
name_hash(
    bool has, const uint8_t hash[FV_NUMBER_HASH_BYTES], char out[FV_ITEMCASE_LABEL_BYTES])
{
	if (!has)
		return NULL;
	for (size_t i = 0; i < FV_NUMBER_HASH_BYTES; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
	return out;
}

static enum fv_err
add_line(const struct taking *l, const struct fv_item_line *line, size_t idx)
{
	/* How many came is known, not who: names that no officer has. */
	static const char *const nobody[OFFICERS_MAX] = {
	    "?1", "?2", "?3", "?4", "?5", "?6", "?7", "?8"};
	const char *debts[FV_ITEM_DEBTS_MAX], *discussed[FV_ITEM_DEBTS_MAX];
	char id[ID_BYTES], number[FV_ITEMCASE_LABEL_BYTES], call[FV_ITEMCASE_LABEL_BYTES];
	struct fv_contact c = {.id = id,
	    .case_id = l->case_id,
	    .channel = (enum fv_channel)line->channel,
	    .by = (enum fv_by)line->by,
	    .begin_utc_ms = line->begin_ms,
	    .has_end = line->has_end,
	    .end_utc_ms = line->has_end ? line->end_ms : line->begin_ms,
	    .has_officers = line->has_officers,
	    .officers = {nobody,
		line->officers < OFFICERS_MAX ? line->officers : OFFICERS_MAX},
	    .outcome = (enum fv_outcome)line->outcome,
	    .with = (enum fv_with)line->with,
	    .meant_for = (enum fv_with)line->meant_for,
	    .place = (enum fv_place_code)line->place,
	    .purpose = (enum fv_purpose)line->purpose,
	    .source = (enum fv_source)line->source,
	    .has_debts = line->debts.has,
	    .has_discussed = line->discussed.has};

	(void)snprintf(id, sizeof id, "h%zu", idx);
	if (line->has_entered)
		c.entered = line->entered ? FV_TRI_YES : FV_TRI_NO;
	c.number = name_hash(line->has_number, line->number, number);
	c.call_id = name_hash(line->has_call, line->call, call);
	name_debts(l, &line->debts, debts, &c.debts);
	name_debts(l, &line->discussed, discussed, &c.discussed);
	return fv_history_add_contact(l->history, &c);
}

static uint32_t
join_bits(const uint32_t *codes, size_t count)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < count; i++)
		bits |= fv_code_bit(codes[i]);
	return bits;
}

static enum fv_err
add_event(const struct taking *l, const struct fv_item_event *item, size_t idx)
{
	struct fv_window windows[FV_ITEM_WINDOWS_MAX];
	const char *debts[FV_ITEM_DEBTS_MAX];
	char id[ID_BYTES], contact[ID_BYTES], number[FV_ITEMCASE_LABEL_BYTES];
	struct fv_event e = {.id = id,
	    .case_id = l->case_id,
	    .kind = (enum fv_event_kind)item->kind,
	    .at_utc_ms = item->at_ms,
	    .has_from = item->has_from,
	    .from_utc_ms = item->from_ms,
	    .has_until = item->has_until,
	    .until_utc_ms = item->until_ms,
	    .windows = windows,
	    .window_count = item->window_count,
	    .scopes = join_bits(item->scope, item->scope_count),
	    .form = (enum fv_form)item->form,
	    .to = (enum fv_to)item->to,
	    .by = (enum fv_by)item->by,
	    .channels = join_bits(item->channels, item->channel_count)};

	(void)snprintf(id, sizeof id, "g%zu", idx);
	for (size_t i = 0; i < item->window_count; i++)
		windows[i] = (struct fv_window){item->windows[i].days,
		    (uint16_t)item->windows[i].from_minute,
		    (uint16_t)item->windows[i].to_minute};
	e.number = name_hash(item->has_number, item->number, number);
	if (item->recorded_by != 0)
		e.recorded_by = item->recorded_by == 1 ? "officer" : "other";
	if (item->debts.has)
		name_debts(l, &item->debts, debts, &e.debts);
	if (item->has_line) {
		(void)snprintf(contact, sizeof contact, "h%zu", (size_t)item->line);
		e.contact = contact;
	}
	return fv_history_add_event(l->history, &e);
}

enum fv_err
fv_itemcase_take(struct fv_span body, const char *case_id, const struct fv_strs *debts,
    struct fv_history *into)
{
	const struct taking l = {case_id, debts, into};
	struct fv_item_history reader;
	struct fv_item_event event;
	struct fv_item_line line;
	size_t idx = 0;
	enum fv_err rc;

	if ((rc = fv_item_history_open(body, &reader)) != FV_OK)
		return rc;
	while ((rc = fv_item_history_line(&reader, &line)) == FV_OK) {
		if ((rc = add_line(&l, &line, idx++)) != FV_OK)
			return rc;
	}
	if (rc != FV_ENOENT)
		return rc;
	for (idx = 0; (rc = fv_item_history_event(&reader, &event)) == FV_OK; idx++) {
		if ((rc = add_event(&l, &event, idx)) != FV_OK)
			return rc;
	}
	return rc == FV_ENOENT ? FV_OK : rc;
}

const char *
fv_itemcase_label(const char *case_id, const char *label, char out[FV_ITEMCASE_LABEL_BYTES])
{
	uint8_t hash[FV_NUMBER_HASH_BYTES];

	if (label == NULL)
		return NULL;
	fv_item_number_hash(fv_span_z(case_id), fv_span_z(label), hash);
	return name_hash(true, hash, out);
}
