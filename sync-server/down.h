/*
 * The answer to a sync: what is stored, the receipt, and what goes down.
 *
 * Threads: the writer's.
 */
#ifndef FV_SERVER_DOWN_H
#define FV_SERVER_DOWN_H

#include "sync-server/ingest.h"

/*
 * Append the answer map for a session that has ended, after the group's commit.
 * Errors: FV_EFORMAT  no request map came;  those of store.h
 */
FV_NODISCARD enum fv_err fv_down_answer(struct fv_ingest *ingest, struct fv_store *store,
    const struct fv_session *session, int64_t now_ms, struct fv_buf *plain_out);

#endif
