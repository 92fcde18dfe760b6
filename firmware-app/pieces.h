/*
 * Attachments that are no more needed here: their pieces are erased when the server had all
 * of ours, and a receipt covered their records, for FV_PIECES_KEEP_DAYS (PROTOCOL.md C6).
 * Until then a server that was put back to an older backup gets them again.
 *
 * Threads: one.  Memory: none kept.
 */
#ifndef FV_APP_PIECES_H
#define FV_APP_PIECES_H

#include "firmware-app/store/store.h"

#define FV_PIECES_KEEP_DAYS 30

/* The mark: day since 1970-01-01 << 40 | the record before which all was there and receipted
 * on that day.  0: the days begin again, as they do when the server lost something. */
#define FV_SET_PIECES "pieces"

/*
 * After an answer by which the server holds all blobs of ours and receipts the records
 * before `receipted`, in its transaction.  The days must have passed by both clocks; one
 * that is set wrong for once erases nothing.
 * Errors: the store's
 */
FV_NODISCARD enum fv_err fv_pieces_forget(
    struct fv_store *store, uint64_t receipted, int64_t server_ms, int64_t now_ms);

#endif
