/* The halves of the people's area: people.c logs in and out, people_list.c keeps lists. */
#ifndef FV_DESK_PEOPLE_H
#define FV_DESK_PEOPLE_H

#include "sync-server/desk/desk.h"

/* GET and DELETE /sessions: one's own. */
void desk_list_sessions(struct desk_request *request, struct fv_web_answer *answer);
void desk_end_sessions(struct desk_request *request, struct fv_web_answer *answer);

/* /people: the admin's. */
void desk_list_people(struct desk_request *request, struct fv_web_answer *answer);
void desk_add_person(struct desk_request *request, struct fv_web_answer *answer);
void desk_change_person(struct desk_request *request, struct fv_web_answer *answer);
void desk_link_person(struct desk_request *request, struct fv_web_answer *answer);

#endif
