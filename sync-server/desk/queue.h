/* What the files of the queue's routes share.  Private to queue*.c. */
#ifndef FV_DESK_QUEUE_H
#define FV_DESK_QUEUE_H

#include "sync-server/desk/desk.h"
#include "sync-server/store/queue.h"

/* Filters of the address: agency, officer, rule, day, from, until, verdict, severity,
 * reviewed, provisional, limit.  `cursor_out`: room for the texts that it lends.  False
 * after a 422, or a 404 for another agency. */
bool queue_filter(struct desk_request *request, struct fv_web_answer *answer,
    struct fv_store_queue_filter *out);

/* A row as the API shows it: the visit, and its worst finding.  Owned: *out.
 * Errors: as store.h */
FV_NODISCARD enum fv_err queue_row_json(
    struct fv_store *store, const struct fv_store_visit *visit, json_t **out);
/* A finding as a row shows it.  Owned: the result. */
json_t *queue_open_json(const struct fv_store_open *finding);

void queue_show_visit(struct desk_request *request, struct fv_web_answer *answer);
void queue_since(struct desk_request *request, struct fv_web_answer *answer);
void queue_looked(struct desk_request *request, struct fv_web_answer *answer);
void queue_reasons(struct desk_request *request, struct fv_web_answer *answer);
void queue_review(struct desk_request *request, struct fv_web_answer *answer);
void queue_propose(struct desk_request *request, struct fv_web_answer *answer);

#endif
