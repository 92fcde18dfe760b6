/* What the files of the area "work" share. */
#ifndef FV_DESK_WORK_IN_H
#define FV_DESK_WORK_IN_H

#include "sync-server/desk/desk.h"
#include "sync-server/store/work.h"

/* The agency that this person is bound to; NULL: he sees every one. */
const char *work_agency(const struct desk_request *request);
/* The same for a member of a verb's request: "" for every one. */
const char *work_agency_text(const struct desk_request *request);

/* The case of the path's first parameter, when it may be seen; false after a 404.
 * Borrowed: until the next case is read. */
bool work_case(
    struct desk_request *request, struct fv_web_answer *answer, struct fv_store_case *out);
/* The number of a path's first parameter; false after a 404. */
bool work_number(struct desk_request *request, struct fv_web_answer *answer, int64_t *out);

/* Answer with what a verb told; NULL: its problem is answered.  Takes: told. */
void work_told(struct desk_request *request, struct fv_web_answer *answer, json_t *told);

/* A thing of this agency was looked for with `rc`: answer its problem, or run
 * the verb with `more` and the body's reason.  Takes: more. */
void work_for_reason(struct desk_request *request, struct fv_web_answer *answer,
    enum fv_err rc, const char *agency, const char *verb, json_t *more);

/* JSON: a number of ms, or null; a text, or null where it is empty. */
json_t *work_ms(bool has, int64_t ms);
json_t *work_maybe(const char *text);
/* First zone of a case that is there; "UTC" otherwise.  Returns out. */
const char *work_zone(struct fv_store *store, const char *case_id, char *out, size_t cap);

/* A list on its way: rows, and the cursor of the last one. */
struct work_list {
	struct desk_request *request;
	json_t *rows; /* owned */
	size_t limit, count;
	char next[96];
};
/* Reads ?limit.  False after a 422. */
bool work_list_open(
    struct work_list *list, struct desk_request *request, struct fv_web_answer *answer);
/* Add a row.  Takes: row. */
FV_NODISCARD enum fv_err work_list_add(struct work_list *list, json_t *row);
/* Answer {"rows": ..., "next": ... or null}, or the problem of rc. */
void work_list_close(struct work_list *list, struct fv_web_answer *answer, enum fv_err rc);

void work_cases(struct desk_request *request, struct fv_web_answer *answer);
void work_one_case(struct desk_request *request, struct fv_web_answer *answer);
void work_boxes(struct desk_request *request, struct fv_web_answer *answer);
void work_officers(struct desk_request *request, struct fv_web_answer *answer);
void work_assign(struct desk_request *request, struct fv_web_answer *answer);
void work_close_case(struct desk_request *request, struct fv_web_answer *answer);
void work_import_cases(struct desk_request *request, struct fv_web_answer *answer);
void work_add_hold(struct desk_request *request, struct fv_web_answer *answer);
void work_lift_hold(struct desk_request *request, struct fv_web_answer *answer);

void work_plans(struct desk_request *request, struct fv_web_answer *answer);
void work_add_plan(struct desk_request *request, struct fv_web_answer *answer);
void work_check_plan(struct desk_request *request, struct fv_web_answer *answer);
void work_import_plans(struct desk_request *request, struct fv_web_answer *answer);
void work_close_plan(struct desk_request *request, struct fv_web_answer *answer);

void work_alerts(struct desk_request *request, struct fv_web_answer *answer);
void work_ack_alert(struct desk_request *request, struct fv_web_answer *answer);

void work_followups(struct desk_request *request, struct fv_web_answer *answer);
void work_answer(struct desk_request *request, struct fv_web_answer *answer);
void work_exceptions(struct desk_request *request, struct fv_web_answer *answer);
void work_settle(struct desk_request *request, struct fv_web_answer *answer);
void work_reopen(struct desk_request *request, struct fv_web_answer *answer);
void work_figures(struct desk_request *request, struct fv_web_answer *answer);

#endif
