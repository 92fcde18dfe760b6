/*
 * What the register says, for people and programs, beside what the signed roster says.
 *
 * Threads: as the store that is passed.
 */
#ifndef FV_SERVER_STAFF_SHOW_H
#define FV_SERVER_STAFF_SHOW_H

#include "sync-server/staff.h"

/* All agencies by id, each as staff_agency_json() has it.  Owned: *list_out. */
FV_NODISCARD enum fv_err staff_agencies(
    struct fv_store *store, bool only_open, json_t **list_out);
/* {agency, name, open, added, closed, teams, officers, dates}.  Owned: *out. */
FV_NODISCARD enum fv_err staff_agency_json(
    struct fv_store *store, const struct fv_store_agency *row, json_t **out);

/*
 * Officers by id, of one agency or (NULL) all, with those of the roster whom the register
 * does not know: {officer, name, agency, team, badge, state, reason, ends, on_roster,
 * in_register, dates, next}; next (null: nothing) is the command to type.
 * Owned: *list_out.  Errors: FV_ENOENT  no such agency
 */
FV_NODISCARD enum fv_err staff_officers(
    struct fv_store *store, const char *agency, int64_t now_ms, json_t **list_out);
/* One of them.  Owned: *out.  Errors: FV_ENOENT  nobody knows him */
FV_NODISCARD enum fv_err staff_officer(
    struct fv_store *store, const char *id, int64_t now_ms, json_t **out);

/* The list of agencies as the bank's own site shows it: what is open, and since when. */
void staff_put_agencies_text(struct fv_buf *out, const json_t *list);
void staff_put_agencies_csv(struct fv_buf *out, const json_t *list);
void staff_put_agencies_html(struct fv_buf *out, const json_t *list);
void staff_put_officers_text(struct fv_buf *out, const json_t *list);

/* -- command lines ---------------------------------------------------------------- */

/* "VERB ID [WORD=DATE]..." as {"id", "dates"}.  Owned: *request_out.  An exit code, said
 * why. */
int staff_request(int argc, char **argv, const char *usage, json_t **request_out);
/* Print what was put (Takes it).  An exit code. */
int staff_say(struct fv_buf *out);
/* Print one object (Takes it) as JSON, or as lines "name  value".  An exit code. */
int staff_show_one(json_t *object, bool as_json);
/* Put a text member; NULL: none.  False: not UTF-8, or no memory. */
bool staff_member(json_t *request, const char *name, const char *value);

#endif
