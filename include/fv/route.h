/*
 * The order in which to go round a few places: nearest neighbour, then 2-opt.
 *
 * Threads: no state.  Memory: fv_route_order() allocates the table of distances.
 */
#ifndef FV_ROUTE_H
#define FV_ROUTE_H

#include "fv/geo.h"

/* Over this many stops the order is nearest neighbour alone. */
#define FV_ROUTE_OPT_MAX 256U

/*
 * Order `count` stops into a short open path that begins at `from` (NULL: at stops[0]).
 * Never longer than always going to the nearest next one; the same stops in the same
 * order give the same answer.
 *
 * order_out: `count` indices into stops, first to go to first.
 * Errors: FV_ENOMEM  (order_out is as given: 0, 1, 2, ...)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_route_order(const struct fv_place *from,
    const struct fv_place *stops, size_t count, size_t *order_out);

#endif
