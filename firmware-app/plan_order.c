/* The order of a plan: groups by what is allowed when, each by the shortest way found. */
#include <stdlib.h>
#include <string.h>

#include "firmware-app/plan.h"

static enum fv_plan_why
why_of(const struct fv_plan *plan, const struct fv_plan_entry *e)
{
	if (plan->work.has_visit && strcmp(plan->work.case_id, e->case_id) == 0)
		return FV_PLAN_OPEN;
	if (e->is_visited)
		return FV_PLAN_DONE;
	if (e->answer != FV_CHECK_NOT_NOW)
		return FV_PLAN_ROUTE;
	return e->has_next ? FV_PLAN_LATER : FV_PLAN_HELD;
}

/* By group, within it by the time from which it is allowed, then by id. */
static int
by_group(const void *a, const void *b)
{
	const struct fv_plan_entry *x = a, *y = b;
	int64_t nx = x->why == FV_PLAN_LATER ? x->next_utc_ms : 0;
	int64_t ny = y->why == FV_PLAN_LATER ? y->next_utc_ms : 0;

	if (x->why != y->why)
		return x->why < y->why ? -1 : 1;
	if (nx != ny)
		return nx < ny ? -1 : 1;
	/* Without a place there is no way to it: after those that have one. */
	if (x->has_place != y->has_place)
		return x->has_place ? -1 : 1;
	return strcmp(x->case_id, y->case_id);
}

static bool
is_one_group(const struct fv_plan_entry *a, const struct fv_plan_entry *b)
{
	return a->why == b->why && b->has_place &&
	    (a->why != FV_PLAN_LATER || a->next_utc_ms == b->next_utc_ms);
}

/* Order `count` entries that have a place by the way from `from`. */
static enum fv_err
walk(struct fv_plan_entry *entries, size_t count, const struct fv_place *from)
{
	struct fv_plan_entry *copy = malloc(count * sizeof *copy);
	struct fv_place *stops = malloc(count * sizeof *stops);
	size_t *order = malloc(count * sizeof *order);
	enum fv_err rc = FV_ENOMEM;

	if (copy != NULL && stops != NULL && order != NULL) {
		memcpy(copy, entries, count * sizeof *copy);
		for (size_t i = 0; i < count; i++)
			stops[i] = entries[i].place;
		if ((rc = fv_route_order(from, stops, count, order)) == FV_OK)
			for (size_t i = 0; i < count; i++)
				entries[i] = copy[order[i]];
	}
	free(copy);
	free(stops);
	free(order);
	return rc;
}

/* How far each is from the last fix and from the one before it. */
static void
measure(struct fv_plan *plan)
{
	const struct fv_place *at = plan->has_from ? &plan->from : NULL;

	for (size_t i = 0; i < plan->count; i++) {
		struct fv_plan_entry *e = &plan->entries[i];

		if (!e->has_place)
			continue;
		e->has_distance = plan->has_from;
		if (e->has_distance)
			e->distance_mm = fv_geo_distance_mm(plan->from, e->place);
		e->has_leg = at != NULL;
		if (at != NULL)
			e->leg_mm = fv_geo_distance_mm(*at, e->place);
		at = &e->place;
	}
}

enum fv_err
fv_plan_order(struct fv_plan *plan)
{
	struct fv_place at = plan->from;
	bool has_at = plan->has_from;
	enum fv_err rc;

	for (size_t i = 0; i < plan->count; i++)
		plan->entries[i].why = why_of(plan, &plan->entries[i]);
	if (plan->count > 0)
		qsort(plan->entries, plan->count, sizeof *plan->entries, by_group);
	for (size_t i = 0, next; i < plan->count; i = next) {
		next = i + 1;
		if (!plan->entries[i].has_place)
			continue;
		while (next < plan->count &&
		    is_one_group(&plan->entries[i], &plan->entries[next]))
			next++;
		rc = walk(&plan->entries[i], next - i, has_at ? &at : NULL);
		if (rc != FV_OK)
			return rc;
		at = plan->entries[next - 1].place;
		has_at = true;
	}
	measure(plan);
	return FV_OK;
}
