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

#define STAFF_FIELDS_MAX 4U

/* A text that a verb may be given, as an option and as a member of the request. */
struct staff_field {
	const char *option, *member;
	bool is_required;
};
/* "VERB ID [--OPTION TEXT]... [WORD=DATE]... [--json]", asked of the writer.  `fields`: at
 * most STAFF_FIELDS_MAX, then a NULL option.  An exit code, said why. */
int staff_change(int argc, char **argv, const char *verb, const char *usage,
    const struct staff_field *fields);
/* Print what was put (Takes it).  An exit code. */
int staff_say(struct fv_buf *out);
/* Print one object (Takes it) as JSON, or as lines "name  value".  An exit code. */
int staff_show_one(json_t *object, bool as_json);

#endif
