#include "firmware-app/pieces.h"

#include "fv/instant.h"

#define BEFORE_BITS 40

enum fv_err
fv_pieces_forget(struct fv_store *store, uint64_t receipted, int64_t server_ms, int64_t now_ms)
{
	const int64_t first = (server_ms < now_ms ? server_ms : now_ms) / FV_MS_PER_DAY;
	const int64_t last = (server_ms < now_ms ? now_ms : server_ms) / FV_MS_PER_DAY;
	int64_t mark = 0, since;
	enum fv_err rc = fv_store_get_int(store, FV_SET_PIECES, &mark);

	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	since = mark >> BEFORE_BITS;
	if (last >= since && first - since < FV_PIECES_KEEP_DAYS)
		return FV_OK;
	/* What is left goes with the next answers, then the mark is set anew. */
	if (last >= since &&
	    (rc = fv_store_drop_pieces(
		 store, (uint64_t)mark & ((UINT64_C(1) << BEFORE_BITS) - 1))) != FV_ENOENT)
		return rc;
	return fv_store_put_int(
	    store, FV_SET_PIECES, (last & 0x7fffff) << BEFORE_BITS | (int64_t)receipted);
}
