/* The fold of one case for whoever does not judge it. */
#include "sync-server/judge.h"

enum fv_err
judge_fold_store(struct fv_store *store, const char *case_id, struct fv_fold **fold_out)
{
	const struct judge_opts opts = {.has_own_packs = true}; /* and takes none */
	struct judge *judge;
	enum fv_err rc;

	*fold_out = NULL;
	if ((rc = judge_open(&judge, store, &opts)) != FV_OK)
		return rc;
	rc = judge_fold_case(judge, case_id, fold_out);
	judge_close(judge);
	return rc;
}
