/* probe: a small commit, to see that the store takes something (again). */
#include <inttypes.h>
#include <stdio.h>

#include "sync-server/handlers.h"
#include "sync-server/verb.h"

#define PROBE_META "probe_ms"

int
fv_do_probe(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	char text[24];
	enum fv_err rc;

	(void)request;
	(void)snprintf(text, sizeof text, "%" PRId64, fv_host_now_ms());
	rc = fv_store_meta_set(host->store, PROBE_META, fv_span_z(text));
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(answer_out, "store", rc);
}
