/* Every route of the desk.  One row a route, one file an area; {x} in a path is one
 * segment.  The same rows stand in web/api/AREA.json, the OpenAPI document. */
#ifndef FV_DESK_ROUTES_H
#define FV_DESK_ROUTES_H

#include "sync-server/desk/desk.h"

struct desk_route {
	const char *method;
	const char *path; /* under /api/v1 */
	unsigned right;   /* enum desk_right: all of these bits; DESK_OPEN: nobody is asked */
	desk_fn run;
};

/* Each ended by a NULL method. */
extern const struct desk_route desk_routes_people[]; /* people.c: accounts, session */
extern const struct desk_route desk_routes_queue[];  /* queue.c: findings, reviews */
extern const struct desk_route desk_routes_trail[];  /* trail.c: fixes, days, histories */
extern const struct desk_route desk_routes_notes[];  /* notes.c: sealed things, keys */
extern const struct desk_route desk_routes_work[];   /* work.c: cases, plans, holds, alerts */
extern const struct desk_route desk_routes_care[];   /* care.c: complaints */
extern const struct desk_route desk_routes_proof[];  /* proof.c: exports, reports */
extern const struct desk_route desk_routes_fleet[];  /* fleet.c: handhelds, tickets */
extern const struct desk_route desk_routes_staff[];  /* staff.c: agencies, officers */
extern const struct desk_route desk_routes_settings[]; /* settings.c: what is signed */
extern const struct desk_route desk_routes_files[]; /* files.c: what came in by the folder */
extern const struct desk_route desk_routes_about[]; /* about.c: what server this is */

#endif
