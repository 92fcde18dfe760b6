/* The evidence bundle of one visit or one case, for fieldvisit-verify. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"
#include "sync-server/desk/proof_in.h"
#include "sync-server/export_make.h"
#include "sync-server/store/records.h"

struct asking {
	struct desk_request *request;
	struct fv_web_answer *answer;
};

static json_t *
ask(const char *verb, json_t *request, void *ctx)
{
	struct asking *a = ctx;

	return desk_write(a->request, a->answer, verb, request);
}

/* "C-101.tar" -> "C-101".  False: it does not end so. */
static bool
read_name(const char *file, char *out, size_t cap)
{
	size_t len = strlen(file);

	if (len < 5 || len - 4 >= cap || strcmp(file + len - 4, ".tar") != 0)
		return false;
	memcpy(out, file, len - 4);
	out[len - 4] = '\0';
	return true;
}

static void
send_tar(struct desk_request *request, struct fv_web_answer *answer, struct export_make *make,
    const char *name)
{
	struct asking asking = {request, answer};
	enum fv_err rc;

	make->who = request->who->id;
	make->ask = ask;
	make->ctx = &asking;
	rc = export_make(request->host->dir, make);
	if (rc == FV_OK && (rc = fv_bundle_put(make->bundle, &answer->body)) == FV_OK)
		rc = fv_buf_status(&answer->body);
	fv_bundle_free(make->bundle);
	if (make->is_told)
		return;
	if (rc == FV_ENOENT || rc == FV_EFORMAT) {
		desk_problem(answer, 404, "not-found", "%s: no record of it is here", name);
	} else if (rc == FV_ESTATE) {
		desk_problem(answer, 409, "not-sealed",
		    "%s: none of its records is under a seal yet and so nothing can be shown; "
		    "wait for the handheld's next sync",
		    name);
	} else if (rc != FV_OK) {
		desk_failed(answer, rc);
	} else {
		answer->status = 200;
		answer->type = "application/x-tar";
		fv_web_put(
		    answer, "Content-Disposition", "attachment; filename=\"%s.tar\"", name);
		fv_web_put(answer, "Cache-Control", "no-store");
		fv_web_put(answer, "X-Ledger-Leaf", "%llu", (unsigned long long)make->leaf);
	}
}

/* Whether the person may see this case, known to the server or (to all but managers) not. */
static bool
may_see_case(struct desk_request *request, struct fv_span case_id)
{
	struct fv_store_case row;
	char agency[FV_ID_BYTES];

	if (fv_store_case_get(request->store, case_id, &row) != FV_OK)
		return request->who->role != DESK_MANAGER;
	return fv_id_copy(row.item.agency, agency, sizeof agency) == FV_OK &&
	    desk_sees(request, agency);
}

/* The agency of a visit is that of its case, as it was begun. */
static bool
may_see_visit(struct desk_request *request, const char *id)
{
	struct fv_store_device device;
	struct fv_store_record record;
	uint8_t dev[FV_DEV_BYTES];
	uint64_t seq;

	if (export_find_visit(request->store, id, dev, &seq) != FV_OK ||
	    fv_store_device_get(request->store, dev, &device) != FV_OK ||
	    fv_store_record_get(request->store, device.no, seq, &record) != FV_OK)
		return false;
	if (record.type != FV_REC_VISIT_BEGIN && record.type != FV_REC_CONTACT)
		return false;
	if (record.case_id.len == 0)
		return desk_sees(request, device.agency);
	return desk_sees(request, device.agency) && may_see_case(request, record.case_id);
}

void
proof_visit_tar(struct desk_request *request, struct fv_web_answer *answer)
{
	char id[64];
	struct export_make make = {.visit = id};

	if (!read_name(request->params[0], id, sizeof id) || !may_see_visit(request, id))
		desk_problem(answer, 404, "not-found",
		    "there is no such visit; a proof's name is the visit's id and .tar");
	else
		send_tar(request, answer, &make, id);
}

void
proof_case_tar(struct desk_request *request, struct fv_web_answer *answer)
{
	char id[FV_CASE_ID_BYTES];
	struct export_make make = {.case_id = id};

	if (!read_name(request->params[0], id, sizeof id) ||
	    !fv_id_valid(fv_span_z(id), sizeof id - 1) ||
	    !may_see_case(request, fv_span_z(id)))
		desk_problem(answer, 404, "not-found",
		    "there is no such case; a proof's name is the case's id and .tar");
	else
		send_tar(request, answer, &make, id);
}
