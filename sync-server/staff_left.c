#include "sync-server/staff_left.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/store/staff.h"
#include "sync-server/store/work.h"
#include "sync-server/verb.h"

enum fv_err
staff_may_go(struct fv_store *store, int64_t now_ms, struct fv_buf *list)
{
	struct fv_roster *roster;
	struct fv_hash hash;
	enum fv_store_bar bar;
	const char *comma = "";
	enum fv_err rc = fv_verb_roster(store, &roster, &hash);

	if (rc != FV_OK)
		return rc;
	fv_buf_put_z(list, "[");
	for (size_t i = 0; rc == FV_OK && i < roster->officer_count; i++) {
		const char *id = roster->officers[i].id; /* an id has nothing to escape */

		rc = fv_store_staff_bar(store, fv_span_z(id), now_ms, &bar);
		if (rc != FV_OK || bar != FV_BAR_NONE)
			continue;
		fv_buf_putf(list, "%s\"%s\"", comma, id);
		comma = ",";
	}
	free(roster);
	fv_buf_put_z(list, "]");
	return rc == FV_OK ? fv_buf_status(list) : rc;
}

static enum fv_err
add_case(const struct fv_store_case *row, void *ctx)
{
	struct staff_left *left = ctx;
	const size_t len = strlen(left->names);
	const struct fv_span id = row->item.id;

	left->count++;
	/* Room for the next one and the dots is kept. */
	if (len + id.len + sizeof ", " + sizeof " ..." <= sizeof left->names)
		(void)snprintf(left->names + len, sizeof left->names - len, "%s%.*s",
		    len > 0 ? ", " : "", (int)id.len, (const char *)id.ptr);
	else if (len > 0 && left->names[len - 1] != '.')
		memcpy(left->names + len, " ...", sizeof " ...");
	return FV_OK;
}

enum fv_err
staff_left_look(struct fv_store *store, int64_t now_ms, struct staff_left *out)
{
	struct fv_store_case_filter filter = {
	    .has_closed = true, .now_ms = now_ms, .max = UINT32_MAX};
	struct fv_buf may_go = {0};
	enum fv_err rc = staff_may_go(store, now_ms, &may_go);

	memset(out, 0, sizeof *out);
	filter.assigned_to_none_of = fv_buf_z(&may_go);
	if (rc == FV_OK)
		rc = fv_store_case_find(store, &filter, add_case, out);
	fv_buf_clear(&may_go);
	return rc;
}
