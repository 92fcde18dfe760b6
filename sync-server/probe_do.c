/* probe: a commit of so many bytes, to see that the store takes something (again). */
#include <stdlib.h>

#include "sync-server/handlers.h"
#include "sync-server/verb.h"

#define PROBE_META "probe"

/* In a transaction of its own. */
static enum fv_err
put(struct fv_store *store, struct fv_span bytes)
{
	enum fv_err rc = fv_store_begin(store);

	if (rc == FV_OK)
		rc = fv_store_meta_set(store, PROBE_META, bytes);
	if (rc == FV_OK)
		rc = fv_store_commit(store);
	fv_store_rollback(store);
	return rc;
}

/* The room that it took is the store's from then on, for what comes next. */
int
fv_do_probe(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const json_int_t want = json_integer_value(json_object_get(request, "bytes"));
	const size_t len = want < 1           ? 1
	    : (uint64_t)want > HOST_PROBE_MAX ? (size_t)HOST_PROBE_MAX
					      : (size_t)want;
	uint8_t *zeros = calloc(1, len);
	enum fv_err rc = FV_ENOMEM;

	if (zeros != NULL)
		rc = put(host->store, fv_span_of(zeros, len));
	if (rc == FV_OK)
		rc = put(host->store, fv_span_of(zeros, 1));
	free(zeros);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(answer_out, "store", rc);
}
