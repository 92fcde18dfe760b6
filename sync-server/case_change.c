/* case assign ID OFFICER... */
#include <stdlib.h>
#include <string.h>

#include "sync-server/case_work.h"
#include "sync-server/handlers.h"
#include "sync-server/cmd.h"
#include "sync-server/verb.h"

#define ASSIGN_USAGE "case assign ID OFFICER... [--json]"
#define ASSIGNED_MAX ((int)FV_CASE_OFFICERS_MAX)

/* What the desk must do next: the card opens only where it was sealed to. */
static enum fv_err
count_unreached(struct fv_case_work *work, const struct fv_item_case *item, size_t *count_out)
{
	struct fv_span list = item->assigned, officer;
	bool has_card, reaches;
	enum fv_err rc;

	*count_out = 0;
	while (fv_verb_next(&list, &officer)) {
		rc = fv_case_work_reach(work, item->id, officer, &has_card, &reaches);
		if (rc != FV_OK)
			return rc;
		*count_out += has_card && !reaches;
	}
	return FV_OK;
}

int
fv_do_case_assign(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *id = fv_verb_text(request, "case");
	struct fv_case_work work;
	struct fv_case_news news = {.is_changed = true};
	struct fv_store_case row;
	struct fv_buf list = {0};
	char *before = NULL;
	size_t unreached = 0;
	enum fv_err rc;
	int code;

	if ((code = fv_case_work_init(&work, host, answer_out)) != FV_EXIT_OK ||
	    (code = fv_case_work_officers(&work, json_object_get(request, "officers"), &list,
		 answer_out)) != FV_EXIT_OK ||
	    (code = fv_case_work_open(host, id, &row, answer_out)) != FV_EXIT_OK)
		goto cleanup;
	rc = (before = fv_verb_copy(row.item.assigned)) != NULL ? FV_OK : FV_ENOMEM;
	row.item.assigned = fv_buf_span(&list);
	row.updated_ms = work.now_ms;
	if (rc == FV_OK)
		rc = fv_store_case_put(host->store, &row);
	if (rc == FV_OK) {
		row.item.id = fv_span_z(id);
		news.assigned_before = fv_span_z(before);
		rc = fv_case_work_tell(&work, &row.item, &news);
	}
	if (rc == FV_OK)
		rc = count_unreached(&work, &row.item, &unreached);
	code = rc != FV_OK
	    ? fv_verb_broken(answer_out, id, rc)
	    : fv_verb_done(answer_out,
		  json_pack("{s:s, s:s%, s:I}", "case", id, "assigned", list.ptr, list.len,
		      "without_card", (json_int_t)unreached),
		  "%s: assigned to %.*s%s", id, (int)list.len, (const char *)list.ptr,
		  unreached > 0
		      ? "\nnote: its card is sealed to other handhelds; seal it again "
			"with 'case seal' and import it"
		      : "");
cleanup:
	free(before);
	fv_buf_clear(&list);
	fv_case_work_clear(&work);
	return code;
}

int
cmd_case_assign(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *officers, *request;
	int code = fv_cli_parse(&argc, argv, options, ASSIGN_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 2, 1 + ASSIGNED_MAX, ASSIGN_USAGE))
		return FV_EXIT_USAGE;
	officers = json_array();
	for (int i = 2; i < argc; i++)
		(void)json_array_append_new(officers, json_string(argv[i]));
	request = json_pack("{s:s, s:o}", "case", argv[1], "officers", officers);
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, argv[1], "out of memory; try again");
	return fv_host_call("case assign", request, as_json);
}
