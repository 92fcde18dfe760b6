/*
 * Changes to a roster that is being drawn up, as 'supervisor add', 'roster set' and the desk
 * make them.
 *
 * Threads: no state.
 */
#ifndef FV_ROSTEREDIT_H
#define FV_ROSTEREDIT_H

#include "fv/keyfile.h"

/* A first roster of an agency, nobody on it. */
void rosteredit_first(struct fv_roster *out, const char *agency);
/* Make a roster, whose text has *hash, the draft of the version after it. */
void rosteredit_follow(struct fv_roster *roster, const struct fv_hash *hash);

/* The place of this supervisor's keys, put in place of earlier ones; his teams are to be set.
 * Returns borrowed from r; NULL: there is no room. */
struct fv_supervisor *rosteredit_supervisor(
    struct fv_roster *r, const struct fv_key_public *key);
/* Set his teams: ids joined by commas.  Returns the rule that is broken; NULL: none. */
const char *rosteredit_teams(struct fv_supervisor *s, const char *teams);
/* Returns false when there is no room. */
bool rosteredit_auditor(struct fv_roster *r, const struct fv_key_public *key);

/* Add an officer or change his name.  Errors: FV_EFORMAT  no id;  FV_ERANGE  the name is
 * longer than 64 bytes;  FV_ETOOBIG  there is no room. */
FV_NODISCARD enum fv_err rosteredit_officer(
    struct fv_roster *r, struct fv_span id, const char *name);

enum rosteredit_row { ROSTEREDIT_SUPERVISOR, ROSTEREDIT_AUDITOR, ROSTEREDIT_OFFICER };
/* Returns false when nobody has that id. */
bool rosteredit_drop(struct fv_roster *r, enum rosteredit_row row, const char *id);

#endif
