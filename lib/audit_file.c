/* A case as the rules see it: local dates, void and linked contacts, events by kind. */
#include <stdlib.h>
#include <string.h>

#include "lib/audit_rules.h"

static size_t
slot_of(const struct fv_ptrmap *map, const void *key)
{
	uint64_t h = (uint64_t)(uintptr_t)key * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(h >> 32) & (map->slots - 1);

	while (map->keys[i] != NULL && map->keys[i] != key)
		i = (i + 1) & (map->slots - 1);
	return i;
}

static enum fv_err
grow_map(struct fv_ptrmap *map)
{
	struct fv_ptrmap bigger = {.slots = map->slots == 0 ? 32 : map->slots * 2};

	bigger.keys = calloc(bigger.slots, sizeof *bigger.keys);
	bigger.values = calloc(bigger.slots, sizeof *bigger.values);
	if (bigger.keys == NULL || bigger.values == NULL) {
		fv_ptrmap_clear(&bigger);
		return FV_ENOMEM;
	}
	for (size_t i = 0; i < map->slots; i++) {
		if (map->keys[i] == NULL)
			continue;
		size_t to = slot_of(&bigger, map->keys[i]);
		bigger.keys[to] = map->keys[i];
		bigger.values[to] = map->values[i];
	}
	bigger.count = map->count;
	fv_ptrmap_clear(map);
	*map = bigger;
	return FV_OK;
}

enum fv_err
fv_ptrmap_put(struct fv_ptrmap *map, const void *key, uint32_t value)
{
	if (map->count * 2 >= map->slots) {
		enum fv_err rc = grow_map(map);
		if (rc != FV_OK)
			return rc;
	}
	size_t i = slot_of(map, key);
	map->count += map->keys[i] == NULL;
	map->keys[i] = key;
	map->values[i] = value;
	return FV_OK;
}

bool
fv_ptrmap_get(const struct fv_ptrmap *map, const void *key, uint32_t *value_out)
{
	if (map->count == 0)
		return false;
	size_t i = slot_of(map, key);
	if (map->keys[i] == NULL)
		return false;
	*value_out = map->values[i];
	return true;
}

void
fv_ptrmap_reset(struct fv_ptrmap *map)
{
	if (map->count > 0)
		memset(map->keys, 0, map->slots * sizeof *map->keys);
	map->count = 0;
}

void
fv_ptrmap_clear(struct fv_ptrmap *map)
{
	free(map->keys);
	free(map->values);
	*map = (struct fv_ptrmap){0};
}

const struct fv_zone_span *
fv_view_span(struct fv_zone_view *zone, int64_t utc_ms)
{
	if (utc_ms < zone->span.from_utc_ms || utc_ms >= zone->span.until_utc_ms)
		zone->span = fv_zone_span_at(zone->zone, utc_ms);
	return &zone->span;
}

int64_t
fv_view_day(struct fv_zone_view *zone, int64_t utc_ms)
{
	int64_t local = utc_ms + (int64_t)fv_view_span(zone, utc_ms)->offset_s * 1000;

	return local >= 0 ? local / FV_MS_PER_DAY : -((-local - 1) / FV_MS_PER_DAY) - 1;
}

static enum fv_err
open_zones(struct fv_audit *audit, const struct fv_case *c)
{
	struct fv_casefile *file = &audit->file;

	file->zone_count = 0;
	for (size_t i = 0; i < c->zones.count; i++) {
		struct fv_zone_view *z = &file->zones[i];
		const struct fv_zone *zone =
		    audit->opts.zone(c->zones.items[i], audit->opts.ctx);
		if (zone == NULL)
			return FV_ENOENT;
		if (zone != z->zone)
			z->span = (struct fv_zone_span){.from_utc_ms = 1, .until_utc_ms = 0};
		z->zone = zone;
		z->name = c->zones.items[i];
		file->zone_count++;
	}
	return file->zone_count == 0 ? FV_ENOENT : FV_OK;
}

static enum fv_err
open_events(struct fv_casefile *file)
{
	const struct fv_case_history *h = file->h;
	size_t at[FV_EVENT_KIND_MAX + 2U] = {0};

	if (h->event_count > file->event_cap) {
		const struct fv_event **events =
		    realloc(file->events, h->event_count * sizeof *events);
		if (events == NULL)
			return FV_ENOMEM;
		file->events = events;
		file->event_cap = h->event_count;
	}
	for (size_t i = 0; i < h->event_count; i++)
		at[h->events[i]->kind + 1U]++;
	for (size_t i = 1; i < FV_EVENT_KIND_MAX + 2U; i++)
		at[i] += at[i - 1];
	memcpy(file->kind_at, at, sizeof at);
	for (size_t i = 0; i < h->event_count; i++)
		file->events[at[h->events[i]->kind]++] = h->events[i];
	return FV_OK;
}

const struct fv_event *const *
fv_file_events(const struct fv_casefile *file, enum fv_event_kind kind, size_t *count_out)
{
	size_t first = file->kind_at[kind];

	*count_out = file->kind_at[(size_t)kind + 1] - first;
	return *count_out == 0 ? NULL : file->events + first;
}

