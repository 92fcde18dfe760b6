/* What the parts of the notes area share: a sealed record of a request. */
#ifndef FV_DESK_NOTES_IN_H
#define FV_DESK_NOTES_IN_H

#include "sync-server/desk/desk.h"
#include "sync-server/store/notes.h"
#include "sync-server/store/records.h"

struct sealed {
	struct fv_store *store;
	struct fv_store_device device;
	struct fv_store_record record; /* its spans: until the next record is read */
};

/* Bytes that the payload's `key` names by hash.  Returns borrowed: until the next blob is
 * read.  Errors: FV_ENOENT  erased, or never named;  FV_AGAIN  not all of it is here. */
FV_NODISCARD enum fv_err sealed_blob(struct sealed *s, uint64_t key, struct fv_span *out);

/* GET /notes: of a visit, of a case, or all by pages (notes_list.c). */
void desk_list_notes(struct desk_request *request, struct fv_web_answer *answer);

#endif
