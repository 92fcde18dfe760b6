/*
 * Agencies, their teams, and officers as the bank keeps them.
 *
 * One installation has one roster; its supervisors sign for all of it.  An *agency* is the
 * bank's own house (the one that `init` names) or an outside firm: it has teams, and a
 * handheld is of the agency whose team its ticket names.  What a roster says of officers
 * (id, name, that he may be sent) is signed; what stands here (agency, badge, disabled) is
 * the server's own and bars, never admits.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_STAFF_H
#define FV_STORE_STAFF_H

#include "store.h"

#define FV_AGENCY_NAME_BYTES 128U /* UTF-8, with its NUL */
#define FV_BADGE_BYTES 41U        /* UTF-8, with its NUL */
#define FV_SOURCE_BYTES 41U       /* with its NUL */
#define FV_BAR_REASON_BYTES 25U   /* with its NUL */

struct fv_store_agency {
	char id[FV_ID_BYTES];
	char name[FV_AGENCY_NAME_BYTES]; /* "": none was given */
	int64_t added_ms;                /* 0: before there was a list of agencies */
	bool is_closed;
	int64_t closed_ms;    /* with is_closed */
	uint64_t closed_leaf; /* likewise: its POLICY leaf */
};
typedef enum fv_err (*fv_store_agency_fn)(const struct fv_store_agency *agency, void *ctx);

/* Add, or change name and closing of the one that is there. */
FV_NODISCARD enum fv_err fv_store_agency_put(
    struct fv_store *store, const struct fv_store_agency *agency);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_agency_get(
    struct fv_store *store, struct fv_span id, struct fv_store_agency *out);
/* At most `limit` by id, those after `after` ("": from the first). */
FV_NODISCARD enum fv_err fv_store_agency_each(struct fv_store *store, struct fv_span after,
    uint32_t limit, fv_store_agency_fn fn, void *ctx);

/* Give a team to an agency.  Errors: FV_EEXIST  it is another agency's;  FV_ENOENT  no such
 * agency */
FV_NODISCARD enum fv_err fv_store_team_put(
    struct fv_store *store, struct fv_span team, struct fv_span agency);
/* Whose team it is: that of the agency that runs the server unless another was given it.
 * out: FV_ID_BYTES. */
FV_NODISCARD enum fv_err fv_store_team_agency(
    struct fv_store *store, struct fv_span team, char out[FV_ID_BYTES]);
typedef enum fv_err (*fv_store_team_fn)(struct fv_span team, void *ctx);
/* The teams given to an agency, by id. */
FV_NODISCARD enum fv_err fv_store_team_each(
    struct fv_store *store, struct fv_span agency, fv_store_team_fn fn, void *ctx);

struct fv_store_staff {
	char id[FV_ID_BYTES]; /* the officer's, as on the roster */
	char agency[FV_ID_BYTES];
	char badge[FV_BADGE_BYTES]; /* "": his id is his badge */
	char team[FV_ID_BYTES];     /* ""; the team that his tickets name */
	char source[FV_SOURCE_BYTES];
	int64_t added_ms;
	bool is_disabled;
	int64_t disabled_ms;              /* with is_disabled */
	char reason[FV_BAR_REASON_BYTES]; /* of that, one word; "": none */
	bool has_end;
	int64_t ends_ms; /* with has_end: from then on he is as if disabled */
};
typedef enum fv_err (*fv_store_staff_fn)(const struct fv_store_staff *staff, void *ctx);

/* Add, or change all but id and added_ms.  Errors: FV_ENOENT  no such agency. */
FV_NODISCARD enum fv_err fv_store_staff_put(
    struct fv_store *store, const struct fv_store_staff *staff);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_staff_get(
    struct fv_store *store, struct fv_span id, struct fv_store_staff *out);
/* At most `limit` by id, those after `after`, of an agency unless agency.len is 0. */
FV_NODISCARD enum fv_err fv_store_staff_each(struct fv_store *store, struct fv_span agency,
    struct fv_span after, uint32_t limit, fv_store_staff_fn fn, void *ctx);

/* Why somebody may not be sent. */
enum fv_store_bar {
	FV_BAR_NONE, /* nothing here bars him; whether he may go the roster says */
	FV_BAR_DISABLED,
	FV_BAR_ENDED,         /* his end was set, and has come */
	FV_BAR_AGENCY_CLOSED, /* his own */
};
/* What the register says of an officer; FV_BAR_NONE of one who does not stand in it. */
FV_NODISCARD enum fv_err fv_store_staff_bar(
    struct fv_store *store, struct fv_span id, int64_t now_ms, enum fv_store_bar *bar_out);
/* The same of one at hand whose agency is open. */
enum fv_store_bar fv_store_staff_own_bar(const struct fv_store_staff *staff, int64_t now_ms);

#endif
