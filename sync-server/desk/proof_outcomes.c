/* GET /outcomes: what came of visits and contacts, a page at a time (outcomes.h). */
#include "sync-server/desk/proof_in.h"
#include "sync-server/outcomes.h"

void
proof_outcomes(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *agency = request->who->role == DESK_MANAGER ? request->who->agency : NULL;
	struct outcomes_page page;
	int64_t since, limit;
	enum fv_err rc;

	if (!desk_query_int(request, answer, "since", 0, INT64_MAX, 0, &since) ||
	    !desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, 100, &limit))
		return;
	rc = outcomes_page(request->store, agency, (uint64_t)since, (size_t)limit, &page);
	if (rc != FV_OK)
		desk_failed(answer, rc);
	else
		desk_json(request, answer, 200,
		    json_pack("{s:o, s:I, s:b}", "rows", page.rows, "next",
			(json_int_t)page.next, "more", page.has_more));
}