/* Of two claims that a number was wrong the later voids more. */
static enum fv_err
void_wrong_numbers(struct fv_casefile *file)
{
	size_t count;
	const struct fv_event *const *wrong =
	    fv_file_events(file, FV_EVENT_WRONG_NUMBER, &count);
	struct fv_ptrmap last = {0};
	enum fv_err rc = FV_OK;

	for (size_t i = 0; i < count && rc == FV_OK; i++) {
		const char *number = wrong[i]->number;
		for (size_t v = 0; v < file->view_count && number == NULL; v++)
			if (wrong[i]->contact != NULL && file->views[v].is_counted &&
			    strcmp(file->views[v].k->id, wrong[i]->contact) == 0)
				number = file->views[v].k->number;
		if (number != NULL)
			rc = fv_ptrmap_put(&last, number, (uint32_t)i);
	}
	for (size_t v = 0; v < file->view_count && last.count > 0 && rc == FV_OK; v++) {
		struct fv_view *view = &file->views[v];
		uint32_t i;
		if (view->k->number != NULL && fv_ptrmap_get(&last, view->k->number, &i))
			view->is_void = view->k->begin_utc_ms <= wrong[i]->at_utc_ms;
		view->is_counted = view->is_counted && !view->is_void;
	}
	fv_ptrmap_clear(&last);
	return rc;
}

static enum fv_err
mark_links(struct fv_casefile *file)
{
	struct fv_ptrmap first = {0};
	enum fv_err rc = FV_OK;
	uint32_t found;

	for (size_t v = 0; v < file->view_count && rc == FV_OK; v++) {
		const char *link = file->views[v].k->link;
		if (link == NULL || !file->views[v].is_counted)
			continue;
		if (fv_ptrmap_get(&first, link, &found))
			file->views[v].is_copy = true;
		else
			rc = fv_ptrmap_put(&first, link, (uint32_t)v);
	}
	fv_ptrmap_clear(&first);
	return rc;
}

/* Each officer with the first contact in which he came. */
static enum fv_err
index_officers(struct fv_casefile *file, size_t v)
{
	const struct fv_contact *k = file->views[v].k;
	enum fv_err rc = FV_OK;
	uint32_t first;

	for (size_t i = 0; i < k->officers.count && rc == FV_OK; i++)
		if (!fv_ptrmap_get(&file->officers, k->officers.items[i], &first))
			rc = fv_ptrmap_put(&file->officers, k->officers.items[i], (uint32_t)v);
	return rc;
}

/* Consents name the contact in which they were given, and who wrote them down; nothing
 * else looks these up. */
static enum fv_err
index_contacts(struct fv_casefile *file)
{
	size_t count;
	const struct fv_event *const *consents =
	    fv_file_events(file, FV_EVENT_CONSENT, &count);
	bool is_named = false;
	bool is_written = false;
	enum fv_err rc = FV_OK;

	fv_ptrmap_reset(&file->by_id);
	fv_ptrmap_reset(&file->officers);
	for (size_t i = 0; i < count; i++) {
		is_named = is_named || consents[i]->contact != NULL;
		is_written = is_written || consents[i]->recorded_by != NULL;
	}
	const struct fv_event *const *courts =
	    fv_file_events(file, FV_EVENT_COURT_PERMISSION, &count);
	for (size_t i = 0; i < count; i++)
		is_written = is_written || courts[i]->recorded_by != NULL;
	for (size_t v = 0; v < file->view_count && rc == FV_OK; v++) {
		if (is_named)
			rc = fv_ptrmap_put(&file->by_id, file->views[v].k->id, (uint32_t)v);
		if (rc == FV_OK && is_written)
			rc = index_officers(file, v);
	}
	return rc;
}

enum fv_err
fv_file_open(struct fv_audit *audit, const struct fv_case_history *history)
{
	struct fv_casefile *file = &audit->file;
	enum fv_err rc;

	file->h = history;
	file->view_count = 0;
	if ((rc = open_zones(audit, history->subject)) != FV_OK ||
	    (rc = open_events(file)) != FV_OK)
		return rc;
	if (history->contact_count > file->view_cap) {
		struct fv_view *views =
		    realloc(file->views, history->contact_count * sizeof *views);
		if (views == NULL)
			return FV_ENOMEM;
		file->views = views;
		file->view_cap = history->contact_count;
	}
	for (size_t i = 0; i < history->contact_count; i++) {
		const struct fv_contact *k = history->contacts[i];
		file->views[i] = (struct fv_view){.k = k,
		    .is_counted = !k->is_wrong_case,
		    .day = fv_view_day(&file->zones[0], k->begin_utc_ms),
		    .offset_s = fv_view_span(&file->zones[0], k->begin_utc_ms)->offset_s};
	}
	file->view_count = history->contact_count;
	file->first_talk = NULL;
	if ((rc = void_wrong_numbers(file)) != FV_OK || (rc = mark_links(file)) != FV_OK)
		return rc;
	for (size_t i = 0; i < file->view_count && file->first_talk == NULL; i++)
		if (file->views[i].is_counted && fv_contact_is_talk(file->views[i].k))
			file->first_talk = &file->views[i];
	return index_contacts(file);
}

void
fv_file_clear(struct fv_casefile *file)
{
	free(file->views);
	free(file->events);
	fv_ptrmap_clear(&file->by_id);
	fv_ptrmap_clear(&file->officers);
	*file = (struct fv_casefile){0};
}

const struct fv_calendar *
fv_judge_calendar_in(const struct fv_judge *j, const char *name, const char *zone, int64_t day)
{
	const struct fv_audit_opts *opts = &j->audit->opts;
	const struct fv_calendar *best = NULL;

	for (size_t i = 0; i <= opts->pack_count; i++) {
		const struct fv_rulepack *pack = i == 0 ? j->state->pack : opts->packs[i - 1];
		for (size_t k = 0; k < pack->calendar_count; k++) {
			const struct fv_calendar *c = &pack->calendars[k];
			if (!fv_calendar_is_named(c, name, zone))
				continue;
			if (fv_calendar_day(c, day) != FV_DAY_UNKNOWN)
				return c;
			best = best == NULL ? c : best;
		}
	}
	return best;
}
