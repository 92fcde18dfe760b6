/*
 * The directory: what `fieldvisitd roster export` writes for those who seal off the
 * server.  One JSON object:
 *
 *   "rosters"      signed rosters, oldest first, the one in force last
 *   "enrolments"   [{"leaf": base64 of the ENROL leaf, "ticket": its signed ticket,
 *                   "heard": device_heard.h; may be absent}]
 *   "approvals"    signed approvals
 *   "revocations"  signed revoke orders; may be absent
 *   "people"       {"agencies": [{"agency", "closed", "teams": [team]}],
 *                   "officers": [{"officer", "agency", "team", "disabled"}]}: what the
 *                  server's register says (store/staff.h), by ids; may be absent
 *   "settings"     signed settings, the newest of each scope; may be absent
 *   "trails"       {dev: records that are here}: what an order to revoke may trust, on the
 *                  server's word; may be absent
 *   "logins"       [{"dev": hex, "ticket": the signed ticket by which another officer took
 *                  the handheld}]; may be absent.  That he may have one a supervisor
 *                  signed; that it is this one the server says
 *
 * It comes from the server, which is not trusted here: rosters must follow each other,
 * tickets and approvals be signed by supervisors, and the caller must know the roster in
 * force by other means (directory_check_roster()).  What it says of people is signed by
 * nobody: it may keep somebody from a ticket, and admits none whom the roster does not name.
 *
 * Threads: the main thread only, but for directory_gather(): any.
 */
#ifndef FV_DIRECTORY_H
#define FV_DIRECTORY_H

#include <jansson.h>

#include "fv/keyfile.h"
#include "fv/order.h"
#include "fv/settings.h"
#include "fv/ticket.h"
#include "sync-server/store/store.h"

#define DIRECTORY_DEVICES_MAX 4096U
#define DIRECTORY_PEOPLE_MAX 4096U /* of agencies, of teams, of officers */
#define DIRECTORY_OTHERS_MAX 16U   /* officers of one handheld besides the first */

struct directory_device {
	struct fv_buf leaf; /* owned; the ENROL leaf's bytes */
	struct fv_hash leaf_hash;
	uint8_t dev[FV_DEV_BYTES];
	uint8_t box_pk[FV_KEY_BYTES];
	uint8_t ticket_id[FV_TICKET_ID_BYTES];
	char officer[FV_ID_BYTES];                      /* as the signed ticket says */
	char others[DIRECTORY_OTHERS_MAX][FV_ID_BYTES]; /* who took it besides */
	uint8_t other_tickets[DIRECTORY_OTHERS_MAX][FV_TICKET_ID_BYTES]; /* by which */
	size_t other_count;
	char team[FV_ID_BYTES];
	bool is_approved; /* by a supervisor of the roster in force */
	bool is_revoked;  /* by one of any roster in it */
	json_t
	    *heard; /* owned; what the server knows of its trail (device_heard.h), or NULL */
};

struct directory_agency {
	char id[FV_ID_BYTES];
	bool is_closed;
};

struct directory_team {
	char id[FV_ID_BYTES];
	char agency[FV_ID_BYTES];
};

struct directory_officer {
	char id[FV_ID_BYTES];
	char agency[FV_ID_BYTES];
	char team[FV_ID_BYTES]; /* "": none of his own */
	bool is_disabled;
};

/* What the server's register says; all zero where the file is silent. */
struct directory_people {
	struct directory_agency *agencies; /* owned, as are the others */
	struct directory_team *teams;      /* those given to an agency */
	struct directory_officer *officers;
	size_t agency_count, team_count, officer_count;
};

struct directory {
	struct fv_buf roster_note; /* owned; the roster in force, as signed */
	struct fv_roster *roster;  /* owned */
	struct fv_hash roster_hash;
	struct directory_device *devices; /* owned */
	size_t device_count;
	struct directory_people people;
	struct fv_settings *settings; /* owned; signed by a supervisor of a roster in it */
	size_t settings_count;
};

/*
 * Read and check a directory.  Returns an exit code and says why.
 * Owned: *out; directory_close() releases it, after an error too.
 */
int directory_open(const char *path, struct directory *out);
void directory_close(struct directory *directory);

/* The device of that id.  Returns borrowed; NULL: not enrolled. */
const struct directory_device *directory_find(
    const struct directory *directory, const uint8_t dev[FV_DEV_BYTES]);

/*
 * The roster in force must be one that this supervisor knows: signed by him, or the one of
 * the file `roster_path` (NULL: none is given).  Returns an exit code and says why.
 */
int directory_check_roster(const char *path, const char *roster_path,
    const struct directory *directory, const struct fv_key_public *key);

/*
 * Read the member "people" (NULL: absent).  Returns the rule that is broken; NULL: none.
 * Owned: *out; directory_people_clear() releases it, after an error too.
 */
const char *directory_people_read(const json_t *people, struct directory_people *out);
void directory_people_clear(struct directory_people *people);
/* NULL: the register does not name him, or it. */
const struct directory_officer *directory_find_officer(
    const struct directory_people *people, const char *id);
const struct directory_agency *directory_find_agency(
    const struct directory_people *people, const char *id);

/* True when cards of this officer's cases are sealed to the device too. */
bool directory_is_of(const struct directory_device *device, const char *officer);

/* The server's half: what the store has for one (roster_export.c).  In a view.
 * Owned: *out.  Errors: FV_ENOENT  there is no roster yet;  the store's. */
FV_NODISCARD enum fv_err directory_gather(struct fv_store *store, json_t **out);
/* Add the member "people" to it (directory_people.c).  In a view. */
FV_NODISCARD enum fv_err directory_gather_people(struct fv_store *store, json_t *directory);
/* Add the member "settings" to it (settings_show.c).  In a view. */
FV_NODISCARD enum fv_err directory_gather_settings(struct fv_store *store, json_t *directory);
/* Write one to a file, or to stdout where `out` is NULL.  Returns an exit code. */
int directory_write(struct fv_store *store, const char *out);

#endif
