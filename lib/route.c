#include "fv/route.h"

#include <stdlib.h>

/* Distances between stops, each computed once; without a table, when asked. */
struct table {
	const struct fv_place *from; /* NULL: the path begins at its first stop */
	const struct fv_place *stops;
	size_t count;
	int64_t *mm; /* count x count; NULL: over FV_ROUTE_OPT_MAX */
};

static int64_t
leg(const struct table *t, size_t a, size_t b)
{
	return t->mm != NULL ? t->mm[a * t->count + b]
			     : fv_geo_distance_mm(t->stops[a], t->stops[b]);
}

static int64_t
first_leg(const struct table *t, size_t stop)
{
	return t->from != NULL ? fv_geo_distance_mm(*t->from, t->stops[stop]) : 0;
}

static void
swap(size_t *order, size_t i, size_t k)
{
	size_t held = order[i];

	order[i] = order[k];
	order[k] = held;
}

/* Always to the nearest of what is left; of two alike, to the one that came first. */
static void
go_nearest(const struct table *t, size_t *order)
{
	for (size_t at = t->from == NULL ? 1 : 0; at < t->count; at++) {
		int64_t best_mm = INT64_MAX;
		size_t best = at;

		for (size_t i = at; i < t->count; i++) {
			int64_t mm =
			    at == 0 ? first_leg(t, order[i]) : leg(t, order[at - 1], order[i]);

			if (mm < best_mm || (mm == best_mm && order[i] < order[best])) {
				best_mm = mm;
				best = i;
			}
		}
		swap(order, at, best);
	}
}

/* Turn the stretch i..k round wherever that makes the path shorter, until it does not. */
static void
untangle(const struct table *t, size_t *order)
{
	const size_t first = t->from == NULL ? 1 : 0;
	bool is_better = true;

	while (is_better) {
		is_better = false;
		for (size_t i = first; i < t->count; i++) {
			for (size_t k = i + 1; k < t->count; k++) {
				int64_t was = i == 0 ? first_leg(t, order[0])
						     : leg(t, order[i - 1], order[i]);
				int64_t now = i == 0 ? first_leg(t, order[k])
						     : leg(t, order[i - 1], order[k]);

				if (k + 1 < t->count) {
					was += leg(t, order[k], order[k + 1]);
					now += leg(t, order[i], order[k + 1]);
				}
				if (now >= was)
					continue;
				for (size_t a = i, b = k; a < b; a++, b--)
					swap(order, a, b);
				is_better = true;
			}
		}
	}
}

enum fv_err
fv_route_order(
    const struct fv_place *from, const struct fv_place *stops, size_t count, size_t *order_out)
{
	struct table t = {.from = from, .stops = stops, .count = count};

	for (size_t i = 0; i < count; i++)
		order_out[i] = i;
	if (count < 2)
		return FV_OK;
	if (count <= FV_ROUTE_OPT_MAX) {
		if ((t.mm = malloc(count * count * sizeof *t.mm)) == NULL)
			return FV_ENOMEM;
		/* Made symmetric: a path turned round must cost the same, or 2-opt runs on. */
		for (size_t a = 0; a < count; a++) {
			for (size_t b = 0; b <= a; b++)
				t.mm[a * count + b] = t.mm[b * count + a] =
				    fv_geo_distance_mm(stops[a], stops[b]);
		}
	}
	go_nearest(&t, order_out);
	if (t.mm != NULL)
		untangle(&t, order_out);
	free(t.mm);
	return FV_OK;
}
