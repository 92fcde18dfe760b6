/* The half of the notes area that is about keys and rosters: desk/keys.c. */
#ifndef FV_DESK_KEYS_H
#define FV_DESK_KEYS_H

#include "sync-server/desk/desk.h"

/* GET /keys/me: does a supervisor of one's own id stand on the roster? */
void desk_my_key(struct desk_request *request, struct fv_web_answer *answer);
/* GET /roster: the chain of signed rosters, and the one that is being drawn up. */
void desk_get_roster(struct desk_request *request, struct fv_web_answer *answer);
/* POST /roster/draft: one change of it.  POST /roster/sign: a supervisor's signature. */
void desk_draft_roster(struct desk_request *request, struct fv_web_answer *answer);
void desk_sign_roster(struct desk_request *request, struct fv_web_answer *answer);
/* GET /directory: what sealing a card needs, as 'roster export' writes it. */
void desk_get_directory(struct desk_request *request, struct fv_web_answer *answer);

#endif
