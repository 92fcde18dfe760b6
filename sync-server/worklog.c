#include "sync-server/worklog.h"

#include <string.h>

#include "fv/instant.h"
#include "sync-server/verb.h"

enum fv_err
fv_worklog(struct fv_host *host, const char *what, struct fv_span text, uint64_t *index_out)
{
	struct fv_hash hash;
	enum fv_err rc = fv_verb_keep_salted(host, what, text, &hash);

	return rc == FV_OK ? fv_verb_policy(host, what, &hash, index_out) : rc;
}

enum fv_err
fv_worklog_about(struct fv_host *host, const char *what, const char *subject,
    const char *reason, const char *who)
{
	char at[FV_INSTANT_TEXT_BYTES];
	struct fv_buf text = {0};
	uint64_t index;
	enum fv_err rc;

	fv_buf_putf(&text, "%s %s by %s at %s", subject, reason, who,
	    fv_instant_format(fv_host_now_ms(), 0, true, at));
	rc = fv_buf_status(&text);
	if (rc == FV_OK)
		rc = fv_worklog(host, what, fv_buf_span(&text), &index);
	fv_buf_clear(&text);
	return rc;
}

bool
fv_worklog_is_reason(const char *reason, const char *const *reasons)
{
	for (; *reasons != NULL; reasons++)
		if (strcmp(reason, *reasons) == 0)
			return true;
	return false;
}
